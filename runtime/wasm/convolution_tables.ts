/**
 * The offset tables that describe a convolution to the kernels of assembly/convolution.ts.
 *
 * An image is a group's channels of one sample, padded if need be. Element (tap k, position p) of the matrix of windows lies
 * at `tap[k] + origin[p]` in it, whatever the rank, stride, dilation and padding.
 *
 * @module
 */
import type { ConvolutionGeometry } from "../backend.ts";

/** Offsets `start + sum_d i_d * steps[d]` for all indices i below `lengths` in row-major order. */
export interface Offsets {
  readonly lengths: readonly number[];
  readonly steps: readonly number[];
  readonly start: number;
}

/** Number of offsets. */
export function offsetCount({ lengths }: Offsets): number {
  return lengths.reduce((product, length) => product * length, 1);
}

/** Writes offsets times `scale` to `table` from position `begin` on. */
export function writeOffsets(table: Int32Array, begin: number, offsets: Offsets, scale: number): void {
  const { lengths, steps, start } = offsets;
  const count = offsetCount(offsets);
  const rank = lengths.length;
  const index = new Array<number>(rank).fill(0);
  let offset = start;
  for (let i = 0; i < count; i++) {
    table[begin + i] = offset * scale;
    for (let d = rank - 1; d >= 0; d--) {
      offset += steps[d];
      if (++index[d] < lengths[d]) break;
      offset -= lengths[d] * steps[d];
      index[d] = 0;
    }
  }
}

/** Sizes along the three spatial axes, outermost first; lower ranks have leading ones. */
type Extent = readonly [number, number, number];

/** An image as the kernels read it: its planes are put into larger ones, `before` elements from their corner. */
export interface PaddedImage {
  readonly sizes: Extent;
  readonly before: Extent;
  readonly padded: Extent;
  /** Elements of one plane in memory, and of the plane that offsets refer to. */
  readonly plane: number;
  readonly paddedPlane: number;
  /** False when offsets can refer to the image where it is. */
  readonly copies: boolean;
}

function three(values: readonly number[], fill: number): Extent {
  const [a, b, c] = [...new Array<number>(3 - values.length).fill(fill), ...values];
  return [a, b, c];
}

function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

/** The image of which elements `-before` up to `last` are read along each axis; what it lacks there is zeros. */
function paddedImage(sizes: readonly number[], before: readonly number[], last: readonly number[]): PaddedImage {
  const copies = sizes.some((size, d) => before[d] > 0 || last[d] >= size);
  const padded = copies ? last.map((end, d) => before[d] + end + 1) : sizes;
  return {
    sizes: three(sizes, 1),
    before: three(before, 0),
    padded: three(padded, 1),
    plane: product(sizes),
    paddedPlane: product(padded),
    copies,
  };
}

/** Row-major strides. */
function strides(sizes: readonly number[]): number[] {
  return sizes.map((_, d) => product(sizes.slice(d + 1)));
}

/** Strides of the last `rank` axes of a padded plane. */
function planeStrides(image: PaddedImage, rank: number): number[] {
  return strides(image.padded).slice(3 - rank);
}

/** What the forward pass and the gradient of the weight need. */
export interface Windows {
  readonly image: PaddedImage;
  readonly origin: Offsets;
  readonly tap: Offsets;
}

/** Windows of the kernel on an image with `channels` planes of `sizes`, one per output position. */
export function windows(
  channels: number,
  sizes: readonly number[],
  kernel: readonly number[],
  out: readonly number[],
  { stride, padding, dilation }: ConvolutionGeometry,
): Windows {
  const last = out.map((length, d) => (length - 1) * stride[d] - padding[d] + (kernel[d] - 1) * dilation[d]);
  const image = paddedImage(sizes, padding, last);
  const steps = planeStrides(image, sizes.length);
  return {
    image,
    origin: { lengths: out, steps: steps.map((step, d) => step * stride[d]), start: 0 },
    tap: {
      lengths: [channels, ...kernel],
      steps: [image.paddedPlane, ...steps.map((step, d) => step * dilation[d])],
      start: 0,
    },
  };
}

