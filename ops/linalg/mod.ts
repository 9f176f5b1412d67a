/**
 * Linear algebra (`torch.linalg`): decompositions, solvers, norms and functions of matrices. Matrices are the last two axes.
 *
 * Decompositions run in double precision on the JavaScript heap and are meant for small matrices.
 *
 * @module
 */
export * from "./factor.ts";
export * from "./functions.ts";
export * from "./norm.ts";
export { det, inv, slogdet, solve, solveTriangular } from "./solve.ts";
export { eigh, eigvalsh, svd, svdvals } from "./spectral.ts";
export type {
  EighOptions,
  LeastSquares,
  LuOptions,
  MatrixOrder,
  NormOptions,
  SolveOptions,
  SolveTriangularOptions,
  ToleranceOptions,
} from "./types.ts";
