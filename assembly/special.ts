// deno-fmt-ignore-file: it drops the decorators of functions.
// Gamma and Bessel functions, the inverse error function and others: `<p>_<name>(x, y, n, p0, p1)` sets `y[i] = f(x[i])` for i < n,
// `y` may be `x`; zeta is laid out as in `mapBinary`.
//
// The gamma functions shift their argument up until Stirling's series holds (Abramowitz and Stegun, "Handbook of mathematical
// functions", 6.1.40, 6.3.18), and reflect negative arguments; zeta is summed by Euler and Maclaurin (ibid., 23.2); Bessel
// functions take their power series, and their asymptotic one from 20 (f32: 12) on (ibid., 9.6.10, 9.7.1). No step is long
// enough to need more than the format's precision, but lgamma is accurate relative to 1 + |x log x| only. erfcx and log_ndtr,
// which would lose four bits in f32, are computed in f64 for both.
import { bits, HALF, INFINITE, MAGNITUDE, NOT_A_NUMBER, ONE, scalar, SIGN, TWO, ZERO } from "./constants";
import { erfcScaled, verf, verfc } from "./erf";
import { vexp, vlog, vlog1p } from "./exp_log";
import { mapBinaryLong, mapLong } from "./map";
import { vpow } from "./pow";
import { entry, fma, polynomial } from "./simd";
import { vsin, vtan } from "./trig";

/** Coefficients of 1 / y^2k in log(y) - 1 / (2 y) - digamma(y), from 1 / y^2 on: B_2k / 2k. */
const DIGAMMA_F32 = memory.data<f32>([0.08333333333333333, -0.008333333333333333, 0.003968253968253968], 16);
const DIGAMMA_F64 = memory.data<f64>([
  0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576,
  -0.021092796092796094, 0.08333333333333333,
], 16);

/** Coefficients of 1 / y^(2k - 1) in Stirling's series for lgamma: B_2k / (2k (2k - 1)). */
const LGAMMA_F32 = memory.data<f32>([0.08333333333333333, -0.002777777777777778, 0.0007936507936507937], 16);
const LGAMMA_F64 = memory.data<f64>([
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
  -0.0019175269175269176, 0.00641025641025641,
], 16);

/** B_2k / (2k)!. */
const ZETA_F32 = memory.data<f32>([
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7, 2.08767569878681e-8,
], 16);
const ZETA_F64 = memory.data<f64>([
  0.08333333333333333, -0.001388888888888889, 3.306878306878307e-5, -8.267195767195768e-7, 2.08767569878681e-8,
  -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
], 16);

/** Coefficients of 1 / (2 x^2)^k in sqrt(pi) x erfcx(x): (-1)^k (2k - 1)!!. */
const ERFCX = memory.data<f64>([1, -1, 3, -15, 105, -945, 10395], 16);

/** Numbers at the positions below. */
const FACTS_F32 = memory.data<f32>([
  3.141592653589793, 0.9189385332046727, 6, 1.1283791670955126, 0.3989422804014327, 12, 5.960464477539063e-8,
  1.4142135623730951, 1, 40,
], 16);
const FACTS_F64 = memory.data<f64>([
  3.141592653589793, 0.9189385332046727, 10, 1.1283791670955126, 0.3989422804014327, 20, 1.1102230246251565e-16,
  1.4142135623730951, 1.5, 240,
], 16);
const PI = 0;
const HALF_LOG_TWO_PI = 1;
const STIRLING_FROM = 2;
const TWO_BY_SQRT_PI = 3;
const ONE_BY_SQRT_TWO_PI = 4;
/** From here on the asymptotic series of the Bessel functions and of erfcx hold. */
const ASYMPTOTIC_FROM = 5;
/** Terms below this share of a sum do not count. */
const EPSILON = 6;
const SQRT_TWO = 7;
/** How the shift of zeta grows with s, and where it ends. */
const ZETA_SHIFT = 8;
const ZETA_SHIFT_END = 9;

