/**
 * Whether code may look at numbers.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/** True for tensors whose numbers can be looked at now: none that vmap batches, none on a device that answers later. */
export function isReadable(x: Tensor): boolean {
  if (!x.storage.backend.readsAtOnce) return false;
  for (let inner: Tensor | null = x; inner !== null; inner = inner.value) {
    if (inner.level !== null && inner.level.unreadable !== null) return false;
  }
  return true;
}
