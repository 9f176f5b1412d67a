// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions as matrix products with the matrix of windows X of convolution_packing.ts, for each sample and group. The
// group's channels of one sample are called a unit.
//
// Here is the forward pass, y = W X, and the packing of the weights for it and for the gradient of the input.

import { convolveRow } from "./convolution_depthwise";
import { copyMiddle, packWindows, paddedBytes } from "./convolution_packing";
import { multiplyBlock, packA } from "./gemm";
import { KC, MC, NC, packedBytesB, roundUp } from "./gemm_blocking";
import { MR, NR } from "./gemm_microkernel";

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
 * `Y[u] = W[u % groups] X[u] (+ bias)` for the units from `unitBegin` to `unitEnd` and the positions from `begin` to `end`.
 * Y[u] is `rows` x `positions`, `weight` comes from packWeights with `depth` taps. A unit of the image has `planes` planes
 * of `plane` elements, which are padded by `extents` unless that is 0.
 */
// @ts-ignore: decorator
@inline
function convolve<T>(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  y: usize,
  positions: i32,
  bias: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), bStep = <usize> NR<T>() * S, aPanel = <usize> (depth * MR) * S, cRow = <usize> positions * S;
  const packed = scratch + paddedBytes<T>(planes, extents);
  if (extents) memory.fill(scratch, 0, paddedBytes<T>(planes, extents));
  for (let unit = unitBegin; unit < unitEnd; unit++) {
    const group = unit % groups;
    const a = weight + <usize> group * packedWeightBytes<T>(rows, depth);
    const c = y + <usize> (unit * rows) * cRow;
    let source = image + <usize> (unit * planes * plane) * S;
    if (extents) {
      copyMiddle<T>(scratch, source, planes, extents, false);
      source = scratch;
    }
    if (rows == 1 && depth <= KC<T>()) {
      const place = origin + (<usize> begin << 2), rowBias = bias ? bias + <usize> group * S : 0;
      convolveRow<T>(c + <usize> begin * S, end - begin, a, <usize> MR * S, source, place, tap, depth, rowBias);
      continue;
    }
    for (let j = begin; j < end; j += NC<T>()) {
      const cols = min(NC<T>(), end - j);
      let biasRow = bias ? S : 0, rowBias = bias + <usize> (group * rows) * biasRow;
      let p = 0;
      do {
        const steps = min(KC<T>(), depth - p);
        packWindows<T>(packed, source, origin + (<usize> j << 2), cols, tap + (<usize> p << 2), steps);
        for (let i = 0; i < rows; i += MC<T>()) {
          multiplyBlock<T>(
            min(MC<T>(), rows - i),
            cols,
            steps,
            a + <usize> (i * depth + p * MR) * S,
            aPanel,
            packed,
            <usize> steps * bStep,
            bStep,
            c + <usize> i * cRow + <usize> j * S,
            cRow,
            p > 0,
            rowBias + <usize> i * biasRow,
            biasRow,
            0,
          );
        }
        rowBias = biasRow = 0;
        p += KC<T>();
      } while (p < depth);
    }
  }
}

/** Bytes of scratch of convolve for `cols` positions. */
// @ts-ignore: decorator
@inline
function convolveScratch<T>(cols: i32, depth: i32, planes: i32, extents: usize): usize {
  return paddedBytes<T>(planes, extents) + packedBytesB<T>(cols, depth);
}

export function f32_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f32>(rows, depth);
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

export function f32_convolve_scratch(cols: i32, depth: i32, planes: i32, extents: usize): usize {
  return convolveScratch<f32>(cols, depth, planes, extents);
}

export function f32_convolve(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  y: usize,
  positions: i32,
  bias: usize,
  scratch: usize,
): void {
  convolve<f32>(
    unitBegin,
    unitEnd,
    begin,
    end,
    groups,
    rows,
    depth,
    weight,
    image,
    planes,
    plane,
    extents,
    origin,
    tap,
    y,
    positions,
    bias,
    scratch,
  );
}

export function f64_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f64>(rows, depth);
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

export function f64_convolve_scratch(cols: i32, depth: i32, planes: i32, extents: usize): usize {
  return convolveScratch<f64>(cols, depth, planes, extents);
}

export function f64_convolve(
  unitBegin: i32,
  unitEnd: i32,
  begin: i32,
  end: i32,
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  image: usize,
  planes: i32,
  plane: i32,
  extents: usize,
  origin: usize,
  tap: usize,
  y: usize,
  positions: i32,
  bias: usize,
  scratch: usize,
): void {
  convolve<f64>(
    unitBegin,
    unitEnd,
    begin,
    end,
    groups,
    rows,
    depth,
    weight,
    image,
    planes,
    plane,
    extents,
    origin,
    tap,
    y,
    positions,
    bias,
    scratch,
  );
}
