/**
 * Gathering and scattering by an index tensor with as many axes as the input.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import type { BatchRule, Op, Sample } from "../tensor/op.ts";
import { broadcastShapes, formatShape, normalizeDim, type Shape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import { flatten } from "./dimensions.ts";
import { checkIndexDType, checkIndexRange } from "./index_check.ts";
import { placing } from "./placing.ts";
import { asTensor } from "./promote.ts";
import { expand, reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { scatterReduce } from "./scatter_reduce.ts";
import { defineOp } from "./table.ts";
import type { ScatterOptions } from "./types.ts";

function checkIndexShape(op: string, x: Tensor, index: Tensor, dim: number): void {
  const fits = index.ndim === x.ndim && index.shape.every((size, d) => d === dim || size <= x.shape[d]);
  if (!fits) {
    throw new ShapeError(
      `${op}: expected an index with as many axes as the input, not larger than it except along axis ${dim}, got input ${
        formatShape(x.shape)
      } and index ${formatShape(index.shape)}`,
    );
  }
}

/** Throws unless `index` names elements of `x` along `dim`. */
export function checkElementIndex(op: string, x: Tensor, index: Tensor, dim: number): void {
  checkIndexDType(op, index);
  checkIndexShape(op, x, index, dim);
  checkIndexRange(op, index, x.shape[dim], dim);
}

const gatherOp: Op<number> = defineOp<number>({
  name: "gather",
  gradName: "Gather",
  kind: "kernel",
  shape: ([x, index], dim) => {
    checkElementIndex("gather", x, index, dim);
    return { shape: index.shape, dtype: x.dtype };
  },
  run: (backend, [x, index], [out], dim) => backend.gather(x, index, out, dim),
  rules: "full",
  saves: { inputs: [1], outputs: [] },
  vjp: (c, [g]) => {
    if (!c.needs(0)) return [null, null];
    const target = zeros(c.shape(0), { dtype: g!.dtype, device: g!.device });
    return [apply(scatterAddOp, [target, c.input(1), g!], c.params), null];
  },
  jvp: (c, [t]) => [t === null ? null : apply(gatherOp, [t, c.input(1)], c.params)],
  batch: (size, batched, [x, index], dim) =>
    apply(gatherOp, [withBatch(x, batched[0], size), withBatch(index, batched[1], size)], dim + 1),
  samples: () => [
    { inputs: [{ shape: [3, 4] }, { shape: [2, 4], low: 0, high: 3, dtype: "int32" }], params: 0 },
    { inputs: [{ shape: [3, 2] }, { shape: [2, 5], low: 0, high: 2, dtype: "int32" }], params: 1 },
    { inputs: [{ shape: [3] }, { shape: [0], dtype: "int32" }], params: 0 },
  ],
});

function withBatch(x: Tensor, isBatched: boolean, size: number): Tensor {
  return isBatched ? x : expand(x, [size, ...x.shape]);
}

/** Batch rule of ops of (input, index, source) whose parameter is the axis. */
export function batchAll(op: () => Op<number>): BatchRule<number> {
  return (size, batched, inputs, dim) => apply(op(), inputs.map((x, i) => withBatch(x, batched[i], size)), dim + 1);
}

function scatterSamples(): readonly Sample<number>[] {
  return [
    { inputs: [{ shape: [3, 4] }, { shape: [1, 4], low: 0, high: 3, dtype: "int32" }, { shape: [1, 4] }], params: 0 },
    { inputs: [{ shape: [3, 2] }, { shape: [2, 1], low: 0, high: 2, dtype: "int32" }, { shape: [2, 1] }], params: 1 },
  ];
}

function checkScatter(op: string): (x: Tensor, index: Tensor, source: Tensor, dim: number) => void {
  return (x, index, source, dim) => {
    checkElementIndex(op, x, index, dim);
    if (formatShape(source.shape) !== formatShape(index.shape)) {
      throw new ShapeError(
        `${op}: expected a source of the shape of the index, got ${formatShape(source.shape)} and ${
          formatShape(index.shape)
        }`,
      );
    }
  };
}

const scatterOp: Op<number> = placing({
  name: "scatter",
  gradName: "Scatter",
  mode: "set",
  check: checkScatter("scatter"),
  place: (backend, out, index, source, dim, mode) => backend.scatter(out, index, source, dim, mode),
  read: gather,
  batch: batchAll(() => scatterOp),
  samples: scatterSamples,
});

const scatterAddOp: Op<number> = placing({
  name: "scatterAdd",
  gradName: "ScatterAdd",
  mode: "add",
  check: checkScatter("scatterAdd"),
  place: (backend, out, index, source, dim, mode) => backend.scatter(out, index, source, dim, mode),
  read: gather,
  batch: batchAll(() => scatterAddOp),
  samples: () => [
    ...scatterSamples(),
    { inputs: [{ shape: [2] }, { shape: [5], low: 0, high: 2, dtype: "int32" }, { shape: [5] }], params: 0 },
  ],
});

