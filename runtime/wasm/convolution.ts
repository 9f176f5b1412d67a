/**
 * Convolutions with the kernels of assembly/convolution.ts: tables are laid out and the work is shared among threads.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ConvolutionBackend, ConvolutionGeometry } from "../backend.ts";
import { BYTES_PER_ELEMENT, type DType, KERNEL_PREFIX } from "../dtype.ts";
import { kernel } from "../kernels.ts";
import { i32, u8 } from "../memory.ts";
import { runShares } from "../threads.ts";
import { address, scratch } from "./address.ts";
import { offsetCount, product, type Windows, windows, writeOffsets } from "./convolution_tables.ts";
import { gemmShareCount, partOf, SHARE_COLUMNS, TILE_ROWS } from "./gemm_shares.ts";
import { multiply } from "./matmul.ts";

/**
 * Images are summed into at most this many partial gradients of a weight, as long as these have no more than
 * PARTIAL_ELEMENTS together. Both are part of the definition of the result, the number of threads is not.
 */
const MOST_PARTIALS = 8;
const PARTIAL_ELEMENTS = 1 << 18;

/** Entries of the table of extents that padPlanes reads. */
const EXTENTS = 9;

/** The tables of a matrix of windows in scratch memory, until `release`. */
class Tables {
  readonly #memory;
  /** Address of the extents for copyMiddle, or 0 for an image that is read where it is. */
  readonly extents: number;
  /** Addresses of the byte offsets. */
  readonly origin: number;
  readonly tap: number;

  constructor({ image, origin, tap }: Windows, dtype: DType) {
    this.#memory = scratch(4 * (EXTENTS + offsetCount(origin) + offsetCount(tap)));
    const begin = this.#memory.address;
    this.extents = image.copies ? begin : 0;
    this.origin = begin + 4 * EXTENTS;
    this.tap = this.origin + 4 * offsetCount(origin);
    i32.set([...image.sizes, ...image.before, ...image.padded], begin / 4);
    writeOffsets(i32, this.origin / 4, origin, BYTES_PER_ELEMENT[dtype]);
    writeOffsets(i32, this.tap / 4, tap, BYTES_PER_ELEMENT[dtype]);
  }

  release(): void {
    this.#memory.release();
  }
}

/** The sizes of a convolution. Channels are counted per group, a unit is one group of one sample. */
interface Sizes {
  readonly dtype: DType;
  readonly groups: number;
  readonly units: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly windows: Windows;
  /** Elements of the kernel, of a plane of x, and of a plane of y. */
  readonly taps: number;
  readonly plane: number;
  readonly positions: number;
}

function sizesOf(x: ArrayRef, weight: ArrayRef, y: ArrayRef, geometry: ConvolutionGeometry): Sizes {
  const { groups } = geometry;
  const [samples, , ...sizes] = x.shape;
  const [outputs, channels, ...kernelSizes] = weight.shape;
  const out = y.shape.slice(2);
  return {
    dtype: x.dtype,
    groups,
    units: samples * groups,
    channels,
    outputs: outputs / groups,
    kernel: kernelSizes,
    windows: windows(channels, sizes, kernelSizes, out, geometry),
    taps: product(kernelSizes),
    plane: product(sizes),
    positions: product(out),
  };
}

/** How units and a second axis of them are cut into shares. */
interface UnitShares {
  readonly unitParts: number;
  readonly otherParts: number;
  /** Most elements of the second axis in a share. */
  readonly most: number;
}

/** Shares of units by `length` items, which are cut at multiples of `multiple` where there are too few units. */
function shareUnits(s: Sizes, length: number, multiple: number): UnitShares {
  const work = s.units * s.outputs * s.channels * s.taps * s.positions;
  const count = gemmShareCount(work);
  const blocks = Math.ceil(length / multiple);
  const otherParts = Math.min(blocks, Math.max(1, Math.floor(count / s.units)));
  return {
    // Threads take shares as they become free: an uneven number of units is cut finer than the number of threads.
    unitParts: s.units % count === 0 ? count : Math.min(s.units, 3 * count),
    otherParts,
    most: Math.min(length, Math.ceil(blocks / otherParts) * multiple),
  };
}

