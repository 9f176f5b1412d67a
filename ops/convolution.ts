/**
 * Convolution over one to three spatial axes, and its two transposes.
 *
 * y = conv(x, w), dx = convInput(dy, w) and dw = convWeight(x, dy) are bilinear and share one trilinear form
 * <dy, conv(x, w)> = <x, convInput(dy, w)> = <w, convWeight(x, dy)>, so each is the derivative rule of the others.
 *
 * @module
 */
import type { ConvolutionGeometry } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { BatchRule, MaybeTensor, Op, Spec } from "../tensor/op.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { cast } from "./cast.ts";
import { zeros } from "./creation.ts";
import { cat } from "./join.ts";
import { rowMajor } from "./layout.ts";
import { sum } from "./reduce.ts";
import { expand, movedim, reshape } from "./shape.ts";
import { perAxis, type Spatial } from "./spatial.ts";
import { defineOp } from "./table.ts";

/** Geometry, and the spatial sizes that a transposed map cannot infer from its operands. */
interface ConvolutionParams extends ConvolutionGeometry {
  /** Spatial sizes of x. */
  readonly input: Shape;
  /** Spatial sizes of the kernel. */
  readonly kernel: Shape;
}

/** Options of the convolutions. */
export interface ConvolutionOptions {
  /** Step of the window. Default: 1. */
  stride?: Spatial;
  /** Zeros around the input; "same" keeps its size (stride 1), "valid" adds none. Default: 0. */
  padding?: Spatial | "same" | "valid";
  /** Distance between kernel elements. Default: 1. */
  dilation?: Spatial;
  /** Number of groups of channels that do not see each other. Default: 1. */
  groups?: number;
}

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends Omit<ConvolutionOptions, "padding"> {
  /** Zeros that the matching convolution would add. Default: 0. */
  padding?: Spatial;
  /** Extra size on one side of the output. Default: 0. */
  outputPadding?: Spatial;
}

/** Size of the output along one axis: floor((n + 2 p - d (k - 1) - 1) / s) + 1. */
function outputSize(n: number, k: number, p: ConvolutionGeometry, i: number): number {
  return Math.floor((n + 2 * p.padding[i] - p.dilation[i] * (k - 1) - 1) / p.stride[i]) + 1;
}

const outputSizes = (p: ConvolutionParams): number[] => p.input.map((n, i) => outputSize(n, p.kernel[i], p, i));

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
  saves: { inputs: [0, 1], outputs: [] },
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
  saves: { inputs: "all", outputs: [] },
  vjp: (c, [g]) => [
    c.needs(0) ? conv(g!, c.input(1), c.params) : null,
    c.needs(1) ? convWeight(g!, c.input(0), c.params) : null,
  ],
  jvp: (c, [tdy, tw]) => [
    total(tdy && convInput(tdy, c.input(1), c.params), tw && convInput(c.input(0), tw, c.params)),
  ],
  batch: (size, batched, [dy, w], p) => {
    if (!batched[1]) return unfold(convInput(fold(dy), w, p), size);
    const wide = grouped(size, [dy, w], batched);
    return ungroup(convInput(wide[0], wide[1], { ...p, groups: p.groups * size }), size);
  },
  samples: () => samples((n, cIn, cOut, p) => [[n, cOut, ...outputSizes(p)], [cOut, cIn / p.groups, ...p.kernel]]),
});

const weightOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
  name: "convolutionWeight",
  gradName: "ConvolutionWeight",
  kind: "kernel",
  shape: ([x, dy], p): Spec => ({ shape: [dy.shape[1], x.shape[1] / p.groups, ...p.kernel], dtype: x.dtype }),
  run: (backend, [x, dy], [dw], p) => backend.convolutionWeight(rowMajor(backend, x), rowMajor(backend, dy), dw, p),
  rules: "full",
  saves: { inputs: "all", outputs: [] },
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
    return reshape(dw, [size, dw.shape[0] / size, ...dw.shape.slice(1)]);
  },
  samples: () => samples((n, cIn, cOut, p) => [[n, cIn, ...p.input], [n, cOut, ...outputSizes(p)]]),
});

function conv(x: Tensor, w: Tensor, p: ConvolutionParams): Tensor {
  return apply(forwardOp, [x, w], p);
}

