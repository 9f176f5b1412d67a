// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The gradient of a convolution's weight: dW = dy X^T, summed over the samples. Both operands are contiguous along the
// positions, so the lanes of the register tile are partial sums and neither operand is packed.

import { Convolution, LAST, lower, offset } from "./convolution_lowering";
import { roundUp } from "./gemm_blocking";
import { MR, multiplyAdd } from "./gemm_microkernel";
import { loadPartial } from "./map";
import { lanes, splat } from "./simd";

/** Positions after which the chains of the sums start afresh, in vectors. */
const CHAIN: i32 = 128;

/** The sums of the lanes of `x` and of `y` in lanes 0 and lanes() / 2. */
// @ts-ignore: decorator
@inline
function sumPair<T>(x: v128, y: v128): v128 {
  if (sizeof<T>() == 8) return v128.add<T>(v128.shuffle<i64>(x, y, 0, 2), v128.shuffle<i64>(x, y, 1, 3));
  const halves = v128.add<T>(v128.shuffle<i32>(x, y, 0, 1, 4, 5), v128.shuffle<i32>(x, y, 2, 3, 6, 7));
  return v128.add<T>(halves, v128.shuffle<i32>(halves, halves, 1, 0, 3, 2));
}

/** Stores the sums of `x` and `y` at `c` and `step` bytes on, or adds them; `two` is false where y does not count. */
// @ts-ignore: decorator
@inline
function storeSums<T>(c: usize, step: usize, x: v128, y: v128, two: bool, accumulate: bool): void {
  const sums = sumPair<T>(x, y);
  store<T>(c, v128.extract_lane<T>(sums, 0) + (accumulate ? load<T>(c) : 0));
  if (!two) return;
  c += step;
  store<T>(c, v128.extract_lane<T>(sums, sizeof<T>() == 8 ? 1 : 2) + (accumulate ? load<T>(c) : 0));
}

/** The `count` elements at `p`, fewer than lanes, among zeros: masked with the `over` bytes before them unless that is 0. */
// @ts-ignore: decorator
@inline
function loadLast<T>(p: usize, count: i32, over: usize, mask: v128): v128 {
  return over ? v128.and(v128.load(p - over), mask) : loadPartial<T>(p, count);
}

/**
 * `C[rows, cols] (+)= A B^T` of up to MR rows and 2 columns, summed over `samples` matrices A and B that are `aNext` and `bNext`
 * bytes apart. Row i of A begins at `a + offset(aPlaces, i)`, and so for B; C has the strides `cRow` and `cCol`, in bytes.
 */
