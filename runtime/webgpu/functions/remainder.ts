/**
 * The exact remainder of floats.
 *
 * @module
 */

/**
 * x - y trunc(x / y) with the sign of x: long division of the significands, eight bits at a time, in integers. The exponent
 * field of denormals counts as 1.
 */
export const FLOAT_REMAINDER = `fn fmod(x: f32, y: f32) -> f32 {
  let sign = bitcast<u32>(x) & 0x80000000u;
  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (b == 0u || a >= 0x7f800000u || b > 0x7f800000u) { return not_a_number(); }
  if (a < b) { return x; }
  var exponent = max(b >> 23u, 1u);
  let divisor = select((b & 0x7fffffu) | 0x800000u, b, b < 0x800000u);
  var rest = select((a & 0x7fffffu) | 0x800000u, a, a < 0x800000u) % divisor;
  var left = max(a >> 23u, 1u) - exponent;
  while (left > 0u && rest > 0u) {
    let step = min(left, 8u);
    rest = (rest << step) % divisor;
    left -= step;
  }
  let shift = min(countLeadingZeros(rest) - 8u, exponent - 1u);
  rest <<= shift;
  exponent -= shift;
  if (rest >= 0x800000u) { rest += (exponent - 1u) << 23u; }
  return bitcast<f32>(rest | sign);
}`;
