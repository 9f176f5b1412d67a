/**
 * Linear systems, inverses and determinants.
 *
 * The rules follow from d(A^-1) = -A^-1 dA A^-1 and d log|det A| = tr(A^-1 dA) (Giles 2008).
 *
 * @module
 */
import { apply, applyMany } from "../../tensor/apply.ts";
import { ShapeError } from "../../tensor/errors.ts";
import type { Op } from "../../tensor/op.ts";
import { formatShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { mul, sub } from "../binary.ts";
import { lt } from "../compare.ts";
import { unsqueeze } from "../dimensions.ts";
import { matmul } from "../matmul.ts";
import { reshape } from "../shape.ts";
import { sum } from "../reduce.ts";
import { where } from "../ternary.ts";
import { tril, triu } from "../triangular.ts";
import { neg } from "../unary.ts";
import {
  identity,
  luOf,
  multiply,
  solveLu,
  solveTriangularOf,
  svdOf,
  transposeOf,
  zeroMatrix,
  zeroPivot,
} from "./dense.ts";
import { broadcastStacks, checkMatrices, checkSquare, matrixOp, mT, singular } from "./matrix_op.ts";
import type { Matrix, SolveOptions, SolveTriangularOptions } from "./types.ts";

const solveOp: Op<null> = matrixOp<null>({
  name: "solve",
  gradName: "LinalgSolveEx",
  outputs: ([, b]) => [{ shape: b }],
  compute: ([a, b]) => {
    const lu = luOf(a);
    const pivot = zeroPivot(lu);
    if (pivot >= 0) throw singular("linalg.solve", pivot);
    return [solveLu(lu, b).data];
  },
  saves: { inputs: [0], outputs: [0] },
  vjp: (c, [g]) => {
    const gb = apply(solveOp, [mT(c.input(0)), g!], null);
    return [c.needs(0) ? neg(matmul(gb, mT(c.output()))) : null, gb];
  },
  jvp: (c, [ta, tb]) => {
    const pushed = ta === null ? null : matmul(ta, c.output());
    const right = pushed === null ? tb! : tb === null ? neg(pushed) : sub(tb, pushed);
    return [apply(solveOp, [c.input(0), right], null)];
  },
  samples: () => [
    { inputs: [{ shape: [1, 1], low: 1, high: 2 }, { shape: [1, 2] }], params: null },
    { inputs: [{ shape: [2, 2, 2], low: 0.5, high: 3 }, { shape: [2, 2, 1] }], params: null },
  ],
});

/** Which triangle holds the matrix, and whether its diagonal counts as ones. */
interface TriangularParams {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** The part of a gradient that falls on the triangle. */
function triangle(x: Tensor, { upper, unit }: TriangularParams): Tensor {
  return upper ? triu(x, unit ? 1 : 0) : tril(x, unit ? -1 : 0);
}

const solveTriangularOp: Op<TriangularParams> = matrixOp<TriangularParams>({
  name: "solveTriangular",
  gradName: "LinalgSolveTriangular",
  outputs: ([, b]) => [{ shape: b }],
  compute: ([t, b], { upper, unit }) => [solveTriangularOf(t, b, upper, unit).data],
  saves: { inputs: [0], outputs: [0] },
  vjp: (c, [g]) => {
    const p = c.params;
    const gb = apply(solveTriangularOp, [mT(c.input(0)), g!], { ...p, upper: !p.upper });
    return [c.needs(0) ? neg(triangle(matmul(gb, mT(c.output())), p)) : null, gb];
  },
  jvp: (c, [ta, tb]) => {
    const pushed = ta === null ? null : matmul(triangle(ta, c.params), c.output());
    const right = pushed === null ? tb! : tb === null ? neg(pushed) : sub(tb, pushed);
    return [apply(solveTriangularOp, [c.input(0), right], c.params)];
  },
  samples: () => [
    {
      inputs: [{ shape: [3, 3], low: 1, high: 2 }, { shape: [3, 2] }],
      params: { upper: true, unit: false },
    },
    { inputs: [{ shape: [2, 2, 2] }, { shape: [2, 2, 1] }], params: { upper: false, unit: true } },
  ],
});

const invOp: Op<null> = matrixOp<null>({
  name: "inv",
  gradName: "LinalgInvEx",
  outputs: ([a]) => [{ shape: a }],
  compute: ([a]) => {
    const lu = luOf(a);
    const pivot = zeroPivot(lu);
    if (pivot >= 0) throw singular("linalg.inv", pivot);
    return [solveLu(lu, identity(a.rows)).data];
  },
  saves: { inputs: [], outputs: [0] },
  vjp: (c, [g]) => {
    const y = mT(c.output());
    return [neg(matmul(matmul(y, g!), y))];
  },
  jvp: (c, [t]) => [neg(matmul(matmul(c.output(), t!), c.output()))],
  samples: () => [
    { inputs: [{ shape: [1, 1], low: 1, high: 2 }], params: null },
    { inputs: [{ shape: [2, 2, 2], low: 0.5, high: 3 }], params: null },
  ],
});

/** Determinant from an LU decomposition, as its sign and the logarithm of its magnitude. */
function determinantOf(a: Matrix): { sign: number; logarithm: number } {
  const { packed: { data, columns }, sign: permutation } = luOf(a);
  let [sign, logarithm] = [permutation, 0];
  for (let i = 0; i < columns; i++) {
    const pivot = data[i * (columns + 1)];
    sign *= Math.sign(pivot);
    logarithm += Math.log(Math.abs(pivot));
  }
  return { sign, logarithm };
}

const slogdetOp: Op<null> = matrixOp<null>({
  name: "slogdet",
  gradName: "LinalgSlogdet",
  statistics: [0],
  outputs: () => [{ shape: [] }, { shape: [] }],
  compute: ([a]) => {
    const { sign, logarithm } = determinantOf(a);
    return [[sign], [logarithm]];
  },
  saves: { inputs: [0], outputs: [] },
  vjp: (c, [, g]) => [mul(asMatrix(g!), mT(inv(c.input(0))))],
  jvp: (c, [t]) => [null, sum(mul(mT(inv(c.input(0))), t!), [-2, -1])],
  samples: () => [
    { inputs: [{ shape: [1, 1], low: 1, high: 2 }], params: null },
    { inputs: [{ shape: [2, 2, 2], low: 0.5, high: 3 }], params: null },
  ],
});

/** One number per matrix in a shape that scales the matrix. */
function asMatrix(x: Tensor): Tensor {
  return unsqueeze(unsqueeze(x, -1), -1);
}

const detOp: Op<null> = matrixOp<null>({
  name: "det",
  gradName: "LinalgDet",
  outputs: () => [{ shape: [] }],
  compute: ([a]) => {
    const { packed: { data, columns }, sign } = luOf(a);
    let product = sign;
    for (let i = 0; i < columns; i++) product *= data[i * (columns + 1)];
    return [[product]];
  },
  saves: { inputs: [0], outputs: [] },
  vjp: (c, [g]) => [mul(asMatrix(g!), apply(cofactorOp, [c.input(0)], null))],
  jvp: (c, [t]) => [sum(mul(apply(cofactorOp, [c.input(0)], null), t!), [-2, -1])],
  samples: () => [
    { inputs: [{ shape: [3, 3] }], params: null },
    { inputs: [{ shape: [2, 2, 2] }], params: null },
  ],
});

/** A = U diag(s) V^T, and det(U) det(V). */
function oriented(a: Matrix): { u: Matrix; s: Float64Array; v: Matrix; orientation: number } {
  const { u, s, v } = svdOf(a, true);
  return { u, s, v, orientation: determinantOf(u).sign * determinantOf(v).sign };
}

/** The product of all elements of `s` but those at `i` and `j`. */
function productWithout(s: Float64Array, i: number, j: number): number {
  let product = 1;
  for (const [k, value] of s.entries()) if (k !== i && k !== j) product *= value;
  return product;
}

/** The gradient of the determinant, also of singular matrices: det(U) det(V) U diag(prod of the other s) V^T. */
function cofactorOf(a: Matrix): Float64Array {
  const { u, s, v, orientation } = oriented(a);
  const inner = zeroMatrix(a.rows, a.rows);
  for (let k = 0; k < a.rows; k++) inner.data[k * (a.rows + 1)] = orientation * productWithout(s, k, k);
  return multiply(multiply(u, inner), transposeOf(v)).data;
}

/**
 * The derivative of the cofactors in the direction t, also of singular matrices: with P = U^T t V and w_ij the product of all
 * s but s_i and s_j, it is det(U) det(V) U D V^T with D_ii = sum over k != i of w_ik P_kk and D_ij = -w_ij P_ji.
 */
function cofactorAlongOf(a: Matrix, t: Matrix): Float64Array {
  const { u, s, v, orientation } = oriented(a);
  const n = a.rows;
  const p = multiply(multiply(transposeOf(u), t), v).data;
  const inner = zeroMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const others = orientation * productWithout(s, i, j);
      inner.data[i * (n + 1)] += others * p[j * (n + 1)];
      inner.data[i * n + j] = -others * p[j * n + i];
    }
  }
  return multiply(multiply(u, inner), transposeOf(v)).data;
}

