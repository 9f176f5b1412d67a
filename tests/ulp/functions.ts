/**
 * Elementary and special functions of `Real` numbers, by series: the oracle of the accuracy tests.
 *
 * @module
 */
import {
  abs,
  add,
  div,
  fromNumber,
  magnitude,
  mul,
  neg,
  PRECISION,
  type Real,
  real,
  round,
  scale,
  sign,
  sqrt,
  sub,
  toNumber,
} from "./real.ts";

const ONE = real(1n, 0);
const TWO = real(1n, 1);

/** Bits of pi and ln 2: enough to reduce the largest double. */
const CONSTANT_BITS = 1400;

/** An integer as a Real. */
function integer(n: number): Real {
  return real(BigInt(n), 0);
}

/** sum of (±1)^k / ((2k + 1) q^(2k + 1)): atanh(1/q), or atan(1/q) where `alternate`; fixed point. */
function inverseSeries(q: bigint, alternate: boolean): bigint {
  let power = (1n << BigInt(CONSTANT_BITS + 64)) / q;
  let sum = 0n;
  for (let k = 1n, plus = true; power !== 0n; k += 2n, plus = !plus) {
    sum += alternate && !plus ? -(power / k) : power / k;
    power /= q * q;
  }
  return sum >> 64n;
}

/** pi by Machin's formula and ln 2 = 2 atanh(1/3), with CONSTANT_BITS bits after the point. */
const PI_FIXED = 4n * (4n * inverseSeries(5n, true) - inverseSeries(239n, true));
export const PI = real(PI_FIXED, -CONSTANT_BITS);
const SQRT_PI = sqrt(PI);
const SQRT_TWO = sqrt(TWO);
const LN2 = real(2n * inverseSeries(3n, false), -CONSTANT_BITS);

/** The sum of terms from `term(0) = first` on, `term(k) = next(term(k - 1), k)`, up to the precision. */
function series(first: Real, next: (term: Real, k: number) => Real): Real {
  let sum = first;
  let term = first;
  for (let k = 1; sign(term) !== 0 && magnitude(term) > magnitude(sum) - PRECISION; k++) {
    term = next(term, k);
    sum = add(sum, term);
  }
  return sum;
}

/** exp(x) - 1. */
export function expm1(x: Real): Real {
  if (magnitude(x) >= -1) return sub(exp(x), ONE);
  return series(x, (term, k) => div(mul(term, x), integer(k + 1)));
}

/** exp(x). */
export function exp(x: Real): Real {
  const n = Number(round(div(x, LN2)));
  const r = scale(sub(x, mul(integer(n), LN2)), -8);
  let e = add(ONE, series(r, (term, k) => div(mul(term, r), integer(k + 1))));
  for (let i = 0; i < 8; i++) e = mul(e, e);
  return scale(e, n);
}

/** log(1 + x): corrects the double y of Math.log1p by log1p(d), d = (x - expm1(y)) / exp(y) being tiny. */
export function log1p(x: Real): Real {
  if (magnitude(x) < -PRECISION) return x;
  if (magnitude(x) > 0) return log(add(x, ONE));
  const y = fromNumber(Math.log1p(toNumber(x)));
  const d = div(sub(x, expm1(y)), exp(y));
  let power = d;
  return add(y, series(d, (_, k) => div(power = neg(mul(power, d)), integer(k + 1))));
}

/** log(x) for x > 0. */
export function log(x: Real): Real {
  const t = sub(x, ONE);
  if (magnitude(t) < -1) return log1p(t);
  const e = magnitude(x);
  return add(mul(integer(e), LN2), log1p(sub(scale(x, -e), ONE)));
}

/** log2(x). */
export function log2(x: Real): Real {
  return div(log(x), LN2);
}

/** log10(x). */
export function log10(x: Real): Real {
  return div(log(x), log(integer(10)));
}

/** 2^x. */
export function exp2(x: Real): Real {
  return exp(mul(x, LN2));
}

/** x = quadrant pi / 2 + rest, |rest| <= pi / 4. */
function reduce(x: Real): { quadrant: number; rest: Real } {
  const point = BigInt(CONSTANT_BITS);
  const shift = point + BigInt(x.exponent);
  const fixed = shift >= 0n ? x.mantissa << shift : x.mantissa >> -shift;
  if (magnitude(x) < -1) return { quadrant: 0, rest: x };
  const n = (2n * fixed + PI_FIXED / 2n) / PI_FIXED - (fixed < 0n ? 1n : 0n);
  return { quadrant: Number(((n % 4n) + 4n) % 4n), rest: real(2n * fixed - n * PI_FIXED, -CONSTANT_BITS - 1) };
}

function sinSeries(x: Real): Real {
  const z = neg(mul(x, x));
  return series(x, (term, k) => div(mul(term, z), integer(2 * k * (2 * k + 1))));
}

