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

/** a - b trunc(a / b), exact: the sign of a. */
// @ts-ignore: decorator

function truncatedRemainder<T>(a: T, b: T): T {
  if (isInteger<T>()) return b == <T> 0 || b == <T> -1 ? <T> 0 : <T> (a % b);
  return <T> (a % b);
}

/** Whether a nonzero remainder has the wrong sign for a quotient rounded down. */
// @ts-ignore: decorator

function crosses<T>(remainder: T, b: T): bool {
  return remainder != <T> 0 && (remainder < <T> 0) != (b < <T> 0);
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
    return crosses<T>(remainder, b) ? <T> (remainder + b) : remainder;
  }
}

/** PyTorch's `div_floor`: the exact multiple of b below a, divided by b and rounded to the whole number it must be. */
@unmanaged
class FloorDivideOf {
  @inline
  apply<T>(a: T, b: T): T {
    if (isInteger<T>()) {
      if (b == <T> 0) return <T> 0;
      if (b == <T> -1) return <T> -a;
      return <T> (a / b - <T> crosses<T>(<T> (a % b), b));
    }
    if (b == <T> 0) return <T> (a / b);
    const remainder = <T> (a % b);
    const quotient = <T> ((a - remainder) / b - <T> crosses<T>(remainder, b));
    if (quotient == <T> 0) return copysign<T>(<T> 0, <T> (a / b));
    const whole = floor<T>(quotient);
    return quotient - whole > <T> 0.5 ? <T> (whole + <T> 1) : whole;
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

export function f32_fmod(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_fmod(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f64, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_fmod(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<i32, Fmod>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_remainder(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_remainder(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f64, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_remainder(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<i32, Remainder>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_floor_divide(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_floor_divide(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<f64, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_floor_divide(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  cols: i32,
  aRow: i32,
  aCol: i32,
  bRow: i32,
  bCol: i32,
  p0: f64,
  p1: f64,
): void {
  mapBinary<i32, FloorDivide>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
