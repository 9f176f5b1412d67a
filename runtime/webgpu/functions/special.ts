/**
 * The error function and its relatives, gamma and Bessel functions, zeta.
 *
 * The formulas and coefficients are those of the CPU kernels (`assembly/erf.ts`, `assembly/special.ts`): Shepherd and
 * Laframboise's variable for the tails of erfc and of the normal distribution, Stirling's series, Euler and Maclaurin's sum,
 * power and asymptotic series (Abramowitz and Stegun, 6.1.40, 6.3.18, 7.1.23, 9.6.10, 9.7.1, 23.2).
 *
 * @module
 */
import { literal, polynomial, table } from "./formula.ts";

/** erf(x) / x - 1 in x^2, |x| <= 1. */
const ERF = [
  0.12837916612625122,
  -0.3761262595653534,
  0.1128358319401741,
  -0.026853691786527634,
  0.005188073962926865,
  -0.0008007878204807639,
  7.846108201192692e-5,
];

/** (1 + 2a) exp(a^2) erfc(a) in (a - 2) / (a + 2), a >= 1/2. */
const ERFC = [
  1.2769783735275269,
  -0.09276389330625534,
  -0.1660313904285431,
  0.1640530675649643,
  -0.054204829037189484,
  -0.008043793961405754,
  0.008637512102723122,
  0.0012706515844911337,
  -0.0012532129185274243,
  -0.0003615284222178161,
  2.804074938467238e-5,
];

/** (1 + a) exp(a^2 / 2) Q(a) in (a - 4) / (a + 4), Q the upper tail of the normal distribution. */
const NORMAL = [
  0.472053200006485,
  -0.09670346975326538,
  0.013999597169458866,
  0.028600025922060013,
  -0.03219727426767349,
  0.017939966171979904,
  -0.005004404578357935,
  -0.00030321863596327603,
  0.0006930269883014262,
  -6.107002263888717e-5,
  -7.19193703844212e-5,
];

/** Coefficients of 1 / (2 x^2)^k in sqrt(pi) x exp(x^2) erfc(x). */
const ERFC_SERIES = [1, -1, 3, -15, 105];

/** B_2k / 2k, B_2k / (2k (2k - 1)), B_2k / (2k)!. */
const DIGAMMA = [1 / 12, -1 / 120, 1 / 252];
const LGAMMA = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680];
const ZETA = [1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160];

/** Coefficients of lgamma(1 + a) / a, and of the powers of eta in Temme's expansion (`assembly/incomplete_gamma.ts`). */
const LGAMMA_NEXT = [-0.5772156649015329, 0.8224670334241132, -0.40068563438653143];
const TEMME = [
  1,
  -0.3333333333333333,
  0.08333333333333333,
  -0.014814814814814815,
  0.0011574074074074073,
  0.0003527336860670194,
  -0.0001787551440329218,
  3.919263178522438e-5,
  -2.185448510679992e-6,
  -1.85406221071516e-6,
  8.296711340953087e-7,
  -1.7665952736826078e-7,
];

