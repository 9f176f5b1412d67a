/**
 * Functions of matrices, pseudoinverses and least squares, products.
 *
 * @module
 */
import { apply } from "../../tensor/apply.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { ArgumentError, ShapeError } from "../../tensor/errors.ts";
import type { Op, SampleInput } from "../../tensor/op.ts";
import { formatShape, normalizeDim, numelOf, sameShape } from "../../tensor/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { add, mul, sub } from "../binary.ts";
import { cast } from "../cast.ts";
import { gt } from "../compare.ts";
import { empty, eye, full, zerosLike } from "../creation.ts";
import { squeeze, unsqueeze } from "../dimensions.ts";
import { maximum } from "../extrema.ts";
import { cat, stack } from "../join.ts";
import { crossAlong, multiplyChain } from "../linear_algebra.ts";
import { apart } from "../layout.ts";
import { matmul } from "../matmul.ts";
import { amax } from "../max_min.ts";
import { isReadable } from "../readable.ts";
import { sum } from "../reduce.ts";
import { expand, movedim, reshape } from "../shape.ts";
import { narrow } from "../slicing.ts";
import { abs, square } from "../unary.ts";
import { expOf, multiply, svdOf, transposeOf } from "./dense.ts";
import { broadcastStacks, checkMatrices, checkSquare, matrixOp, mT } from "./matrix_op.ts";
import { inv, solve } from "./solve.ts";
import { eigvalsh, svdvals } from "./spectral.ts";
import type { LeastSquares, Matrix, ToleranceOptions } from "./types.ts";

/** exp([[A, E], [0, A]]) has the derivative of exp(A) in the direction E in its upper right corner (Mathias 1996). */
function expDerivative(a: Tensor, e: Tensor): Tensor {
  const n = a.shape[a.ndim - 1];
  const block = cat([cat([a, e], -1), cat([zerosLike(e), a], -1)], -2);
  return narrow(narrow(apply(matrixExpOp, [block], null), -2, 0, n), -1, n, n);
}

const matrixExpOp: Op<null> = matrixOp<null>({
  name: "matrixExp",
  gradName: "LinalgMatrixExp",
  outputs: ([a]) => [{ shape: a }],
  compute: ([a]) => [expOf(a).data],
  saves: { inputs: [0], outputs: [] },
  vjp: (c, [g]) => [expDerivative(mT(c.input(0)), g!)],
  jvp: (c, [t]) => [expDerivative(c.input(0), t!)],
  samples: () => [
    { inputs: [{ shape: [3, 3] }], params: null },
    { inputs: [{ shape: [2, 2, 2] }], params: null },
  ],
});

/** The exponential 1 + A + A A / 2 + ... of square matrices. */
export function matrixExp(input: Tensor): Tensor {
  checkSquare("linalg.matrixExp", input);
  return apply(matrixExpOp, [input], null);
}

/** A multiplied by itself `n` times; the inverse of that for negative `n`. */
export function matrixPower(input: Tensor, n: number): Tensor {
  const name = "linalg.matrixPower";
  checkSquare(name, input, n >= 0);
  if (!Number.isInteger(n)) throw new ArgumentError(`${name}: expected a whole exponent, got ${n}`);
  if (n < 0) return matrixPower(inv(input), -n);
  if (n === 0) {
    return expand(eye(input.shape[input.ndim - 1], { dtype: input.dtype, device: input.device }), input.shape);
  }
  let [result, base]: [Tensor | null, Tensor] = [null, input];
  for (let rest = n;; base = matmul(base, base)) {
    if (rest % 2 === 1) result = result === null ? base : matmul(result, base);
    rest = Math.floor(rest / 2);
    if (rest === 0) return apart(result!, input);
  }
}

/** A sample tolerance below every singular value. */
const NO_CUTOFF: SampleInput = { shape: [1, 1], low: 0, high: 1e-15 };

/** The pseudoinverse, in which singular values up to `atol` or `rtol` times the largest count as zeros. */
function pseudoinverseOf(a: Matrix, atol: number, rtol: number): Float64Array {
  const { u, s, v } = svdOf(a, false);
  const threshold = Math.max(atol, rtol * (s[0] ?? 0));
  const k = s.length;
  const scaled: Matrix = { ...v, data: v.data.map((x, i) => s[i % k] > threshold ? x / s[i % k] : 0) };
  return multiply(scaled, transposeOf(u)).data;
}

