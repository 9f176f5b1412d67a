// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Taking rows of contiguous arrays by index, and combining rows into them. Indices are int32 and inside the axis.
import { copyRow } from "./copy_row";
import { ADD, MAX, meet, meetVectors, MIN, MUL, SET } from "./scatter_mode";
import { lanes } from "./simd";

/**
 * Rows `begin` to `end` - 1 of y [outer, count, inner], where row (o, i) is row (o, index[i]) of x [outer, size,
 * inner]. Everything is contiguous.
 */
// @ts-ignore: decorator
@inline
function indexSelect<T>(
  x: usize,
  index: usize,
  y: usize,
  size: i32,
  count: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  const bytes = <usize>inner * sizeof<T>();
  let o = begin / count;
  let i = begin - o * count;
  for (let row = begin; row < end; row++) {
    copyRow<T>(x + <usize>(o * size + load<i32>(index + i * 4)) * bytes, y + <usize>row * bytes, inner);
    if (++i == count) {
      i = 0;
      o++;
    }
  }
}

/**
 * Row (o, index[i]) of out [outer, size, inner] meets row (o, i) of x [outer, count, inner], in order of i, for o from
 * `begin` to `end` - 1 and columns `left` to `right` - 1. Everything is contiguous.
 */
// @ts-ignore: decorator
@inline
function indexReduce<T>(
  mode: i32,
  out: usize,
  index: usize,
  x: usize,
  size: i32,
  count: i32,
  inner: i32,
  begin: i32,
  end: i32,
  left: i32,
  right: i32,
): void {
  const vectors = sizeof<T>() > 1 || mode != MUL;
  for (let o = begin; o < end; o++) {
    for (let i = 0; i < count; i++) {
      const to = out + <usize>((o * size + load<i32>(index + i * 4)) * inner) * sizeof<T>();
      const from = x + <usize>((o * count + i) * inner) * sizeof<T>();
      let j = left;
      if (vectors) {
        for (; j <= right - lanes<T>(); j += lanes<T>()) {
          const offset = j * sizeof<T>();
          v128.store(to + offset, meetVectors<T>(mode, v128.load(to + offset), v128.load(from + offset)));
        }
      }
      for (; j < right; j++) {
        const offset = j * sizeof<T>();
        store<T>(to + offset, meet<T>(mode, load<T>(to + offset), load<T>(from + offset)));
      }
    }
  }
}

export function f32_index_select(
  x: usize, index: usize, y: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32,
): void {
  indexSelect<u32>(x, index, y, size, count, inner, begin, end);
}

export function f64_index_select(
  x: usize, index: usize, y: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32,
): void {
  indexSelect<u64>(x, index, y, size, count, inner, begin, end);
}

export function i32_index_select(
  x: usize, index: usize, y: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32,
): void {
  indexSelect<u32>(x, index, y, size, count, inner, begin, end);
}

export function u8_index_select(
  x: usize, index: usize, y: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32,
): void {
  indexSelect<u8>(x, index, y, size, count, inner, begin, end);
}

export function f32_index_set(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f32>(SET, out, index, x, size, count, inner, begin, end, left, right);
}

export function f32_index_add(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f32>(ADD, out, index, x, size, count, inner, begin, end, left, right);
}

export function f32_index_mul(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f32>(MUL, out, index, x, size, count, inner, begin, end, left, right);
}

export function f32_index_max(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f32>(MAX, out, index, x, size, count, inner, begin, end, left, right);
}

export function f32_index_min(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f32>(MIN, out, index, x, size, count, inner, begin, end, left, right);
}

export function f64_index_set(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f64>(SET, out, index, x, size, count, inner, begin, end, left, right);
}

export function f64_index_add(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f64>(ADD, out, index, x, size, count, inner, begin, end, left, right);
}

export function f64_index_mul(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f64>(MUL, out, index, x, size, count, inner, begin, end, left, right);
}

export function f64_index_max(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f64>(MAX, out, index, x, size, count, inner, begin, end, left, right);
}

export function f64_index_min(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<f64>(MIN, out, index, x, size, count, inner, begin, end, left, right);
}

export function i32_index_set(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<i32>(SET, out, index, x, size, count, inner, begin, end, left, right);
}

export function i32_index_add(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<i32>(ADD, out, index, x, size, count, inner, begin, end, left, right);
}

export function i32_index_mul(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<i32>(MUL, out, index, x, size, count, inner, begin, end, left, right);
}

export function i32_index_max(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<i32>(MAX, out, index, x, size, count, inner, begin, end, left, right);
}

export function i32_index_min(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<i32>(MIN, out, index, x, size, count, inner, begin, end, left, right);
}

export function u8_index_set(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<u8>(SET, out, index, x, size, count, inner, begin, end, left, right);
}

export function u8_index_add(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<u8>(ADD, out, index, x, size, count, inner, begin, end, left, right);
}

export function u8_index_mul(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<u8>(MUL, out, index, x, size, count, inner, begin, end, left, right);
}

export function u8_index_max(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<u8>(MAX, out, index, x, size, count, inner, begin, end, left, right);
}

export function u8_index_min(
  out: usize, index: usize, x: usize, size: i32, count: i32, inner: i32, begin: i32, end: i32, left: i32, right: i32,
): void {
  indexReduce<u8>(MIN, out, index, x, size, count, inner, begin, end, left, right);
}
