// The error function, its complement and the exact gelu.
//
// The tail is exp(-c a^2) g(q) / (1 + b a), q = (a - K) / (a + K): b = 2, c = 1 for erfc(a), b = 1, c = 1/2 for the
// normal distribution. The variable q and the factor 1 + b a are those of Shepherd and Laframboise, "Chebyshev approximation of
// (1 + 2x) exp(x^2) erfc x", Math. Comp. 36, 1981; the polynomials are minimax fits made for this project. So that the
// tail stays accurate relative to its value, a^2 is cut in two before the exponential and the factors carry their rounding
// errors; up to 1/2, where g is not flat enough, there are polynomials without exponential. In f32 those of gelu reach to 2:
// one for each of four intervals of |x|, whose coefficients a byte shuffle takes from a table.
import {
  bits, HALF, LN2_HIGH, LN2_LOW, LOG2_E, MAGNITUDE, ONE, scalar, SHIFTER, TWO, UPPER_PART, ZERO,
} from "./constants";
import { upper } from "./double_word";
import { expm1Remainder, scaleByPower, withSign } from "./exp_log";
import { nanAtMinusInfinity } from "./sigmoid";
import { entry, fma, fnma, polynomial } from "./simd";

/** erf(x) / x - 1 in z = x^2, |x| <= 1. */
const ERF_F32 = memory.data<f32>([
  0.12837916612625122, -0.3761262595653534, 0.1128358319401741, -0.026853691786527634, 0.005188073962926865,
  -0.0008007878204807639, 7.846108201192692e-5,
], 16);
const ERF_F64 = memory.data<f64>([
  0.1283791670955126, -0.37612638903183876, 0.11283791670958747, -0.026866170645620812, 0.005223977629111059,
  -0.0008548327190604907, 0.00012055337816975648, -1.4925739489810456e-5, 1.6463103379909154e-6, -1.6370814172433e-7,
  1.4787744421475095e-8, -1.1835238578920887e-9, 6.692704200967956e-11,
], 16);

/**
 * The normal distribution at -(k / 2 + TAIL_CENTRE + u), |u| <= 1/4, for k = 0 to 3 in the lanes: coefficients of u^0 to u^6.
 * The centre is where the four values are almost floats.
 */
const NORMAL_TAIL_F32 = memory.data<f32>([
  0.4013023376464844, 0.22663410007953644, 0.10565386712551117, 0.040061090141534805,
  -0.3866702914237976, -0.30114248394966125, -0.1826542168855667, -0.0862807035446167,
  0.04832993820309639, 0.11292523145675659, 0.11415667831897736, 0.0754946917295456,
  0.060416966676712036, 0.021959874778985977, -0.017119688913226128, -0.0296575166285038,
  -0.011847185902297497, -0.022941680625081062, -0.013667547143995762, 0.000391401321394369,
  -0.008397494442760944, 0.00012622744543477893, 0.005902229342609644, 0.004294664599001408,
  0.002067726105451584, 0.003036778187379241, 0.00048693441203795373, -0.0012882356531918049,
], 16);

/** The limit of x, the centre of the first interval, and 1.5 * 2^22, whose unit in the last place is 1/2. */
const INTERVALS_F32 = memory.data<f32>([1.9999, 0.24997758865356445, 6291456], 16);
const NEAR_LIMIT = 0;
const TAIL_CENTRE = 1;
const HALF_SHIFTER = 2;
/**
 * Of a table's row, the bytes of entry k are 4 k + (0, 1, 2, 3). Multiplying the bits of HALF_SHIFTER + k / 2 by the first
 * constant fills the lane with 4 k, and the second completes that; it also removes what the exponent leaves in the top byte.
 */
const ROW_BYTES = memory.data<u32>([0x04040404, 0xd8020100], 16);

const NORMAL_CENTRE_F64 = memory.data<f64>([
  0.39894228040143265, -0.06649038006690156, 0.00997355700986585, -0.0011873282118811887, 0.00011543464537843747,
  -9.444366923284355e-6, 6.648166711628367e-7, -3.874352071505681e-8,
], 16);

