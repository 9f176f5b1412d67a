/**
 * Diagonals: views of them, and tensors made of them.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op, ViewSpec } from "../tensor/op.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import { flatten } from "./dimensions.ts";
import { linear } from "./families.ts";
import { clone } from "./shape.ts";
import type { DiagonalOptions } from "./types.ts";
import { scatterInto } from "./view_scatter.ts";

interface Diagonal {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

const shifted = ({ offset, dim1, dim2 }: Diagonal): Diagonal => ({ offset, dim1: dim1 + 1, dim2: dim2 + 1 });

function diagonalView(x: Pick<Tensor, "shape" | "strides" | "offset">, { offset, dim1, dim2 }: Diagonal): ViewSpec {
  const rows = x.shape[dim1];
  const columns = x.shape[dim2];
  const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const rest = (values: readonly number[]): number[] => values.filter((_, d) => d !== dim1 && d !== dim2);
  const start = offset >= 0 ? offset * x.strides[dim2] : -offset * x.strides[dim1];
  return {
    shape: [...rest(x.shape), length],
    strides: [...rest(x.strides), x.strides[dim1] + x.strides[dim2]],
    offset: x.offset + (length > 0 ? start : 0),
  };
}

const diagonalOp: Op<Diagonal> = linear<Diagonal>({
  forward: {
    name: "diagonal",
    gradName: "Diagonal",
    kind: "view",
    view: diagonalView,
    samples: () => [
      { inputs: [{ shape: [3, 4] }], params: { offset: 1, dim1: 0, dim2: 1 } },
      { inputs: [{ shape: [2, 3, 3] }], params: { offset: -1, dim1: 2, dim2: 1 } },
      { inputs: [{ shape: [2, 2] }], params: { offset: 3, dim1: 0, dim2: 1 } },
    ],
  },
  transpose: (g, c) => apply(diagonalScatterOp, [zeros(c.shape(0), { dtype: g.dtype, device: g.device }), g], c.params),
  batch: (x, params) => apply(diagonalOp, [x], shifted(params)),
});

const diagonalScatterOp: Op<Diagonal> = scatterInto<Diagonal>({
  name: "diagonalScatter",
  gradName: "DiagonalScatter",
  window: diagonalView,
  read: (x, params) => apply(diagonalOp, [x], params),
  shifted,
  samples: () => [
    { inputs: [{ shape: [3, 4] }, { shape: [3] }], params: { offset: 1, dim1: 0, dim2: 1 } },
    { inputs: [{ shape: [2, 3, 3] }, { shape: [2, 2] }], params: { offset: -1, dim1: 1, dim2: 2 } },
  ],
});

function normalizeDiagonal(op: string, rank: number, options: DiagonalOptions, dims: readonly number[]): Diagonal {
  const { offset = 0, dim1 = dims[0], dim2 = dims[1] } = options;
  const first = normalizeDim(op, dim1, rank);
  const second = normalizeDim(op, dim2, rank);
  if (first === second) throw new ArgumentError(`${op}: expected two different dims, got ${dim1} and ${dim2}`);
  if (!Number.isInteger(offset)) throw new ArgumentError(`${op}: expected an integer offset, got ${offset}`);
  return { offset, dim1: first, dim2: second };
}

/** A view of the diagonal of the axes `dim1` and `dim2` (0 and 1), which becomes the last axis. */
export function diagonal(input: Tensor, options: DiagonalOptions = {}): Tensor {
  if (input.ndim < 2) {
    throw new ShapeError(`diagonal: expected a tensor of at least 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  return apply(diagonalOp, [input], normalizeDiagonal("diagonal", input.ndim, options, [0, 1]));
}

/** A copy of `input` in which the diagonal of `dim1` and `dim2` (0 and 1) holds `source`. */
export function diagonalScatter(input: Tensor, source: Tensor, options: DiagonalOptions = {}): Tensor {
  return apply(
    diagonalScatterOp,
    [input, source],
    normalizeDiagonal("diagonalScatter", input.ndim, options, [0, 1]),
  );
}

/** Matrices with the last axis of `input` on their diagonal and zeros elsewhere; `dim1` and `dim2` (-2 and -1) are axes of the result. */
export function diagEmbed(input: Tensor, options: DiagonalOptions = {}): Tensor {
  if (input.ndim === 0) throw new ShapeError("diagEmbed: expected a tensor with axes, got a 0-d tensor");
  const place = normalizeDiagonal("diagEmbed", input.ndim + 1, options, [-2, -1]);
  const size = input.shape[input.ndim - 1] + Math.abs(place.offset);
  const shape: number[] = [];
  const rest = input.shape.slice(0, -1);
  for (let d = 0; d <= input.ndim; d++) shape.push(d === place.dim1 || d === place.dim2 ? size : rest.shift()!);
  return apply(diagonalScatterOp, [zeros(shape, { dtype: input.dtype, device: input.device }), input], place);
}

/** A matrix with the vector on its diagonal, or the diagonal of a matrix as a copy. */
export function diag(input: Tensor, offset: number = 0): Tensor {
  if (input.ndim === 1) return diagEmbed(input, { offset });
  if (input.ndim === 2) return clone(diagonal(input, { offset }));
  throw new ShapeError(`diag: expected a vector or a matrix, got shape ${formatShape(input.shape)}`);
}

/** A matrix with all elements on its diagonal. */
export function diagflat(input: Tensor, offset: number = 0): Tensor {
  return diagEmbed(flatten(input), { offset });
}
