/**
 * Mathematical functions of one tensor, element by element. Integers and bools become float32 where the function needs it.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { ALL_DTYPES, FLOATS, NO_SCALARS, NUMBERS, REALS, SAVES_INPUT, SAVES_OUTPUT } from "./constants.ts";
import { zerosLike } from "./creation.ts";
import { elementwise, fusedDerivative, unary, type UnaryFunction } from "./families.ts";
import { toFloat, toTensor } from "./promote.ts";

/**
 * Negative of each element.
 *
 * @inplace
 */
export const neg: UnaryFunction = unary({
  name: "neg",
  reference: (a) => -a,
  wgsl: "-a",
  dtypes: REALS,
  partials: [(g) => neg(g)],
});

/** g sign(x). */
const absBackward = fusedDerivative({
  name: "absBackward",
  reference: (g, x) => g * Math.sign(x),
  wgsl: "a * sign(b)",
  decompose: (g, x) => mul(g, sign(x)),
});

/**
 * Absolute value of each element. The derivative at 0 is 0.
 *
 * @inplace
 */
export const abs: UnaryFunction = unary({
  name: "abs",
  reference: Math.abs,
  wgsl: "abs(a)",
  dtypes: REALS,
  saves: SAVES_INPUT,
  partials: [(g, c) => absBackward(g, c.input(0))],
});

/**
 * Sign of each element: -1, 0 or 1.
 *
 * @inplace
 */
export const sign: UnaryFunction = unary({
  name: "sign",
  reference: (a) => a > 0 ? 1 : a < 0 ? -1 : 0,
  wgsl: "sign(a)",
  dtypes: ALL_DTYPES,
  partials: [(g) => zerosLike(g)],
});

/**
 * Exponential of each element.
 *
 * @inplace
 */
export const exp: UnaryFunction = unary({
  name: "exp",
  reference: Math.exp,
  wgsl: "exp(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, c.output())],
});

/**
 * 2 to the power of each element.
 *
 * @inplace
 */
export const exp2: UnaryFunction = unary({
  name: "exp2",
  reference: (a) => 2 ** a,
  wgsl: "exp2(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, mul(c.output(), Math.LN2))],
});

/**
 * exp(x) - 1, accurate near 0.
 *
 * @inplace
 */
export const expm1: UnaryFunction = unary({
  name: "expm1",
  reference: Math.expm1,
  wgsl: "expm1(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, add(c.output(), 1))],
});

/** g / x. */
const logBackward = fusedDerivative({
  name: "logBackward",
  reference: (g, x) => g / x,
  wgsl: "a / b",
  decompose: (g, x) => div(g, x),
  domain: [0.5, 3],
});

/**
 * Natural logarithm of each element.
 *
 * @inplace
 */
export const log: UnaryFunction = unary({
  name: "log",
  reference: Math.log,
  wgsl: "log(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => logBackward(g, c.input(0))],
  domain: [0.5, 3],
});

/**
 * Logarithm to base 2 of each element.
 *
 * @inplace
 */
export const log2: UnaryFunction = unary({
  name: "log2",
  reference: Math.log2,
  wgsl: "log2(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, mul(c.input(0), Math.LN2))],
  domain: [0.5, 3],
});

/**
 * Logarithm to base 10 of each element.
 *
 * @inplace
 */
export const log10: UnaryFunction = unary({
  name: "log10",
  reference: Math.log10,
  wgsl: "log10(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, mul(c.input(0), Math.LN10))],
  domain: [0.5, 3],
});

/**
 * log(1 + x), accurate near 0.
 *
 * @inplace
 */
export const log1p: UnaryFunction = unary({
  name: "log1p",
  gradName: "Log1P",
  reference: Math.log1p,
  wgsl: "log1p(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, add(c.input(0), 1))],
  domain: [-0.5, 3],
});

/** g / (2 y). */
const sqrtBackward = fusedDerivative({
  name: "sqrtBackward",
  reference: (g, y) => g / (2 * y),
  wgsl: "a / (2.0 * b)",
  decompose: (g, y) => div(g, mul(y, 2)),
  domain: [0.5, 3],
});

