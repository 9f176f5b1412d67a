// Gathering and scattering single elements. Indices are int32 and lie inside the axis they index.
import { ADD, MAX, meet, MIN, MUL, SET } from "./scatter_mode";

/**
 * y[i] = x[i * strides + index[i] * dimStride] for positions i of a box of four axes. `index` and y are contiguous; the
 * stride of x is 0 along the indexed axis.
 */
// @ts-ignore: decorator

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
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        let from = i * s0 + j * s1 + k * s2;
        for (let l = 0; l < n3; l++) {
          store<T>(y, load<T>(x + <usize> (from + load<i32>(index) * dimStride) * sizeof<T>()));
          from += s3;
          index += 4;
          y += sizeof<T>();
        }
      }
    }
  }
}

/** The reverse: out[i * strides + index[i] * dimStride] meets x[i], in order of i. */
// @ts-ignore: decorator

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
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      for (let k = 0; k < n2; k++) {
        let to = i * s0 + j * s1 + k * s2;
        for (let l = 0; l < n3; l++) {
          const at = out + <usize> (to + load<i32>(index) * dimStride) * sizeof<T>();
          store<T>(at, meet<T>(mode, load<T>(at), load<T>(x)));
          to += s3;
          index += 4;
          x += sizeof<T>();
        }
      }
    }
  }
}

// The mode is a constant inside each case, so every inner loop knows it.
function scatterOf<T>(
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
  switch (mode) {
    case SET:
      scatter<T>(SET, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
      break;
    case ADD:
      scatter<T>(ADD, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
      break;
    case MUL:
      scatter<T>(MUL, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
      break;
    case MAX:
      scatter<T>(MAX, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
      break;
    case MIN:
      scatter<T>(MIN, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
      break;
  }
}

export function f32_gather(
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
  gather<u32>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f32_scatter(
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
  scatterOf<f32>(mode, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_gather(
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
  gather<u64>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function f64_scatter(
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
  scatterOf<f64>(mode, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_gather(
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
  gather<u32>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function i32_scatter(
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
  scatterOf<i32>(mode, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_gather(
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
  gather<u8>(x, index, y, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}

export function u8_scatter(
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
  scatterOf<u8>(mode, out, index, x, n0, n1, n2, n3, s0, s1, s2, s3, dimStride);
}
