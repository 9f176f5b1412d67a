/**
 * Activation functions of neural networks, element by element. They take floating-point tensors where they do not say
 * otherwise.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { ge, gt, le, logicalAnd, lt } from "./compare.ts";
import { FLOATS, NO_SCALARS, NUMBERS, SAVES_INPUT, SAVES_OUTPUT } from "./constants.ts";
import { elementwise, type ElementwiseRow, fusedDerivative, type UnaryFunction } from "./families.ts";
import { clampMax } from "./extrema.ts";
import { promote, toTensor } from "./promote.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { erfc } from "./special.ts";
import { where } from "./ternary.ts";
import { abs, exp, log1p, neg, sigmoid, square, tanh } from "./unary.ts";

/** An activation without parameters. Other dtypes than its row's are refused, not converted. */
function activation(row: ElementwiseRow): UnaryFunction {
  const op = elementwise(row, 1);
  return (input) => apply(op, [toTensor(input)], NO_SCALARS);
}

/** g where y > 0, else 0. */
const reluBackward = fusedDerivative({
  name: "reluBackward",
  reference: (g, y) => y > 0 ? g : 0,
  wgsl: "select(0.0, a, b > 0.0)",
  decompose: (g, y) => where(gt(y, 0), g, 0),
});

/**
 * max(x, 0). The derivative at 0 is 0. Takes integers too.
 *
 * @inplace
 */
export const relu: UnaryFunction = activation({
  name: "relu",
  reference: (a) => Math.max(a, 0),
  wgsl: "max(a, 0.0)",
  dtypes: NUMBERS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => reluBackward(g, c.output())],
});

/** 0 where x <= p0 or x >= p1, else g. */
const hardtanhBackward = fusedDerivative({
  name: "hardtanhBackward",
  reference: (g, x, _c, low, high) => x <= low || x >= high ? 0 : g,
  wgsl: "select(a, 0.0, b <= p0 || b >= p1)",
  decompose: (g, x, [low, high]) => where(le(x, low), 0, where(ge(x, high), 0, g)),
  sampleScalars: [[-1, 1]],
});

/** min(max(x, 0), 6). The derivative at 0 and 6 is 0. Takes integers too. */
export const relu6: UnaryFunction = activation({
  name: "relu6",
  gradName: "Hardtanh",
  reference: (a) => Math.min(Math.max(a, 0), 6),
  wgsl: "clamp(a, 0.0, 6.0)",
  dtypes: NUMBERS,
  saves: SAVES_INPUT,
  partials: [(g, c) => hardtanhBackward(g, c.input(0), [0, 6])],
});

const hardtanhOp = elementwise({
  name: "hardtanh",
  reference: (a, _b, _c, low, high) => Math.min(Math.max(a, low), high),
  wgsl: "clamp(a, p0, p1)",
  dtypes: NUMBERS,
  saves: SAVES_INPUT,
  partials: [(g, c) => hardtanhBackward(g, c.input(0), c.params)],
  sampleScalars: [[-1, 1]],
}, 1);

/** The range of `hardtanh`. */
export interface HardtanhOptions {
  /** Lower bound. Default: -1. */
  minVal?: number;
  /** Upper bound. Default: 1. */
  maxVal?: number;
}

/**
 * min(max(x, minVal), maxVal). The derivative at the bounds is 0. Takes integers too.
 *
 * @throws ArgumentError if minVal exceeds maxVal.
 */
export function hardtanh(input: TensorLike, options: HardtanhOptions = {}): Tensor {
  const { minVal = -1, maxVal = 1 } = options;
  if (minVal > maxVal) throw new ArgumentError(`hardtanh: expected minVal <= maxVal, got ${minVal} and ${maxVal}`);
  return apply(hardtanhOp, [toTensor(input)], [minVal, maxVal]);
}

/** g where x > 0, else p0 g. */
const leakyReluBackward = fusedDerivative({
  name: "leakyReluBackward",
  reference: (g, x, _c, slope) => x > 0 ? g : g * slope,
  wgsl: "select(p0 * a, a, b > 0.0)",
  decompose: (g, x, [slope]) => where(gt(x, 0), g, mul(g, slope)),
  sampleScalars: [[0.1, 0]],
});

