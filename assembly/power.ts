// deno-fmt-ignore-file: it drops the decorators of functions.
// Powers, angles and logarithms of two operands: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see
// `mapBinary` for the layout.
import { INFINITE, LOG2_E, ONE, scalar, ZERO } from "./constants";
import { vexp, vexp2, vlog, vlog1p } from "./exp_log";
import { mapBinaryLong, mapLanes } from "./map";
import { vpow } from "./pow";
import { entry, fma } from "./simd";
import { vatan2 } from "./trig";

/** a log(b), and 0 where a = 0 unless b is NaN. */
// @ts-ignore: decorator
@inline
function xlogy<T>(a: v128, b: v128): v128 {
  const vanishes = v128.and(v128.eq<T>(a, scalar<T>(ZERO)), v128.eq<T>(b, b));
  return v128.andnot(v128.mul<T>(a, vlog<T>(b)), vanishes);
}

/** log(exp(a) + exp(b)) = max + log1p(exp(-|a - b|)); infinities of one sign are equal, and their difference is NaN. */
// @ts-ignore: decorator
@inline
function logAddExp<T>(a: v128, b: v128): v128 {
  const difference = v128.abs<T>(v128.sub<T>(a, b));
  const sum = v128.add<T>(v128.max<T>(a, b), vlog1p<T>(vexp<T>(v128.neg<T>(difference))));
  const sameInfinity = v128.and(v128.eq<T>(a, b), v128.ne<T>(difference, difference));
  return v128.bitselect(a, sum, sameInfinity);
}

/** log2(2^a + 2^b), arranged likewise. */
// @ts-ignore: decorator
@inline
function logAddExp2<T>(a: v128, b: v128): v128 {
  const difference = v128.abs<T>(v128.sub<T>(a, b));
  const excess = v128.mul<T>(vlog1p<T>(vexp2<T>(v128.neg<T>(difference))), scalar<T>(LOG2_E));
  const sum = v128.add<T>(v128.max<T>(a, b), excess);
  const sameInfinity = v128.and(v128.eq<T>(a, b), v128.ne<T>(difference, difference));
  return v128.bitselect(a, sum, sameInfinity);
}

/**
 * Numbers above SCALE[0] are multiplied by SCALE[1] before they are squared, numbers below SCALE[3] by SCALE[4]; SCALE[2]
 * and SCALE[5] undo it. All are powers of two, so nothing is rounded.
 */
const SCALE_F32 = memory.data<f32>([
  4.611686018427388e18, 1.3552527156068805e-20, 7.378697629483821e19,
  8.881784197001252e-16, 1.2379400392853803e27, 8.077935669463161e-28,
], 16);
const SCALE_F64 = memory.data<f64>([
  3.3519519824856493e153, 2.913414348125081e-157, 3.432398830065305e156,
  3.8725919148493183e-121, 4.149515568880993e180, 2.409919865102884e-181,
], 16);

// @ts-ignore: decorator
@inline
function scale<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? SCALE_F32 : SCALE_F64, i);
}

/** sqrt(a^2 + b^2) without overflow or underflow on the way; infinite where either is, even beside NaN. */
// @ts-ignore: decorator
@inline
function hypot<T>(a: v128, b: v128): v128 {
  a = v128.abs<T>(a);
  b = v128.abs<T>(b);
  const larger = v128.max<T>(a, b);
  const large = v128.gt<T>(larger, scale<T>(0));
  const small = v128.lt<T>(larger, scale<T>(3));
  const down = v128.bitselect(scale<T>(1), v128.bitselect(scale<T>(4), scalar<T>(ONE), small), large);
  const up = v128.bitselect(scale<T>(2), v128.bitselect(scale<T>(5), scalar<T>(ONE), small), large);
  const x = v128.mul<T>(a, down);
  const y = v128.mul<T>(b, down);
  const length = v128.mul<T>(v128.sqrt<T>(fma<T>(x, x, v128.mul<T>(y, y))), up);
  const infinity = scalar<T>(INFINITE);
  return v128.bitselect(infinity, length, v128.or(v128.eq<T>(a, infinity), v128.eq<T>(b, infinity)));
}

@unmanaged
class XLogY {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return xlogy<T>(a, b);
  }
}

@unmanaged
class LogAddExp {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return logAddExp<T>(a, b);
  }
}

@unmanaged
class LogAddExp2 {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return logAddExp2<T>(a, b);
  }
}

@unmanaged
class Hypot {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return hypot<T>(a, b);
  }
}

/** The angle of the point (b, a). */
@unmanaged
class ArcTangent2 {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return vatan2<T>(a, b);
  }
}

@unmanaged
class Power {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return vpow<T>(a, b);
  }
}

/** a^b by squaring, wrapping; for b < 0 the reciprocal cut to a whole number: 0 unless |a| = 1. 0^b is 0 then. */
@unmanaged
class IntegerPowerOf {
  apply<T>(a: T, b: T): T {
    if (b < <T>0) {
      if (a == <T>1) return <T>1;
      return a == <T>-1 ? <T>(1 - ((<i32>b & 1) << 1)) : <T>0;
    }
    let power: T = <T>1;
    for (; b > <T>0; b >>= 1) {
      if (b & <T>1) power *= a;
      a *= a;
    }
    return power;
  }
}

@unmanaged
class IntegerPower {
  @inline
  map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 {
    return mapLanes<T, IntegerPowerOf>(a, b);
  }
}

export function f32_xlogy(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, XLogY>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_xlogy(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, XLogY>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_logaddexp(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, LogAddExp>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_logaddexp(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, LogAddExp>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_logaddexp2(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, LogAddExp2>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_logaddexp2(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, LogAddExp2>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_hypot(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, Hypot>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_hypot(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, Hypot>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_atan2(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, ArcTangent2>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_atan2(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, ArcTangent2>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_pow(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, Power>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_pow(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, Power>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function i32_pow(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<i32, IntegerPower>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
