/**
 * Pooling to a given output size, and power-average pooling.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { relu } from "./activation.ts";
import { mul } from "./binary.ts";
import type { AdaptiveMaxPoolOptions, AdaptiveSize, LpPoolOptions, MaxPoolResult } from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { indexSelect } from "./index_select.ts";
import { max } from "./max_min.ts";
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from "./pooling.ts";
import { pow } from "./power.ts";
import { adaptiveWindows, averageWindows } from "./resample.ts";
import { scoped } from "./scoped.ts";
import { expand, reshape } from "./shape.ts";
import { perAxis, type Spatial } from "./spatial.ts";
import { fromTyped } from "./tensor_data.ts";
import { abs, sign } from "./unary.ts";

const MAX_POOLS = [maxPool1d, maxPool2d, maxPool3d];
const AVERAGE_POOLS = [avgPool1d, avgPool2d, avgPool3d];

/** Checks a call and gives the output sizes. */
function outputSizes(op: string, rank: number, input: Tensor, size: AdaptiveSize): number[] {
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw new ShapeError(
      `${op}: expected an input of ${rank + 1} or ${rank + 2} dimensions, got ${formatShape(input.shape)}`,
    );
  }
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`${op}: expected a floating-point input, got ${input.dtype}; convert it with float()`);
  }
  const list = size === null || typeof size === "number" ? new Array<number | null>(rank).fill(size) : size;
  if (list.length !== rank || list.some((n) => n !== null && (!Number.isInteger(n) || n < 0))) {
    throw new ArgumentError(
      `${op}: expected a size of 0 or more, or ${rank} of them (null keeps a size), got ${JSON.stringify(size)}`,
    );
  }
  const spatial = input.shape.slice(-rank);
  if (spatial.some((n) => n === 0)) {
    throw new ShapeError(`${op}: expected spatial axes with elements, got ${formatShape(input.shape)}`);
  }
  return list.map((n, i) => n ?? spatial[i]);
}

/** The kernel of the ordinary pooling that gives the same windows, or null where windows differ in size or overlap. */
function evenKernel(spatial: Shape, output: Shape): number[] | null {
  return output.every((m, i) => m > 0 && spatial[i] % m === 0) ? output.map((m, i) => spatial[i] / m) : null;
}

/** Runs `body` on [N, C, ...]; a single image gets a batch axis for the time being. */
function onBatch<T>(rank: number, input: Tensor, body: (x: Tensor) => T, unbatch: (result: T) => T): T {
  return input.ndim === rank + 2 ? body(input) : unbatch(body(reshape(input, [1, ...input.shape])));
}

const withoutBatch = (x: Tensor): Tensor => reshape(x, x.shape.slice(1));

function adaptiveAverage(op: string, rank: number, input: Tensor, size: AdaptiveSize): Tensor {
  const output = outputSizes(op, rank, input, size);
  const kernel = evenKernel(input.shape.slice(-rank), output);
  return onBatch(
    rank,
    input,
    (x) => kernel === null ? averageWindows(x, output) : AVERAGE_POOLS[rank - 1](x, kernel),
    withoutBatch,
  );
}

/** Flat positions in the plane of all elements of all windows, [windows, elements]; short windows repeat their last. */
function windowPositions(spatial: Shape, output: Shape): { positions: Int32Array; elements: number } {
  const axes = spatial.map((n, i) => adaptiveWindows(n, output[i]));
  const elements = axes.reduce((total, { longest }) => total * longest, 1);
  const positions = new Int32Array(numelOf(output) * elements);
  for (let p = 0; p < positions.length; p++) {
    let [window, element, flat, step] = [Math.floor(p / elements), p % elements, 0, 1];
    for (let axis = spatial.length - 1; axis >= 0; axis--) {
      const { starts, lengths, longest } = axes[axis];
      const i = window % output[axis];
      const k = Math.min(element % longest, lengths[i] - 1);
      flat += (starts[i] + k) * step;
      step *= spatial[axis];
      window = Math.floor(window / output[axis]);
      element = Math.floor(element / longest);
    }
    positions[p] = flat;
  }
  return { positions, elements };
}

/** The maximum of windows of unequal size: elements are gathered, the largest of each window chosen. */
function maxOfWindows(x: Tensor, output: Shape): MaxPoolResult {
  const [samples, channels, ...spatial] = x.shape;
  const { positions, elements } = windowPositions(spatial, output);
  const flat = fromTyped(positions, [positions.length], "int32", { device: x.device });
  const windows = numelOf(output);
  const planes = reshape(x, [samples, channels, numelOf(spatial)]);
  const gathered = reshape(indexSelect(planes, 2, flat), [samples, channels, windows, elements]);
  const { values, indices } = max(gathered, 3);
  const table = expand(reshape(flat, [1, 1, windows, elements]), [samples, channels, windows, elements]);
  const shape = [samples, channels, ...output];
  const places = gather(table, 3, reshape(indices, [samples, channels, windows, 1]));
  return { values: reshape(values, shape), indices: reshape(places, shape) };
}

