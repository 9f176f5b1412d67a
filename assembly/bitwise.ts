// deno-fmt-ignore-file: it drops the decorators of functions.
// Operations on the bits of integers: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary`
// for the layout.
import { mapBinary, mapBinaryLong } from "./map";

@unmanaged
class BitwiseAnd {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.and(a, b);
  }
}

@unmanaged
class BitwiseOr {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.or(a, b);
  }
}

@unmanaged
class BitwiseXor {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.xor(a, b);
  }
}

/** Lanes of `value` shifted by their own counts of 0 to 8 sizeof<T>() - 1, one bit of the counts after the other. */
// @ts-ignore: decorator
@inline
function shiftLanes<T>(value: v128, counts: v128, left: bool): v128 {
  for (let distance = 1; distance < 8 * <i32>sizeof<T>(); distance <<= 1) {
    const bit = v128.splat<T>(<T>distance);
    const shifted = left ? v128.shl<T>(value, distance) : v128.shr<T>(value, distance);
    value = v128.bitselect(shifted, value, v128.eq<T>(v128.and(counts, bit), bit));
  }
  return value;
}

/** Whether counts are outside 0 to 8 sizeof<T>() - 1. */
// @ts-ignore: decorator
@inline
function shiftsOut<T>(counts: v128): v128 {
  const last = v128.splat<T>(<T>(8 * sizeof<T>() - 1));
  return sizeof<T>() == 4 ? i32x4.gt_u(counts, last) : i8x16.gt_u(counts, last);
}

/** a << b; 0 where b is not a position of a bit. */
@unmanaged
class LeftShift {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return v128.andnot(shiftLanes<T>(a, b, true), shiftsOut<T>(b));
  }
}

/** a >> b, which keeps the sign; all bits become the sign where b is not a position of a bit. */
@unmanaged
class RightShift {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    const sign = isSigned<T>() ? v128.lt<T>(a, v128.splat<T>(<T>0)) : v128.splat<T>(<T>0);
    return v128.bitselect(sign, shiftLanes<T>(a, b, false), shiftsOut<T>(b));
  }
}

export function i32_bitwise_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, BitwiseAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_bitwise_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, BitwiseAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_bitwise_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, BitwiseOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_bitwise_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, BitwiseOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_bitwise_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, BitwiseXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_bitwise_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<u8, BitwiseXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_bitwise_left_shift(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, LeftShift>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_bitwise_left_shift(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<u8, LeftShift>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_bitwise_right_shift(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, RightShift>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function u8_bitwise_right_shift(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<u8, RightShift>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
