/**
 * Activation functions of neural networks, element by element. They take floating-point tensors where they do not say
 * otherwise.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { gt, le, logicalAnd, lt } from "./compare.ts";
import { FLOATS, NO_SCALARS, NUMBERS, SAVES_INPUT, SAVES_OUTPUT } from "./constants.ts";
import { elementwise, fusedDerivative, type UnaryFunction } from "./families.ts";
import type { ElementwiseRow } from "./family_types.ts";
import type {
  EluOptions,
  GeluOptions,
  HardtanhOptions,
  LeakyReluOptions,
  ShrinkOptions,
  SoftplusOptions,
} from "./functional_types.ts";
import { asTensor, checkSameDType, floatOperand, toFloat, toTensor } from "./promote.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { erfc } from "./special.ts";
import { erfcNumber } from "./special_numbers.ts";
import { where } from "./ternary.ts";
import { abs, exp, neg, sigmoid, square, tanh } from "./unary.ts";

/** An activation without parameters. Other dtypes than its row's are refused, not converted. */
function activation(row: ElementwiseRow): UnaryFunction {
  const op = elementwise(row, 1);
  return (input) => apply(op, [toTensor(input, row.name)], NO_SCALARS);
}

/** 0 where y <= 0, else g. */
const reluBackward = fusedDerivative({
  name: "reluBackward",
  reference: (g, y) => y <= 0 ? 0 : g,
  wgsl: "select(a, 0.0, b <= 0.0)",
  decompose: (g, y) => where(le(y, 0), 0, g),
});

/**
 * max(x, 0). The derivative at 0 is 0. Takes integers too.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([-1, 0, 2]).relu().toArray(), [0, 0, 2]);
 * ```
 *
 * @inplace
 */
export const relu: UnaryFunction = activation({
  name: "relu",
  reference: (a) => Math.max(a, 0),
  wgsl: "maximum(a, T(0))",
  dtypes: NUMBERS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => reluBackward(g, c.output())],
});

/** g where p0 < x < p1, else 0. */
const hardtanhBackward = fusedDerivative({
  name: "hardtanhBackward",
  reference: (g, x, _c, low, high) => x > low && x < high ? g : 0,
  wgsl: "select(0.0, a, b > p0 && b < p1)",
  decompose: (g, x, [low, high]) => where(logicalAnd(gt(x, low), lt(x, high)), g, 0),
  sampleScalars: [[-1, 1]],
});

/** min(max(x, 0), 6). The derivative at 0 and 6 is 0. Takes integers too. */
export const relu6: UnaryFunction = activation({
  name: "relu6",
  gradName: "Hardtanh",
  reference: (a) => Math.min(Math.max(a, 0), 6),
  wgsl: "minimum(maximum(a, T(0)), T(6))",
  dtypes: NUMBERS,
  saves: SAVES_INPUT,
  partials: [(g, c) => hardtanhBackward(g, c.input(0), [0, 6])],
});

const hardtanhOp = elementwise({
  name: "hardtanh",
  reference: (a, _b, _c, low, high) => Math.min(Math.max(a, low), high),
  wgsl: "minimum(maximum(a, p0), p1)",
  dtypes: NUMBERS,
  saves: SAVES_INPUT,
  partials: [(g, c) => hardtanhBackward(g, c.input(0), c.params)],
  sampleScalars: [[-1, 1]],
}, 1);

/**
 * min(max(x, minVal), maxVal). The derivative at the bounds is 0. Takes integers too.
 */
