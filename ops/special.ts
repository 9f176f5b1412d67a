/**
 * Special functions, element by element. Integers become float32.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq } from "./compare.ts";
import { FLOATS, NO_SCALARS, SAVES_INPUT, SAVES_OUTPUT } from "./constants.ts";
import { clamp } from "./extrema.ts";
import { elementwise, unary, type UnaryFunction } from "./families.ts";
import { toFloat } from "./promote.ts";
import { i1, zeta } from "./special_functions.ts";
import { besselNumber, digammaNumber, erfcNumber, erfinvNumber, erfNumber, lgammaNumber } from "./special_numbers.ts";
import { where } from "./ternary.ts";
import { cos, exp, neg, sin, square } from "./unary.ts";

/** 2 exp(-x^2) / sqrt(pi), the derivative of the error function. */
function erfSlope(x: Tensor): Tensor {
  return mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI));
}

/**
 * The error function of each element.
 *
 * @inplace
 */
export const erf: UnaryFunction = unary({
  name: "erf",
  reference: erfNumber,
  wgsl: "erf(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, erfSlope(c.input(0)))],
});

/**
 * 1 - erf(x) of each element, accurate where it is small.
 *
 * @inplace
 */
export const erfc: UnaryFunction = unary({
  name: "erfc",
  reference: erfcNumber,
  wgsl: "erfc(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => neg(mul(g, erfSlope(c.input(0))))],
});

/**
 * The number whose error function each element is.
 *
 * @inplace
 */
export const erfinv: UnaryFunction = unary({
  name: "erfinv",
  reference: erfinvNumber,
  wgsl: "erfinv(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, mul(exp(square(c.output())), Math.sqrt(Math.PI) / 2))],
  domain: [-0.9, 0.9],
});

/**
 * Logarithm of the absolute value of the gamma function of each element.
 *
 * @inplace
 */
export const lgamma: UnaryFunction = unary({
  name: "lgamma",
  reference: lgammaNumber,
  wgsl: "lgamma(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, digamma(c.input(0)))],
  domain: [0.5, 3],
});

/**
 * Logarithm of the multivariate gamma function of dimension `p` at each element, which must exceed (p - 1) / 2.
 *
 * @throws ArgumentError unless p is a whole number, at least 1.
 * @inplace
 */
export function mvlgamma(input: TensorLike, p: number): Tensor {
  if (!Number.isInteger(p) || p < 1) throw new ArgumentError(`mvlgamma: expected a whole p of at least 1, got ${p}`);
  const x = toFloat(input, "mvlgamma");
  let sum = add(lgamma(x), p * (p - 1) / 4 * Math.log(Math.PI));
  for (let j = 1; j < p; j++) sum = add(sum, lgamma(sub(x, j / 2)));
  return sum;
}

/**
 * Derivative of `lgamma` at each element.
 *
 * @inplace
 */
export const digamma: UnaryFunction = unary({
  name: "digamma",
  reference: digammaNumber,
  wgsl: "digamma(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, polygamma(1, c.input(0)))],
  domain: [0.5, 3],
});

/**
 * The `n`th derivative of `digamma` at each element.
 *
 * @throws ArgumentError unless n is a whole number, at least 0.
 */
export function polygamma(n: number, input: TensorLike): Tensor {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`polygamma: expected a whole n of at least 0, got ${n}`);
  if (n === 0) return digamma(input);
  let factor = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factor *= k;
  return mul(zeta(n + 1, toFloat(input, "polygamma")), factor);
}

/**
 * Modified Bessel function of the first kind, order 0, of each element.
 *
 * @inplace
 */
export const i0: UnaryFunction = unary({
  name: "i0",
  reference: (a) => besselNumber(0, a) * Math.exp(Math.abs(a)),
  wgsl: "i0(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, i1(c.input(0)))],
});

const logitOp = elementwise({
  name: "logit",
  reference: (a) => Math.log(a / (1 - a)),
  wgsl: "log(a / (1.0 - a))",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, mul(c.input(0), sub(1, c.input(0))))],
  domain: [0.1, 0.9],
}, 1);

/**
 * log(x / (1 - x)) of each element, the inverse of `sigmoid`.
 *
 * @param eps Elements are clamped to [eps, 1 - eps] first. Default: none.
 * @inplace
 */
export function logit(input: TensorLike, eps?: number | null): Tensor {
  const x = toFloat(input, "logit");
  return apply(logitOp, [eps === undefined || eps === null ? x : clamp(x, eps, 1 - eps)], NO_SCALARS);
}

/**
 * sin(pi x) / (pi x) of each element, and 1 at 0.
 *
 * @inplace
 */
export const sinc: UnaryFunction = unary({
  name: "sinc",
  reference: (a) => a === 0 ? 1 : Math.sin(Math.PI * a) / (Math.PI * a),
  wgsl: "sinc(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => {
    const x = c.input(0);
    const a = mul(x, Math.PI);
    const divisor = mul(square(x), Math.PI);
    const zero = eq(divisor, 0);
    const slope = div(sub(mul(a, cos(a)), sin(a)), where(zero, 1, divisor));
    return mul(g, where(zero, 0, slope));
  }],
});
