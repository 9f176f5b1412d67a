/**
 * Windows given by explicit strides, and writing into them. They also serve views whose base was written in place.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { type Op, SAVES_NOTHING, type ViewSpec } from "../tensor/op.ts";
import {
  checkShape,
  contiguousStrides,
  formatShape,
  isRowMajor,
  numelOf,
  sameShape,
  type Shape,
} from "../tensor/shape.ts";
import { BYTES_PER_ELEMENT } from "../tensor/dtype.ts";
import { empty, Tensor } from "../tensor/tensor.ts";
import { div } from "./binary.ts";
import { ones, zeros, zerosLike } from "./creation.ts";
import { contiguous, expand } from "./shape.ts";
import { linear } from "./families.ts";
import type { Restride, Window } from "./record_types.ts";
import { defineOp } from "./table.ts";

/** Elements that a buffer needs for a window. */
function extent(window: Window): number {
  if (numelOf(window.shape) === 0) return 0;
  return window.shape.reduce((end, size, i) => end + (size - 1) * window.strides[i], window.offset + 1);
}

/** The windows of `size` buffers that begin `step` elements apart. */
function overBatch(
  { from, to }: Restride,
  size: number,
  step: number = Math.max(extent(from), extent(to)),
): Restride {
  const widen = ({ shape, strides, offset }: Window): Window => ({
    shape: [size, ...shape],
    strides: [step, ...strides],
    offset,
  });
  return { from: widen(from), to: widen(to) };
}

/** True if no two indices of the window meet in one element; may say false where they do not. */
function isInjective(window: Window): boolean {
  const axes = window.shape.map((size, i) => ({ size, stride: window.strides[i] })).filter((a) => a.size > 1);
  axes.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  for (const { size, stride } of axes) {
    if (stride <= reach) return false;
    reach += (size - 1) * stride;
  }
  return true;
}

