// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Inclusive scans of contiguous [outer, n, inner] along the middle axis, for outer indices `begin` to `end` - 1.
//
// Sums run in pieces of 64: y = high + (low + local), where `local` is the sum within the piece and the unevaluated
// pair (high, low) is the sum of all pieces before it, so the error does not grow with n. The pair is updated by
// two-sum: D. E. Knuth, The Art of Computer Programming vol. 2, 4.2.2, theorem B.
import { lanes, splat } from "./simd";

const SUM: i32 = 0;
const PROD: i32 = 1;
const MAX: i32 = 2;
const MIN: i32 = 3;
const LOG_SUM_EXP: i32 = 4;

/** Elements per piece of a sum. */
const PIECE: i32 = 64;

/** Sums along columns of `lanes` neighbours at once. */
// @ts-ignore: decorator
@inline
function sumVectors<T>(x: usize, y: usize, n: i32, step: usize): void {
  let high = splat<T>(0), low = splat<T>(0);
  for (let i = 0; i < n; i += PIECE) {
    let local = splat<T>(0);
    for (let left = min(PIECE, n - i); left > 0; left--) {
      local = v128.add<T>(local, v128.load(x));
      v128.store(y, v128.add<T>(high, v128.add<T>(low, local)));
      x += step;
      y += step;
    }
    const sum = v128.add<T>(high, local);
    if (isFloat<T>()) {
      const part = v128.sub<T>(sum, high);
      const error = v128.add<T>(v128.sub<T>(high, v128.sub<T>(sum, part)), v128.sub<T>(local, part));
      // Once the sum is infinite its error is NaN: there is nothing left to correct.
      low = v128.add<T>(low, v128.and(error, v128.eq<T>(error, error)));
    }
    high = sum;
  }
}

/** The same for one column. */
// @ts-ignore: decorator
@inline
function sumScalars<T>(x: usize, y: usize, n: i32, step: usize): void {
  let high = <T>0, low = <T>0;
  for (let i = 0; i < n; i += PIECE) {
    let local = <T>0;
    for (let left = min(PIECE, n - i); left > 0; left--) {
      local += load<T>(x);
      store<T>(y, high + (low + local));
      x += step;
      y += step;
    }
    const sum: T = high + local;
    if (isFloat<T>()) {
      const part: T = sum - high;
      const error: T = (high - (sum - part)) + (local - part);
      if (error == error) low += error;
    }
    high = sum;
  }
}

/** y[0] = x[0], y[i] = y[i - 1] x[i] for one column. */
// @ts-ignore: decorator
@inline
function prodScalars<T>(x: usize, y: usize, n: i32, step: usize): void {
  let product = <T>1;
  for (let i = 0; i < n; i++) {
    product *= load<T>(x);
    store<T>(y, product);
    x += step;
    y += step;
  }
}

/** The same along columns of `lanes` neighbours at once. */
// @ts-ignore: decorator
@inline
function prodVectors<T>(x: usize, y: usize, n: i32, step: usize): void {
  let product = splat<T>(1);
  for (let i = 0; i < n; i++) {
    product = v128.mul<T>(product, v128.load(x));
    v128.store(y, product);
    x += step;
    y += step;
  }
}

/** Running extremum of one column and the last position where it occurs; a NaN stays, the latest one counts. */
// @ts-ignore: decorator
@inline
function extremumScalars<T>(op: i32, x: usize, y: usize, indices: usize, n: i32, step: usize, indexStep: usize): void {
  let best = load<T>(x);
  let at = 0;
  for (let i = 0; i < n; i++) {
    const v = load<T>(x);
    const isBetter = op == MAX ? v >= best : v <= best;
    if (isBetter || (isFloat<T>() && v != v)) {
      best = v;
      at = i;
    }
    store<T>(y, best);
    if (indices != 0) store<i32>(indices + <usize>i * indexStep, at);
    x += step;
    y += step;
  }
}

/** log(exp(a) + exp(b)) = max + log1p(exp(min - max)); equal infinities are their own sum. */
// @ts-ignore: decorator
@inline
function logAddExp<T>(a: T, b: T): T {
  const high = max<T>(a, b);
  const low = min<T>(a, b);
  if (high != high || high == low && abs<T>(high) == <T>Infinity) return high;
  if (sizeof<T>() == 4) return <T>(high + NativeMathf.log1p(NativeMathf.exp(<f32>(low - high))));
  return <T>(high + NativeMath.log1p(NativeMath.exp(<f64>(low - high))));
}

// @ts-ignore: decorator
@inline
function logSumExpScalars<T>(x: usize, y: usize, n: i32, step: usize): void {
  let sum: T = <T>(-Infinity);
  for (let i = 0; i < n; i++) {
    sum = logAddExp<T>(sum, load<T>(x));
    store<T>(y, sum);
    x += step;
    y += step;
  }
}

// @ts-ignore: decorator
@inline
function scan<T>(op: i32, x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  const step = <usize>inner * sizeof<T>();
  for (let o = begin; o < end; o++) {
    const from = x + <usize>(o * n) * step;
    const to = y + <usize>(o * n) * step;
    let j = 0;
    if (op < MAX) {
      for (; j <= inner - lanes<T>(); j += lanes<T>()) {
        const offset = j * sizeof<T>();
        if (op == PROD) prodVectors<T>(from + offset, to + offset, n, step);
        else sumVectors<T>(from + offset, to + offset, n, step);
      }
    }
    for (; j < inner; j++) {
      const p = from + j * sizeof<T>();
      const q = to + j * sizeof<T>();
      if (op == MAX || op == MIN) {
        const at = indices == 0 ? <usize>0 : indices + <usize>(o * n * inner + j) * 4;
        extremumScalars<T>(op, p, q, at, n, step, <usize>inner * 4);
      } else if (isFloat<T>() && op == LOG_SUM_EXP) {
        logSumExpScalars<T>(p, q, n, step);
      } else if (op == PROD) {
        prodScalars<T>(p, q, n, step);
      } else {
        sumScalars<T>(p, q, n, step);
      }
    }
  }
}

export function f32_cumsum(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f32>(SUM, x, y, 0, n, inner, begin, end);
}

export function f32_cumprod(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f32>(PROD, x, y, 0, n, inner, begin, end);
}

export function f32_cummax(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f32>(MAX, x, y, indices, n, inner, begin, end);
}

export function f32_cummin(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f32>(MIN, x, y, indices, n, inner, begin, end);
}

export function f32_logcumsumexp(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f32>(LOG_SUM_EXP, x, y, 0, n, inner, begin, end);
}

export function f64_cumsum(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f64>(SUM, x, y, 0, n, inner, begin, end);
}

export function f64_cumprod(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f64>(PROD, x, y, 0, n, inner, begin, end);
}

export function f64_cummax(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f64>(MAX, x, y, indices, n, inner, begin, end);
}

export function f64_cummin(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f64>(MIN, x, y, indices, n, inner, begin, end);
}

export function f64_logcumsumexp(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<f64>(LOG_SUM_EXP, x, y, 0, n, inner, begin, end);
}

export function i32_cumsum(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<i32>(SUM, x, y, 0, n, inner, begin, end);
}

export function i32_cumprod(x: usize, y: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<i32>(PROD, x, y, 0, n, inner, begin, end);
}

export function i32_cummax(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<i32>(MAX, x, y, indices, n, inner, begin, end);
}

export function i32_cummin(x: usize, y: usize, indices: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  scan<i32>(MIN, x, y, indices, n, inner, begin, end);
}
