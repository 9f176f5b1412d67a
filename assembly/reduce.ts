// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Reductions of arrays seen as [outer, n, inner] over the middle axis.
//
// Long axes are cut into pieces of fixed length; a kernel writes one partial result per piece and the caller reduces
// the partials again. What is added to what therefore depends on the shape alone, never on how the pieces were shared
// out. Within a piece sums cascade (three levels of at most 16 vectors each), which keeps the rounding error of a sum
// of n numbers near that of pairwise summation: N. J. Higham, "The accuracy of floating point summation", SIAM J. Sci.
// Comput. 14 (1993), section 3.
import { lanes, splat } from "./simd";

// What is reduced: a constant wherever it is passed, so that every inner loop knows it.
const SUM: i32 = 0;
const PROD: i32 = 1;
const MAX: i32 = 2;
const MIN: i32 = 3;
/** Sum of squared deviations from a mean. */
const SQUARES: i32 = 4;

/** Elements per piece of a row. */
const ROW_PIECE: i32 = 65536;

/** Rows per piece of a column. */
const COLUMN_PIECE: i32 = 128;

/** Vectors added to one accumulator before it moves up a level. */
const CASCADE: i32 = 16;

/** Columns accumulated together, in bytes: the partial sums stay in the nearest cache. */
const STRIP: i32 = 8192;

/** What accumulators start from: the neutral element, or for an extremum any element of the operand. */
// @ts-ignore: decorator
@inline
function seed<T>(op: i32, x: usize): T {
  if (op == MAX || op == MIN) return load<T>(x);
  return op == PROD ? <T>1 : <T>0;
}

/**
 * Combines lane by lane. Extrema of floats use the one-instruction form that loses NaN, so NaN is tracked beside it:
 * see `tracksNaN`.
 */
// @ts-ignore: decorator
@inline
function combine<T>(op: i32, a: v128, b: v128): v128 {
  if (op == MAX) return isFloat<T>() ? v128.pmax<T>(a, b) : v128.max<T>(a, b);
  if (op == MIN) return isFloat<T>() ? v128.pmin<T>(a, b) : v128.min<T>(a, b);
  if (sizeof<T>() > 1) {
    if (op == PROD) return v128.mul<T>(a, b);
  }
  return v128.add<T>(a, b);
}

// @ts-ignore: decorator
@inline
function tracksNaN<T>(op: i32): bool {
  return isFloat<T>() && (op == MAX || op == MIN);
}

/** `nans` and the lanes where the elements at x are NaN, for extrema of floats. */
// @ts-ignore: decorator
@inline
function trackNaN<T>(op: i32, nans: v128, x: usize): v128 {
  if (!tracksNaN<T>(op)) return nans;
  const v = v128.load(x);
  return v128.or(nans, v128.ne<T>(v, v));
}

// @ts-ignore: decorator
@inline
function combineScalars<T>(op: i32, a: T, b: T): T {
  if (op == MAX) return max<T>(a, b);
  if (op == MIN) return min<T>(a, b);
  if (op == PROD) return <T>(a * b);
  return <T>(a + b);
}

/** What is accumulated for the elements at x; `mean` holds their means for SQUARES. */
// @ts-ignore: decorator
@inline
function term<T>(op: i32, x: usize, mean: v128): v128 {
  const v = v128.load(x);
  if (sizeof<T>() > 1) {
    if (op == SQUARES) {
      const d = v128.sub<T>(v, mean);
      return v128.mul<T>(d, d);
    }
  }
  return v;
}

// @ts-ignore: decorator
@inline
function scalarTerm<T>(op: i32, x: usize, mean: T): T {
  const v = load<T>(x);
  return op == SQUARES ? <T>((v - mean) * (v - mean)) : v;
}

