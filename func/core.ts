/**
 * The transforms that the root entry exports as `func`: those of `torch.func`, and products that need no matrix.
 *
 * @module
 */
export { functionalCall, makeFunctionalWithBuffers, stackModuleState } from "./functional_call.ts";
export { grad, gradAndValue } from "./grad.ts";
export { hessian } from "./hessian.ts";
export { jacfwd } from "./jacfwd.ts";
export { jacrev } from "./jacrev.ts";
export { linearize } from "./linearize.ts";
export { jvp } from "./jvp.ts";
export { vjp } from "./vjp.ts";
export { vmap } from "./vmap.ts";
export type { Randomness } from "../tensor/random_mode.ts";
export { hvp } from "./hvp.ts";
export { vhp } from "./vhp.ts";
export { gnvp } from "./gnvp.ts";
export type {
  Dims,
  GradOptions,
  HessianOptions,
  JacfwdOptions,
  JacrevOptions,
  JvpOptions,
  NamedTensors,
  StatefulModule,
  VjpOptions,
  VmapOptions,
} from "./types.ts";
