// Division with a whole quotient: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary` for
// the layout. There are no vector instructions for these, so lanes are computed one by one.
//
// Integer division by zero gives 0 (the caller reports the error), and the smallest integer divided by -1 wraps.
import { mapBinary } from "./map";

/** Applies `Op.apply<T>(a, b)` to every lane. */
function mapLanes<T, Op>(a: v128, b: v128): v128 {
  const op = changetype<Op>(0);
  let out = v128.replace_lane<T>(a, 0, op.apply<T>(v128.extract_lane<T>(a, 0), v128.extract_lane<T>(b, 0)));
  out = v128.replace_lane<T>(out, 1, op.apply<T>(v128.extract_lane<T>(a, 1), v128.extract_lane<T>(b, 1)));
  if (sizeof<T>() == 4) {
    out = v128.replace_lane<T>(out, 2, op.apply<T>(v128.extract_lane<T>(a, 2), v128.extract_lane<T>(b, 2)));
    out = v128.replace_lane<T>(out, 3, op.apply<T>(v128.extract_lane<T>(a, 3), v128.extract_lane<T>(b, 3)));
  }
  return out;
}

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

/** a - b trunc(a / b), exact: the sign of a. */
// @ts-ignore: decorator
@inline
function truncatedRemainder<T>(a: T, b: T): T {
  if (isFloat<T>()) return floatRemainder<T>(a, b);
  return b == <T>0 || b == <T>-1 ? <T>0 : <T>(a % b);
}

/** Whether a nonzero remainder has the wrong sign for a quotient rounded down. */
// @ts-ignore: decorator
@inline
function crosses<T>(remainder: T, b: T): bool {
  return remainder != <T>0 && (remainder < <T>0) != (b < <T>0);
}

@unmanaged
class FmodOf {
  @inline
  apply<T>(a: T, b: T): T {
    return truncatedRemainder<T>(a, b);
  }
}

@unmanaged
class RemainderOf {
  @inline
  apply<T>(a: T, b: T): T {
    const remainder = truncatedRemainder<T>(a, b);
    return crosses<T>(remainder, b) ? <T>(remainder + b) : remainder;
  }
}

/** PyTorch's `div_floor`: the exact multiple of b below a, divided by b and rounded to the whole number it must be. */
@unmanaged
class FloorDivideOf {
  @inline
  apply<T>(a: T, b: T): T {
    if (isInteger<T>()) {
      if (b == <T>0) return <T>0;
      if (b == <T>-1) return <T>-a;
      return <T>(a / b - <T>crosses<T>(<T>(a % b), b));
    }
    if (b == <T>0) return <T>(a / b);
    const remainder = floatRemainder<T>(a, b);
    const quotient = <T>((a - remainder) / b - <T>crosses<T>(remainder, b));
    if (quotient == <T>0) return copysign<T>(<T>0, <T>(a / b));
    const whole = floor<T>(quotient);
    return quotient - whole > <T>0.5 ? <T>(whole + <T>1) : whole;
  }
}

/** Remainder with the sign of the dividend, as in C. */
@unmanaged
class Fmod {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return mapLanes<T, FmodOf>(a, b);
  }
}

/** Remainder with the sign of the divisor, as in Python. */
@unmanaged
class Remainder {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return mapLanes<T, RemainderOf>(a, b);
  }
}

/** Quotient rounded down, as in Python. */
@unmanaged
class FloorDivide {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return mapLanes<T, FloorDivideOf>(a, b);
  }
}

export function f32_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_fmod(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_remainder(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<f64, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_floor_divide(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinary<i32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