/** Where the tail has vanished, K, g(0), and g(q) - g(0) in q, whose first coefficient completes g(0). */
const ERFC_F32 = memory.data<f32>([
  10.2, 2, 1.2769783735275269, 1.8878420604551138e-8, -0.09276389330625534, -0.1660313904285431, 0.1640530675649643,
  -0.054204829037189484, -0.008043793961405754, 0.008637512102723122, 0.0012706515844911337, -0.0012532129185274243,
  -0.0003615284222178161, 2.804074938467238e-5,
], 16);
const ERFC_F64 = memory.data<f64>([
  27.4, 4, 1.2329951186255526, -4.6360706148367536e-17, -0.13962111684056286, 0.01537965210262009, 0.06809705425473381,
  -0.10103906603632064, 0.09373283499690523, -0.066330365812107, 0.03716751556083004, -0.016197734053900313,
  0.005031969769786716, -0.0007577733671356619, -0.00019925557739095952, 0.0001506223142667708, -2.440295181717735e-5,
  -1.1224883559734393e-5, 5.717470790876811e-6, 3.013663580664938e-7, -8.346943043979318e-7, 6.281926278077614e-8,
  1.1507769262603562e-7, -7.83292890282549e-9, -1.3613221608187973e-8, -1.7886656703610825e-9,
], 16);
const NORMAL_F32 = memory.data<f32>([
  14.7, 4, 0.472053200006485, 6.8355996418745235e-9, -0.09670346975326538, 0.013999597169458866, 0.028600025922060013,
  -0.03219727426767349, 0.017939966171979904, -0.005004404578357935, -0.00030321863596327603, 0.0006930269883014262,
  -6.107002263888717e-5, -7.19193703844212e-5,
], 16);
const NORMAL_F64 = memory.data<f64>([
  39.2, 5, 0.46151582985003775, 2.1760437195590378e-17, -0.09155228183400885, 0.031030368425963947,
  0.010002352385208501, -0.026401042966331965, 0.024536963244352755, -0.01517041540175416, 0.006522000657867591,
  -0.0016760723561251, 7.791677100207224e-6, 0.00018233424345904771, -5.360796231779812e-5, -9.896605680651402e-6,
  9.060945277739359e-6, -6.868889918409583e-8, -1.3094372469830428e-6, 1.244408822667841e-7, 1.9818816408841906e-7,
  -2.189311480303434e-8, -3.1497276502196957e-8, 4.714294650922676e-10, 3.845742503200546e-9, 6.929966154150392e-10,
], 16);
const VANISHED = 0;
const K = 1;
const CENTRE = 2;
/** Entries before the polynomial. */
const HEADER = 3;

