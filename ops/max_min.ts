/**
 * Extrema over axes, and where they are. Extrema of two tensors are in `extrema.ts`.
 *
 * Where several elements are equal to the extremum, `amax`, `amin` and the forms without a dim share the gradient evenly among
 * them; the forms with a dim give it to the element at the returned index.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import type { Op } from "../tensor/op.ts";
import { keepDims, normalizeDim, removeDims } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, isnan, logicalOr } from "./compare.ts";
import { maximum, minimum } from "./extrema.ts";
import type { SelectionParams, SharedEvenlyRow } from "./family_types.ts";
import { behindBatch, type Reduced, reduced, reducedShape, reduceSamples, restoreDims, sumOver } from "./reduce.ts";
import { checkNonEmpty, pickOne, selection } from "./selection.ts";
import { reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import type { ReducedDims, ReduceOptions, Selection } from "./types.ts";

/** 1 / k at the k elements that are equal to the extremum `y`, 0 elsewhere. A NaN is equal to one if `matchNaN`. */
function evenShares(x: Tensor, y: Tensor, { dims }: Reduced, matchNaN: boolean): Tensor {
  const isEqual = eq(x, y);
  // Where y is a number, all of x is, as NaN is every extremum.
  const isChosen = cast(matchNaN ? logicalOr(isEqual, isnan(x)) : isEqual, x.dtype);
  return div(isChosen, sumOver(isChosen, { dims, keepdim: true }));
}

/** The record of a reduction that returns one of the elements; those that are equal to it share the gradient evenly. */
export function sharedEvenly(row: SharedEvenlyRow): Op<Reduced> {
  const op: Op<Reduced> = defineOp<Reduced>({
    name: row.name,
    gradName: row.gradName,
    kind: "kernel",
    shape: ([x], p) => {
      checkNonEmpty(row.caller ?? row.name, x.shape, p.dims);
      return { shape: reducedShape(x.shape, p), dtype: x.dtype };
    },
    run: (backend, [x], [out], { dims }) => row.run(backend, x, out, dims),
    rules: "full",
    saves: { inputs: [0], outputs: [0] },
    vjp: (c, [g]) => {
      const [x, p] = [c.input(0), c.params];
      return [mul(restoreDims(g!, x.shape, p), evenShares(x, restoreDims(c.output(), x.shape, p), p, row.matchNaN))];
    },
    jvp: (c, [t]) => {
      const [x, p] = [c.input(0), c.params];
      return [sumOver(mul(t!, evenShares(x, restoreDims(c.output(), x.shape, p), p, row.matchNaN)), p)];
    },
    batch: (_size, _batched, [x], p) => apply(op, [x], behindBatch(p)),
    samples: row.samples,
  });
  return op;
}

/** A record of a maximum or minimum over axes. */
function extremum(name: string, gradName: string, kind: "max" | "min", matchNaN: boolean): Op<Reduced> {
  return sharedEvenly({
    name,
    caller: matchNaN ? kind : name,
    gradName,
    matchNaN,
    run: (backend, x, out, dims) => backend.reduce(kind, x, out, dims),
    samples: () => reduceSamples(false),
  });
}

const amaxOp: Op<Reduced> = extremum("amax", "Amax", "max", false);
const aminOp: Op<Reduced> = extremum("amin", "Amin", "min", false);
const maxOfAllOp: Op<Reduced> = extremum("maxOfAll", "Max", "max", true);
const minOfAllOp: Op<Reduced> = extremum("minOfAll", "Min", "min", true);

/** A record of `argmax` or `argmin` along one axis of a tensor that has axes. */
function argExtremum(name: "argmax" | "argmin"): Op<number> {
  const kind = name === "argmax" ? "max" : "min";
  const op: Op<number> = defineOp<number>({
    name,
    gradName: name === "argmax" ? "Argmax" : "Argmin",
    kind: "kernel",
    shape: ([x], dim) => {
      checkNonEmpty(name, x.shape, [dim]);
      return { shape: removeDims(x.shape, [dim]), dtype: "int32" };
    },
    run: (backend, [x], [out], dim) => backend.argReduce(kind, x, null, out, dim),
    rules: "none",
    batch: (_size, _batched, [x], dim) => apply(op, [x], dim + 1),
    samples: () => [
      { inputs: [{ shape: [3, 4] }], params: 1 },
      { inputs: [{ shape: [3, 4, 2] }], params: 0 },
      { inputs: [{ shape: [5] }], params: 0 },
    ],
  });
  return op;
}

