/**
 * The kernels of one operand whose accuracy is tested: where, against what, and how good they must be.
 *
 * @module
 */
import * as exact from "./functions.ts";
import { add, div, fromNumber, mul, neg, type Real, real, sign, sqrt } from "./real.ts";

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
  { name: "exp", exact: exact.exp, ranges: EXP, bounds: [1.1, 1.1] },
  { name: "exp2", exact: exact.exp2, ranges: [[-1080, 1030], [-150, 130], [-2, 2]], bounds: [1.1, 1.2] },
  { name: "expm1", exact: exact.expm1, ranges: EXP, bounds: [1.2, 1.2] },
  { name: "log", exact: exact.log, ranges: [[5e-324, Infinity], [1e-30, 2]], bounds: [0.9, 0.9] },
  { name: "log2", exact: exact.log2, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [0.9, 0.9] },
  { name: "log10", exact: exact.log10, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [0.8, 0.8] },
  { name: "log1p", exact: exact.log1p, ranges: [[-0.999999, Infinity], [-0.9, 2]], bounds: [0.9, 0.9] },
  {
    name: "pow_scalar",
    exact: (x) => exact.exp(mul(fromNumber(2.75), exact.log(x))),
    ranges: [[1e-12, 1e12], [0.5, 2]],
    bounds: [1.2, 1.2],
    parameters: [2.75, 0],
  },
  { name: "sin", exact: exact.sin, ranges: ALL, bounds: [1.8, 1.6] },
  { name: "cos", exact: exact.cos, ranges: ALL, bounds: [1.6, 1.6] },
  { name: "tan", exact: exact.tan, ranges: ALL, bounds: [1.1, 1.1] },
  { name: "asin", exact: exact.asin, ranges: [[-1, 1], [0.4, 0.6]], bounds: [1.7, 1.9] },
  { name: "acos", exact: exact.acos, ranges: [[-1, 1], [0.4, 0.6]], bounds: [1.2, 1.4] },
  { name: "atan", exact: exact.atan, ranges: ALL, bounds: [1.9, 1.5] },
  { name: "sinh", exact: exact.sinh, ranges: [[-711, 711], [-90, 90], [-2, 2]], bounds: [1.5, 1.5] },
  { name: "cosh", exact: exact.cosh, ranges: [[-711, 711], [-90, 90], [-2, 2]], bounds: [1.5, 1.4] },
  { name: "tanh", exact: exact.tanh, ranges: [[-20, 20], [-2, 2]], bounds: [1.1, 1.4] },
  { name: "asinh", exact: exact.asinh, ranges: ALL, bounds: [1.3, 1.3] },
  { name: "acosh", exact: exact.acosh, ranges: [[1, Infinity], [1, 2]], bounds: [1.9, 1.7] },
  { name: "atanh", exact: exact.atanh, ranges: [[-1 + 2 ** -24, 1 - 2 ** -24], [-0.7, 0.7]], bounds: [1.4, 1.4] },
  { name: "erf", exact: exact.erf, ranges: [[-6.5, 6.5], [-1.1, 1.1]], bounds: [1.3, 1.2] },
  { name: "erfc", exact: exact.erfc, ranges: [[-7, 28], [-7, 10.3], [-1, 1]], bounds: [1.9, 1.7] },
  {
    name: "gelu",
    exact: (x) => mul(x, exact.normalCdf(x)),
    ranges: [[-39.5, 39.5], [-15, 9], [-1, 1]],
    bounds: [2, 1.7],
  },
  { name: "sigmoid", exact: exact.sigmoid, ranges: EXP, bounds: [1.8, 1.7] },
  { name: "log_sigmoid", exact: (x) => neg(exact.softplus(neg(x))), ranges: EXP, bounds: [1.7, 1.8] },
  { name: "softplus", exact: exact.softplus, ranges: EXP, bounds: [1.7, 1.7], parameters: [1, 1e9] },
  { name: "silu", exact: (x) => mul(x, exact.sigmoid(x)), ranges: EXP, bounds: [1.8, 1.7] },
  { name: "mish", exact: (x) => mul(x, exact.tanh(exact.softplus(x))), ranges: EXP, bounds: [2.7, 2.3] },
  { name: "gelu_tanh", exact: geluTanh, ranges: [[-25, 25], [-11, 11], [-2, 2]], bounds: [2, 1.9] },
  { name: "elu", exact: (x) => elu(x, ONE, ONE), ranges: EXP, bounds: [1, 1.1], parameters: [1, 0] },
  { name: "celu", exact: (x) => elu(x, ONE, ONE), ranges: EXP, bounds: [1, 1.1], parameters: [1, 0] },
  { name: "selu", exact: (x) => elu(x, SELU_SCALE, SELU_NEGATIVE_SCALE), ranges: EXP, bounds: [2, 1.9] },
];

/** A kernel of two operands. */
export interface BinaryAccuracyCase {
  readonly name: string;
  readonly exact: (a: Real, b: Real) => Real;
  /** Pairs of intervals to sample. */
  readonly ranges: readonly (readonly [readonly [number, number], readonly [number, number]])[];
  readonly bounds: readonly [number, number];
}

/** The cases of two operands. */
export const BINARY_CASES: readonly BinaryAccuracyCase[] = [
  {
    name: "pow",
    exact: exact.pow,
    ranges: [[[1e-30, 1e30], [-2, 2]], [[0.5, 2], [-150, 150]], [[0.99, 1.01], [-1e4, 1e4]], [[1e-35, 1e35], [
      -1.1,
      1.1,
    ]], [[0.1, 10], [-40, 40]]],
    bounds: [1.2, 1.2],
  },
  {
    name: "atan2",
    exact: exact.atan2,
    ranges: [[[-10, 10], [-10, 10]], [[-1e30, 1e30], [-1e30, 1e30]], [[-1, 1], [1e-40, 1e-30]]],
    bounds: [1.4, 1.4],
  },
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
