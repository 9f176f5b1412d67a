/**
 * Cholesky, LU and QR decompositions.
 *
 * @module
 */
import { apply, applyMany } from "../../tensor/apply.ts";
import { ArgumentError, GradError } from "../../tensor/errors.ts";
import type { Op } from "../../tensor/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, mul, sub } from "../binary.ts";
import { empty, zeros } from "../creation.ts";
import { diagEmbed, diagonal } from "../diagonal.ts";
import { cat } from "../join.ts";
import { matmul } from "../matmul.ts";
import { narrow } from "../slicing.ts";
import { tril, triu } from "../triangular.ts";
import { neg } from "../unary.ts";
import { choleskyOf, luOf, qrOf } from "./dense.ts";
import { broadcastStacks, checkMatrices, checkSquare, matrixOp, mT, plus, symmetric } from "./matrix_op.ts";
import { solve, solveTriangular } from "./solve.ts";
import type { LuOptions, Matrix } from "./types.ts";

/** The lower triangle with half the diagonal. */
function halfLower(x: Tensor): Tensor {
  return sub(tril(x), diagEmbed(mul(diagonal(x, { dim1: -2, dim2: -1 }), 0.5)));
}

/**
 * With A = L L^T and phi the lower triangle with half the diagonal: dL = L phi(L^-1 dA L^-T), and backwards
 * dA = sym(L^-T phi(L^T dL) L^-1) (Murray 2016).
 */
const choleskyOp: Op<null> = matrixOp<null>({
  name: "cholesky",
  gradName: "LinalgCholeskyEx",
  outputs: ([a]) => [{ shape: a }],
  compute: ([a]) => {
    const l = choleskyOf(a);
    if (l !== null) return [l.data];
    throw new ArgumentError(
      "linalg.cholesky: expected positive definite matrices, got one that is not; add a multiple of the identity?",
    );
  },
  saves: { inputs: [], outputs: [0] },
  vjp: (c, [g]) => {
    const l = c.output();
    const inner = solveTriangular(mT(l), halfLower(matmul(mT(l), g!)), { upper: true });
    return [symmetric(solveTriangular(l, inner, { upper: false, left: false }))];
  },
  jvp: (c, [t]) => {
    const l = c.output();
    const inner = solveTriangular(l, symmetric(t!), { upper: false });
    return [matmul(l, halfLower(solveTriangular(mT(l), inner, { upper: true, left: false })))];
  },
  // Random matrices are positive definite only if they are numbers.
  samples: () => [{ inputs: [{ shape: [2, 1, 1], low: 1, high: 2 }], params: null }],
});

/**
 * L of A = L L^T, or U of A = U^T U, of symmetric positive definite matrices, of which one triangle is read.
 *
 * ```ts
 * import { linalg, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linalg.cholesky(tensor([[4, 2], [2, 5]])).toArray(), [[2, 0], [1, 2]]);
 * ```
 */
export function cholesky(A: Tensor, options: { upper?: boolean } = {}): Tensor {
  checkSquare("linalg.cholesky", A);
  return options.upper ? mT(apply(choleskyOp, [mT(A)], null)) : apply(choleskyOp, [A], null);
}

/**
 * The solution X of A X = B from the Cholesky factor L of A (U with `upper`). Values come from one triangle, derivatives are
 * those of A = L L^T in every element of L, as in PyTorch.
 */
export function choleskySolve(B: Tensor, L: Tensor, options: { upper?: boolean } = {}): Tensor {
  checkMatrices("choleskySolve", B);
  checkSquare("choleskySolve", L);
  const square = options.upper ? mT(L) : L;
  const constant = square.detach();
  const lower = add(square, sub(tril(constant), constant));
  // Of equal rank, so that solve() takes B for matrices whatever its sizes are.
  const [right, left] = broadcastStacks("choleskySolve", B, lower);
  return solve(mT(left), solve(left, right));
}

/** P, L and U, and the row that each step swapped with its own, from 1. */
interface LuParams {
  readonly pivot: boolean;
}

function unpackLu(a: Matrix, pivot: boolean): readonly ArrayLike<number>[] {
  const { packed: { data }, order, pivots } = luOf(a, pivot);
  const { rows: m, columns: n } = a;
  const k = Math.min(m, n);
  const [p, l, u] = [new Float64Array(m * m), new Float64Array(m * k), new Float64Array(k * n)];
  for (let i = 0; i < m; i++) {
    p[order[i] * m + i] = 1;
    for (let j = 0; j < k; j++) l[i * k + j] = j < i ? data[i * n + j] : Number(i === j);
    for (let j = i; i < k && j < n; j++) u[i * n + j] = data[i * n + j];
  }
  return [p, l, u, pivots];
}

const unitLower = { upper: false, unitriangular: true } as const;
const upper = { upper: true } as const;

/** Cuts a matrix with more columns (axis -1) or rows (axis -2) than the other way into a square and the rest. */
function cut(x: Tensor, axis: -1 | -2): [square: Tensor, rest: Tensor | null] {
  const [size, k] = [x.shape[x.ndim + axis], x.shape[x.ndim - 3 - axis]];
  return size <= k ? [x, null] : [narrow(x, axis, 0, k), narrow(x, axis, k, size - k)];
}

