/**
 * Function transforms in the manner of `torch.func`: they take functions of trees of tensors and nest in any order.
 *
 * What goes beyond PyTorch and needs code of its own (Taylor mode, sparse Jacobians, implicit roots) is in this entry only:
 * the root entry stays within its download size.
 *
 * @module
 */
export * from "./core.ts";
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
