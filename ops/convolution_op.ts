/**
 * The records of convolution over one to three spatial axes, and of its two transposes.
 *
 * y = conv(x, w), dx = convInput(dy, w) and dw = convWeight(x, dy) are bilinear and share one trilinear form
 * <dy, conv(x, w)> = <x, convInput(dy, w)> = <w, convWeight(x, dy)>, so each is the derivative rule of the others.
 *
 * @module
 */
import type { ConvolutionGeometry } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { type BatchRule, type MaybeTensor, type Op, SAVES_FACTORS, type Spec } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { rowMajor } from "./layout.ts";
import { sum } from "./reduce.ts";
import { expand, movedim, reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import type { ConvolutionParams, Shapes } from "./window_types.ts";

/** Size of the output along one axis: floor((n + 2 p - d (k - 1) - 1) / s) + 1. */
function outputSize(n: number, k: number, p: ConvolutionGeometry, i: number): number {
  return Math.floor((n + 2 * p.padding[i] - p.dilation[i] * (k - 1) - 1) / p.stride[i]) + 1;
}

/** Spatial sizes of y. */
export function outputSizes(p: ConvolutionParams): number[] {
  return p.input.map((n, i) => outputSize(n, p.kernel[i], p, i));
}

const forwardOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
  name: "convolution",
  gradName: "Convolution",
  kind: "kernel",
  shape: ([x, w], p): Spec => ({ shape: [x.shape[0], w.shape[0], ...outputSizes(p)], dtype: x.dtype }),
  run: (backend, [x, w, b], [y], p) =>
    backend.convolution(
      rowMajor(backend, x),
      rowMajor(backend, w),
      b === undefined ? null : rowMajor(backend, b),
      y,
      p,
    ),
  rules: "full",
  saves: { inputs: [0, 1], outputs: [], readers: [[1], [0], []] },
  vjp: (c, [g]) => [
    c.needs(0) ? convInput(g!, c.input(1), c.params) : null,
    c.needs(1) ? convWeight(c.input(0), g!, c.params) : null,
    ...(c.arity === 3 ? [c.needs(2) ? sumToChannels(g!) : null] : []),
  ],
  jvp: (c, [tx, tw, tb = null]) => {
    const y = total(tx && conv(tx, c.input(1), c.params), tw && conv(c.input(0), tw, c.params));
    return [tb === null ? y : total(y, expand(overChannels(tb, c.params), c.outputSpec(0).shape))];
  },
  batch: (size, batched, [x, w, b], p) => {
    const y = batchForward(size, batched, [x, w], p) as Tensor;
    if (b === undefined) return y;
    return add(y, batched[2] ? reshape(b, [size, 1, b.shape[1], ...p.input.map(() => 1)]) : overChannels(b, p));
  },
  samples: () => samples((n, cIn, cOut, p) => [[n, cIn, ...p.input], [cOut, cIn / p.groups, ...p.kernel], [cOut]]),
});

const inputOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
  name: "convolutionInput",
  gradName: "ConvolutionInput",
  kind: "kernel",
  shape: ([dy, w], p): Spec => ({ shape: [dy.shape[0], w.shape[1] * p.groups, ...p.input], dtype: dy.dtype }),
  run: (backend, [dy, w], [dx], p) => backend.convolutionInput(rowMajor(backend, dy), rowMajor(backend, w), dx, p),
  rules: "full",
  saves: SAVES_FACTORS,
  vjp: (c, [g]) => [
    c.needs(0) ? conv(g!, c.input(1), c.params) : null,
    c.needs(1) ? convWeight(g!, c.input(0), c.params) : null,
  ],
  jvp: (c, [tdy, tw]) => [
    total(tdy && convInput(tdy, c.input(1), c.params), tw && convInput(c.input(0), tw, c.params)),
  ],
  batch: (size, batched, [dy, w], p) => {
    if (!batched[1]) return unfold(convInput(fold(dy), w, p), dy.shape);
    const wide = grouped(size, [dy, w], batched);
    return ungroup(convInput(wide[0], wide[1], { ...p, groups: p.groups * size }), size, w.shape[2] * p.groups);
  },
  samples: () => samples((n, cIn, cOut, p) => [[n, cOut, ...outputSizes(p)], [cOut, cIn / p.groups, ...p.kernel]]),
});

const weightOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
  name: "convolutionWeight",
  gradName: "ConvolutionWeight",
  kind: "kernel",
  // Without samples in a vmap there are no groups.
  shape: ([x, dy], p): Spec => ({ shape: [dy.shape[1], x.shape[1] / (p.groups || 1), ...p.kernel], dtype: x.dtype }),
  run: (backend, [x, dy], [dw], p) => backend.convolutionWeight(rowMajor(backend, x), rowMajor(backend, dy), dw, p),
  rules: "full",
  saves: SAVES_FACTORS,
  vjp: (c, [g]) => [
    c.needs(0) ? convInput(c.input(1), g!, c.params) : null,
    c.needs(1) ? conv(c.input(0), g!, c.params) : null,
  ],
  jvp: (c, [tx, tdy]) => [
    total(tx && convWeight(tx, c.input(1), c.params), tdy && convWeight(c.input(0), tdy, c.params)),
  ],
  batch: (size, batched, [x, dy], p) => {
    const whole = [x, dy].map((t, i) => channelsFirst(batched[i] ? t : expand(t, [size, ...t.shape])));
    const dw = convWeight(whole[0], whole[1], { ...p, groups: p.groups * size });
    const [channels, outputs] = [x, dy].map((t, i) => t.shape[batched[i] ? 2 : 1]);
    return reshape(dw, [size, outputs, channels / p.groups, ...p.kernel]);
  },
  samples: () => samples((n, cIn, cOut, p) => [[n, cIn, ...p.input], [n, cOut, ...outputSizes(p)]]),
});

/** y = conv(x, w), plus a bias per channel. */
export function conv(x: Tensor, w: Tensor, p: ConvolutionParams, bias: Tensor | null = null): Tensor {
  return apply(forwardOp, bias === null ? [x, w] : [x, w, bias], p);
}

/** The gradient of x, which is the transposed convolution of dy. */
export function convInput(dy: Tensor, w: Tensor, p: ConvolutionParams): Tensor {
  return apply(inputOp, [dy, w], p);
}

function convWeight(x: Tensor, dy: Tensor, p: ConvolutionParams): Tensor {
  return apply(weightOp, [x, dy], p);
}

function total(a: MaybeTensor, b: MaybeTensor): MaybeTensor {
  return a === null ? b : b === null ? a : add(a, b);
}

/** The gradient of a bias: the sum over everything but channels. */
function sumToChannels(g: Tensor): Tensor {
  return sum(g, g.shape.flatMap((_, i) => i === 1 ? [] : [i]));
}

/** A bias in the shape that broadcasts over the spatial axes. */
export function overChannels(b: Tensor, p: ConvolutionParams): Tensor {
  return reshape(b, [b.shape[0], ...p.input.map(() => 1)]);
}

/** [B, N, ...] as [B N, ...]. */
function fold(x: Tensor): Tensor {
  return reshape(x, [x.shape[0] * x.shape[1], ...x.shape.slice(2)]);
}

/** [B N, ...] as [B, N, ...]. */
function unfold(x: Tensor, [size, n]: Shape): Tensor {
  return reshape(x, [size, n, ...x.shape.slice(1)]);
}

/** [B, N, C, ...] as [N, B C, ...]: each sample's channels become groups of their own. */
function channelsFirst(x: Tensor): Tensor {
  const [size, n, channels, ...spatial] = x.shape;
  return reshape(movedim(x, 0, 1), [n, size * channels, ...spatial]);
}

/** [N, B C, ...] as [B, N, C, ...]. */
function ungroup(y: Tensor, size: number, channels: number): Tensor {
  const [n, , ...spatial] = y.shape;
  return movedim(reshape(y, [n, size, channels, ...spatial]), 1, 0);
}

/** An image operand and a weight, batched or not, as one convolution with a group per sample. */
function grouped(
  size: number,
  [x, w]: readonly Tensor[],
  batched: readonly boolean[],
): [Tensor, Tensor] {
  const image = batched[0] ? x : expand(x, [size, ...x.shape]);
  const weight = batched[1] ? w : expand(w, [size, ...w.shape]);
  return [channelsFirst(image), fold(weight)];
}

/** The same value for every sample: only the bias was batched. */
function repeated(y: Tensor, size: number): Tensor {
  return expand(y, [size, ...y.shape]);
}

const batchForward: BatchRule<ConvolutionParams> = (size, batched, [x, w], p) => {
  if (!batched[1]) return batched[0] ? unfold(conv(fold(x), w, p), x.shape) : repeated(conv(x, w, p), size);
  const channels = w.shape[1];
  if (!batched[0] && p.groups === 1) return ungroup(conv(x, fold(w), p), size, channels);
  const wide = grouped(size, [x, w], batched);
  return ungroup(conv(wide[0], wide[1], { ...p, groups: p.groups * size }), size, channels);
};

function samples(shapes: Shapes): { inputs: { shape: Shape }[]; params: ConvolutionParams }[] {
  const cases: [number, number, number, ConvolutionParams][] = [
    [2, 2, 3, { input: [5], kernel: [3], stride: [1], padding: [1], dilation: [1], groups: 1 }],
    [2, 2, 4, { input: [5, 4], kernel: [3, 2], stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 }],
    [1, 1, 2, {
      input: [3, 3, 3],
      kernel: [2, 2, 2],
      stride: [1, 1, 1],
      padding: [0, 1, 0],
      dilation: [1, 1, 1],
      groups: 1,
    }],
    [0, 2, 2, { input: [4], kernel: [2], stride: [1], padding: [0], dilation: [1], groups: 1 }],
  ];
  return cases.map(([n, cIn, cOut, p]) => ({ inputs: shapes(n, cIn, cOut, p).map((shape) => ({ shape })), params: p }));
}
