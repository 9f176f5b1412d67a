// Activations made of exponentials: those of the logistic function, mish, and elu's family.
//
// All are accurate relative to their value, so down to the underflow of exp on the negative side. The approximate gelu
// follows Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
import {
  bits, EXP_SAFE, EXP_UNDERFLOW, EXPM1_MINUS_ONE, HALF, MAGNITUDE, ONE, scalar, SHIFTER, TWO, ZERO,
} from "./constants";
import { productError } from "./double_word";
import {
  anyBeyond, expm1Remainder, expRemainder, logSum, onePlusExp, onePlusScaled, powerOfTwo, scaledExp, shifted, vexp, withSign,
} from "./exp_log";
import { entry, fma, fnma, select } from "./simd";

/**
 * Where log1p(u) leaves u for (u - 1) / 2, sqrt(2) - 1; selu's scale and scale times alpha (Klambauer et al.,
 * "Self-Normalizing Neural Networks", 2017); where mish is x; the limit of `onePlusExpReduced`.
 */
const LIMITS_F32 = memory.data<f32>([0.4142135623730951, 1.0507009873554805, 1.7580993408473766, 10, 16], 16);
const LIMITS_F64 = memory.data<f64>([0.4142135623730951, 1.0507009873554805, 1.7580993408473766, 20, 36], 16);
const FOLD = 0;
const SELU_SCALE = 1;
const SELU_NEGATIVE_SCALE = 2;
const MISH_IDENTITY = 3;
const NEAR = 4;

/** sqrt(8 / pi) and 0.044715 sqrt(8 / pi), each followed by what it lacks. */
const TANH_GELU_F32 = memory.data<f32>([
  1.5957691669464111, -4.534068042105272e-8, 0.07135481387376785, 2.3988323959931355e-9,
], 16);
const TANH_GELU_F64 = memory.data<f64>([
  1.5957691216057308, -9.96930880911092e-17, 0.07135481627260025, -6.175149918155315e-19,
], 16);

// @ts-ignore: decorator
@inline
function limit<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? LIMITS_F32 : LIMITS_F64, i);
}

/** `y` with a exp(x + low) in the lanes below -EXP_SAFE and with `above` in those beyond EXP_SAFE. */
function withExpBelow<T>(y: v128, x: v128, low: v128, a: v128, above: v128): v128 {
  const safe = scalar<T>(EXP_SAFE);
  const far = v128.bitselect(above, y, v128.gt<T>(x, safe));
  return v128.bitselect(scaledExp<T>(x, low, a), far, v128.lt<T>(x, v128.neg<T>(safe)));
}

/** The factor x of x exp(x), kept from outgrowing exp(EXP_UNDERFLOW) where exp(x) has vanished. */
// @ts-ignore: decorator
@inline
function factor<T>(x: v128): v128 {
  return v128.pmax<T>(x, scalar<T>(EXP_UNDERFLOW));
}

/** As PyTorch has it, x times a function that vanishes is NaN at x = -infinity. */
// @ts-ignore: decorator
@inline
export function nanAtMinusInfinity<T>(y: v128, x: v128): v128 {
  return v128.add<T>(y, v128.mul<T>(v128.min<T>(x, scalar<T>(ZERO)), scalar<T>(ZERO)));
}

/** Up to this magnitude `onePlusExpReduced` holds. */
// @ts-ignore: decorator
@inline
export function sigmoidNearLimit<T>(): v128 {
  return limit<T>(NEAR);
}

/** 1 / (1 + exp(-x)). */
// @ts-ignore: decorator
@inline
export function vsigmoid<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const y = v128.div<T>(one, onePlusExp<T>(v128.neg<T>(x)));
  return anyBeyond<T>(x, EXP_SAFE) ? withExpBelow<T>(y, x, scalar<T>(ZERO), one, one) : y;
}

/** x / (1 + exp(-x)). */
// @ts-ignore: decorator
@inline
export function vsilu<T>(x: v128): v128 {
  const y = v128.div<T>(x, onePlusExp<T>(v128.neg<T>(x)));
  return anyBeyond<T>(x, EXP_SAFE) ? nanAtMinusInfinity<T>(withExpBelow<T>(y, x, scalar<T>(ZERO), factor<T>(x), x), x) : y;
}

/** x / (1 + exp(-v)), v = sqrt(8 / pi) (x + 0.044715 x^3), with v to twice the precision. */
// @ts-ignore: decorator
@inline
export function vgeluTanh<T>(x: v128): v128 {
  const table = sizeof<T>() == 4 ? TANH_GELU_F32 : TANH_GELU_F64;
  const linear = entry<T>(table, 0), cubic = entry<T>(table, 2);
  const z = v128.mul<T>(x, x);
  const zLow = productError<T>(x, x, z);
  const k = v128.mul<T>(cubic, z);
  let kLow = fma<T>(cubic, zLow, fma<T>(entry<T>(table, 3), z, productError<T>(cubic, z, k)));
  const sum = v128.add<T>(linear, k);
  const b = v128.sub<T>(sum, linear);
  const sumError = v128.add<T>(v128.sub<T>(k, b), v128.sub<T>(linear, v128.sub<T>(sum, b)));
  kLow = v128.add<T>(v128.add<T>(kLow, entry<T>(table, 1)), sumError);
  const v = v128.mul<T>(x, sum);
  const vLow = fma<T>(x, kLow, productError<T>(x, sum, v));
  const t = shifted<T>(v128.neg<T>(v));
  const s = powerOfTwo<T>(t);
  const n = v128.sub<T>(t, scalar<T>(SHIFTER));
  const r = v128.sub<T>(expRemainder<T>(v128.neg<T>(v), n), vLow);
  const y = v128.div<T>(x, onePlusScaled<T>(s, expm1Remainder<T>(r)));
  if (!anyBeyond<T>(v, EXP_SAFE)) return y;
  // Where exp(v) has vanished the remainder may be large, and NaN where x^3 overflows.
  const vRest = v128.and(vLow, v128.gt<T>(v, scalar<T>(EXP_UNDERFLOW)));
  return nanAtMinusInfinity<T>(withExpBelow<T>(y, v, vRest, factor<T>(x), x), x);
}