/** 2 / (0.147 pi) and 1 / 0.147: Winitzki's approximation of the inverse error function. */
const WINITZKI_F32 = memory.data<f32>([4.330746750799873, 6.802721088435374], 16);
const WINITZKI_F64 = memory.data<f64>([4.330746750799873, 6.802721088435374], 16);

// @ts-ignore: decorator
@inline
function fact<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? FACTS_F32 : FACTS_F64, i);
}

// @ts-ignore: decorator
@inline
function magnitude<T>(x: v128): v128 {
  return v128.and(x, bits<T>(MAGNITUDE));
}

/** pi (x - n) for the integer n next to x. */
// @ts-ignore: decorator
@inline
function angle<T>(x: v128): v128 {
  return v128.mul<T>(v128.sub<T>(x, v128.nearest<T>(x)), fact<T>(PI));
}

/** One copy of the logarithm for all that is slow enough to call it. */
function logOf<T>(x: v128): v128 {
  return vlog<T>(x);
}

/** One copy of the exponential. */
function expOf<T>(x: v128): v128 {
  return vexp<T>(x);
}

/** The derivative of lgamma. */
export function vdigamma<T>(x: v128): v128 {
  const one = scalar<T>(ONE), limit = fact<T>(STIRLING_FROM);
  const reflected = v128.lt<T>(x, scalar<T>(ZERO));
  let y = v128.bitselect(v128.sub<T>(one, x), x, reflected);
  let shift = scalar<T>(ZERO);
  for (let low = v128.lt<T>(y, limit); v128.any_true(low); low = v128.lt<T>(y, limit)) {
    shift = v128.sub<T>(shift, v128.and(v128.div<T>(one, y), low));
    y = v128.add<T>(y, v128.and(one, low));
  }
  const inverse = v128.div<T>(one, y);
  const z = v128.mul<T>(inverse, inverse);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, DIGAMMA_F32, 3) : polynomial<T>(z, DIGAMMA_F64, 7);
  const tail = fma<T>(z, p, v128.mul<T>(inverse, scalar<T>(HALF)));
  const value = v128.add<T>(shift, v128.sub<T>(logOf<T>(y), tail));
  if (!v128.any_true(reflected)) return value;
  const a = angle<T>(x);
  const mirror = v128.sub<T>(value, v128.div<T>(fact<T>(PI), vtan<T>(a)));
  const pole = v128.bitselect(scalar<T>(NOT_A_NUMBER), mirror, v128.eq<T>(a, scalar<T>(ZERO)));
  return v128.bitselect(pole, value, reflected);
}

/** log |gamma(x)|. */
export function vlgamma<T>(x: v128): v128 {
  const one = scalar<T>(ONE), infinite = scalar<T>(INFINITE), limit = fact<T>(STIRLING_FROM);
  const reflected = v128.lt<T>(x, scalar<T>(ZERO));
  let y = v128.bitselect(v128.sub<T>(one, x), x, reflected);
  let product = one;
  for (let low = v128.lt<T>(y, limit); v128.any_true(low); low = v128.lt<T>(y, limit)) {
    product = v128.mul<T>(product, v128.bitselect(y, one, low));
    y = v128.add<T>(y, v128.and(one, low));
  }
  const inverse = v128.div<T>(one, y);
  const z = v128.mul<T>(inverse, inverse);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, LGAMMA_F32, 3) : polynomial<T>(z, LGAMMA_F64, 7);
  const log = logOf<T>(y);
  const leading = v128.sub<T>(v128.mul<T>(v128.sub<T>(y, scalar<T>(HALF)), v128.sub<T>(log, one)), scalar<T>(HALF));
  const rest = v128.sub<T>(fma<T>(inverse, p, fact<T>(HALF_LOG_TWO_PI)), logOf<T>(product));
  let value = v128.add<T>(leading, rest);
  if (v128.any_true(reflected)) {
    const sine = magnitude<T>(vsin<T>(angle<T>(x)));
    const mirror = v128.sub<T>(logOf<T>(v128.div<T>(fact<T>(PI), sine)), value);
    value = v128.bitselect(mirror, value, reflected);
  }
  return v128.bitselect(infinite, value, v128.eq<T>(magnitude<T>(x), infinite));
}

