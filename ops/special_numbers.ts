/**
 * Special functions of single numbers in double precision, which JavaScript's `Math` lacks: what the reference backend
 * computes.
 *
 * @module
 */

/** erf(x) for small |x| by its Taylor series. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

/** exp(x^2) erfc(x) for x >= 2 by its continued fraction. */
function erfcxFraction(x: number): number {
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (x + fraction);
  return 1 / Math.sqrt(Math.PI) / (x + fraction);
}

/** The error function. */
export function erfNumber(x: number): number {
  if (isNaN(x)) return x;
  return Math.abs(x) < 2 ? erfSeries(x) : Math.sign(x) * (1 - erfcNumber(Math.abs(x)));
}

/** 1 - erf(x), accurate where it is small. */
export function erfcNumber(x: number): number {
  if (isNaN(x)) return x;
  if (Math.abs(x) < 2) return 1 - erfSeries(x);
  return x < 0 ? 2 - erfcNumber(-x) : Math.exp(-x * x) * erfcxFraction(x);
}

/** gamma(x) for x >= 1 by Stirling's series from 15 on: its logarithm. */
function lgammaPositive(x: number): number {
  let product = 1;
  for (; x < 15; x++) product *= x;
  const z = 1 / (x * x);
  const series = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - Math.log(product);
}

/** log |gamma(x)|. */
export function lgammaNumber(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x >= 0 || isNaN(x)) return lgammaPositive(x);
  const sine = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
  return Math.log(Math.PI / sine) - lgammaPositive(1 - x);
}

/** The derivative of `lgammaNumber`. */
export function digammaNumber(x: number): number {
  if (x < 0) {
    if (Number.isInteger(x) || x === -Infinity) return NaN;
    return digammaNumber(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  }
  let shift = 0;
  for (; x < 15; x++) shift += 1 / x;
  const z = 1 / (x * x);
  const series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))));
  return Math.log(x) - 1 / (2 * x) - series - shift;
}

/**
 * P(a, x), or Q(a, x) = 1 - P(a, x) where `upper`: by the power series of P, from a + 1 on by Legendre's continued fraction
 * of Q.
 */
export function gammaRatioNumber(a: number, x: number, upper: boolean): number {
  if (!(a >= 0 && x >= 0)) return NaN;
  const none = x === 0 || a === Infinity;
  const all = a === 0 || x === Infinity;
  if (none || all) return none && all ? NaN : Number(all !== upper);
  const scale = Math.exp(a * Math.log(x) - x - lgammaNumber(a + 1));
  if (x < a + 1) {
    let [sum, term] = [1, 1];
    for (let n = a + 1; term > 1e-17 * sum; n++) sum += term *= x / n;
    return upper ? 1 - scale * sum : scale * sum;
  }
  let fraction = x + 1001 - a;
  for (let n = 500; n > 0; n--) fraction = x + 2 * n - 1 - a - n * (n - a) / fraction;
  return upper ? a * scale / fraction : 1 - a * scale / fraction;
}

/** sum of (q + k)^-s over k >= 0, for s > 1, by Euler and Maclaurin's series; NaN below q = -65536, as in the kernel. */
export function zetaNumber(s: number, q: number): number {
  if (!(s >= 1)) return NaN;
  if (s === 1 || (q <= 0 && Number.isInteger(q))) return Infinity;
  if (q === Infinity) return 0;
  if (q < -65536 || (q < 0 && !Number.isInteger(s))) return NaN;
  let sum = 0;
  // 1000^-s underflows where a larger s would need a longer shift.
  for (const end = Math.min(40 + 4 * s, 1000); q < end; q++) sum += q ** -s;
  const power = q ** -s;
  sum += power * q / (s - 1) + power / 2;
  let factor = power * s / q;
  let k = s;
  // (2k)! / B_2k.
  for (const divisor of [12, -720, 30240, -1209600, 47900160]) {
    sum += factor / divisor;
    factor *= (k + 1) * (k + 2) / (q * q);
    k += 2;
  }
  return sum;
}

/** x with erf(x) = y, by bisection and then Newton's rule. */
export function erfinvNumber(y: number): number {
  if (Math.abs(y) >= 1) return Math.abs(y) === 1 ? y * Infinity : NaN;
  if (y < 0) return -erfinvNumber(-y);
  let [low, high] = [0, 6];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (erfNumber(middle) < y) low = middle;
    else high = middle;
  }
  let x = (low + high) / 2;
  for (let i = 0; i < 3; i++) {
    const error = y < 0.5 ? erfNumber(x) - y : 1 - y - erfcNumber(x);
    x -= error * Math.sqrt(Math.PI) / 2 * Math.exp(x * x);
  }
  return x;
}

/** exp(-|x|) times the modified Bessel function of the first kind, by its integral: the trapezoidal rule on a period. */
export function besselNumber(order: 0 | 1, x: number): number {
  const points = 400;
  let sum = 0;
  for (let k = 0; k < points; k++) {
    const angle = 2 * Math.PI * k / points;
    sum += Math.exp(x * Math.cos(angle) - Math.abs(x)) * Math.cos(order * angle);
  }
  return sum / points;
}

/** exp(x^2) erfc(x). */
export function erfcxNumber(x: number): number {
  if (x >= 2) return erfcxFraction(x);
  return Math.exp(x * x) * erfcNumber(x);
}