/**
 * Square root of each element.
 *
 * @inplace
 */
export const sqrt: UnaryFunction = unary({
  name: "sqrt",
  reference: Math.sqrt,
  wgsl: "sqrt(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => sqrtBackward(g, c.output())],
  domain: [0.5, 3],
});

/** -g y^3 / 2. */
const rsqrtBackward = fusedDerivative({
  name: "rsqrtBackward",
  reference: (g, y) => -0.5 * g * y * y * y,
  wgsl: "-0.5 * a * b * b * b",
  decompose: (g, y) => mul(mul(g, -0.5), mul(y, square(y))),
  domain: [0.5, 3],
});

/**
 * Reciprocal square root of each element.
 *
 * @inplace
 */
export const rsqrt: UnaryFunction = unary({
  name: "rsqrt",
  reference: (a) => 1 / Math.sqrt(a),
  wgsl: "1.0 / sqrt(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => rsqrtBackward(g, c.output())],
  domain: [0.5, 3],
});

/** -g y^2. */
const reciprocalBackward = fusedDerivative({
  name: "reciprocalBackward",
  reference: (g, y) => -g * y * y,
  wgsl: "-a * b * b",
  decompose: (g, y) => neg(mul(g, square(y))),
});

/**
 * 1 / x of each element.
 *
 * @inplace
 */
export const reciprocal: UnaryFunction = unary({
  name: "reciprocal",
  reference: (a) => 1 / a,
  wgsl: "1.0 / a",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => reciprocalBackward(g, c.output())],
  domain: [0.5, 3],
});

/** 2 g x. */
const squareBackward = fusedDerivative({
  name: "squareBackward",
  reference: (g, x) => 2 * g * x,
  wgsl: "2.0 * a * b",
  decompose: (g, x) => mul(g, mul(x, 2)),
  bySaved: (g) => mul(g, 2),
});

const squareOp = elementwise({
  name: "square",
  gradName: "Pow",
  reference: (a) => a * a,
  wgsl: "a * a",
  dtypes: NUMBERS,
  saves: SAVES_INPUT,
  partials: [(g, c) => squareBackward(g, c.input(0))],
}, 1);

/**
 * Square of each element. Bools count as integers.
 *
 * @inplace
 */
export function square(input: TensorLike): Tensor {
  const x = toTensor(input, "square");
  if (x.dtype === "uint8") return mul(x, x);
  return apply(squareOp, [x.dtype === "bool" ? cast(x, "int32") : x], NO_SCALARS);
}

/** g cos(x). */
const sinBackward = fusedDerivative({
  name: "sinBackward",
  reference: (g, x) => g * Math.cos(x),
  wgsl: "a * cos(b)",
  decompose: (g, x) => mul(g, cos(x)),
  bySaved: (g, x) => cosBackward(g, x),
});

/**
 * Sine of each element, in radians.
 *
 * @inplace
 */
export const sin: UnaryFunction = unary({
  name: "sin",
  reference: Math.sin,
  wgsl: "sin(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => sinBackward(g, c.input(0))],
});

/** -g sin(x). */
const cosBackward = fusedDerivative({
  name: "cosBackward",
  reference: (g, x) => -g * Math.sin(x),
  wgsl: "-a * sin(b)",
  decompose: (g, x) => neg(mul(g, sin(x))),
  bySaved: (g, x) => neg(sinBackward(g, x)),
});

/**
 * Cosine of each element, in radians.
 *
 * @inplace
 */
export const cos: UnaryFunction = unary({
  name: "cos",
  reference: Math.cos,
  wgsl: "cos(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => cosBackward(g, c.input(0))],
});

/**
 * Tangent of each element, in radians.
 *
 * @inplace
 */
export const tan: UnaryFunction = unary({
  name: "tan",
  reference: Math.tan,
  wgsl: "tan(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, add(square(c.output()), 1))],
  domain: [-1.2, 1.2],
});

/**
 * Arc sine of each element.
 *
 * @inplace
 */
export const asin: UnaryFunction = unary({
  name: "asin",
  reference: Math.asin,
  wgsl: "asin(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, rsqrt(sub(1, square(c.input(0)))))],
  domain: [-0.9, 0.9],
});

