// deno-fmt-ignore-file: it drops the decorators of functions.
// Questions about one operand: `<p>_<name>(x, y, n, p0, p1)` stores one byte, 0 or 1, per element. The parameters are not
// used; they are there so that every elementwise kernel of one operand is called alike. `y` may be `x` where elements are
// bytes.
import { INFINITE, scalar } from "./constants";
import { testUnary } from "./map";

@unmanaged
class LogicalNot {
  @inline
  test<T>(x: v128): v128 {
    return v128.eq<T>(x, v128.splat<T>(<T>0));
  }
}

@unmanaged
class IsNaN {
  @inline
  test<T>(x: v128): v128 {
    return isFloat<T>() ? v128.ne<T>(x, x) : i32x4.splat(0);
  }
}

@unmanaged
class IsInfinite {
  @inline
  test<T>(x: v128): v128 {
    return isFloat<T>() ? v128.eq<T>(v128.abs<T>(x), scalar<T>(INFINITE)) : i32x4.splat(0);
  }
}

@unmanaged
class IsPositiveInfinity {
  @inline
  test<T>(x: v128): v128 {
    return isFloat<T>() ? v128.eq<T>(x, scalar<T>(INFINITE)) : i32x4.splat(0);
  }
}

@unmanaged
class IsNegativeInfinity {
  @inline
  test<T>(x: v128): v128 {
    return isFloat<T>() ? v128.eq<T>(v128.neg<T>(x), scalar<T>(INFINITE)) : i32x4.splat(0);
  }
}

@unmanaged
class IsFinite {
  @inline
  test<T>(x: v128): v128 {
    return isFloat<T>() ? v128.lt<T>(v128.abs<T>(x), scalar<T>(INFINITE)) : i32x4.splat(-1);
  }
}

@unmanaged
class SignBit {
  @inline
  test<T>(x: v128): v128 {
    if (isInteger<T>() && !isSigned<T>()) return i32x4.splat(0);
    const zero = i32x4.splat(0);
    return sizeof<T>() == 8 ? i64x2.lt_s(x, zero) : i32x4.lt_s(x, zero);
  }
}

export function f32_logical_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, LogicalNot>(x, y, n);
}

export function f64_logical_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, LogicalNot>(x, y, n);
}

export function i32_logical_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, LogicalNot>(x, y, n);
}

export function u8_logical_not(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, LogicalNot>(x, y, n);
}

export function f32_isnan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, IsNaN>(x, y, n);
}

export function f64_isnan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, IsNaN>(x, y, n);
}

export function i32_isnan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, IsNaN>(x, y, n);
}

export function u8_isnan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, IsNaN>(x, y, n);
}

export function f32_isinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, IsInfinite>(x, y, n);
}

export function f64_isinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, IsInfinite>(x, y, n);
}

export function i32_isinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, IsInfinite>(x, y, n);
}

export function u8_isinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, IsInfinite>(x, y, n);
}

export function f32_isposinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, IsPositiveInfinity>(x, y, n);
}

export function f64_isposinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, IsPositiveInfinity>(x, y, n);
}

export function i32_isposinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, IsPositiveInfinity>(x, y, n);
}

export function u8_isposinf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, IsPositiveInfinity>(x, y, n);
}

export function f32_isneginf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, IsNegativeInfinity>(x, y, n);
}

export function f64_isneginf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, IsNegativeInfinity>(x, y, n);
}

export function i32_isneginf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, IsNegativeInfinity>(x, y, n);
}

export function u8_isneginf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, IsNegativeInfinity>(x, y, n);
}

export function f32_isfinite(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, IsFinite>(x, y, n);
}

export function f64_isfinite(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, IsFinite>(x, y, n);
}

export function i32_isfinite(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, IsFinite>(x, y, n);
}

export function u8_isfinite(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, IsFinite>(x, y, n);
}

export function f32_signbit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f32, SignBit>(x, y, n);
}

export function f64_signbit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<f64, SignBit>(x, y, n);
}

export function i32_signbit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<i32, SignBit>(x, y, n);
}

export function u8_signbit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  testUnary<u8, SignBit>(x, y, n);
}
