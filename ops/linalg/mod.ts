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
export { det, inv, slogdet, solve, type SolveOptions, solveTriangular, type SolveTriangularOptions } from "./solve.ts";
export { eigh, type EighOptions, eigvalsh, svd, svdvals } from "./spectral.ts";
