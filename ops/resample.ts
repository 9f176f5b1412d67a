/**
 * Images in other sizes: interpolation, adaptive average pooling, channels as pixels.
 *
 * Each of these maps is a product of maps along single axes, and those are sums of few taps: out[i] = sum over k of
 * weight[i][k] x[index[i][k]].
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./binary.ts";
import type { InterpolateOptions, InterpolationMode } from "./functional_types.ts";
import { indexSelect } from "./index_select.ts";
import { cubicWeights } from "./interpolation.ts";
import { apart } from "./layout.ts";
import { sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { reshape } from "./shape.ts";
import { perAxis } from "./spatial.ts";
import { fromTyped } from "./tensor_data.ts";
import type { Position, Taps } from "./window_types.ts";

/** Makes taps from a function that gives indices and weights of each output; indices are clamped into the axis. */
function tapsOf(
  input: number,
  output: number,
  count: number,
  at: (i: number) => { index: readonly number[]; weight: readonly number[] },
): Taps {
  const index = new Int32Array(output * count);
  const weight = new Float64Array(output * count);
  for (let i = 0; i < output; i++) {
    const taps = at(i);
    for (let k = 0; k < count; k++) {
      index[i * count + k] = Math.min(Math.max(taps.index[k], 0), input - 1);
      weight[i * count + k] = taps.weight[k];
    }
  }
  return { count, index, weight };
}

/** Applies taps along one axis. */
function along(x: Tensor, axis: number, { count, index, weight }: Taps): Tensor {
  return scoped(() => {
    const { dtype, device } = x;
    const picked = indexSelect(x, axis, fromTyped(index, [index.length], "int32", { device }));
    if (weight === null) return picked;
    const output = index.length / count;
    const rows = [...x.shape.slice(0, axis), output, count, ...x.shape.slice(axis + 1)];
    const values = dtype === "float64" ? weight : Float32Array.from(weight);
    const weights = fromTyped(values, rows.map((n, i) => i === axis || i === axis + 1 ? n : 1), dtype, { device });
    return sum(mul(reshape(picked, rows), weights), axis + 1);
  });
}

/** Applies `taps(input size, output size, position)` along each spatial axis whose size or sampling changes. */
function resample(
  x: Tensor,
  output: Shape,
  taps: (input: number, output: number, axis: number) => Taps | null,
): Tensor {
  let y = x;
  output.forEach((size, i) => {
    const steps = taps(x.shape[i + 2], size, i);
    if (steps !== null) y = along(y, i + 2, steps);
  });
  return apart(y, x);
}

/** Averages over the windows [floor(i n / m), ceil((i + 1) n / m)) of axes of n elements that become m. */
export function averageWindows(x: Tensor, output: Shape): Tensor {
  return resample(x, output, (n, m) => {
    if (n === m) return null;
    const { starts, lengths, longest } = adaptiveWindows(n, m);
    return tapsOf(n, m, longest, (i) => ({
      // Short windows repeat their last element with weight 0.
      index: Array.from({ length: longest }, (_, k) => starts[i] + Math.min(k, lengths[i] - 1)),
      weight: Array.from({ length: longest }, (_, k) => k < lengths[i] ? 1 / lengths[i] : 0),
    }));
  });
}

/** The windows of adaptive pooling along an axis of n elements that becomes m. */
export function adaptiveWindows(n: number, m: number): { starts: number[]; lengths: number[]; longest: number } {
  const starts = Array.from({ length: m }, (_, i) => Math.floor(i * n / m));
  const lengths = starts.map((start, i) => Math.ceil((i + 1) * n / m) - start);
  return { starts, lengths, longest: Math.max(1, ...lengths) };
}

/** Spatial axes that a mode works on; null for any. */
const RANKS: Readonly<Record<InterpolationMode, number | null>> = {
  nearest: null,
  "nearest-exact": null,
  area: null,
  linear: 1,
  bilinear: 2,
  bicubic: 2,
  trilinear: 3,
};

function linearTaps(n: number, m: number, position: Position): Taps {
  return tapsOf(n, m, 2, (i) => {
    const at = Math.max(position(i), 0);
    const first = Math.min(Math.floor(at), n - 1);
    const share = Math.min(at - first, 1);
    return { index: [first, first + 1], weight: [1 - share, share] };
  });
}

function cubicTaps(n: number, m: number, position: Position): Taps {
  return tapsOf(n, m, 4, (i) => {
    const at = position(i);
    const first = Math.floor(at);
    return { index: [first - 1, first, first + 1, first + 2], weight: cubicWeights(at - first) };
  });
}

/** One factor per spatial axis. */
function factorsOf(value: number | readonly number[], rank: number): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : [...value];
  if (list.length !== rank || list.some((v) => !(v > 0))) {
    throw new ArgumentError(
      `interpolate: expected a positive number or ${rank} of them for scaleFactor, got ${JSON.stringify(value)}`,
    );
  }
  return list;
}

