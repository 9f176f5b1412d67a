// deno-fmt-ignore-file: it drops the decorators of functions.
// Derivatives of activations and other functions of one operand, times a gradient: `<p>_<name>_backward(g, saved, out, rows,
// cols, gRow, gCol, savedRow, savedCol, p0, p1)`, laid out as in `mapBinary`. `saved` is x, the operand of the function, or
// y, its value, as each class says. At kinks they give PyTorch's subgradients.
import { HALF, ONE, scalar } from "./constants";
import { mapBinary } from "./map";
import { fnma } from "./simd";

// @ts-ignore: decorator
@inline
function zero<T>(): v128 {
  return v128.splat<T>(<T>0);
}

/** g (1 - y^2). */
@unmanaged
class TanhBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    return v128.mul<T>(g, fnma<T>(y, y, scalar<T>(ONE)));
  }
}

/** g y (1 - y). */
@unmanaged
class SigmoidBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    return v128.mul<T>(g, v128.mul<T>(y, v128.sub<T>(scalar<T>(ONE), y)));
  }
}

/** 0 where y <= 0, else g; x will do in place of y. */
@unmanaged
class ReLUBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    return v128.andnot(g, v128.le<T>(y, zero<T>()));
  }
}

/** g where x > 0, else p0 g. */
@unmanaged
class LeakyReLUBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.bitselect(g, v128.mul<T>(g, p0), v128.gt<T>(x, zero<T>()));
  }
}

/** g where p0 < x < p1, else 0. */
@unmanaged
class HardTanhBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.and(g, v128.and(v128.gt<T>(x, p0), v128.lt<T>(x, p1)));
  }
}

/** g where p0 <= x <= p1, else 0. */
@unmanaged
class ClampBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.and(g, v128.and(v128.ge<T>(x, p0), v128.le<T>(x, p1)));
  }
}

/** g sign(x), where 0 and NaN have the sign 0. */
@unmanaged
class AbsoluteBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    const positive = v128.and(v128.gt<T>(x, zero<T>()), scalar<T>(ONE));
    return v128.mul<T>(g, v128.sub<T>(positive, v128.and(v128.lt<T>(x, zero<T>()), scalar<T>(ONE))));
  }
}

/** g / (2 y). */
@unmanaged
class SquareRootBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(g, v128.add<T>(y, y));
  }
}

/** -g y^3 / 2. */
@unmanaged
class ReciprocalSquareRootBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    const cube = v128.mul<T>(v128.mul<T>(y, y), y);
    return v128.neg<T>(v128.mul<T>(v128.mul<T>(g, scalar<T>(HALF)), cube));
  }
}

/** -g y^2. */
@unmanaged
class ReciprocalBackward {
  @inline
  map<T>(g: v128, y: v128, p0: v128, p1: v128): v128 {
    return v128.neg<T>(v128.mul<T>(g, v128.mul<T>(y, y)));
  }
}

/** 2 g x. */
@unmanaged
class SquareBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.mul<T>(v128.add<T>(g, g), x);
  }
}

/** g / x. */
@unmanaged
class LogBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(g, x);
  }
}

export function f32_tanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, TanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_tanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, TanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_sigmoid_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, SigmoidBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_sigmoid_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, SigmoidBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_relu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, ReLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_relu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, ReLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_leaky_relu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, LeakyReLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_leaky_relu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, LeakyReLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_hardtanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, HardTanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_hardtanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, HardTanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_clamp_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, ClampBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_clamp_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, ClampBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_abs_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, AbsoluteBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_abs_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, AbsoluteBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_sqrt_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, SquareRootBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_sqrt_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, SquareRootBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_rsqrt_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, ReciprocalSquareRootBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_rsqrt_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, ReciprocalSquareRootBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_reciprocal_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, ReciprocalBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_reciprocal_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, ReciprocalBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_square_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, SquareBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_square_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, SquareBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_log_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, LogBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_log_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, LogBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
