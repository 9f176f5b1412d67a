// x^y = exp(y log x), where log x is the sum of two numbers, because an error of it is multiplied by as much as y log x.
//
// |x| = 2^e (1 + f) as in exp_log.ts, s = f / (2 + f) with its remainder, and log(1 + f) = 2 s + s z (2/3 + 2/5 z + ...) with
// z = s^2, the series of 2 atanh(s). 2 s and 2/3 s z have their remainders; the terms after them are at most 0.02 % of the
// sum.
import {
  bits,
  DENORMAL_EXPONENT,
  DENORMAL_SCALE,
  EXP2_LIMIT,
  HALF,
  INFINITE,
  LN2_HIGH,
  LN2_LOW,
  MAGNITUDE,
  MIN_NORMAL,
  NOT_A_NUMBER,
  ONE,
  scalar,
  SIGN,
  TWO,
  ZERO,
} from "./constants";
import { productError, residual } from "./double_word";
import { exponent, scaledExp, significand } from "./exp_log";
import { entry, fma, fnma, polynomial } from "./simd";

/** 2/3 and what it lacks. */
const TWO_THIRDS_F32 = memory.data<f32>([0.6666666865348816, -1.9868214925130207e-8], 16);
const TWO_THIRDS_F64 = memory.data<f64>([0.6666666666666666, 3.700743415417188e-17], 16);

/** 2 / (2 k + 5). */
const ATANH_F32 = memory.data<f32>([0.4, 0.2857142857142857, 0.2222222222222222, 0.18181818181818182], 16);
const ATANH_F64 = memory.data<f64>([
  0.4, 0.2857142857142857, 0.2222222222222222, 0.18181818181818182, 0.15384615384615385, 0.13333333333333333,
  0.11764705882352941, 0.10526315789473684, 0.09523809523809523, 0.08695652173913043,
], 16);

/** exp(y (high + low)), with nothing but the range of exp to limit the exponent. */
// @ts-ignore: decorator
@inline
function expProduct<T>(y: v128, high: v128, low: v128): v128 {
  const p = v128.mul<T>(y, high);
  const rest = fma<T>(y, low, productError<T>(y, high, p));
  // Beyond the range of exp the remainder does not matter, and it may be NaN.
  const inRange = v128.lt<T>(v128.and(p, bits<T>(MAGNITUDE)), scalar<T>(EXP2_LIMIT));
  return scaledExp<T>(p, v128.and(rest, inRange), scalar<T>(ONE));
}

/** |x|^y for magnitude = |x|, wrong where x is 1 or y is 0 and the other is infinite or NaN. */
// @ts-ignore: decorator
@inline
function powMagnitude<T>(magnitude: v128, y: v128): v128 {
  const one = scalar<T>(ONE), two = scalar<T>(TWO), infinite = scalar<T>(INFINITE);
  const tiny = v128.lt<T>(magnitude, scalar<T>(MIN_NORMAL));
  const normal = v128.bitselect(v128.mul<T>(magnitude, scalar<T>(DENORMAL_SCALE)), magnitude, tiny);
  const e = v128.sub<T>(exponent<T>(normal), v128.and(tiny, scalar<T>(DENORMAL_EXPONENT)));
  const f = v128.sub<T>(significand<T>(normal), one);
  const d = v128.add<T>(f, two);
  const s = v128.div<T>(f, d);
  const dLow = v128.sub<T>(f, v128.sub<T>(d, two));
  const sLow = v128.div<T>(fnma<T>(s, dLow, residual<T>(f, s, d)), d);
  const z = v128.mul<T>(s, s);
  const cube = v128.mul<T>(s, z);
  const leading = v128.mul<T>(e, scalar<T>(LN2_HIGH));
  let sum = fma<T>(s, two, leading);
  let tail = fma<T>(e, scalar<T>(LN2_LOW), v128.mul<T>(sLow, two));
  tail = v128.add<T>(tail, fma<T>(s, two, v128.sub<T>(leading, sum)));
  // 2/3 s z with its remainder, then the rest of the series.
  const c = entry<T>(sizeof<T>() == 4 ? TWO_THIRDS_F32 : TWO_THIRDS_F64, 0);
  const cRest = entry<T>(sizeof<T>() == 4 ? TWO_THIRDS_F32 : TWO_THIRDS_F64, 1);
  const third = v128.mul<T>(cube, c);
  const zLow = fma<T>(v128.mul<T>(s, two), sLow, productError<T>(s, s, z));
  const cubeLow = fma<T>(s, zLow, fma<T>(sLow, z, productError<T>(s, z, cube)));
  const thirdLow = fma<T>(cube, cRest, fma<T>(cubeLow, c, productError<T>(cube, c, third)));
  const p = sizeof<T>() == 4 ? polynomial<T>(z, ATANH_F32, 4) : polynomial<T>(z, ATANH_F64, 10);
  tail = v128.add<T>(tail, fma<T>(v128.mul<T>(cube, z), p, thirdLow));
  const lower = sum;
  sum = v128.add<T>(lower, third);
  tail = v128.add<T>(tail, v128.add<T>(v128.sub<T>(lower, sum), third));
  let high = v128.add<T>(sum, tail);
  let low = v128.sub<T>(tail, v128.sub<T>(high, sum));
  const zero = v128.eq<T>(magnitude, scalar<T>(ZERO));
  const special = v128.or(zero, v128.not(v128.lt<T>(magnitude, infinite)));
  const limit = v128.bitselect(v128.neg<T>(infinite), magnitude, zero);
  high = v128.bitselect(limit, high, special);
  low = v128.andnot(low, special);
  return expProduct<T>(y, high, low);
}

/** x^y as C's pow has it: 1 where x = 1 or y = 0 even for NaN; NaN for x < 0 and a broken y. */
export function vpow<T>(x: v128, y: v128): v128 {
  const one = scalar<T>(ONE), infinite = scalar<T>(INFINITE);
  const magnitude = v128.and(x, bits<T>(MAGNITUDE));
  let power = powMagnitude<T>(magnitude, y);
  const negative = v128.and(x, bits<T>(SIGN));
  if (v128.any_true(negative)) {
    const half = v128.mul<T>(y, scalar<T>(HALF));
    const broken = v128.ne<T>(v128.trunc<T>(y), y);
    const odd = v128.andnot(v128.ne<T>(v128.trunc<T>(half), half), broken);
    power = v128.xor(power, v128.and(negative, odd));
    const inside = v128.and(v128.lt<T>(x, scalar<T>(ZERO)), v128.lt<T>(magnitude, infinite));
    power = v128.bitselect(scalar<T>(NOT_A_NUMBER), power, v128.and(inside, broken));
  }
  const endless = v128.eq<T>(v128.and(y, bits<T>(MAGNITUDE)), infinite);
  const always = v128.or(v128.eq<T>(x, one), v128.eq<T>(y, scalar<T>(ZERO)));
  const unit = v128.or(always, v128.and(v128.eq<T>(magnitude, one), endless));
  return v128.bitselect(one, power, unit);
}
