// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Rows of elements taken one vector at a time, where the last vector of a row may be incomplete.
 *
 * `left` counts the elements from the pointer to the end of the row. A loop passes the constant `lanes<T>()` for the whole
 * vectors, which leaves no branch in it, and what is left once, after it. A row's reductions always visit the same
 * vectors in the same order, so they have the same bits whichever thread does the row.
 */
import { loadPartial, storePartial } from "./map";
import { fma, lanes, splat } from "./simd";

/** Loads a vector or what is `left` of one; the spare lanes are zero. */
// @ts-ignore: decorator
@inline
export function loadRow<T>(from: usize, left: i32): v128 {
  return left >= lanes<T>() ? v128.load(from) : loadPartial<T>(from, left);
}

/** Stores a vector or what is `left` of one. */
// @ts-ignore: decorator
@inline
export function storeRow<T>(to: usize, value: v128, left: i32): void {
  if (left >= lanes<T>()) v128.store(to, value);
  else storePartial<T>(to, value, left);
}

/** `value` with the lanes that lie beyond `left` set to those of `spare`. */
// @ts-ignore: decorator
@inline
export function maskRow<T>(value: v128, spare: v128, left: i32): v128 {
  if (left >= lanes<T>()) return value;
  if (sizeof<T>() == 8) return v128.shuffle<f64>(value, spare, 0, 3);
  if (left == 1) return v128.shuffle<f32>(value, spare, 0, 5, 6, 7);
  if (left == 2) return v128.shuffle<f32>(value, spare, 0, 1, 6, 7);
  return v128.shuffle<f32>(value, spare, 0, 1, 2, 7);
}

/** Sum of the lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes<T>(x: v128): T {
  if (sizeof<T>() == 8) return v128.extract_lane<T>(x, 0) + v128.extract_lane<T>(x, 1);
  const pairs = v128.add<T>(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return v128.extract_lane<T>(pairs, 0) + v128.extract_lane<T>(pairs, 1);
}

/** Largest lane; NaN may be passed over. */
// @ts-ignore: decorator
@inline
export function maxLanes<T>(x: v128): T {
  if (sizeof<T>() == 8) return max(v128.extract_lane<T>(x, 0), v128.extract_lane<T>(x, 1));
  const pairs = v128.pmax<T>(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(v128.extract_lane<T>(pairs, 0), v128.extract_lane<T>(pairs, 1));
}

/** Sum of the `n` elements at `x`. */
// @ts-ignore: decorator
@inline
export function sumRow<T>(x: usize, n: i32): T {
  let sum0 = splat<T>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let left = n;
  for (; left >= 4 * lanes<T>(); left -= 4 * lanes<T>()) {
    sum0 = v128.add<T>(sum0, v128.load(x));
    sum1 = v128.add<T>(sum1, v128.load(x, 16));
    sum2 = v128.add<T>(sum2, v128.load(x, 32));
    sum3 = v128.add<T>(sum3, v128.load(x, 48));
    x += 64;
  }
  for (; left > 0; left -= lanes<T>()) {
    sum0 = v128.add<T>(sum0, loadRow<T>(x, left));
    x += 16;
  }
  return sumLanes<T>(v128.add<T>(v128.add<T>(sum0, sum1), v128.add<T>(sum2, sum3)));
}

// @ts-ignore: decorator
@inline
function addSquare<T>(sum: v128, deviation: v128): v128 {
  return fma<T>(deviation, deviation, sum);
}

/** Sum of the squared differences between the `n` elements at `x` and `mean`. */
// @ts-ignore: decorator
@inline
export function squaredDeviationsRow<T>(x: usize, n: i32, mean: T): T {
  const means = splat<T>(mean);
  let sum0 = splat<T>(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  let left = n;
  for (; left >= 4 * lanes<T>(); left -= 4 * lanes<T>()) {
    sum0 = addSquare<T>(sum0, v128.sub<T>(v128.load(x), means));
    sum1 = addSquare<T>(sum1, v128.sub<T>(v128.load(x, 16), means));
    sum2 = addSquare<T>(sum2, v128.sub<T>(v128.load(x, 32), means));
    sum3 = addSquare<T>(sum3, v128.sub<T>(v128.load(x, 48), means));
    x += 64;
  }
  for (; left > 0; left -= lanes<T>()) {
    sum0 = addSquare<T>(sum0, v128.sub<T>(maskRow<T>(loadRow<T>(x, left), means, left), means));
    x += 16;
  }
  return sumLanes<T>(v128.add<T>(v128.add<T>(sum0, sum1), v128.add<T>(sum2, sum3)));
}

/** Largest of the `n` elements at `x`, not counting NaN; -infinity if there is none. */
// @ts-ignore: decorator
@inline
export function maxRow<T>(x: usize, n: i32): T {
  const lowest = splat<T>(<T>-Infinity);
  let max0 = lowest;
  let max1 = lowest;
  let left = n;
  for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
    max0 = v128.pmax<T>(max0, v128.load(x));
    max1 = v128.pmax<T>(max1, v128.load(x, 16));
    x += 32;
  }
  for (; left > 0; left -= lanes<T>()) {
    max0 = v128.pmax<T>(max0, maskRow<T>(loadRow<T>(x, left), lowest, left));
    x += 16;
  }
  return maxLanes<T>(v128.pmax<T>(max0, max1));
}