/**
 * The inputs are A, atol and rtol, the last two as matrices of one element. With P = A^+ of constant rank: dP = -P dA P + P P^T dA^T (1 - A P) + (1 - P A) dA^T P^T P (Golub and Pereyra 1973).
 */
const pinvOp: Op<null> = matrixOp<null>({
  name: "pinv",
  gradName: "LinalgPinv",
  outputs: ([[m, n]]) => [{ shape: [n, m] }],
  compute: ([a, atol, rtol]) => [pseudoinverseOf(a, atol.data[0], rtol.data[0])],
  saves: { inputs: [0], outputs: [0] },
  vjp: (c, [g]) => {
    const [a, p] = [c.input(0), c.output()];
    const [pt, gt] = [mT(p), mT(g!)];
    const k = matmul(gt, p);
    const kpt = matmul(k, pt);
    const inner = sub(kpt, matmul(matmul(a, p), kpt));
    const left = matmul(matmul(pt, p), sub(gt, matmul(k, a)));
    return [add(sub(inner, mT(matmul(p, k))), left), null, null];
  },
  jvp: (c, [t]) => {
    if (t === null) return [null];
    const [a, p] = [c.input(0), c.output()];
    const [pt, tt] = [mT(p), mT(t)];
    const x = matmul(matmul(p, pt), tt);
    const y = matmul(tt, matmul(pt, p));
    const right = sub(x, matmul(matmul(x, a), p));
    const left = sub(y, matmul(p, matmul(a, y)));
    return [add(sub(right, matmul(matmul(p, t), p)), left)];
  },
  samples: () => [
    { inputs: [{ shape: [2, 2], low: 0.5, high: 3 }, NO_CUTOFF, NO_CUTOFF], params: null },
    { inputs: [{ shape: [3, 2], low: 0.5, high: 3 }, NO_CUTOFF, NO_CUTOFF], params: null },
    { inputs: [{ shape: [2, 3] }, NO_CUTOFF, NO_CUTOFF], params: null },
  ],
});

/** Tolerances with their defaults. */
function tolerances(A: Tensor, options: ToleranceOptions): { atol: number | Tensor; rtol: number | Tensor } {
  const [m, n] = A.shape.slice(-2);
  const epsilon = A.dtype === "float32" ? 2 ** -23 : Number.EPSILON;
  const { atol = 0, rtol = options.atol === undefined ? epsilon * Math.max(m, n) : 0 } = options;
  return { atol, rtol };
}

/** A tolerance for each matrix of A, as a matrix of one element. */
function asElement(tolerance: number | Tensor, A: Tensor): Tensor {
  const batch = A.shape.slice(0, -2);
  if (!(tolerance instanceof Tensor)) return full([...batch, 1, 1], tolerance, { dtype: A.dtype, device: A.device });
  return unsqueeze(unsqueeze(expand(cast(tolerance, A.dtype), batch), -1), -1);
}

/** Pseudoinverses (Moore and Penrose). The derivative holds where the rank does not change. */
export function pinv(A: Tensor, options: ToleranceOptions = {}): Tensor {
  const name = "linalg.pinv";
  checkMatrices(name, A);
  const { atol, rtol } = tolerances(A, options);
  return apply(pinvOp, [A, asElement(atol, A), asElement(rtol, A)], null);
}

/** Number (int32) of singular values above the tolerance. */
export function matrixRank(A: Tensor, options: ToleranceOptions = {}): Tensor {
  checkMatrices("linalg.matrixRank", A);
  const values = options.hermitian ? abs(eigvalsh(A.detach())) : svdvals(A.detach());
  const { atol, rtol } = tolerances(A, options);
  if (values.shape[values.ndim - 1] === 0) return sum(cast(values, "int32"), -1);
  const largest = amax(values, -1);
  const perMatrix = (tolerance: number | Tensor): Tensor => squeeze(asElement(tolerance, A), -1);
  const relative = mul(unsqueeze(largest, -1), perMatrix(rtol));
  return sum(gt(values, maximum(relative, perMatrix(atol))), -1);
}