/** erfc(|x|), or x times the tail of the normal distribution at |x|. */
// @ts-ignore: decorator
@inline
function tail<T>(x: v128, normal: bool): v128 {
  const table = sizeof<T>() == 4 ? (normal ? NORMAL_F32 : ERFC_F32) : (normal ? NORMAL_F64 : ERFC_F64);
  const one = scalar<T>(ONE);
  const a = v128.min<T>(v128.and(x, bits<T>(MAGNITUDE)), entry<T>(table, VANISHED));
  const k = entry<T>(table, K);
  const q = v128.div<T>(v128.sub<T>(a, k), v128.add<T>(a, k));
  const g = polynomial<T>(q, table + HEADER * sizeof<T>(), sizeof<T>() == 4 ? 11 : 23);
  const centre = entry<T>(table, CENTRE);
  const n = v128.add<T>(centre, g);
  const nError = v128.add<T>(v128.sub<T>(centre, n), g);
  // a = high + low, with so few bits in high that its square, 1 + b high and the product of this with half of a significand
  // are exact. n / (1 + b a), with what the quotient lacks:
  const high = v128.and(a, bits<T>(UPPER_PART)), low = v128.sub<T>(a, high);
  const d = v128.add<T>(normal ? high : v128.add<T>(high, high), one);
  const dError = normal ? low : v128.add<T>(low, low);
  const reciprocal = v128.div<T>(one, v128.add<T>(d, dError));
  const ratio = v128.mul<T>(n, reciprocal);
  const half = upper<T>(ratio);
  const rest = fnma<T>(v128.sub<T>(ratio, half), d, fnma<T>(half, d, n));
  const ratioError = v128.mul<T>(fnma<T>(ratio, dError, v128.add<T>(rest, nError)), reciprocal);
  // exp(-c a^2) = 2^e (1 + p):
  let square = v128.mul<T>(high, high), excess = v128.mul<T>(v128.add<T>(a, high), low);
  if (normal) {
    square = v128.mul<T>(square, scalar<T>(HALF));
    excess = v128.mul<T>(excess, scalar<T>(HALF));
  }
  const shifter = scalar<T>(SHIFTER);
  const e = v128.sub<T>(fnma<T>(v128.add<T>(square, excess), scalar<T>(LOG2_E), shifter), shifter);
  const exact = fnma<T>(e, scalar<T>(LN2_HIGH), v128.neg<T>(square));
  const p = expm1Remainder<T>(v128.sub<T>(exact, fma<T>(e, scalar<T>(LN2_LOW), excess)));
  const remainder = fma<T>(ratio, p, fma<T>(ratioError, p, ratioError));
  if (!normal) return scaleByPower<T>(ratio, remainder, e);
  // The product with x: that of the leading halves is exact.
  const factor = withSign<T>(a, x);
  const leading = upper<T>(factor);
  const cross = fma<T>(leading, v128.sub<T>(ratio, half), v128.mul<T>(v128.sub<T>(factor, leading), ratio));
  return scaleByPower<T>(v128.mul<T>(leading, half), fma<T>(factor, remainder, cross), e);
}

/** exp(a^2) erfc(a) for 1/2 <= a up to where erfc vanishes. */
// @ts-ignore: decorator
@inline
export function erfcScaled<T>(a: v128): v128 {
  const table = sizeof<T>() == 4 ? ERFC_F32 : ERFC_F64;
  const k = entry<T>(table, K);
  const q = v128.div<T>(v128.sub<T>(a, k), v128.add<T>(a, k));
  const g = polynomial<T>(q, table + HEADER * sizeof<T>(), sizeof<T>() == 4 ? 11 : 23);
  return v128.div<T>(v128.add<T>(entry<T>(table, CENTRE), g), fma<T>(a, scalar<T>(TWO), scalar<T>(ONE)));
}

/** erf(a) for 0 <= a <= 1. */
// @ts-ignore: decorator
@inline
function erfNear<T>(a: v128): v128 {
  const z = v128.mul<T>(a, a);
  return fma<T>(a, sizeof<T>() == 4 ? polynomial<T>(z, ERF_F32, 7) : polynomial<T>(z, ERF_F64, 13), a);
}

/** erf(x). */
// @ts-ignore: decorator
@inline
export function verf<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const far = v128.sub<T>(one, tail<T>(a, false));
  return withSign<T>(v128.bitselect(far, erfNear<T>(a), v128.gt<T>(a, one)), x);
}

/** 1 - erf(x). Several operations call this one copy. */
export function verfc<T>(x: v128): v128 {
  const one = scalar<T>(ONE), half = scalar<T>(HALF), zero = scalar<T>(ZERO);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const near = v128.sub<T>(one, withSign<T>(erfNear<T>(v128.min<T>(a, half)), x));
  const y = tail<T>(a, false);
  const far = v128.bitselect(v128.sub<T>(scalar<T>(TWO), y), y, v128.lt<T>(x, zero));
  return v128.bitselect(far, near, v128.gt<T>(a, half));
}

/** The entries that `bytes` names of row i of a table of four columns. */
// @ts-ignore: decorator
@inline
function row(table: usize, i: i32, bytes: v128): v128 {
  const entries = v128.load(table + i * 16);
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(entries, bytes) : i8x16.swizzle(entries, bytes);
}

