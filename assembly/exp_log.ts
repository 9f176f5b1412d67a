// Exponentials and logarithms.
//
// exp: x = n ln 2 + r with |r| <= ln 2 / 2, ln 2 split in two as in Cody and Waite, and exp(x) = 2^n (1 + r + r^2 q(r)).
// log: x = 2^e (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), s = f / (2 + f), and log(1 + f) = f - (h - s (h + z p(z))) with
// h = f^2 / 2, z = s^2: the arrangement of fdlibm's e_log.c. q and p are minimax polynomials fitted for this project.
import {
  bits,
  DENORMAL_EXPONENT,
  DENORMAL_SCALE,
  EXP2_LIMIT,
  EXP2_SAFE,
  EXP_OVERFLOW,
  EXP_SAFE,
  EXP_UNDERFLOW,
  EXPM1_MINUS_ONE,
  EXPONENT_OFFSET,
  HALF,
  INFINITE,
  INTEGER_BASE,
  LN2,
  LN2_HIGH,
  LN2_LOW,
  LOG2_E,
  MAGNITUDE,
  MANTISSA,
  MIN_NORMAL,
  NOT_A_NUMBER,
  ONE,
  scalar,
  SHIFTER,
  SIGN,
  SQRT_HALF_BITS,
  SQRT_HALF_TO_ONE,
  TWO,
  UPPER_HALF,
  ZERO,
} from "./constants";
import { entry, fma, fnma, polynomial } from "./simd";

/** (exp(r) - 1 - r) / r^2 in r. */
const EXP_F32 = memory.data<f32>([
  0.4999999403953552, 0.1666651964187622, 0.04166824370622635, 0.00836884044110775, 0.001382300048135221,
], 16);
const EXP_F64 = memory.data<f64>([
  0.5000000000000011, 0.1666666666666642, 0.04166666666652626, 0.00833333333349005, 0.0013888888944657933,
  0.0001984126951728525, 2.4801492017344203e-5, 2.755757568209894e-6, 2.763064208084909e-7, 2.5003822343622367e-8,
], 16);

/** (log((1 + s) / (1 - s)) / s - 2) / z in z = s^2. */
const LOG_F32 = memory.data<f32>([0.6666677594184875, 0.3997757136821747, 0.2987135052680969], 16);
const LOG_F64 = memory.data<f64>([
  0.6666666666666735, 0.3999999999940986, 0.2857142874349588, 0.22222198454866576, 0.1818357073243037,
  0.1531387989169411, 0.14797725244010923,
], 16);

/** 1 / ln b and log_b(2), each as a first part that is exact in products and a rest: b = 2, then b = 10. */
const LOG_BASE_F32 = memory.data<f32>([
  1.44287109375, -0.00017605286103659264, 1, 0, 0.434326171875, -3.168997174817235e-5, 0.301025390625,
  4.605038981195214e-6,
], 16);
const LOG_BASE_F64 = memory.data<f64>([
  1.4426950514316559, -1.0542692476429138e-8, 1, 0, 0.4342944845557213, -2.6524694553078553e-9, 0.3010299956640665,
  -8.532344317057107e-14,
], 16);
const BASE_2 = 0;
const BASE_10 = 4;
export const NATURAL = -1;

/** round(x / ln 2) + SHIFTER. */
// @ts-ignore: decorator
@inline
export function shifted<T>(x: v128): v128 {
  return fma<T>(x, scalar<T>(LOG2_E), scalar<T>(SHIFTER));
}

/** 2^n for n + SHIFTER; 2^n must be a normal number. */
// @ts-ignore: decorator
@inline
export function powerOfTwo<T>(shifted: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(shifted, 23) : i64x2.shl(shifted, 52);
}

/** x - n ln 2. */
// @ts-ignore: decorator
@inline
export function expRemainder<T>(x: v128, n: v128): v128 {
  return fnma<T>(n, scalar<T>(LN2_LOW), fnma<T>(n, scalar<T>(LN2_HIGH), x));
}

/** q(r), or q(-r), for z = r^2; pairs of terms shorten the chain of dependent operations. */
// @ts-ignore: decorator
@inline
function expQuotient<T>(r: v128, z: v128, negated: bool = false): v128 {
  if (sizeof<T>() == 8) return polynomial<T>(negated ? v128.neg<T>(r) : r, EXP_F64, 10);
  const one = entry<T>(EXP_F32, 1), three = entry<T>(EXP_F32, 3), zero = entry<T>(EXP_F32, 0), two = entry<T>(EXP_F32, 2);
  const low = negated ? fnma<T>(r, one, zero) : fma<T>(r, one, zero);
  const high = negated ? fnma<T>(r, three, two) : fma<T>(r, three, two);
  return fma<T>(z, fma<T>(z, entry<T>(EXP_F32, 4), high), low);
}

