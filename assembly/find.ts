// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Where an extremum that is already known lies: its first occurrence along the middle axis of contiguous [outer, n,
// inner].
import { lanes, splat } from "./simd";

/** True where x is the extremum `value`, which is NaN wherever an x is. */
// @ts-ignore: decorator
@inline
function isFound<T>(x: T, value: T): bool {
  return x == value || x != x;
}

/** The same, lane by lane. */
// @ts-ignore: decorator
@inline
function areFound<T>(x: v128, value: v128): v128 {
  const isEqual = v128.eq<T>(x, value);
  return isFloat<T>() ? v128.or(isEqual, v128.ne<T>(x, x)) : isEqual;
}

/** indices[r] = first position of values[r] in row r of n contiguous elements, for rows `begin` to `end` - 1. */
// @ts-ignore: decorator
@inline
function findRows<T>(x: usize, values: usize, indices: usize, n: i32, begin: i32, end: i32): void {
  for (let r = begin; r < end; r++) {
    const row = x + <usize>(r * n) * sizeof<T>();
    const value = load<T>(values + r * sizeof<T>());
    const wanted = splat<T>(value);
    let i = 0;
    while (i <= n - lanes<T>() && !v128.any_true(areFound<T>(v128.load(row + i * sizeof<T>()), wanted))) {
      i += lanes<T>();
    }
    while (i < n - 1 && !isFound<T>(load<T>(row + i * sizeof<T>()), value)) i++;
    store<i32>(indices + r * 4, i);
  }
}

/** The same for columns: indices[o][j] = first i with x[o][i][j] = values[o][j], for o from `begin` to `end` - 1. */
// @ts-ignore: decorator
@inline
function findColumns<T>(x: usize, values: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  for (let o = begin; o < end; o++) {
    const value = values + <usize>(o * inner) * sizeof<T>();
    const index = indices + <usize>(o * inner) * 4;
    // From the last row to the first: what is written last is the first occurrence.
    for (let i = n - 1; i >= 0; i--) {
      const row = x + <usize>((o * n + i) * inner) * sizeof<T>();
      let j = 0;
      if (sizeof<T>() == 4) {
        const position = i32x4.splat(i);
        for (; j <= inner - 4; j += 4) {
          const found = areFound<T>(v128.load(row + j * 4), v128.load(value + j * 4));
          v128.store(index + j * 4, v128.bitselect(position, v128.load(index + j * 4), found));
        }
      }
      for (; j < inner; j++) {
        if (isFound<T>(load<T>(row + j * sizeof<T>()), load<T>(value + j * sizeof<T>()))) store<i32>(index + j * 4, i);
      }
    }
  }
}

export function f32_find_rows(x: usize, values: usize, indices: usize, n: i32, begin: i32, end: i32): void {
  findRows<f32>(x, values, indices, n, begin, end);
}

export function f32_find_columns(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  findColumns<f32>(x, values, indices, n, inner, begin, end);
}

export function f64_find_rows(x: usize, values: usize, indices: usize, n: i32, begin: i32, end: i32): void {
  findRows<f64>(x, values, indices, n, begin, end);
}

export function f64_find_columns(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  findColumns<f64>(x, values, indices, n, inner, begin, end);
}

export function i32_find_rows(x: usize, values: usize, indices: usize, n: i32, begin: i32, end: i32): void {
  findRows<i32>(x, values, indices, n, begin, end);
}

export function i32_find_columns(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  findColumns<i32>(x, values, indices, n, inner, begin, end);
}

export function u8_find_rows(x: usize, values: usize, indices: usize, n: i32, begin: i32, end: i32): void {
  findRows<u8>(x, values, indices, n, begin, end);
}

export function u8_find_columns(
  x: usize,
  values: usize,
  indices: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  findColumns<u8>(x, values, indices, n, inner, begin, end);
}
