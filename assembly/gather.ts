// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Gathering and scattering single elements. Indices are int32 and lie inside the axis they index.
import { ADD, MAX, meet, MIN, MUL, SET } from "./scatter_mode";

/**
 * y[i] = x[i * strides + index[i] * dimStride] for positions i of a box of four axes. `index` and y are contiguous; the
 * stride of x is 0 along the indexed axis.
 */
// @ts-ignore: decorator
@inline
function gather<T>(
  x: usize,
  index: usize,
  y: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  s0: i32,
  s1: i32,
  s2: i32,
  s3: i32,
  dimStride: i32,
): void {
  const step = <usize>s3 * sizeof<T>();
  const dimStep = <usize>dimStride * sizeof<T>();
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        let from = x + <usize>(i * s0 + j * s1 + k * s2) * sizeof<T>();
        const end = index + <usize>n3 * 4;
        for (; index < end; index += 4) {
          store<T>(y, load<T>(from + <usize>load<i32>(index) * dimStep));
          from += step;
          y += sizeof<T>();
        }
      }
    }
  }
}

/** The reverse: out[i * strides + index[i] * dimStride] meets x[i], in order of i. */
// @ts-ignore: decorator
@inline
function scatter<T>(
  mode: i32,
  out: usize,
  index: usize,
  x: usize,
  n0: i32,
  n1: i32,
  n2: i32,
  n3: i32,
  s0: i32,
  s1: i32,
  s2: i32,
  s3: i32,
  dimStride: i32,
): void {
  const step = <usize>s3 * sizeof<T>();
  const dimStep = <usize>dimStride * sizeof<T>();
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        let to = out + <usize>(i * s0 + j * s1 + k * s2) * sizeof<T>();
        const end = index + <usize>n3 * 4;
        for (; index < end; index += 4) {
          const at = to + <usize>load<i32>(index) * dimStep;
          store<T>(at, meet<T>(mode, load<T>(at), load<T>(x)));
          to += step;
          x += sizeof<T>();
        }
      }
    }
  }
}

export function f32_gather(
  x: usize, index: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  gather<u32>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_gather(
  x: usize, index: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  gather<u64>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_gather(
  x: usize, index: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  gather<u32>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_gather(
  x: usize, index: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  gather<u8>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter_set(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f32>(SET, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter_add(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f32>(ADD, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter_mul(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f32>(MUL, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter_max(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f32>(MAX, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter_min(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f32>(MIN, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter_set(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f64>(SET, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter_add(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f64>(ADD, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter_mul(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f64>(MUL, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter_max(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f64>(MAX, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter_min(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<f64>(MIN, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter_set(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<i32>(SET, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter_add(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<i32>(ADD, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter_mul(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<i32>(MUL, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter_max(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<i32>(MAX, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter_min(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<i32>(MIN, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter_set(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<u8>(SET, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter_add(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<u8>(ADD, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter_mul(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<u8>(MUL, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter_max(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<u8>(MAX, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter_min(
  out: usize, index: usize, x: usize, n0: i32, n1: i32, n2: i32, n3: i32, s0: i32, s1: i32, s2: i32, s3: i32,
  dimStride: i32,
): void {
  scatter<u8>(MIN, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}
