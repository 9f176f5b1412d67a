/**
 * The normalisations of layers: by layer, batch, group, instance, and over neighbouring channels.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import type {
  AffineOptions,
  BatchNormOptions,
  InstanceNormOptions,
  LocalResponseNormOptions,
} from "./functional_types.ts";
import { copy_ } from "./inplace.ts";
import { normalizeBatch, normalizeLayers } from "./normalization.ts";
import { pad } from "./pad.ts";
import { avgPool2d } from "./pooling.ts";
import { pow } from "./power.ts";
import { toFloat } from "./promote.ts";
import { mean } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { clone, reshape } from "./shape.ts";
import { reciprocal, rsqrt, square } from "./unary.ts";

const DEFAULT_EPS = 1e-5;
const DEFAULT_MOMENTUM = 0.1;

function checkFloating(op: string, input: Tensor): void {
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`${op}: expected a floating-point input, got ${input.dtype}; convert it with float()`);
  }
}

/** Throws unless each tensor that is given has `shape` and the dtype of the input. */
function checkVectors(
  op: string,
  input: Tensor,
  shape: Shape,
  vectors: Record<string, Tensor | null | undefined>,
): void {
  for (const [name, vector] of Object.entries(vectors)) {
    if (!vector) continue;
    if (!sameShape(vector.shape, shape)) {
      throw new ShapeError(`${op}: expected ${name} of shape ${formatShape(shape)}, got ${formatShape(vector.shape)}`);
    }
    if (vector.dtype !== input.dtype) {
      throw new DTypeError(`${op}: expected ${name} of the input's dtype ${input.dtype}, got ${vector.dtype}`);
    }
  }
}

/** A vector of channels in the shape that broadcasts against `x` [N, C, ...]. */
function overChannels(vector: Tensor, x: Tensor, axis = 1): Tensor {
  return reshape(vector, x.shape.map((n, i) => i === axis ? n : 1));
}

/** x weight + bias per channel. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : mul(x, overChannels(weight, x));
  return bias === null ? scaled : add(scaled, overChannels(bias, x));
}

/** Moves running statistics towards those of a batch; the running variance is the unbiased one. */
function updateRunning(running: Tensor | null, batch: Tensor, momentum: number | Tensor): void {
  if (running === null || momentum === 0) return;
  const kept = typeof momentum === "number" ? 1 - momentum : sub(1, momentum);
  copy_(running, add(mul(running, kept), mul(batch, momentum)));
}

/** Variances from what the kernel returns, 1 / sqrt(var + eps), with Bessel's correction for `count` samples. */
function varianceOf(rstd: Tensor, eps: number, count: number): Tensor {
  return mul(sub(reciprocal(square(rstd)), eps), count / (count - 1));
}

/** (x - running mean) / sqrt(running variance + eps) weight + bias as one multiplication and one addition. */
function normalizeByRunning(
  x: Tensor,
  runningMean: Tensor,
  runningVar: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const rstd = rsqrt(add(runningVar, eps));
  const scale = weight === null ? rstd : mul(weight, rstd);
  const centre = mul(runningMean, scale);
  const shift = bias === null ? mul(centre, -1) : sub(bias, centre);
  const axis = Math.min(1, x.ndim - 1);
  return add(mul(x, overChannels(scale, x, axis)), overChannels(shift, x, axis));
}

/**
 * (x - mean) / sqrt(var + eps) weight + bias over the last axes (Ba et al. 2016).
 *
 * @param normalizedShape Sizes of the last axes, which are normalised together; weight and bias have this shape.
 */
export function layerNorm(input: Tensor, normalizedShape: number | Shape, options: AffineOptions = {}): Tensor {
  const shape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const { weight = null, bias = null, eps = DEFAULT_EPS } = options;
  checkFloating("layerNorm", input);
  const lead = input.ndim - shape.length;
  if (shape.length === 0 || lead < 0 || !sameShape(input.shape.slice(lead), shape)) {
    throw new ShapeError(
      `layerNorm: expected an input whose last axes are the normalizedShape ${formatShape(shape)}, got ${
        formatShape(input.shape)
      }`,
    );
  }
  checkVectors("layerNorm", input, shape, { weight, bias });
  return normalizeLayers(input, shape.length, weight, bias, eps);
}