function adaptiveMaximum(
  op: string,
  rank: number,
  input: Tensor,
  size: AdaptiveSize,
  options: AdaptiveMaxPoolOptions,
): Tensor | MaxPoolResult {
  const output = outputSizes(op, rank, input, size);
  const kernel = evenKernel(input.shape.slice(-rank), output);
  const result = onBatch<MaxPoolResult>(
    rank,
    input,
    (x) => kernel === null ? maxOfWindows(x, output) : MAX_POOLS[rank - 1](x, kernel, { returnIndices: true }),
    ({ values, indices }) => ({ values: withoutBatch(values), indices: withoutBatch(indices) }),
  );
  return options.returnIndices ? result : result.values;
}

/** Averages of [N, C, L] in windows chosen so that the output has the given sizes. */
export function adaptiveAvgPool1d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAverage("adaptiveAvgPool1d", 1, input, outputSize);
}

/** Averages of [N, C, H, W] in windows chosen so that the output has the given sizes. */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAverage("adaptiveAvgPool2d", 2, input, outputSize);
}

/** Averages of [N, C, D, H, W] in windows chosen so that the output has the given sizes. */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAverage("adaptiveAvgPool3d", 3, input, outputSize);
}

/** Maxima of [N, C, L] in windows chosen so that the output has the given sizes, and their positions (int32). */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: { returnIndices: true },
): MaxPoolResult;
/** Maxima of [N, C, L] in windows chosen so that the output has the given sizes. */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: { returnIndices?: false },
): Tensor;
/**
 * Maxima of [N, C, L] in windows chosen so that the output has the given sizes; with their positions if
 * `returnIndices` is set.
 */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor | MaxPoolResult;
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | MaxPoolResult {
  return adaptiveMaximum("adaptiveMaxPool1d", 1, input, outputSize, options);
}

/** Maxima of [N, C, H, W] in windows chosen so that the output has the given sizes, and their positions (int32). */
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: { returnIndices: true },
): MaxPoolResult;
/** Maxima of [N, C, H, W] in windows chosen so that the output has the given sizes. */
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: { returnIndices?: false },
): Tensor;
/**
 * Maxima of [N, C, H, W] in windows chosen so that the output has the given sizes; with their positions if
 * `returnIndices` is set.
 */
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor | MaxPoolResult;
export function adaptiveMaxPool2d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | MaxPoolResult {
  return adaptiveMaximum("adaptiveMaxPool2d", 2, input, outputSize, options);
}

/** Maxima of [N, C, D, H, W] in windows chosen so that the output has the given sizes, and their positions (int32). */
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: { returnIndices: true },
): MaxPoolResult;
/** Maxima of [N, C, D, H, W] in windows chosen so that the output has the given sizes. */
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: { returnIndices?: false },
): Tensor;
/**
 * Maxima of [N, C, D, H, W] in windows chosen so that the output has the given sizes; with their positions if
 * `returnIndices` is set.
 */
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options?: AdaptiveMaxPoolOptions,
): Tensor | MaxPoolResult;
export function adaptiveMaxPool3d(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: AdaptiveMaxPoolOptions = {},
): Tensor | MaxPoolResult {
  return adaptiveMaximum("adaptiveMaxPool3d", 3, input, outputSize, options);
}

function powerPool(rank: 1 | 2, input: Tensor, normType: number, kernelSize: Spatial, options: LpPoolOptions): Tensor {
  const elements = numelOf(perAxis(`lpPool${rank}d`, "kernelSize", kernelSize, rank, 1));
  return scoped(() => {
    const means = AVERAGE_POOLS[rank - 1](pow(input, normType), kernelSize, options);
    return pow(mul(mul(sign(means), relu(abs(means))), elements), 1 / normType);
  });
}

/** (sum of x^normType)^(1 / normType) of each window of [N, C, L]. */
export function lpPool1d(input: Tensor, normType: number, kernelSize: Spatial, options: LpPoolOptions = {}): Tensor {
  return powerPool(1, input, normType, kernelSize, options);
}

/** (sum of x^normType)^(1 / normType) of each window of [N, C, H, W]. */
export function lpPool2d(input: Tensor, normType: number, kernelSize: Spatial, options: LpPoolOptions = {}): Tensor {
  return powerPool(2, input, normType, kernelSize, options);
}
