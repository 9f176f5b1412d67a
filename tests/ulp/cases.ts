/**
 * The kernels of one operand whose accuracy is tested: where, against what, and how good they must be.
 *
 * @module
 */
import * as exact from "./functions.ts";
import { add, div, fromNumber, mul, neg, type Real, real, scale, sign, sqrt, sub } from "./real.ts";

/** One kernel, without its dtype prefix. */
export interface AccuracyCase {
  readonly name: string;
  readonly exact: (x: Real) => Real;
  /** Intervals to sample; an entry of the format's largest number is written as Infinity. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Largest error in units in the last place: f32, f64. */
  readonly bounds: readonly [number, number];
  readonly parameters?: readonly [number, number];
}

const ONE = real(1n, 0);
const ALL: readonly (readonly [number, number])[] = [[-Infinity, Infinity], [-100, 100], [-2, 2]];
const EXP: readonly (readonly [number, number])[] = [[-760, 720], [-110, 90], [-2, 2]];

/** The cases, in the order of the kernels' files. */
export const CASES: readonly AccuracyCase[] = [
  { name: "exp", exact: exact.exp, ranges: EXP, bounds: [2, 2] },
  { name: "exp2", exact: exact.exp2, ranges: [[-1080, 1030], [-150, 130], [-2, 2]], bounds: [2, 2] },
  { name: "expm1", exact: exact.expm1, ranges: EXP, bounds: [2, 2] },
  { name: "log", exact: exact.log, ranges: [[5e-324, Infinity], [1e-30, 2]], bounds: [2, 2] },
  { name: "log2", exact: exact.log2, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [2, 2] },
  { name: "log10", exact: exact.log10, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [2, 2] },
  { name: "log1p", exact: exact.log1p, ranges: [[-0.999999, Infinity], [-0.9, 2]], bounds: [2, 2] },
  { name: "sin", exact: exact.sin, ranges: ALL, bounds: [2, 2] },
  { name: "cos", exact: exact.cos, ranges: ALL, bounds: [2, 2] },
  { name: "tan", exact: exact.tan, ranges: ALL, bounds: [2, 2] },
  { name: "asin", exact: exact.asin, ranges: [[-1, 1], [0.4, 0.6]], bounds: [2, 2] },
  { name: "acos", exact: exact.acos, ranges: [[-1, 1], [0.4, 0.6]], bounds: [2, 2] },
  { name: "atan", exact: exact.atan, ranges: ALL, bounds: [2, 2] },
  { name: "sinh", exact: exact.sinh, ranges: [[-711, 711], [-90, 90], [-2, 2]], bounds: [2, 2] },
  { name: "cosh", exact: exact.cosh, ranges: [[-711, 711], [-90, 90], [-2, 2]], bounds: [2, 2] },
  { name: "tanh", exact: exact.tanh, ranges: [[-20, 20], [-2, 2]], bounds: [2, 2] },
  { name: "asinh", exact: exact.asinh, ranges: ALL, bounds: [2, 2] },
  { name: "acosh", exact: exact.acosh, ranges: [[1, Infinity], [1, 2]], bounds: [2, 2] },
  { name: "atanh", exact: exact.atanh, ranges: [[-1 + 2 ** -24, 1 - 2 ** -24], [-0.7, 0.7]], bounds: [2, 2] },
  { name: "erf", exact: exact.erf, ranges: [[-6.5, 6.5], [-1.1, 1.1]], bounds: [2, 2] },
  { name: "erfc", exact: exact.erfc, ranges: [[-7, 28], [-7, 10.3], [-1, 1]], bounds: [2, 2] },
  { name: "gelu", exact: (x) => mul(x, exact.normalCdf(x)), ranges: [[-39.5, 39.5], [-15, 9], [-1, 1]], bounds: [2, 2] },
  { name: "sigmoid", exact: exact.sigmoid, ranges: EXP, bounds: [2, 2] },
  { name: "log_sigmoid", exact: (x) => neg(exact.softplus(neg(x))), ranges: EXP, bounds: [2, 2] },
  { name: "softplus", exact: exact.softplus, ranges: EXP, bounds: [2, 2], parameters: [1, 1e9] },
  { name: "silu", exact: (x) => mul(x, exact.sigmoid(x)), ranges: EXP, bounds: [2, 2] },
  { name: "mish", exact: (x) => mul(x, exact.tanh(exact.softplus(x))), ranges: EXP, bounds: [3, 3] },
  { name: "gelu_tanh", exact: geluTanh, ranges: [[-25, 25], [-11, 11], [-2, 2]], bounds: [3, 3] },
  { name: "elu", exact: (x) => elu(x, ONE, ONE), ranges: EXP, bounds: [2, 2], parameters: [1, 0] },
  { name: "celu", exact: (x) => elu(x, ONE, ONE), ranges: EXP, bounds: [2, 2], parameters: [1, 0] },
  { name: "selu", exact: (x) => elu(x, SELU_SCALE, SELU_NEGATIVE_SCALE), ranges: EXP, bounds: [2, 2] },
];

const SELU_SCALE = fromNumber(1.0507009873554805);
const SELU_NEGATIVE_SCALE = mul(SELU_SCALE, fromNumber(1.6732632423543772));

/** scale x, and negativeScale (exp(x) - 1) below 0. */
function elu(x: Real, positiveScale: Real, negativeScale: Real): Real {
  return sign(x) > 0 ? mul(positiveScale, x) : mul(negativeScale, exact.expm1(x));
}

/** x sigmoid(sqrt(8 / pi) (x + 0.044715 x^3)). */
function geluTanh(x: Real): Real {
  const inner = add(x, div(mul(real(44715n, 0), mul(x, mul(x, x))), real(1000000n, 0)));
  return mul(x, exact.sigmoid(mul(sqrt(div(real(8n, 0), exact.PI)), inner)));
}
