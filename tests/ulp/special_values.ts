/**
 * Values that must be exact: the limits, the signs of zero and the edges of the domains.
 *
 * @module
 */

/** Argument and result, for both float types. */
type SpecialValue = readonly [number, number];

const ODD: readonly SpecialValue[] = [[0, 0], [-0, -0]];
const UNBOUNDED_ODD: readonly SpecialValue[] = [...ODD, [Infinity, Infinity], [-Infinity, -Infinity]];
const LOGARITHM: readonly SpecialValue[] = [
  [1, 0],
  [0, -Infinity],
  [-0, -Infinity],
  [-1, NaN],
  [-Infinity, NaN],
  [Infinity, Infinity],
];
const EXPONENTIAL: readonly SpecialValue[] = [[0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, 0], [1e4, Infinity], [
  -1e4,
  0,
]];
const PERIODIC: readonly SpecialValue[] = [[Infinity, NaN], [-Infinity, NaN]];
/** x times a function with the limits 0 and 1 is NaN at -infinity, as in PyTorch. */
const GATE: readonly SpecialValue[] = [...ODD, [Infinity, Infinity], [-Infinity, NaN], [1000, 1000], [-1000, -0], [
  -3e38,
  -0,
]];
const SATURATING: readonly SpecialValue[] = [...ODD, [Infinity, 1], [-Infinity, -1], [30, 1], [-30, -1]];

/** By kernel. */
export const SPECIAL_VALUES: Readonly<Record<string, readonly SpecialValue[]>> = {
  exp: EXPONENTIAL,
  exp2: [...EXPONENTIAL, [10, 1024], [-10, 2 ** -10], [127, 2 ** 127], [-140, 2 ** -140]],
  expm1: [...ODD, [Infinity, Infinity], [-Infinity, -1], [1e4, Infinity], [-1e4, -1]],
  log: LOGARITHM,
  log2: [...LOGARITHM, [8, 3], [2 ** -140, -140]],
  log10: LOGARITHM,
  log1p: [...ODD, [-1, -Infinity], [-2, NaN], [Infinity, Infinity], [-Infinity, NaN]],
  sin: [...ODD, ...PERIODIC],
  cos: [[0, 1], [-0, 1], ...PERIODIC],
  tan: [...ODD, ...PERIODIC],
  asin: [...ODD, [1.5, NaN], [-1.5, NaN], [Infinity, NaN]],
  acos: [[1, 0], [1.5, NaN], [-1.5, NaN], [Infinity, NaN]],
  atan: ODD,
  sinh: UNBOUNDED_ODD,
  cosh: [[0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, Infinity]],
  tanh: SATURATING,
  asinh: UNBOUNDED_ODD,
  acosh: [[1, 0], [0.5, NaN], [-3, NaN], [Infinity, Infinity], [-Infinity, NaN]],
  atanh: [...ODD, [1, Infinity], [-1, -Infinity], [1.5, NaN], [-Infinity, NaN]],
  erf: SATURATING,
  erfc: [[0, 1], [-0, 1], [Infinity, 0], [-Infinity, 2], [30, 0], [-30, 2]],
  gelu: GATE,
  gelu_tanh: GATE,
  silu: GATE,
  mish: GATE,
  sigmoid: [[0, 0.5], [-0, 0.5], [Infinity, 1], [-Infinity, 0], [1000, 1], [-1000, 0]],
  log_sigmoid: [[Infinity, 0], [-Infinity, -Infinity], [1000, 0], [-1000, -1000]],
  softplus: [[Infinity, Infinity], [-Infinity, 0], [1000, 1000], [-1000, 0]],
  elu: [...ODD, [Infinity, Infinity], [-Infinity, -1]],
  celu: [...ODD, [Infinity, Infinity], [-Infinity, -1]],
  selu: [...ODD, [Infinity, Infinity]],
};

/** Operands and result of pow, as C99 (annex F.9.4.4) has them. */
export const POW_VALUES: readonly (readonly [number, number, number])[] = [
  [2, 10, 1024],
  [-2, 3, -8],
  [-2, 2, 4],
  [2, -149, 2 ** -149],
  [-2, 0.5, NaN],
  [1, NaN, 1],
  [NaN, 0, 1],
  [NaN, 1, NaN],
  [2, NaN, NaN],
  [0, 3, 0],
  [-0, 3, -0],
  [-0, 2, 0],
  [0, -1, Infinity],
  [-0, -1, -Infinity],
  [-0, -2, Infinity],
  [-0, 0.5, 0],
  [-1, Infinity, 1],
  [-1, -Infinity, 1],
  [0.5, Infinity, 0],
  [0.5, -Infinity, Infinity],
  [2, Infinity, Infinity],
  [-2, -Infinity, 0],
  [Infinity, 2, Infinity],
  [Infinity, -2, 0],
  [-Infinity, 3, -Infinity],
  [-Infinity, 2, Infinity],
  [-Infinity, -3, -0],
  [-Infinity, 0.5, Infinity],
  [10, 1e30, Infinity],
  [10, -1e30, 0],
];
