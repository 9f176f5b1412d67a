// The vector vocabulary that the kernels share.
//
// A vector function `vname<T>(x: v128): v128` is written once for f32 and f64 and works lane by lane: the result in a lane
// depends on that lane's input alone.

/** Lanes of type T in a vector. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return 16 / <i32> sizeof<T>();
}

/** A vector with every lane set to `value`. */
// @ts-ignore: decorator
@inline
export function splat<T>(value: T): v128 {
  return v128.splat<T>(value);
}

/**
 * `a * b + c`. Rounded once or twice: relaxed SIMD leaves the choice to the machine, so nothing may count on either.
 */
// @ts-ignore: decorator
@inline
export function fma<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return sizeof<T>() == 4 ? f32x4.relaxed_madd(a, b, c) : f64x2.relaxed_madd(a, b, c);
  }
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** `c - a * b`, rounded as `fma`. */
// @ts-ignore: decorator
@inline
export function fnma<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return sizeof<T>() == 4 ? f32x4.relaxed_nmadd(a, b, c) : f64x2.relaxed_nmadd(a, b, c);
  }
  return v128.sub<T>(c, v128.mul<T>(a, b));
}

/** `a` where the mask is all ones and `b` where it is zero; it must be either, lane by lane. */
// @ts-ignore: decorator
@inline
export function select(a: v128, b: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_laneselect(a, b, mask);
  return v128.bitselect(a, b, mask);
}

/**
 * Entry `i` of a table of T in every lane. V8 builds a vector constant anew at each use; a load from a table costs less.
 */
// @ts-ignore: decorator
@inline
export function entry<T>(table: usize, i: i32): v128 {
  const p = table + i * sizeof<T>();
  return sizeof<T>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
}

/** `c[0] + c[stride] x + c[2 stride] x^2 + ...` of `count` terms, a constant from 2 to 12, by Horner's rule. */
// @ts-ignore: decorator
@inline
function horner<T>(x: v128, c: usize, count: i32, stride: i32): v128 {
  let p = entry<T>(c, (count - 1) * stride);
  if (count > 11) p = fma<T>(p, x, entry<T>(c, 10 * stride));
  if (count > 10) p = fma<T>(p, x, entry<T>(c, 9 * stride));
  if (count > 9) p = fma<T>(p, x, entry<T>(c, 8 * stride));
  if (count > 8) p = fma<T>(p, x, entry<T>(c, 7 * stride));
  if (count > 7) p = fma<T>(p, x, entry<T>(c, 6 * stride));
  if (count > 6) p = fma<T>(p, x, entry<T>(c, 5 * stride));
  if (count > 5) p = fma<T>(p, x, entry<T>(c, 4 * stride));
  if (count > 4) p = fma<T>(p, x, entry<T>(c, 3 * stride));
  if (count > 3) p = fma<T>(p, x, entry<T>(c, 2 * stride));
  if (count > 2) p = fma<T>(p, x, entry<T>(c, stride));
  return fma<T>(p, x, entry<T>(c, 0));
}

/**
 * `c[0] + c[1] x + ... + c[count - 1] x^(count - 1)`; `count`, a constant, is 2 to 24. Long polynomials are the sum of
 * their even and odd halves, since a chain of dependent operations limits their speed.
 */
// @ts-ignore: decorator
@inline
export function polynomial<T>(x: v128, c: usize, count: i32): v128 {
  if (count < 8) return horner<T>(x, c, count, 1);
  const square = v128.mul<T>(x, x);
  return fma<T>(x, horner<T>(square, c + sizeof<T>(), count >> 1, 2), horner<T>(square, c, (count + 1) >> 1, 2));
}
