// Hyperbolic functions and their inverses.
//
// sinh and cosh use exp's reduction x = n ln 2 + r and the addition theorem: with a = sinh(n ln 2), b = cosh(n ln 2), both
// exact but for one rounding, sinh(x) = a + (a (cosh r - 1) + b sinh r), and cosh likewise. tanh is a polynomial up to
// TANH_POLYNOMIAL and 1 - 2 / (exp(2 x) + 1) beyond.
import { bits, EXP_SAFE, HALF, INFINITE, MAGNITUDE, NOT_A_NUMBER, ONE, scalar, SHIFTER, TWO, ZERO } from "./constants";
import {
  anyBeyond, exponent, expRemainder, log1pSum, logSum, onePlusExp, powerOfTwo, scaledExp, shifted, significand, withSign,
} from "./exp_log";
import { entry, fma, polynomial } from "./simd";

/** (sinh(r) / r - 1) / z in z = r^2, |r| <= ln 2 / 2. */
const SINH_F32 = memory.data<f32>([0.1666666716337204, 0.008333191275596619, 0.00019959268684033304], 16);
const SINH_F64 = memory.data<f64>([
  0.16666666666666677, 0.0083333333333214, 0.0001984126988675415, 2.7557243535681485e-6, 2.5109285361132873e-8,
], 16);

/** (cosh(r) - 1 - z / 2) / z^2 in z = r^2. */
const COSH_F32 = memory.data<f32>([0.0416666679084301, 0.0013888598186895251, 2.4992044927785173e-5], 16);
const COSH_F64 = memory.data<f64>([
  0.041666666666666685, 0.0013888888888873273, 2.4801587349243815e-5, 2.7557251768766857e-7, 2.092178985266185e-9,
], 16);

/** (tanh(x) / x - 1) / z in z = x^2, |x| <= 0.7. */
const TANH_F32 = memory.data<f32>([
  -0.33333325386047363, 0.13333003222942352, -0.05392271280288696, 0.02157800830900669, -0.007895905524492264,
  0.0019042177591472864,
], 16);
const TANH_F64 = memory.data<f64>([
  -0.3333333333333333, 0.13333333333333067, -0.0539682539681074, 0.021869488531879668, -0.00886323545357237,
  0.0035921271343174062, -0.001455826980804166, 0.0005899839689296792, -0.00023894361349745757, 9.633625065861253e-5,
  -3.795938936742183e-5, 1.3754892018115259e-5, -3.950627208564251e-6, 6.368769761227274e-7,
], 16);

/** Where tanh's polynomial ends, where tanh is 1, and where x^2 + 1 is x^2 to inverse functions. */
const LIMITS_F32 = memory.data<f32>([0.68, 10, 16384], 16);
const LIMITS_F64 = memory.data<f64>([0.68, 20, 1073741824], 16);
const TANH_POLYNOMIAL = 0;
const TANH_ONE = 1;
const SQUARE_ALONE = 2;

// @ts-ignore: decorator
@inline
function limit<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? LIMITS_F32 : LIMITS_F64, i);
}

/** sinh(r) - r for |r| <= ln 2 / 2, z = r^2. */
// @ts-ignore: decorator
@inline
function sinhTail<T>(r: v128, z: v128): v128 {
  const p = sizeof<T>() == 4 ? polynomial<T>(z, SINH_F32, 3) : polynomial<T>(z, SINH_F64, 5);
  return v128.mul<T>(v128.mul<T>(r, z), p);
}

/** cosh(r) - 1 for |r| <= ln 2 / 2, z = r^2. */
// @ts-ignore: decorator
@inline
function coshm1Remainder<T>(z: v128): v128 {
  const p = sizeof<T>() == 4 ? polynomial<T>(z, COSH_F32, 3) : polynomial<T>(z, COSH_F64, 5);
  return v128.mul<T>(z, fma<T>(z, p, scalar<T>(HALF)));
}

/** sinh(x) or cosh(x) for 0 <= x <= EXP_SAFE. */
// @ts-ignore: decorator
@inline
function hyperbolicSafe<T>(x: v128, cosine: bool): v128 {
  const half = scalar<T>(HALF);
  const t = shifted<T>(x);
  const n = v128.sub<T>(t, scalar<T>(SHIFTER));
  const r = expRemainder<T>(x, n);
  const up = v128.mul<T>(powerOfTwo<T>(t), half);
  const down = v128.mul<T>(powerOfTwo<T>(v128.sub<T>(scalar<T>(SHIFTER), n)), half);
  const z = v128.mul<T>(r, r);
  const s = sinhTail<T>(r, z), c = coshm1Remainder<T>(z);
  const a = v128.sub<T>(up, down), b = v128.add<T>(up, down);
  if (cosine) {
    const bError = v128.add<T>(v128.sub<T>(up, b), down);
    return v128.add<T>(b, fma<T>(a, v128.add<T>(r, s), fma<T>(b, c, bError)));
  }
  // a + b r is added without error.
  const linear = v128.mul<T>(b, r);
  const sum = v128.add<T>(a, linear);
  const error = v128.add<T>(v128.sub<T>(a, sum), linear);
  return v128.add<T>(sum, fma<T>(b, s, fma<T>(a, c, error)));
}