/** Puts the rest that {@linkcode cut} cut off back. */
function join(square: Tensor, rest: Tensor | null, axis: -1 | -2): Tensor {
  return rest === null ? square : cat([square, rest], square.ndim + axis);
}

/**
 * With B = P^T A, for square matrices F = L^-1 dB U^-1, dL = L tril(F, -1), dU = triu(F) U. What a tall matrix has below the
 * square follows from L2 U = B2, what a wide one has right of it from L U2 = B2.
 */
const luOp: Op<LuParams> = matrixOp<LuParams>({
  name: "lu",
  gradName: "LinalgLu",
  statistics: [0],
  outputs: ([[m, n]]) => {
    const k = Math.min(m, n);
    return [{ shape: [m, m] }, { shape: [m, k] }, { shape: [k, n] }, { shape: [k], dtype: "int32" }];
  },
  compute: ([a], { pivot }) => unpackLu(a, pivot),
  saves: { inputs: [], outputs: [0, 1, 2] },
  vjp: (c, [, gl, gu]) => {
    const [l1, l2] = cut(c.output(1), -2);
    const [u1, u2] = cut(c.output(2), -1);
    const [gl1, gl2] = gl === null ? [null, null] : cut(gl, -2);
    const [gu1, gu2] = gu === null ? [null, null] : cut(gu, -1);
    const fromL = gl1 === null ? null : matmul(mT(l1), gl1);
    const fromU = gu1 === null ? null : matmul(gu1, mT(u1));
    const below = gl2 === null || l2 === null ? null : neg(matmul(mT(l2), gl2));
    const right = gu2 === null || u2 === null ? null : neg(matmul(gu2, mT(u2)));
    const strict = plus(fromL, right);
    const rest = plus(fromU, below);
    const middle = plus(strict === null ? null : tril(strict, -1), rest === null ? null : triu(rest))!;
    const half = solveTriangular(mT(l1), middle, { upper: true, unitriangular: true });
    let gradient = solveTriangular(mT(u1), half, { upper: false, left: false });
    if (l2 !== null) {
      const lower = gl2 === null
        ? zeros(l2.shape, { dtype: l2.dtype, device: l2.device })
        : solveTriangular(mT(u1), gl2, { upper: false, left: false });
      gradient = join(gradient, lower, -2);
    }
    if (u2 !== null) {
      const beside = gu2 === null
        ? zeros(u2.shape, { dtype: u2.dtype, device: u2.device })
        : solveTriangular(mT(l1), gu2, { upper: true, unitriangular: true });
      gradient = join(gradient, beside, -1);
    }
    return [matmul(c.output(0), gradient)];
  },
  jvp: (c, [t]) => {
    const [l1, l2] = cut(c.output(1), -2);
    const [u1, u2] = cut(c.output(2), -1);
    const moved = matmul(mT(c.output(0)), t!);
    const [square, below] = l2 === null ? [moved, null] : cut(moved, -2);
    const [first, right] = u2 === null ? [square, null] : cut(square, -1);
    const f = solveTriangular(u1, solveTriangular(l1, first, unitLower), { ...upper, left: false });
    const dl1 = matmul(l1, tril(f, -1));
    const du1 = matmul(triu(f), u1);
    const dl2 = l2 === null || below === null
      ? null
      : solveTriangular(u1, sub(below, matmul(l2, du1)), { ...upper, left: false });
    const du2 = u2 === null || right === null ? null : solveTriangular(l1, sub(right, matmul(dl1, u2)), unitLower);
    return [null, join(dl1, dl2, -2), join(du1, du2, -1), null];
  },
  samples: () => [
    { inputs: [{ shape: [3, 3], low: 0.5, high: 3 }], params: { pivot: true } },
    { inputs: [{ shape: [2, 4, 2], low: 0.5, high: 3 }], params: { pivot: true } },
    { inputs: [{ shape: [2, 3], low: 0.5, high: 3 }], params: { pivot: true } },
  ],
});

/** A = P L U with a permutation P, L lower triangular with ones on the diagonal, U upper triangular. */
export function lu(A: Tensor, options: LuOptions = {}): { P: Tensor; L: Tensor; U: Tensor } {
  checkMatrices("linalg.lu", A);
  const [P, L, U] = applyMany(luOp, [A], { pivot: options.pivot !== false });
  return { P, L, U };
}

/** L and U of {@linkcode lu} in one matrix, without the ones, and the row (from 1) that each step swapped with its own. */
export function luFactor(A: Tensor, options: LuOptions = {}): { LU: Tensor; pivots: Tensor } {
  checkMatrices("linalg.luFactor", A);
  const [, L, U, pivots] = applyMany(luOp, [A], { pivot: options.pivot !== false });
  const [m, n] = A.shape.slice(-2);
  const padding = (shape: readonly number[]): Tensor => zeros(shape, { dtype: A.dtype, device: A.device });
  const batch = L.shape.slice(0, -2);
  const strict = tril(L, -1);
  const left = m < n ? cat([strict, padding([...batch, m, n - m])], -1) : strict;
  const right = m > n ? cat([U, padding([...batch, m - n, n])], -2) : U;
  return { LU: add(left, right), pivots };
}