/** exp(r) - 1 - r for |r| <= ln 2 / 2. */
// @ts-ignore: decorator
@inline
export function expTail<T>(r: v128): v128 {
  const z = v128.mul<T>(r, r);
  return v128.mul<T>(z, expQuotient<T>(r, z));
}

/** exp(r) - 1 for |r| <= ln 2 / 2. */
// @ts-ignore: decorator
@inline
export function expm1Remainder<T>(r: v128): v128 {
  const z = v128.mul<T>(r, r);
  return fma<T>(z, expQuotient<T>(r, z), r);
}

/** 2^n (a + b): two factors, because 2^n alone may be out of range. */
// @ts-ignore: decorator
@inline
export function scaleByPower<T>(a: v128, b: v128, n: v128): v128 {
  const half = v128.nearest<T>(v128.mul<T>(n, scalar<T>(HALF)));
  const s = powerOfTwo<T>(v128.add<T>(half, scalar<T>(SHIFTER)));
  const t = powerOfTwo<T>(v128.add<T>(v128.sub<T>(n, half), scalar<T>(SHIFTER)));
  return v128.mul<T>(fma<T>(b, s, v128.mul<T>(a, s)), t);
}

/** a exp(x + low) over the whole range of exp, |a| being 1 or greater where exp(x) is denormal and low below an ulp of x. */
export function scaledExp<T>(x: v128, low: v128, a: v128): v128 {
  const clamped = v128.max<T>(v128.min<T>(x, scalar<T>(EXP_OVERFLOW)), scalar<T>(EXP_UNDERFLOW));
  const n = v128.sub<T>(shifted<T>(clamped), scalar<T>(SHIFTER));
  const r = v128.add<T>(expRemainder<T>(clamped, n), low);
  return scaleByPower<T>(a, v128.mul<T>(a, expm1Remainder<T>(r)), n);
}

/** Whether |x| of any lane exceeds the scalar at position `limit`. NaN does not. */
// @ts-ignore: decorator
@inline
export function anyBeyond<T>(x: v128, limit: i32): bool {
  return v128.any_true(v128.gt<T>(v128.and(x, bits<T>(MAGNITUDE)), scalar<T>(limit)));
}

/** exp(x). */
// @ts-ignore: decorator
@inline
export function vexp<T>(x: v128): v128 {
  if (anyBeyond<T>(x, EXP_SAFE)) return scaledExp<T>(x, scalar<T>(ZERO), scalar<T>(ONE));
  return expSafe<T>(x);
}

/** Up to this magnitude `expSafe` holds. */
// @ts-ignore: decorator
@inline
export function expNearLimit<T>(): v128 {
  return scalar<T>(EXP_SAFE);
}

/** exp(x) for |x| <= EXP_SAFE. */
// @ts-ignore: decorator
@inline
function expSafe<T>(x: v128): v128 {
  const t = shifted<T>(x);
  return expReduced<T>(t, shiftedRemainder<T>(x, t));
}

/** Whether any lane is below -EXP_SAFE. NaN is not. */
// @ts-ignore: decorator
@inline
export function anyBelow<T>(x: v128): bool {
  return v128.any_true(v128.lt<T>(x, v128.neg<T>(scalar<T>(EXP_SAFE))));
}

/** exp(x) for x <= 0, given what `expReduced` makes of it: 0 at scores that a mask has put out of reach. */
export function expVanishing<T>(y: v128, x: v128): v128 {
  const beyond = v128.lt<T>(x, v128.neg<T>(scalar<T>(EXP_SAFE)));
  const denormal = v128.and(beyond, v128.gt<T>(x, scalar<T>(EXP_UNDERFLOW)));
  return v128.any_true(denormal) ? scaledExp<T>(x, scalar<T>(ZERO), scalar<T>(ONE)) : v128.andnot(y, beyond);
}

/** exp(x) for x <= 0. */
// @ts-ignore: decorator
@inline
export function expNegative<T>(x: v128): v128 {
  const y = expSafe<T>(x);
  return anyBelow<T>(x) ? expVanishing<T>(y, x) : y;
}

