/**
 * The offset tables that describe a convolution to the kernels of assembly/convolution.ts.
 *
 * An image is a group's channels of one sample, padded if need be. Element (tap k, position p) of the matrix of windows lies
 * at `tap[k] + origin[p]` in it, whatever the rank, stride, dilation and padding.
 *
 * @module
 */
import type { ConvolutionGeometry } from "../backend.ts";

/** Offsets `sum_d i_d * steps[d]` for all indices i below `lengths` in row-major order. */
export interface Offsets {
  readonly lengths: readonly number[];
  readonly steps: readonly number[];
}

/** Number of offsets. */
export function offsetCount({ lengths }: Offsets): number {
  return product(lengths);
}

/** Writes offsets times `scale` to `table` from position `begin` on. */
export function writeOffsets(table: Int32Array, begin: number, offsets: Offsets, scale: number): void {
  const { lengths, steps } = offsets;
  const count = offsetCount(offsets);
  const rank = lengths.length;
  const index = new Array<number>(rank).fill(0);
  let offset = 0;
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

/** Product of all values; 1 for none. */
export function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

/** The image of which elements `-before` up to `last` are read along each axis; what it lacks there is zeros. */
function paddedImage(sizes: readonly number[], before: readonly number[], last: readonly number[]): PaddedImage {
  const copies = sizes.some((size, d) => before[d] > 0 || last[d] >= size);
  const padded = sizes.map((size, d) => before[d] + Math.max(size, last[d] + 1));
  return {
    sizes: three(sizes, 1),
    before: three(before, 0),
    padded: three(padded, 1),
    plane: product(sizes),
    paddedPlane: product(padded),
    copies,
  };
}

/** The matrix of windows of a group of channels: its image, and where its columns and rows begin there. */
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
  const padded = image.padded.slice(3 - sizes.length);
  const steps = padded.map((_, d) => product(padded.slice(d + 1)));
  return {
    image,
    origin: { lengths: out, steps: steps.map((step, d) => step * stride[d]) },
    tap: {
      lengths: [channels, ...kernel],
      steps: [image.paddedPlane, ...steps.map((step, d) => step * dilation[d])],
    },
  };
}
