/**
 * Parts of a tensor along one axis, as views, and their transposes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, IndexError, ShapeError } from "../tensor/errors.ts";
import type { Op, ViewSpec } from "../tensor/op.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { arange } from "./creation.ts";
import { unsqueeze } from "./dimensions.ts";
import { linear } from "./families.ts";
import { wrapIndex } from "./index_check.ts";
import { indexSelect } from "./index_select.ts";
import { isReadable } from "./readable.ts";
import type { SelectParams, SliceParams } from "./record_types.ts";
import type { SliceBounds } from "./types.ts";
import { scatterInto } from "./view_scatter.ts";

function withSize(shape: readonly number[], dim: number, size: number): number[] {
  return shape.map((s, i) => i === dim ? size : s);
}

const shifted = (p: SliceParams): SliceParams => ({ ...p, dim: p.dim + 1 });

function sliceView(
  x: Pick<Tensor, "shape" | "strides" | "offset">,
  { dim, start, length, step }: SliceParams,
): ViewSpec {
  return {
    shape: withSize(x.shape, dim, length),
    strides: withSize(x.strides, dim, x.strides[dim] * step),
    offset: x.offset + (length > 0 ? start * x.strides[dim] : 0),
  };
}

const sliceOp: Op<SliceParams> = linear<SliceParams>({
  forward: {
    name: "slice",
    gradName: "Slice",
    kind: "view",
    view: sliceView,
    samples: () => [
      { inputs: [{ shape: [5, 3] }], params: { dim: 0, start: 1, length: 2, step: 2, size: 5 } },
      { inputs: [{ shape: [2, 4] }], params: { dim: 1, start: 4, length: 0, step: 1, size: 4 } },
    ],
  },
  transpose: (g, c) => apply(sliceBackwardOp, [g], c.params),
  batch: (x, params) => apply(sliceOp, [x], shifted(params)),
});

/** Zeros with `g` in the sliced places. */
const sliceBackwardOp: Op<SliceParams> = linear<SliceParams>({
  forward: {
    name: "sliceBackward",
    gradName: "SliceBackward",
    kind: "kernel",
    shape: ([g], { dim, size }) => ({ shape: withSize(g.shape, dim, size), dtype: g.dtype }),
    run: (backend, [g], [out], params) => {
      backend.fill(out, 0);
      const { storage, dtype } = out;
      backend.copy(g, { storage, dtype, ...sliceView(out, params), numel: g.numel });
    },
    samples: () => [
      { inputs: [{ shape: [2, 3] }], params: { dim: 0, start: 1, length: 2, step: 2, size: 5 } },
    ],
  },
  transpose: (g, c) => apply(sliceOp, [g], c.params),
  batch: (g, params) => apply(sliceBackwardOp, [g], shifted(params)),
});

const sliceScatterOp: Op<SliceParams> = scatterInto<SliceParams>({
  name: "sliceScatter",
  gradName: "SliceScatter",
  window: sliceView,
  read: (x, params) => apply(sliceOp, [x], params),
  shifted,
  samples: () => [
    { inputs: [{ shape: [5, 3] }, { shape: [2, 3] }], params: { dim: 0, start: 1, length: 2, step: 2, size: 5 } },
    { inputs: [{ shape: [2, 3] }, { shape: [2, 0] }], params: { dim: 1, start: 3, length: 0, step: 1, size: 3 } },
  ],
});

const selectOp: Op<SelectParams> = linear<SelectParams>({
  forward: {
    name: "select",
    gradName: "Select",
    kind: "view",
    view: (x, { dim, index }) => ({
      shape: x.shape.filter((_, i) => i !== dim),
      strides: x.strides.filter((_, i) => i !== dim),
      offset: x.offset + index * x.strides[dim],
    }),
    samples: () => [
      { inputs: [{ shape: [3, 2] }], params: { dim: 0, index: 2, size: 3 } },
      { inputs: [{ shape: [4] }], params: { dim: 0, index: 1, size: 4 } },
    ],
  },
  transpose: (g, c) => {
    const { dim, index, size } = c.params;
    return apply(sliceBackwardOp, [unsqueeze(g, dim)], { dim, start: index, length: 1, step: 1, size });
  },
  batch: (x, params) => apply(selectOp, [x], { ...params, dim: params.dim + 1 }),
});

/** Clamps a slice bound of Python's kind into [0, size]. */
function clampBound(value: number, size: number): number {
  return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
}

