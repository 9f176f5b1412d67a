/**
 * Eigenvalues of symmetric matrices, and singular values, with what follows from them.
 *
 * @module
 */
import { applyMany } from "../../tensor/apply.ts";
import type { Op } from "../../tensor/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, div, mul, sub } from "../binary.ts";
import { eye } from "../creation.ts";
import { diagEmbed, diagonal } from "../diagonal.ts";
import { unsqueeze } from "../dimensions.ts";
import { matmul } from "../matmul.ts";
import { pad } from "../pad.ts";
import { narrow } from "../slicing.ts";
import { eighOf, svdOf, transposeOf } from "./dense.ts";
import { checkMatrices, checkSquare, matrixOp, mT, plus, symmetric } from "./matrix_op.ts";
import type { EighOptions, Matrix } from "./types.ts";

/** Vectors as rows of a stack of one-row matrices. */
function asRow(x: Tensor): Tensor {
  return unsqueeze(x, -2);
}

/** x_j - x_i, with ones on the diagonal, so that it can be divided by. */
function gaps(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  return add(sub(asRow(x), unsqueeze(x, -1)), eye(n, { dtype: x.dtype, device: x.device }));
}

/** The matrix without its diagonal. */
function offDiagonal(x: Tensor): Tensor {
  return sub(x, diagEmbed(diagonal(x, { dim1: -2, dim2: -1 })));
}

/** The symmetric matrix of which a triangle is read. */
function fromTriangle(a: Matrix, upper: boolean): Matrix {
  const n = a.rows;
  const out = transposeOf(a);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const value = upper ? a.data[j * n + i] : a.data[i * n + j];
      out.data[i * n + j] = out.data[j * n + i] = value;
    }
  }
  return out;
}

/** With A = V diag(l) V^T and E_ij = l_j - l_i: dl = diag(V^T dA V), dV = V ((V^T dA V) / E) off the diagonal. */
const eighOp: Op<boolean> = matrixOp<boolean>({
  name: "eigh",
  gradName: "LinalgEigh",
  outputs: ([[n]]) => [{ shape: [n] }, { shape: [n, n] }],
  compute: ([a], upper) => {
    const { values, vectors } = eighOf(fromTriangle(a, upper));
    return [values, vectors.data];
  },
  saves: { inputs: [], outputs: [0, 1] },
  vjp: (c, [gl, gv]) => {
    const [l, v] = [c.output(0), c.output(1)];
    const turned = gv === null ? null : offDiagonal(div(matmul(mT(v), gv), gaps(l)));
    const inner = plus(gl === null ? null : diagEmbed(gl), turned)!;
    return [symmetric(matmul(matmul(v, inner), mT(v)))];
  },
  jvp: (c, [t]) => {
    const [l, v] = [c.output(0), c.output(1)];
    const inner = matmul(matmul(mT(v), symmetric(t!)), v);
    return [diagonal(inner, { dim1: -2, dim2: -1 }), matmul(v, offDiagonal(div(inner, gaps(l))))];
  },
  // Differences along one element of a matrix would see a triangle; the derivative is that of symmetric matrices.
  samples: () => [{ inputs: [{ shape: [2, 1, 1] }], params: false }],
});

/** Eigenvalues of symmetric matrices in ascending order, and orthonormal eigenvectors as columns. */
export function eigh(A: Tensor, options: EighOptions = {}): { eigenvalues: Tensor; eigenvectors: Tensor } {
  checkSquare("linalg.eigh", A);
  const [eigenvalues, eigenvectors] = applyMany(eighOp, [A], options.UPLO === "U");
  return { eigenvalues, eigenvectors };
}

/** Eigenvalues of symmetric matrices in ascending order. */
export function eigvalsh(A: Tensor, options: EighOptions = {}): Tensor {
  return eigh(A, options).eigenvalues;
}

/** Whether U and V are completed to squares. */
interface SvdParams {
  readonly full: boolean;
}

/** The first columns of U, or rows of V^T, that belong to singular values. */
function thin(x: Tensor, axis: -1 | -2, k: number): Tensor {
  return x.shape[x.ndim + axis] === k ? x : narrow(x, axis, 0, k);
}

/** a without its part in the space that the orthonormal columns of u span; null where they span everything. */
function outside(u: Tensor, a: Tensor): Tensor | null {
  return u.shape[u.ndim - 2] === u.shape[u.ndim - 1] ? null : sub(a, matmul(u, matmul(mT(u), a)));
}

