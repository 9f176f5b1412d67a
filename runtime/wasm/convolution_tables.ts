/**
 * What the kernels of assembly/convolution.ts are told about a convolution: its sizes, how much of the image is lowered at a
 * time, and where the row of each tap begins in the lowered image. assembly/convolution_lowering.ts says what that is.
 *
 * @module
 */
import type { ConvolutionGeometry } from "../backend.ts";
import { TILE_ROWS } from "./gemm_shares.ts";
import type { ConvolutionSizes, Lowering } from "./types.ts";

/** Most taps in a block of channels. Part of the definition of every result: the chains of a sum are cut here. */
const BLOCK_TAPS = 256;

/** Bytes that a lowered image may have, if the kernel is not larger: a part of the L2 cache. */
const LOWERED_BYTES = 1 << 19;

/** Positions that make a sum long enough for the register tile of the weight's gradient: so many samples are taken together. */
const BATCH_POSITIONS = 512;

/** Product of all values; 1 for none. */
export function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Bytes from one plane to the next: an odd number of half cache lines, so that planes do not meet in few sets of the L1 cache. */
function pitchOf(bytes: number): number {
  return (bytes + 31) & ~63 | 32;
}

/**
 * Lowers a convolution on elements of `elementBytes`. With `packsOutput` the kernel packs y block by block, and channels are
 * cut where the register tiles are. Up to `samples` are lowered together where positions are few.
 */
export function lowering(
  s: ConvolutionSizes,
  { stride, padding, dilation }: ConvolutionGeometry,
  elementBytes: number,
  packsOutput: boolean,
  samples: number,
): Lowering {
  const most = Math.ceil(s.channels / Math.max(1, Math.ceil(s.channels * s.taps / BLOCK_TAPS)));
  const block = Math.min(s.channels, packsOutput ? Math.ceil(most / TILE_ROWS) * TILE_ROWS : most);
  // Taps `phases` apart along the first axis are `step` slots apart.
  const divisor = gcd(stride[0], dilation[0]);
  const innerTaps = product(s.kernel.slice(1));
  const inner = product(s.output.slice(1));
  const slotBytes = inner * elementBytes;
  // Where sums are added to the lowered image, the tiles of taps that share a plane must not overlap but by whole vectors: a
  // load of what two stores in flight have written waits for both.
  const overlaps = packsOutput && slotBytes < 32 && slotBytes % 16 !== 0;
  const phases = Math.min(s.kernel[0], overlaps ? Infinity : stride[0] / divisor);
  const step = phases * dilation[0] / stride[0];
  const shift = Math.floor((s.kernel[0] - 1) / phases) * step;
  const planes = block * phases * innerTaps;
  const fitting = Math.floor(LOWERED_BYTES / (planes * slotBytes)) - shift;
  const rows = Math.min(s.output[0], Math.max(1, shift, fitting));
  const pitch = pitchOf((rows + shift) * slotBytes);
  // A register tile may hang over the end of the last plane.
  const bytes = planes * pitch + 32;
  const batch = Math.max(
    1,
    Math.min(Math.floor(BATCH_POSITIONS / s.positions), Math.floor(LOWERED_BYTES / bytes), samples),
  );
  const outputPitch = packsOutput ? pitchOf(rows * slotBytes) : s.positions * elementBytes;
  const taps = new Int32Array(block * s.taps);
  let i = 0;
  for (let channel = 0; channel < block; channel++) {
    for (let k = 0; k < s.kernel[0]; k++) {
      const plane = (channel * phases + k % phases) * innerTaps;
      const slot = Math.floor(k / phases) * step;
      for (let tap = 0; tap < innerTaps; tap++) taps[i++] = (plane + tap) * pitch + slot * slotBytes;
    }
  }
  const rank = s.input.length;
  const axes = [0, 1, 2].flatMap((axis) => {
    const d = axis === 0 ? 0 : axis + rank - 3;
    return axis > 0 && d < 1
      ? [1, 1, 1, 1, 0, 1]
      : [s.input[d], s.output[d], s.kernel[d], stride[d], padding[d], dilation[d]];
  });
  // deno-fmt-ignore
  const fields = [
    s.groups, s.channels, s.outputs, s.taps, s.plane, s.positions,
    block, rows, batch, inner, shift, phases, pitch, bytes,
  ];
  // A register tile may hang over the end of the packed block of y, too.
  const scratchBytes = batch * bytes + (packsOutput ? s.outputs * outputPitch + 32 : 0);
  return { fields, axes, taps, scratchBytes, outputPitch };
}