function convInput(dy: Tensor, w: Tensor, p: ConvolutionParams): Tensor {
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
function overChannels(b: Tensor, p: ConvolutionParams): Tensor {
  return reshape(b, [b.shape[0], ...p.input.map(() => 1)]);
}

/** [B, N, ...] as [B N, ...]. */
function fold(x: Tensor): Tensor {
  return reshape(x, [x.shape[0] * x.shape[1], ...x.shape.slice(2)]);
}

/** [B N, ...] as [B, N, ...]. */
function unfold(x: Tensor, size: number): Tensor {
  return reshape(x, [size, x.shape[0] / size, ...x.shape.slice(1)]);
}

/** [B, N, C, ...] as [N, B C, ...]: each sample's channels become groups of their own. */
function channelsFirst(x: Tensor): Tensor {
  const [size, n, channels, ...spatial] = x.shape;
  return reshape(movedim(x, 0, 1), [n, size * channels, ...spatial]);
}

/** [N, B C, ...] as [B, N, C, ...]. */
function ungroup(y: Tensor, size: number): Tensor {
  const [n, channels, ...spatial] = y.shape;
  return movedim(reshape(y, [n, size, channels / size, ...spatial]), 1, 0);
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
  if (!batched[1]) return batched[0] ? unfold(conv(fold(x), w, p), size) : repeated(conv(x, w, p), size);
  if (!batched[0] && p.groups === 1) return ungroup(conv(x, fold(w), p), size);
  const wide = grouped(size, [x, w], batched);
  return ungroup(conv(wide[0], wide[1], { ...p, groups: p.groups * size }), size);
};

type Shapes = (n: number, cIn: number, cOut: number, p: ConvolutionParams) => Shape[];

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

/** Checks operands, adds a batch axis to a single image, and runs `body` on the batch. */
function withBatchAxis(op: string, rank: number, input: Tensor, body: (x: Tensor) => Tensor): Tensor {
  if (input.ndim === rank + 2) return body(input);
  if (input.ndim !== rank + 1) {
    throw new ShapeError(
      `${op}: expected an input of ${rank + 1} (one image) or ${rank + 2} (batch) dimensions, got ${
        formatShape(input.shape)
      }`,
    );
  }
  const y = body(reshape(input, [1, ...input.shape]));
  return reshape(y, y.shape.slice(1));
}

/**
 * Runs `body` on floating-point operands, which must have one dtype. Integers go through doubles, which are exact below 2^53, and back.
 */
function onFloats(op: string, operands: readonly Tensor[], body: (operands: readonly Tensor[]) => Tensor): Tensor {
  const { dtype } = operands[0];
  const other = operands.find((x) => x.dtype !== dtype);
  if (other !== undefined) {
    throw new DTypeError(
      `${op}: expected operands of one dtype, got ${dtype} and ${other.dtype}; convert one with to()`,
    );
  }
  if (isFloating(dtype)) return body(operands);
  if (dtype === "bool") throw new DTypeError(`${op}: expected numbers, got bool; convert with float() or int()`);
  return cast(body(operands.map((x) => cast(x, "float64"))), dtype);
}

function convolve(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions,
): Tensor {
  const { groups = 1 } = options;
  const stride = perAxis(op, "stride", options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, rank, 1);
  if (weight.ndim !== rank + 2) {
    throw new ShapeError(`${op}: expected a weight of ${rank + 2} dimensions, got ${formatShape(weight.shape)}`);
  }
  const kernel = weight.shape.slice(2);
  return onFloats(
    op,
    bias === null ? [input, weight] : [input, weight, bias],
    (operands) =>
      withBatchAxis(op, rank, operands[0], (x) => {
        const spatial = x.shape.slice(2);
        let source = x;
        let padding: number[];
        if (options.padding === "same") {
          if (stride.some((s) => s !== 1)) throw new ArgumentError(`${op}: expected stride 1 with padding "same"`);
          const whole = kernel.map((k, i) => dilation[i] * (k - 1));
          padding = whole.map((w) => Math.floor(w / 2));
          // An odd total leaves one zero more at the end of the axis.
          for (const [i, w] of whole.entries()) if (w % 2 === 1) source = padEnd(source, i + 2);
        } else padding = perAxis(op, "padding", options.padding === "valid" ? 0 : options.padding ?? 0, rank, 0);
        if (!Number.isInteger(groups) || groups < 1 || weight.shape[0] % groups !== 0) {
          throw new ArgumentError(
            `${op}: expected groups that divide ${weight.shape[0]} output channels, got ${groups}`,
          );
        }
        if (x.shape[1] !== weight.shape[1] * groups) {
          throw new ShapeError(
            `${op}: expected ${weight.shape[1] * groups} input channels (weight ${
              formatShape(weight.shape)
            }, groups ${groups}), ` +
              `got ${x.shape[1]} in axis 1 of ${formatShape(x.shape)}`,
          );
        }
        if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== weight.shape[0])) {
          throw new ShapeError(`${op}: expected a bias of shape [${weight.shape[0]}], got ${formatShape(bias.shape)}`);
        }
        const p: ConvolutionParams = { stride, padding, dilation, groups, kernel, input: source.shape.slice(2) };
        const sizes = outputSizes(p);
        if (sizes.some((n) => n < 1)) {
          throw new ShapeError(
            `${op}: expected a kernel no larger than the padded input, got kernel ${formatShape(kernel)} (dilation ${
              formatShape(dilation)
            }) on ${formatShape(spatial)} with padding ${formatShape(padding)}`,
          );
        }
        return apply(forwardOp, [source, ...operands.slice(1)], p);
      }),
  );
}

