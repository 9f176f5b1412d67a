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
import { runShares, shareCount } from "../threads.ts";
import { address, scratch } from "./address.ts";
import {
  inputPhases,
  offsetCount,
  type Offsets,
  type PaddedImage,
  windows,
  writeOffsets,
} from "./convolution_tables.ts";
import { MULTIPLY_ADDS_PER_SHARE, partOf, SHARE_COLUMNS } from "./gemm_shares.ts";
import { multiply } from "./matmul.ts";

/**
 * Images are summed into at most this many partial gradients of a weight, as long as these have no more than
 * PARTIAL_ELEMENTS together. Both are part of the definition of the result, the number of threads is not.
 */
const MOST_PARTIALS = 8;
const PARTIAL_ELEMENTS = 1 << 18;

/** Entries of the table of extents that padPlanes reads. */
const EXTENTS = 9;

function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

/** Offset tables in scratch memory, until `release`. */
class Tables {
  readonly #memory;
  #next: number;

  constructor(entries: number) {
    this.#memory = scratch(entries * 4);
    this.#next = this.#memory.address;
  }

  /** Address of a new table of byte offsets. */
  offsets(offsets: Offsets, bytesPerElement: number): number {
    const table = this.#next;
    writeOffsets(i32, table / 4, offsets, bytesPerElement);
    this.#next += 4 * offsetCount(offsets);
    return table;
  }

  /** Address of a new table of extents, or 0 for an image that is read where it is. */
  extents({ sizes, before, padded, copies }: PaddedImage): number {
    if (!copies) return 0;
    const table = this.#next;
    i32.set([...sizes, ...before, ...padded], table / 4);
    this.#next += 4 * EXTENTS;
    return table;
  }

  release(): void {
    this.#memory.release();
  }
}

/** A product of weights and windows for each group of each sample: the forward pass, or a phase of the input's gradient. */
interface WindowProduct {
  readonly dtype: DType;
  readonly samples: number;
  readonly groups: number;
  /** Channels of the result per group. */
  readonly rows: number;
  /** Address of the weights; elements from one group to the next and from one row to the next. */
  readonly weight: number;
  readonly weightGroup: number;
  readonly weightRow: number;
  /** Where the taps lie in a row of the weights; null where they follow each other. */
  readonly column: Offsets | null;
  /** Channels of the image per group. */
  readonly planes: number;
  readonly image: PaddedImage;
  readonly imageAddress: number;
  readonly origin: Offsets;
  readonly tap: Offsets;
  readonly result: number;
  readonly resultPlane: number;
  /** Where the positions lie in a plane of the result; null where they follow each other. */
  readonly target: Offsets | null;
  readonly bias: number;
}

/** Runs a window product on as many threads as it is worth. */
function multiplyWindows(p: WindowProduct): void {
  const { groups, rows, planes } = p;
  const prefix = KERNEL_PREFIX[p.dtype];
  const bytes = BYTES_PER_ELEMENT[p.dtype];
  const depth = offsetCount(p.tap);
  const positions = offsetCount(p.origin);
  const weights = scratch(groups * kernel(`${prefix}_packed_weight_bytes`)(rows, depth));
  const tables = new Tables(EXTENTS + 2 * (depth + positions));
  const extents = tables.extents(p.image);
  const origin = tables.offsets(p.origin, bytes);
  const tap = tables.offsets(p.tap, bytes);
  const target = p.target === null ? 0 : tables.offsets(p.target, bytes);
  const column = p.column === null ? 0 : tables.offsets(p.column, bytes);
  const packWeights = kernel(`${prefix}_pack_weights`);
  packWeights(groups, rows, depth, p.weight, p.weightGroup, p.weightRow, column, weights.address);

  const units = p.samples * groups;
  const count = shareCount(units * rows * depth * positions, MULTIPLY_ADDS_PER_SHARE);
  // Threads take shares as they become free, so an uneven number of units is cut finer than the number of threads.
  const unitParts = units % count === 0 ? count : Math.min(units, 3 * count);
  const positionParts = Math.min(Math.ceil(positions / SHARE_COLUMNS), Math.max(1, Math.floor(count / units)));
  const mostPositions = Math.min(positions, Math.ceil(positions / SHARE_COLUMNS / positionParts) * SHARE_COLUMNS);
  const scratchBytes = kernel(`${prefix}_convolve_scratch`)(
    rows,
    mostPositions,
    depth,
    planes,
    extents,
    Number(target > 0),
  );
  const shares = unitParts * positionParts;
  const areas = scratch(scratchBytes * shares);
  runShares(`${prefix}_convolve`, shares, (share) => {
    const [unitBegin, unitEnd] = partOf(units, 1, unitParts, Math.floor(share / positionParts));
    const [begin, end] = partOf(positions, SHARE_COLUMNS, positionParts, share % positionParts);
    // deno-fmt-ignore
    return [
      unitBegin, unitEnd, begin, end, groups, rows, depth,
      weights.address, p.imageAddress, planes, p.image.plane, extents, origin, tap,
      p.result, p.resultPlane, target, p.bias, areas.address + share * scratchBytes,
    ];
  });
  areas.release();
  tables.release();
  weights.release();
}