/** The functions of this file by name. */
export const SPECIAL: Readonly<Record<string, string>> = {
  erf_near: `fn erf_near(x: f32) -> f32 { let z = x * x; return fma(x, ${polynomial("z", ERF)}, x); }`,
  // exp(a^2) erfc(a) for a >= 1/2.
  erfcx_far: `fn erfcx_far(a: f32) -> f32 {
  if (a > 10f) { let z = 0.5f / (a * a); return ${literal(1 / Math.sqrt(Math.PI))} / a * ${
    polynomial("z", ERFC_SERIES)
  }; }
  let q = (a - 2f) / (a + 2f);
  return ${polynomial("q", ERFC)} / (1f + 2f * a);
}`,
  // exp(-scale a^2): a^2 in two parts, the first exact.
  gaussian: `fn gaussian(a: f32, scale: f32) -> f32 {
  let clamped = min(a, 20f);
  let high = upper_half(clamped);
  return exp_f32(-scale * high * high) * exp_f32(-scale * (clamped - high) * (clamped + high));
}`,
  erf: `fn erf(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (a <= 1f) { return erf_near(x); }
  return copysign(1f - gaussian(a, 1f) * erfcx_far(a), x);
}`,
  erfc: `fn erfc(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (a <= 0.5f) { return 1f - erf_near(x); }
  let y = gaussian(a, 1f) * erfcx_far(a);
  return select(y, 2f - y, x < 0f);
}`,
  erfcx: `fn erfcx(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (a <= 0.5f) { return exp_f32(x * x) * (1f - erf_near(x)); }
  let y = erfcx_far(a);
  if (x > 0f) { return y; }
  if (x < -10f) { return infinity(); }
  let high = upper_half(a);
  return 2f * exp_f32(high * high) * exp_f32((a - high) * (a + high)) - y;
}`,
  // The probability that a normal variable exceeds a >= 0.
  normal_tail: `fn normal_tail(a: f32) -> f32 {
  let q = (a - 4f) / (a + 4f);
  return select(gaussian(a, 0.5f) * ${polynomial("q", NORMAL)} / (1f + a), 0f, a > 20f);
}`,
  log_ndtr: `fn log_ndtr(x: f32) -> f32 {
  let a = x * ${literal(Math.SQRT1_2)};
  if (x < -1f) { return log_f32(0.5f * erfcx(-a)) - 0.5f * x * x; }
  return log1p(-0.5f * erfc(a));
}`,
  // x >= 0 with erf(x) = a and erfc(x) = complement, by Halley's rule from Winitzki's approximation.
  erf_inverse: `fn erf_inverse(a: f32, complement: f32) -> f32 {
  if (complement == 0f) { return infinity(); }
  if (is_nan(a) || complement < 0f || a > 1f) { return not_a_number(); }
  let log = log_f32(complement * (1f + a));
  let t = fma(log, 0.5f, ${literal(2 / (0.147 * Math.PI))});
  var x = sqrt(max(sqrt(t * t - log * ${literal(1 / 0.147)}) - t, 0f));
  for (var i = 0; i < 3; i++) {
    let error = select(complement - erfc(x), erf(x) - a, a < 0.5f);
    let step = error / (gaussian(x, 1f) * ${literal(2 / Math.sqrt(Math.PI))});
    x -= step / fma(x, step, 1f);
  }
  return x;
}`,
  erfinv: `fn erfinv(y: f32) -> f32 { return copysign(erf_inverse(abs(y), 1f - abs(y)), y); }`,
  ndtri: `fn ndtri(p: f32) -> f32 {
  let q = select(1f - p, p, p < 0.5f);
  let x = ${literal(Math.SQRT2)} * erf_inverse(1f - 2f * q, 2f * q);
  return select(x, -x, p < 0.5f);
}`,
  // The argument moves up until Stirling's series holds.
  digamma_positive: `fn digamma_positive(x: f32) -> f32 {
  var y = x;
  var shift = 0f;
  for (; y < 6f; y += 1f) { shift -= 1f / y; }
  let inverse = 1f / y;
  let z = inverse * inverse;
  return shift + (log_f32(y) - fma(z, ${polynomial("z", DIGAMMA)}, 0.5f * inverse));
}`,
  digamma: `fn digamma(x: f32) -> f32 {
  if (is_nan(x) || is_posinf(x)) { return x; }
  if (x >= 0f) { return digamma_positive(x); }
  if (floor(x) == x) { return not_a_number(); }
  return digamma_positive(1f - x) - ${literal(Math.PI)} / tan_f32((x - round(x)) * ${literal(Math.PI)});
}`,
  lgamma_positive: `fn lgamma_positive(x: f32) -> f32 {
  var y = x;
  var product = 1f;
  for (; y < 4f; y += 1f) { product *= y; }
  let inverse = 1f / y;
  let z = inverse * inverse;
  let leading = fma(y - 0.5f, log_f32(y) - 1f, -0.5f);
  return leading + (fma(inverse, ${polynomial("z", LGAMMA)}, ${literal(Math.log(2 * Math.PI) / 2)}) - log_f32(product));
}`,
  lgamma: `fn lgamma(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (is_inf(x)) { return infinity(); }
  if (x >= 0f) { return lgamma_positive(x); }
  let sine = abs(sin_f32((x - round(x)) * ${literal(Math.PI)}));
  return log_f32(${literal(Math.PI)} / sine) - lgamma_positive(1f - x);
}`,
  lgamma_next: `fn lgamma_next(a: f32) -> f32 {
  if (a < 0.01f) { return a * ${polynomial("a", LGAMMA_NEXT)}; }
  return lgamma_positive(1f + a);
}`,
  // The smaller of P(a, x) and Q(a, x) for x near a of at least 12.
  gamma_transition: `fn gamma_transition(a: f32, x: f32) -> f32 {
  let mu = (x - a) / a;
  let r = mu / (2f + mu);
  let z = r * r;
  var half_square = r * mu;
  var power = r * z;
  for (var k = 3f; k < 41f; k += 2f) {
    half_square -= 2f * power / k;
    power *= z;
  }
  let eta = copysign(sqrt(2f * half_square), mu);
  var coefficients = ${table(TEMME)};
  var later = 0f;
  var beta = 0f;
  var sum = 0f;
  for (var n = ${TEMME.length - 1}; n > 0; n--) {
    let next = coefficients[n] + f32(n + 1) * later / a;
    later = beta;
    beta = next;
    sum = sum * eta + beta;
  }
  let rest = sum / (1f + later / a) * exp_f32(-a * half_square) / sqrt(${literal(2 * Math.PI)} * a);
  let tail = 0.5f * erfc(sqrt(a * half_square));
  return select(tail - rest, tail + rest, x >= a);
}`,
  // Q(a, x) where upper, else P(a, x), by the methods of the CPU kernel.
  gamma_ratio: `fn gamma_ratio(a: f32, x: f32, upper: bool) -> f32 {
  if (is_nan(a) || is_nan(x) || a < 0f || x < 0f) { return not_a_number(); }
  let none = x == 0f || is_inf(a);
  let all = a == 0f || is_inf(x);
  if (none && all) { return not_a_number(); }
  if (none || all) { return select(0f, 1f, all != upper); }
  var value: f32;
  var of_upper = x >= a;
  let near = select(x, clamp(x, 0.3f * a, 2.35f * a), a > 10000f);
  if (a >= 12f && near >= 0.3f * a && near <= 2.35f * a) {
    value = gamma_transition(a, near);
  } else {
    let growth = a * log_f32(x);
    let exponent = growth - lgamma_next(a);
    if (x <= 1f && a < 1.5f && growth > -0.4f) {
      of_upper = true;
      var factor = 1f;
      var term = 1f;
      var sum = 0f;
      value = 0f;
      for (var n = 1f; n < 13f; n += 1f) {
        factor *= -x / n;
        sum += factor / (a + n);
        term *= exponent / n;
        value -= term;
      }
      value -= a * (1f - value) * sum;
    } else if (x > 1f && of_upper) {
      var b = x + 1f - a;
      var c = 1e30f;
      var d = 1f / b;
      value = a * d;
      for (var n = 1f; n < 200f; n += 1f) {
        let step = n * (a - n);
        b += 2f;
        d = 1f / (step * d + b);
        c = b + step / c;
        let ratio = c * d;
        value *= ratio;
        if (abs(ratio - 1f) < 1e-7f) { break; }
      }
      value *= exp_f32(exponent - x);
    } else {
      of_upper = false;
      var term = 1f;
      value = 1f;
      for (var n = a + 1f; term > 3e-8f * value; n += 1f) {
        term *= x / n;
        value += term;
      }
      value *= exp_f32(exponent - x);
    }
  }
  return select(1f - value, value, of_upper == upper);
}`,
  // Below q = -65536 the shift would take too long.
  zeta: `fn zeta(s: f32, q: f32) -> f32 {
  if (is_nan(s) || is_nan(q) || s < 1f) { return not_a_number(); }
  if (s == 1f || (q <= 0f && floor(q) == q && !is_inf(q))) { return infinity(); }
  if (is_posinf(q)) { return 0f; }
  if (q < -65536f || (q < 0f && floor(s) != s)) { return not_a_number(); }
  var y = q;
  var sum = 0f;
  // The terms of the sum fall as long as s is small beside 2 pi y.
  let enough = min(6f + 0.5f * s, 40f);
  for (; y < enough; y += 1f) { sum += pow_f32(y, -s); }
  let power = pow_f32(y, -s);
  sum += power * y / (s - 1f);
  sum += 0.5f * power;
  var coefficients = ${table(ZETA)};
  var factor = power / y * s;
  var k = s;
  for (var j = 0; j < ${ZETA.length}; j++) {
    sum = fma(factor, coefficients[j], sum);
    factor = factor / y * (k + 1f) / y * (k + 2f);
    k += 2f;
  }
  return sum;
}`,
  // exp(-a) I(a) for a > 12, of the order whose 4 order^2 is given.
  bessel_far: `fn bessel_far(a: f32, order: f32) -> f32 {
  var term = 1f;
  var sum = 1f;
  for (var k = 1f; k < 20f; k += 1f) {
    let odd = 2f * k - 1f;
    term *= (odd * odd - order) / (8f * a * k);
    sum += term;
    if (abs(term) < 6e-8f) { break; }
  }
  return sum * ${literal(1 / Math.sqrt(2 * Math.PI))} / sqrt(a);
}`,
  // I(a) for 0 <= a <= 12, of order 0 or 1.
  bessel_near: `fn bessel_near(a: f32, order: f32) -> f32 {
  let q = 0.25f * a * a;
  var term = select(0.5f * a, 1f, order == 0f);
  var sum = term;
  for (var k = 1f; k < 60f; k += 1f) {
    term *= q / (k * (k + order));
    sum += term;
    if (term <= 6e-8f * sum) { break; }
  }
  return sum;
}`,
  i0e: `fn i0e(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (is_inf(x)) { return 0f; }
  if (a > 12f) { return bessel_far(a, 0f); }
  return bessel_near(a, 0f) * exp_f32(-a);
}`,
  i0: `fn i0(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (is_inf(x)) { return infinity(); }
  if (a <= 12f) { return bessel_near(a, 0f); }
  let root = exp_f32(0.5f * a);
  return bessel_far(a, 0f) * root * root;
}`,
  i1e: `fn i1e(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x)) { return x; }
  if (is_inf(x)) { return copysign(0f, x); }
  if (a > 12f) { return copysign(bessel_far(a, 4f), x); }
  return copysign(bessel_near(a, 1f) * exp_f32(-a), x);
}`,
  i1: `fn i1(x: f32) -> f32 {
  let a = abs(x);
  if (is_nan(x) || is_inf(x)) { return x; }
  if (a <= 12f) { return copysign(bessel_near(a, 1f), x); }
  let root = exp_f32(0.5f * a);
  return copysign(bessel_far(a, 4f) * root * root, x);
}`,
};