/**
 * sum of (q + k)^-s over k >= 0, for s > 1; NaN below q = -65536, where the shift would take too long. The terms of Euler and
 * Maclaurin's series fall like ((s + 2k) / (2 pi y))^2k, so the larger s is the further the argument must be shifted, up to a
 * y whose power underflows for all larger s.
 */
export function vzeta<T>(s: v128, q: v128): v128 {
  const one = scalar<T>(ONE), zero = scalar<T>(ZERO);
  const limit = v128.min<T>(fma<T>(s, fact<T>(ZETA_SHIFT), fact<T>(STIRLING_FROM)), fact<T>(ZETA_SHIFT_END));
  const exponent = v128.neg<T>(s);
  const whole = v128.eq<T>(v128.floor<T>(q), q);
  const pole = v128.and(v128.and(v128.le<T>(q, zero), v128.gt<T>(q, v128.neg<T>(scalar<T>(INFINITE)))), whole);
  const distant = v128.lt<T>(q, v128.splat<T>(<T>-65536));
  let y = v128.bitselect(limit, q, v128.or(pole, distant));
  let sum = zero;
  for (let low = v128.lt<T>(y, limit); v128.any_true(low); low = v128.lt<T>(y, limit)) {
    sum = v128.add<T>(sum, v128.and(vpow<T>(y, exponent), low));
    y = v128.add<T>(y, v128.and(one, low));
  }
  const power = vpow<T>(y, exponent);
  sum = v128.add<T>(sum, v128.div<T>(v128.mul<T>(power, y), v128.sub<T>(s, one)));
  sum = fma<T>(power, scalar<T>(HALF), sum);
  const inverse = v128.div<T>(one, y);
  let factor = v128.mul<T>(v128.mul<T>(power, inverse), s);
  let k = s;
  for (let j = 0; j < (sizeof<T>() == 4 ? 5 : 8); j++) {
    sum = fma<T>(factor, entry<T>(sizeof<T>() == 4 ? ZETA_F32 : ZETA_F64, j), sum);
    k = v128.add<T>(k, one);
    factor = v128.mul<T>(v128.mul<T>(factor, inverse), k);
    k = v128.add<T>(k, one);
    factor = v128.mul<T>(v128.mul<T>(factor, inverse), k);
  }
  const broken = v128.and(v128.lt<T>(q, zero), v128.ne<T>(v128.floor<T>(s), s));
  sum = v128.andnot(sum, v128.eq<T>(q, scalar<T>(INFINITE)));
  const value = v128.bitselect(scalar<T>(INFINITE), sum, v128.or(pole, v128.eq<T>(s, one)));
  const undefinedAt = v128.or(v128.lt<T>(s, one), v128.andnot(v128.or(broken, distant), pole));
  return v128.bitselect(scalar<T>(NOT_A_NUMBER), value, undefinedAt);
}

/**
 * x >= 0 with erf(x) = a and erfc(x) = complement, by Halley's rule from Winitzki's approximation. It solves for a below 1/2
 * and for the complement above.
 */