/**
 * The input in another size.
 *
 * @param input [N, C, L], [N, C, H, W] or [N, C, D, H, W].
 */
export function interpolate(input: Tensor, options: InterpolateOptions = {}): Tensor {
  const { mode = "nearest" } = options;
  const size = options.size ?? null;
  const scaleFactor = options.scaleFactor ?? null;
  const alignCorners = options.alignCorners ?? false;
  const rank = input.ndim - 2;
  if (rank < 1 || rank > 3) {
    throw new ShapeError(`interpolate: expected an input [N, C, ...] of 3 to 5 axes, got ${formatShape(input.shape)}`);
  }
  if (!(mode in RANKS) || (RANKS[mode] !== null && RANKS[mode] !== rank)) {
    throw new ArgumentError(
      `interpolate: expected a mode for ${rank} spatial axes (${
        Object.entries(RANKS).filter(([, r]) => r === null || r === rank).map(([name]) => name).join(", ")
      }), got "${mode}"`,
    );
  }
  if ((size === null) === (scaleFactor === null)) {
    throw new ArgumentError("interpolate: expected an option size or scaleFactor, got both or neither");
  }
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`interpolate: expected a floating-point input, got ${input.dtype}; convert it with float()`);
  }
  const spatial = input.shape.slice(2);
  const factors = scaleFactor === null ? null : factorsOf(scaleFactor, rank);
  const output = factors === null
    ? perAxis("interpolate", "size", size!, rank, 1)
    : spatial.map((n, i) => Math.floor(n * factors[i]));
  if (output.includes(0) || spatial.includes(0)) {
    throw new ShapeError(`interpolate: expected sizes above 0, got ${formatShape(spatial)} to ${formatShape(output)}`);
  }
  if (mode === "area") return averageWindows(input, output);
  return resample(input, output, (n, m, axis) => {
    // As PyTorch: linear modes copy what keeps its size, whatever the factor was.
    const isCopied = mode.endsWith("linear") && m === n;
    const ratio = factors === null || options.recomputeScaleFactor || isCopied ? n / m : 1 / factors[axis];
    if (mode === "nearest" || mode === "nearest-exact") {
      const shift = mode === "nearest" ? 0 : 0.5;
      return { ...tapsOf(n, m, 1, (i) => ({ index: [Math.floor((i + shift) * ratio)], weight: [1] })), weight: null };
    }
    const cornerRatio = m > 1 ? (n - 1) / (m - 1) : 0;
    const position: Position = alignCorners ? (i) => i * cornerRatio : (i) => (i + 0.5) * ratio - 0.5;
    return mode === "bicubic" ? cubicTaps(n, m, position) : linearTaps(n, m, position);
  });
}

/** {@linkcode interpolate} under its older name. */
export function upsample(input: Tensor, options: InterpolateOptions = {}): Tensor {
  return interpolate(input, options);
}

function checkFactor(op: string, factor: number): void {
  if (!Number.isInteger(factor) || factor < 1) {
    throw new ArgumentError(`${op}: expected a positive integer factor, got ${factor}`);
  }
}

/** [..., C r^2, H, W] to [..., C, H r, W r]: channels become pixels (Shi et al. 2016). */
export function pixelShuffle(input: Tensor, upscaleFactor: number): Tensor {
  checkFactor("pixelShuffle", upscaleFactor);
  const r = upscaleFactor;
  const [channels, h, w] = input.shape.slice(-3);
  if (input.ndim < 3 || channels % (r * r) !== 0) {
    throw new ShapeError(
      `pixelShuffle: expected an input [..., C, H, W] with C divisible by ${r * r}, got ${formatShape(input.shape)}`,
    );
  }
  const lead = input.shape.slice(0, -3);
  const c = channels / (r * r);
  const blocks = reshape(input, [...lead, c, r, r, h, w]);
  const n = lead.length;
  const order = [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2];
  return apart(reshape(blocks.permute(order), [...lead, c, h * r, w * r]), input);
}

/** [..., C, H r, W r] to [..., C r^2, H, W]: the inverse of {@linkcode pixelShuffle}. */
export function pixelUnshuffle(input: Tensor, downscaleFactor: number): Tensor {
  checkFactor("pixelUnshuffle", downscaleFactor);
  const r = downscaleFactor;
  const [c, h, w] = input.shape.slice(-3);
  if (input.ndim < 3 || h % r !== 0 || w % r !== 0) {
    throw new ShapeError(
      `pixelUnshuffle: expected an input [..., C, H, W] with H and W divisible by ${r}, got ${
        formatShape(input.shape)
      }`,
    );
  }
  const lead = input.shape.slice(0, -3);
  const blocks = reshape(input, [...lead, c, h / r, r, w / r, r]);
  const n = lead.length;
  const order = [...lead.keys(), n, n + 2, n + 4, n + 1, n + 3];
  return apart(reshape(blocks.permute(order), [...lead, c * r * r, h / r, w / r]), input);
}