/** `x` with one zero more at the end of an axis. */
function padEnd(x: Tensor, axis: number): Tensor {
  return cat([x, zeros(x.shape.map((n, i) => i === axis ? 1 : n), { dtype: x.dtype, device: x.device })], axis);
}

function convolveTransposed(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  const { groups = 1 } = options;
  const stride = perAxis(op, "stride", options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, rank, 1);
  const padding = perAxis(op, "padding", options.padding ?? 0, rank, 0);
  const extra = perAxis(op, "outputPadding", options.outputPadding ?? 0, rank, 0);
  if (weight.ndim !== rank + 2) {
    throw new ShapeError(`${op}: expected a weight of ${rank + 2} dimensions, got ${formatShape(weight.shape)}`);
  }
  for (const [i, e] of extra.entries()) {
    if (e >= Math.max(stride[i], dilation[i])) {
      throw new ArgumentError(`${op}: expected outputPadding below stride or dilation, got ${formatShape(extra)}`);
    }
  }
  return onFloats(
    op,
    bias === null ? [input, weight] : [input, weight, bias],
    (operands) =>
      withBatchAxis(op, rank, operands[0], (x) => {
        if (x.shape[1] !== weight.shape[0] || x.shape[1] % groups !== 0) {
          throw new ShapeError(
            `${op}: expected ${weight.shape[0]} input channels in groups of ${groups} (weight ${
              formatShape(weight.shape)
            }), got ${x.shape[1]} in axis 1 of ${formatShape(x.shape)}`,
          );
        }
        const kernel = weight.shape.slice(2);
        const size = x.shape.slice(2).map((n, i) =>
          (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + extra[i] + 1
        );
        if (size.some((n) => n < 1)) {
          throw new ShapeError(`${op}: expected a positive output size, got ${formatShape(size)}; use less padding`);
        }
        const p: ConvolutionParams = { stride, padding, dilation, groups, kernel, input: size };
        const y = convInput(x, operands[1], p);
        return bias === null ? y : add(y, overChannels(operands[2], p));
      }),
  );
}

/** 1-d convolution of [N, C, L] with weight [O, C / groups, k] and bias [O]. */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv1d", 1, input, weight, bias, options);
}

/** 2-d convolution of [N, C, H, W] with weight [O, C / groups, kh, kw] and bias [O]. */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv2d", 2, input, weight, bias, options);
}

/** 3-d convolution of [N, C, D, H, W] with weight [O, C / groups, kd, kh, kw] and bias [O]. */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv3d", 3, input, weight, bias, options);
}

/** Transpose of {@linkcode conv1d}: [N, C, L] with weight [C, O / groups, k]. */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose1d", 1, input, weight, bias, options);
}

/** Transpose of {@linkcode conv2d}: [N, C, H, W] with weight [C, O / groups, kh, kw]. */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose2d", 2, input, weight, bias, options);
}

/** Transpose of {@linkcode conv3d}: [N, C, D, H, W] with weight [C, O / groups, kd, kh, kw]. */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose3d", 3, input, weight, bias, options);
}
