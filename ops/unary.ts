/**
 * Functions of one tensor, element by element.
 *
 * @module
 */
import { FLOATS, NO_SCALARS, NUMBERS, REALS } from "./constants.ts";
import { apply } from "../tensor/apply.ts";
import { mul, sub } from "./binary.ts";
import { elementwise, unary, type UnaryFunction } from "./families.ts";

/**
 * Negative of each element.
 *
 * @inplace
 */
export const neg: UnaryFunction = unary({
  name: "neg",
  reference: (a) => -a,
  wgsl: "-a",
  dtypes: NUMBERS,
  partials: [(g) => neg(g)],
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
  saves: { inputs: [], outputs: [0] },
  partials: [(g, c) => mul(g, c.output())],
});

/**
 * Square of each element.
 *
 * @inplace
 */
export const square: UnaryFunction = unary({
  name: "square",
  gradName: "Pow",
  reference: (a) => a * a,
  wgsl: "a * a",
  dtypes: REALS,
  saves: { inputs: [0], outputs: [] },
  partials: [(g, c) => mul(g, mul(c.input(0), 2))],
});

/** g (1 - y^2): the derivative of tanh with one kernel. */
const tanhBackwardOp = elementwise({
  name: "tanhBackward",
  reference: (g, y) => g * (1 - y * y),
  wgsl: "a * (1.0 - b * b)",
  dtypes: FLOATS,
  partials: null,
  decompose: ([g, y]) => mul(g, sub(1, square(y))),
}, 2);

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
  saves: { inputs: [], outputs: [0] },
  partials: [(g, c) => apply(tanhBackwardOp, [g, c.output()], NO_SCALARS)],
});
