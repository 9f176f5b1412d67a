/**
 * Sines, cosines, tangents and their inverses.
 *
 * |x| = n pi/2 + r with |r| <= pi/4. Up to 3000 the multiple of pi/2 is subtracted in four parts (Cody and Waite), beyond it
 * is found in integers (M. Payne and R. Hanek, "Radian reduction for trigonometric functions", SIGNUM 18, 1983), for all
 * floats. The polynomials of sine, cosine and their inverses are those of S. L. Moshier's Cephes library (sinf.c,
 * asinf.c, atanf.c).
 *
 * @module
 */
import { literal, polynomial } from "./formula.ts";

const SIN = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4];
const COS = [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5];
const ASIN = [1.6666752422e-1, 7.4953002686e-2, 4.5470025998e-2, 2.4181311049e-2, 4.2163199048e-2];
const ATAN = [-3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2];

/** 32 zero bits and then those of 2 / pi after the point. */
const TWO_BY_PI = [
  0,
  0xa2f9836e,
  0x4e441529,
  0xfc2757d1,
  0xf534ddc0,
  0xdb629599,
  0x3c439041,
  0xfe5163ab,
];

/** The functions of this file by name. */
export const TRIGONOMETRY: Readonly<Record<string, string>> = {
  multiply_high: `fn multiply_high(x: u32, y: u32) -> u32 {
  let low = (x & 0xffffu) * (y & 0xffffu);
  let a = (x >> 16u) * (y & 0xffffu) + (low >> 16u);
  let b = (x & 0xffffu) * (y >> 16u) + (a & 0xffffu);
  return (x >> 16u) * (y >> 16u) + (a >> 16u) + (b >> 16u);
}`,
  two_by_pi_word: `fn two_by_pi_word(i: u32) -> u32 {
  switch i {
${TWO_BY_PI.map((word, i) => `    case ${i}u${i === 0 ? ", default" : ""}: { return ${word}u; }`).join("\n")}
  }
}`,
  two_by_pi_bits: `fn two_by_pi_bits(first: u32) -> u32 {
  let word = first >> 5u;
  let shift = first & 31u;
  let high = two_by_pi_word(word);
  if (shift == 0u) { return high; }
  return (high << shift) | (two_by_pi_word(word + 1u) >> (32u - shift));
}`,
  // r and n modulo 4. x is a 24-bit number times 2^k; the 96 bits of 2 / pi whose products with it lie between 2 and 2^-94
  // give x 2 / pi modulo 4 as a fixed-point number of that many bits. The table has 32 bits more in front.
  large_reduction: `fn large_reduction(x: f32) -> vec2<f32> {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let m = (bits & 0x7fffffu) | 0x800000u;
  let first = (bits >> 23u) - 150u + 30u;
  let w0 = two_by_pi_bits(first);
  let w1 = two_by_pi_bits(first + 32u);
  let w2 = two_by_pi_bits(first + 64u);
  let middle = m * w1 + multiply_high(m, w2);
  let carry = select(0u, 1u, middle < m * w1);
  let high = m * w0 + multiply_high(m, w1) + carry;
  let quadrant = (high + 0x20000000u) >> 30u;
  var fraction = high - (quadrant << 30u);
  var rest = middle;
  let negative = (fraction >> 31u) == 1u;
  if (negative) { fraction = ~fraction; rest = ~rest; }
  let r = fma(f32(fraction), ${literal(Math.PI * 2 ** -31)}, f32(rest) * ${literal(Math.PI * 2 ** -63)});
  return vec2<f32>(select(r, -r, negative), f32(quadrant & 3u));
}`,
  reduce_angle: `fn reduce_angle(x: f32) -> vec2<f32> {
  let a = abs(x);
  if (a > 3000f) { return large_reduction(x); }
  let n = round(a * ${literal(2 / Math.PI)});
  let middle = settled(fma(n, -0.0004837512969970703f, settled(fma(n, -1.5703125f, a), n)), n);
  let r = fma(n, ${literal(-2.5633440682570896e-12)}, fma(n, ${literal(-7.549533620476723e-8)}, middle));
  return vec2<f32>(r, n);
}`,
  sin_near: `fn sin_near(r: f32) -> f32 { let z = r * r; return fma(r * z, ${polynomial("z", SIN)}, r); }`,
  cos_near: `fn cos_near(r: f32) -> f32 { let z = r * r; return fma(z * z, ${
    polynomial("z", COS)
  }, fma(z, -0.5f, 1f)); }`,
  sin_f32: `fn sin_f32(x: f32) -> f32 {
  if (!is_finite(x)) { return not_a_number(); }
  let reduced = reduce_angle(x);
  let quadrant = i32(reduced.y);
  let y = select(sin_near(reduced.x), cos_near(reduced.x), (quadrant & 1) == 1);
  return select(y, -y, ((quadrant & 2) == 2) != sign_bit(x));
}`,
  cos_f32: `fn cos_f32(x: f32) -> f32 {
  if (!is_finite(x)) { return not_a_number(); }
  let reduced = reduce_angle(x);
  let quadrant = i32(reduced.y);
  let y = select(cos_near(reduced.x), sin_near(reduced.x), (quadrant & 1) == 1);
  return select(y, -y, ((quadrant + 1) & 2) == 2);
}`,
  tan_f32: `fn tan_f32(x: f32) -> f32 {
  if (!is_finite(x)) { return not_a_number(); }
  let reduced = reduce_angle(x);
  let s = sin_near(reduced.x);
  let c = cos_near(reduced.x);
  let y = select(s / c, -c / s, (i32(reduced.y) & 1) == 1);
  return select(y, -y, sign_bit(x));
}`,
  // sin(pi x) / (pi x): x less its nearest whole number is exact.
  sinc: `fn sinc(x: f32) -> f32 {
  if (x == 0f) { return 1f; }
  if (!is_finite(x)) { return not_a_number(); }
  let n = round(x);
  let y = sin_f32((x - n) * ${literal(Math.PI)}) / (x * ${literal(Math.PI)});
  return select(y, -y, fract(n * 0.5f) != 0f);
}`,
  asin_near: `fn asin_near(x: f32) -> f32 { let z = x * x; return fma(x * z, ${polynomial("z", ASIN)}, x); }`,
  asin_f32: `fn asin_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a <= 0.5f) { return asin_near(x); }
  if (is_nan(x) || a > 1f) { return not_a_number(); }
  return copysign(${literal(Math.PI / 2)} - 2f * asin_near(sqrt(0.5f * (1f - a))), x);
}`,
  acos_f32: `fn acos_f32(x: f32) -> f32 {
  let a = abs(x);
  if (a <= 0.5f) { return ${literal(Math.PI / 2)} - asin_near(x); }
  if (is_nan(x) || a > 1f) { return not_a_number(); }
  let y = 2f * asin_near(sqrt(0.5f * (1f - a)));
  return select(y, ${literal(Math.PI)} - y, x < 0f);
}`,
  // For 0 <= x, infinity included.
  atan_positive: `fn atan_positive(x: f32) -> f32 {
  var base = 0f;
  var t = x;
  if (x > 2.414213562373095f) { base = ${literal(Math.PI / 2)}; t = -1f / x; }
  else if (x > 0.4142135623730950f) { base = ${literal(Math.PI / 4)}; t = (x - 1f) / (x + 1f); }
  let z = t * t;
  return base + fma(t * z, ${polynomial("z", ATAN)}, t);
}`,
  atan_f32: `fn atan_f32(x: f32) -> f32 { return select(copysign(atan_positive(abs(x)), x), x, is_nan(x)); }`,
  atan2_f32: `fn atan2_f32(y: f32, x: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let small = min(abs(x), abs(y));
  let large = max(abs(x), abs(y));
  var ratio = 0f;
  if (is_inf(small)) { ratio = 1f; }
  else if (large > 0f && !is_inf(large)) { ratio = small / large; }
  var angle = atan_positive(ratio);
  if (abs(y) > abs(x)) { angle = ${literal(Math.PI / 2)} - angle; }
  if (sign_bit(x)) { angle = ${literal(Math.PI)} - angle; }
  return copysign(angle, y);
}`,
};