function dotTile<T>(
  samples: i32,
  steps: i32,
  a: usize,
  aNext: usize,
  aPlaces: usize,
  b: usize,
  bNext: usize,
  bPlaces: usize,
  c: usize,
  cRow: usize,
  cCol: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
): void {
  const L = lanes<T>(), zero = splat<T>(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  let a0 = a + offset(aPlaces, 0);
  let a1 = rows > 1 ? a + offset(aPlaces, 1) : a0, a2 = rows > 2 ? a + offset(aPlaces, 2) : a0;
  let a3 = rows > 3 ? a + offset(aPlaces, 3) : a0, a4 = rows > 4 ? a + offset(aPlaces, 4) : a0;
  let a5 = MR > 5 && rows > 5 ? a + offset(aPlaces, 5) : a0;
  let b0 = b + offset(bPlaces, 0), b1 = cols > 1 ? b + offset(bPlaces, 1) : b0;
  const tail = steps & (L - 1), whole = <usize> (steps - tail) * sizeof<T>();
  aNext -= whole;
  bNext -= whole;
  do {
    for (const end = b0 + whole; b0 < end; b0 += 16, b1 += 16) {
      const x = v128.load(b0), y = v128.load(b1);
      let t = v128.load(a0);
      c00 = multiplyAdd<T>(t, x, c00);
      c01 = multiplyAdd<T>(t, y, c01);
      t = v128.load(a1);
      c10 = multiplyAdd<T>(t, x, c10);
      c11 = multiplyAdd<T>(t, y, c11);
      t = v128.load(a2);
      c20 = multiplyAdd<T>(t, x, c20);
      c21 = multiplyAdd<T>(t, y, c21);
      t = v128.load(a3);
      c30 = multiplyAdd<T>(t, x, c30);
      c31 = multiplyAdd<T>(t, y, c31);
      t = v128.load(a4);
      c40 = multiplyAdd<T>(t, x, c40);
      c41 = multiplyAdd<T>(t, y, c41);
      if (MR > 5) {
        t = v128.load(a5);
        c50 = multiplyAdd<T>(t, x, c50);
        c51 = multiplyAdd<T>(t, y, c51);
      }
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      a4 += 16;
      if (MR > 5) a5 += 16;
    }
    if (tail) {
      const over = whole ? <usize> (L - tail) * sizeof<T>() : 0, mask = v128.load(LAST + <usize> tail * sizeof<T>());
      const x = loadLast<T>(b0, tail, over, mask), y = loadLast<T>(b1, tail, over, mask);
      let t = loadLast<T>(a0, tail, over, mask);
      c00 = multiplyAdd<T>(t, x, c00);
      c01 = multiplyAdd<T>(t, y, c01);
      t = loadLast<T>(a1, tail, over, mask);
      c10 = multiplyAdd<T>(t, x, c10);
      c11 = multiplyAdd<T>(t, y, c11);
      t = loadLast<T>(a2, tail, over, mask);
      c20 = multiplyAdd<T>(t, x, c20);
      c21 = multiplyAdd<T>(t, y, c21);
      t = loadLast<T>(a3, tail, over, mask);
      c30 = multiplyAdd<T>(t, x, c30);
      c31 = multiplyAdd<T>(t, y, c31);
      t = loadLast<T>(a4, tail, over, mask);
      c40 = multiplyAdd<T>(t, x, c40);
      c41 = multiplyAdd<T>(t, y, c41);
      if (MR > 5) {
        t = loadLast<T>(a5, tail, over, mask);
        c50 = multiplyAdd<T>(t, x, c50);
        c51 = multiplyAdd<T>(t, y, c51);
      }
    }
    a0 += aNext;
    a1 += aNext;
    a2 += aNext;
    a3 += aNext;
    a4 += aNext;
    if (MR > 5) a5 += aNext;
    b0 += bNext;
    b1 += bNext;
  } while (--samples > 0);
  const two = cols > 1;
  storeSums<T>(c, cCol, c00, c01, two, accumulate);
  if (rows > 1) storeSums<T>(c += cRow, cCol, c10, c11, two, accumulate);
  if (rows > 2) storeSums<T>(c += cRow, cCol, c20, c21, two, accumulate);
  if (rows > 3) storeSums<T>(c += cRow, cCol, c30, c31, two, accumulate);
  if (rows > 4) storeSums<T>(c += cRow, cCol, c40, c41, two, accumulate);
  if (MR > 5 && rows > 5) storeSums<T>(c + cRow, cCol, c50, c51, two, accumulate);
}

/** `C (+)= A B^T` of any size; operands as in dotTile. */
function multiplyDots<T>(
  samples: i32,
  steps: i32,
  a: usize,
  aNext: usize,
  aPlaces: usize,
  b: usize,
  bNext: usize,
  bPlaces: usize,
  c: usize,
  cRow: usize,
  cCol: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
): void {
  for (; cols > 0; cols -= 2, bPlaces += 8, c += 2 * cCol) {
    let place = aPlaces, to = c;
    for (let i = rows; i > 0; i -= MR, place += 4 * MR, to += MR * cRow) {
      const height = min(MR, i), width = min(2, cols);
      dotTile<T>(samples, steps, a, aNext, place, b, bNext, bPlaces, to, cRow, cCol, height, width, accumulate);
    }
  }
}

/** Products that the tiles of `rows` x `cols` compute, those beyond the ends included. */
// @ts-ignore: decorator
@inline
function tiled(rows: i32, cols: i32): i32 {
  return roundUp(rows, MR) * roundUp(cols, 2);
}

/**
 * `dW[g][outputs, begin..end) = sum over images of dy X^T` for the samples from `sampleBegin` to `sampleEnd`, the groups from
 * `groupBegin` to `groupEnd` and the channels from `begin` to `end`. Samples meet in order, so that the bits depend on the
 * range of samples alone. `scratch` has room for the lowered images of a batch.
 */
// @ts-ignore: decorator
@inline
function convolveWeight<T>(
  g: Convolution,
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  x: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), outputs = g.outputs, row = <usize> (g.channels * g.taps) * S;
  const aNext = <usize> (g.groups * outputs * g.positions) * S;
  memory.fill(scratch, 0, <usize> g.batch * g.bytes);
  for (let n = sampleBegin; n < sampleEnd; n += g.batch) {
    const samples = min(g.batch, sampleEnd - n);
    for (let group = groupBegin; group < groupEnd; group++) {
      const unit = n * g.groups + group;
      for (let first = 0; first < g.positions; first += g.rows * g.inner) {
        const cols = min(g.rows * g.inner, g.positions - first);
        for (let channel = begin; channel < end; channel += g.block) {
          const count = min(g.block, end - channel), taps = count * g.taps;
          for (let s = 0; s < samples; s++) {
            const image = x + <usize> (((unit + s * g.groups) * g.channels + channel) * g.plane) * S;
            lower<T>(g, scratch + <usize> s * g.bytes, image, count, first / g.inner, cols / g.inner, false);
          }
          const c = dw + <usize> (group * outputs) * row + <usize> (channel * g.taps) * S;
          for (let p = 0; p < cols; p += CHAIN * lanes<T>()) {
            const steps = min(CHAIN * lanes<T>(), cols - p), accumulate = n > sampleBegin || first + p > 0;
            const a = dy + <usize> (unit * outputs * g.positions + first + p) * S, b = scratch + <usize> p * S;
            if (tiled(outputs, taps) <= tiled(taps, outputs)) {
              multiplyDots<T>(samples, steps, a, aNext, g.output, b, g.bytes, g.tap, c, row, S, outputs, taps, accumulate);
            } else {
              multiplyDots<T>(samples, steps, b, g.bytes, g.tap, a, aNext, g.output, c, S, row, taps, outputs, accumulate);
            }
          }
        }
      }
    }
  }
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

export function f32_convolve_weight(
  g: Convolution,
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  x: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  convolveWeight<f32>(g, sampleBegin, sampleEnd, groupBegin, groupEnd, begin, end, x, dy, dw, scratch);
}

export function f32_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f32>(sum, parts, count, n);
}

export function f64_convolve_weight(
  g: Convolution,
  sampleBegin: i32,
  sampleEnd: i32,
  groupBegin: i32,
  groupEnd: i32,
  begin: i32,
  end: i32,
  x: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
): void {
  convolveWeight<f64>(g, sampleBegin, sampleEnd, groupBegin, groupEnd, begin, end, x, dy, dw, scratch);
}

export function f64_add_parts(sum: usize, parts: usize, count: i32, n: i32): void {
  addParts<f64>(sum, parts, count, n);
}
