// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions as matrix products with the matrix of windows X of convolution_packing.ts.
//
// Forward: y = W X, a product per image and group. Gradient of the input: the same with dy as the image and a transposed
// weight. Gradient of the weight: dW = sum over images of dy X^T.

import { packTaps, packWeight, packWindows, packedWeightBytes, paddedPlane, padPlanes } from "./convolution_packing";
import { multiplyBlock, packA } from "./gemm";
import { KC, MC, NC, packedBytesA, packedBytesB } from "./gemm_blocking";
import { MR, NR } from "./gemm_microkernel";
import { lanes } from "./simd";

/** Bytes of a padded image of `planes` planes, 0 without padding. */
// @ts-ignore: decorator
@inline
function paddedBytes<T>(planes: i32, extents: usize): usize {
  return extents ? (<usize> (planes * paddedPlane(extents)) * sizeof<T>() + 15) & ~15 : 0;
}

/**
 * `Y[u] = W[u % groups] X[u] (+ bias)` for units (image, group) from `unitBegin` to `unitEnd` and positions from `begin` to
 * `end`. Y[u] is `rows` x `yPlane` in memory; position p is its column `scatter[p] / sizeof<T>()`, or p without that table.
 * `weight` was packed by packWeights. Unit u of the image has `planes` planes of `plane` elements, padded by `extents`
 * unless that is 0. `scratch` has convolveScratch bytes.
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
  yPlane: i32,
  scatter: usize,
  bias: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), bStep = <usize> NR<T>() * S, aPanel = <usize> (depth * MR) * S;
  const packed = scratch + paddedBytes<T>(planes, extents);
  const gathered = packed + packedBytesB<T>(end - begin, depth);
  if (extents) memory.fill(scratch, 0, paddedBytes<T>(planes, extents));
  for (let unit = unitBegin; unit < unitEnd; unit++) {
    const group = unit % groups;
    const a = weight + <usize> group * packedWeightBytes<T>(rows, depth);
    const rowBias = bias ? bias + <usize> (group * rows) * S : 0, biasRow = bias ? S : 0;
    const c = y + <usize> (unit * rows * yPlane) * S;
    let source = image + <usize> (unit * planes * plane) * S;
    if (extents) {
      padPlanes<T>(scratch, source, planes, extents);
      source = scratch;
    }
    for (let j = begin; j < end; j += NC<T>()) {
      const cols = min(NC<T>(), end - j);
      const block = scatter ? gathered : c + <usize> j * S;
      const cRow = <usize> (scatter ? cols : yPlane) * S;
      let p = 0;
      do {
        const steps = min(KC<T>(), depth - p);
        packWindows<T>(packed, source, origin + (<usize> j << 2), cols, tap + (<usize> p << 2), steps);
        for (let i = 0; i < rows; i += MC<T>()) {
          multiplyBlock<T>(
            min(MC<T>(), rows - i),
            cols,
            steps,
            a + <usize> i * <usize> depth * S + <usize> (p * MR) * S,
            aPanel,
            packed,
            <usize> steps * bStep,
            bStep,
            block + <usize> i * cRow,
            cRow,
            p > 0,
            p ? 0 : rowBias + <usize> i * biasRow,
            p ? 0 : biasRow,
            0,
          );
        }
        p += KC<T>();
      } while (p < depth);
      if (scatter) {
        for (let i = 0; i < rows; i++) {
          scatterRow<T>(c + <usize> (i * yPlane) * S, gathered + <usize> i * cRow, scatter + (<usize> j << 2), cols);
        }
      }
    }
  }
}

/** Stores `count` elements at the byte offsets of a table. */
// @ts-ignore: decorator
@inline
function scatterRow<T>(to: usize, from: usize, table: usize, count: i32): void {
  for (let i = 0; i < count; i++, from += sizeof<T>(), table += 4) {
    store<T>(to + <usize> load<i32>(table), load<T>(from));
  }
}

/** Bytes of scratch of convolve for `cols` positions. */
// @ts-ignore: decorator
@inline
function convolveScratch<T>(rows: i32, cols: i32, depth: i32, planes: i32, extents: usize, scatters: bool): usize {
  const gathered = scatters ? <usize> (rows * min(cols, NC<T>())) * sizeof<T>() : 0;
  return paddedBytes<T>(planes, extents) + packedBytesB<T>(cols, depth) + gathered;
}

/** Packs the weights of all groups; see packWeight. `group` is the number of elements from one group to the next. */
// @ts-ignore: decorator
@inline
function packWeights<T>(
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  group: i32,
  row: i32,
  column: usize,
  to: usize,
): void {
  const S = sizeof<T>();
  for (; groups > 0; groups--, weight += <usize> group * S, to += packedWeightBytes<T>(rows, depth)) {
    packWeight<T>(to, weight, <usize> row * S, column, rows, depth);
  }
}

/**
 * `dW[g][rows, begin..end) = sum over images of dy X^T` for the images from `imageBegin` to `imageEnd` and the groups from
 * `groupBegin` to `groupEnd`. A matrix dW[g] is `rows` x `taps`. Images meet in order, so that the bits depend on the range
 * of images alone.
 */
// @ts-ignore: decorator
@inline
function convolveWeight<T>(
  imageBegin: i32,
  imageEnd: i32,
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
  for (let n = imageBegin; n < imageEnd; n++) {
    for (let group = groupBegin; group < groupEnd; group++) {
      const unit = n * groups + group;
      let source = image + <usize> (unit * planes * plane) * S;
      if (extents) {
        padPlanes<T>(scratch, source, planes, extents);
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
              n > imageBegin || p > 0,
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
  yPlane: i32,
  scatter: usize,
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
    yPlane,
    scatter,
    bias,
    scratch,
  );
}

export function f32_convolve_scratch(
  rows: i32,
  cols: i32,
  depth: i32,
  planes: i32,
  extents: usize,
  scatters: bool,
): usize {
  return convolveScratch<f32>(rows, cols, depth, planes, extents, scatters);
}

export function f32_pack_weights(
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  group: i32,
  row: i32,
  column: usize,
  to: usize,
): void {
  packWeights<f32>(groups, rows, depth, weight, group, row, column, to);
}

export function f32_convolve_weight(
  imageBegin: i32,
  imageEnd: i32,
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
    imageBegin,
    imageEnd,
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

/** Bytes of the weights of one group as f32_pack_weights leaves them. */
export function f32_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f32>(rows, depth);
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
  yPlane: i32,
  scatter: usize,
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
    yPlane,
    scatter,
    bias,
    scratch,
  );
}

export function f64_convolve_scratch(
  rows: i32,
  cols: i32,
  depth: i32,
  planes: i32,
  extents: usize,
  scatters: bool,
): usize {
  return convolveScratch<f64>(rows, cols, depth, planes, extents, scatters);
}

export function f64_pack_weights(
  groups: i32,
  rows: i32,
  depth: i32,
  weight: usize,
  group: i32,
  row: i32,
  column: usize,
  to: usize,
): void {
  packWeights<f64>(groups, rows, depth, weight, group, row, column, to);
}

export function f64_convolve_weight(
  imageBegin: i32,
  imageEnd: i32,
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
    imageBegin,
    imageEnd,
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

/** Bytes of the weights of one group as f64_pack_weights leaves them. */
export function f64_packed_weight_bytes(rows: i32, depth: i32): usize {
  return packedWeightBytes<f64>(rows, depth);
}
