// deno-fmt-ignore-file: it drops the decorators of functions.
// The error function, its complement and the exact gelu.
//
// The tail is exp(-c a^2) g(q) / (1 + 2 a), q = (a - K) / (a + K): c = 1 for erfc(a), c = 1/2 for the normal distribution.
// The variable q and the factor 1 + 2 a are those of Shepherd and Laframboise, "Chebyshev approximation of
// (1 + 2x) exp(x^2) erfc x", Math. Comp. 36, 1981; the polynomials are minimax fits made for this project. So that the
// tail stays accurate relative to its value, a^2 is cut in two before the exponential and the factors carry their rounding
// errors.
import { bits, HALF, LOG2_E, MAGNITUDE, ONE, scalar, SHIFTER, TWO, ZERO } from "./constants";
import { productError, residual, upper } from "./double_word";
import { expm1Remainder, expRemainder, scaleByPower, withSign } from "./exp_log";
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
  14.7, 4, 0.8496957421302795, 3.0697595576612e-8, -0.023009199649095535, -0.09638009965419769, 0.12890693545341492,
  -0.09525903314352036, 0.044376667588949203, -0.010515360161662102, -0.001261429162696004, 0.0015603832434862852,
  -5.8444285969017074e-5, -0.00014713469136040658,
], 16);
const NORMAL_F64 = memory.data<f64>([
  39.2, 5, 0.8461123547250693, -4.3250596014871216e-17, -0.03964700840400568, -0.05400807503407562, 0.10088858203454056,
  -0.10065743821682174, 0.07248782697650973, -0.03933220135434825, 0.01542284567087631, -0.003571695447374872,
  -0.00011869347703909403, 0.00042509595600020094, -0.0001081772895719624, -2.643758980852128e-5, 1.9392150069459904e-5,
  5.376297911811873e-7, -2.862591172343637e-6, 1.718124246376594e-7, 4.360085909841292e-7, -3.273045753603357e-8,
  -6.901404557821586e-8, -9.888449889746145e-10, 8.3628541275585e-9, 1.6660527594501585e-9,
], 16);
const VANISHED = 0;
const K = 1;
const CENTRE = 2;
/** Entries before the polynomial. */
const HEADER = 3;

/** factor times the tail of erfc, or of the normal distribution, at a >= 0. */
// @ts-ignore: decorator
@inline
function tail<T>(a: v128, factor: v128, normal: bool): v128 {
  const table = sizeof<T>() == 4 ? (normal ? NORMAL_F32 : ERFC_F32) : (normal ? NORMAL_F64 : ERFC_F64);
  const one = scalar<T>(ONE);
  a = v128.min<T>(a, entry<T>(table, VANISHED));
  const k = entry<T>(table, K);
  const q = v128.div<T>(v128.sub<T>(a, k), v128.add<T>(a, k));
  const g = polynomial<T>(q, table + HEADER * sizeof<T>(), sizeof<T>() == 4 ? 11 : 23);
  const centre = entry<T>(table, CENTRE);
  const n = v128.add<T>(centre, g);
  const nError = v128.add<T>(v128.sub<T>(centre, n), g);
  // d = 1 + 2 a, and n / d, both with what they lack.
  const twice = v128.add<T>(a, a);
  const d = v128.add<T>(one, twice);
  const part = v128.sub<T>(d, one);
  const dError = v128.add<T>(v128.sub<T>(twice, part), v128.sub<T>(one, v128.sub<T>(d, part)));
  const reciprocal = v128.div<T>(one, d);
  const ratio = v128.mul<T>(n, reciprocal);
  const rest = fnma<T>(ratio, dError, v128.add<T>(residual<T>(n, ratio, d), nError));
  const ratioError = v128.mul<T>(rest, reciprocal);
  // exp(-c a^2) = 2^e (w + wError), the square of the upper half of a being exact.
  const high = upper<T>(a);
  let square = v128.mul<T>(high, high), excess = v128.mul<T>(v128.add<T>(a, high), v128.sub<T>(a, high));
  if (normal) {
    square = v128.mul<T>(square, scalar<T>(HALF));
    excess = v128.mul<T>(excess, scalar<T>(HALF));
  }
  const shifter = scalar<T>(SHIFTER);
  const e = v128.sub<T>(fnma<T>(v128.add<T>(square, excess), scalar<T>(LOG2_E), shifter), shifter);
  const p = expm1Remainder<T>(v128.sub<T>(expRemainder<T>(v128.neg<T>(square), e), excess));
  const w = v128.add<T>(one, p);
  const wError = v128.add<T>(v128.sub<T>(one, w), p);
  const product = v128.mul<T>(ratio, w);
  const error = fma<T>(ratio, wError, fma<T>(ratioError, w, productError<T>(ratio, w, product)));
  return scaleByPower<T>(v128.mul<T>(factor, product), v128.mul<T>(factor, error), e);
}

/** erf(x): x + x p(x^2) up to 1, then 1 less the tail, with the sign of x. */
// @ts-ignore: decorator
@inline
export function verf<T>(x: v128): v128 {
  const one = scalar<T>(ONE);
  const a = v128.and(x, bits<T>(MAGNITUDE));
  const z = v128.mul<T>(a, a);
  const p = sizeof<T>() == 4 ? polynomial<T>(z, ERF_F32, 7) : polynomial<T>(z, ERF_F64, 13);
  const far = v128.sub<T>(one, tail<T>(a, one, false));
  return withSign<T>(v128.bitselect(far, fma<T>(a, p, a), v128.gt<T>(a, one)), x);
}

/** 1 - erf(x). */
// @ts-ignore: decorator
@inline
export function verfc<T>(x: v128): v128 {
  const y = tail<T>(v128.and(x, bits<T>(MAGNITUDE)), scalar<T>(ONE), false);
  return v128.bitselect(v128.sub<T>(scalar<T>(TWO), y), y, v128.lt<T>(x, scalar<T>(ZERO)));
}

/** x times the cumulative normal distribution: x tail below 0, x - x tail above. */
// @ts-ignore: decorator
@inline
export function vgelu<T>(x: v128): v128 {
  const y = tail<T>(v128.and(x, bits<T>(MAGNITUDE)), x, true);
  return v128.bitselect(v128.sub<T>(x, y), nanAtMinusInfinity<T>(y, x), v128.gt<T>(x, scalar<T>(ZERO)));
}
