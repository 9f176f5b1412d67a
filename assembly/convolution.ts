// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions as matrix products with the matrix of windows X of convolution_packing.ts, for each sample and group.
//
// Forward: y = W X. Gradient of the input: G = W^T dy, and G's elements are added where X has them. Gradient of the weight:
// dW = dy X^T, summed over the samples. The group's channels of one sample are called a unit.

import { addWindows, copyMiddle, largerPlane, packTaps, packWindows } from "./convolution_packing";
import { multiplyBlock, packA, packB } from "./gemm";
import { KC, MC, NC, packedBytesA, packedBytesB, roundUp } from "./gemm_blocking";
import { MR, NR } from "./gemm_microkernel";
import { lanes } from "./simd";

/** Positions per block of the input's gradient: G (MC x this) stays in the L2 cache. */
const INPUT_POSITIONS: i32 = 128;

/** Bytes of a padded image of `planes` planes, 0 without padding. */
// @ts-ignore: decorator
@inline
function paddedBytes<T>(planes: i32, extents: usize): usize {
  return extents ? (<usize> (planes * largerPlane(extents)) * sizeof<T>() + 15) & ~15 : 0;
}

/** Bytes of the weights of one group as packWeights leaves them. */
// @ts-ignore: decorator
@inline
function packedWeightBytes<T>(rows: i32, depth: i32): usize {
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
      addRows<T>(corner, a, dy + <usize> (unit * positions) * S, positions, origin, tap, begin * taps, end * taps);
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

export function f32_convolve_scratch(cols: i32, depth: i32, planes: i32, extents: usize): usize {
  return convolveScratch<f32>(cols, depth, planes, extents);
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

export function f32_convolve_input_scratch(
  channels: i32,
  taps: i32,
  outputs: i32,
  positions: i32,
  extents: usize,
): usize {
  return convolveInputScratch<f32>(channels, taps, outputs, positions, extents);
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

export function f32_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f32>(rows, depth);
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

export function f32_convolve_weight_scratch(rows: i32, cols: i32, positions: i32, planes: i32, extents: usize): usize {
  return convolveWeightScratch<f32>(rows, cols, positions, planes, extents);
}

export function f32_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f32>(sum, parts, count, n);
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

export function f64_convolve_scratch(cols: i32, depth: i32, planes: i32, extents: usize): usize {
  return convolveScratch<f64>(cols, depth, planes, extents);
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

export function f64_convolve_input_scratch(
  channels: i32,
  taps: i32,
  outputs: i32,
  positions: i32,
  extents: usize,
): usize {
  return convolveInputScratch<f64>(channels, taps, outputs, positions, extents);
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

export function f64_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f64>(rows, depth);
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

export function f64_convolve_weight_scratch(rows: i32, cols: i32, positions: i32, planes: i32, extents: usize): usize {
  return convolveWeightScratch<f64>(rows, cols, positions, planes, extents);
}

export function f64_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f64>(sum, parts, count, n);
}