/**
 * Elements of `input` at the positions that `index` (int32, as many axes) names along `dim`; the result has its shape.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * assertEquals(x.gather(1, tensor([[0, 0], [1, 0]], { dtype: "int32" })).toArray(), [[1, 1], [4, 3]]);
 * ```
 *
 * @throws IndexError for positions outside of the axis.
 * @throws DTypeError unless `index` is int32.
 */
export function gather(input: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeDim("gather", dim, input.ndim);
  if (input.ndim > 0) {
    return apply(gatherOp, [input, index.ndim === 0 && input.ndim === 1 ? flatten(index) : index], axis);
  }
  return reshape(apply(gatherOp, [flatten(input), index.ndim === 0 ? flatten(index) : index], 0), index.shape);
}

/** Operands of a scatter: 0-d tensors as vectors, the source a tensor of the dtype of the input and the shape of the index. */
export interface ScatterOperands {
  readonly x: Tensor;
  readonly index: Tensor;
  readonly source: Tensor;
  readonly axis: number;
  /** Gives the result the shape of the original input. */
  restore(result: Tensor): Tensor;
}

/** Brings the arguments of a scatter into the form of its record. */
export function scatterOperands(
  op: string,
  input: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
): ScatterOperands {
  const axis = normalizeDim(op, dim, input.ndim);
  const x = input.ndim === 0 ? flatten(input) : input;
  const at = index.ndim === 0 ? flatten(index) : index;
  checkIndexShape(op, x, at, axis);
  const whole = source instanceof Tensor
    ? source.ndim === 0 ? flatten(source) : source
    : expand(asTensor(source, input.dtype, input.storage.backend, "scatter"), at.shape);
  if (whole.dtype !== input.dtype) {
    throw new DTypeError(`${op}: expected a source of dtype ${input.dtype}, got ${whole.dtype}`);
  }
  if (whole.ndim !== at.ndim || at.shape.some((size, d) => size > whole.shape[d])) {
    throw new ShapeError(
      `${op}: expected a source at least as large as the index, got ${formatShape(whole.shape)} and ${
        formatShape(at.shape)
      }`,
    );
  }
  return {
    x,
    index: at,
    source: at.shape.reduce((part, size, d) => size === part.shape[d] ? part : narrow(part, d, 0, size), whole),
    axis,
    restore: (result) => input.ndim === 0 ? reshape(result, []) : result,
  };
}

/**
 * A copy of `input` with the elements of `source` (a tensor, or one number) at the positions that `index` names along
 * `dim`. Where indices repeat, one of the elements wins.
 *
 * @inplace
 */
export function scatter(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: TensorLike,
  options: ScatterOptions = {},
): Tensor {
  const { x, index: at, source: values, axis, restore } = scatterOperands("scatter", input, dim, index, source);
  switch (options.reduce) {
    case undefined:
      return restore(apply(scatterOp, [x, at, values], axis));
    case "add":
      return restore(apply(scatterAddOp, [x, at, values], axis));
    case "multiply":
      return restore(scatterReduce(x, axis, at, values, "prod"));
    default:
      throw new ArgumentError(`scatter: expected reduce "add" or "multiply", got ${String(options.reduce)}`);
  }
}

/**
 * A copy of `input` with the elements of `source` added at the positions that `index` names along `dim`.
 *
 * @inplace
 */
export function scatterAdd(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const { x, index: at, source: values, axis, restore } = scatterOperands("scatterAdd", input, dim, index, source);
  return restore(apply(scatterAddOp, [x, at, values], axis));
}

/** `shape` with the size of axis `dim` of `from`. */
function withAxis(shape: Shape, dim: number, from: Shape): Shape {
  return shape.with(dim, from[dim]);
}

/** Elements that `index` names along `dim`, other axes broadcasting; without `dim` both count as vectors. */
export function takeAlongDim(input: Tensor, index: Tensor, dim?: number | null): Tensor {
  if (dim === undefined || dim === null) return gather(flatten(input), 0, flatten(index));
  const axis = normalizeDim("takeAlongDim", dim, input.ndim);
  if (input.ndim !== index.ndim) {
    throw new ShapeError(
      `takeAlongDim: expected an input and an index with as many axes, got ${formatShape(input.shape)} and ${
        formatShape(index.shape)
      }`,
    );
  }
  if (input.ndim === 0) return gather(input, 0, index);
  const common = broadcastShapes("takeAlongDim", input.shape.with(axis, 1), index.shape.with(axis, 1));
  return gather(
    expand(input, withAxis(common, axis, input.shape)),
    axis,
    expand(index, withAxis(common, axis, index.shape)),
  );
}
