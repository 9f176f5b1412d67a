// deno-fmt-ignore-file: it drops the decorators of functions.
// The incomplete gamma functions P(a, x), called igamma, and Q(a, x) = 1 - P(a, x), called igammac:
// `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary` for the layout.
//
// Every element takes the method that suits it, so lanes would have little in common, and float32 is computed in float64. The
// methods are those of Gil, Segura and Temme, "Efficient and accurate algorithms for the computation and inversion of the
// incomplete gamma function ratios", SIAM J. Sci. Comput. 34, 2012: the power series of P, that of Q where both operands are
// small, the continued fraction of Q beyond x = a, and for large a around x = a Temme's uniform expansion. What each finds is
// accurate relative to its value, and it is 1 less the other only where that is no small number.
import { ONE, scalar, ZERO } from "./constants";
import { verfc } from "./erf";
import { logSlow, NATURAL, scaledExp } from "./exp_log";
import { mapScalars } from "./map";
import { vlgamma } from "./special";

/** Coefficients of lgamma(1 + a) / a: minus Euler's constant, then (-1)^k zeta(k) / k. */
const LGAMMA_NEXT = memory.data<f64>([
  -0.5772156649015329, 0.8224670334241132, -0.40068563438653143, 0.27058080842778454, -0.20738555102867398,
  0.1695571769974082,
], 16);
const LGAMMA_NEXT_TERMS = 6;
/** Up to this argument they serve. */
const LGAMMA_NEXT_END: f64 = 0.0078125;

/** Coefficients of eta^n in eta / mu, for eta^2 / 2 = mu - log(1 + mu). */
const TRANSITION = memory.data<f64>([
  1, -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194,
  -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06, -1.85406221071516e-06, 8.296711340953087e-07,
  -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08, -4.382036018448353e-09,
  9.14769958223679e-10, -2.5514193994946248e-11, -5.830772132550426e-11, 2.4361948020667415e-11,
  -5.0276692801141755e-12, 1.1004392031956135e-13, 3.371763262400985e-13, -1.392388722418162e-13,
  2.8534893807047445e-14, -5.139111834242572e-16, -1.9752288294349442e-15, 8.099521156704561e-16,
], 16);
const TRANSITION_TERMS = 27;
/** The expansion serves from this a on, for x between these multiples of it. */
const TRANSITION_FROM: f64 = 12;
const TRANSITION_LOW: f64 = 0.3;
const TRANSITION_HIGH: f64 = 2.35;
/** From this a on P or Q is 0 beyond those multiples. */
const STEP_FROM: f64 = 10000;

const EPSILON: f64 = 2.220446049250313e-16;

// @ts-ignore: decorator
@inline
function exp(x: f64): f64 {
  return f64x2.extract_lane(scaledExp<f64>(f64x2.splat(x), scalar<f64>(ZERO), scalar<f64>(ONE)), 0);
}

/** lgamma(1 + a). */
// @ts-ignore: decorator
@inline
function lgammaNext(a: f64): f64 {
  if (a > LGAMMA_NEXT_END) return f64x2.extract_lane(vlgamma<f64>(f64x2.splat(1 + a)), 0);
  let p: f64 = 0;
  for (let i = LGAMMA_NEXT_TERMS - 1; i >= 0; i--) p = p * a + load<f64>(LGAMMA_NEXT + (i << 3));
  return p * a;
}

/**
 * Q for x >= a, else P, by erfc(|eta| sqrt(a / 2)) / 2 and a remainder: a series in eta whose coefficients, which depend on a,
 * follow from the last one downwards.
 */
// @ts-ignore: decorator
@inline
function transition(a: f64, x: f64): f64 {
  const mu = (x - a) / a;
  // mu - log(1 + mu), with the logarithm as twice the series of atanh(r).
  const r = mu / (2 + mu), z = r * r;
  let half = r * mu;
  let power = r * z;
  for (let k: f64 = 3; power * power > 1e-34 * z; k += 2) {
    half -= 2 * power / k;
    power *= z;
  }
  const eta = copysign<f64>(sqrt<f64>(half + half), mu);
  let later: f64 = 0, beta: f64 = 0, sum: f64 = 0;
  for (let n = TRANSITION_TERMS - 1; n > 0; n--) {
    const earlier = load<f64>(TRANSITION + (n << 3)) + <f64>(n + 1) * later / a;
    later = beta;
    beta = earlier;
    sum = sum * eta + beta;
  }
  const remainder = sum / (1 + later / a) * exp(-a * half) / sqrt<f64>(6.283185307179586 * a);
  const tail = 0.5 * f64x2.extract_lane(verfc<f64>(f64x2.splat(sqrt<f64>(a * half))), 0);
  return x >= a ? tail + remainder : tail - remainder;
}

/** Q(a, x) where `upper`, else P(a, x). */
function gammaRatio(a: f64, x: f64, upper: bool): f64 {
  if (!(a >= 0 && x >= 0)) return NaN;
  const none = x == 0 || a == Infinity, all = a == 0 || x == Infinity;
  if (none || all) return none && all ? NaN : all != upper ? 1 : 0;
  if (a > STEP_FROM) x = max<f64>(min<f64>(x, TRANSITION_HIGH * a), TRANSITION_LOW * a);
  // Whether it is Q that was found.
  let found = x >= a;
  let value: f64;
  if (a >= TRANSITION_FROM && x >= TRANSITION_LOW * a && x <= TRANSITION_HIGH * a) value = transition(a, x);
  else {
    const growth = a * f64x2.extract_lane(logSlow<f64>(f64x2.splat(x), NATURAL), 0);
    const exponent = growth - lgammaNext(a);
    if (x <= 1 && a < 1.5 && growth > -0.4) {
      // 1 - x^a / gamma(1 + a) (1 + a sum of (-x)^n / (n! (a + n))), the power being 1 - value.
      found = true;
      value = 0;
      let term: f64 = 1, power: f64 = 1, sum: f64 = 0;
      for (let n: f64 = 1; n < 20; n++) {
        power *= exponent / n;
        value -= power;
        term *= -x / n;
        sum += term / (a + n);
      }
      value -= a * (1 - value) * sum;
    } else {
      if (x > 1 && found) {
        // a / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / ...)), as a product that grows by a factor per fraction (Lentz).
        let b = x + 1 - a, c: f64 = 1e300, d = 1 / b, factor: f64;
        value = a * d;
        let n: f64 = 1;
        do {
          const numerator = n * (a - n);
          b += 2;
          d = 1 / (numerator * d + b);
          c = b + numerator / c;
          factor = c * d;
          value *= factor;
          n++;
        } while (abs<f64>(factor - 1) > 4 * EPSILON);
      } else {
        found = false;
        value = 1;
        let term: f64 = 1;
        for (let n = a + 1; term > EPSILON * value; n++) {
          term *= x / n;
          value += term;
        }
      }
      value *= exp(exponent - x);
    }
  }
  return found == upper ? value : 1 - value;
}

@unmanaged
class GammaRatio {
  @inline
  apply<T>(a: T, b: T, upper: bool): T {
    return <T>gammaRatio(<f64>a, <f64>b, upper);
  }
}

export function f32_igamma(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<f32, GammaRatio>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, false);
}

export function f64_igamma(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<f64, GammaRatio>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, false);
}

export function f32_igammac(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<f32, GammaRatio>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, true);
}

export function f64_igammac(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<f64, GammaRatio>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, true);
}