export function hardtanh(input: TensorLike, options: HardtanhOptions = {}): Tensor {
  checkOptions("hardtanh", options, "minVal");
  const { minVal = -1, maxVal = 1 } = options;
  return apply(hardtanhOp, [toTensor(input, "hardtanh")], [minVal, maxVal]);
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

/** x where x > 0, else negativeSlope x. The derivative at 0 is negativeSlope. */
export function leakyRelu(input: TensorLike, options: LeakyReluOptions = {}): Tensor {
  checkOptions("leakyRelu", options, "negativeSlope");
  return apply(leakyReluOp, [toTensor(input, "leakyRelu")], [options.negativeSlope ?? 0.01, 0]);
}

/** g where x > 0, else g p0 exp(x). */
const eluBackward = fusedDerivative({
  name: "eluBackward",
  reference: (g, x, _c, alpha) => x > 0 ? g : g * alpha * Math.exp(x),
  wgsl: "select(a * p0 * exp(b), a, b > 0.0)",
  decompose: (g, x, [alpha]) => where(gt(x, 0), g, mul(g, mul(exp(where(lt(x, 0), x, 0)), alpha))),
  sampleScalars: [[1.5, 0]],
});

const eluOp = elementwise({
  name: "elu",
  reference: (a, _b, _c, alpha) => a > 0 ? a : alpha * Math.expm1(a),
  wgsl: "select(p0 * expm1(a), a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => eluBackward(g, c.input(0), c.params)],
  sampleScalars: [[1.5, 0]],
}, 1);

/** x where x > 0, else alpha (exp(x) - 1). */
export function elu(input: TensorLike, options: EluOptions = {}): Tensor {
  checkOptions("elu", options, "alpha");
  return apply(eluOp, [toTensor(input, "elu")], [options.alpha ?? 1, 0]);
}

const celuOp = elementwise({
  name: "celu",
  gradName: "Elu",
  reference: (a, _b, _c, alpha) => a > 0 ? a : alpha * Math.expm1(a / alpha),
  wgsl: "select(p0 * expm1(a / p0), a, a > 0.0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => {
    const [x, alpha] = [c.input(0), c.params[0]];
    // PyTorch divides by alpha in float32 here, in float64 too.
    const rounded = Math.fround(alpha);
    const scaled = div(x, rounded);
    if (alpha > 0) return eluBackward(g, scaled, [alpha / rounded, 0]);
    // The kernel would choose its branch by the sign of x / alpha, which is not that of x.
    return where(gt(x, 0), g, mul(g, mul(exp(where(lt(x, 0), scaled, 0)), alpha / rounded)));
  }],
  sampleScalars: [[1.5, 0]],
}, 1);

/**
 * x where x > 0, else alpha (exp(x / alpha) - 1).
 *
 * @throws ArgumentError for alpha 0.
 */
export function celu(input: TensorLike, options: EluOptions = {}): Tensor {
  checkOptions("celu", options, "alpha");
  const { alpha = 1 } = options;
  if (alpha === 0) throw new ArgumentError("celu: expected an alpha other than 0, got 0");
  return apply(celuOp, [toTensor(input, "celu")], [alpha, 0]);
}

/** The constants of Klambauer et al., "Self-normalizing neural networks" (2017). */
const SELU_SCALE = 1.0507009873554804934193349852946;
const SELU_ALPHA = 1.6732632423543772848170429916717;

/** scale x where x > 0, else scale alpha (exp(x) - 1), with the constants that keep mean 0 and variance 1. */
export const selu: UnaryFunction = activation({
  name: "selu",
  gradName: "Elu",
  reference: (a) => SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Math.expm1(a)),
  wgsl: "1.0507009873554805 * select(1.6732632423543772 * expm1(a), a, a > 0.0)",
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

/** g times the distribution function plus x times the density of the normal distribution. */
const geluBackward = fusedDerivative({
  name: "geluBackward",
  reference: (g, x) => g * (erfcNumber(-x * Math.SQRT1_2) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)),
  wgsl: "gelu_backward(a, b)",
  decompose: (g, x) => mul(g, add(normalDistribution(x), mul(x, normalDensity(x)))),
});

const geluOp = elementwise({
  name: "gelu",
  reference: (a) => a * erfcNumber(-a * Math.SQRT1_2) / 2,
  wgsl: "gelu(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => geluBackward(g, c.input(0))],
}, 1);

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/** g ((1 + t) + x (1 - t^2) k (1 + 3 c x^2)) / 2 with t = tanh(k (x + c x^3)). */
const geluTanhBackward = fusedDerivative({
  name: "geluTanhBackward",
  reference: (g, x) => {
    const t = Math.tanh(GELU_SCALE * (x + GELU_CUBIC * x ** 3));
    return g * 0.5 * (1 + t + x * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * x * x));
  },
  wgsl: "gelu_tanh_backward(a, b)",
  decompose: (g, x) => {
    const xx = square(x);
    const t = tanh(mul(mul(x, add(mul(xx, GELU_CUBIC), 1)), GELU_SCALE));
    const slope = mul(add(mul(xx, 3 * GELU_CUBIC), 1), GELU_SCALE);
    return mul(mul(g, 0.5), add(add(t, 1), mul(mul(x, sub(1, square(t))), slope)));
  },
});

const geluTanhOp = elementwise({
  name: "geluTanh",
  gradName: "Gelu",
  reference: (a) => 0.5 * a * (1 + Math.tanh(GELU_SCALE * (a + GELU_CUBIC * a ** 3))),
  wgsl: "gelu_tanh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => geluTanhBackward(g, c.input(0))],
}, 1);

/** x times the distribution function of the normal distribution at x. */
export function gelu(input: TensorLike, options: GeluOptions = {}): Tensor {
  checkOptions("gelu", options, "approximate");
  const { approximate = "none" } = options;
  if (approximate !== "none" && approximate !== "tanh") {
    throw new ArgumentError(`gelu: expected approximate "none" or "tanh", got ${String(approximate)}`);
  }
  return apply(approximate === "none" ? geluOp : geluTanhOp, [toTensor(input, "gelu")], NO_SCALARS);
}

