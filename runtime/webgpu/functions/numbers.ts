/**
 * Kinds of numbers, order, signs, rounding, division with a whole quotient, conversion.
 *
 * WGSL lets implementations assume that there is neither NaN nor infinity (section 15.7.2), and they do: `x != x` is
 * false, `max` of a number and NaN is either. So NaN is recognised by its bits, as integers.
 *
 * @module
 */
import { FLOAT_REMAINDER } from "./remainder.ts";

/** The functions of this file by name. */
export const NUMBERS: Readonly<Record<string, string>> = {
  is_nan: `fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  is_nan_i32: `fn is_nan_i32(x: i32) -> bool { return false; }`,
  is_inf: `fn is_inf(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }`,
  is_inf_i32: `fn is_inf_i32(x: i32) -> bool { return false; }`,
  is_posinf: `fn is_posinf(x: f32) -> bool { return bitcast<u32>(x) == 0x7f800000u; }`,
  is_posinf_i32: `fn is_posinf_i32(x: i32) -> bool { return false; }`,
  is_neginf: `fn is_neginf(x: f32) -> bool { return bitcast<u32>(x) == 0xff800000u; }`,
  is_neginf_i32: `fn is_neginf_i32(x: i32) -> bool { return false; }`,
  is_finite: `fn is_finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u; }`,
  is_finite_i32: `fn is_finite_i32(x: i32) -> bool { return true; }`,
  sign_bit: `fn sign_bit(x: f32) -> bool { return (bitcast<u32>(x) >> 31u) == 1u; }`,
  sign_bit_i32: `fn sign_bit_i32(x: i32) -> bool { return x < 0; }`,
  // By the bits: an implementation may take denormal numbers for 0.
  is_nonzero: `fn is_nonzero(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }`,
  is_nonzero_i32: `fn is_nonzero_i32(x: i32) -> bool { return x != 0; }`,
  not_equal: `fn not_equal(x: f32, y: f32) -> bool { return x != y || is_nan(x) || is_nan(y); }`,
  not_equal_i32: `fn not_equal_i32(x: i32, y: i32) -> bool { return x != y; }`,
  // Constants that are not finite are refused at compile time, hence the variable.
  infinity: `fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }`,
  not_a_number: `fn not_a_number() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }`,
  // PyTorch's: NaN wins.
  maximum: `fn maximum(x: f32, y: f32) -> f32 { return select(select(max(x, y), y, is_nan(y)), x, is_nan(x)); }`,
  maximum_i32: `fn maximum_i32(x: i32, y: i32) -> i32 { return max(x, y); }`,
  minimum: `fn minimum(x: f32, y: f32) -> f32 { return select(select(min(x, y), y, is_nan(y)), x, is_nan(x)); }`,
  minimum_i32: `fn minimum_i32(x: i32, y: i32) -> i32 { return min(x, y); }`,
  // C's: NaN loses.
  fmax: `fn fmax(x: f32, y: f32) -> f32 { return select(select(max(x, y), x, is_nan(y)), y, is_nan(x)); }`,
  fmax_i32: `fn fmax_i32(x: i32, y: i32) -> i32 { return max(x, y); }`,
  fmin: `fn fmin(x: f32, y: f32) -> f32 { return select(select(min(x, y), x, is_nan(y)), y, is_nan(x)); }`,
  fmin_i32: `fn fmin_i32(x: i32, y: i32) -> i32 { return min(x, y); }`,
  sign_f32: `fn sign_f32(x: f32) -> f32 { return f32(i32(x > 0f) - i32(x < 0f)); }`,
  copysign: `fn copysign(x: f32, y: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(y) & 0x80000000u));
}`,
  floor_i32: `fn floor_i32(x: i32) -> i32 { return x; }`,
  ceil_i32: `fn ceil_i32(x: i32) -> i32 { return x; }`,
  trunc_i32: `fn trunc_i32(x: i32) -> i32 { return x; }`,
  round_i32: `fn round_i32(x: i32) -> i32 { return x; }`,
  // WGSL shifts by the count modulo 32.
  left_shift_i32: `fn left_shift_i32(x: i32, count: i32) -> i32 {
  return select(0, x << (u32(count) & 31u), count >= 0 && count < 32);
}`,
  right_shift_i32: `fn right_shift_i32(x: i32, count: i32) -> i32 {
  return x >> select(31u, u32(count) & 31u, count >= 0 && count < 32);
}`,
  fmod: FLOAT_REMAINDER,
  fmod_i32: `fn fmod_i32(x: i32, y: i32) -> i32 {
  if (y == 0 || y == -1) { return 0; }
  return x % y;
}`,
  remainder: `fn remainder(x: f32, y: f32) -> f32 {
  let r = fmod(x, y);
  return select(r, r + y, r != 0f && (r < 0f) != (y < 0f));
}`,
  remainder_i32: `fn remainder_i32(x: i32, y: i32) -> i32 {
  let r = fmod_i32(x, y);
  return select(r, r + y, r != 0 && (r < 0) != (y < 0));
}`,
  trunc_divide_i32: `fn trunc_divide_i32(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  if (y == -1) { return -x; }
  return x / y;
}`,
  // A quotient next to a whole number may be wrong by the 2.5 ulp that WGSL allows: the remainder of that number decides.
  trunc_divide: `fn trunc_divide(x: f32, y: f32) -> f32 {
  let quotient = x / y;
  let whole = round(quotient);
  if (abs(quotient) < 8388608f && fma(whole, y, -x) == 0f) { return whole; }
  return trunc(quotient);
}`,
  floor_divide_i32: `fn floor_divide_i32(x: i32, y: i32) -> i32 {
  let r = fmod_i32(x, y);
  return trunc_divide_i32(x, y) - select(0, 1, r != 0 && (r < 0) != (y < 0));
}`,
  // x less its remainder is a multiple of y, so that the quotient is whole up to rounding.
  floor_divide: `fn floor_divide(x: f32, y: f32) -> f32 {
  if (y == 0f) { return x / y; }
  let r = fmod(x, y);
  let down = r != 0f && (r < 0f) != (y < 0f);
  let quotient = round((x - r) / y) - select(0f, 1f, down);
  return select(quotient, copysign(0f, x / y), quotient == 0f);
}`,
  heaviside: `fn heaviside(x: f32, y: f32) -> f32 { return select(select(0f, 1f, x > 0f), y, x == 0f); }`,
  heaviside_i32: `fn heaviside_i32(x: i32, y: i32) -> i32 { return select(select(0, 1, x > 0), y, x == 0); }`,
  // The integers p and q are in the order of x and y; both zeros are 0.
  nextafter: `fn nextafter(x: f32, y: f32) -> f32 {
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let a = bitcast<i32>(x);
  let b = bitcast<i32>(y);
  let p = select(a, -(a & 0x7fffffff), a < 0);
  let q = select(b, -(b & 0x7fffffff), b < 0);
  let next = p + select(-1, 1, q > p);
  return select(bitcast<f32>(select(next, -next | i32(-0x80000000), next < 0)), y, p == q);
}`,
  // Of the magnitudes, of which 2^31 is no i32.
  gcd_i32: `fn gcd_i32(x: i32, y: i32) -> i32 {
  var a = u32(abs(x));
  var b = u32(abs(y));
  while (b != 0u) {
    let rest = a % b;
    a = b;
    b = rest;
  }
  return i32(a);
}`,
  lcm_i32: `fn lcm_i32(x: i32, y: i32) -> i32 { return abs(trunc_divide_i32(x, gcd_i32(x, y)) * y); }`,
  // C's conversion where it is defined; else saturated, and 0 for NaN.
  to_int: `fn to_int(x: f32) -> i32 {
  if (is_nan(x)) { return 0; }
  if (x >= 2147483648f) { return 2147483647; }
  return i32(max(x, -2147483648f));
}`,
  to_byte: `fn to_byte(x: f32) -> i32 { return clamp(to_int(x), 0, 255); }`,
};
