/**
 * Reading and writing whole slices that a vector of indices names along one axis.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import type { BatchRule, Op, Sample } from "../tensor/op.ts";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.ts";
import { Tensor, type TensorLike, type TensorOptions } from "../tensor/tensor.ts";
import { mul } from "./binary.ts";
import { ones, zeros } from "./creation.ts";
import { flatten, unflatten } from "./dimensions.ts";
import { gather, scatter, scatterAdd } from "./gather_scatter.ts";
import { checkIndexDType, checkIndexRange, wrapIndex } from "./index_check.ts";
import { placing } from "./placing.ts";
import { asTensor } from "./promote.ts";
import { expand, movedim, reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import { where } from "./ternary.ts";

function checkVector(op: string, x: Tensor, index: Tensor, dim: number): void {
  checkIndexDType(op, index);
  if (index.ndim !== 1) {
    throw new ShapeError(`${op}: expected a vector of indices, got an index of shape ${formatShape(index.shape)}`);
  }
  checkIndexRange(op, index, x.shape[dim], dim);
}

/** A batch of index vectors [b, k] as element indices of tensors of `shape` along axis `dim`, all with the batch first. */
function elementIndex(index: Tensor, shape: readonly number[], dim: number): Tensor {
  const sizes = shape.map((_, d) => d === 0 ? index.shape[0] : d === dim ? index.shape[1] : 1);
  return expand(reshape(index, sizes), shape);
}

const indexSelectOp: Op<number> = defineOp<number>({
  name: "indexSelect",
  gradName: "IndexSelect",
  kind: "kernel",
  shape: ([x, index], dim) => {
    checkVector("indexSelect", x, index, dim);
    return { shape: x.shape.with(dim, index.numel), dtype: x.dtype };
  },
  run: (backend, [x, index], [out], dim) => backend.indexSelect(x, index, out, dim),
  rules: "full",
  saves: { inputs: [1], outputs: [] },
  vjp: (c, [g]) => {
    if (!c.needs(0)) return [null, null];
    const target = zeros(c.shape(0), { dtype: g!.dtype, device: g!.device });
    return [apply(indexAddOp, [target, c.input(1), g!], c.params), null];
  },
  jvp: (c, [t]) => [t === null ? null : apply(indexSelectOp, [t, c.input(1)], c.params)],
  batch: (size, batched, [x, index], dim) => {
    if (!batched[1]) return apply(indexSelectOp, [x, index], dim + 1);
    if (batched[0]) return gather(x, dim + 1, elementIndex(index, x.shape.with(dim + 1, index.shape[1]), dim + 1));
    const rows = apply(indexSelectOp, [x, flatten(index)], dim);
    return movedim(unflatten(rows, dim, [size, index.shape[1]]), dim, 0);
  },
  samples: () => [
    { inputs: [{ shape: [3, 4] }, { shape: [5], low: 0, high: 3, dtype: "int32" }], params: 0 },
    { inputs: [{ shape: [2, 3, 2] }, { shape: [2], low: 0, high: 3, dtype: "int32" }], params: 1 },
    { inputs: [{ shape: [3, 0] }, { shape: [2], low: 0, high: 3, dtype: "int32" }], params: 0 },
  ],
});

function checkSlices(op: string): (x: Tensor, index: Tensor, source: Tensor, dim: number) => void {
  return (x, index, source, dim) => {
    checkVector(op, x, index, dim);
    const expected = x.shape.with(dim, index.numel);
    if (!sameShape(source.shape, expected)) {
      throw new ShapeError(
        `${op}: expected a source of shape ${formatShape(expected)} for ${index.numel} indices along axis ${dim} of ${
          formatShape(x.shape)
        }, got ${formatShape(source.shape)}`,
      );
    }
  };
}

function batchSlices(
  op: () => Op<number>,
  byElement: (x: Tensor, dim: number, index: Tensor, source: Tensor) => Tensor,
): BatchRule<number> {
  return (size, batched, [x, index, source], dim) => {
    const whole = batched[0] ? x : expand(x, [size, ...x.shape]);
    const values = batched[2] ? source : expand(source, [size, ...source.shape]);
    if (!batched[1]) return apply(op(), [whole, index, values], dim + 1);
    return byElement(whole, dim + 1, elementIndex(index, values.shape, dim + 1), values);
  };
}