function erfInverse<T>(a: v128, complement: v128): v128 {
  const one = scalar<T>(ONE), half = scalar<T>(HALF);
  const table = sizeof<T>() == 4 ? WINITZKI_F32 : WINITZKI_F64;
  const log = logOf<T>(v128.mul<T>(complement, v128.add<T>(one, a)));
  const t = fma<T>(log, half, entry<T>(table, 0));
  const root = v128.sqrt<T>(v128.sub<T>(v128.mul<T>(t, t), v128.mul<T>(log, entry<T>(table, 1))));
  let x = v128.sqrt<T>(v128.max<T>(v128.sub<T>(root, t), scalar<T>(ZERO)));
  const central = v128.lt<T>(a, half);
  for (let i = 0; i < 4; i++) {
    const near = v128.sub<T>(verf<T>(x), a);
    const far = v128.sub<T>(complement, verfc<T>(x));
    const slope = v128.mul<T>(expOf<T>(v128.neg<T>(v128.mul<T>(x, x))), fact<T>(TWO_BY_SQRT_PI));
    const step = v128.div<T>(v128.bitselect(near, far, central), slope);
    x = v128.sub<T>(x, v128.div<T>(step, fma<T>(x, step, one)));
  }
  x = v128.bitselect(scalar<T>(INFINITE), x, v128.eq<T>(complement, scalar<T>(ZERO)));
  const inside = v128.and(v128.le<T>(a, one), v128.ge<T>(complement, scalar<T>(ZERO)));
  return v128.bitselect(x, scalar<T>(NOT_A_NUMBER), inside);
}

/** x with erf(x) = y. */
export function verfinv<T>(y: v128): v128 {
  const a = magnitude<T>(y);
  return v128.or(erfInverse<T>(a, v128.sub<T>(scalar<T>(ONE), a)), v128.and(y, bits<T>(SIGN)));
}

/** The number below which the normal distribution has the probability p. */
export function vndtri<T>(p: v128): v128 {
  const one = scalar<T>(ONE), half = scalar<T>(HALF);
  const below = v128.lt<T>(p, half);
  const q = v128.bitselect(p, v128.sub<T>(one, p), below);
  const double = v128.add<T>(q, q);
  const x = v128.mul<T>(erfInverse<T>(v128.sub<T>(one, double), double), fact<T>(SQRT_TWO));
  return v128.bitselect(v128.neg<T>(x), x, below);
}

/** exp(x^2) erfc(x), in f64. */
export function verfcx(x: v128): v128 {
  const one = scalar<f64>(ONE), half = scalar<f64>(HALF);
  const a = magnitude<f64>(x), from = fact<f64>(ASYMPTOTIC_FROM);
  const z = v128.mul<f64>(a, a);
  const near = v128.mul<f64>(expOf<f64>(z), verfc<f64>(a));
  const middle = erfcScaled<f64>(v128.min<f64>(v128.max<f64>(a, half), from));
  const inverse = v128.div<f64>(half, z);
  const series = polynomial<f64>(inverse, ERFCX, 7);
  const far = v128.mul<f64>(v128.div<f64>(v128.mul<f64>(fact<f64>(TWO_BY_SQRT_PI), half), a), series);
  let y = v128.bitselect(near, middle, v128.lt<f64>(a, half));
  y = v128.bitselect(far, y, v128.gt<f64>(a, from));
  const reflected = v128.sub<f64>(v128.mul<f64>(expOf<f64>(z), scalar<f64>(TWO)), y);
  return v128.bitselect(reflected, y, v128.lt<f64>(x, scalar<f64>(ZERO)));
}

/** Logarithm of the distribution function of the normal distribution, in f64. */
export function vlogNdtr(x: v128): v128 {
  const half = scalar<f64>(HALF);
  const a = v128.div<f64>(x, fact<f64>(SQRT_TWO));
  const square = v128.mul<f64>(v128.mul<f64>(x, x), half);
  const low = v128.sub<f64>(logOf<f64>(v128.mul<f64>(verfcx(v128.neg<f64>(a)), half)), square);
  const high = vlog1p<f64>(v128.neg<f64>(v128.mul<f64>(verfc<f64>(a), half)));
  return v128.bitselect(low, high, v128.lt<f64>(x, v128.neg<f64>(scalar<f64>(ONE))));
}

