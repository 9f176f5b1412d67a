// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Softmax, log-softmax and their gradients along one axis.
 *
 * The maximum is subtracted before exponentiation, so nothing overflows; a slice that is all -infinity, or has NaN or
 * +infinity in it, gives NaN as in PyTorch. (The maximum may pass over NaN; the sum does not.)
 *
 * Where the axis is the last one, slices are rows, and a share is a range of them.
 * Otherwise x is [outer, n, inner] and a vector holds neighbouring slices: tile i is vector `i % tiles` of the slices
 * of outer index `i / tiles`, with `tiles = ceil(inner / lanes)`, and a share is a range of tiles.
 */
import { anyBelow, expNegative, expReduced, expVanishing, shifted, shiftedRemainder, vexp, vlog } from "./exp_log";
import { loadRow, maskRow, maxRow, storeRow, sumLanes } from "./row";
import { fnma, lanes, splat } from "./simd";

/** One vector of `exp(x - max)`, zero in the spare lanes, which is stored unless it serves log. */
// @ts-ignore: decorator
@inline
function powerVector<T>(x: usize, out: usize, left: i32, maxima: v128, log: bool): v128 {
  const power = maskRow<T>(expNegative<T>(v128.sub<T>(loadRow<T>(x, left), maxima)), splat<T>(0), left);
  if (!log) storeRow<T>(out, power, left);
  return power;
}

/** One vector of the result, where out holds the powers except for log. */
// @ts-ignore: decorator
@inline
function finishVector<T>(x: usize, out: usize, left: i32, maxima: v128, last: v128, log: bool): void {
  const value = log
    ? v128.sub<T>(v128.sub<T>(loadRow<T>(x, left), maxima), last)
    : v128.mul<T>(loadRow<T>(out, left), last);
  storeRow<T>(out, value, left);
}

