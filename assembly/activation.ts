// deno-fmt-ignore-file: it drops the decorators of functions.
// Piecewise linear and rational activations: `<p>_<name>(x, y, n, p0, p1)` sets `y[i] = f(x[i])` for i < n. `y` may be
// `x`. NaN gives NaN where nothing else is said.
import { ONE, scalar } from "./constants";
import { vtanh } from "./hyperbolic";
import { mapUnary } from "./map";
import { entry } from "./simd";

/** Where the ramp of hardsigmoid begins and how high it climbs. */
const RAMP_F32 = memory.data<f32>([3, 6], 16);
const RAMP_F64 = memory.data<f64>([3, 6], 16);

/** x > 0 ? x : p0 x. */
@unmanaged
class LeakyReLU {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.bitselect(x, v128.mul<T>(x, p0), v128.gt<T>(x, v128.splat<T>(<T>0)));
  }
}

/** x <= p0 ? p1 : x. */
@unmanaged
class Threshold {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.bitselect(p1, x, v128.le<T>(x, p0));
  }
}

// @ts-ignore: decorator
@inline
function rampHeight<T>(): v128 {
  return entry<T>(sizeof<T>() == 4 ? RAMP_F32 : RAMP_F64, 1);
}

/** clamp(x + 3, 0, 6). */
// @ts-ignore: decorator
@inline
function ramp<T>(x: v128): v128 {
  const shifted = v128.add<T>(x, entry<T>(sizeof<T>() == 4 ? RAMP_F32 : RAMP_F64, 0));
  return v128.pmin<T>(v128.pmax<T>(shifted, v128.splat<T>(<T>0)), rampHeight<T>());
}

@unmanaged
class HardSigmoid {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(ramp<T>(x), rampHeight<T>());
  }
}

@unmanaged
class HardSwish {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(v128.mul<T>(x, ramp<T>(x)), rampHeight<T>());
  }
}

/** |x| <= p0 ? 0 : x. */
@unmanaged
class HardShrink {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.andnot(x, v128.le<T>(v128.abs<T>(x), p0));
  }
}

/** x - clamp(x, -p0, p0); 0 for NaN, as PyTorch has it. */
@unmanaged
class SoftShrink {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    const y = v128.sub<T>(x, v128.pmin<T>(v128.pmax<T>(x, v128.neg<T>(p0)), p0));
    return v128.and(y, v128.eq<T>(x, x));
  }
}

/** x / (1 + |x|). */
@unmanaged
class SoftSign {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(x, v128.add<T>(scalar<T>(ONE), v128.abs<T>(x)));
  }
}

/** x - tanh(x). */
@unmanaged
class TanhShrink {
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.sub<T>(x, vtanh<T>(x));
  }
}

export function f32_leaky_relu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, LeakyReLU>(x, y, n, p0, p1);
}

export function f64_leaky_relu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, LeakyReLU>(x, y, n, p0, p1);
}

export function f32_threshold(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Threshold>(x, y, n, p0, p1);
}

export function f64_threshold(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Threshold>(x, y, n, p0, p1);
}

export function f32_hardsigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, HardSigmoid>(x, y, n, p0, p1);
}

export function f64_hardsigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, HardSigmoid>(x, y, n, p0, p1);
}

export function f32_hardswish(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, HardSwish>(x, y, n, p0, p1);
}

export function f64_hardswish(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, HardSwish>(x, y, n, p0, p1);
}

export function f32_hardshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, HardShrink>(x, y, n, p0, p1);
}

export function f64_hardshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, HardShrink>(x, y, n, p0, p1);
}

export function f32_softshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, SoftShrink>(x, y, n, p0, p1);
}

export function f64_softshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, SoftShrink>(x, y, n, p0, p1);
}

export function f32_softsign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, SoftSign>(x, y, n, p0, p1);
}

export function f64_softsign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, SoftSign>(x, y, n, p0, p1);
}

export function f32_tanhshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, TanhShrink>(x, y, n, p0, p1);
}

export function f64_tanhshrink(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, TanhShrink>(x, y, n, p0, p1);
}
