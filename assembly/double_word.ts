// Exact products and quotients with remainders: what a plain rounded operation loses.
//
// Operands are cut in halves whose products are exact (Dekker, "A floating-point technique for extending the available
// precision", 1971), since `fma` need not be fused.
import { bits, UPPER_HALF } from "./constants";
import { fma, fnma } from "./simd";

/** The leading half of the significand of x; x less it is exact. */
// @ts-ignore: decorator
@inline
export function upper<T>(x: v128): v128 {
  return v128.and(x, bits<T>(UPPER_HALF));
}

/** a b - p, exact for p = round(a b) where nothing underflows. */
// @ts-ignore: decorator
@inline
export function productError<T>(a: v128, b: v128, p: v128): v128 {
  const ah = upper<T>(a), al = v128.sub<T>(a, ah);
  const bh = upper<T>(b), bl = v128.sub<T>(b, bh);
  return fma<T>(al, bl, fma<T>(al, bh, fma<T>(ah, bl, v128.sub<T>(v128.mul<T>(ah, bh), p))));
}

/** n - q d for q = round(n / d). */
// @ts-ignore: decorator
@inline
export function residual<T>(n: v128, q: v128, d: v128): v128 {
  const qh = upper<T>(q), ql = v128.sub<T>(q, qh);
  const dh = upper<T>(d), dl = v128.sub<T>(d, dh);
  return fnma<T>(ql, dl, fnma<T>(ql, dh, fnma<T>(qh, dl, v128.sub<T>(n, v128.mul<T>(qh, dh)))));
}