function cosSeries(x: Real): Real {
  const z = neg(mul(x, x));
  return series(ONE, (term, k) => div(mul(term, z), integer(2 * k * (2 * k - 1))));
}

/** sin(x). */
export function sin(x: Real): Real {
  const { quadrant, rest } = reduce(x);
  const y = quadrant % 2 ? cosSeries(rest) : sinSeries(rest);
  return quadrant & 2 ? neg(y) : y;
}

/** cos(x). */
export function cos(x: Real): Real {
  const { quadrant, rest } = reduce(x);
  const y = quadrant % 2 ? sinSeries(rest) : cosSeries(rest);
  return quadrant === 1 || quadrant === 2 ? neg(y) : y;
}

/** tan(x). */
export function tan(x: Real): Real {
  return div(sin(x), cos(x));
}

/** atan(x): corrects the double y of Math.atan by the arc of d = (x - tan y) / (1 + x tan y). */
export function atan(x: Real): Real {
  if (magnitude(x) < -PRECISION) return x;
  if (magnitude(x) > 0) return signed(x, sub(scale(PI, -1), atan(div(ONE, abs(x)))));
  const y = fromNumber(Math.atan(toNumber(x)));
  const t = tan(y);
  const d = div(sub(x, t), add(ONE, mul(x, t)));
  const z = neg(mul(d, d));
  let power = d;
  return add(y, series(d, (_, k) => div(power = mul(power, z), integer(2 * k + 1))));
}

/** y with the sign of x. */
function signed(x: Real, y: Real): Real {
  return sign(x) < 0 ? neg(y) : y;
}

/** asin(x), |x| <= 1. */
export function asin(x: Real): Real {
  const c = sqrt(mul(sub(ONE, x), add(ONE, x)));
  return sign(c) === 0 ? signed(x, scale(PI, -1)) : atan(div(x, c));
}

/** acos(x), |x| <= 1. */
export function acos(x: Real): Real {
  const d = add(ONE, x);
  return sign(d) === 0 ? PI : scale(atan(sqrt(div(sub(ONE, x), d))), 1);
}

/** sinh(x). */
export function sinh(x: Real): Real {
  const m = expm1(abs(x));
  return signed(x, scale(add(m, div(m, add(m, ONE))), -1));
}

/** cosh(x). */
export function cosh(x: Real): Real {
  const e = exp(x);
  return scale(add(e, div(ONE, e)), -1);
}

/** tanh(x). */
export function tanh(x: Real): Real {
  const m = expm1(scale(abs(x), 1));
  return signed(x, div(m, add(m, TWO)));
}

/** asinh(x). */
export function asinh(x: Real): Real {
  const z = mul(x, x);
  return signed(x, log1p(add(abs(x), div(z, add(ONE, sqrt(add(ONE, z)))))));
}

/** acosh(x), x >= 1. */
export function acosh(x: Real): Real {
  const t = sub(x, ONE);
  return log1p(add(t, sqrt(mul(t, add(t, TWO)))));
}

/** atanh(x), |x| < 1. */
export function atanh(x: Real): Real {
  return scale(log1p(div(scale(x, 1), sub(ONE, x))), -1);
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Real): Real {
  return div(ONE, add(ONE, exp(neg(x))));
}

/** log(1 + exp(x)). */
export function softplus(x: Real): Real {
  return log1p(exp(x));
}

/** erf(x). */
export function erf(x: Real): Real {
  if (magnitude(x) > 0) return signed(x, sub(ONE, erfc(abs(x))));
  const z = neg(mul(x, x));
  let power = x;
  const sum = series(x, (_, k) => div(power = div(mul(power, z), integer(k)), integer(2 * k + 1)));
  return div(scale(sum, 1), SQRT_PI);
}

/** erfc(x): from 2 on by the continued fraction exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + 1 / (x + (3/2) / ...))). */
export function erfc(x: Real): Real {
  if (sign(x) < 0) return sub(TWO, erfc(neg(x)));
  if (magnitude(x) < 1) return sub(ONE, erf(x));
  // The error after n steps falls as exp(-2 x sqrt(2 n)).
  const steps = Math.ceil((60 / toNumber(x)) ** 2) + 8;
  let fraction = x;
  for (let k = steps; k > 0; k--) fraction = add(x, div(scale(integer(k), -1), fraction));
  return div(exp(neg(mul(x, x))), mul(SQRT_PI, fraction));
}

/** Cumulative distribution of the normal distribution. */
export function normalCdf(x: Real): Real {
  return scale(erfc(neg(div(x, SQRT_TWO))), -1);
}

/** x^y for x > 0. */
export function pow(x: Real, y: Real): Real {
  return exp(mul(y, log(x)));
}

/** Angle of the point (x, y), not the origin. */
export function atan2(y: Real, x: Real): Real {
  if (sign(x) === 0) return signed(y, scale(PI, -1));
  const angle = atan(div(y, x));
  return sign(x) > 0 ? angle : add(angle, signed(y, PI));
}
