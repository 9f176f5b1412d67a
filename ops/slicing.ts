/**
 * Parts of a tensor along one axis, as views, and their transposes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, IndexError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, normalizeDim, numelOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { unsqueeze } from "./dimensions.ts";
import { linear } from "./families.ts";

/** `length` elements along `dim`, every `step`th from `start`, of an axis that has `size` of them. */
interface SliceParams {
  readonly dim: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
  readonly size: number;
}

function withSize(shape: readonly number[], dim: number, size: number): number[] {
  return shape.map((s, i) => i === dim ? size : s);
}

const shifted = (p: SliceParams): SliceParams => ({ ...p, dim: p.dim + 1 });

const sliceOp: Op<SliceParams> = linear<SliceParams>({
  forward: {
    name: "slice",
    gradName: "Slice",
    kind: "view",
    view: (x, { dim, start, length, step }) => ({
      shape: withSize(x.shape, dim, length),
      strides: x.strides.map((s, i) => i === dim ? s * step : s),
      offset: x.offset + (length > 0 ? start * x.strides[dim] : 0),
    }),
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
    run: (backend, [g], [out], { dim, start, step }) => {
      backend.fill(out, 0);
      if (g.numel === 0) return;
      const strides = out.strides.map((s, i) => i === dim ? s * step : s);
      backend.copy(
        g,
        new Tensor(out.storage, out.dtype, g.shape, strides, start * out.strides[dim], numelOf(g.shape)),
      );
    },
    samples: () => [
      { inputs: [{ shape: [2, 3] }], params: { dim: 0, start: 1, length: 2, step: 2, size: 5 } },
    ],
  },
  transpose: (g, c) => apply(sliceOp, [g], c.params),
  batch: (g, params) => apply(sliceBackwardOp, [g], shifted(params)),
});

/** One place along `dim` of an axis that has `size` of them. */
interface SelectParams {
  readonly dim: number;
  readonly index: number;
  readonly size: number;
}

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

/** Every `step`th element from `start` up to `end` along `dim`; bounds may be negative or beyond the axis, as in Python. */
export function sliceAlong(
  input: Tensor,
  dim: number,
  start: number = 0,
  end: number = Infinity,
  step: number = 1,
): Tensor {
  const axis = normalizeDim("slice", dim, input.ndim);
  if (input.ndim === 0) throw new IndexError("slice: expected a tensor with axes, got a 0-d tensor");
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError(
      `slice: expected a step that is a positive integer, got ${step}; use flip() to go backwards`,
    );
  }
  const size = input.shape[axis];
  const from = clampBound(start, size);
  const to = Math.max(clampBound(end, size), from);
  const length = Math.ceil((to - from) / step);
  return apply(sliceOp, [input], { dim: axis, start: from, length, step, size });
}

/** `length` elements along `dim` from `start`. */
export function narrow(input: Tensor, dim: number, start: number, length: number): Tensor {
  const axis = normalizeDim("narrow", dim, input.ndim);
  const size = input.shape[axis];
  const from = start < 0 ? start + size : start;
  if (!(from >= 0 && length >= 0 && from + length <= size)) {
    throw new IndexError(
      `narrow: expected start and length inside axis ${axis} of shape ${
        formatShape(input.shape)
      }, got start ${start} and ` +
        `length ${length}`,
    );
  }
  return apply(sliceOp, [input], { dim: axis, start: from, length, step: 1, size });
}

/** The slice at one index along `dim`, without that axis. */
export function select(input: Tensor, dim: number, index: number): Tensor {
  if (input.ndim === 0) throw new ShapeError("select: expected a tensor with axes, got a 0-d tensor");
  const axis = normalizeDim("select", dim, input.ndim);
  const size = input.shape[axis];
  const at = index < 0 ? index + size : index;
  if (!Number.isInteger(index) || at < 0 || at >= size) {
    throw new IndexError(
      `select: expected an index in [${-size}, ${size - 1}] for axis ${axis} of shape ${
        formatShape(input.shape)
      }, got ${index}`,
    );
  }
  return apply(selectOp, [input], { dim: axis, index: at, size });
}