/** The gradient of the determinant, det(A) A^-T for invertible A. Its derivative is symmetric. */
const cofactorOp: Op<null> = matrixOp<null>({
  name: "cofactor",
  gradName: "Cofactor",
  outputs: ([a]) => [{ shape: a }],
  compute: ([a]) => [cofactorOf(a)],
  saves: { inputs: [0], outputs: [] },
  vjp: (c, [g]) => [apply(cofactorAlongOp, [c.input(0), g!], null)],
  jvp: (c, [t]) => [apply(cofactorAlongOp, [c.input(0), t!], null)],
  samples: () => [
    { inputs: [{ shape: [1, 1], low: 1, high: 2 }], params: null },
    { inputs: [{ shape: [2, 2, 2], low: 0.5, high: 3 }], params: null },
  ],
});

/** The derivative of the cofactors in a direction T; for invertible A, with Y = A^-T: det(A) (tr(Y^T T) Y - Y T^T Y). */
const cofactorAlongOp: Op<null> = matrixOp<null>({
  name: "cofactorAlong",
  gradName: "CofactorAlong",
  outputs: ([a]) => [{ shape: a }],
  compute: ([a, t]) => [cofactorAlongOf(a, t)],
  decompose: ([a, t]) => {
    const y = mT(inv(a));
    const scale = asMatrix(sum(mul(y, t), [-2, -1]));
    return mul(asMatrix(det(a)), sub(mul(scale, y), matmul(matmul(y, mT(t)), y)));
  },
  samples: () => [
    { inputs: [{ shape: [2, 2], low: 0.5, high: 3 }, { shape: [2, 2] }], params: null },
    { inputs: [{ shape: [2, 1, 1], low: 0.5, high: 3 }, { shape: [2, 1, 1] }], params: null },
  ],
});