/** x - n ln 2 for n + SHIFTER. */
// @ts-ignore: decorator
@inline
export function shiftedRemainder<T>(x: v128, t: v128): v128 {
  return expRemainder<T>(x, v128.sub<T>(t, scalar<T>(SHIFTER)));
}

/** 2^n exp(r) for n + SHIFTER. */
// @ts-ignore: decorator
@inline
export function expReduced<T>(t: v128, r: v128): v128 {
  const s = powerOfTwo<T>(t);
  return fma<T>(expm1Remainder<T>(r), s, s);
}

/** 1 + s (1 + p) for a power of two s, rounded once unless s is so large that 1 + s is not exact. */
// @ts-ignore: decorator
@inline
export function onePlusScaled<T>(s: v128, p: v128): v128 {
  const one = scalar<T>(ONE);
  const sum = v128.add<T>(s, one);
  return v128.add<T>(sum, fma<T>(p, s, v128.add<T>(v128.sub<T>(s, sum), one)));
}

/** 1 + exp(x) for |x| <= EXP_SAFE. */
// @ts-ignore: decorator
@inline
export function onePlusExp<T>(x: v128): v128 {
  const t = shifted<T>(x);
  return onePlusScaled<T>(powerOfTwo<T>(t), expm1Remainder<T>(shiftedRemainder<T>(x, t)));
}

/** n + SHIFTER for n = round(-x / ln 2). */
// @ts-ignore: decorator
@inline
export function shiftedOpposite<T>(x: v128): v128 {
  return fnma<T>(x, scalar<T>(LOG2_E), scalar<T>(SHIFTER));
}

/** x + n ln 2 for n + SHIFTER. */
// @ts-ignore: decorator
@inline
export function shiftedSum<T>(x: v128, t: v128): v128 {
  const n = v128.sub<T>(t, scalar<T>(SHIFTER));
  return fma<T>(n, scalar<T>(LN2_LOW), fma<T>(n, scalar<T>(LN2_HIGH), x));
}

/**
 * 1 + exp(-x), given `shiftedOpposite` and `shiftedSum`, where every power of two that exp's reduction meets can be added
 * to 1 exactly: |x| up to 16 (f32), 36 (f64). The bits are those of `onePlusExp(-x)`, whose correction is zero there.
 */
// @ts-ignore: decorator
@inline
export function onePlusExpReduced<T>(t: v128, r: v128): v128 {
  const s = powerOfTwo<T>(t), z = v128.mul<T>(r, r);
  const p = fnma<T>(z, expQuotient<T>(r, z, true), r);
  return fnma<T>(p, s, v128.add<T>(s, scalar<T>(ONE)));
}

/** 2^x. */
// @ts-ignore: decorator
@inline
export function vexp2<T>(x: v128): v128 {
  if (anyBeyond<T>(x, EXP2_SAFE)) return exp2Slow<T>(x);
  const t = v128.add<T>(x, scalar<T>(SHIFTER));
  const s = powerOfTwo<T>(t);
  const r = v128.sub<T>(x, v128.sub<T>(t, scalar<T>(SHIFTER)));
  return fma<T>(expm1Remainder<T>(v128.mul<T>(r, scalar<T>(LN2))), s, s);
}

function exp2Slow<T>(x: v128): v128 {
  const limit = scalar<T>(EXP2_LIMIT);
  const clamped = v128.max<T>(v128.min<T>(x, limit), v128.neg<T>(limit));
  const n = v128.sub<T>(v128.add<T>(clamped, scalar<T>(SHIFTER)), scalar<T>(SHIFTER));
  const r = v128.mul<T>(v128.sub<T>(clamped, n), scalar<T>(LN2));
  return scaleByPower<T>(scalar<T>(ONE), expm1Remainder<T>(r), n);
}

/** `y` with the signs of `x`, for y of the sign of x or zero. */
// @ts-ignore: decorator
@inline
export function withSign<T>(y: v128, x: v128): v128 {
  return v128.or(y, v128.and(x, bits<T>(SIGN)));
}

/**
 * exp(x) - 1 = 2^n r + (2^n - 1) + 2^n (r^2 q(r) + c), r + c being the remainder; the first two terms are added without
 * error.
 */