/** g s (1 + x (1 - s)) with s = sigmoid(x). */
const siluBackward = fusedDerivative({
  name: "siluBackward",
  reference: (g, x) => {
    const s = 1 / (1 + Math.exp(-x));
    return g * s * (1 + x * (1 - s));
  },
  wgsl: "silu_backward(a, b)",
  decompose: (g, x) => {
    const s = sigmoid(x);
    return mul(g, mul(s, add(mul(x, sub(1, s)), 1)));
  },
});

/** x sigmoid(x). */
export const silu: UnaryFunction = activation({
  name: "silu",
  reference: (a) => a / (1 + Math.exp(-a)),
  wgsl: "a / (1.0 + exp(-a))",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => siluBackward(g, c.input(0))],
});

/** x tanh(log(1 + exp(x))) (Misra, "Mish", 2019). */
export const mish: UnaryFunction = activation({
  name: "mish",
  reference: (a) => a * Math.tanh(Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
  wgsl: "mish(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => {
    const x = c.input(0);
    const t = tanh(softplus(x));
    return mul(g, add(t, mul(mul(x, sigmoid(x)), sub(1, square(t)))));
  }],
});

/** g sigmoid(p0 x), which is taken to be 1 where p0 x > p1. */
const softplusBackward = fusedDerivative({
  name: "softplusBackward",
  reference: (g, x, _c, beta, threshold) => x * beta > threshold ? g : g / (1 + Math.exp(-x * beta)),
  wgsl: "select(a * sigmoid(p0 * b), a, p0 * b > p1)",
  decompose: (g, x, [beta, threshold]) => {
    const scaled = mul(x, beta);
    return where(gt(scaled, threshold), g, mul(g, sigmoid(scaled)));
  },
  sampleScalars: [[2, 20]],
});

const softplusOp = elementwise({
  name: "softplus",
  reference: (a, _b, _c, beta, threshold) =>
    a * beta > threshold ? a : (Math.max(a * beta, 0) + Math.log1p(Math.exp(-Math.abs(a * beta)))) / beta,
  wgsl: "select(softplus(p0 * a) / p0, a, p0 * a > p1)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => softplusBackward(g, c.input(0), c.params)],
  sampleScalars: [[2, 20]],
}, 1);

/** log(1 + exp(beta x)) / beta. */
export function softplus(input: TensorLike, options: SoftplusOptions = {}): Tensor {
  checkOptions("softplus", options, "beta");
  return apply(softplusOp, [toTensor(input, "softplus")], [options.beta ?? 1, options.threshold ?? 20]);
}

/** log(sigmoid(x)). */
export const logsigmoid: UnaryFunction = activation({
  name: "logsigmoid",
  gradName: "LogSigmoid",
  kernel: "log_sigmoid",
  reference: (a) => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a))),
  wgsl: "logsigmoid(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, sigmoid(neg(c.input(0))))],
});

/** The slope of `hardsigmoid` between its kinks, 1/6 in float32: PyTorch computes with it in float64 too. */
const HARDSIGMOID_SLOPE = Math.fround(1 / 6);

/** min(max(x + 3, 0), 6) / 6. The derivative at -3 and 3 is 0. */
export const hardsigmoid: UnaryFunction = activation({
  name: "hardsigmoid",
  reference: (a) => Math.min(Math.max(a + 3, 0), 6) / 6,
  wgsl: "minimum(maximum(a + 3.0, 0.0), 6.0) / 6.0",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => hardtanhBackward(mul(g, HARDSIGMOID_SLOPE), c.input(0), [-3, 3])],
});

/** x hardsigmoid(x). */
export const hardswish: UnaryFunction = activation({
  name: "hardswish",
  reference: (a) => a * Math.min(Math.max(a + 3, 0), 6) / 6,
  wgsl: "a * minimum(maximum(a + 3.0, 0.0), 6.0) / 6.0",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => {
    const x = c.input(0);
    const slope = add(div(hardtanh(x, { minVal: -3, maxVal: 3 }), 3), 0.5);
    return where(gt(x, 3), g, where(lt(x, -3), 0, mul(g, slope)));
  }],
});

/** g where |x| > lambd, else 0; 0 for NaN. */
function shrinkBackward(g: Tensor, x: Tensor, lambd: number): Tensor {
  return where(gt(abs(x), lambd), g, 0);
}

const hardshrinkOp = elementwise({
  name: "hardshrink",
  reference: (a, _b, _c, lambd) => Math.abs(a) <= lambd ? 0 : a,
  wgsl: "select(a, 0.0, abs(a) <= p0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => shrinkBackward(g, c.input(0), c.params[0])],
  sampleScalars: [[0.5, 0]],
}, 1);