/** A record of `max` or `min` along an axis. */
function extremumAlong(name: "max" | "min"): Op<SelectionParams> {
  return selection<SelectionParams>({
    name,
    gradName: name === "max" ? "Max" : "Min",
    length: (shape, { dim }) => {
      checkNonEmpty(name, shape, [dim]);
      return 1;
    },
    run: (backend, x, values, indices, { dim }) => backend.argReduce(name, x, values, indices, dim),
    samples: () => [
      { inputs: [{ shape: [6] }], params: { dim: 0 } },
      { inputs: [{ shape: [2, 5, 3] }], params: { dim: 1 } },
    ],
  });
}

const maxOp: Op<SelectionParams> = extremumAlong("max");
const minOp: Op<SelectionParams> = extremumAlong("min");
const argmaxOp: Op<number> = argExtremum("argmax");
const argminOp: Op<number> = argExtremum("argmin");

/** Largest element over `dim` (one axis, several, or all). Equal ones share the gradient evenly. NaN counts as largest. */
export function amax(input: Tensor, dim?: ReducedDims, options: ReduceOptions = {}): Tensor {
  return apply(amaxOp, [input], reduced("amax", input, dim, options));
}

/** Smallest element over `dim` (one axis, several, or all). Equal ones share the gradient evenly. NaN counts as smallest. */
export function amin(input: Tensor, dim?: ReducedDims, options: ReduceOptions = {}): Tensor {
  return apply(aminOp, [input], reduced("amin", input, dim, options));
}

/** Both extrema over `dim` (one axis, or all). */
export function aminmax(input: Tensor, dim?: number | null, options: ReduceOptions = {}): { min: Tensor; max: Tensor } {
  // PyTorch gives a 0-d tensor the axis that it is asked to keep.
  const x = input.ndim === 0 && typeof dim === "number" && options.keepdim ? reshape(input, [1]) : input;
  return { min: amin(x, dim, options), max: amax(x, dim, options) };
}

function position(op: Op<number>, input: Tensor, dim: number | null | undefined, options: ReduceOptions): Tensor {
  checkTensor(op.name, input);
  checkOptions(op.name, options, "keepdim");
  if (dim === undefined || dim === null || input.ndim === 0) {
    if (typeof dim === "number") normalizeDim(op.name, dim, 0);
    const index = apply(op, [reshape(input, [input.numel])], 0);
    return options.keepdim ? reshape(index, input.shape.map(() => 1)) : index;
  }
  const axis = normalizeDim(op.name, dim, input.ndim);
  const index = apply(op, [input], axis);
  return options.keepdim ? reshape(index, keepDims(input.shape, [axis])) : index;
}

/** Index (int32) of the first largest element along `dim`; in row-major order where `dim` is not given. */
export function argmax(input: Tensor, dim?: number | null, options: ReduceOptions = {}): Tensor {
  return position(argmaxOp, input, dim, options);
}

/** Index (int32) of the first smallest element along `dim`; in row-major order where `dim` is not given. */
export function argmin(input: Tensor, dim?: number | null, options: ReduceOptions = {}): Tensor {
  return position(argminOp, input, dim, options);
}

/** Largest element, as a 0-d tensor. Equal ones share the gradient evenly. */
export function max(input: Tensor): Tensor;
/** The larger of two tensors, element by element: `maximum`. */
export function max(input: Tensor, other: Tensor): Tensor;
/**
 * Largest element along `dim` and the index of its first occurrence, which takes the gradient.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const { values, indices } = tensor([[3, 9, 1], [7, 5, 7]]).max(1);
 * assertEquals(values.toArray(), [9, 7]);
 * assertEquals(indices.toArray(), [1, 0]);
 * ```
 */
export function max(input: Tensor, dim: number, options?: ReduceOptions): Selection;
export function max(input: Tensor, dim?: number | Tensor, options: ReduceOptions = {}): Tensor | Selection {
  if (dim === undefined) return apply(maxOfAllOp, [input], reduced("max", input, dim, {}));
  return typeof dim === "number" ? pickOne(maxOp, input, dim, {}, options.keepdim) : maximum(input, dim);
}

/** Smallest element, as a 0-d tensor. Equal ones share the gradient evenly. */
export function min(input: Tensor): Tensor;
/** The smaller of two tensors, element by element: `minimum`. */
export function min(input: Tensor, other: Tensor): Tensor;
/** Smallest element along `dim` and the index of its first occurrence, which takes the gradient. */
export function min(input: Tensor, dim: number, options?: ReduceOptions): Selection;
export function min(input: Tensor, dim?: number | Tensor, options: ReduceOptions = {}): Tensor | Selection {
  if (dim === undefined) return apply(minOfAllOp, [input], reduced("min", input, dim, {}));
  return typeof dim === "number" ? pickOne(minOp, input, dim, {}, options.keepdim) : minimum(input, dim);
}
