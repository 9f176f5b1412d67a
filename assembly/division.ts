// deno-fmt-ignore-file: it drops the decorators of functions.
// Division with a whole quotient: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary` for
// the layout.
//
// Integer division by zero gives 0 (the caller reports the error), and the smallest integer divided by -1 wraps.
import { bits, HALF, INFINITE, MAGNITUDE, ONE, scalar, SIGN, UPPER_HALF, ZERO } from "./constants";
import { mapBinaryLong, mapLanes } from "./map";

/** Bits of a float, right-aligned. */
// @ts-ignore: decorator
@inline
function bitsOf<T>(x: T): u64 {
  return sizeof<T>() == 4 ? <u64>reinterpret<u32>(<f32>x) : reinterpret<u64>(<f64>x);
}

/**
 * Remainder of floats by long division of the significands, as many bits at a time as fit a 64-bit dividend. Exact. The
 * exponent field of denormals counts as 1.
 */
function floatRemainder<T>(a: T, b: T): T {
  const width: u64 = sizeof<T>() == 4 ? 23 : 52;
  const implicit = <u64>1 << width;
  const sign = <u64>1 << (8 * sizeof<T>() - 1);
  const infinite: u64 = sizeof<T>() == 4 ? 0x7f800000 : 0x7ff0000000000000;
  const x = bitsOf<T>(a) & ~sign;
  const y = bitsOf<T>(b) & ~sign;
  if (y == 0 || x >= infinite || y > infinite) return <T>NaN;
  if (x < y) return a;
  let exponent = max<u64>(y >> width, 1);
  const divisor = y < implicit ? y : y & (implicit - 1) | implicit;
  let rest = (x < implicit ? x : x & (implicit - 1) | implicit) % divisor;
  for (let left = max<u64>(x >> width, 1) - exponent; left > 0 && rest > 0;) {
    const step = min<u64>(left, 63 - width);
    rest = (rest << step) % divisor;
    left -= step;
  }
  const shift = min<u64>(clz<u64>(rest) - (63 - width), exponent - 1);
  rest <<= shift;
  exponent -= shift;
  if (rest >= implicit) rest += (exponent - 1) << width;
  rest |= bitsOf<T>(a) & sign;
  return sizeof<T>() == 4 ? <T>reinterpret<f32>(<u32>rest) : <T>reinterpret<f64>(rest);
}

/** a - b trunc(a / b) with the sign of a, for one element. */
@unmanaged
class FmodOf {
  @inline
  apply<T>(a: T, b: T): T {
    if (isFloat<T>()) return floatRemainder<T>(a, b);
    return b == <T>0 || b == <T>-1 ? <T>0 : <T>(a % b);
  }
}

/**
 * a - b trunc(a / b) with the sign of a; exact.
 *
 * r = |a| is reduced by multiples of y = |b| whose factor q is a whole number of half as many bits as a significand. With
 * y = high + low, each as short, the products with q are exact, and so are both differences: the first because q high and
 * r are multiples of a large power of two, the second because its result is less than q's last place times y. A quotient
 * that was rounded up makes r negative; that is put right at the end.
 */
function fmod<T>(a: v128, b: v128): v128 {
  if (isInteger<T>()) return mapLanes<T, FmodOf>(a, b);
  const y = v128.and(b, bits<T>(MAGNITUDE));
  const high = v128.and(y, bits<T>(UPPER_HALF));
  const low = v128.sub<T>(y, high);
  let r = v128.and(a, bits<T>(MAGNITUDE));
  let q = v128.div<T>(r, y);
  const ordinary = v128.lt<T>(q, scalar<T>(INFINITE));
  if (!(sizeof<T>() == 4 ? i32x4.all_true(ordinary) : i64x2.all_true(ordinary))) return mapLanes<T, FmodOf>(a, b);
  for (;;) {
    const active = v128.ge<T>(v128.abs<T>(q), scalar<T>(ONE));
    if (!v128.any_true(active)) break;
    q = v128.and(v128.trunc<T>(q), bits<T>(UPPER_HALF));
    const rest = v128.sub<T>(v128.sub<T>(r, v128.mul<T>(q, high)), v128.mul<T>(q, low));
    r = v128.bitselect(rest, r, active);
    q = v128.div<T>(r, y);
  }
  r = v128.add<T>(r, v128.and(y, v128.lt<T>(r, scalar<T>(ZERO))));
  return v128.or(r, v128.and(a, bits<T>(SIGN)));
}

/** Lanes whose remainder has the wrong sign for a quotient rounded down. */
// @ts-ignore: decorator
@inline
function crosses<T>(remainder: v128, b: v128): v128 {
  const zero = v128.splat<T>(<T>0);
  const differ = v128.xor(v128.lt<T>(remainder, zero), v128.lt<T>(b, zero));
  return v128.and(v128.ne<T>(remainder, zero), differ);
}

@unmanaged
class WholeQuotientOf {
  @inline
  apply<T>(a: T, b: T): T {
    return b == <T>0 ? <T>0 : b == <T>-1 ? <T>-a : <T>(a / b);
  }
}

/**
 * PyTorch's `div_floor`: the multiple of b at or below a, divided by b and rounded to the whole number it must be; a zero
 * quotient has the sign of a / b.
 */
function floorDivide<T>(a: v128, b: v128): v128 {
  const remainder = fmod<T>(a, b);
  const down = crosses<T>(remainder, b);
  // A true lane is the integer -1.
  if (isInteger<T>()) return v128.add<T>(mapLanes<T, WholeQuotientOf>(a, b), down);
  const exact = v128.div<T>(a, b);
  const quotient = v128.sub<T>(v128.div<T>(v128.sub<T>(a, remainder), b), v128.and(down, scalar<T>(ONE)));
  const floor = v128.floor<T>(quotient);
  const up = v128.gt<T>(v128.sub<T>(quotient, floor), scalar<T>(HALF));
  const whole = v128.add<T>(floor, v128.and(up, scalar<T>(ONE)));
  const signedZero = v128.and(exact, bits<T>(SIGN));
  const settled = v128.bitselect(signedZero, whole, v128.eq<T>(quotient, scalar<T>(ZERO)));
  return v128.bitselect(exact, settled, v128.eq<T>(b, scalar<T>(ZERO)));
}

/** Remainder with the sign of the dividend, as in C. */
@unmanaged
class Fmod {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return fmod<T>(a, b);
  }
}

/** Remainder with the sign of the divisor, as in Python. */
@unmanaged
class Remainder {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    const remainder = fmod<T>(a, b);
    return v128.bitselect(v128.add<T>(remainder, b), remainder, crosses<T>(remainder, b));
  }
}

/** Quotient rounded down, as in Python. */
@unmanaged
class FloorDivide {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return floorDivide<T>(a, b);
  }
}

/** Quotient cut to its whole part, as in C. */
@unmanaged
class TruncDivide {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return isInteger<T>() ? mapLanes<T, WholeQuotientOf>(a, b) : v128.trunc<T>(v128.div<T>(a, b));
  }
}

export function f32_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_trunc_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, TruncDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_trunc_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, TruncDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_trunc_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, TruncDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
