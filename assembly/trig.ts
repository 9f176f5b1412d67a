// Trigonometric functions.
//
// |x| = n pi/2 + r with |r| <= pi/4, then the polynomial of sine or cosine that the quadrant asks for. In f32 with
// fused operations, where one polynomial up to pi/2 is accurate enough, sin uses |x| = n pi + r.
// Up to REDUCIBLE the multiple of pi is subtracted in four parts (Cody and Waite), so short that every product but the
// last and every difference but the last two is exact; larger arguments go lane by lane through the reduction of Payne and
// Hanek. Polynomials are minimax fits made for this project.
import { bits, HALF, INFINITE, MAGNITUDE, ONE, scalar, SIGN, ZERO } from "./constants";
import { residual } from "./double_word";
import { withSign } from "./exp_log";
import { entry, fma, fnma, polynomial } from "./simd";

/** 1.5 * 2^p, NEAR and REDUCIBLE; 2 / pi and four parts of pi / 2; 1 / pi and four parts of pi. */
const REDUCTION_F32 = memory.data<f32>([
  12582912, 400, 3000,
  0.6366197723675814, 1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.5633440682570896e-12,
  0.3183098861837907, 3.140625, 0.0009675025939941406, 1.5099067240953445e-7, 5.126688136514179e-12,
], 16);
const REDUCTION_F64 = memory.data<f64>([
  6755399441055744, 1e6, 1e6,
  0.6366197723675814, 1.5707963267341256, 6.077094383272197e-11, 6.12323399409214e-17, 1.6446256936324258e-26,
], 16);
const INTEGER_SHIFTER = 0;
/** Up to here the simplest reduction is accurate enough for sin and cos. */
const NEAR = 1;
const REDUCIBLE = 2;
/** The reciprocal of the period; its four parts follow. */
const BY_HALF_PI = 3;
const BY_PI = 8;

/** The integers 1 and 2. */
const INTEGERS_F32 = memory.data<u32>([1, 2], 16);
const INTEGERS_F64 = memory.data<u64>([1, 2], 16);

/** (sin(r) / r - 1) / z in z = r^2: |r| <= pi / 2 in f32, |r| <= pi / 4 in f64. */
const SIN_F32 = memory.data<f32>([
  -0.16666659712791443, 0.008333069272339344, -0.00019809773948509246, 2.606081807243754e-6,
], 16);
const SIN_F64 = memory.data<f64>([
  -0.16666666666666632, 0.00833333333332246, -0.00019841269829818913, 2.7557313689620575e-6, -2.5050757037627704e-8,
  1.589670027961885e-10,
], 16);

/** (cos(r) - 1 + z / 2) / z^2 in z = r^2, |r| <= pi / 4. */
const COS_F32 = memory.data<f32>([0.04166664555668831, -0.0013887311797589064, 2.4432742065982893e-5], 16);
const COS_F64 = memory.data<f64>([
  0.0416666666666666, -0.0013888888888874459, 2.480158728965269e-5, -2.7557314393055203e-7, 2.0875727880335223e-9,
  -1.1359846630673014e-11,
], 16);

/** (asin(x) / x - 1) / z in z = x^2 <= 1/4. */
const ASIN_F32 = memory.data<f32>([
  0.16666753590106964, 0.07495252788066864, 0.04547590762376785, 0.024152852594852448, 0.042210422456264496,
], 16);
const ASIN_F64 = memory.data<f64>([
  0.16666666666665383, 0.07500000000342891, 0.04464285682361212, 0.030381959325859617, 0.022371753652759126,
  0.017359769164883514, 0.013884617450409635, 0.012173156524817865, 0.006511375210487962, 0.019572504514899277,
  -0.01629191630484457, 0.031957515540834806,
], 16);