/**
 * The solution X of A X = B: A [..., n, n], B [..., n, k] or vectors [..., n] with the leading axes of A.
 *
 * ```ts
 * import { linalg, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = linalg.solve(tensor([[2, 0], [0, 4]]), tensor([1, 2]));
 * assertEquals(x.toArray(), [0.5, 0.5]);
 * ```
 *
 * @throws ArgumentError for singular matrices.
 */
export function solve(A: Tensor, B: Tensor, options: SolveOptions = {}): Tensor {
  const name = "linalg.solve";
  checkSquare(name, A);
  const isVector = B.ndim === 1 ||
    (B.ndim === A.ndim - 1 && formatShape(B.shape) === formatShape(A.shape.slice(0, -1)));
  if (options.left === false) return isVector ? solve(mT(A), B) : mT(solve(mT(A), mT(B)));
  const right = isVector ? unsqueeze(B, -1) : B;
  if (right.shape[right.ndim - 2] !== A.shape[A.ndim - 1]) {
    throw new ShapeError(
      `${name}: expected as many rows on both sides, got shapes ${formatShape(A.shape)} and ${formatShape(B.shape)}`,
    );
  }
  const x = apply(solveOp, broadcastStacks(name, A, right), null);
  return isVector ? reshape(x, x.shape.slice(0, -1)) : x;
}

/** The solution X of A X = B for triangular A [..., n, n] and B [..., n, k]. */
export function solveTriangular(A: Tensor, B: Tensor, options: SolveTriangularOptions): Tensor {
  const name = "linalg.solveTriangular";
  checkSquare(name, A);
  checkMatrices(name, B);
  const { upper, unitriangular = false, left = true } = options;
  if (!left) return mT(solveTriangular(mT(A), mT(B), { upper: !upper, unitriangular }));
  if (B.shape[B.ndim - 2] !== A.shape[A.ndim - 1]) {
    throw new ShapeError(
      `${name}: expected as many rows on both sides, got shapes ${formatShape(A.shape)} and ${formatShape(B.shape)}`,
    );
  }
  return apply(solveTriangularOp, broadcastStacks(name, A, B), { upper, unit: unitriangular });
}

/**
 * Inverses of square matrices.
 *
 * ```ts
 * import { linalg, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linalg.inv(tensor([[2, 0], [0, 4]])).toArray(), [[0.5, 0], [0, 0.25]]);
 * ```
 *
 * @throws ArgumentError for singular matrices.
 */
export function inv(A: Tensor): Tensor {
  checkSquare("linalg.inv", A);
  return apply(invOp, [A], null);
}

/** Determinants of square matrices. The gradient is right for singular ones too. */
export function det(input: Tensor): Tensor {
  checkSquare("linalg.det", input);
  return apply(detOp, [input], null);
}

/** Signs of determinants, and logarithms of their magnitudes. */
export function slogdet(A: Tensor): { sign: Tensor; logabsdet: Tensor } {
  checkSquare("linalg.slogdet", A);
  const [sign, logabsdet] = applyMany(slogdetOp, [A], null);
  return { sign, logabsdet };
}

/** Logarithms of determinants; NaN for negative ones. */
export function logdet(input: Tensor): Tensor {
  const { sign, logabsdet } = slogdet(input);
  return where(lt(sign, 0), NaN, logabsdet);
}