/**
 * The positions of the input whose coordinates leave the same remainders on division by the strides. They see the same taps
 * of the kernel, and neighbours among them see neighbouring elements of dy: a convolution of stride 1.
 */
export interface Phase {
  readonly origin: Offsets;
  readonly tap: Offsets;
  /** Where the weights of the taps lie in a row, a row being one input channel. */
  readonly column: Offsets;
  /** Where the positions lie in a plane of dx. */
  readonly target: Offsets;
}

/** The gradient of the input as convolutions over one padded image of dy. */
export interface InputPhases {
  readonly image: PaddedImage;
  readonly phases: readonly Phase[];
}

/** One axis of a phase: remainder r; taps `first + t * every` for t < count, which read dy at `base + q - t * back`. */
interface PhaseAxis {
  readonly remainder: number;
  readonly positions: number;
  readonly first: number;
  readonly every: number;
  readonly count: number;
  readonly base: number;
  readonly back: number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * The phases of one axis. Input i meets tap k at output o where `i + padding = o * stride + k * dilation`; with
 * `i = remainder + q * stride` the taps are those with `k * dilation = remainder + padding` modulo the stride, and
 * `o = (remainder + padding - k * dilation) / stride + q`.
 */
function phaseAxes(size: number, kernel: number, stride: number, padding: number, dilation: number): PhaseAxis[] {
  const every = stride / greatestCommonDivisor(stride, dilation);
  const axes: PhaseAxis[] = [];
  for (let remainder = 0; remainder < Math.min(stride, size); remainder++) {
    let first = 0;
    while (first < every && (remainder + padding - first * dilation) % stride !== 0) first++;
    const count = first === every ? 0 : Math.max(0, Math.ceil((kernel - first) / every));
    axes.push({
      remainder,
      positions: Math.ceil((size - remainder) / stride),
      first,
      every,
      count,
      base: (remainder + padding - first * dilation) / stride,
      back: every * dilation / stride,
    });
  }
  return axes;
}

/** All ways to choose one element of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((tuples, list) => tuples.flatMap((tuple) => list.map((item) => [...tuple, item])), [[]]);
}

/**
 * Phases of the gradient of an input with planes of `sizes`; dy has planes of `out` for each of `outputs` channels. Rows of
 * the weight are `kernel` taps long and follow each other for `channels` input channels.
 */
export function inputPhases(
  sizes: readonly number[],
  channels: number,
  kernel: readonly number[],
  outputs: number,
  out: readonly number[],
  { stride, padding, dilation }: ConvolutionGeometry,
): InputPhases {
  const axes = sizes.map((size, d) => phaseAxes(size, kernel[d], stride[d], padding[d], dilation[d]));
  const used = axes.map((list) => list.filter(({ count }) => count > 0));
  const before = used.map((list) => Math.max(0, ...list.map(({ base, back, count }) => (count - 1) * back - base)));
  const last = used.map((list, d) => Math.max(out[d] - 1, ...list.map(({ base, positions }) => base + positions - 1)));
  const image = paddedImage(out, before, last);
  const steps = planeStrides(image, sizes.length);
  const kernelSteps = strides(kernel);
  const sizeSteps = strides(sizes);
  const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);
  const phases = combinations(axes).map((phase): Phase => {
    const counts = phase.map(({ count }) => count);
    const lengths = phase.map(({ positions }) => positions);
    return {
      origin: { lengths, steps, start: 0 },
      tap: {
        lengths: [outputs, ...counts],
        steps: [image.paddedPlane, ...phase.map(({ back }, d) => -back * steps[d])],
        start: sum(phase.map(({ base }, d) => (base + (image.copies ? before[d] : 0)) * steps[d])),
      },
      column: {
        lengths: [outputs, ...counts],
        steps: [channels * product(kernel), ...phase.map(({ every }, d) => every * kernelSteps[d])],
        start: sum(phase.map(({ first }, d) => first * kernelSteps[d])),
      },
      target: {
        lengths,
        steps: sizeSteps.map((step, d) => step * stride[d]),
        start: sum(phase.map(({ remainder }, d) => remainder * sizeSteps[d])),
      },
    };
  });
  return { image, phases };
}
