/**
 * Options and results of linear algebra, and what an op on matrices states. Types only: programs do not load this file.
 *
 * @module
 */
import type { DType } from "../../tensor/dtype.ts";
import type { JvpRule, Sample, Saves, VjpRule } from "../../tensor/op.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** An output for one matrix: its shape, and its dtype where it is not that of the input. */
export interface MatrixOutput {
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** The forward part of an op on stacks of matrices. */
export interface MatrixForward<P> {
  /** Name in camelCase, as users call it. */
  readonly name: string;
  /** PyTorch's class name of the backward node, without Backward0. */
  readonly gradName: string;
  /** Outputs that have no derivative. */
  readonly statistics?: readonly number[];
  /** The outputs for matrices of these sizes. */
  readonly outputs: (
    sizes: readonly (readonly [rows: number, columns: number])[],
    params: P,
  ) => readonly MatrixOutput[];
  /** The elements of all outputs, in row-major order, for one matrix of each input. */
  readonly compute: (matrices: readonly Matrix[], params: P) => readonly ArrayLike<number>[];
  /** Calls that the tests make. */
  readonly samples: () => readonly Sample<P>[];
}

/** Derivative rules; every function that they use takes stacks of matrices. */
export interface MatrixRules<P> {
  /** Residuals. */
  readonly saves: Saves;
  /** Cotangents to gradients. */
  readonly vjp: VjpRule<P>;
  /** Tangents to tangents. */
  readonly jvp: JvpRule<P>;
}

/** The same function in public ops, for an op without rules of its own. */
export interface MatrixDecomposition<P> {
  /** Must take stacks of matrices. */
  readonly decompose: (inputs: readonly Tensor[], params: P) => Tensor;
}

/** What an op on stacks of matrices needs to state. */
export type MatrixRow<P> = MatrixForward<P> & (MatrixRules<P> | MatrixDecomposition<P>);

/** A matrix of `rows` x `columns` elements. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** An LU decomposition: row i of L U is row `order[i]` of the matrix. */
export interface Lu {
  /** U and, below the diagonal, L without its ones. */
  readonly packed: Matrix;
  readonly order: Int32Array;
  /** The row, counted from 1, that each step swapped with its own (LAPACK's ipiv). */
  readonly pivots: Int32Array;
  /** Determinant of the permutation. */
  readonly sign: number;
}

/** A singular value decomposition: a = u diag(s) v^T, s descending, u and v with as many columns as asked for. */
export interface Svd {
  readonly u: Matrix;
  readonly s: Float64Array;
  readonly v: Matrix;
}

/** Options of LU decompositions. */
export interface LuOptions {
  /** Swap rows so that pivots are large. Default: true. */
  pivot?: boolean;
}

/** Which singular values count as zeros. */
export interface ToleranceOptions {
  /** Those up to this. Default: 0. */
  atol?: number | Tensor;
  /** Those up to this times the largest. Default: the precision of the dtype times the larger size, or 0 with `atol`. */
  rtol?: number | Tensor;
  /** The matrices are symmetric. Default: false. */
  hermitian?: boolean;
}

/** What {@linkcode lstsq} gives; only the solution has a derivative. */
export interface LeastSquares {
  /** X that makes ||A X - B|| smallest, and among those is itself smallest. */
  readonly solution: Tensor;
  /** Squared residuals per column of B; empty where A has as many columns as rows or more, or not full rank. */
  readonly residuals: Tensor;
  /** Rank of A, int32; empty for the driver "gels". */
  readonly rank: Tensor;
  /** Singular values of A; empty for the drivers "gels" and "gelsy". */
  readonly singularValues: Tensor;
}

/** Order of a matrix norm: Frobenius, nuclear, largest (or smallest) singular value, row sum or column sum. */
export type MatrixOrder = "fro" | "nuc" | number;

/** Options of norms. */
export interface NormOptions<D> {
  /** Axes of the vectors or matrices. */
  dim?: D;
  /** Keep these axes with size 1. Default: false. */
  keepdim?: boolean;
  /** Convert the elements to this dtype first. */
  dtype?: DType;
}

/** Options of {@linkcode solve}. */
export interface SolveOptions {
  /** Solve A X = B; false for X A = B. Default: true. */
  left?: boolean;
}

/** Options of {@linkcode solveTriangular}. */
export interface SolveTriangularOptions extends SolveOptions {
  /** Whether A is upper triangular; the other triangle is not read. */
  upper: boolean;
  /** Take the diagonal for ones. Default: false. */
  unitriangular?: boolean;
}

/** Options of decompositions of symmetric matrices. */
export interface EighOptions {
  /** Which triangle is read: lower or upper. Default: "L". */
  UPLO?: "L" | "U";
}