/** log(1 + u) for 0 <= u <= 1. */
// @ts-ignore: decorator
@inline
function log1pUnit<T>(u: v128): v128 {
  const one = scalar<T>(ONE);
  const folds = v128.gt<T>(u, limit<T>(FOLD));
  const folded = v128.mul<T>(v128.sub<T>(u, one), scalar<T>(HALF));
  return logSum<T>(v128.bitselect(folded, u, folds), v128.and(folds, one), scalar<T>(ZERO));
}

/** log(1 + exp(-|x|)). */
// @ts-ignore: decorator
@inline
function log1pExp<T>(x: v128): v128 {
  return log1pUnit<T>(vexp<T>(v128.neg<T>(v128.and(x, bits<T>(MAGNITUDE)))));
}

/** log(sigmoid(x)). */
// @ts-ignore: decorator
@inline
export function vlogSigmoid<T>(x: v128): v128 {
  return v128.sub<T>(v128.min<T>(x, scalar<T>(ZERO)), log1pExp<T>(x));
}

/** log(1 + exp(beta x)) / beta, and x where beta x exceeds the threshold. */
// @ts-ignore: decorator
@inline
export function vsoftplus<T>(x: v128, beta: v128, threshold: v128): v128 {
  const z = v128.mul<T>(x, beta);
  const y = v128.div<T>(v128.add<T>(v128.max<T>(z, scalar<T>(ZERO)), log1pExp<T>(z)), beta);
  return v128.bitselect(x, y, v128.gt<T>(z, threshold));
}

/**
 * x tanh(log(1 + exp(x))): with w = exp(x) = s (1 + p) and d = w^2 + 2 w + 2 it is x - x 2 / d, and x w (1 - g) for
 * g = w (w + 1) / d, which is taken below 0.
 */
// @ts-ignore: decorator
@inline
export function vmish<T>(x: v128): v128 {
  const one = scalar<T>(ONE), two = scalar<T>(TWO);
  const clamped = v128.min<T>(x, limit<T>(MISH_IDENTITY));
  const t = shifted<T>(clamped);
  const s = powerOfTwo<T>(t);
  const p = expm1Remainder<T>(expRemainder<T>(clamped, v128.sub<T>(t, scalar<T>(SHIFTER))));
  const w = fma<T>(p, s, s);
  const d = fma<T>(w, w, fma<T>(w, two, two));
  const positive = v128.gt<T>(x, scalar<T>(ZERO));
  const g = v128.div<T>(v128.bitselect(two, v128.mul<T>(w, v128.add<T>(w, one)), positive), d);
  const xs = v128.mul<T>(x, s);
  const below = withSign<T>(fma<T>(xs, v128.sub<T>(p, fma<T>(p, g, g)), xs), x);
  const y = v128.bitselect(fnma<T>(x, g, x), below, positive);
  return anyBeyond<T>(x, EXP_SAFE) ? nanAtMinusInfinity<T>(withExpBelow<T>(y, x, scalar<T>(ZERO), factor<T>(x), x), x) : y;
}

/** exp(x) - 1 = 2^n p + (2^n - 1) for x <= 0; anything for x > 0. */
// @ts-ignore: decorator
@inline
function negativeExpm1<T>(x: v128): v128 {
  const clamped = v128.pmax<T>(x, scalar<T>(EXPM1_MINUS_ONE));
  const t = shifted<T>(clamped);
  const s = powerOfTwo<T>(t);
  const p = expm1Remainder<T>(expRemainder<T>(clamped, v128.sub<T>(t, scalar<T>(SHIFTER))));
  return fma<T>(p, s, v128.sub<T>(s, scalar<T>(ONE)));
}

/** x, and alpha (exp(x) - 1) below 0. */
// @ts-ignore: decorator
@inline
export function velu<T>(x: v128, alpha: v128): v128 {
  return select(x, v128.mul<T>(alpha, negativeExpm1<T>(x)), v128.ge<T>(x, scalar<T>(ZERO)));
}

/** x, and alpha (exp(x / alpha) - 1) below 0. */
// @ts-ignore: decorator
@inline
export function vcelu<T>(x: v128, alpha: v128): v128 {
  const y = v128.mul<T>(alpha, negativeExpm1<T>(v128.div<T>(x, alpha)));
  return select(x, y, v128.ge<T>(x, scalar<T>(ZERO)));
}

/** scale x, and scale alpha (exp(x) - 1) below 0. */
// @ts-ignore: decorator
@inline
export function vselu<T>(x: v128): v128 {
  const y = v128.mul<T>(limit<T>(SELU_NEGATIVE_SCALE), negativeExpm1<T>(x));
  return select(v128.mul<T>(limit<T>(SELU_SCALE), x), y, v128.ge<T>(x, scalar<T>(ZERO)));
}