const leakyReluOp = elementwise({
  name: "leakyRelu",
  reference: (a, _b, _c, slope) => a > 0 ? a : a * slope,
  wgsl: "select(p0 * a, a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => leakyReluBackward(g, c.input(0), c.params)],
  sampleScalars: [[0.1, 0]],
}, 1);

/** The slope of `leakyRelu`. */
export interface LeakyReluOptions {
  /** Slope below 0. Default: 0.01. */
  negativeSlope?: number;
}

/** x where x > 0, else negativeSlope x. The derivative at 0 is negativeSlope. */
export function leakyRelu(input: TensorLike, options: LeakyReluOptions = {}): Tensor {
  return apply(leakyReluOp, [toTensor(input)], [options.negativeSlope ?? 0.01, 0]);
}

/** g where x > 0, else g p0 exp(x). */
const eluBackward = fusedDerivative({
  name: "eluBackward",
  reference: (g, x, _c, alpha) => x > 0 ? g : g * alpha * Math.exp(x),
  wgsl: "select(a * p0 * exp(b), a, b > 0.0)",
  decompose: (g, x, [alpha]) => where(gt(x, 0), g, mul(g, mul(exp(clampMax(x, 0)), alpha))),
  sampleScalars: [[1.5, 0]],
});

const eluOp = elementwise({
  name: "elu",
  reference: (a, _b, _c, alpha) => a > 0 ? a : alpha * Math.expm1(a),
  wgsl: "select(p0 * (exp(a) - 1.0), a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => eluBackward(g, c.input(0), c.params)],
  sampleScalars: [[1.5, 0]],
}, 1);

/** The scale of `elu` and `celu`. */
export interface EluOptions {
  /** Minus the limit towards minus infinity. Default: 1. */
  alpha?: number;
}

/** x where x > 0, else alpha (exp(x) - 1). */
export function elu(input: TensorLike, options: EluOptions = {}): Tensor {
  return apply(eluOp, [toTensor(input)], [options.alpha ?? 1, 0]);
}

const celuOp = elementwise({
  name: "celu",
  gradName: "Elu",
  reference: (a, _b, _c, alpha) => a > 0 ? a : alpha * Math.expm1(a / alpha),
  wgsl: "select(p0 * (exp(a / p0) - 1.0), a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => eluBackward(g, div(c.input(0), c.params[0]), [1, 0])],
  sampleScalars: [[1.5, 0]],
}, 1);

/**
 * x where x > 0, else alpha (exp(x / alpha) - 1).
 *
 * @throws ArgumentError for alpha 0.
 */
export function celu(input: TensorLike, options: EluOptions = {}): Tensor {
  const { alpha = 1 } = options;
  if (alpha === 0) throw new ArgumentError("celu: expected an alpha other than 0, got 0");
  return apply(celuOp, [toTensor(input)], [alpha, 0]);
}

/** The constants of Klambauer et al., "Self-normalizing neural networks" (2017). */
const SELU_SCALE = 1.0507009873554804934193349852946;
const SELU_ALPHA = 1.6732632423543772848170429916717;

/** scale x where x > 0, else scale alpha (exp(x) - 1), with the constants that keep mean 0 and variance 1. */
export const selu: UnaryFunction = activation({
  name: "selu",
  gradName: "Elu",
  reference: (a) => SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Math.expm1(a)),
  wgsl: "1.0507009873554805 * select(1.6732632423543772 * (exp(a) - 1.0), a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => eluBackward(mul(g, SELU_SCALE), c.input(0), [SELU_ALPHA, 0])],
});

/** Distribution function of the normal distribution. */
function normalDistribution(x: Tensor): Tensor {
  return mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);
}

/** Density of the normal distribution. */
function normalDensity(x: Tensor): Tensor {
  return mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
}

function erfcReference(x: number): number {
  // Continued fraction for the tail (Lentz), Taylor series around 0: both to double precision.
  const z = Math.abs(x);
  if (z < 2) {
    let term = z;
    let sum = z;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= -z * z / n;
      sum += term / (2 * n + 1);
    }
    const erf = 2 / Math.sqrt(Math.PI) * sum;
    return x < 0 ? 1 + erf : 1 - erf;
  }
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (z + fraction);
  const tail = Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction);
  return x < 0 ? 2 - tail : tail;
}