/** (atan(t) / t - 1) / z in z = t^2, |t| <= tan(pi / 8). */
const ATAN_F32 = memory.data<f32>([
  -0.33333316445350647, 0.1999853104352951, -0.14244455099105835, 0.1059957891702652, -0.060908179730176926,
], 16);
const ATAN_F64 = memory.data<f64>([
  -0.333333333333332, 0.19999999999953647, -0.1428571428019232, 0.11111110782875938, -0.09090897732380097,
  0.07692059634980289, -0.06663096162347229, 0.05847823385525494, -0.0503897238167754, 0.0380552876732549,
  -0.017896208704572144,
], 16);

/** pi / 2, pi / 4, pi and 3 pi / 4, each followed by what it lacks, tan(pi / 8), tan(3 pi / 8), and the scales of atan2. */
const ARC_F32 = memory.data<f32>([
  1.5707963705062866, -4.3711390001862426e-8, 0.7853981852531433, -2.1855695000931213e-8, 3.1415927410125732,
  -8.742278000372485e-8, 2.356194496154785, -5.962440227403018e-9, 0.4142135623730951, 2.414213562373095,
  4294967296, 1.8446744073709552e19,
], 16);
const ARC_F64 = memory.data<f64>([
  1.5707963267948966, 6.123233995736766e-17, 0.7853981633974483, 3.061616997868383e-17, 3.141592653589793,
  1.2246467991473532e-16,
  2.356194490192345, 9.184850993605148e-17, 0.4142135623730951, 2.414213562373095, 1.157920892373162e77,
  1.3407807929942597e154,
], 16);
const HALF_PI = 0;
const QUARTER_PI = 2;
const PI = 4;
const THREE_QUARTERS_PI = 6;
const TAN_PI_8 = 8;
const TAN_3PI_8 = 9;
/** Beyond LARGE atan2 halves its operands, else it multiplies them by SMALL_SCALE. */
const LARGE = 10;
const SMALL_SCALE = 11;

// @ts-ignore: decorator
@inline
function reduction<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? REDUCTION_F32 : REDUCTION_F64, i);
}

// @ts-ignore: decorator
@inline
function arc<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? ARC_F32 : ARC_F64, i);
}

/** x / period + c, rounded. */
// @ts-ignore: decorator
@inline
function periods<T>(x: v128, period: i32, c: v128): v128 {
  return fma<T>(x, reduction<T>(period), c);
}

/** x - n periods, by the first two parts of the period: exact. */
// @ts-ignore: decorator
@inline
function reduceExactly<T>(x: v128, n: v128, period: i32): v128 {
  return fnma<T>(n, reduction<T>(period + 2), fnma<T>(n, reduction<T>(period + 1), x));
}

/** The rest of the reduction: `w` less n times the other two parts. */
// @ts-ignore: decorator
@inline
function reduceFurther<T>(w: v128, n: v128, period: i32): v128 {
  return fnma<T>(n, reduction<T>(period + 4), fnma<T>(n, reduction<T>(period + 3), w));
}

/** x - n pi / 2. */
// @ts-ignore: decorator
@inline
function reduceHalfPi<T>(x: v128, n: v128): v128 {
  const third = v128.mul<T>(n, reduction<T>(BY_HALF_PI + 3)), fourth = v128.mul<T>(n, reduction<T>(BY_HALF_PI + 4));
  return v128.sub<T>(v128.sub<T>(reduceExactly<T>(x, n, BY_HALF_PI), third), fourth);
}

/** What `reduceHalfPi` lacks. */
// @ts-ignore: decorator
@inline
function reduceHalfPiTail<T>(x: v128, n: v128): v128 {
  const w = reduceExactly<T>(x, n, BY_HALF_PI);
  const third = v128.mul<T>(n, reduction<T>(BY_HALF_PI + 3)), fourth = v128.mul<T>(n, reduction<T>(BY_HALF_PI + 4));
  const high = v128.sub<T>(w, third);
  const r = v128.sub<T>(high, fourth);
  return v128.add<T>(v128.sub<T>(v128.sub<T>(w, high), third), v128.sub<T>(v128.sub<T>(high, r), fourth));
}

/** The integer i + 1 in every lane. */
// @ts-ignore: decorator
@inline
function integer<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? INTEGERS_F32 : INTEGERS_F64, i);
}