/** The first two lanes of f32 as f64. */
// @ts-ignore: decorator
@inline
function lowDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two lanes of f32 as f64. */
// @ts-ignore: decorator
@inline
function highDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** Four lanes of f32 from two pairs of f64. */
// @ts-ignore: decorator
@inline
function singles(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** I_order(a) of 0 <= a: the power series, times exp(-a) if `scaled`; order is 0 or 1. */
// @ts-ignore: decorator
@inline
function besselNear<T>(a: v128, order: i32, scaled: bool): v128 {
  const one = scalar<T>(ONE);
  const halfway = v128.mul<T>(a, scalar<T>(HALF));
  const q = v128.mul<T>(halfway, halfway);
  let term = order == 0 ? one : halfway;
  let sum = term;
  let k = one;
  for (;;) {
    const divisor = v128.mul<T>(k, order == 0 ? k : v128.add<T>(k, one));
    term = v128.div<T>(v128.mul<T>(term, q), divisor);
    sum = v128.add<T>(sum, term);
    k = v128.add<T>(k, one);
    if (!v128.any_true(v128.gt<T>(term, v128.mul<T>(sum, fact<T>(EPSILON))))) break;
  }
  return scaled ? v128.mul<T>(sum, expOf<T>(v128.neg<T>(a))) : sum;
}

/** exp(-a) I_order(a) for a of at least ASYMPTOTIC_FROM. */
// @ts-ignore: decorator
@inline
function besselFar<T>(a: v128, order: i32): v128 {
  const one = scalar<T>(ONE), two = scalar<T>(TWO);
  const inverse = v128.div<T>(v128.splat<T>(<T>0.125), a);
  let term = one;
  let sum = one;
  let k = one;
  let odd = one;
  for (let i = 0; i < 30; i++) {
    const square = v128.mul<T>(odd, odd);
    const numerator = order == 0 ? square : v128.sub<T>(square, v128.splat<T>(<T>4));
    term = v128.div<T>(v128.mul<T>(v128.mul<T>(term, numerator), inverse), k);
    sum = v128.add<T>(sum, term);
    k = v128.add<T>(k, one);
    odd = v128.add<T>(odd, two);
    if (!v128.any_true(v128.gt<T>(magnitude<T>(term), fact<T>(EPSILON)))) break;
  }
  return v128.mul<T>(sum, v128.div<T>(fact<T>(ONE_BY_SQRT_TWO_PI), v128.sqrt<T>(a)));
}

/** The modified Bessel function of the first kind, times exp(-|x|) if `scaled`. */
function bessel<T>(x: v128, order: i32, scaled: bool): v128 {
  const a = magnitude<T>(x), from = fact<T>(ASYMPTOTIC_FROM);
  const far = v128.gt<T>(a, from);
  let value = besselNear<T>(v128.min<T>(a, from), order, scaled);
  if (v128.any_true(far)) {
    let tail = besselFar<T>(v128.max<T>(a, from), order);
    if (!scaled) {
      const root = expOf<T>(v128.mul<T>(a, scalar<T>(HALF)));
      tail = v128.mul<T>(v128.mul<T>(tail, root), root);
    }
    const infinite = v128.eq<T>(a, scalar<T>(INFINITE));
    tail = v128.bitselect(scaled ? scalar<T>(ZERO) : a, tail, infinite);
    value = v128.bitselect(tail, value, far);
  }
  return order == 0 ? value : v128.xor(value, v128.and(x, bits<T>(SIGN)));
}

/** log(x / (1 - x)). */
export function vlogit<T>(x: v128): v128 {
  return vlog<T>(v128.div<T>(x, v128.sub<T>(scalar<T>(ONE), x)));
}

/** sin(pi x) / (pi x), and 1 at 0. */
export function vsinc<T>(x: v128): v128 {
  const a = v128.mul<T>(x, fact<T>(PI));
  return v128.bitselect(scalar<T>(ONE), v128.div<T>(vsin<T>(a), a), v128.eq<T>(a, scalar<T>(ZERO)));
}

/** -x log(x): 0 at 0, minus infinity below. */
export function ventr<T>(x: v128): v128 {
  const zero = scalar<T>(ZERO);
  const above = v128.bitselect(zero, v128.neg<T>(v128.mul<T>(x, vlog<T>(x))), v128.eq<T>(x, zero));
  return v128.bitselect(v128.neg<T>(scalar<T>(INFINITE)), above, v128.lt<T>(x, zero));
}

@unmanaged class Digamma { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vdigamma<T>(x); } }
@unmanaged class Lgamma { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlgamma<T>(x); } }
@unmanaged class Erfinv { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return verfinv<T>(x); } }
@unmanaged class I0 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return bessel<T>(x, 0, false); } }
@unmanaged class I0e { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return bessel<T>(x, 0, true); } }
@unmanaged class I1 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return bessel<T>(x, 1, false); } }
@unmanaged class I1e { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return bessel<T>(x, 1, true); } }
@unmanaged class Ndtri { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vndtri<T>(x); } }
@unmanaged
class Erfcx {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return sizeof<T>() == 8 ? verfcx(x) : singles(verfcx(lowDoubles(x)), verfcx(highDoubles(x)));
  }
}