/** The axis that `dim` names, of a tensor that must have axes. */
export function axisOf(op: string, input: Tensor, dim: number): number {
  if (input.ndim === 0) throw new ShapeError(`${op}: expected a tensor with axes, got a 0-d tensor`);
  return normalizeDim(op, dim, input.ndim);
}

/** The places that bounds of Python's kind name on axis `dim` of `input`. */
function sliceOf(op: string, input: Tensor, dim: number, start: number, end: number, step: number): SliceParams {
  const axis = axisOf(op, input, dim);
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError(
      `${op}: expected a step that is a positive integer, got ${step}; use flip() to go backwards`,
    );
  }
  // Infinities are whole for Math.trunc, and allowed: they stand for the ends.
  if (Math.trunc(start) !== start || Math.trunc(end) !== end) {
    throw new ArgumentError(`${op}: expected bounds that are integers, got ${start} and ${end}`);
  }
  const size = input.shape[axis];
  const from = clampBound(start, size);
  const to = Math.max(clampBound(end, size), from);
  return { dim: axis, start: from, length: Math.ceil((to - from) / step), step, size };
}

/** Every `step`th element from `start` up to `end` along `dim`; bounds may be negative or beyond the axis, as in Python. */
export function sliceAlong(
  input: Tensor,
  dim: number,
  start: number = 0,
  end: number = Infinity,
  step: number = 1,
): Tensor {
  return apply(sliceOp, [input], sliceOf("slice", input, dim, start, end, step));
}

/** A copy of `input` in which a slice along `dim` holds `source`. */
export function sliceScatter(input: Tensor, source: Tensor, dim: number = 0, bounds: SliceBounds = {}): Tensor {
  const { start = 0, end = Infinity, step = 1 } = bounds;
  return apply(sliceScatterOp, [input, source], sliceOf("sliceScatter", input, dim, start, end, step));
}

/** `length` elements along `dim` from `start`, a number or a 0-d integer tensor. */
export function narrow(input: Tensor, dim: number, start: number | Tensor, length: number): Tensor {
  const axis = axisOf("narrow", input, dim);
  const size = input.shape[axis];
  if (typeof start !== "number" && !isReadable(start)) {
    // A start per sample, or one that only the device knows: the slices are no view of the input.
    const offsets = arange(length, { dtype: "int32", device: input.device });
    return indexSelect(input, axis, add(wrapIndex("narrow", start, size, axis), offsets));
  }
  const first = typeof start === "number" ? start : start.item();
  const from = first < 0 ? first + size : first;
  if (!(Number.isInteger(from) && Number.isInteger(length) && from >= 0 && length >= 0 && from + length <= size)) {
    throw new IndexError(
      `narrow: expected start and length inside axis ${axis} of shape ${
        formatShape(input.shape)
      }, got start ${first} and length ${length}`,
    );
  }
  return apply(sliceOp, [input], { dim: axis, start: from, length, step: 1, size });
}

/** The axis that one index counts on, and the index from its beginning. */
function placeOf(op: string, input: Tensor, dim: number, index: number): SelectParams {
  const axis = axisOf(op, input, dim);
  const size = input.shape[axis];
  const at = index < 0 ? index + size : index;
  if (!Number.isInteger(index) || at < 0 || at >= size) {
    throw new IndexError(
      `${op}: expected an index in [${-size}, ${size - 1}] for axis ${axis} of shape ${
        formatShape(input.shape)
      }, got ${index}`,
    );
  }
  return { dim: axis, index: at, size };
}

/** The slice at one index along `dim`, without that axis. */
export function select(input: Tensor, dim: number, index: number): Tensor {
  return apply(selectOp, [input], placeOf("select", input, dim, index));
}

/** A copy of `input` in which the slice at one index along `dim` holds `source`. */
export function selectScatter(input: Tensor, source: Tensor, dim: number, index: number): Tensor {
  const place = placeOf("selectScatter", input, dim, index);
  const slice = { dim: place.dim, start: place.index, length: 1, step: 1, size: place.size };
  if (source.ndim !== input.ndim - 1) {
    throw new ShapeError(
      `selectScatter: expected a source of ${input.ndim - 1} dimensions for an input of shape ${
        formatShape(input.shape)
      }, got ${formatShape(source.shape)}`,
    );
  }
  return apply(sliceScatterOp, [input, unsqueeze(source, place.dim)], slice);
}