/** True where windows are single elements, so that the image is the matrix of windows. */
function isPointwise(kernelSizes: readonly number[], { stride, padding }: ConvolutionGeometry): boolean {
  return kernelSizes.every((size) => size === 1) && stride.every((s) => s === 1) && padding.every((p) => p === 0);
}

/**
 * The matrix products that a pointwise convolution is: `result[u] = W[u % groups] image[u] (+ bias)`, element (r, k) of W
 * at `row * r + col * k`.
 */
function multiplyPointwise(
  { dtype, groups, units, positions }: Sizes,
  rows: number,
  depth: number,
  weight: number,
  row: number,
  col: number,
  image: number,
  result: number,
  bias: number,
): void {
  const bytes = BYTES_PER_ELEMENT[dtype];
  for (let group = 0; group < groups; group++) {
    multiply({
      dtype,
      batch: units / groups,
      m: rows,
      n: positions,
      k: depth,
      a: weight + group * rows * depth * bytes,
      aBatch: 0,
      aRow: row,
      aCol: col,
      b: image + group * depth * positions * bytes,
      bBatch: groups * depth * positions,
      bRow: positions,
      bCol: 1,
      c: result + group * rows * positions * bytes,
      cBatch: groups * rows * positions,
      cRow: positions,
      bias: bias === 0 ? 0 : bias + group * rows * bytes,
      biasRow: bias === 0 ? 0 : 1,
      biasCol: 0,
      accumulate: false,
    });
  }
}

/** `y = conv(x, weight) (+ bias)`. */
export function convolution(
  x: ArrayRef,
  weight: ArrayRef,
  bias: ArrayRef | null,
  y: ArrayRef,
  geometry: ConvolutionGeometry,
): void {
  if (y.numel === 0) return;
  const s = sizesOf(x, weight, y, geometry);
  const { dtype, groups, channels, outputs, positions } = s;
  const biasAddress = bias === null ? 0 : address(bias);
  if (isPointwise(s.kernel, geometry)) {
    multiplyPointwise(s, outputs, channels, address(weight), channels, 1, address(x), address(y), biasAddress);
    return;
  }
  const prefix = KERNEL_PREFIX[dtype];
  const depth = channels * s.taps;
  const { image } = s.windows;
  const tables = new Tables(s.windows, dtype);
  const weights = scratch(groups * kernel(`${prefix}_packed_weight_bytes`)(outputs, depth));
  kernel(`${prefix}_pack_weights`)(groups, outputs, depth, address(weight), outputs * depth, depth, 1, weights.address);
  const { unitParts, otherParts, most } = shareUnits(s, positions, SHARE_COLUMNS);
  const scratchBytes = kernel(`${prefix}_convolve_scratch`)(most, depth, channels, tables.extents);
  const areas = scratch(scratchBytes * unitParts * otherParts);
  const [xAddress, yAddress] = [address(x), address(y)];
  runShares(`${prefix}_convolve`, unitParts * otherParts, (share) => {
    const [unitBegin, unitEnd] = partOf(s.units, 1, unitParts, Math.floor(share / otherParts));
    const [begin, end] = partOf(positions, SHARE_COLUMNS, otherParts, share % otherParts);
    // deno-fmt-ignore
    return [
      unitBegin, unitEnd, begin, end, groups, outputs, depth, weights.address,
      xAddress, channels, image.plane, tables.extents, tables.origin, tables.tap,
      yAddress, positions, biasAddress, areas.address + share * scratchBytes,
    ];
  });
  areas.release();
  weights.release();
  tables.release();
}

