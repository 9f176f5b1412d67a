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
import { lowering, product } from "./convolution_tables.ts";
import { gemmShareCount, partOf, TILE_ROWS } from "./gemm_shares.ts";
import { multiply } from "./matmul.ts";
import type { ConvolutionSizes, Lowering, WeightMatrix } from "./types.ts";

/**
 * Images are summed into at most this many partial gradients of a weight, as long as these have no more than
 * PARTIAL_ELEMENTS together. Both are part of the definition of the result, the number of threads is not.
 */
const MOST_PARTIALS = 8;
const PARTIAL_ELEMENTS = 1 << 18;

/** The sizes and the tables of a convolution in scratch memory, until `release`. */
class Tables {
  readonly #memory;
  /** Address of an instance of the class Convolution of assembly/convolution_lowering.ts. */
  readonly address: number;

  constructor({ fields, axes, taps, outputPitch }: Lowering, outputs: number) {
    const tap = fields.length + 2 + axes.length;
    const output = tap + taps.length;
    this.#memory = scratch(4 * (output + outputs));
    this.address = this.#memory.address;
    const begin = this.address / 4;
    i32.set([...fields, this.address + 4 * tap, this.address + 4 * output, ...axes], begin);
    i32.set(taps, begin + tap);
    for (let o = 0; o < outputs; o++) i32[begin + output + o] = o * outputPitch;
  }

  release(): void {
    this.#memory.release();
  }
}

function sizesOf(x: ArrayRef, weight: ArrayRef, y: ArrayRef, { groups }: ConvolutionGeometry): ConvolutionSizes {
  const [samples, , ...input] = x.shape;
  const [outputs, channels, ...kernelSizes] = weight.shape;
  const output = y.shape.slice(2);
  return {
    groups,
    units: samples * groups,
    channels,
    outputs: outputs / groups,
    input,
    output,
    kernel: kernelSizes,
    taps: product(kernelSizes),
    plane: product(input),
    positions: product(output),
  };
}

/** True where windows are single elements, so that the image is the matrix of windows. */
function isPointwise(s: ConvolutionSizes, { stride, padding }: ConvolutionGeometry): boolean {
  return s.taps === 1 && stride.every((step) => step === 1) && padding.every((p) => p === 0);
}

/** The matrix products that a pointwise convolution is: `to[u] = W[u % groups] from[u] (+ bias)`. */
function multiplyPointwise(
  dtype: DType,
  { groups, units, positions }: ConvolutionSizes,
  { rows, depth, row, col }: WeightMatrix,
  weight: number,
  from: number,
  to: number,
  bias: number,
): void {
  const bytes = BYTES_PER_ELEMENT[dtype];
  for (let group = 0; group < groups; group++) {
    multiply([{
      dtype,
      batch: units / groups,
      m: rows,
      n: positions,
      k: depth,
      a: weight + group * rows * depth * bytes,
      aBatch: 0,
      aRow: row,
      aCol: col,
      b: from + group * depth * positions * bytes,
      bBatch: groups * depth * positions,
      bRow: positions,
      bCol: 1,
      c: to + group * rows * positions * bytes,
      cBatch: groups * rows * positions,
      cRow: positions,
      bias: bias === 0 ? 0 : bias + group * rows * bytes,
      biasRow: bias === 0 ? 0 : 1,
      biasCol: 0,
      accumulate: false,
    }]);
  }
}