/** x - x^T. */
function skew(x: Tensor): Tensor {
  return sub(x, mT(x));
}

/**
 * With A = U diag(s) V^T, P = U^T dA V and E_ij = s_j^2 - s_i^2:
 * ds = diag(P), dU = U ((P S + S P^T) / E) + (I - U U^T) dA V / s, dV = V ((S P + P^T S) / E) + (I - V V^T) dA^T U / s
 * (Townsend 2016). Columns that complete U and V to squares count as constants.
 */
const svdOp: Op<SvdParams> = matrixOp<SvdParams>({
  name: "svd",
  gradName: "LinalgSvd",
  outputs: ([[m, n]], { full }) => {
    const k = Math.min(m, n);
    return [{ shape: [m, full ? m : k] }, { shape: [k] }, { shape: [full ? n : k, n] }];
  },
  compute: ([a], { full }) => {
    const { u, s, v } = svdOf(a, full);
    return [u.data, s, transposeOf(v).data];
  },
  saves: { inputs: [], outputs: [0, 1, 2] },
  vjp: (c, [gU, gs, gVh]) => {
    const s = c.output(1);
    const k = s.shape[s.ndim - 1];
    const [u, v] = [thin(c.output(0), -1, k), mT(thin(c.output(2), -2, k))];
    const gu = gU === null ? null : thin(gU, -1, k);
    const gv = gVh === null ? null : mT(thin(gVh, -2, k));
    const row = asRow(s);
    const column = unsqueeze(s, -1);
    const squares = gu === null && gv === null ? null : gaps(mul(s, s));
    const fromU = gu === null ? null : mul(div(skew(matmul(mT(u), gu)), squares!), row);
    const fromV = gv === null ? null : mul(column, div(skew(matmul(mT(v), gv)), squares!));
    const inner = plus(plus(gs === null ? null : diagEmbed(gs), fromU), fromV)!;
    let gradient = matmul(matmul(u, inner), mT(v));
    const awayU = gu === null ? null : outside(u, div(gu, row));
    if (awayU !== null) gradient = add(gradient, matmul(awayU, mT(v)));
    const awayV = gv === null ? null : outside(v, div(gv, row));
    if (awayV !== null) gradient = add(gradient, matmul(u, mT(awayV)));
    return [gradient];
  },
  jvp: (c, [t]) => {
    const s = c.output(1);
    const k = s.shape[s.ndim - 1];
    const [u, v] = [thin(c.output(0), -1, k), mT(thin(c.output(2), -2, k))];
    const row = asRow(s);
    const column = unsqueeze(s, -1);
    const p = matmul(matmul(mT(u), t!), v);
    const squares = gaps(mul(s, s));
    const turnU = offDiagonal(div(add(mul(p, row), mul(column, mT(p))), squares));
    const turnV = offDiagonal(div(add(mul(column, p), mul(mT(p), row)), squares));
    const awayU = outside(u, div(matmul(t!, v), row));
    const awayV = outside(v, div(matmul(mT(t!), u), row));
    const dU = plus(matmul(u, turnU), awayU)!;
    const dV = plus(matmul(v, turnV), awayV)!;
    const [more, further] = [c.outputSpec(0).shape.at(-1)! - k, c.outputSpec(2).shape.at(-2)! - k];
    return [
      more === 0 ? dU : pad(dU, [0, more]),
      diagonal(p, { dim1: -2, dim2: -1 }),
      further === 0 ? mT(dV) : pad(mT(dV), [0, 0, 0, further]),
    ];
  },
  samples: () => [
    { inputs: [{ shape: [3, 3] }], params: { full: false } },
    { inputs: [{ shape: [2, 4, 2] }], params: { full: false } },
    { inputs: [{ shape: [2, 3] }], params: { full: false } },
  ],
});

/**
 * A = U diag(S) Vh with orthonormal columns of U and rows of Vh, and singular values in descending order. `fullMatrices`
 * (true) completes U and Vh to squares; the columns that do so count as constants.
 */
export function svd(A: Tensor, options: { fullMatrices?: boolean } = {}): { U: Tensor; S: Tensor; Vh: Tensor } {
  checkMatrices("linalg.svd", A);
  const [U, S, Vh] = applyMany(svdOp, [A], { full: options.fullMatrices !== false });
  return { U, S, Vh };
}

/** Singular values in descending order. */
export function svdvals(A: Tensor): Tensor {
  checkMatrices("linalg.svdvals", A);
  return applyMany(svdOp, [A], { full: false })[1];
}
