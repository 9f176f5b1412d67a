// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The gradient of a convolution's input: G = W^T dy, whose elements are added where the matrix of windows has them.

import { packedWeightBytes } from "./convolution";
import { convolveRowInput } from "./convolution_depthwise";
import { addWindows, copyMiddle, largerPlane, paddedBytes } from "./convolution_packing";
import { multiplyBlock, packB } from "./gemm";
import { KC, MC, roundUp } from "./gemm_blocking";
import { MR, NR } from "./gemm_microkernel";

/** Positions per block of the input's gradient: G (MC x this) stays in the L2 cache. */
const INPUT_POSITIONS: i32 = 128;

/**
 * `dX[u] = conv^T(dY[u], W[u % groups])` for the units from `unitBegin` to `unitEnd` and their channels from `begin` to
 * `end`, `begin` being a multiple of MR. A unit has `channels` planes of `plane` elements in dx and `outputs` planes of
 * `positions` elements in dy; `weight` comes from packWeights with `channels * taps` rows of `outputs` elements.
 */
// @ts-ignore: decorator
@inline
function convolveInput<T>(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  channels: i32,
  taps: i32,
  outputs: i32,
  weight: usize,
  dy: usize,
  positions: i32,
  dx: usize,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), bStep = <usize> NR<T>() * S, aPanel = <usize> (outputs * MR) * S;
  const larger = extents ? largerPlane(extents) : plane;
  const packed = scratch + paddedBytes<T>(end - begin, extents);
  const g = packed + <usize> (roundUp(min(positions, INPUT_POSITIONS), NR<T>()) * outputs) * S;
  for (let unit = unitBegin; unit < unitEnd; unit++) {
    const a = weight + <usize> (unit % groups) * packedWeightBytes<T>(channels * taps, outputs);
    const target = dx + <usize> ((unit * channels + begin) * plane) * S;
    const image = extents ? scratch : target;
    const corner = image - <usize> (begin * larger) * S;
    memory.fill(image, 0, <usize> ((end - begin) * larger) * S);
    if (outputs == 1) {
      // With one column the packed weights are what they were: one after the other.
      const first = begin * taps, w = a + <usize> first * S, y = dy + <usize> (unit * positions) * S;
      convolveRowInput<T>(corner, w, S, y, positions, origin, tap + (<usize> first << 2), (end - begin) * taps);
      if (extents) copyMiddle<T>(scratch, target, end - begin, extents, true);
      continue;
    }
    for (let j = 0; j < positions; j += INPUT_POSITIONS) {
      const cols = min(INPUT_POSITIONS, positions - j), rowG = <usize> cols * S;
      const paddedCols = <usize> roundUp(cols, NR<T>()) * S;
      for (let p = 0; p < outputs; p += KC<T>()) {
        const block = dy + <usize> ((unit * outputs + p) * positions + j) * S;
        packB<T>(packed + <usize> p * paddedCols, block, <usize> positions * S, S, cols, min(KC<T>(), outputs - p));
      }
      for (let i = begin * taps; i < end * taps; i += MC<T>()) {
        const rows = min(MC<T>(), end * taps - i);
        for (let p = 0; p < outputs; p += KC<T>()) {
          const steps = min(KC<T>(), outputs - p);
          multiplyBlock<T>(
            rows,
            cols,
            steps,
            a + <usize> (i * outputs + p * MR) * S,
            aPanel,
            packed + <usize> p * paddedCols,
            <usize> steps * bStep,
            bStep,
            g,
            rowG,
            p > 0,
            0,
            0,
            0,
          );
        }
        addWindows<T>(corner, g, rowG, origin + (<usize> j << 2), cols, tap + (<usize> i << 2), rows, taps, i % taps);
      }
    }
    if (extents) copyMiddle<T>(scratch, target, end - begin, extents, true);
  }
}

/** Bytes of scratch of convolveInput for `channels` channels. */
// @ts-ignore: decorator
@inline
function convolveInputScratch<T>(channels: i32, taps: i32, outputs: i32, positions: i32, extents: usize): usize {
  const cols = min(positions, INPUT_POSITIONS);
  const block = roundUp(cols, NR<T>()) * outputs + min(channels * taps, MC<T>()) * cols;
  return paddedBytes<T>(channels, extents) + <usize> block * sizeof<T>();
}

export function f32_convolve_input_scratch(
  channels: i32,
  taps: i32,
  outputs: i32,
  positions: i32,
  extents: usize,
): usize {
  return convolveInputScratch<f32>(channels, taps, outputs, positions, extents);
}

export function f32_convolve_input(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  channels: i32,
  taps: i32,
  outputs: i32,
  weight: usize,
  dy: usize,
  positions: i32,
  dx: usize,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  scratch: usize,
): void {
  convolveInput<f32>(
    unitBegin,
    unitEnd,
    begin,
    end,
    groups,
    channels,
    taps,
    outputs,
    weight,
    dy,
    positions,
    dx,
    plane,
    extents,
    origin,
    tap,
    scratch,
  );
}

export function f64_convolve_input_scratch(
  channels: i32,
  taps: i32,
  outputs: i32,
  positions: i32,
  extents: usize,
): usize {
  return convolveInputScratch<f64>(channels, taps, outputs, positions, extents);
}

export function f64_convolve_input(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  channels: i32,
  taps: i32,
  outputs: i32,
  weight: usize,
  dy: usize,
  positions: i32,
  dx: usize,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  scratch: usize,
): void {
  convolveInput<f64>(
    unitBegin,
    unitEnd,
    begin,
    end,
    groups,
    channels,
    taps,
    outputs,
    weight,
    dy,
    positions,
    dx,
    plane,
    extents,
    origin,
    tap,
    scratch,
  );
}