/**
 * Arc cosine of each element.
 *
 * @inplace
 */
export const acos: UnaryFunction = unary({
  name: "acos",
  reference: Math.acos,
  wgsl: "acos(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => neg(mul(g, rsqrt(sub(1, square(c.input(0))))))],
  domain: [-0.9, 0.9],
});

/**
 * Arc tangent of each element.
 *
 * @inplace
 */
export const atan: UnaryFunction = unary({
  name: "atan",
  reference: Math.atan,
  wgsl: "atan(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, add(square(c.input(0)), 1))],
});

/**
 * Hyperbolic sine of each element.
 *
 * @inplace
 */
export const sinh: UnaryFunction = unary({
  name: "sinh",
  reference: Math.sinh,
  wgsl: "sinh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, cosh(c.input(0)))],
});

/**
 * Hyperbolic cosine of each element.
 *
 * @inplace
 */
export const cosh: UnaryFunction = unary({
  name: "cosh",
  reference: Math.cosh,
  wgsl: "cosh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, sinh(c.input(0)))],
});

/** g (1 - y^2). */
const tanhBackward = fusedDerivative({
  name: "tanhBackward",
  reference: (g, y) => g * (1 - y * y),
  wgsl: "a * (1.0 - b * b)",
  decompose: (g, y) => mul(g, sub(1, square(y))),
  bySaved: (g, y) => mul(mul(g, y), -2),
});

/**
 * Hyperbolic tangent of each element.
 *
 * @inplace
 */
export const tanh: UnaryFunction = unary({
  name: "tanh",
  reference: Math.tanh,
  wgsl: "tanh(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => tanhBackward(g, c.output())],
});

/** g y (1 - y). */
const sigmoidBackward = fusedDerivative({
  name: "sigmoidBackward",
  reference: (g, y) => g * y * (1 - y),
  wgsl: "a * b * (1.0 - b)",
  decompose: (g, y) => mul(g, mul(y, sub(1, y))),
  bySaved: (g, y) => mul(g, sub(1, mul(y, 2))),
});

/**
 * Logistic function 1 / (1 + exp(-x)) of each element.
 *
 * @inplace
 */
export const sigmoid: UnaryFunction = unary({
  name: "sigmoid",
  reference: (a) => 1 / (1 + Math.exp(-a)),
  wgsl: "sigmoid(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => sigmoidBackward(g, c.output())],
});

/**
 * Inverse hyperbolic sine of each element.
 *
 * @inplace
 */
export const asinh: UnaryFunction = unary({
  name: "asinh",
  reference: Math.asinh,
  wgsl: "asinh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, rsqrt(add(square(c.input(0)), 1)))],
});

/**
 * Inverse hyperbolic cosine of each element.
 *
 * @inplace
 */
export const acosh: UnaryFunction = unary({
  name: "acosh",
  reference: Math.acosh,
  wgsl: "acosh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, rsqrt(sub(square(c.input(0)), 1)))],
  domain: [1.2, 3],
});

/**
 * Inverse hyperbolic tangent of each element.
 *
 * @inplace
 */
export const atanh: UnaryFunction = unary({
  name: "atanh",
  reference: Math.atanh,
  wgsl: "atanh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, sub(1, square(c.input(0))))],
  domain: [-0.9, 0.9],
});

/**
 * The elements as they are; refuses bools, as the operator does.
 */
export const positive: UnaryFunction = unary({
  name: "positive",
  reference: (a) => a,
  wgsl: "a",
  dtypes: REALS,
  partials: [(g) => g],
});

/**
 * Sign of each element; the same as `sign` for real numbers.
 *
 * @inplace
 */
export function sgn(input: TensorLike): Tensor {
  return sign(input);
}

/**
 * Degrees to radians.
 *
 * @inplace
 */
export function deg2rad(input: TensorLike): Tensor {
  return mul(toFloat(input, "deg2rad"), Math.PI / 180);
}

/**
 * Radians to degrees.
 *
 * @inplace
 */
export function rad2deg(input: TensorLike): Tensor {
  return mul(toFloat(input, "rad2deg"), 180 / Math.PI);
}
