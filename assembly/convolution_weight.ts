// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The gradient of a convolution's weight: dW = dy X^T, summed over the samples.

import { convolveRowWeight } from "./convolution_depthwise";
import { copyMiddle, packTaps, paddedBytes } from "./convolution_packing";
import { multiplyBlock, packA } from "./gemm";
import { KC, MC, NC, packedBytesA, packedBytesB } from "./gemm_blocking";
import { MR, NR } from "./gemm_microkernel";
import { lanes } from "./simd";

/**
 * `dW[g][rows, begin..end) = sum over images of dy X^T` for the samples from `sampleBegin` to `sampleEnd` and the groups from
 * `groupBegin` to `groupEnd`. A matrix dW[g] is `rows` x `taps`. Samples meet in order, so that the bits depend on the
 * range of samples alone.
 */
// @ts-ignore: decorator
@inline
function convolveWeight<T>(
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  taps: i32,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  positions: i32,
  tap: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), bStep = <usize> NR<T>() * S, cRow = <usize> taps * S;
  const packedA = scratch + paddedBytes<T>(planes, extents);
  const packedB = packedA + packedBytesA<T>(rows, positions);
  if (extents) memory.fill(scratch, 0, paddedBytes<T>(planes, extents));
  for (let n = sampleBegin; n < sampleEnd; n++) {
    for (let group = groupBegin; group < groupEnd; group++) {
      const unit = n * groups + group;
      let source = image + <usize> (unit * planes * plane) * S;
      if (extents) {
        copyMiddle<T>(scratch, source, planes, extents, false);
        source = scratch;
      }
      const a = dy + <usize> (unit * rows * positions) * S, c = dw + <usize> (group * rows) * cRow;
      for (let p = 0; p < positions; p += KC<T>()) {
        const steps = min(KC<T>(), positions - p);
        if (rows == 1) {
          const place = origin + (<usize> p << 2), firstTap = tap + (<usize> begin << 2), sums = n > sampleBegin || p > 0;
          convolveRowWeight<T>(c + <usize> begin * S, a + <usize> p * S, steps, source, place, firstTap, end - begin, sums);
          continue;
        }
        for (let j = begin; j < end; j += NC<T>()) {
          const cols = min(NC<T>(), end - j);
          packTaps<T>(packedB, source, origin + (<usize> p << 2), steps, tap + (<usize> j << 2), cols);
          for (let i = 0; i < rows; i += MC<T>()) {
            const count = min(MC<T>(), rows - i);
            packA<T>(packedA, a + <usize> (i * positions + p) * S, <usize> positions * S, S, count, steps);
            multiplyBlock<T>(
              count,
              cols,
              steps,
              packedA,
              <usize> (steps * MR) * S,
              packedB,
              <usize> steps * bStep,
              bStep,
              c + <usize> i * cRow + <usize> j * S,
              cRow,
              n > sampleBegin || p > 0,
              0,
              0,
              0,
            );
          }
        }
      }
    }
  }
}

/** Bytes of scratch of convolveWeight for `cols` taps. */
// @ts-ignore: decorator
@inline
function convolveWeightScratch<T>(rows: i32, cols: i32, positions: i32, planes: i32, extents: usize): usize {
  return paddedBytes<T>(planes, extents) + packedBytesA<T>(rows, positions) + packedBytesB<T>(cols, positions);
}

/** Adds `count` arrays of `n` elements, one after the other in memory from `parts` on, to `sum` in order. */
// @ts-ignore: decorator
@inline
function addParts<T>(sum: usize, parts: usize, count: i32, n: i32): void {
  const bytes = <usize> n * sizeof<T>();
  for (; n >= lanes<T>(); n -= lanes<T>(), sum += 16, parts += 16) {
    let total = v128.load(sum);
    for (let i = 0; i < count; i++) total = v128.add<T>(total, v128.load(parts + <usize> i * bytes));
    v128.store(sum, total);
  }
  for (; n > 0; n--, sum += sizeof<T>(), parts += sizeof<T>()) {
    let total = load<T>(sum);
    for (let i = 0; i < count; i++) total += load<T>(parts + <usize> i * bytes);
    store<T>(sum, total);
  }
}

export function f32_convolve_weight_scratch(rows: i32, cols: i32, positions: i32, planes: i32, extents: usize): usize {
  return convolveWeightScratch<f32>(rows, cols, positions, planes, extents);
}

export function f32_convolve_weight(
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  taps: i32,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  positions: i32,
  tap: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  convolveWeight<f32>(
    sampleBegin,
    sampleEnd,
    groupBegin,
    groupEnd,
    begin,
    end,
    groups,
    rows,
    taps,
    image,
    planes,
    plane,
    extents,
    origin,
    positions,
    tap,
    dy,
    dw,
    scratch,
  );
}

export function f32_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f32>(sum, parts, count, n);
}

export function f64_convolve_weight_scratch(rows: i32, cols: i32, positions: i32, planes: i32, extents: usize): usize {
  return convolveWeightScratch<f64>(rows, cols, positions, planes, extents);
}

export function f64_convolve_weight(
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  taps: i32,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  positions: i32,
  tap: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  convolveWeight<f64>(
    sampleBegin,
    sampleEnd,
    groupBegin,
    groupEnd,
    begin,
    end,
    groups,
    rows,
    taps,
    image,
    planes,
    plane,
    extents,
    origin,
    positions,
    tap,
    dy,
    dw,
    scratch,
  );
}

export function f64_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f64>(sum, parts, count, n);
}
