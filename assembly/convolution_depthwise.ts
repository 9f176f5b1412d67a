// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Convolutions with one output channel per group. A product with a single row has no reuse to pay for packing: the windows
// are read from the image, and added to it, in place.

import { loadSplat, multiplyAdd, storeColumns } from "./gemm_microkernel";
import { neighbours, offset } from "./convolution_packing";
import { sumLanes } from "./gemm_small";
import { loadPartial } from "./map";
import { lanes, splat } from "./simd";

/** The elements of a tap for up to one vector of positions: `count` is 1 to lanes. */
// @ts-ignore: decorator
@inline
function loadWindow<T>(window: usize, origin: usize, count: i32): v128 {
  if (count == lanes<T>() && neighbours<T>(origin)) return v128.load(window + offset(origin, 0));
  return gather<T>(window, origin, count);
}

function gather<T>(window: usize, origin: usize, count: i32): v128 {
  if (sizeof<T>() == 8) {
    const x = v128.load64_zero(window + offset(origin, 0));
    return count > 1 ? v128.load64_lane(window + offset(origin, 1), x, 1) : x;
  }
  let x = v128.load32_zero(window + offset(origin, 0));
  if (count > 1) x = v128.load32_lane(window + offset(origin, 1), x, 1);
  if (count > 2) x = v128.load32_lane(window + offset(origin, 2), x, 2);
  if (count > 3) x = v128.load32_lane(window + offset(origin, 3), x, 3);
  return x;
}

/** `c[positions] = w[taps] X[taps, positions] (+ bias)`; weights are `step` bytes apart, `bias` 0 means none. */
export function convolveRow<T>(
  c: usize,
  positions: i32,
  w: usize,
  step: usize,
  image: usize,
  origin: usize,
  tap: usize,
  taps: i32,
  bias: usize,
): void {
  const L = lanes<T>();
  while (positions > 0) {
    const one = origin + 4 * L, two = origin + 8 * L, three = origin + 12 * L;
    let x = w;
    if (
      positions >= 4 * L && neighbours<T>(origin) && neighbours<T>(one) && neighbours<T>(two) && neighbours<T>(three)
    ) {
      const w0 = image + offset(origin, 0), w1 = image + offset(one, 0), w2 = image + offset(two, 0);
      const w3 = image + offset(three, 0);
      let c0 = splat<T>(0), c1 = c0, c2 = c0, c3 = c0;
      for (let k = 0; k < taps; k++, x += step) {
        const t = loadSplat<T>(x), place = offset(tap, k);
        c0 = multiplyAdd<T>(t, v128.load(w0 + place), c0);
        c1 = multiplyAdd<T>(t, v128.load(w1 + place), c1);
        c2 = multiplyAdd<T>(t, v128.load(w2 + place), c2);
        c3 = multiplyAdd<T>(t, v128.load(w3 + place), c3);
      }
      storeColumns<T>(c, c0, L, false, bias, 0);
      storeColumns<T>(c + 16, c1, L, false, bias, 0);
      storeColumns<T>(c + 32, c2, L, false, bias, 0);
      storeColumns<T>(c + 48, c3, L, false, bias, 0);
      positions -= 4 * L;
      origin += 16 * L;
      c += 64;
    } else {
      const count = min(L, positions);
      let sum = splat<T>(0);
      for (let k = 0; k < taps; k++, x += step) {
        sum = multiplyAdd<T>(loadSplat<T>(x), loadWindow<T>(image + offset(tap, k), origin, count), sum);
      }
      storeColumns<T>(c, sum, count, false, bias, 0);
      positions -= L;
      origin = one;
      c += 16;
    }
  }
}

/** `dw[taps] = dy[positions] X^T (+ dw)`. */
export function convolveRowWeight<T>(
  dw: usize,
  dy: usize,
  positions: i32,
  image: usize,
  origin: usize,
  tap: usize,
  taps: i32,
  accumulate: bool,
): void {
  const S = sizeof<T>(), L = lanes<T>();
  for (; taps > 0; taps -= 3, tap += 12, dw += 3 * S) {
    const t0 = image + offset(tap, 0);
    const t1 = taps > 1 ? image + offset(tap, 1) : t0, t2 = taps > 2 ? image + offset(tap, 2) : t0;
    let s0 = splat<T>(0), s1 = s0, s2 = s0, y = dy, place = origin;
    for (let i = positions; i > 0; i -= L, y += 16, place += 4 * L) {
      const count = min(L, i);
      const t = count == L ? v128.load(y) : loadPartial<T>(y, count);
      s0 = multiplyAdd<T>(t, loadWindow<T>(t0, place, count), s0);
      s1 = multiplyAdd<T>(t, loadWindow<T>(t1, place, count), s1);
      s2 = multiplyAdd<T>(t, loadWindow<T>(t2, place, count), s2);
    }
    store<T>(dw, sumLanes<T>(s0) + (accumulate ? load<T>(dw) : 0));
    if (taps > 1) store<T>(dw + S, sumLanes<T>(s1) + (accumulate ? load<T>(dw + S) : 0));
    if (taps > 2) store<T>(dw + 2 * S, sumLanes<T>(s2) + (accumulate ? load<T>(dw + 2 * S) : 0));
  }
}

/** Adds `w[taps] dy[positions]` to the elements of the image that X has there; weights are `step` bytes apart. */
export function convolveRowInput<T>(
  image: usize,
  w: usize,
  step: usize,
  dy: usize,
  positions: i32,
  origin: usize,
  tap: usize,
  taps: i32,
): void {
  const L = lanes<T>();
  for (let k = 0; k < taps; k++, w += step) {
    const window = image + offset(tap, k), t = loadSplat<T>(w);
    let i = 0;
    while (i < positions) {
      const place = origin + (<usize> i << 2), y = dy + <usize> i * sizeof<T>(), to = window + offset(place, 0);
      if (i + L <= positions && neighbours<T>(place)) {
        v128.store(to, multiplyAdd<T>(t, v128.load(y), v128.load(to)));
        i += L;
      } else {
        store<T>(to, load<T>(to) + load<T>(w) * load<T>(y));
        i++;
      }
    }
  }
}
