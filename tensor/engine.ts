/**
 * The hooks by which the automatic-differentiation layer above serves tensors. `tensor/` must not import it, so it
 * installs itself here when it is loaded.
 *
 * @module
 */
import type { Engine } from "./hook_types.ts";

/** The installed engine. */
export let engine: Engine;

/** Installs the engine; called once by `autograd/`. */
export function setEngine(installed: Engine): void {
  engine = installed;
}
