// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions with one output channel per group: a product with a single row has no reuse to pay for packing or a register
// tile.

import { loadSplat, multiplyAdd, NR, storeColumns, storeRow } from "./gemm_microkernel";
import { offset } from "./convolution_lowering";
import { lanes, splat } from "./simd";

/** `c[positions] = w[taps] X[taps, positions] (+ c) (+ bias)`; weights are `step` bytes apart, `bias` 0 means none. */
export function convolveRow<T>(
  c: usize,
  positions: i32,
  w: usize,
  step: usize,
  lowered: usize,
  tap: usize,
  taps: i32,
  accumulate: bool,
  bias: usize,
): void {
  const L = lanes<T>();
  for (; positions >= 4 * L; positions -= 4 * L, lowered += 64, c += 64) {
    let c0 = splat<T>(0), c1 = c0, c2 = c0, c3 = c0, x = w;
    for (let k = 0; k < taps; k++, x += step) {
      const t = loadSplat<T>(x), place = lowered + offset(tap, k);
      c0 = multiplyAdd<T>(t, v128.load(place), c0);
      c1 = multiplyAdd<T>(t, v128.load(place, 16), c1);
      c2 = multiplyAdd<T>(t, v128.load(place, 32), c2);
      c3 = multiplyAdd<T>(t, v128.load(place, 48), c3);
    }
    storeRow<T>(c, c0, c1, NR<T>(), accumulate, bias, 0);
    storeRow<T>(c + 32, c2, c3, NR<T>(), accumulate, bias, 0);
  }
  for (; positions > 0; positions -= L, lowered += 16, c += 16) {
    let sum = splat<T>(0), x = w;
    for (let k = 0; k < taps; k++, x += step) {
      sum = multiplyAdd<T>(loadSplat<T>(x), v128.load(lowered + offset(tap, k)), sum);
    }
    storeColumns<T>(c, sum, min(L, positions), accumulate, bias, 0);
  }
}

/** Adds `w[taps] dy[positions]` to the lowered image. */
export function convolveRowInput<T>(lowered: usize, w: usize, dy: usize, positions: i32, tap: usize, taps: i32): void {
  const L = lanes<T>(), S = sizeof<T>();
  for (let k = 0; k < taps; k++, w += S) {
    const t = loadSplat<T>(w);
    let to = lowered + offset(tap, k), y = dy, i = positions;
    for (; i >= L; i -= L, to += 16, y += 16) v128.store(to, multiplyAdd<T>(t, v128.load(y), v128.load(to)));
    for (; i > 0; i--, to += S, y += S) store<T>(to, load<T>(to) + load<T>(w) * load<T>(y));
  }
}