/** For a < 2, the low bits name the interval of a table like NORMAL_TAIL_F32. */
// @ts-ignore: decorator
@inline
export function interval(a: v128): v128 {
  return v128.add<f32>(v128.sub<f32>(a, entry<f32>(INTERVALS_F32, TAIL_CENTRE)), entry<f32>(INTERVALS_F32, HALF_SHIFTER));
}

/** What a exceeds the centre of its interval by. */
// @ts-ignore: decorator
@inline
export function offset(a: v128, interval: v128): v128 {
  const centre = v128.sub<f32>(interval, entry<f32>(INTERVALS_F32, HALF_SHIFTER));
  return v128.sub<f32>(v128.sub<f32>(a, entry<f32>(INTERVALS_F32, TAIL_CENTRE)), centre);
}

/** The polynomial in u that a table like NORMAL_TAIL_F32 has for the interval, of degree 6 or 8. */
// @ts-ignore: decorator
@inline
export function piecewise(interval: v128, u: v128, table: usize, degree: i32): v128 {
  const bytes = i32x4.add(i32x4.mul(interval, v128.load32_splat(ROW_BYTES)), v128.load32_splat(ROW_BYTES, 4));
  let p = row(table, degree, bytes);
  if (degree > 7) p = fma<f32>(p, u, row(table, 7, bytes));
  if (degree > 6) p = fma<f32>(p, u, row(table, 6, bytes));
  p = fma<f32>(p, u, row(table, 5, bytes));
  p = fma<f32>(p, u, row(table, 4, bytes));
  p = fma<f32>(p, u, row(table, 3, bytes));
  p = fma<f32>(p, u, row(table, 2, bytes));
  p = fma<f32>(p, u, row(table, 1, bytes));
  return fma<f32>(p, u, row(table, 0, bytes));
}

/** Up to this magnitude `piecewise` holds. */
// @ts-ignore: decorator
@inline
export function piecewiseLimit(): v128 {
  return entry<f32>(INTERVALS_F32, NEAR_LIMIT);
}

/** The steps of `geluNear`: the interval of |x|, */
// @ts-ignore: decorator
@inline
export function geluInterval(x: v128): v128 {
  return interval(v128.and(x, bits<f32>(MAGNITUDE)));
}

/** and the offset of |x| in it. */
// @ts-ignore: decorator
@inline
export function geluOffset(x: v128, interval: v128): v128 {
  return offset(v128.and(x, bits<f32>(MAGNITUDE)), interval);
}

/** `vgelu` in f32 for |x| <= `piecewiseLimit`: max(x, 0) - |x| tail. */
// @ts-ignore: decorator
@inline
export function geluNear(x: v128, interval: v128, u: v128): v128 {
  const a = v128.and(x, bits<f32>(MAGNITUDE));
  return fnma<f32>(a, piecewise(interval, u, NORMAL_TAIL_F32, 6), v128.pmax<f32>(x, scalar<f32>(ZERO)));
}

/** `vgelu` close to 0: `geluNear`, or x (1/2 + x p(x^2)). */
// @ts-ignore: decorator
@inline
function geluCentre<T>(x: v128): v128 {
  if (sizeof<T>() == 4) {
    const t = geluInterval(x);
    return geluNear(x, t, geluOffset(x, t));
  }
  const p = polynomial<T>(v128.mul<T>(x, x), NORMAL_CENTRE_F64, 8);
  return v128.mul<T>(x, fma<T>(x, p, scalar<T>(HALF)));
}

/** x times the cumulative normal distribution: by the tail x tail below 0 and x - x tail above. */
// @ts-ignore: decorator
@inline
export function vgelu<T>(x: v128): v128 {
  const near = geluCentre<T>(x);
  const limit = sizeof<T>() == 4 ? piecewiseLimit() : scalar<T>(HALF);
  const beyond = v128.gt<T>(v128.and(x, bits<T>(MAGNITUDE)), limit);
  if (!v128.any_true(beyond)) return near;
  const y = tail<T>(x, true);
  const far = v128.bitselect(v128.sub<T>(x, y), nanAtMinusInfinity<T>(y, x), v128.gt<T>(x, scalar<T>(ZERO)));
  return v128.bitselect(far, near, beyond);
}