/** `out = exp(x - max) / sum(exp(x - max))`, or for log `out = (x - max) - log(sum(exp(x - max)))`. */
// @ts-ignore: decorator
@inline
function softmaxRows<T>(x: usize, out: usize, rows: i32, n: i32, log: bool): void {
  const rowBytes = <usize>n * sizeof<T>();
  const left = n & (lanes<T>() - 1);
  const wholeBytes = <usize>(n - left) * sizeof<T>();
  for (let row = 0; row < rows; row++) {
    const maxima = splat<T>(maxRow<T>(x, n));
    let sums = splat<T>(0), sum1 = sums, sum2 = sums, sum3 = sums;
    let at: usize = 0;
    for (; at + 64 <= wholeBytes; at += 64) {
      const from = x + at;
      const d0 = v128.sub<T>(v128.load(from), maxima), d1 = v128.sub<T>(v128.load(from, 16), maxima);
      const d2 = v128.sub<T>(v128.load(from, 32), maxima), d3 = v128.sub<T>(v128.load(from, 48), maxima);
      const t0 = shifted<T>(d0), t1 = shifted<T>(d1), t2 = shifted<T>(d2), t3 = shifted<T>(d3);
      const r0 = shiftedRemainder<T>(d0, t0), r1 = shiftedRemainder<T>(d1, t1);
      const r2 = shiftedRemainder<T>(d2, t2), r3 = shiftedRemainder<T>(d3, t3);
      const least = v128.pmin<T>(v128.pmin<T>(d0, d1), v128.pmin<T>(d2, d3));
      let p0 = expReduced<T>(t0, r0), p1 = expReduced<T>(t1, r1), p2 = expReduced<T>(t2, r2), p3 = expReduced<T>(t3, r3);
      if (anyBelow<T>(least)) {
        p0 = expVanishing<T>(p0, d0);
        p1 = expVanishing<T>(p1, d1);
        p2 = expVanishing<T>(p2, d2);
        p3 = expVanishing<T>(p3, d3);
      }
      if (!log) {
        v128.store(out + at, p0);
        v128.store(out + at, p1, 16);
        v128.store(out + at, p2, 32);
        v128.store(out + at, p3, 48);
      }
      sums = v128.add<T>(sums, p0);
      sum1 = v128.add<T>(sum1, p1);
      sum2 = v128.add<T>(sum2, p2);
      sum3 = v128.add<T>(sum3, p3);
    }
    sums = v128.add<T>(v128.add<T>(sums, sum1), v128.add<T>(sum2, sum3));
    for (; at < wholeBytes; at += 16) {
      sums = v128.add<T>(sums, powerVector<T>(x + at, out + at, lanes<T>(), maxima, log));
    }
    if (left > 0) sums = v128.add<T>(sums, powerVector<T>(x + at, out + at, left, maxima, log));
    const sum: T = sumLanes<T>(sums);
    const last = log ? vlog<T>(splat<T>(sum)) : splat<T>(1 / sum);
    for (at = 0; at < wholeBytes; at += 16) finishVector<T>(x + at, out + at, lanes<T>(), maxima, last, log);
    if (left > 0) finishVector<T>(x + at, out + at, left, maxima, last, log);
    x += rowBytes;
    out += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function softmaxColumns<T>(x: usize, out: usize, n: i32, inner: i32, begin: i32, end: i32, log: bool): void {
  const rowBytes = <usize>inner * sizeof<T>();
  const tiles = (inner + lanes<T>() - 1) / lanes<T>();
  for (let tile = begin; tile < end; tile++) {
    const column = tile % tiles * lanes<T>();
    const left = inner - column;
    const first = <usize>(tile / tiles) * <usize>n * rowBytes + <usize>column * sizeof<T>();
    let maxima = splat<T>(<T>-Infinity);
    let at = first;
    for (let i = 0; i < n; i++) {
      maxima = v128.pmax<T>(maxima, loadRow<T>(x + at, left));
      at += rowBytes;
    }
    let sums = splat<T>(0);
    at = first;
    for (let i = 0; i < n; i++) {
      sums = v128.add<T>(sums, powerVector<T>(x + at, out + at, left, maxima, log));
      at += rowBytes;
    }
    const last = log ? vlog<T>(sums) : v128.div<T>(splat<T>(1), sums);
    at = first;
    for (let i = 0; i < n; i++) {
      finishVector<T>(x + at, out + at, left, maxima, last, log);
      at += rowBytes;
    }
  }
}

/** What the gradient sums over a slice: g, weighted by y except for log. */
// @ts-ignore: decorator
@inline
function gradientTerm<T>(g: v128, y: v128, log: bool): v128 {
  return log ? g : v128.mul<T>(g, y);
}

/** One vector of `(g - sum(g * y)) * y`, or for log of `g - exp(y) * sum(g)`. */
// @ts-ignore: decorator
@inline
function gradientVector<T>(g: usize, y: usize, out: usize, left: i32, sum: v128, log: bool): void {
  const gradient = loadRow<T>(g, left);
  const result = loadRow<T>(y, left);
  const value = log ? fnma<T>(vexp<T>(result), sum, gradient) : v128.mul<T>(v128.sub<T>(gradient, sum), result);
  storeRow<T>(out, value, left);
}

// @ts-ignore: decorator
@inline
function softmaxBackwardRows<T>(g: usize, y: usize, out: usize, rows: i32, n: i32, log: bool): void {
  const rowBytes = <usize>n * sizeof<T>();
  for (let row = 0; row < rows; row++) {
    let sum0 = splat<T>(0);
    let sum1 = sum0;
    let at: usize = 0;
    let left = n;
    for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
      sum0 = v128.add<T>(sum0, gradientTerm<T>(v128.load(g + at), v128.load(y + at), log));
      sum1 = v128.add<T>(sum1, gradientTerm<T>(v128.load(g + at, 16), v128.load(y + at, 16), log));
      at += 32;
    }
    for (; left > 0; left -= lanes<T>()) {
      sum0 = v128.add<T>(sum0, gradientTerm<T>(loadRow<T>(g + at, left), loadRow<T>(y + at, left), log));
      at += 16;
    }
    const sum = splat<T>(sumLanes<T>(v128.add<T>(sum0, sum1)));
    at = 0;
    for (left = n; left >= lanes<T>(); left -= lanes<T>()) {
      gradientVector<T>(g + at, y + at, out + at, lanes<T>(), sum, log);
      at += 16;
    }
    if (left > 0) gradientVector<T>(g + at, y + at, out + at, left, sum, log);
    g += rowBytes;
    y += rowBytes;
    out += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function softmaxBackwardColumns<T>(
  g: usize,
  y: usize,
  out: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
  log: bool,
): void {
  const rowBytes = <usize>inner * sizeof<T>();
  const tiles = (inner + lanes<T>() - 1) / lanes<T>();
  for (let tile = begin; tile < end; tile++) {
    const column = tile % tiles * lanes<T>();
    const left = inner - column;
    const first = <usize>(tile / tiles) * <usize>n * rowBytes + <usize>column * sizeof<T>();
    let sum = splat<T>(0);
    let at = first;
    for (let i = 0; i < n; i++) {
      sum = v128.add<T>(sum, gradientTerm<T>(loadRow<T>(g + at, left), loadRow<T>(y + at, left), log));
      at += rowBytes;
    }
    at = first;
    for (let i = 0; i < n; i++) {
      gradientVector<T>(g + at, y + at, out + at, left, sum, log);
      at += rowBytes;
    }
  }
}

export function f32_softmax_rows(x: usize, out: usize, rows: i32, n: i32): void {
  softmaxRows<f32>(x, out, rows, n, false);
}

export function f64_softmax_rows(x: usize, out: usize, rows: i32, n: i32): void {
  softmaxRows<f64>(x, out, rows, n, false);
}

export function f32_softmax_columns(x: usize, out: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  softmaxColumns<f32>(x, out, n, inner, begin, end, false);
}

export function f64_softmax_columns(x: usize, out: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  softmaxColumns<f64>(x, out, n, inner, begin, end, false);
}

export function f32_softmax_backward_rows(g: usize, y: usize, out: usize, rows: i32, n: i32): void {
  softmaxBackwardRows<f32>(g, y, out, rows, n, false);
}

export function f64_softmax_backward_rows(g: usize, y: usize, out: usize, rows: i32, n: i32): void {
  softmaxBackwardRows<f64>(g, y, out, rows, n, false);
}

export function f32_softmax_backward_columns(
  g: usize,
  y: usize,
  out: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  softmaxBackwardColumns<f32>(g, y, out, n, inner, begin, end, false);
}

export function f64_softmax_backward_columns(
  g: usize,
  y: usize,
  out: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  softmaxBackwardColumns<f64>(g, y, out, n, inner, begin, end, false);
}

export function f32_log_softmax_rows(x: usize, out: usize, rows: i32, n: i32): void {
  softmaxRows<f32>(x, out, rows, n, true);
}

export function f64_log_softmax_rows(x: usize, out: usize, rows: i32, n: i32): void {
  softmaxRows<f64>(x, out, rows, n, true);
}

export function f32_log_softmax_columns(x: usize, out: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  softmaxColumns<f32>(x, out, n, inner, begin, end, true);
}

export function f64_log_softmax_columns(x: usize, out: usize, n: i32, inner: i32, begin: i32, end: i32): void {
  softmaxColumns<f64>(x, out, n, inner, begin, end, true);
}

export function f32_log_softmax_backward_rows(g: usize, y: usize, out: usize, rows: i32, n: i32): void {
  softmaxBackwardRows<f32>(g, y, out, rows, n, true);
}

export function f64_log_softmax_backward_rows(g: usize, y: usize, out: usize, rows: i32, n: i32): void {
  softmaxBackwardRows<f64>(g, y, out, rows, n, true);
}

export function f32_log_softmax_backward_columns(
  g: usize,
  y: usize,
  out: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  softmaxBackwardColumns<f32>(g, y, out, n, inner, begin, end, true);
}

export function f64_log_softmax_backward_columns(
  g: usize,
  y: usize,
  out: usize,
  n: i32,
  inner: i32,
  begin: i32,
  end: i32,
): void {
  softmaxBackwardColumns<f64>(g, y, out, n, inner, begin, end, true);
}