/** Least squares solutions of A X = B: A [..., m, n], B [..., m, k] or, with the leading axes of A, [..., m]. */
export function lstsq(
  A: Tensor,
  B: Tensor,
  options: { rcond?: number; driver?: "gels" | "gelsy" | "gelsd" | "gelss" } = {},
): LeastSquares {
  const name = "linalg.lstsq";
  checkMatrices(name, A);
  if (B.ndim === 1 || sameShape(B.shape, A.shape.slice(0, -1))) {
    const columns = lstsq(A, unsqueeze(B, -1), options);
    return { ...columns, solution: squeeze(columns.solution, -1) };
  }
  checkMatrices(name, B);
  const { driver = "gelsy" } = options;
  const [a, b] = broadcastStacks(name, A, B);
  const [m, n] = a.shape.slice(-2);
  if (b.shape[b.ndim - 2] !== m) {
    throw new ShapeError(
      `${name}: expected as many rows on both sides, got shapes ${formatShape(A.shape)} and ${formatShape(B.shape)}`,
    );
  }
  const rcond = { rtol: options.rcond };
  const solution = matmul(pinv(a, rcond), b);
  const rank = matrixRank(a, rcond);
  const nothing = (dtype: Tensor["dtype"]): Tensor => empty([0], { dtype, device: a.device });
  // "gels" assumes full rank, and so do the others where vmap hides it.
  const isFull = (): boolean => driver === "gels" || !isReadable(rank) || rank.dataSync().every((r) => r === n);
  const hasResiduals = m > n && driver !== "gelsy" && isFull();
  return {
    solution,
    residuals: hasResiduals
      ? sum(square(sub(matmul(a.detach(), solution.detach()), b.detach())), -2)
      : nothing(a.dtype),
    rank: driver === "gels" ? nothing("int32") : rank,
    singularValues: driver === "gelsd" || driver === "gelss" ? svdvals(a.detach()) : nothing(a.dtype),
  };
}

/** Product of matrices in the cheapest order; the first and the last may be vectors. */
export function multiDot(tensors: readonly Tensor[]): Tensor {
  return multiplyChain("linalg.multiDot", tensors);
}

/** Cross products of vectors of three elements along `dim` (-1); the other axes broadcast. */
export function cross(input: Tensor, other: Tensor, options: { dim?: number } = {}): Tensor {
  return crossAlong("linalg.cross", input, other, options.dim ?? -1);
}

/** Sums of products of the elements of vectors along `dim` (-1); the other axes broadcast. */
export function vecdot(x: Tensor, y: Tensor, options: { dim?: number } = {}): Tensor {
  return sum(mul(x, y), options.dim ?? -1);
}

/** Rows 1, x, x^2, ... of the powers of each element, below `N` (the length of the vectors). */
export function vander(x: Tensor, options: { N?: number } = {}): Tensor {
  if (x.ndim === 0) return vander(reshape(x, [1]), options);
  const { N = x.shape[x.ndim - 1] } = options;
  if (!Number.isInteger(N) || N < 1) {
    throw new ArgumentError(
      `linalg.vander: expected N of at least 1, got ${N}`,
    );
  }
  const base = isFloating(x.dtype) ? x : cast(x, "int32");
  const powers = [add(zerosLike(base), 1)];
  while (powers.length < N) powers.push(mul(powers[powers.length - 1], base));
  return stack(powers, -1);
}

/** The inverse of the map that contracts the axes of A from `ind` (2) on. */
export function tensorinv(A: Tensor, options: { ind?: number } = {}): Tensor {
  const { ind = 2 } = options;
  const [rows, columns] = [A.shape.slice(0, ind), A.shape.slice(ind)];
  if (!(ind > 0) || numelOf(rows) !== numelOf(columns)) {
    throw new ShapeError(
      `linalg.tensorinv: expected as many elements before axis ${ind} as after it, got shape ${formatShape(A.shape)}`,
    );
  }
  return reshape(inv(reshape(A, [numelOf(rows), numelOf(columns)])), [...columns, ...rows]);
}

/** X with tensordot(A, X, X.ndim) = B; the axes `dims` of A are moved to its end first. */
export function tensorsolve(A: Tensor, B: Tensor, options: { dims?: readonly number[] } = {}): Tensor {
  const name = "linalg.tensorsolve";
  const dims = (options.dims ?? []).map((d) => normalizeDim(name, d, A.ndim));
  const a = dims.length === 0 ? A : movedim(A, dims, dims.map((_, i) => A.ndim - dims.length + i));
  const columns = a.shape.slice(B.ndim);
  if (numelOf(columns) !== B.numel || numelOf(a.shape) !== B.numel ** 2) {
    throw new ShapeError(
      `${name}: expected as many unknowns as equations, got shapes ${formatShape(A.shape)} and ${formatShape(B.shape)}`,
    );
  }
  return reshape(solve(reshape(a, [B.numel, B.numel]), reshape(B, [B.numel])), columns);
}