// @ts-ignore: decorator
@inline
export function vexpm1<T>(x: v128): v128 {
  const y = expm1Safe<T>(v128.min<T>(v128.max<T>(x, scalar<T>(EXPM1_MINUS_ONE)), scalar<T>(EXP_SAFE)));
  const signed = withSign<T>(y, x);
  if (anyBeyond<T>(x, EXP_SAFE)) {
    return v128.bitselect(scaledExp<T>(x, scalar<T>(ZERO), scalar<T>(ONE)), signed, v128.gt<T>(x, scalar<T>(EXP_SAFE)));
  }
  return signed;
}

/** exp(x) - 1 for EXPM1_MINUS_ONE <= x <= EXP_SAFE; -0 gives 0. */
// @ts-ignore: decorator
@inline
function expm1Safe<T>(x: v128): v128 {
  const t = shifted<T>(x);
  const s = powerOfTwo<T>(t);
  const n = v128.sub<T>(t, scalar<T>(SHIFTER));
  const high = fnma<T>(n, scalar<T>(LN2_HIGH), x);
  const low = v128.mul<T>(n, scalar<T>(LN2_LOW));
  const r = v128.sub<T>(high, low);
  const c = v128.sub<T>(v128.sub<T>(high, r), low);
  const a = v128.sub<T>(s, scalar<T>(ONE));
  const b = v128.mul<T>(r, s);
  const sum = v128.add<T>(a, b);
  const error = v128.add<T>(v128.sub<T>(a, sum), b);
  return v128.add<T>(sum, fma<T>(v128.add<T>(expTail<T>(r), c), s, error));
}

/** Whether every lane is a positive normal number. */
// @ts-ignore: decorator
@inline
function allNormal<T>(x: v128): bool {
  const normal = v128.and(v128.ge<T>(x, scalar<T>(MIN_NORMAL)), v128.lt<T>(x, scalar<T>(INFINITE)));
  return i32x4.all_true(normal);
}

/** e of x = 2^e m, sqrt(1/2) <= m < sqrt(2), for positive normal x. */
// @ts-ignore: decorator
@inline
export function exponent<T>(x: v128): v128 {
  const biased = sizeof<T>() == 4
    ? i32x4.shr_u(i32x4.add(x, bits<T>(SQRT_HALF_TO_ONE)), 23)
    : i64x2.shr_u(i64x2.add(x, bits<T>(SQRT_HALF_TO_ONE)), 52);
  return v128.sub<T>(v128.or(biased, scalar<T>(INTEGER_BASE)), scalar<T>(EXPONENT_OFFSET));
}

/** m of x = 2^e m, sqrt(1/2) <= m < sqrt(2), for positive normal x. */
// @ts-ignore: decorator
@inline
export function significand<T>(x: v128): v128 {
  return sizeof<T>() == 4
    ? i32x4.add(v128.and(i32x4.add(x, bits<T>(SQRT_HALF_TO_ONE)), bits<T>(MANTISSA)), bits<T>(SQRT_HALF_BITS))
    : i64x2.add(v128.and(i64x2.add(x, bits<T>(SQRT_HALF_TO_ONE)), bits<T>(MANTISSA)), bits<T>(SQRT_HALF_BITS));
}

/** s (h + z p(z)) of the head of this file, for f and h = f^2 / 2. */
// @ts-ignore: decorator
@inline
function logTail<T>(f: v128, h: v128): v128 {
  const s = v128.div<T>(f, v128.add<T>(f, scalar<T>(TWO)));
  const z = v128.mul<T>(s, s);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, LOG_F32, 3) : polynomial<T>(z, LOG_F64, 7);
  return v128.mul<T>(s, fma<T>(z, p, h));
}

/** log(2^e (1 + f)) + c for small c. */
// @ts-ignore: decorator
@inline
export function logSum<T>(f: v128, e: v128, c: v128): v128 {
  const h = v128.mul<T>(v128.mul<T>(f, f), scalar<T>(HALF));
  const low = v128.add<T>(logTail<T>(f, h), fma<T>(e, scalar<T>(LN2_LOW), c));
  return fma<T>(e, scalar<T>(LN2_HIGH), v128.sub<T>(f, v128.sub<T>(h, low)));
}