/** The forward pass and its transpose: both take the units one by one. */
function convolveUnits(
  s: ConvolutionSizes,
  weight: ArrayRef,
  from: ArrayRef,
  to: ArrayRef,
  bias: ArrayRef | null,
  geometry: ConvolutionGeometry,
  transposed: boolean,
): void {
  const { dtype } = to;
  const { groups, units, outputs } = s;
  const inputs = s.channels * s.taps;
  const matrix = transposed
    ? { rows: inputs, depth: outputs, row: 1, col: inputs }
    : { rows: outputs, depth: inputs, row: inputs, col: 1 };
  const [weightAddress, fromAddress, toAddress] = [address(weight), address(from), address(to)];
  const biasAddress = bias === null ? 0 : address(bias);
  if (isPointwise(s, geometry)) {
    multiplyPointwise(dtype, s, matrix, weightAddress, fromAddress, toAddress, biasAddress);
    return;
  }
  const { rows, depth, row, col } = matrix;
  const bytes = BYTES_PER_ELEMENT[dtype];
  const prefix = KERNEL_PREFIX[dtype];
  const plan = lowering(s, geometry, bytes, transposed, 1);
  const tables = new Tables(plan, outputs);
  const weights = scratch(groups * Math.ceil(rows / TILE_ROWS) * TILE_ROWS * depth * bytes);
  kernel(`${prefix}_pack_weights`)(groups, rows, depth, weightAddress, rows * depth, row, col, weights.address);
  // Units are cut into shares, and where there are too few of them the channels of dx or the outputs along the first axis.
  const [length, multiple] = transposed ? [s.channels, TILE_ROWS] : [s.output[0], 1];
  const count = gemmShareCount(units * outputs * inputs * s.positions);
  // Threads take shares as they become free: an uneven number of units is cut finer than the number of threads.
  const unitParts = units % count === 0 ? count : Math.min(units, 3 * count);
  const parts = Math.min(Math.ceil(length / multiple), Math.max(1, Math.floor(count / units)));
  const areas = scratch(plan.scratchBytes * unitParts * parts);
  runShares(`${prefix}_convolve${transposed ? "_input" : ""}`, unitParts * parts, (share) => {
    const [unitBegin, unitEnd] = partOf(units, 1, unitParts, Math.floor(share / parts));
    const [begin, end] = partOf(length, multiple, parts, share % parts);
    const area = areas.address + share * plan.scratchBytes;
    // deno-fmt-ignore
    const operands = [
      tables.address, unitBegin, unitEnd, begin, end, weights.address, fromAddress, toAddress, area,
    ];
    return transposed ? operands : [...operands, biasAddress];
  });
  areas.release();
  weights.release();
  tables.release();
}

/** `y = conv(x, weight) (+ bias)`. */
export function convolution(
  x: ArrayRef,
  weight: ArrayRef,
  bias: ArrayRef | null,
  y: ArrayRef,
  geometry: ConvolutionGeometry,
): void {
  if (y.numel > 0) convolveUnits(sizesOf(x, weight, y, geometry), weight, x, y, bias, geometry, false);
}

/** `dx = conv^T(dy, weight)`: every element of `dx` is written. */
export function convolutionInput(dy: ArrayRef, weight: ArrayRef, dx: ArrayRef, geometry: ConvolutionGeometry): void {
  if (dx.numel > 0) convolveUnits(sizesOf(dx, weight, dy, geometry), weight, dy, dx, null, geometry, true);
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
  const { groups, channels } = s;
  const prefix = KERNEL_PREFIX[x.dtype];
  const samples = s.units / groups;
  const partials = Math.max(1, Math.min(samples, MOST_PARTIALS, Math.floor(PARTIAL_ELEMENTS / dweight.numel)));
  const plan = lowering(s, geometry, BYTES_PER_ELEMENT[x.dtype], false, Math.ceil(samples / partials));
  const tables = new Tables(plan, s.outputs);
  const count = gemmShareCount(samples * dweight.numel * s.positions);
  const perPartial = Math.ceil(count / partials);
  const groupParts = Math.min(groups, perPartial);
  const channelParts = Math.min(channels, Math.floor(perPartial / groupParts));
  const shares = partials * groupParts * channelParts;
  const areas = scratch(plan.scratchBytes * (count === 1 ? 1 : shares));
  const sums = scratch((partials - 1) * gradientBytes);
  const [xAddress, dyAddress] = [address(x), address(dy)];
  const shareArguments = (share: number): number[] => {
    const partial = Math.floor(share / channelParts / groupParts);
    const [sampleBegin, sampleEnd] = partOf(samples, 1, partials, partial);
    const [groupBegin, groupEnd] = partOf(groups, 1, groupParts, Math.floor(share / channelParts) % groupParts);
    const [begin, end] = partOf(channels, 1, channelParts, share % channelParts);
    // deno-fmt-ignore
    return [
      tables.address, sampleBegin, sampleEnd, groupBegin, groupEnd, begin, end, xAddress, dyAddress,
      partial === 0 ? gradient : sums.address + (partial - 1) * gradientBytes,
      areas.address + (count === 1 ? 0 : share * plan.scratchBytes),
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