/** Combines the lanes of v pairwise: halves first. */
// @ts-ignore: decorator
@inline
function combineLanes<T>(op: i32, v: v128): T {
  v = combine<T>(op, v, v128.shuffle<i64>(v, v, 1, 0));
  if (sizeof<T>() <= 4) v = combine<T>(op, v, v128.shuffle<i32>(v, v, 1, 0, 3, 2));
  if (sizeof<T>() == 1) {
    v = combine<T>(op, v, v128.shuffle<i16>(v, v, 1, 0, 3, 2, 5, 4, 7, 6));
    v = combine<T>(op, v, v128.shuffle<i8>(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
  }
  return v128.extract_lane<T>(v, 0);
}

/** Reduces the n >= 1 contiguous elements of a piece. */
// @ts-ignore: decorator
@inline
function reducePiece<T>(op: i32, x: usize, n: i32, mean: T): T {
  const start = seed<T>(op, x);
  let result = start;
  const step = 4 * lanes<T>();
  let i = 0;
  if (n >= lanes<T>()) {
    const neutral = splat<T>(start);
    const means = splat<T>(mean);
    let total = neutral;
    let nans = splat<T>(0);
    while (i <= n - step) {
      let upper = neutral;
      const upperEnd = min(n, i + CASCADE * CASCADE * step);
      while (i <= upperEnd - step) {
        let a = neutral, b = neutral, c = neutral, d = neutral;
        const end = min(upperEnd, i + CASCADE * step) - step;
        for (; i <= end; i += step) {
          const p = x + i * sizeof<T>();
          a = combine<T>(op, a, term<T>(op, p, means));
          b = combine<T>(op, b, term<T>(op, p + 16, means));
          c = combine<T>(op, c, term<T>(op, p + 32, means));
          d = combine<T>(op, d, term<T>(op, p + 48, means));
          nans = trackNaN<T>(op, nans, p);
          nans = trackNaN<T>(op, nans, p + 16);
          nans = trackNaN<T>(op, nans, p + 32);
          nans = trackNaN<T>(op, nans, p + 48);
        }
        upper = combine<T>(op, upper, combine<T>(op, combine<T>(op, a, b), combine<T>(op, c, d)));
      }
      total = combine<T>(op, total, upper);
    }
    for (; i <= n - lanes<T>(); i += lanes<T>()) {
      total = combine<T>(op, total, term<T>(op, x + i * sizeof<T>(), means));
      nans = trackNaN<T>(op, nans, x + i * sizeof<T>());
    }
    if (isFloat<T>()) {
      if (tracksNaN<T>(op) && v128.any_true(nans)) return <T>NaN;
    }
    result = combineLanes<T>(op, total);
  }
  for (; i < n; i++) result = combineScalars<T>(op, result, scalarTerm<T>(op, x + i * sizeof<T>(), mean));
  return result;
}

/**
 * Partial results of the pieces `begin` to `end` - 1 of contiguous rows. Row r = (o, i) of [outer, inner] starts at
 * x + o * outerStride + i * innerStride elements; its pieces are y[r * pieces + p]. `mean` has one entry per row.
 */
// @ts-ignore: decorator
@inline
function reduceRows<T>(
  op: i32,
  x: usize,
  mean: usize,
  y: usize,
  n: i32,
  inner: i32,
  outerStride: i32,
  innerStride: i32,
  begin: i32,
  end: i32,
): void {
  const pieces = (n + ROW_PIECE - 1) / ROW_PIECE;
  let row = begin / pieces;
  let piece = begin - row * pieces;
  let o = row / inner;
  let i = row - o * inner;
  for (let unit = begin; unit < end; unit++) {
    const first = piece * ROW_PIECE;
    const from = x + <usize>(o * outerStride + i * innerStride + first) * sizeof<T>();
    const center = op == SQUARES ? load<T>(mean + row * sizeof<T>()) : <T>0;
    store<T>(y + unit * sizeof<T>(), reducePiece<T>(op, from, min(ROW_PIECE, n - first), center));
    if (++piece < pieces) continue;
    piece = 0;
    row++;
    if (++i < inner) continue;
    i = 0;
    o++;
  }
}

/** y[j] (op)= the terms of four rows, or of one row; `fresh` writes y instead of adding to it. */
// @ts-ignore: decorator
@inline
function accumulateRows<T>(
  op: i32,
  x: usize,
  mean: usize,
  y: usize,
  columns: i32,
  step: usize,
  four: bool,
  fresh: bool,
): void {
  let j = 0;
  for (; j <= columns - lanes<T>(); j += lanes<T>()) {
    const p = x + j * sizeof<T>();
    const center = op == SQUARES ? v128.load(mean + j * sizeof<T>()) : splat<T>(0);
    let v = term<T>(op, p, center);
    let nans = trackNaN<T>(op, splat<T>(0), p);
    if (four) {
      const ab = combine<T>(op, v, term<T>(op, p + step, center));
      v = combine<T>(op, term<T>(op, p + 2 * step, center), term<T>(op, p + 3 * step, center));
      v = combine<T>(op, ab, v);
      nans = trackNaN<T>(op, nans, p + step);
      nans = trackNaN<T>(op, nans, p + 2 * step);
      nans = trackNaN<T>(op, nans, p + 3 * step);
    }
    const to = y + j * sizeof<T>();
    // A NaN that is already in y stays, because it is the first operand.
    if (!fresh) v = combine<T>(op, v128.load(to), v);
    // A lane of ones is a NaN.
    v128.store(to, tracksNaN<T>(op) ? v128.or(v, nans) : v);
  }
  for (; j < columns; j++) {
    const p = x + j * sizeof<T>();
    const center = op == SQUARES ? load<T>(mean + j * sizeof<T>()) : <T>0;
    let v = scalarTerm<T>(op, p, center);
    if (four) {
      const ab = combineScalars<T>(op, v, scalarTerm<T>(op, p + step, center));
      v = combineScalars<T>(op, scalarTerm<T>(op, p + 2 * step, center), scalarTerm<T>(op, p + 3 * step, center));
      v = combineScalars<T>(op, ab, v);
    }
    const to = y + j * sizeof<T>();
    store<T>(to, fresh ? v : combineScalars<T>(op, load<T>(to), v));
  }
}

/**
 * Partial results of the pieces `begin` to `end` - 1 of contiguous columns, for columns `left` to `right` - 1 of the
 * `inner` ones. Unit u = (o, p) reads rows p * 128 and on of x + o * outerStride, `rowStride` elements apart, and
 * writes y[u * inner + j]. `mean` has [outer, inner] entries.
 */
// @ts-ignore: decorator
@inline
function reduceColumns<T>(
  op: i32,
  x: usize,
  mean: usize,
  y: usize,
  n: i32,
  inner: i32,
  outerStride: i32,
  rowStride: i32,
  begin: i32,
  end: i32,
  left: i32,
  right: i32,
): void {
  const pieces = (n + COLUMN_PIECE - 1) / COLUMN_PIECE;
  const step = <usize>rowStride * sizeof<T>();
  const strip = STRIP / <i32>sizeof<T>();
  for (let unit = begin; unit < end; unit++) {
    const o = unit / pieces;
    const first = (unit - o * pieces) * COLUMN_PIECE;
    const rows = min(COLUMN_PIECE, n - first);
    for (let j = left; j < right; j += strip) {
      const columns = min(strip, right - j);
      let p = x + <usize>(o * outerStride + first * rowStride + j) * sizeof<T>();
      const center = mean + <usize>(o * inner + j) * sizeof<T>();
      const to = y + <usize>(unit * inner + j) * sizeof<T>();
      let i = 0;
      if (rows >= 4) accumulateRows<T>(op, p, center, to, columns, step, true, true);
      else accumulateRows<T>(op, p, center, to, columns, step, false, true);
      const done = rows >= 4 ? 4 : 1;
      i += done;
      p += <usize>done * step;
      for (; i <= rows - 4; i += 4) {
        accumulateRows<T>(op, p, center, to, columns, step, true, false);
        p += 4 * step;
      }
      for (; i < rows; i++) {
        accumulateRows<T>(op, p, center, to, columns, step, false, false);
        p += step;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function divide<T>(x: usize, n: i32, divisor: T): void {
  const divisors = splat<T>(divisor);
  let i = 0;
  for (; i <= n - lanes<T>(); i += lanes<T>()) {
    const p = x + i * sizeof<T>();
    v128.store(p, v128.div<T>(v128.load(p), divisors));
  }
  for (; i < n; i++) store<T>(x + i * sizeof<T>(), load<T>(x + i * sizeof<T>()) / divisor);
}

/** Divides n sums in place: what is left of a mean. */
export function f32_divide_sums(x: usize, n: i32, divisor: f32): void {
  divide<f32>(x, n, divisor);
}

/** Divides n sums in place: what is left of a mean. */
export function f64_divide_sums(x: usize, n: i32, divisor: f64): void {
  divide<f64>(x, n, divisor);
}

export function f32_sum_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f32>(SUM, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f32_sum_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f32>(SUM, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f32_prod_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f32>(PROD, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f32_prod_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f32>(PROD, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f32_max_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f32>(MAX, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f32_max_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f32>(MAX, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f32_min_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f32>(MIN, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f32_min_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f32>(MIN, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f32_squares_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f32>(SQUARES, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f32_squares_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f32>(SQUARES, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f64_sum_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f64>(SUM, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f64_sum_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f64>(SUM, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f64_prod_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f64>(PROD, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f64_prod_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f64>(PROD, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f64_max_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f64>(MAX, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f64_max_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f64>(MAX, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f64_min_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f64>(MIN, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f64_min_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f64>(MIN, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function f64_squares_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<f64>(SQUARES, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function f64_squares_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<f64>(SQUARES, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function i32_sum_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<i32>(SUM, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function i32_sum_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<i32>(SUM, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function i32_prod_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<i32>(PROD, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function i32_prod_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<i32>(PROD, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function i32_max_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<i32>(MAX, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function i32_max_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<i32>(MAX, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function i32_min_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<i32>(MIN, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function i32_min_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<i32>(MIN, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function u8_max_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<u8>(MAX, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function u8_max_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<u8>(MAX, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}

export function u8_min_rows(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, innerStride: i32, begin: i32, end: i32,
): void {
  reduceRows<u8>(MIN, x, mean, y, n, inner, outerStride, innerStride, begin, end);
}

export function u8_min_columns(
  x: usize, mean: usize, y: usize, n: i32, inner: i32, outerStride: i32, rowStride: i32, begin: i32, end: i32,
  left: i32, right: i32,
): void {
  reduceColumns<u8>(MIN, x, mean, y, n, inner, outerStride, rowStride, begin, end, left, right);
}