/**
 * (x - mean) / sqrt(var + eps) weight + bias per channel (Ioffe and Szegedy 2015).
 *
 * @param input [N, C, ...].
 * @param runningMean [C], updated in place in training, normalised by otherwise. Null in training: not kept.
 * @param runningVar [C], likewise; the unbiased variance.
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null = null,
  runningVar: Tensor | null = null,
  options: BatchNormOptions = {},
): Tensor {
  const { weight = null, bias = null, training = false, momentum = DEFAULT_MOMENTUM, eps = DEFAULT_EPS } = options;
  checkFloating("batchNorm", input);
  if (input.ndim === 0 || (training && input.ndim === 1 && input.numel > 0)) {
    throw new ShapeError(`batchNorm: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  }
  const channels = input.shape[Math.min(1, input.ndim - 1)];
  checkVectors("batchNorm", input, [channels], { runningMean, runningVar, weight, bias });
  if (!training) {
    if (runningMean === null || runningVar === null) {
      throw new ArgumentError(
        "batchNorm: expected running statistics outside of training, got none; pass training: true",
      );
    }
    return scoped(() => normalizeByRunning(input, runningMean, runningVar, weight, bias, eps));
  }
  // Nothing has no statistics: the running ones stay.
  if (input.numel === 0) return scoped(() => affine(clone(input), weight, bias));
  const count = input.numel / channels;
  if (count === 1) {
    throw new ShapeError(
      `batchNorm: expected more than one value per channel in training, got input ${formatShape(input.shape)}`,
    );
  }
  return scoped(() => {
    const [y, centre, rstd] = normalizeBatch(input, weight, bias, eps);
    updateRunning(runningMean, centre.detach(), momentum);
    if (runningVar !== null) updateRunning(runningVar, varianceOf(rstd.detach(), eps, count), momentum);
    return y;
  });
}

/** Rows [samples, size] normalised over `size`. */
function normalizeRows(input: Tensor, samples: number, eps: number): Tensor {
  const rows = reshape(input, [samples, samples === 0 ? numelOf(input.shape.slice(1)) : input.numel / samples]);
  return reshape(normalizeLayers(rows, 1, null, null, eps), input.shape);
}

/**
 * Normalises groups of channels of each sample (Wu and He 2018).
 *
 * @param input [N, C, ...] with C divisible by `numGroups`; weight and bias are [C].
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  const { weight = null, bias = null, eps = DEFAULT_EPS } = options;
  checkFloating("groupNorm", input);
  if (input.ndim < 2) throw new ShapeError(`groupNorm: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  const channels = input.shape[1];
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ArgumentError(`groupNorm: expected groups that divide ${channels} channels, got ${numGroups}`);
  }
  checkVectors("groupNorm", input, [channels], { weight, bias });
  return scoped(() => affine(normalizeRows(input, input.shape[0] * numGroups, eps), weight, bias));
}

/**
 * Normalises each channel of each sample by itself (Ulyanov et al. 2016).
 *
 * @param input [N, C, ...]; weight, bias and running statistics are [C].
 */
export function instanceNorm(input: Tensor, options: InstanceNormOptions = {}): Tensor {
  const { runningMean = null, runningVar = null, useInputStats = true, momentum = DEFAULT_MOMENTUM } = options;
  const { weight = null, bias = null, eps = DEFAULT_EPS } = options;
  checkFloating("instanceNorm", input);
  if (input.ndim < 2) {
    throw new ShapeError(`instanceNorm: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  }
  const [samples, channels, ...spatial] = input.shape;
  checkVectors("instanceNorm", input, [channels], { runningMean, runningVar, weight, bias });
  if (!useInputStats) {
    if (runningMean === null || runningVar === null) {
      throw new ArgumentError("instanceNorm: expected running statistics without useInputStats, got none");
    }
    return scoped(() => normalizeByRunning(input, runningMean, runningVar, weight, bias, eps));
  }
  const count = numelOf(spatial);
  if (count === 1) {
    throw new ShapeError(
      `instanceNorm: expected more than one spatial element in training, got input ${formatShape(input.shape)}`,
    );
  }
  return scoped(() => {
    if (input.numel === 0 || (runningMean === null && runningVar === null)) {
      return affine(normalizeRows(input, samples * channels, eps), weight, bias);
    }
    const flat = reshape(input, [1, samples * channels, ...spatial]);
    const [y, centre, rstd] = normalizeBatch(flat, null, null, eps);
    const overSamples = (x: Tensor): Tensor => mean(reshape(x, [samples, channels]), 0);
    updateRunning(runningMean, overSamples(centre.detach()), momentum);
    updateRunning(runningVar, overSamples(varianceOf(rstd.detach(), eps, count)), momentum);
    return affine(reshape(y, input.shape), weight, bias);
  });
}

/**
 * x / (k + alpha mean(x^2))^beta, where the mean runs over `size` neighbouring channels (Krizhevsky et al. 2012).
 *
 * @param input [N, C, ...].
 */
export function localResponseNorm(input: Tensor, size: number, options: LocalResponseNormOptions = {}): Tensor {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  if (!isFloating(input.dtype)) return localResponseNorm(toFloat(input), size, options);
  if (input.ndim < 3) {
    throw new ShapeError(`localResponseNorm: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  }
  if (input.numel === 0) return input;
  return scoped(() => {
    const [samples, channels, ...spatial] = input.shape;
    // Channels become rows of an image, so that the mean over neighbours is a pooling.
    const squares = reshape(square(input), [samples, 1, channels, numelOf(spatial)]);
    const padded = pad(squares, [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const means = reshape(avgPool2d(padded, [size, 1], { stride: 1 }), input.shape);
    return div(input, pow(add(mul(means, alpha), k), beta));
  });
}