/** A mask of the odd integers. */
// @ts-ignore: decorator
@inline
function isOdd<T>(n: v128): v128 {
  const unit = integer<T>(0);
  return sizeof<T>() == 4 ? i32x4.eq(v128.and(n, unit), unit) : i64x2.eq(v128.and(n, unit), unit);
}

/** n + 1. */
// @ts-ignore: decorator
@inline
function next<T>(n: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.add(n, integer<T>(0)) : i64x2.add(n, integer<T>(0));
}

/** Bit 0 of an integer moved to the sign. */
// @ts-ignore: decorator
@inline
function parity<T>(n: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(n, 31) : i64x2.shl(n, 63);
}

/** Bit 1 of an integer moved to the sign. */
// @ts-ignore: decorator
@inline
function secondParity<T>(n: v128): v128 {
  const bit = v128.and(n, integer<T>(1));
  return sizeof<T>() == 4 ? i32x4.shl(bit, 30) : i64x2.shl(bit, 62);
}

/** sin(r) - r, z = r^2. */
// @ts-ignore: decorator
@inline
function sinTail<T>(r: v128, z: v128): v128 {
  const p = sizeof<T>() == 4 ? polynomial<T>(z, SIN_F32, 4) : polynomial<T>(z, SIN_F64, 6);
  return v128.mul<T>(v128.mul<T>(r, z), p);
}

/** cos(r) - 1 + z / 2 for |r| <= pi / 4, z = r^2. */
// @ts-ignore: decorator
@inline
function cosTail<T>(z: v128): v128 {
  const p = sizeof<T>() == 4 ? polynomial<T>(z, COS_F32, 3) : polynomial<T>(z, COS_F64, 6);
  return v128.mul<T>(v128.mul<T>(z, z), p);
}

/** sin(r + quadrant pi / 2) for |r| <= pi / 4. */
// @ts-ignore: decorator
@inline
function sinQuadrant<T>(r: v128, quadrant: v128): v128 {
  const z = v128.mul<T>(r, r);
  const sine = v128.add<T>(r, sinTail<T>(r, z));
  const cosine = v128.add<T>(fnma<T>(z, scalar<T>(HALF), scalar<T>(ONE)), cosTail<T>(z));
  return v128.xor(v128.bitselect(cosine, sine, isOdd<T>(quadrant)), secondParity<T>(quadrant));
}

/**
 * tan(r + tail + quadrant pi / 2): sine and cosine with their rounding errors, and one step of correction of the
 * quotient.
 */
// @ts-ignore: decorator
@inline
function tanQuadrant<T>(r: v128, tail: v128, quadrant: v128): v128 {
  const one = scalar<T>(ONE);
  const z = v128.mul<T>(r, r);
  const h = v128.mul<T>(z, scalar<T>(HALF));
  const w = v128.sub<T>(one, h);
  const st = fma<T>(tail, w, sinTail<T>(r, z));
  const sine = v128.add<T>(r, st);
  const sineError = v128.add<T>(v128.sub<T>(r, sine), st);
  const ct = v128.add<T>(v128.sub<T>(v128.sub<T>(one, w), h), fnma<T>(r, tail, cosTail<T>(z)));
  const cosine = v128.add<T>(w, ct);
  const cosineError = v128.add<T>(v128.sub<T>(w, cosine), ct);
  const odd = isOdd<T>(quadrant);
  const n = v128.bitselect(v128.neg<T>(cosine), sine, odd);
  const nError = v128.bitselect(v128.neg<T>(cosineError), sineError, odd);
  const d = v128.bitselect(sine, cosine, odd);
  const dError = v128.bitselect(sineError, cosineError, odd);
  const q = v128.div<T>(n, d);
  const rest = fnma<T>(q, dError, v128.add<T>(residual<T>(n, q, d), nError));
  return v128.add<T>(q, v128.div<T>(rest, d));
}

/**
 * 2 / pi in binary after 64 zero bits; enough for the largest double.
 */