/** `y` with exp(x) / 2 in the lanes where x exceeds EXP_SAFE. */
function withHalfExp<T>(y: v128, x: v128): v128 {
  return v128.bitselect(scaledExp<T>(x, scalar<T>(ZERO), scalar<T>(HALF)), y, v128.gt<T>(x, scalar<T>(EXP_SAFE)));
}

/** sinh(x). */
// @ts-ignore: decorator
@inline
export function vsinh<T>(x: v128): v128 {
  const a = v128.and(x, bits<T>(MAGNITUDE));
  let y = hyperbolicSafe<T>(a, false);
  if (anyBeyond<T>(x, EXP_SAFE)) y = withHalfExp<T>(y, a);
  return withSign<T>(y, x);
}

/** cosh(x). */
// @ts-ignore: decorator
@inline
export function vcosh<T>(x: v128): v128 {
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const y = hyperbolicSafe<T>(a, true);
  return anyBeyond<T>(x, EXP_SAFE) ? withHalfExp<T>(y, a) : y;
}

/** tanh(x). */
// @ts-ignore: decorator
@inline
export function vtanh<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const a = v128.min<T>(v128.and(x, bits<T>(MAGNITUDE)), limit<T>(TANH_ONE));
  const far = v128.sub<T>(one, v128.div<T>(scalar<T>(TWO), onePlusExp<T>(v128.add<T>(a, a))));
  const z = v128.mul<T>(a, a);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, TANH_F32, 6) : polynomial<T>(z, TANH_F64, 14);
  const near = fma<T>(v128.mul<T>(a, z), p, a);
  return withSign<T>(v128.bitselect(far, near, v128.gt<T>(a, limit<T>(TANH_POLYNOMIAL))), x);
}

/** `y` with log(2 x) in the lanes where x exceeds SQUARE_ALONE. */
function withLogTwice<T>(y: v128, x: v128): v128 {
  const one = scalar<T>(ONE);
  const e = v128.add<T>(exponent<T>(x), one);
  const far = v128.bitselect(
    x, logSum<T>(v128.sub<T>(significand<T>(x), one), e, scalar<T>(ZERO)), v128.eq<T>(x, scalar<T>(INFINITE)),
  );
  return v128.bitselect(far, y, v128.gt<T>(x, limit<T>(SQUARE_ALONE)));
}

// @ts-ignore: decorator
@inline
function anyAlone<T>(x: v128): bool {
  return v128.any_true(v128.gt<T>(x, limit<T>(SQUARE_ALONE)));
}

/** asinh(x) = log1p(|x| + x^2 / (1 + sqrt(1 + x^2))) with the sign of x. */
// @ts-ignore: decorator
@inline
export function vasinh<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const z = v128.mul<T>(a, a);
  const excess = v128.div<T>(z, v128.add<T>(v128.sqrt<T>(v128.add<T>(z, one)), one));
  const u = v128.add<T>(a, excess);
  let y = log1pSum<T>(u, v128.sub<T>(excess, v128.sub<T>(u, a)));
  if (anyAlone<T>(a)) y = withLogTwice<T>(y, a);
  return withSign<T>(y, x);
}

/** acosh(x) = log1p(t + sqrt(t (t + 2))), t = x - 1. */
// @ts-ignore: decorator
@inline
export function vacosh<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const t = v128.sub<T>(x, one);
  const root = v128.sqrt<T>(fma<T>(t, t, v128.add<T>(t, t)));
  const u = v128.add<T>(root, t);
  let y = log1pSum<T>(u, v128.sub<T>(t, v128.sub<T>(u, root)));
  if (anyAlone<T>(x)) y = withLogTwice<T>(y, x);
  return v128.bitselect(scalar<T>(NOT_A_NUMBER), y, v128.lt<T>(x, one));
}

/** atanh(x) = log1p(u) / 2, u = 2 |x| / (1 - |x|) = 2 |x| + 2 |x| |x| / (1 - |x|), with the sign of x. */
// @ts-ignore: decorator
@inline
export function vatanh<T>(x: v128): v128 {
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const t = v128.add<T>(a, a);
  const excess = v128.div<T>(v128.mul<T>(t, a), v128.sub<T>(scalar<T>(ONE), a));
  const u = v128.add<T>(t, excess);
  const b = v128.sub<T>(u, t);
  const low = v128.add<T>(v128.sub<T>(excess, b), v128.sub<T>(t, v128.sub<T>(u, b)));
  return withSign<T>(v128.mul<T>(log1pSum<T>(u, low), scalar<T>(HALF)), x);
}