/** The position in the buffer of every element of a window, in row-major order. */
function positions(window: Window): Int32Array {
  const out = new Int32Array(numelOf(window.shape));
  const index = new Array<number>(window.shape.length).fill(0);
  for (let n = 0; n < out.length; n++) {
    out[n] = index.reduce((at, i, axis) => at + i * window.strides[axis], window.offset);
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === window.shape[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/** Throws unless the window lies in a buffer of `available` elements and begins at `start` or later. */
function checkWindow(op: string, to: Window, available: number, start: number = 0): void {
  const { shape, strides, offset } = to;
  checkShape(op, shape);
  const whole = (n: number, least: number): boolean => Number.isInteger(n) && n >= least;
  const got = `got shape ${formatShape(shape)}, strides ${formatShape(strides)}, offset ${offset}`;
  if (shape.length !== strides?.length || !strides.every((n) => whole(n, 0)) || !whole(offset, start)) {
    throw new ArgumentError(
      `${op}: expected one non-negative integer stride per axis and an offset of ${start} or more, ${got}`,
    );
  }
  if (extent(to) > available) {
    throw new ShapeError(`${op}: expected a window inside the storage of ${available} elements, ${got}`);
  }
}

function windowOf(buffer: Tensor, window: Window): Tensor {
  return new Tensor(buffer.storage, buffer.dtype, window.shape, window.strides, window.offset, numelOf(window.shape));
}

/**
 * Lays the input out in a zeroed buffer through `from`, adding where positions meet, and reads the buffer through `to`.
 * As a matrix its transpose is the same with the windows swapped.
 */
const restrideOp: Op<Restride> = linear<Restride>({
  forward: {
    name: "restride",
    gradName: "AsStrided",
    kind: "kernel",
    shape: ([x], { to }) => ({ shape: to.shape, dtype: x.dtype }),
    run: (backend, [x], [out], { from, to }) => {
      const buffer = empty(backend, [Math.max(extent(from), extent(to))], x.dtype);
      backend.fill(buffer, 0);
      if (isInjective(from)) backend.copy(x, windowOf(buffer, from));
      else {
        const index = empty(backend, [x.numel], "int32");
        backend.write(index, positions(from));
        const flat = empty(backend, [x.numel], x.dtype);
        backend.copy(x, windowOf(flat, { shape: x.shape, strides: contiguousStrides(x.shape), offset: 0 }));
        backend.scatter(buffer, index, flat, 0, "add");
      }
      backend.copy(windowOf(buffer, to), out);
    },
    samples: () => [{
      inputs: [{ shape: [2, 2] }],
      params: {
        from: { shape: [2, 2], strides: [1, 1], offset: 0 },
        to: { shape: [3], strides: [1], offset: 0 },
      },
    }],
  },
  transpose: (g, c) => apply(restrideOp, [g], { from: c.params.to, to: c.params.from }),
  batch: (x, params) => apply(restrideOp, [x], overBatch(params, x.shape[0])),
});

/**
 * `x`, which lies in a buffer as `from` says, divided by how many of its elements share their place. Elements that share
 * one are equal, and each stands for its part of it.
 */
function shares(x: Tensor, from: Window): Tensor {
  if (isInjective(from)) return x;
  const one = ones(from.shape, { dtype: x.dtype, device: x.device });
  return div(x, apply(restrideOp, [one], { from, to: from }));
}

const asStridedOp: Op<Restride> = defineOp<Restride>({
  name: "asStrided",
  gradName: "AsStrided",
  kind: "view",
  view: (_x, { to }): ViewSpec => to,
  samples: () => [{
    inputs: [{ shape: [6] }],
    params: {
      from: { shape: [6], strides: [1], offset: 0 },
      to: { shape: [2, 3], strides: [1, 2], offset: 0 },
    },
  }],
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, [g]) => {
    const { from, to } = c.params;
    return [shares(apply(restrideOp, [g!], { from: to, to: from }), from)];
  },
  // A tangent need not lie in memory as its primal does.
  jvp: (c, [t]) => [apply(restrideOp, [shares(t!, c.params.from)], c.params)],
  batch: (size, _batched, [x], params) => {
    const sample = { shape: x.shape.slice(1), strides: x.strides.slice(1), offset: x.offset };
    checkWindow("asStrided", params.to, extent(sample), x.offset);
    return apply(asStridedOp, [x], overBatch(params, size, x.strides[0]));
  },
});

/** True if the window lays its elements out in row-major order from the beginning of the buffer. */
function isWhole({ shape, strides, offset }: Window): boolean {
  return offset === 0 && isRowMajor(shape, strides);
}

/** The window `to` of `x` laid out through `from`. */
function readWindow(x: Tensor, params: Restride): Tensor {
  if (!isWhole(params.from)) return apply(restrideOp, [x], params);
  const whole = contiguous(x);
  const { shape, strides, offset } = params.to;
  return asStrided(whole, shape, strides, whole.offset + offset);
}

/**
 * The base, which lies in a buffer as `from` says, with the elements of the window `to` of that buffer replaced by the
 * source; also the history of a base that was written through a view.
 */
export const asStridedScatterOp: Op<Restride> = defineOp<Restride>({
  name: "asStridedScatter",
  gradName: "CopySlices",
  kind: "kernel",
  shape: ([base, source], { to }) => {
    if (!sameShape(source.shape, to.shape)) {
      throw new ShapeError(
        `asStridedScatter: expected a source of shape ${formatShape(to.shape)}, got ${formatShape(source.shape)}`,
      );
    }
    return { shape: base.shape, dtype: base.dtype };
  },
  run: (backend, [base, source], [out], { from, to }) => {
    const whole = isWhole(from);
    const buffer = whole ? out : empty(backend, [Math.max(extent(from), extent(to))], base.dtype);
    backend.copy(base, windowOf(buffer, from));
    backend.copy(source, windowOf(buffer, to));
    if (!whole) backend.copy(windowOf(buffer, from), out);
  },
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, [g]) => [
    c.needs(0)
      ? apply(asStridedScatterOp, [g!, zeros(c.shape(1), { dtype: g!.dtype, device: g!.device })], c.params)
      : null,
    c.needs(1) ? readWindow(g!, c.params) : null,
  ],
  jvp: (c, [base, source]) => [
    apply(asStridedScatterOp, [base ?? zerosLike(c.input(0)), source ?? zerosLike(c.input(1))], c.params),
  ],
  batch: (size, batched, [base, source], params) =>
    apply(asStridedScatterOp, [
      batched[0] ? base : expand(base, [size, ...base.shape]),
      batched[1] ? source : expand(source, [size, ...source.shape]),
    ], overBatch(params, size)),
  samples: () => [
    {
      inputs: [{ shape: [3, 4] }, { shape: [2, 2] }],
      params: {
        from: { shape: [3, 4], strides: [4, 1], offset: 0 },
        to: { shape: [2, 2], strides: [4, 2], offset: 1 },
      },
    },
    {
      inputs: [{ shape: [3, 2] }, { shape: [2] }],
      params: { from: { shape: [3, 2], strides: [1, 4], offset: 1 }, to: { shape: [2], strides: [1], offset: 2 } },
    },
  ],
});

/** Where `view` lies as seen from the base whose storage it shares. */
export function placement(base: Tensor, view: Tensor): Restride {
  return {
    from: { shape: base.shape, strides: base.strides, offset: 0 },
    to: { shape: view.shape, strides: view.strides, offset: view.offset - base.offset },
  };
}

/** A view of the input's storage with explicit strides and offset, in elements. */
export function asStrided(
  input: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number = input.offset,
): Tensor {
  const to = { shape, strides, offset };
  checkWindow("asStrided", to, input.storage.byteLength / BYTES_PER_ELEMENT[input.dtype]);
  const from = { shape: input.shape, strides: input.strides, offset: input.offset };
  return apply(asStridedOp, [input], { from, to });
}

/** A copy of `input` in which the window given by shape, strides and offset holds `source`. */
export function asStridedScatter(
  input: Tensor,
  source: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number = 0,
): Tensor {
  const from = { shape: input.shape, strides: contiguousStrides(input.shape), offset: 0 };
  const to = { shape, strides, offset };
  checkWindow("asStridedScatter", to, input.numel);
  return apply(asStridedScatterOp, [input, source], { from, to });
}