const TWO_OVER_PI = memory.data<u64>([
  0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
  0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea,
  0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
], 16);

/** 64 bits of the table from bit `i` on. */
// @ts-ignore: decorator
@inline
function bitsOfTwoOverPi(i: i32): u64 {
  const p = TWO_OVER_PI + (<usize>(i >> 6) << 3);
  return (load<u64>(p) << (i & 63)) | (load<u64>(p + 8) >> 1 >> (63 - (i & 63)));
}

/** The upper half of the 128-bit product. */
// @ts-ignore: decorator
@inline
function multiplyHigh(a: u64, b: u64): u64 {
  const al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32;
  const u = ah * bl + ((al * bl) >> 32);
  const v = al * bh + (u & 0xffffffff);
  return ah * bh + (u >> 32) + (v >> 32);
}

/** A double without the lower half of its significand. */
// @ts-ignore: decorator
@inline
function upperOfDouble(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xfffffffff8000000);
}

/**
 * Payne and Hanek's reduction of a finite x >= 2^10: the f64 lane 0 of the result is r, the f32 lane 2 what r
 * lacks, the i32 lane 3 the quadrant.
 *
 * With x = m 2^e the bits of 2 / pi that make multiples of 4 are skipped; 192 bits from there times m, modulo 2^192, are
 * x 2 / pi modulo 4 with an error below 2^-136, while r is never below 2^-62 (Muller, "Elementary Functions", 11.3.2).
 */
function reduceLarge(x: f64): v128 {
  const word = reinterpret<u64>(x);
  const m = (word & 0x000fffffffffffff) | 0x0010000000000000;
  const first = <i32>(word >> 52) - 1075 - 2 + 64;
  const w0 = bitsOfTwoOverPi(first), w1 = bitsOfTwoOverPi(first + 64), w2 = bitsOfTwoOverPi(first + 128);
  const p0 = m * w2;
  const middle = multiplyHigh(m, w2);
  const p1 = middle + m * w1;
  const p2 = m * w0 + multiplyHigh(m, w1) + u64(p1 < middle);
  // A fraction of 128 bits, rounded to the nearest quadrant: its sign and magnitude.
  let quadrant = <i32>(p2 >> 62);
  let high = (p2 << 2) | (p1 >> 62), low = (p1 << 2) | (p0 >> 62);
  const negative = <i64>high < 0;
  if (negative) {
    quadrant++;
    low = ~low + 1;
    high = ~high + u64(low == 0);
  }
  // Two doubles of 53 bits each, counted from the leading one.
  const zeros = <u64>clz(high);
  if (zeros > 0) {
    high = (high << zeros) | (low >> (64 - zeros));
    low <<= zeros;
  }
  const unit = reinterpret<f64>((1023 - 53 - zeros) << 52);
  const a = <f64>(high >> 11) * unit;
  const b = <f64>(((high & 0x7ff) << 42) | (low >> 22)) * unit * 1.1102230246251565e-16;
  // (a + b) (pi / 2) with the product error of the leading terms.
  const pi = load<f64>(ARC_F64), piHigh = upperOfDouble(pi), piLow = pi - piHigh;
  const ah = upperOfDouble(a), al = a - ah;
  const product = a * pi;
  const rest = ((ah * piHigh - product) + ah * piLow + al * piHigh) + al * piLow + a * load<f64>(ARC_F64 + 8) + b * pi;
  const r = product + rest, tail = (product - r) + rest;
  let result = f64x2.splat(negative ? -r : r);
  result = f32x4.replace_lane(result, 2, <f32>(negative ? -tail : tail));
  return i32x4.replace_lane(result, 3, quadrant);
}

const SINE = 0;
const COSINE = 1;
const TANGENT = 2;