@unmanaged
class LogNdtr {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return sizeof<T>() == 8 ? vlogNdtr(x) : singles(vlogNdtr(lowDoubles(x)), vlogNdtr(highDoubles(x)));
  }
}

@unmanaged class Logit { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlogit<T>(x); } }
@unmanaged class Sinc { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsinc<T>(x); } }
@unmanaged class Entr { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return ventr<T>(x); } }
@unmanaged class Zeta { @inline map<T>(a: v128, b: v128, p0: v128, p1: v128): v128 { return vzeta<T>(a, b); } }

export function f32_digamma(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Digamma>(x, y, n, p0, p1); }
export function f64_digamma(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Digamma>(x, y, n, p0, p1); }
export function f32_lgamma(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Lgamma>(x, y, n, p0, p1); }
export function f64_lgamma(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Lgamma>(x, y, n, p0, p1); }
export function f32_erfinv(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Erfinv>(x, y, n, p0, p1); }
export function f64_erfinv(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Erfinv>(x, y, n, p0, p1); }
export function f32_i0(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, I0>(x, y, n, p0, p1); }
export function f64_i0(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, I0>(x, y, n, p0, p1); }
export function f32_i0e(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, I0e>(x, y, n, p0, p1); }
export function f64_i0e(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, I0e>(x, y, n, p0, p1); }
export function f32_i1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, I1>(x, y, n, p0, p1); }
export function f64_i1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, I1>(x, y, n, p0, p1); }
export function f32_i1e(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, I1e>(x, y, n, p0, p1); }
export function f64_i1e(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, I1e>(x, y, n, p0, p1); }

export function f32_zeta(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, Zeta>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_zeta(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, Zeta>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
export function f32_logit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Logit>(x, y, n, p0, p1); }
export function f64_logit(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Logit>(x, y, n, p0, p1); }
export function f32_sinc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Sinc>(x, y, n, p0, p1); }
export function f64_sinc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Sinc>(x, y, n, p0, p1); }
export function f32_entr(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Entr>(x, y, n, p0, p1); }
export function f64_entr(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Entr>(x, y, n, p0, p1); }
export function f32_ndtri(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Ndtri>(x, y, n, p0, p1); }
export function f64_ndtri(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Ndtri>(x, y, n, p0, p1); }
export function f32_erfcx(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Erfcx>(x, y, n, p0, p1); }
export function f64_erfcx(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Erfcx>(x, y, n, p0, p1); }
export function f32_log_ndtr(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, LogNdtr>(x, y, n, p0, p1); }
export function f64_log_ndtr(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, LogNdtr>(x, y, n, p0, p1); }