const softshrinkOp = elementwise({
  name: "softshrink",
  reference: (a, _b, _c, lambd) => a > lambd ? a - lambd : a < -lambd ? a + lambd : 0,
  wgsl: "select(select(0.0, a + p0, a < -p0), a - p0, a > p0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => shrinkBackward(g, c.input(0), c.params[0])],
  sampleScalars: [[0.5, 0]],
}, 1);

/** x where |x| > lambd, else 0. */
export function hardshrink(input: TensorLike, options: ShrinkOptions = {}): Tensor {
  checkOptions("hardshrink", options, "lambd");
  return apply(hardshrinkOp, [toTensor(input, "hardshrink")], [options.lambd ?? 0.5, 0]);
}

/**
 * x moved towards 0 by lambd, and 0 where |x| <= lambd.
 *
 * @throws ArgumentError for a negative lambd.
 */
export function softshrink(input: TensorLike, options: ShrinkOptions = {}): Tensor {
  checkOptions("softshrink", options, "lambd");
  const { lambd = 0.5 } = options;
  if (!(lambd >= 0)) throw new ArgumentError(`softshrink: expected lambd >= 0, got ${lambd}`);
  return apply(softshrinkOp, [toTensor(input, "softshrink")], [lambd, 0]);
}

const softsignOp = elementwise({
  name: "softsign",
  reference: (a) => a / (1 + Math.abs(a)),
  wgsl: "a / (1.0 + abs(a))",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => div(g, square(add(abs(c.input(0)), 1)))],
}, 1);

/** x / (1 + |x|). Integers become float32. */
export function softsign(input: TensorLike): Tensor {
  return apply(softsignOp, [toFloat(input, "softsign")], NO_SCALARS);
}

const tanhshrinkOp = elementwise({
  name: "tanhshrink",
  reference: (a) => a - Math.tanh(a),
  wgsl: "a - tanh(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, square(tanh(c.input(0))))],
}, 1);

/** x - tanh(x). Integers become float32. */
export function tanhshrink(input: TensorLike): Tensor {
  return apply(tanhshrinkOp, [toFloat(input, "tanhshrink")], NO_SCALARS);
}

const thresholdOp = elementwise({
  name: "threshold",
  reference: (a, _b, _c, threshold, value) => a <= threshold ? value : a,
  wgsl: "select(a, p1, a <= p0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => where(le(c.input(0), c.params[0]), 0, g)],
  sampleScalars: [[0.1, 0.5]],
}, 1);

/** x where x > threshold, else value. Takes integers too. */
export function threshold(input: TensorLike, threshold: number, value: number): Tensor {
  const x = toTensor(input, "threshold");
  if (isFloating(x.dtype)) return apply(thresholdOp, [x], [threshold, value]);
  // Integers stay integers: both numbers are cut.
  return where(gt(x, Math.trunc(threshold)), x, asTensor(Math.trunc(value), x.dtype, x.storage.backend, "threshold"));
}

/**
 * The first half along `dim` times the sigmoid of the second.
 *
 * @throws ShapeError if the size of the axis is odd.
 */
export function glu(input: Tensor, dim: number = -1): Tensor {
  floatOperand("glu", input);
  const axis = normalizeDim("glu", dim, input.ndim);
  const size = input.shape[axis];
  if (size === undefined || size % 2 !== 0) {
    throw new ShapeError(`glu: expected an even size along dim ${dim}, got shape ${formatShape(input.shape)}`);
  }
  return mul(narrow(input, axis, 0, size / 2), sigmoid(narrow(input, axis, size / 2, size / 2)));
}

/**
 * x where x > 0, else weight x.
 *
 * @param weight One number, or one per channel (axis 1 of `input`).
 * @throws ShapeError for any other number of weights.
 * @throws DTypeError unless both are of one floating-point dtype.
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  checkSameDType("prelu", [input, weight]);
  const [x, w] = [floatOperand("prelu", input), weight];
  const channels = x.ndim > 1 ? x.shape[1] : 1;
  if (w.ndim > 1 || (w.numel !== 1 && w.numel !== channels)) {
    throw new ShapeError(
      `prelu: expected a weight of 1 element or of shape [${channels}] for an input of shape ${
        formatShape(x.shape)
      }, got ${formatShape(w.shape)}`,
    );
  }
  const perChannel = x.ndim > 1 ? [1, w.numel, ...new Array<number>(x.ndim - 2).fill(1)] : [];
  return where(gt(x, 0), x, mul(reshape(w, x.ndim > 1 ? perChannel : w.shape.slice(0, x.ndim)), x));
}
