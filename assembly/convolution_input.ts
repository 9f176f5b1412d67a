// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The gradient of a convolution's input: W^T dy is added to the lowered image, and that to the image.

import { multiplyIndirect, packedWeightBytes } from "./convolution";
import { convolveRowInput } from "./convolution_depthwise";
import { Convolution, lower, offset } from "./convolution_lowering";
import { copyRow } from "./copy_row";
import { KC, MC } from "./gemm_blocking";
import { MR } from "./gemm_microkernel";

/**
 * `dX[u] = conv^T(dY[u], W[u % groups])` for the units from `unitBegin` to `unitEnd` and their channels from `begin` to
 * `end`. `begin` and the block are multiples of MR where there is more than one block. `weight` comes from packWeights with
 * a row per channel and tap, `scratch` has room for the lowered image and a block of dy.
 */
// @ts-ignore: decorator
@inline
function convolveInput<T>(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  dy: usize,
  dx: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), outputs = g.outputs, channels = g.channels, packed = scratch + g.bytes;
  for (let unit = unitBegin; unit < unitEnd; unit++) {
    const a = weight + <usize> (unit % g.groups) * packedWeightBytes<T>(channels * g.taps, outputs);
    const image = dx + <usize> (unit * channels * g.plane) * S;
    memory.fill(image + <usize> (begin * g.plane) * S, 0, <usize> ((end - begin) * g.plane) * S);
    for (let first = 0; first < g.positions; first += g.rows * g.inner) {
      const cols = min(g.rows * g.inner, g.positions - first);
      for (let o = 0; o < outputs; o++) {
        copyRow<T>(dy + <usize> ((unit * outputs + o) * g.positions + first) * S, packed + offset(g.output, o), cols);
      }
      for (let channel = begin; channel < end; channel += g.block) {
        const count = min(g.block, end - channel), rows = count * g.taps;
        const block = a + <usize> (channel * g.taps * outputs) * S;
        memory.fill(scratch, 0, g.bytes);
        if (outputs == 1) {
          // With one column the packed weights are what they were: one after the other.
          convolveRowInput<T>(scratch, block, packed, cols, g.tap, rows);
        } else {
          for (let i = 0; i < rows; i += MC<T>()) {
            for (let p = 0; p < outputs; p += KC<T>()) {
              multiplyIndirect<T>(
                min(MC<T>(), rows - i),
                cols,
                min(KC<T>(), outputs - p),
                block + <usize> (i * outputs + p * MR) * S,
                <usize> (outputs * MR) * S,
                packed,
                g.output + 4 * <usize> p,
                scratch,
                g.tap + 4 * <usize> i,
                true,
                0,
              );
            }
          }
        }
        lower<T>(g, scratch, image + <usize> (channel * g.plane) * S, count, first / g.inner, cols / g.inner, true);
      }
    }
  }
}

export function f32_convolve_input(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  dy: usize,
  dx: usize,
  scratch: usize,
): void {
  convolveInput<f32>(g, unitBegin, unitEnd, begin, end, weight, dy, dx, scratch);
}

export function f64_convolve_input(
  g: Convolution,
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  weight: usize,
  dy: usize,
  dx: usize,
  scratch: usize,
): void {
  convolveInput<f64>(g, unitBegin, unitEnd, begin, end, weight, dy, dx, scratch);
}
