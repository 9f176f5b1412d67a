/**
 * Whether code may look at numbers.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/** True for tensors whose numbers can be looked at: none that vmap batches. */
export function isReadable(x: Tensor): boolean {
  for (let inner: Tensor | null = x; inner !== null; inner = inner.value) {
    if (inner.level !== null && inner.level.unreadable !== null) return false;
  }
  return true;
}
