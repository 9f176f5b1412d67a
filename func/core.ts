/**
 * The transforms that the root entry exports as `func`: those of `torch.func`, and products that need no matrix.
 *
 * @module
 */
export {
  functionalCall,
  makeFunctionalWithBuffers,
  type NamedTensors,
  stackModuleState,
  type StatefulModule,
} from "./functional_call.ts";
export { grad, gradAndValue, type GradOptions } from "./grad.ts";
export { hessian, type HessianOptions } from "./hessian.ts";
export { jacfwd, type JacfwdOptions } from "./jacfwd.ts";
export { jacrev, type JacrevOptions } from "./jacrev.ts";
export { linearize } from "./linearize.ts";
export { jvp, type JvpOptions } from "./jvp.ts";
export { vjp, type VjpOptions } from "./vjp.ts";
export { type Dims, vmap, type VmapOptions } from "./vmap.ts";
export type { Randomness } from "../tensor/random_mode.ts";
export { hvp } from "./hvp.ts";
export { vhp } from "./vhp.ts";
export { gnvp } from "./gnvp.ts";