/** The function `kind` of one |x| beyond REDUCIBLE. */
function large<T>(x: T, kind: i32): T {
  if (!(x < <T>Infinity)) return <T>NaN;
  const reduced = reduceLarge(<f64>x);
  const r = f64x2.extract_lane(reduced, 0), tail = <f64>f32x4.extract_lane(reduced, 2);
  const q = i32x4.extract_lane(reduced, 3) + (kind == COSINE ? 1 : 0);
  const quadrant = sizeof<T>() == 4 ? i32x4.splat(q) : i64x2.splat(q);
  const high = v128.splat<T>(<T>r);
  const low = v128.splat<T>(<T>(r - <f64><T>r + tail));
  const y = kind == TANGENT ? tanQuadrant<T>(high, low, quadrant) : sinQuadrant<T>(high, quadrant);
  return v128.extract_lane<T>(y, 0);
}

/** `y` with the lanes of `x`, x >= 0, that are beyond NEAR computed with more care. */
function withFar<T>(y: v128, x: v128, kind: i32): v128 {
  if (sizeof<T>() == 4 && kind != TANGENT) {
    const t = periods<T>(x, BY_HALF_PI, reduction<T>(INTEGER_SHIFTER));
    const n = v128.sub<T>(t, reduction<T>(INTEGER_SHIFTER));
    const r = reduceHalfPi<T>(x, n), tail = reduceHalfPiTail<T>(x, n);
    const careful = sinQuadrant<T>(v128.add<T>(r, tail), kind == COSINE ? next<T>(t) : t);
    y = v128.bitselect(careful, y, v128.gt<T>(x, reduction<T>(NEAR)));
  }
  const limit = v128.extract_lane<T>(reduction<T>(REDUCIBLE), 0);
  const x0 = v128.extract_lane<T>(x, 0), x1 = v128.extract_lane<T>(x, 1);
  if (x0 > limit) y = v128.replace_lane<T>(y, 0, large<T>(x0, kind));
  if (x1 > limit) y = v128.replace_lane<T>(y, 1, large<T>(x1, kind));
  if (sizeof<T>() == 4) {
    const x2 = f32x4.extract_lane(x, 2), x3 = f32x4.extract_lane(x, 3);
    if (x2 > limit) y = f32x4.replace_lane(y, 2, large<f32>(x2, kind));
    if (x3 > limit) y = f32x4.replace_lane(y, 3, large<f32>(x3, kind));
  }
  return y;
}

/** Whether any lane of x >= 0 exceeds the entry `limit` of the table. */
// @ts-ignore: decorator
@inline
function anyAbove<T>(x: v128, limit: i32): bool {
  return v128.any_true(v128.gt<T>(x, reduction<T>(limit)));
}

/** Whether sin uses one polynomial up to pi / 2: accurate enough in f32 with fused operations. */
// @ts-ignore: decorator
@inline
function onePolynomial<T>(): bool {
  return sizeof<T>() == 4 && ASC_FEATURE_RELAXED_SIMD;
}

/** sin(r) for |r| <= pi / 2, for f32. */
// @ts-ignore: decorator
@inline
function sinHalfTurn<T>(r: v128): v128 {
  const z = v128.mul<T>(r, r);
  return fma<T>(v128.mul<T>(r, z), polynomial<T>(z, SIN_F32, 4), r);
}

/** sin of |x| up to NEAR. */
// @ts-ignore: decorator
@inline
function sinNear<T>(a: v128): v128 {
  const shifter = reduction<T>(INTEGER_SHIFTER), period = onePolynomial<T>() ? BY_PI : BY_HALF_PI;
  const t = periods<T>(a, period, shifter);
  const n = v128.sub<T>(t, shifter);
  const r = reduceFurther<T>(reduceExactly<T>(a, n, period), n, period);
  if (!onePolynomial<T>()) return sinQuadrant<T>(r, t);
  return v128.xor(sinHalfTurn<T>(r), parity<T>(t));
}

/** cos of |x| up to NEAR. */
// @ts-ignore: decorator
@inline
function cosNear<T>(a: v128): v128 {
  const shifter = reduction<T>(INTEGER_SHIFTER);
  const t = periods<T>(a, BY_HALF_PI, shifter);
  const n = v128.sub<T>(t, shifter);
  return sinQuadrant<T>(reduceFurther<T>(reduceExactly<T>(a, n, BY_HALF_PI), n, BY_HALF_PI), next<T>(t));
}