function sliceSamples(): readonly Sample<number>[] {
  return [
    { inputs: [{ shape: [3, 4] }, { shape: [1], low: 0, high: 3, dtype: "int32" }, { shape: [1, 4] }], params: 0 },
    { inputs: [{ shape: [2, 3] }, { shape: [1], low: 0, high: 3, dtype: "int32" }, { shape: [2, 1] }], params: 1 },
  ];
}

const indexAddOp: Op<number> = placing({
  name: "indexAdd",
  gradName: "IndexAdd",
  mode: "add",
  check: checkSlices("indexAdd"),
  place: (backend, out, index, source, dim, mode) => backend.indexReduce(out, index, source, dim, mode),
  read: (x, dim, index) => apply(indexSelectOp, [x, index], dim),
  batch: batchSlices(() => indexAddOp, scatterAdd),
  samples: () => [
    ...sliceSamples(),
    { inputs: [{ shape: [3, 2] }, { shape: [5], low: 0, high: 3, dtype: "int32" }, { shape: [5, 2] }], params: 0 },
  ],
});

const indexCopyOp: Op<number> = placing({
  name: "indexCopy",
  gradName: "IndexCopy",
  mode: "set",
  check: checkSlices("indexCopy"),
  place: (backend, out, index, source, dim, mode) => backend.indexReduce(out, index, source, dim, mode),
  read: (x, dim, index) => apply(indexSelectOp, [x, index], dim),
  batch: batchSlices(() => indexCopyOp, scatter),
  samples: sliceSamples,
});

/** The slices that `index` (a vector of int32, or a 0-d tensor) names along `dim`, in its order. */
export function indexSelect(input: Tensor, dim: number, index: Tensor): Tensor {
  const axis = normalizeDim("indexSelect", dim, input.ndim);
  const at = index.ndim === 0 ? flatten(index) : index;
  if (input.ndim > 0) return apply(indexSelectOp, [input, at], axis);
  return reshape(apply(indexSelectOp, [flatten(input), at], 0), at.numel === 1 ? [] : [at.numel]);
}

/** Runs an op of the family on arguments that may be 0-d. */
function place(name: string, op: Op<number>, input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const axis = normalizeDim(name, dim, input.ndim);
  if (source.dtype !== input.dtype) {
    throw new DTypeError(`${name}: expected a source of dtype ${input.dtype}, got ${source.dtype}`);
  }
  const at = index.ndim === 0 ? flatten(index) : index;
  if (input.ndim === 0) {
    return reshape(apply(op, [flatten(input), at, source.ndim === 0 ? flatten(source) : source], 0), []);
  }
  const slices = source.ndim === 0 && input.ndim === 1 ? flatten(source) : source;
  return apply(op, [input, at, slices], axis);
}

/**
 * A copy of `input` with the slices of `source`, times `alpha`, added to those that `index` names along `dim`.
 *
 * @inplace
 */
export function indexAdd(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  options: { alpha?: number } = {},
): Tensor {
  const { alpha = 1 } = options;
  return place("indexAdd", indexAddOp, input, dim, index, alpha === 1 ? source : mul(source, alpha));
}

/**
 * A copy of `input` with the slices of `source` in place of those that `index` names along `dim`.
 *
 * @inplace
 */
export function indexCopy(input: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return place("indexCopy", indexCopyOp, input, dim, index, source);
}

/**
 * A copy of `input` with `value` (a number or a 0-d tensor) in the slices that `index` names along `dim`.
 *
 * @inplace
 */
export function indexFill(input: Tensor, dim: number, index: Tensor, value: TensorLike): Tensor {
  const axis = normalizeDim("indexFill", dim, input.ndim);
  if (value instanceof Tensor && value.ndim > 0) {
    throw new ShapeError(`indexFill: expected a number or a 0-d tensor, got shape ${formatShape(value.shape)}`);
  }
  const fill = asTensor(value, input.dtype, input.storage.backend, "indexFill");
  const size = input.shape[axis] ?? 1;
  const at = wrapIndex("indexFill", flatten(index), size, axis);
  if (!(value instanceof Tensor)) {
    return indexCopy(input, dim, at, expand(fill, (input.ndim === 0 ? [1] : input.shape).with(axis, at.numel)));
  }
  // By a mask: an index that is named twice fills once, so the derivative of the value counts it once.
  const options: TensorOptions = { dtype: "bool", device: input.device };
  const filled = indexCopy(zeros([size], options), 0, at, ones([at.numel], options));
  return where(reshape(filled, input.shape.map((_, d) => d === axis ? size : 1)), fill, input);
}