/** log_b(2^e (1 + f)): f - h is cut in two so that its leading part times 1 / ln b is exact. */
// @ts-ignore: decorator
@inline
function logBase<T>(f: v128, e: v128, base: i32): v128 {
  const table = sizeof<T>() == 4 ? LOG_BASE_F32 : LOG_BASE_F64;
  const h = v128.mul<T>(v128.mul<T>(f, f), scalar<T>(HALF));
  const high = v128.and(v128.sub<T>(f, h), bits<T>(UPPER_HALF));
  const low = v128.add<T>(v128.sub<T>(v128.sub<T>(f, high), h), logTail<T>(f, h));
  const a = v128.mul<T>(e, entry<T>(table, base + 2));
  const b = v128.mul<T>(high, entry<T>(table, base));
  const sum = v128.add<T>(a, b);
  let rest = v128.mul<T>(e, entry<T>(table, base + 3));
  rest = fma<T>(v128.add<T>(low, high), entry<T>(table, base + 1), rest);
  rest = fma<T>(low, entry<T>(table, base), rest);
  return v128.add<T>(sum, v128.add<T>(rest, v128.add<T>(v128.sub<T>(a, sum), b)));
}

/** The logarithm that `base` stands for: BASE_2, BASE_10 or NATURAL. */
// @ts-ignore: decorator
@inline
function logNormal<T>(x: v128, denormalExponent: v128, base: i32): v128 {
  const f = v128.sub<T>(significand<T>(x), scalar<T>(ONE));
  const e = v128.sub<T>(exponent<T>(x), denormalExponent);
  return base == NATURAL ? logSum<T>(f, e, scalar<T>(ZERO)) : logBase<T>(f, e, base);
}

/** `y`, the logarithm of x where x is positive and finite, with the limits elsewhere. */
// @ts-ignore: decorator
@inline
function withLogLimits<T>(y: v128, x: v128): v128 {
  const zero = scalar<T>(ZERO), infinite = scalar<T>(INFINITE);
  y = v128.bitselect(x, y, v128.or(v128.ne<T>(x, x), v128.eq<T>(x, infinite)));
  y = v128.bitselect(v128.neg<T>(infinite), y, v128.eq<T>(x, zero));
  return v128.bitselect(scalar<T>(NOT_A_NUMBER), y, v128.lt<T>(x, zero));
}

export function logSlow<T>(x: v128, base: i32): v128 {
  const tiny = v128.lt<T>(x, scalar<T>(MIN_NORMAL));
  const normal = v128.bitselect(v128.mul<T>(x, scalar<T>(DENORMAL_SCALE)), x, tiny);
  const offset = v128.and(tiny, scalar<T>(DENORMAL_EXPONENT));
  if (base == BASE_2) return withLogLimits<T>(logNormal<T>(normal, offset, BASE_2), x);
  if (base == BASE_10) return withLogLimits<T>(logNormal<T>(normal, offset, BASE_10), x);
  return withLogLimits<T>(logNormal<T>(normal, offset, NATURAL), x);
}

// @ts-ignore: decorator
@inline
function logarithm<T>(x: v128, base: i32): v128 {
  if (!allNormal<T>(x)) return logSlow<T>(x, base);
  return logNormal<T>(x, scalar<T>(ZERO), base);
}

/** log(x). */
// @ts-ignore: decorator
@inline
export function vlog<T>(x: v128): v128 {
  return logarithm<T>(x, NATURAL);
}

/** log2(x). */
// @ts-ignore: decorator
@inline
export function vlog2<T>(x: v128): v128 {
  return logarithm<T>(x, BASE_2);
}

/** log10(x). */
// @ts-ignore: decorator
@inline
export function vlog10<T>(x: v128): v128 {
  return logarithm<T>(x, BASE_10);
}

/** log(1 + x). */
// @ts-ignore: decorator
@inline
export function vlog1p<T>(x: v128): v128 {
  return log1pSum<T>(x, scalar<T>(ZERO));
}

/** log(1 + x + low) for low below an ulp of x: 1 + x = u + c without error, and log(u + c) = log(u) + c / u. */
// @ts-ignore: decorator
@inline
export function log1pSum<T>(x: v128, low: v128): v128 {
  const one = scalar<T>(ONE);
  const u = v128.add<T>(x, one);
  const b = v128.sub<T>(u, one);
  const c = v128.add<T>(v128.sub<T>(x, b), v128.add<T>(v128.sub<T>(one, v128.sub<T>(u, b)), low));
  const f = v128.sub<T>(significand<T>(u), one);
  const y = withSign<T>(logSum<T>(f, exponent<T>(u), v128.div<T>(c, u)), x);
  return allNormal<T>(u) ? y : withLogLimits<T>(y, u);
}
