/**
 * `torch.special`: the special functions that are found there alone, and those that have a second home there.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq, le, logicalAnd, logicalOr } from "./compare.ts";
import { FLOATS, NO_SCALARS, SAVES_INPUT, SAVES_INPUTS, SAVES_OUTPUT } from "./constants.ts";
import { clampMax } from "./extrema.ts";
import { elementwise, unary, type UnaryFunction, withoutDerivative } from "./families.ts";
import { promote, toFloat } from "./promote.ts";
import { erfc, i0 } from "./special.ts";
import { besselNumber, erfcNumber, erfcxNumber, erfinvNumber, zetaNumber } from "./special_numbers.ts";
import { where } from "./ternary.ts";
import { exp, log, log1p, neg, sign, square } from "./unary.ts";

export { igamma as gammainc, igammac as gammaincc } from "./incomplete_gamma.ts";
export { xlogy } from "./power.ts";
export { round } from "./rounding.ts";
export {
  digamma,
  digamma as psi,
  erf,
  erfc,
  erfinv,
  i0,
  lgamma as gammaln,
  logit,
  polygamma,
  sinc,
} from "./special.ts";
export { exp2, expm1, log1p, sigmoid as expit } from "./unary.ts";

const zetaOp = elementwise({
  name: "zeta",
  reference: zetaNumber,
  wgsl: "zeta(a, b)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [withoutDerivative("zeta"), (g, c) => neg(mul(g, mul(c.input(0), zeta(add(c.input(0), 1), c.input(1)))))],
  domain: [1.5, 3],
}, 2);

/**
 * The zeta function of Hurwitz: the sum of (other + k)^-input over k >= 0. Shapes broadcast. It has no derivative with
 * respect to `input`.
 */
export function zeta(input: TensorLike, other: TensorLike): Tensor {
  return apply(zetaOp, promote(input, other, true, "zeta"), NO_SCALARS);
}

/** exp(-|x|) i0(x). */
export const i0e: UnaryFunction = unary({
  name: "i0e",
  gradName: "SpecialI0E",
  reference: (a) => besselNumber(0, a),
  wgsl: "i0e(a)",
  dtypes: FLOATS,
  saves: { inputs: [0], outputs: [0] },
  partials: [(g, c) => mul(g, sub(i1e(c.input(0)), mul(sign(c.input(0)), c.output())))],
});

/** y / x for y = i1(x) or i1e(x), whose limit at 0 is 1/2. */
function ratio(y: Tensor, x: Tensor): Tensor {
  const zero = eq(x, 0);
  return where(zero, 0.5, div(y, where(zero, 1, x)));
}

/** Modified Bessel function of the first kind, order 1, of each element. */
export const i1: UnaryFunction = unary({
  name: "i1",
  gradName: "SpecialI1",
  reference: (a) => besselNumber(1, a) * Math.exp(Math.abs(a)),
  wgsl: "i1(a)",
  dtypes: FLOATS,
  saves: { inputs: [0], outputs: [0] },
  partials: [(g, c) => mul(g, sub(i0(c.input(0)), ratio(c.output(), c.input(0))))],
});

/** exp(-|x|) i1(x). */
export const i1e: UnaryFunction = unary({
  name: "i1e",
  gradName: "SpecialI1E",
  reference: (a) => besselNumber(1, a),
  wgsl: "i1e(a)",
  dtypes: FLOATS,
  saves: { inputs: [0], outputs: [0] },
  partials: [(g, c) => {
    const [x, y] = [c.input(0), c.output()];
    return mul(g, sub(sub(i0e(x), mul(sign(x), y)), ratio(y, x)));
  }],
});

/** input log(1 + other), and 0 where input is 0. Shapes broadcast. */
export function xlog1py(input: TensorLike, other: TensorLike): Tensor {
  const [x, y] = promote(input, other, true, "xlog1py");
  const vanishes = logicalAnd(eq(x, 0), logicalOr(le(y, -1), eq(y, Infinity)));
  return mul(x, log1p(where(vanishes, 0, y)));
}

/** -x log(x) of each element: 0 at 0, minus infinity below. */
export const entr: UnaryFunction = unary({
  name: "entr",
  gradName: "SpecialEntr",
  reference: (a) => a < 0 ? -Infinity : a === 0 ? 0 : -a * Math.log(a),
  wgsl: "entropy(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => mul(g, neg(add(log(c.input(0)), 1)))],
  domain: [0.5, 3],
});

/** Distribution function of the normal distribution at each element. */
export function ndtr(input: TensorLike): Tensor {
  return mul(erfc(mul(toFloat(input, "ndtr"), -Math.SQRT1_2)), 0.5);
}

/** The number below which the normal distribution has the probability that each element is. */
export const ndtri: UnaryFunction = unary({
  name: "ndtri",
  gradName: "SpecialNdtri",
  reference: (a) => a < 0 || a > 1 ? NaN : Math.SQRT2 * erfinvNumber(2 * a - 1),
  wgsl: "ndtri(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => mul(g, mul(exp(mul(square(c.output()), 0.5)), Math.sqrt(2 * Math.PI)))],
  domain: [0.1, 0.9],
});

/** exp(x^2) erfc(x) of each element. */
export const erfcx: UnaryFunction = unary({
  name: "erfcx",
  gradName: "SpecialErfcx",
  reference: erfcxNumber,
  wgsl: "erfcx(a)",
  dtypes: FLOATS,
  saves: { inputs: [0], outputs: [0] },
  partials: [(g, c) => mul(g, sub(mul(mul(c.input(0), c.output()), 2), 2 / Math.sqrt(Math.PI)))],
});

/** Logarithm of `ndtr` at each element, accurate where it is far below 0. */
export const logNdtr: UnaryFunction = unary({
  name: "logNdtr",
  gradName: "SpecialLogNdtr",
  reference: (a) => Math.log(erfcNumber(-a * Math.SQRT1_2) / 2),
  wgsl: "log_ndtr(a)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [(g, c) => {
    // The slope is 0 above the limit, where erfcx overflows and the slope of the slope would be infinity over infinity.
    const x = clampMax(c.input(0), c.dtype(0) === "float32" ? 13 : 37);
    return div(mul(g, Math.sqrt(2 / Math.PI)), erfcx(mul(x, -Math.SQRT1_2)));
  }],
});