/** `dx = conv^T(dy, weight)`: every element of `dx` is written. */
export function convolutionInput(dy: ArrayRef, weight: ArrayRef, dx: ArrayRef, geometry: ConvolutionGeometry): void {
  if (dx.numel === 0) return;
  const s = sizesOf(dx, weight, dy, geometry);
  const { dtype, groups, channels, outputs, taps, positions } = s;
  if (isPointwise(s.kernel, geometry)) {
    multiplyPointwise(s, channels, outputs, address(weight), 1, channels, address(dy), address(dx), 0);
    return;
  }
  const prefix = KERNEL_PREFIX[dtype];
  const rows = channels * taps;
  const { image } = s.windows;
  const tables = new Tables(s.windows, dtype);
  const weights = scratch(groups * kernel(`${prefix}_packed_weight_bytes`)(rows, outputs));
  kernel(`${prefix}_pack_weights`)(groups, rows, outputs, address(weight), outputs * rows, 1, rows, weights.address);
  const { unitParts, otherParts, most } = shareUnits(s, channels, TILE_ROWS);
  const scratchBytes = kernel(`${prefix}_convolve_input_scratch`)(most, taps, outputs, positions, tables.extents);
  const areas = scratch(scratchBytes * unitParts * otherParts);
  const [dyAddress, dxAddress] = [address(dy), address(dx)];
  runShares(`${prefix}_convolve_input`, unitParts * otherParts, (share) => {
    const [unitBegin, unitEnd] = partOf(s.units, 1, unitParts, Math.floor(share / otherParts));
    const [begin, end] = partOf(channels, TILE_ROWS, otherParts, share % otherParts);
    // deno-fmt-ignore
    return [
      unitBegin, unitEnd, begin, end, groups, channels, taps, outputs, weights.address,
      dyAddress, positions, dxAddress, image.plane, tables.extents, tables.origin, tables.tap,
      areas.address + share * scratchBytes,
    ];
  });
  areas.release();
  weights.release();
  tables.release();
}

/** `dweight = sum_n corr(x, dy)`: every element of `dweight` is written. */
export function convolutionWeight(x: ArrayRef, dy: ArrayRef, dweight: ArrayRef, geometry: ConvolutionGeometry): void {
  if (dweight.numel === 0) return;
  const gradient = address(dweight);
  const gradientBytes = dweight.numel * BYTES_PER_ELEMENT[dweight.dtype];
  if (dy.numel === 0) {
    u8.fill(0, gradient, gradient + gradientBytes);
    return;
  }
  const s = sizesOf(x, dweight, dy, geometry);
  const { dtype, groups, channels, outputs, positions } = s;
  const prefix = KERNEL_PREFIX[dtype];
  const samples = s.units / groups;
  const cols = channels * s.taps;
  const { image } = s.windows;
  const tables = new Tables(s.windows, dtype);
  const partials = Math.max(1, Math.min(samples, MOST_PARTIALS, Math.floor(PARTIAL_ELEMENTS / dweight.numel)));
  const count = gemmShareCount(samples * dweight.numel * positions);
  const perPartial = Math.ceil(count / partials);
  const groupParts = Math.min(groups, perPartial);
  const blocks = Math.ceil(cols / SHARE_COLUMNS);
  const colParts = Math.min(blocks, Math.floor(perPartial / groupParts));
  const most = Math.min(cols, Math.ceil(blocks / colParts) * SHARE_COLUMNS);
  const scratchBytes = kernel(`${prefix}_convolve_weight_scratch`)(outputs, most, positions, channels, tables.extents);
  const shares = partials * groupParts * colParts;
  const areas = scratch(scratchBytes * (count === 1 ? 1 : shares));
  const sums = scratch((partials - 1) * gradientBytes);
  const [xAddress, dyAddress] = [address(x), address(dy)];
  const shareArguments = (share: number): number[] => {
    const partial = Math.floor(share / colParts / groupParts);
    const [sampleBegin, sampleEnd] = partOf(samples, 1, partials, partial);
    const [groupBegin, groupEnd] = partOf(groups, 1, groupParts, Math.floor(share / colParts) % groupParts);
    const [begin, end] = partOf(cols, SHARE_COLUMNS, colParts, share % colParts);
    // deno-fmt-ignore
    return [
      sampleBegin, sampleEnd, groupBegin, groupEnd, begin, end, groups, outputs, cols,
      xAddress, channels, image.plane, tables.extents, tables.origin, positions, tables.tap, dyAddress,
      partial === 0 ? gradient : sums.address + (partial - 1) * gradientBytes,
      areas.address + (count === 1 ? 0 : share * scratchBytes),
    ];
  };
  const name = `${prefix}_convolve_weight`;
  if (count > 1) runShares(name, shares, shareArguments);
  else for (let share = 0; share < shares; share++) kernel(name)(...shareArguments(share));
  if (partials > 1) kernel(`${prefix}_add_parts`)(gradient, sums.address, partials - 1, dweight.numel);
  sums.release();
  areas.release();
  tables.release();
}

/** Convolutions on wasm kernels. */
export const convolutionFamily: ConvolutionBackend = { convolution, convolutionInput, convolutionWeight };
