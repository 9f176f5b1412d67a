// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Products with one row or one column, or nearly so. There is too little reuse to pay for packing: these loops read the
// operands where they lie, once.

import { loadSplat, multiplyAdd, storeColumns } from "./gemm_microkernel";
import { KC } from "./gemm_blocking";
import { loadPartial } from "./map";
import { lanes, splat } from "./simd";

/**
 * `c[n] = a[k] B[k, n] (+ c) (+ bias)` with rows of B contiguous; steps in bytes. Each element is the same sum of the same
 * chains as in the tiled product.
 */
export function multiplyRow<T>(
  n: i32,
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  accumulate: bool,
  bias: usize,
  biasCol: usize,
): void {
  const S = sizeof<T>(), L = lanes<T>();
  let p = 0;
  do {
    const depth = min(KC<T>(), k - p);
    const a0 = a + <usize> p * aStep;
    let row = b + <usize> p * bStep, to = c, bias0 = bias;
    let j = n;
    for (; j >= 8 * L; j -= 8 * L, row += 128, to += 128, bias0 += <usize> (8 * L) * biasCol) {
      let c0 = splat<T>(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
      let x = a0, y = row;
      for (let i = 0; i < depth; i++, x += aStep, y += bStep) {
        const t = loadSplat<T>(x);
        c0 = multiplyAdd<T>(t, v128.load(y), c0);
        c1 = multiplyAdd<T>(t, v128.load(y, 16), c1);
        c2 = multiplyAdd<T>(t, v128.load(y, 32), c2);
        c3 = multiplyAdd<T>(t, v128.load(y, 48), c3);
        c4 = multiplyAdd<T>(t, v128.load(y, 64), c4);
        c5 = multiplyAdd<T>(t, v128.load(y, 80), c5);
        c6 = multiplyAdd<T>(t, v128.load(y, 96), c6);
        c7 = multiplyAdd<T>(t, v128.load(y, 112), c7);
      }
      const step = <usize> L * biasCol;
      storeColumns<T>(to, c0, L, accumulate, bias0, biasCol);
      storeColumns<T>(to + 16, c1, L, accumulate, bias0 + step, biasCol);
      storeColumns<T>(to + 32, c2, L, accumulate, bias0 + 2 * step, biasCol);
      storeColumns<T>(to + 48, c3, L, accumulate, bias0 + 3 * step, biasCol);
      storeColumns<T>(to + 64, c4, L, accumulate, bias0 + 4 * step, biasCol);
      storeColumns<T>(to + 80, c5, L, accumulate, bias0 + 5 * step, biasCol);
      storeColumns<T>(to + 96, c6, L, accumulate, bias0 + 6 * step, biasCol);
      storeColumns<T>(to + 112, c7, L, accumulate, bias0 + 7 * step, biasCol);
    }
    for (; j >= L; j -= L, row += 16, to += 16, bias0 += <usize> L * biasCol) {
      let sum = splat<T>(0), x = a0, y = row;
      for (let i = 0; i < depth; i++, x += aStep, y += bStep) sum = multiplyAdd<T>(loadSplat<T>(x), v128.load(y), sum);
      storeColumns<T>(to, sum, L, accumulate, bias0, biasCol);
    }
    if (j) {
      let sum = splat<T>(0), x = a0, y = row;
      for (let i = 0; i < depth; i++, x += aStep, y += bStep) {
        sum = multiplyAdd<T>(loadSplat<T>(x), loadPartial<T>(y, j), sum);
      }
      storeColumns<T>(to, sum, j, accumulate, bias0, biasCol);
    }
    accumulate = true;
    bias = 0;
    biasCol = 0;
    p += KC<T>();
  } while (p < k);
}

/** Bytes of k after which the chains of a dot product start afresh: 256 steps, so that long sums stay accurate. */
const CHAIN_BYTES: usize = 4096;

/** Sum of the lanes of `x`. */
// @ts-ignore: decorator
@inline
export function sumLanes<T>(x: v128): T {
  if (sizeof<T>() == 8) return v128.extract_lane<T>(x, 0) + v128.extract_lane<T>(x, 1);
  return (v128.extract_lane<T>(x, 0) + v128.extract_lane<T>(x, 2)) +
    (v128.extract_lane<T>(x, 1) + v128.extract_lane<T>(x, 3));
}

/** `c = sum + (accumulate ? c : 0) + bias`. */
// @ts-ignore: decorator
@inline
function storeSum<T>(c: usize, sum: v128, accumulate: bool, bias: usize): void {
  let s = sumLanes<T>(sum);
  if (accumulate) s += load<T>(c);
  if (bias) s += load<T>(bias);
  store<T>(c, s);
}

/**
 * `C[i, j] = sum_k A[i, k] B[j, k] (+ C) (+ bias)` with k contiguous in both operands; the other strides are in bytes.
 * Each element is the sum of the same chains, one per lane and block of k, whatever its place.
 */
export function multiplyDots<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bCol: usize,
  c: usize,
  cRow: usize,
  cCol: usize,
  accumulate: bool,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
): void {
  const L = lanes<T>(), tail = k & (L - 1), whole = (<usize> (k - tail)) * sizeof<T>();
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    for (let i = 0; i < m; i++) {
      let x = a + <usize> i * aRow, y0 = b + <usize> j * bCol;
      let y1 = y0 + bCol, y2 = y1 + bCol, y3 = y2 + bCol;
      let s0 = splat<T>(0), s1 = s0, s2 = s0, s3 = s0;
      for (const end = x + whole; x < end;) {
        let c0 = splat<T>(0), c1 = c0, c2 = c0, c3 = c0;
        for (const stop = min(x + CHAIN_BYTES, end); x < stop; x += 16, y0 += 16, y1 += 16, y2 += 16, y3 += 16) {
          const t = v128.load(x);
          c0 = multiplyAdd<T>(t, v128.load(y0), c0);
          c1 = multiplyAdd<T>(t, v128.load(y1), c1);
          c2 = multiplyAdd<T>(t, v128.load(y2), c2);
          c3 = multiplyAdd<T>(t, v128.load(y3), c3);
        }
        s0 = v128.add<T>(s0, c0);
        s1 = v128.add<T>(s1, c1);
        s2 = v128.add<T>(s2, c2);
        s3 = v128.add<T>(s3, c3);
      }
      if (tail) {
        const t = loadPartial<T>(x, tail);
        s0 = multiplyAdd<T>(t, loadPartial<T>(y0, tail), s0);
        s1 = multiplyAdd<T>(t, loadPartial<T>(y1, tail), s1);
        s2 = multiplyAdd<T>(t, loadPartial<T>(y2, tail), s2);
        s3 = multiplyAdd<T>(t, loadPartial<T>(y3, tail), s3);
      }
      const to = c + <usize> i * cRow + <usize> j * cCol, add = bias + <usize> i * biasRow + <usize> j * biasCol;
      storeSum<T>(to, s0, accumulate, add);
      storeSum<T>(to + cCol, s1, accumulate, add + biasCol);
      storeSum<T>(to + 2 * cCol, s2, accumulate, add + 2 * biasCol);
      storeSum<T>(to + 3 * cCol, s3, accumulate, add + 3 * biasCol);
    }
  }
  for (; j < n; j++) {
    for (let i = 0; i < m; i++) {
      let x = a + <usize> i * aRow, y = b + <usize> j * bCol, sum = splat<T>(0);
      for (const end = x + whole; x < end;) {
        let chain = splat<T>(0);
        for (const stop = min(x + CHAIN_BYTES, end); x < stop; x += 16, y += 16) {
          chain = multiplyAdd<T>(v128.load(x), v128.load(y), chain);
        }
        sum = v128.add<T>(sum, chain);
      }
      if (tail) sum = multiplyAdd<T>(loadPartial<T>(x, tail), loadPartial<T>(y, tail), sum);
      storeSum<T>(
        c + <usize> i * cRow + <usize> j * cCol,
        sum,
        accumulate,
        bias + <usize> i * biasRow + <usize> j * biasCol,
      );
    }
  }
}