/** sin(x). */
// @ts-ignore: decorator
@inline
export function vsin<T>(x: v128): v128 {
  const a = v128.and(x, bits<T>(MAGNITUDE));
  let y = sinNear<T>(a);
  if (anyAbove<T>(a, NEAR)) y = withFar<T>(y, a, SINE);
  return v128.xor(y, v128.and(x, bits<T>(SIGN)));
}

/** cos(x). */
// @ts-ignore: decorator
@inline
export function vcos<T>(x: v128): v128 {
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const y = cosNear<T>(a);
  return anyAbove<T>(a, NEAR) ? withFar<T>(y, a, COSINE) : y;
}

/** tan(x). */
// @ts-ignore: decorator
@inline
export function vtan<T>(x: v128): v128 {
  const shifter = reduction<T>(INTEGER_SHIFTER);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const t = periods<T>(a, BY_HALF_PI, shifter);
  const n = v128.sub<T>(t, shifter);
  let y = tanQuadrant<T>(reduceHalfPi<T>(a, n), reduceHalfPiTail<T>(a, n), t);
  if (anyAbove<T>(a, REDUCIBLE)) y = withFar<T>(y, a, TANGENT);
  return v128.xor(y, v128.and(x, bits<T>(SIGN)));
}

/** asin(x) - x for |x| <= 1/2, z = x^2. */
// @ts-ignore: decorator
@inline
function asinTail<T>(x: v128, z: v128): v128 {
  const p = sizeof<T>() == 4 ? polynomial<T>(z, ASIN_F32, 5) : polynomial<T>(z, ASIN_F64, 12);
  return v128.mul<T>(v128.mul<T>(x, z), p);
}

/** asin(x); beyond 1/2 it is pi/2 - 2 asin(sqrt((1 - |x|) / 2)). */
// @ts-ignore: decorator
@inline
export function vasin<T>(x: v128): v128 {
  const half = scalar<T>(HALF);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const beyond = v128.gt<T>(a, half);
  const complement = v128.mul<T>(v128.sub<T>(scalar<T>(ONE), a), half);
  const z = v128.bitselect(complement, v128.mul<T>(a, a), beyond);
  const s = v128.bitselect(v128.sqrt<T>(complement), a, beyond);
  const tail = asinTail<T>(s, z);
  const rest = v128.sub<T>(v128.add<T>(tail, tail), arc<T>(HALF_PI + 1));
  const far = v128.sub<T>(arc<T>(HALF_PI), v128.add<T>(v128.add<T>(s, s), rest));
  return withSign<T>(v128.bitselect(far, v128.add<T>(s, tail), beyond), x);
}

/** acos(x): pi/2 - asin(x) up to 1/2, then 2 asin(sqrt((1 - x) / 2)), or pi less that of -x. */
// @ts-ignore: decorator
@inline
export function vacos<T>(x: v128): v128 {
  const half = scalar<T>(HALF);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const beyond = v128.gt<T>(a, half);
  const negative = v128.lt<T>(x, scalar<T>(ZERO));
  const complement = v128.mul<T>(v128.sub<T>(scalar<T>(ONE), a), half);
  const z = v128.bitselect(complement, v128.mul<T>(x, x), beyond);
  const s = v128.bitselect(v128.sqrt<T>(complement), x, beyond);
  const tail = asinTail<T>(s, z);
  const near = v128.sub<T>(arc<T>(HALF_PI), v128.add<T>(s, v128.sub<T>(tail, arc<T>(HALF_PI + 1))));
  const twice = v128.add<T>(v128.add<T>(s, s), v128.add<T>(tail, tail));
  const rest = v128.sub<T>(v128.add<T>(tail, tail), arc<T>(PI + 1));
  const opposite = v128.sub<T>(arc<T>(PI), v128.add<T>(v128.add<T>(s, s), rest));
  return v128.bitselect(v128.bitselect(opposite, twice, negative), near, beyond);
}

