// deno-fmt-ignore-file: it drops the decorators of functions.
// Arithmetic and rounding of one operand: `<p>_<name>(x, y, n, p0, p1)` sets `y[i] = f(x[i])` for i < n. `y` may be `x`.
// Integers wrap.
import { ONE, scalar } from "./constants";
import { mapUnary } from "./map";

@unmanaged
class Positive {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return x;
  }
}

/** p0 everywhere. */
@unmanaged
class Constant {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return p0;
  }
}

@unmanaged
class Absolute {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.abs<T>(x);
  }
}

@unmanaged
class Negate {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.neg<T>(x);
  }
}

/** -1, 0 or 1; 0 for NaN, as PyTorch has it. */
@unmanaged
class Sign {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    const zero = v128.splat<T>(<T>0);
    if (isFloat<T>()) {
      const positive = v128.and(v128.gt<T>(x, zero), scalar<T>(ONE));
      return v128.sub<T>(positive, v128.and(v128.lt<T>(x, zero), scalar<T>(ONE)));
    }
    // A true lane of an integer comparison is -1.
    if (isSigned<T>()) return v128.sub<T>(v128.lt<T>(x, zero), v128.gt<T>(x, zero));
    return v128.sub<T>(zero, v128.ne<T>(x, zero));
  }
}

@unmanaged
class Square {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.mul<T>(x, x);
  }
}

@unmanaged
class SquareRoot {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.sqrt<T>(x);
  }
}

@unmanaged
class ReciprocalSquareRoot {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(scalar<T>(ONE), v128.sqrt<T>(x));
  }
}

@unmanaged
class Reciprocal {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(scalar<T>(ONE), x);
  }
}

@unmanaged
class Floor {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.floor<T>(x);
  }
}

@unmanaged
class Ceil {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.ceil<T>(x);
  }
}

/** To the nearest integer, halves to the even one. */
@unmanaged
class Round {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.nearest<T>(x);
  }
}

@unmanaged
class Truncate {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.trunc<T>(x);
  }
}

/** x - trunc(x): NaN at the infinities. */
@unmanaged
class Fraction {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.sub<T>(x, v128.trunc<T>(x));
  }
}

/** x < p0 ? p0 : x > p1 ? p1 : x, which keeps NaN; p1 where p0 > p1. */
@unmanaged
class Clamp {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    if (isFloat<T>()) return v128.pmin<T>(v128.pmax<T>(x, p0), p1);
    return v128.min<T>(v128.max<T>(x, p0), p1);
  }
}

@unmanaged
class ClampMin {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return isFloat<T>() ? v128.pmax<T>(x, p0) : v128.max<T>(x, p0);
  }
}

@unmanaged
class ClampMax {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return isFloat<T>() ? v128.pmin<T>(x, p0) : v128.min<T>(x, p0);
  }
}

@unmanaged
class BitwiseNot {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return v128.not(x);
  }
}

/** Clamp for floats: a NaN among the bounds makes every result NaN. */
function clamp<T>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  if (isNaN(p0) || isNaN(p1)) mapUnary<T, Constant>(x, y, n, NaN, NaN);
  else mapUnary<T, Clamp>(x, y, n, p0, p1);
}

function clampMin<T>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  if (isNaN(p0)) mapUnary<T, Constant>(x, y, n, NaN, NaN);
  else mapUnary<T, ClampMin>(x, y, n, p0, p1);
}

function clampMax<T>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  if (isNaN(p0)) mapUnary<T, Constant>(x, y, n, NaN, NaN);
  else mapUnary<T, ClampMax>(x, y, n, p0, p1);
}

export function f32_positive(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Positive>(x, y, n, p0, p1);
}

export function f64_positive(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Positive>(x, y, n, p0, p1);
}

export function i32_positive(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Positive>(x, y, n, p0, p1);
}

export function u8_positive(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_abs(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Absolute>(x, y, n, p0, p1);
}

export function f64_abs(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Absolute>(x, y, n, p0, p1);
}

export function i32_abs(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Absolute>(x, y, n, p0, p1);
}

export function u8_abs(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_neg(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Negate>(x, y, n, p0, p1);
}

export function f64_neg(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Negate>(x, y, n, p0, p1);
}

export function i32_neg(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Negate>(x, y, n, p0, p1);
}

export function u8_neg(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Negate>(x, y, n, p0, p1);
}

export function f32_sign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Sign>(x, y, n, p0, p1);
}

export function f64_sign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Sign>(x, y, n, p0, p1);
}

