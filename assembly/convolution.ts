// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions as matrix products with the matrix of windows X, which is read from the lowered image of
// convolution_lowering.ts, for each sample and group. The group's channels of one sample are called a unit.
//
// Here is the forward pass, y = W X, and the packing of the weights for it and for the gradient of the input.

import { convolveRow } from "./convolution_depthwise";
import { Convolution, lower } from "./convolution_lowering";
import { packA } from "./gemm";
import { MC, roundUp } from "./gemm_blocking";
import { indirectTile, lowIndirectTile, MR, NR } from "./gemm_microkernel";

/** Bytes of the weights of one group as packWeights leaves them. */
// @ts-ignore: decorator
@inline
export function packedWeightBytes<T>(rows: i32, depth: i32): usize {
  return <usize> (roundUp(rows, MR) * depth) * sizeof<T>();
}

/**
 * Packs the weights of all groups, for all samples and threads, in panels of MR rows by the whole depth. Element (r, k) of
 * group g lies at `weight + g * group + r * row + k * col`, in elements.
 */
// @ts-ignore: decorator
@inline
function packWeights<T>(groups: i32, rows: i32, depth: i32, weight: usize, group: i32, row: i32, col: i32, to: usize): void {
  const S = sizeof<T>();
  for (; groups > 0; groups--, weight += <usize> group * S, to += packedWeightBytes<T>(rows, depth)) {
    packA<T>(to, weight, <usize> row * S, <usize> col * S, rows, depth);
  }
}

/**
 * `C (+)= A B (+ bias)` of a packed block of A, whose panels are `aPanel` bytes apart. Row k of B begins at
 * `b + offset(places, k)` and row i of C at `c + offset(rowPlaces, i)`.
 */
export function multiplyIndirect<T>(
  rows: i32,
  cols: i32,
  depth: i32,
  a: usize,
  aPanel: usize,
  b: usize,
  places: usize,
  c: usize,
  rowPlaces: usize,
  accumulate: bool,
  bias: usize,
): void {
  for (; cols > 0; cols -= NR<T>(), b += 32, c += 32) {
    let panel = a, place = rowPlaces, rowBias = bias;
    for (let i = rows; i > 0; i -= MR, panel += aPanel, place += 4 * MR) {
      const width = min(NR<T>(), cols);
      if (i > 4) indirectTile<T>(depth, panel, b, places, c, place, min(MR, i), width, accumulate, rowBias);
      else lowIndirectTile<T>(depth, panel, b, places, c, place, i, width, accumulate, rowBias);
      if (bias) rowBias += <usize> MR * sizeof<T>();
    }
  }
}

/**
 * `Y[u] = W[u % groups] X[u] (+ bias)` for the units from `unitBegin` to `unitEnd` and the positions from `begin` to `end`
 * along the first axis. `weight` comes from packWeights with a row per output.
 */
// @ts-ignore: decorator
@inline
function convolve<T>(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  x: usize,
  y: usize,
  scratch: usize,
  bias: usize,
): void {
  const S = sizeof<T>(), outputs = g.outputs, channels = g.channels, depth = channels * g.taps;
  memory.fill(scratch, 0, g.bytes);
  for (let unit = unitBegin; unit < unitEnd; unit++) {
    const group = unit % g.groups, a = weight + <usize> group * packedWeightBytes<T>(outputs, depth);
    for (let row = begin; row < end; row += g.rows) {
      const rows = min(g.rows, end - row), cols = rows * g.inner;
      const c = y + <usize> (unit * outputs * g.positions + row * g.inner) * S;
      let groupBias = bias ? bias + <usize> (group * outputs) * S : 0;
      let channel = 0;
      do {
        const count = min(g.block, channels - channel), steps = count * g.taps;
        const block = a + <usize> (channel * g.taps * MR) * S;
        lower<T>(g, scratch, x + <usize> ((unit * channels + channel) * g.plane) * S, count, row, rows, false);
        if (outputs == 1) {
          convolveRow<T>(c, cols, block, <usize> MR * S, scratch, g.tap, steps, channel > 0, groupBias);
        } else {
          for (let i = 0; i < outputs; i += MC<T>()) {
            multiplyIndirect<T>(
              min(MC<T>(), outputs - i),
              cols,
              steps,
              block + <usize> (i * depth) * S,
              <usize> (depth * MR) * S,
              scratch,
              g.tap,
              c,
              g.output + 4 * <usize> i,
              channel > 0,
              groupBias ? groupBias + <usize> i * S : 0,
            );
          }
        }
        groupBias = 0;
        channel += g.block;
      } while (channel < channels);
    }
  }
}

export function f32_pack_weights(
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  group: i32,
  row: i32,
  col: i32,
  to: usize,
): void {
  packWeights<f32>(groups, rows, depth, weight, group, row, col, to);
}

export function f32_convolve(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  x: usize,
  y: usize,
  scratch: usize,
  bias: usize,
): void {
  convolve<f32>(g, unitBegin, unitEnd, begin, end, weight, x, y, scratch, bias);
}

export function f64_pack_weights(
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  group: i32,
  row: i32,
  col: i32,
  to: usize,
): void {
  packWeights<f64>(groups, rows, depth, weight, group, row, col, to);
}

export function f64_convolve(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  x: usize,
  y: usize,
  scratch: usize,
  bias: usize,
): void {
  convolve<f64>(g, unitBegin, unitEnd, begin, end, weight, x, y, scratch, bias);
}
