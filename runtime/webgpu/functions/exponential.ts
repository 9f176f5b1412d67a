/**
 * Exponentials, logarithms, hyperbolic functions and powers.
 *
 * The formulas and coefficients are those of the CPU kernels (`assembly/exp_log.ts`, `hyperbolic.ts`). WGSL allows to
 * reassociate, so nothing here counts on the rounding error of a sum; where a product must be exact, an operand is cut
 * by a mask on its bits.
 *
 * @module
 */
import { literal, polynomial } from "./formula.ts";

/** (exp(r) - 1 - r) / r^2 for |r| <= ln 2 / 2. */
const EXP = [0.4999999403953552, 0.1666651964187622, 0.04166824370622635, 0.00836884044110775, 0.001382300048135221];

/** (log((1 + s) / (1 - s)) / s - 2) / z in z = s^2. */
const LOG = [0.6666677594184875, 0.3997757136821747, 0.2987135052680969];

/** (tanh(x) / x - 1) / z in z = x^2, |x| < 0.68. */
const TANH = [
  -0.33333325386047363,
  0.13333003222942352,
  -0.05392271280288696,
  0.02157800830900669,
  -0.007895905524492264,
  0.0019042177591472864,
];

/** The functions of this file by name. */
export const EXPONENTIAL: Readonly<Record<string, string>> = {
  power_of_two: `fn power_of_two(n: i32) -> f32 { return bitcast<f32>(u32(n + 127) << 23u); }`,
  // Two factors, because 2^n alone may be out of range.
  scale_by_power: `fn scale_by_power(x: f32, n: i32) -> f32 {
  let half = n >> 1u;
  return (x * power_of_two(half)) * power_of_two(n - half);
}`,
  expm1_remainder: `fn expm1_remainder(r: f32) -> f32 { return fma(r * r, ${polynomial("r", EXP)}, r); }`,
  // x as it is, for a whole number |n| <= 65536, of which the compiler does not know that it is small: so it must compute x
  // before it uses it, where it would join n a + n b to n (a + b) otherwise.
  settled: `fn settled(x: f32, n: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ (u32(i32(n) + 65536) >> 24u)); }`,
  // Cody and Waite: ln 2 in two parts, the first so short that its products with whole numbers are exact.
  exp_remainder: `fn exp_remainder(x: f32, n: f32) -> f32 {
  return fma(n, ${literal(2.12194440e-4)}, settled(fma(n, -0.693359375f, x), n));
}`,
  exp_f32: `fn exp_f32(x: f32) -> f32 {
  let clamped = clamp(x, -104f, 89f);
  let n = round(clamped * ${literal(Math.LOG2E)});
  let y = scale_by_power(1f + expm1_remainder(exp_remainder(clamped, n)), i32(n));
  return select(y, x, is_nan(x));
}`,
  exp2_f32: `fn exp2_f32(x: f32) -> f32 {
  let clamped = clamp(x, -151f, 129f);
  let n = round(clamped);
  let y = scale_by_power(1f + expm1_remainder((clamped - n) * ${literal(Math.LN2)}), i32(n));
  return select(y, x, is_nan(x));
}`,
  expm1: `fn expm1(x: f32) -> f32 {
  if (x == 0f) { return x; }
  if (is_nan(x) || x > 88f) { return exp_f32(x); }
  let clamped = max(x, -20f);
  let n = round(clamped * ${literal(Math.LOG2E)});
  let p = expm1_remainder(exp_remainder(clamped, n));
  let s = power_of_two(i32(n));
  return select(fma(p, s, s - 1f), p, n == 0f);
}`,
  // log(1 + f) for sqrt(1/2) <= 1 + f < sqrt(2), in fdlibm's arrangement.
  log1p_near: `fn log1p_near(f: f32) -> f32 {
  let s = f / (2f + f);
  let z = s * s;
  let h = 0.5f * f * f;
  return f - (h - s * fma(z, ${polynomial("z", LOG)}, h));
}`,
  // The bits of sqrt(1/2) are the place where the exponent steps up.
  log_exponent: `fn log_exponent(x: f32) -> i32 { return (bitcast<i32>(x) - 0x3f3504f3) >> 23u; }`,
  log_fraction: `fn log_fraction(x: f32) -> f32 {
  return bitcast<f32>(((bitcast<i32>(x) - 0x3f3504f3) & 0x7fffff) + 0x3f3504f3) - 1f;
}`,
  // What logarithms to any base are outside the positive numbers; denormal ones count as 0.
  log_limit: `fn log_limit(x: f32, y: f32) -> f32 {
  if (is_nan(x) || is_posinf(x)) { return x; }
  if (abs(x) < 1.17549435e-38f) { return -infinity(); }
  return select(y, not_a_number(), x < 0f);
}`,
  log_f32: `fn log_f32(x: f32) -> f32 {
  let e = f32(log_exponent(x));
  let low = fma(e, -${literal(2.12194440e-4)}, log1p_near(log_fraction(x)));
  return log_limit(x, fma(e, 0.693359375f, low));
}`,
  log2_f32: `fn log2_f32(x: f32) -> f32 {
  return log_limit(x, fma(log1p_near(log_fraction(x)), ${literal(Math.LOG2E)}, f32(log_exponent(x))));
}`,
  // log10(2) in two parts, as ln 2.
  log10: `fn log10(x: f32) -> f32 {
  let e = f32(log_exponent(x));
  let low = fma(e, ${literal(4.605038981195214e-6)}, log1p_near(log_fraction(x)) * ${literal(Math.LOG10E)});
  return log_limit(x, fma(e, 0.301025390625f, low));
}`,
  log1p: `fn log1p(x: f32) -> f32 {
  if (x > -0.29f && x < 0.41f) { return log1p_near(x); }
  return log_f32(1f + x);
}`,
  tanh_f32: `fn tanh_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a < 0.68f) { let z = a * a; return copysign(fma(a * z, ${polynomial("z", TANH)}, a), x); }
  return copysign(1f - 2f / (1f + exp_f32(2f * a)), x);
}`,
  sinh_f32: `fn sinh_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a > 20f) { let root = exp_f32(0.5f * a); return copysign((0.5f * root) * root, x); }
  let e = expm1(a);
  return copysign(0.5f * (e + e / (1f + e)), x);
}`,
  cosh_f32: `fn cosh_f32(x: f32) -> f32 {
  let root = exp_f32(0.5f * abs(x));
  if (root > 20000f) { return (0.5f * root) * root; }
  let e = exp_f32(abs(x));
  return fma(0.5f, e, 0.5f / e);
}`,
  // log1p(a + a^2 / (1 + sqrt(1 + a^2))) with the sign of x; log(2 a) where a^2 would overflow.
  asinh_f32: `fn asinh_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a > 1e9f) { return copysign(log_f32(a) + ${literal(Math.LN2)}, x); }
  return copysign(log1p(a + a * a / (1f + sqrt(fma(a, a, 1f)))), x);
}`,
  acosh_f32: `fn acosh_f32(x: f32) -> f32 {
  if (x > 1e9f) { return log_f32(x) + ${literal(Math.LN2)}; }
  if (x < 1f) { return not_a_number(); }
  let t = x - 1f;
  return log1p(t + sqrt(t * (t + 2f)));
}`,
  atanh_f32: `fn atanh_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a == 1f) { return copysign(infinity(), x); }
  return copysign(0.5f * log1p(2f * a / (1f - a)), x);
}`,
  sigmoid: `fn sigmoid(x: f32) -> f32 { return 1f / (1f + exp_f32(-x)); }`,
  logaddexp: `fn logaddexp(x: f32, y: f32) -> f32 {
  if (x == y) { return x + ${literal(Math.LN2)}; }
  return maximum(x, y) + log1p(exp_f32(-abs(x - y)));
}`,
  logaddexp2: `fn logaddexp2(x: f32, y: f32) -> f32 {
  if (x == y) { return x + 1f; }
  return fma(log1p(exp2_f32(-abs(x - y))), ${literal(Math.LOG2E)}, maximum(x, y));
}`,
  xlogy: `fn xlogy(x: f32, y: f32) -> f32 { return select(x * log_f32(y), 0f, x == 0f && !is_nan(y)); }`,
  entropy: `fn entropy(x: f32) -> f32 {
  if (x < 0f) { return -infinity(); }
  return select(-x * log_f32(x), 0f, x == 0f);
}`,
  hypot: `fn hypot(x: f32, y: f32) -> f32 {
  if (is_inf(x) || is_inf(y)) { return infinity(); }
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let large = max(abs(x), abs(y));
  if (large == 0f) { return 0f; }
  let ratio = min(abs(x), abs(y)) / large;
  return large * sqrt(fma(ratio, ratio, 1f));
}`,
  // The leading half of the significand: products of two such numbers are exact.
  upper_half: `fn upper_half(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u); }`,
  // 2^(y log2(x)) for positive normal x and finite y. log(1 + f) = high + low to about 36 bits; 1 / ln 2 in two parts.
  positive_power: `fn positive_power(x: f32, y: f32) -> f32 {
  let e = f32(log_exponent(x));
  let f = log_fraction(x);
  let leading = upper_half(f);
  let square = 0.5f * leading * leading;
  let s = f / (2f + f);
  let z = s * s;
  let tail = s * fma(z, ${polynomial("z", LOG)}, 0.5f * f * f);
  let high = upper_half(f - square);
  let low = ((f - high) - square) + (tail - 0.5f * (f - leading) * (f + leading));
  let product = high * 1.44287109375f;
  let rest = fma(low, 1.44269502f, high * -0.00017605286f);
  let whole = upper_half(product);
  let y_high = upper_half(y);
  let y_low = y - y_high;
  let exponent = y * (e + (product + rest));
  if (exponent > 129f) { return infinity(); }
  if (exponent < -150f) { return 0f; }
  let n = round(exponent);
  let a = settled(fma(y_high, e, -n), n) + y_high * whole;
  let b = y_low * e + (y_low * whole + y * ((product - whole) + rest));
  return scale_by_power(1f + expm1_remainder((a + b) * ${literal(Math.LN2)}), i32(n));
}`,
  // C's special cases.
  pow_f32: `fn pow_f32(x: f32, y: f32) -> f32 {
  if (y == 0f || x == 1f) { return 1f; }
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let a = abs(x);
  let is_odd = abs(y) < 16777216f && trunc(y) == y && (i32(clamp(y, -16777216f, 16777216f)) & 1) == 1;
  var result = 0f;
  if (is_inf(y)) {
    if (a == 1f) { return 1f; }
    return select(0f, infinity(), (a > 1f) == (y > 0f));
  }
  if (is_inf(x) || a < 1.17549435e-38f) { result = select(0f, infinity(), is_inf(x) == (y > 0f)); }
  else {
    if (x < 0f && trunc(y) != y) { return not_a_number(); }
    result = positive_power(a, y);
  }
  return select(result, -result, is_odd && sign_bit(x));
}`,
  // By squaring, wrapping; for negative exponents the reciprocal cut to a whole number.
  pow_i32: `fn pow_i32(x: i32, y: i32) -> i32 {
  if (y < 0) {
    if (x == 1) { return 1; }
    return select(0, 1 - ((y & 1) << 1u), x == -1);
  }
  var power = 1;
  var base = x;
  for (var rest = y; rest > 0; rest >>= 1u) {
    if ((rest & 1) == 1) { power *= base; }
    base *= base;
  }
  return power;
}`,
};
