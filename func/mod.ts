/**
 * Function transforms in the manner of `torch.func`: they take functions of trees of tensors and nest in any order.
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
export { colorColumns, type Coloring } from "./coloring.ts";
export {
  bandedPattern,
  coordinatePattern,
  hessianPattern,
  jacobianPattern,
  sparseHessian,
  sparseJacobian,
  SparseMatrix,
  type SparseOptions,
  type SparsityPattern,
} from "./sparse.ts";
export { customRoot, type CustomRootOptions } from "./custom_root.ts";
export { conjugateGradient, gmres, type KrylovOptions, type LinearMap, type LinearSolver } from "./krylov.ts";
export { jet } from "./jet.ts";