/** True where windows are single elements, so that the image is the matrix of windows. */
function isPointwise(kernelSizes: readonly number[], { stride, padding }: ConvolutionGeometry): boolean {
  return kernelSizes.every((size) => size === 1) && stride.every((s) => s === 1) && padding.every((p) => p === 0);
}

/**
 * The matrix products that a pointwise convolution is: `result[n, g] = W[g] image[n, g] (+ bias[g])`, element (r, k) of W[g]
 * at `weightRow * r + weightCol * k`.
 */
function multiplyPointwise(
  dtype: DType,
  samples: number,
  groups: number,
  rows: number,
  depth: number,
  positions: number,
  weight: number,
  weightRow: number,
  weightCol: number,
  image: number,
  result: number,
  bias: number,
): void {
  const bytes = BYTES_PER_ELEMENT[dtype];
  for (let group = 0; group < groups; group++) {
    multiply({
      dtype,
      batch: samples,
      m: rows,
      n: positions,
      k: depth,
      a: weight + group * rows * depth * bytes,
      aBatch: 0,
      aRow: weightRow,
      aCol: weightCol,
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
  const { groups } = geometry;
  const [samples, , ...sizes] = x.shape;
  const [outputs, channels, ...kernelSizes] = weight.shape;
  const out = y.shape.slice(2);
  const rows = outputs / groups;
  const biasAddress = bias === null ? 0 : address(bias);
  if (isPointwise(kernelSizes, geometry)) {
    const positions = product(out);
    const [w, image, result] = [address(weight), address(x), address(y)];
    multiplyPointwise(y.dtype, samples, groups, rows, channels, positions, w, channels, 1, image, result, biasAddress);
    return;
  }
  const { image, origin, tap } = windows(channels, sizes, kernelSizes, out, geometry);
  const depth = offsetCount(tap);
  multiplyWindows({
    dtype: y.dtype,
    samples,
    groups,
    rows,
    weight: address(weight),
    weightGroup: rows * depth,
    weightRow: depth,
    column: null,
    planes: channels,
    image,
    imageAddress: address(x),
    origin,
    tap,
    result: address(y),
    resultPlane: product(out),
    target: null,
    bias: biasAddress,
  });
}

/** `dx = conv^T(dy, weight)`: every element of `dx` is written. */
export function convolutionInput(dy: ArrayRef, weight: ArrayRef, dx: ArrayRef, geometry: ConvolutionGeometry): void {
  if (dx.numel === 0) return;
  const { groups, stride } = geometry;
  const [samples, , ...sizes] = dx.shape;
  const [outputs, channels, ...kernelSizes] = weight.shape;
  const out = dy.shape.slice(2);
  const planes = outputs / groups;
  if (isPointwise(kernelSizes, geometry)) {
    const positions = product(out);
    const [w, image, result] = [address(weight), address(dy), address(dx)];
    multiplyPointwise(dx.dtype, samples, groups, channels, planes, positions, w, 1, channels, image, result, 0);
    return;
  }
  const { image, phases } = inputPhases(sizes, channels, kernelSizes, planes, out, geometry);
  const contiguous = stride.every((s) => s === 1);
  for (const { origin, tap, column, target } of phases) {
    multiplyWindows({
      dtype: dx.dtype,
      samples,
      groups,
      rows: channels,
      weight: address(weight),
      weightGroup: planes * channels * product(kernelSizes),
      weightRow: product(kernelSizes),
      column,
      planes,
      image,
      imageAddress: address(dy),
      origin,
      tap,
      result: address(dx),
      resultPlane: product(sizes),
      target: contiguous ? null : target,
      bias: 0,
    });
  }
}

/** `dweight = sum_n corr(x, dy)`: every element of `dweight` is written. */
export function convolutionWeight(x: ArrayRef, dy: ArrayRef, dweight: ArrayRef, geometry: ConvolutionGeometry): void {
  if (dweight.numel === 0) return;
  const { dtype } = dweight;
  const { groups } = geometry;
  const [samples, , ...sizes] = x.shape;
  const [outputs, channels, ...kernelSizes] = dweight.shape;
  const bytes = BYTES_PER_ELEMENT[dtype];
  const gradient = address(dweight);
  if (dy.numel === 0) {
    u8.fill(0, gradient, gradient + dweight.numel * bytes);
    return;
  }
  const prefix = KERNEL_PREFIX[dtype];
  const rows = outputs / groups;
  const windowsOfX = windows(channels, sizes, kernelSizes, dy.shape.slice(2), geometry);
  const { image } = windowsOfX;
  const taps = offsetCount(windowsOfX.tap);
  const positions = offsetCount(windowsOfX.origin);
  const tables = new Tables(EXTENTS + taps + positions);
  const extents = tables.extents(image);
  const origin = tables.offsets(windowsOfX.origin, bytes);
  const tap = tables.offsets(windowsOfX.tap, bytes);

  const partials = Math.max(1, Math.min(samples, MOST_PARTIALS, Math.floor(PARTIAL_ELEMENTS / dweight.numel)));
  const count = shareCount(samples * dweight.numel * positions, MULTIPLY_ADDS_PER_SHARE);
  const perPartial = Math.ceil(count / partials);
  const groupParts = Math.min(groups, perPartial);
  const tapParts = Math.min(Math.ceil(taps / SHARE_COLUMNS), Math.floor(perPartial / groupParts));
  const mostTaps = Math.min(taps, Math.ceil(taps / SHARE_COLUMNS / tapParts) * SHARE_COLUMNS);
  const scratchBytes = kernel(`${prefix}_convolve_weight_scratch`)(rows, mostTaps, positions, channels, extents);
  const shares = partials * groupParts * tapParts;
  const areas = scratch(scratchBytes * (count === 1 ? 1 : shares));
  const sums = scratch((partials - 1) * dweight.numel * bytes);
  const [xAddress, dyAddress] = [address(x), address(dy)];
  const shareArguments = (share: number): number[] => {
    const tapPart = share % tapParts;
    const groupPart = Math.floor(share / tapParts) % groupParts;
    const partial = Math.floor(share / tapParts / groupParts);
    const [imageBegin, imageEnd] = partOf(samples, 1, partials, partial);
    const [groupBegin, groupEnd] = partOf(groups, 1, groupParts, groupPart);
    const [begin, end] = partOf(taps, SHARE_COLUMNS, tapParts, tapPart);
    // deno-fmt-ignore
    return [
      imageBegin, imageEnd, groupBegin, groupEnd, begin, end, groups, rows, taps,
      xAddress, channels, image.plane, extents, origin, positions, tap, dyAddress,
      partial === 0 ? gradient : sums.address + (partial - 1) * dweight.numel * bytes,
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
