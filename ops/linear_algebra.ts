/**
 * Products of tensors beyond matrix products: traces, contractions, Kronecker and cross products, chains.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeDim, numelOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "./binary.ts";
import { diagonal } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { checkSameDType } from "./promote.ts";
import { roll } from "./rearrange.ts";
import { sum } from "./reduce.ts";
import { permute, reshape } from "./shape.ts";
import type { TensordotOptions } from "./types.ts";

/** Sum of the diagonal of a matrix. */
export function trace(input: Tensor): Tensor {
  if (input.ndim !== 2) throw new ShapeError(`trace: expected a matrix, got shape ${formatShape(input.shape)}`);
  return sum(diagonal(input));
}

/** Sums of products over pairs of axes of two tensors; the other axes stay, those of the first tensor first. */
export function tensordot(a: Tensor, b: Tensor, options: TensordotOptions = {}): Tensor {
  const { dims = 2 } = options;
  if (typeof dims === "number" && !(Number.isInteger(dims) && dims >= 0 && dims <= Math.min(a.ndim, b.ndim))) {
    throw new ArgumentError(
      `tensordot: expected dims in [0, ${Math.min(a.ndim, b.ndim)}] for shapes ${formatShape(a.shape)} and ${
        formatShape(b.shape)
      }, got ${dims}`,
    );
  }
  const [da, db] = typeof dims === "number"
    ? [Array.from({ length: dims }, (_, i) => a.ndim - dims + i), Array.from({ length: dims }, (_, i) => i)]
    : [
      dims[0].map((d) => normalizeDim("tensordot", d, a.ndim)),
      dims[1].map((d) => normalizeDim("tensordot", d, b.ndim)),
    ];
  if (da.length !== db.length || da.some((d, i) => a.shape[d] !== b.shape[db[i]])) {
    throw new ShapeError(
      `tensordot: expected pairs of axes of one size, got axes ${formatShape(da)} of shape ${
        formatShape(a.shape)
      } and ` +
        `${formatShape(db)} of shape ${formatShape(b.shape)}`,
    );
  }
  const restA = a.shape.flatMap((_, d) => da.includes(d) ? [] : [d]);
  const restB = b.shape.flatMap((_, d) => db.includes(d) ? [] : [d]);
  const [rows, columns] = [restA.map((d) => a.shape[d]), restB.map((d) => b.shape[d])];
  const size = numelOf(da.map((d) => a.shape[d]));
  const left = reshape(permute(a, [...restA, ...da]), [numelOf(rows), size]);
  const right = reshape(permute(b, [...db, ...restB]), [size, numelOf(columns)]);
  return reshape(matmul(left, right), [...rows, ...columns]);
}

/** Kronecker product: every element of `input` times the whole of `other`. */
export function kron(input: Tensor, other: Tensor): Tensor {
  const rank = Math.max(input.ndim, other.ndim);
  const padded = (x: Tensor): number[] => [...new Array<number>(rank - x.ndim).fill(1), ...x.shape];
  const [a, b] = [padded(input), padded(other)];
  const product = mul(reshape(input, a.flatMap((n) => [n, 1])), reshape(other, b.flatMap((n) => [1, n])));
  return reshape(product, a.map((n, d) => n * b[d]));
}

/** Cross product along an axis of size 3; the other axes broadcast. */
export function crossAlong(op: string, a: Tensor, b: Tensor, dim: number): Tensor {
  if (a.ndim !== b.ndim) {
    throw new ShapeError(
      `${op}: expected tensors of as many axes, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  const axis = normalizeDim(op, dim, a.ndim);
  if (a.shape[axis] !== 3 || b.shape[axis] !== 3) {
    throw new ShapeError(
      `${op}: expected size 3 along axis ${axis}, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  checkSameDType(op, [a, b]);
  // (a x b)_i = a_(i + 1) b_(i + 2) - a_(i + 2) b_(i + 1), indices modulo 3.
  const turned = (x: Tensor, by: number): Tensor => roll(x, -by, axis);
  return sub(mul(turned(a, 1), turned(b, 2)), mul(turned(a, 2), turned(b, 1)));
}

/** Cross product of vectors of three elements along `dim`: by default the first axis of size 3. */
export function cross(input: Tensor, other: Tensor, dim?: number | null): Tensor {
  const axis = dim ?? input.shape.findIndex((size, d) => size === 3 && other.shape[d] === 3);
  if (axis === -1 && (dim === undefined || dim === null)) {
    throw new ShapeError(
      `cross: expected an axis of size 3, got shapes ${formatShape(input.shape)} and ${formatShape(other.shape)}`,
    );
  }
  return crossAlong("cross", input, other, axis);
}

/** Cheapest split of each range of a chain of matrices with the given sizes (Cormen et al., matrix-chain order). */
function chainSplits(sizes: readonly number[]): number[][] {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const split = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 2; length <= n; length++) {
    for (let i = 0; i + length <= n; i++) {
      const j = i + length - 1;
      cost[i][j] = Infinity;
      for (let k = i; k < j; k++) {
        const total = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
        if (total < cost[i][j]) [cost[i][j], split[i][j]] = [total, k];
      }
    }
  }
  return split;
}

/** Product of matrices in the cheapest order; the first and the last may be vectors. */
export function multiplyChain(op: string, tensors: readonly Tensor[]): Tensor {
  if (tensors.length < 2) throw new ArgumentError(`${op}: expected at least two tensors, got ${tensors.length}`);
  const last = tensors.length - 1;
  for (const [i, x] of tensors.entries()) {
    if (x.ndim === 2 || (x.ndim === 1 && (i === 0 || i === last))) continue;
    throw new ShapeError(
      `${op}: expected matrices, with vectors at the ends at most, got shape ${formatShape(x.shape)}`,
    );
  }
  const matrices = tensors.map((x, i) => x.ndim === 2 ? x : reshape(x, i === 0 ? [1, x.numel] : [x.numel, 1]));
  const split = chainSplits([...matrices.map((x) => x.shape[0]), matrices[last].shape[1]]);
  const multiply = (i: number, j: number): Tensor =>
    i === j ? matrices[i] : matmul(multiply(i, split[i][j]), multiply(split[i][j] + 1, j));
  const product = multiply(0, last);
  const shape = product.shape.filter((_, d) => tensors[d === 0 ? 0 : last].ndim === 2);
  return reshape(product, shape);
}

/** Product of matrices in the cheapest order. */
export function chainMatmul(...matrices: readonly Tensor[]): Tensor {
  return multiplyChain("chainMatmul", matrices);
}
