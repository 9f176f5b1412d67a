// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Finding what is not zero, and the range of indices.
import { lanes, splat } from "./simd";

/** One bit per lane: its sign. */
// @ts-ignore: decorator
@inline
function bitmask<T>(v: v128): i32 {
  if (sizeof<T>() == 1) return i8x16.bitmask(v);
  return sizeof<T>() == 4 ? i32x4.bitmask(v) : i64x2.bitmask(v);
}

// @ts-ignore: decorator
@inline
function countNonzero<T>(x: usize, n: i32): i32 {
  const zero = splat<T>(0);
  let count = 0;
  let i = 0;
  for (; i <= n - lanes<T>(); i += lanes<T>()) {
    count += popcnt<i32>(bitmask<T>(v128.ne<T>(v128.load(x + i * sizeof<T>()), zero)));
  }
  for (; i < n; i++) count += i32(load<T>(x + i * sizeof<T>()) != <T>0);
  return count;
}

// @ts-ignore: decorator
@inline
function nonzero<T>(x: usize, y: usize, n: i32): void {
  const zero = splat<T>(0);
  let i = 0;
  for (; i <= n - lanes<T>(); i += lanes<T>()) {
    let mask = bitmask<T>(v128.ne<T>(v128.load(x + i * sizeof<T>()), zero));
    while (mask != 0) {
      store<i32>(y, i + ctz<i32>(mask));
      y += 4;
      mask &= mask - 1;
    }
  }
  for (; i < n; i++) {
    if (load<T>(x + i * sizeof<T>()) == <T>0) continue;
    store<i32>(y, i);
    y += 4;
  }
}

/** y[0] and y[1] = smallest and largest of n >= 1 indices. */
export function i32_range(x: usize, y: usize, n: i32): void {
  let low = load<i32>(x);
  let high = low;
  let i = 0;
  if (n >= 4) {
    let lows = v128.load(x), highs = lows;
    for (; i <= n - 4; i += 4) {
      const v = v128.load(x + i * 4);
      lows = i32x4.min_s(lows, v);
      highs = i32x4.max_s(highs, v);
    }
    lows = i32x4.min_s(lows, v128.shuffle<i64>(lows, lows, 1, 0));
    highs = i32x4.max_s(highs, v128.shuffle<i64>(highs, highs, 1, 0));
    low = min(i32x4.extract_lane(lows, 0), i32x4.extract_lane(lows, 1));
    high = max(i32x4.extract_lane(highs, 0), i32x4.extract_lane(highs, 1));
  }
  for (; i < n; i++) {
    low = min(low, load<i32>(x + i * 4));
    high = max(high, load<i32>(x + i * 4));
  }
  store<i32>(y, low);
  store<i32>(y, high, 4);
}

export function f32_count_nonzero(x: usize, n: i32): i32 {
  return countNonzero<f32>(x, n);
}

export function f64_count_nonzero(x: usize, n: i32): i32 {
  return countNonzero<f64>(x, n);
}

export function i32_count_nonzero(x: usize, n: i32): i32 {
  return countNonzero<i32>(x, n);
}

export function u8_count_nonzero(x: usize, n: i32): i32 {
  return countNonzero<u8>(x, n);
}

export function f32_nonzero(x: usize, y: usize, n: i32): void {
  nonzero<f32>(x, y, n);
}

export function f64_nonzero(x: usize, y: usize, n: i32): void {
  nonzero<f64>(x, y, n);
}

export function i32_nonzero(x: usize, y: usize, n: i32): void {
  nonzero<i32>(x, y, n);
}

export function u8_nonzero(x: usize, y: usize, n: i32): void {
  nonzero<u8>(x, y, n);
}
