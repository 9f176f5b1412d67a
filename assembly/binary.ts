// deno-fmt-ignore-file: it drops the decorators of functions.
// Arithmetic of two operands: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary` for the
// layout. Integers wrap.
import { bits, ONE, scalar, SIGN } from "./constants";
import { mapBinary, mapBinaryLong } from "./map";
import { fma } from "./simd";

@unmanaged
class Add {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.add<T>(a, b);
  }
}

/** a + p0 b. */
@unmanaged
class AddScaled {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return isFloat<T>() ? fma<T>(p0, b, a) : v128.add<T>(a, v128.mul<T>(p0, b));
  }
}

@unmanaged
class Subtract {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.sub<T>(a, b);
  }
}

@unmanaged
class Multiply {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    if (sizeof<T>() > 1) return v128.mul<T>(a, b);
    // There is no product of bytes: take the low bytes of products twice as wide.
    return v128.shuffle<u8>(i16x8.extmul_low_i8x16_u(a, b), i16x8.extmul_high_i8x16_u(a, b),
      0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  }
}

@unmanaged
class Divide {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.div<T>(a, b);
  }
}

/** The larger; NaN where either is NaN. */
@unmanaged
class Maximum {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.max<T>(a, b);
  }
}

/** The smaller; NaN where either is NaN. */
@unmanaged
class Minimum {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.min<T>(a, b);
  }
}

/** The larger of those that are not NaN. */
@unmanaged
class FMax {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    if (!isFloat<T>()) return v128.max<T>(a, b);
    const larger = v128.bitselect(a, v128.max<T>(a, b), v128.ne<T>(b, b));
    return v128.bitselect(b, larger, v128.ne<T>(a, a));
  }
}

/** The smaller of those that are not NaN. */
@unmanaged
class FMin {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    if (!isFloat<T>()) return v128.min<T>(a, b);
    const smaller = v128.bitselect(a, v128.min<T>(a, b), v128.ne<T>(b, b));
    return v128.bitselect(b, smaller, v128.ne<T>(a, a));
  }
}

/** |a| with the sign bit of b. */
@unmanaged
class CopySign {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.bitselect(b, a, bits<T>(SIGN));
  }
}

/** The number next to a on the way to b. The bits of a float, read as an integer, count its magnitude up. */
@unmanaged
class NextAfter {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    const zero = v128.splat<T>(<T>0);
    const smallest = sizeof<T>() == 4 ? i32x4.splat(1) : i64x2.splat(1);
    const inward = v128.xor(v128.lt<T>(a, b), v128.gt<T>(a, zero));
    // -1 towards zero, +1 away from it.
    const step = v128.or(inward, smallest);
    const moved = sizeof<T>() == 4 ? i32x4.add(a, step) : i64x2.add(a, step);
    const fromZero = v128.bitselect(b, smallest, bits<T>(SIGN));
    const next = v128.bitselect(fromZero, moved, v128.eq<T>(a, zero));
    const settled = v128.bitselect(b, next, v128.eq<T>(a, b));
    const ordered = v128.and(v128.eq<T>(a, a), v128.eq<T>(b, b));
    return v128.bitselect(settled, v128.add<T>(a, b), ordered);
  }
}

/** 0 where a < 0, b where a = 0, 1 where a > 0; 0 for NaN, as PyTorch has it. */
@unmanaged
class Heaviside {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    const zero = v128.splat<T>(<T>0);
    const positive = v128.gt<T>(a, zero);
    const step = isFloat<T>() ? v128.and(positive, scalar<T>(ONE)) : v128.neg<T>(positive);
    return v128.bitselect(b, step, v128.eq<T>(a, zero));
  }
}

export function f32_add(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Add>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_add(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Add>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_add(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Add>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_add(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, Add>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_add_scaled(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, AddScaled>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_add_scaled(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, AddScaled>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_add_scaled(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, AddScaled>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_sub(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Subtract>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_sub(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Subtract>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_sub(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Subtract>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_sub(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, Subtract>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_mul(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Multiply>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_mul(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Multiply>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_mul(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Multiply>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_mul(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, Multiply>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_div(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Divide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_div(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Divide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_maximum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Maximum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_maximum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Maximum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_maximum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Maximum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_maximum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, Maximum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_minimum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Minimum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_minimum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Minimum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_minimum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Minimum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_minimum(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, Minimum>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_fmax(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, FMax>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_fmax(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, FMax>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_fmax(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, FMax>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_fmax(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, FMax>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_fmin(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, FMin>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_fmin(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, FMin>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_fmin(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, FMin>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_fmin(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, FMin>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_copysign(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, CopySign>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_copysign(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, CopySign>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_nextafter(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, NextAfter>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_nextafter(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, NextAfter>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_heaviside(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Heaviside>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_heaviside(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Heaviside>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_heaviside(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Heaviside>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