/** Whether Q is completed to a square. */
interface QrParams {
  readonly complete: boolean;
}

/** x + x^T of the upper triangle of x, with the diagonal once. */
function mirrored(x: Tensor): Tensor {
  const top = triu(x);
  return add(top, mT(triu(x, 1)));
}

function refuseComplete(complete: boolean, q: Tensor, r: Tensor): void {
  if (!complete || q.shape[q.ndim - 1] <= r.shape[r.ndim - 1]) return;
  throw new GradError(
    'linalg.qr: expected mode "reduced" for a derivative, got "complete": the columns that complete Q are arbitrary',
  );
}

/**
 * With A = Q R, R square, B = dA R^-1 and C = Q^T B: Q^T dQ = tril(C, -1) - tril(C, -1)^T =: W, dR = (C - W) R,
 * dQ = B - Q (C - W). The columns to the right of the square of a wide A are Q V, so dV = dQ^T A2 + Q^T dA2.
 */
const qrOp: Op<QrParams> = matrixOp<QrParams>({
  name: "qr",
  gradName: "LinalgQr",
  outputs: ([[m, n]], { complete }) => {
    const k = complete ? m : Math.min(m, n);
    return [{ shape: [m, k] }, { shape: [k, n] }];
  },
  compute: ([a], { complete }) => {
    const { q, r } = qrOf(a);
    const [m, n] = [a.rows, a.columns];
    if (complete || m <= n) return [q.data, r.data];
    const thin = new Float64Array(m * n);
    for (let i = 0; i < m; i++) thin.set(q.data.subarray(i * m, i * m + n), i * n);
    return [thin, r.data.subarray(0, n * n)];
  },
  saves: { inputs: [], outputs: [0, 1] },
  vjp: (c, [gq, gr]) => {
    const q = c.output(0);
    refuseComplete(c.params.complete, q, c.output(1));
    const [u, v] = cut(c.output(1), -1);
    const [gu, gv] = gr === null ? [null, null] : cut(gr, -1);
    // A2 = Q V, so the gradient of V reaches Q through A2 gv^T.
    const viaRest = gv === null || v === null ? null : matmul(matmul(q, v), mT(gv));
    const direct = plus(gq, viaRest);
    const fromR = gu === null ? null : matmul(gu, mT(u));
    const fromQ = direct === null ? null : neg(matmul(mT(q), direct));
    const middle = matmul(q, mirrored(plus(fromR, fromQ)!));
    const total = plus(direct, middle)!;
    const gradient = solveTriangular(mT(u), total, { upper: false, left: false });
    if (v === null) return [gradient];
    return [join(gradient, gv === null ? matmul(q, mul(v, 0)) : matmul(q, gv), -1)];
  },
  jvp: (c, [t]) => {
    const q = c.output(0);
    refuseComplete(c.params.complete, q, c.output(1));
    const [u, v] = cut(c.output(1), -1);
    const [square, rest] = v === null ? [t!, null] : [narrow(t!, -1, 0, u.shape[u.ndim - 1]), t!];
    const b = solveTriangular(u, square, { ...upper, left: false });
    const projected = matmul(mT(q), b);
    const lower = tril(projected, -1);
    const difference = sub(projected, sub(lower, mT(lower)));
    const dq = sub(b, matmul(q, difference));
    const du = matmul(difference, u);
    if (v === null || rest === null) return [dq, du];
    const k = u.shape[u.ndim - 1];
    const beside = narrow(rest, -1, k, v.shape[v.ndim - 1]);
    const dv = add(matmul(mT(dq), matmul(q, v)), matmul(mT(q), beside));
    return [dq, join(du, dv, -1)];
  },
  samples: () => [
    { inputs: [{ shape: [3, 3], low: 0.5, high: 3 }], params: { complete: false } },
    { inputs: [{ shape: [2, 4, 2], low: 0.5, high: 3 }], params: { complete: false } },
    { inputs: [{ shape: [2, 3], low: 0.5, high: 3 }], params: { complete: false } },
  ],
});

/**
 * A = Q R with orthonormal columns Q and upper triangular R. Mode "reduced" gives Q as many columns as the smaller size of A,
 * "complete" makes it square, "r" leaves it empty.
 */
export function qr(A: Tensor, options: { mode?: "reduced" | "complete" | "r" } = {}): { Q: Tensor; R: Tensor } {
  checkMatrices("linalg.qr", A);
  const { mode = "reduced" } = options;
  if (mode !== "reduced" && mode !== "complete" && mode !== "r") {
    throw new ArgumentError(`linalg.qr: expected the mode "reduced", "complete" or "r", got ${JSON.stringify(mode)}`);
  }
  const [Q, R] = applyMany(qrOp, [A], { complete: mode === "complete" });
  return { Q: mode === "r" ? empty([0], { dtype: A.dtype, device: A.device }) : Q, R };
}