export function i32_sign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Sign>(x, y, n, p0, p1);
}

export function u8_sign(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Sign>(x, y, n, p0, p1);
}

export function f32_square(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Square>(x, y, n, p0, p1);
}

export function f64_square(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Square>(x, y, n, p0, p1);
}

export function i32_square(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Square>(x, y, n, p0, p1);
}

export function f32_sqrt(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, SquareRoot>(x, y, n, p0, p1);
}

export function f64_sqrt(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, SquareRoot>(x, y, n, p0, p1);
}

export function f32_rsqrt(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, ReciprocalSquareRoot>(x, y, n, p0, p1);
}

export function f64_rsqrt(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, ReciprocalSquareRoot>(x, y, n, p0, p1);
}

export function f32_reciprocal(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Reciprocal>(x, y, n, p0, p1);
}

export function f64_reciprocal(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Reciprocal>(x, y, n, p0, p1);
}

export function f32_floor(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Floor>(x, y, n, p0, p1);
}

export function f64_floor(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Floor>(x, y, n, p0, p1);
}

export function i32_floor(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Positive>(x, y, n, p0, p1);
}

export function u8_floor(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_ceil(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Ceil>(x, y, n, p0, p1);
}

export function f64_ceil(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Ceil>(x, y, n, p0, p1);
}

export function i32_ceil(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Positive>(x, y, n, p0, p1);
}

export function u8_ceil(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_round(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Round>(x, y, n, p0, p1);
}

export function f64_round(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Round>(x, y, n, p0, p1);
}

export function i32_round(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Positive>(x, y, n, p0, p1);
}

export function u8_round(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_trunc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Truncate>(x, y, n, p0, p1);
}

export function f64_trunc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Truncate>(x, y, n, p0, p1);
}

export function i32_trunc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Positive>(x, y, n, p0, p1);
}

export function u8_trunc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Positive>(x, y, n, p0, p1);
}

export function f32_frac(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Fraction>(x, y, n, p0, p1);
}

export function f64_frac(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Fraction>(x, y, n, p0, p1);
}

export function f32_clamp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clamp<f32>(x, y, n, p0, p1);
}

export function f64_clamp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clamp<f64>(x, y, n, p0, p1);
}

export function f32_clamp_min(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clampMin<f32>(x, y, n, p0, p1);
}

export function f64_clamp_min(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clampMin<f64>(x, y, n, p0, p1);
}

export function f32_clamp_max(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clampMax<f32>(x, y, n, p0, p1);
}

export function f64_clamp_max(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  clampMax<f64>(x, y, n, p0, p1);
}

export function i32_clamp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Clamp>(x, y, n, p0, p1);
}

export function u8_clamp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, Clamp>(x, y, n, p0, p1);
}

export function i32_clamp_min(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, ClampMin>(x, y, n, p0, p1);
}

export function u8_clamp_min(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, ClampMin>(x, y, n, p0, p1);
}

export function i32_clamp_max(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, ClampMax>(x, y, n, p0, p1);
}

export function u8_clamp_max(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, ClampMax>(x, y, n, p0, p1);
}

export function i32_bitwise_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, BitwiseNot>(x, y, n, p0, p1);
}

export function u8_bitwise_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<u8, BitwiseNot>(x, y, n, p0, p1);
}

export function f32_relu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, ClampMin>(x, y, n, 0, 0);
}

export function f64_relu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, ClampMin>(x, y, n, 0, 0);
}

export function i32_relu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, ClampMin>(x, y, n, 0, 0);
}

export function f32_relu6(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Clamp>(x, y, n, 0, 6);
}

export function f64_relu6(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Clamp>(x, y, n, 0, 6);
}

export function i32_relu6(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Clamp>(x, y, n, 0, 6);
}

export function f32_hardtanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f32, Clamp>(x, y, n, p0, p1);
}

export function f64_hardtanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<f64, Clamp>(x, y, n, p0, p1);
}

export function i32_hardtanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapUnary<i32, Clamp>(x, y, n, p0, p1);
}
