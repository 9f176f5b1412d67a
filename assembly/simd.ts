// deno-fmt-ignore-file: it drops the decorators of functions.
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

/**
 * Entry `i` of a table of T in every lane. V8 builds a vector constant anew at each use; a load from a table costs less.
 */
// @ts-ignore: decorator
@inline
export function entry<T>(table: usize, i: i32): v128 {
  const p = table + i * sizeof<T>();
  return sizeof<T>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
}

/** `c[0] + c[1] x + ... + c[count - 1] x^(count - 1)` by Horner's rule; `count`, a constant, is 2 to 24. */
// @ts-ignore: decorator
@inline
export function polynomial<T>(x: v128, c: usize, count: i32): v128 {
  let p = entry<T>(c, count - 1);
  if (count > 23) p = fma<T>(p, x, entry<T>(c, 22));
  if (count > 22) p = fma<T>(p, x, entry<T>(c, 21));
  if (count > 21) p = fma<T>(p, x, entry<T>(c, 20));
  if (count > 20) p = fma<T>(p, x, entry<T>(c, 19));
  if (count > 19) p = fma<T>(p, x, entry<T>(c, 18));
  if (count > 18) p = fma<T>(p, x, entry<T>(c, 17));
  if (count > 17) p = fma<T>(p, x, entry<T>(c, 16));
  if (count > 16) p = fma<T>(p, x, entry<T>(c, 15));
  if (count > 15) p = fma<T>(p, x, entry<T>(c, 14));
  if (count > 14) p = fma<T>(p, x, entry<T>(c, 13));
  if (count > 13) p = fma<T>(p, x, entry<T>(c, 12));
  if (count > 12) p = fma<T>(p, x, entry<T>(c, 11));
  if (count > 11) p = fma<T>(p, x, entry<T>(c, 10));
  if (count > 10) p = fma<T>(p, x, entry<T>(c, 9));
  if (count > 9) p = fma<T>(p, x, entry<T>(c, 8));
  if (count > 8) p = fma<T>(p, x, entry<T>(c, 7));
  if (count > 7) p = fma<T>(p, x, entry<T>(c, 6));
  if (count > 6) p = fma<T>(p, x, entry<T>(c, 5));
  if (count > 5) p = fma<T>(p, x, entry<T>(c, 4));
  if (count > 4) p = fma<T>(p, x, entry<T>(c, 3));
  if (count > 3) p = fma<T>(p, x, entry<T>(c, 2));
  if (count > 2) p = fma<T>(p, x, entry<T>(c, 1));
  return fma<T>(p, x, entry<T>(c, 0));
}