/** base + atan(t) for |t| <= tan(pi / 8), `rest` being what the base lacks. */
// @ts-ignore: decorator
@inline
function atanSum<T>(t: v128, base: v128, rest: v128): v128 {
  const z = v128.mul<T>(t, t);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, ATAN_F32, 5) : polynomial<T>(z, ATAN_F64, 11);
  return v128.add<T>(base, v128.add<T>(t, fma<T>(v128.mul<T>(t, z), p, rest)));
}

/** atan(x): pi/2 - atan(1/x) from tan(3 pi / 8) on, pi/4 + atan((x - 1) / (x + 1)) from tan(pi / 8) on (Cephes). */
// @ts-ignore: decorator
@inline
export function vatan<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const middle = v128.gt<T>(a, arc<T>(TAN_PI_8)), far = v128.gt<T>(a, arc<T>(TAN_3PI_8));
  const n = v128.bitselect(v128.neg<T>(one), v128.bitselect(v128.sub<T>(a, one), a, middle), far);
  const d = v128.bitselect(a, v128.bitselect(v128.add<T>(a, one), one, middle), far);
  const base = v128.bitselect(arc<T>(HALF_PI), v128.and(arc<T>(QUARTER_PI), middle), far);
  const rest = v128.bitselect(arc<T>(HALF_PI + 1), v128.and(arc<T>(QUARTER_PI + 1), middle), far);
  return withSign<T>(atanSum<T>(v128.div<T>(n, d), base, rest), x);
}

/** Angle of the point (x, y), in which the smaller magnitude over the larger is the tangent of an angle up to pi / 4. */
// @ts-ignore: decorator
@inline
export function vatan2<T>(y: v128, x: v128): v128 {
  const zero = scalar<T>(ZERO), one = scalar<T>(ONE), infinite = scalar<T>(INFINITE);
  const ax = v128.and(x, bits<T>(MAGNITUDE)), ay = v128.and(y, bits<T>(MAGNITUDE));
  const steep = v128.gt<T>(ay, ax);
  const left = sizeof<T>() == 4 ? i32x4.lt_s(x, zero) : i64x2.lt_s(x, zero);
  // 0 / 0 counts as 0, and infinity / infinity as 1.
  const equal = v128.eq<T>(ax, ay);
  const origin = v128.and(equal, v128.eq<T>(ax, zero)), corner = v128.and(equal, v128.eq<T>(ax, infinite));
  const low = v128.bitselect(one, v128.min<T>(ax, ay), corner);
  const high = v128.bitselect(one, v128.max<T>(ax, ay), v128.or(corner, origin));
  // Scaled so that their sum cannot overflow, or away from the denormals.
  const scale = v128.bitselect(scalar<T>(HALF), arc<T>(SMALL_SCALE), v128.gt<T>(high, arc<T>(LARGE)));
  const a = v128.mul<T>(low, scale), b = v128.mul<T>(high, scale);
  const middle = v128.gt<T>(a, v128.mul<T>(b, arc<T>(TAN_PI_8)));
  const n = v128.bitselect(v128.sub<T>(a, b), a, middle), d = v128.bitselect(v128.add<T>(a, b), b, middle);
  const t = v128.xor(v128.div<T>(n, d), v128.and(v128.xor(steep, left), bits<T>(SIGN)));
  const base = atan2Base<T>(0, middle, steep, left), rest = atan2Base<T>(1, middle, steep, left);
  return withSign<T>(atanSum<T>(t, base, rest), y);
}

/** The multiple of pi/4 that atan2 starts from, or (`part` 1) what it lacks. */
// @ts-ignore: decorator
@inline
function atan2Base<T>(part: i32, middle: v128, steep: v128, left: v128): v128 {
  const diagonal = v128.bitselect(arc<T>(THREE_QUARTERS_PI + part), arc<T>(QUARTER_PI + part), left);
  const axis = v128.bitselect(arc<T>(HALF_PI + part), v128.and(arc<T>(PI + part), left), steep);
  return v128.bitselect(diagonal, axis, middle);
}
