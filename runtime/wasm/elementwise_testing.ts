/**
 * For tests of elementwise kernels: what each of them computes, by formula in double precision.
 *
 * @module
 */
import type { DType } from "../dtype.ts";

/** Value of an elementwise function of up to three operands and two parameters. */
export type Formula = (a: number, b: number, c: number, p0: number, p1: number) => number;

/** A kernel, what it computes, and how far it may be off: a multiple of the rounding error of `bound`, or exact. */
export interface Row {
  readonly name: string;
  readonly dtypes: readonly DType[];
  readonly formula: Formula;
  /** Formula for int32 where doubles lose low bits. */
  readonly integerFormula?: Formula;
  readonly p0?: number;
  readonly p1?: number;
  /** Rounding errors allowed; 0 demands the same bits, the sign of zero included. */
  readonly epsilons?: number;
  /** Magnitude that the rounding errors are relative to, besides that of the result. */
  readonly bound?: Formula;
  /** Special values to try; default all. Others overflow or underflow on the way, in one precision and not in the other. */
  readonly special?: (value: number) => boolean;
}

/** The float types. */
export const FLOATS: readonly DType[] = ["float32", "float64"];
const SIGNED: readonly DType[] = [...FLOATS, "int32"];
const NUMBERS: readonly DType[] = [...SIGNED, "uint8"];
const INTEGERS: readonly DType[] = ["int32", "uint8"];

/** Rounding error relative to a result of a type. */
export const EPSILON: Readonly<Record<DType, number>> = {
  float32: 2 ** -24,
  float64: 2 ** -53,
  int32: 0,
  uint8: 0,
  bool: 0,
};

function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  const even = Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return even === 0 ? x * 0 : even;
}

function sign(x: number): number {
  return Number(x > 0) - Number(x < 0);
}

function ramp(x: number): number {
  return Number.isNaN(x) ? NaN : Math.min(Math.max(x + 3, 0), 6);
}

/** Keeps NaN, and the sign of a zero that equals a bound. */
function clamp(x: number, low: number, high: number): number {
  const raised = x < low ? low : x;
  return raised > high ? high : raised;
}

/** As in C and IEEE 754, where powers of 1 and infinite powers of -1 are 1; ECMAScript makes some of them NaN. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

/** Wraps; whole part of the reciprocal for negative exponents. */
function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let power = 1;
  for (let rest = b; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = Math.imul(power, a);
    a = Math.imul(a, a);
  }
  return power;
}

/** By the series of erf for small x, by the continued fraction for large x. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let sum = 0;
    for (let n = 1, term = x; n < 80; n++, term *= 2 * x * x / (2 * n - 1)) sum += term;
    return 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
  let fraction = x;
  for (let n = 80; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

/** Not a denormal. */
function isNormal(x: number): boolean {
  return x === 0 || !(Math.abs(x) < 1e-30);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

/** Remainder with the sign of the divisor, as in Python. */
export function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b - Number(rest !== 0 && rest < 0 !== b < 0);
  return quotient === 0 ? (isNegative(a / b) ? -0 : 0) : Math.round(quotient);
}

/** Functions of one operand. */
export const UNARY: readonly Row[] = [
  { name: "positive", dtypes: NUMBERS, formula: (x) => x },
  { name: "abs", dtypes: NUMBERS, formula: Math.abs },
  { name: "neg", dtypes: NUMBERS, formula: (x) => -x },
  { name: "sign", dtypes: NUMBERS, formula: sign },
  { name: "square", dtypes: SIGNED, formula: (x) => x * x, integerFormula: (x) => Math.imul(x, x) },
  { name: "sqrt", dtypes: FLOATS, formula: Math.sqrt },
  { name: "rsqrt", dtypes: FLOATS, formula: (x) => 1 / Math.sqrt(x), epsilons: 2 },
  { name: "reciprocal", dtypes: FLOATS, formula: (x) => 1 / x },
  { name: "floor", dtypes: NUMBERS, formula: Math.floor },
  { name: "ceil", dtypes: NUMBERS, formula: Math.ceil },
  { name: "round", dtypes: NUMBERS, formula: roundHalfEven },
  { name: "trunc", dtypes: NUMBERS, formula: Math.trunc },
  { name: "frac", dtypes: FLOATS, formula: (x) => x - Math.trunc(x) },
  { name: "clamp", dtypes: SIGNED, formula: (x, _b, _c, p0, p1) => clamp(x, p0, p1), p0: -1, p1: 2 },
  { name: "clamp", dtypes: ["uint8"], formula: (x, _b, _c, p0, p1) => clamp(x, p0, p1), p0: 3, p1: 130 },
  { name: "clamp", dtypes: FLOATS, formula: () => NaN, p0: NaN, p1: 2 },
  { name: "clamp", dtypes: ["int32"], formula: (x) => x, p0: -Infinity, p1: Infinity },
  { name: "clamp_min", dtypes: NUMBERS, formula: (x, _b, _c, p0) => clamp(x, p0, Infinity), p0: 1 },
  { name: "clamp_min", dtypes: FLOATS, formula: () => NaN, p0: NaN },
  { name: "clamp_max", dtypes: NUMBERS, formula: (x, _b, _c, p0) => clamp(x, -Infinity, p0), p0: 1 },
  { name: "clamp_max", dtypes: FLOATS, formula: () => NaN, p0: NaN },
  { name: "relu", dtypes: SIGNED, formula: (x) => x < 0 ? 0 : x },
  { name: "relu6", dtypes: SIGNED, formula: (x) => clamp(x, 0, 6) },
  { name: "hardtanh", dtypes: SIGNED, formula: (x, _b, _c, p0, p1) => clamp(x, p0, p1), p0: -2, p1: 1 },
  { name: "leaky_relu", dtypes: FLOATS, formula: (x, _b, _c, p0) => x > 0 ? x : x * p0, p0: 0.25 },
  { name: "threshold", dtypes: FLOATS, formula: (x, _b, _c, p0, p1) => x <= p0 ? p1 : x, p0: 0.5, p1: 20 },
  { name: "hardsigmoid", dtypes: FLOATS, formula: (x) => ramp(x) / 6, epsilons: 3, bound: () => 1 },
  { name: "hardswish", dtypes: FLOATS, formula: (x) => x * ramp(x) / 6, epsilons: 4, bound: (x) => Math.abs(x) },
  { name: "hardshrink", dtypes: FLOATS, formula: (x, _b, _c, p0) => Math.abs(x) <= p0 ? 0 : x, p0: 0.5 },
  { name: "softshrink", dtypes: FLOATS, formula: (x, _b, _c, p0) => isNaN(x) ? 0 : x - clamp(x, -p0, p0), p0: 0.5 },
  { name: "softsign", dtypes: FLOATS, formula: (x) => x / (1 + Math.abs(x)), epsilons: 2 },
  { name: "tanhshrink", dtypes: FLOATS, formula: (x) => x - Math.tanh(x), epsilons: 4, bound: (x) => Math.abs(x) },
  { name: "bitwise_not", dtypes: INTEGERS, formula: (x) => ~x },
];

/** Questions about one operand, answered by 0 or 1. */
export const PREDICATES: readonly Row[] = [
  { name: "logical_not", dtypes: NUMBERS, formula: (x) => Number(x === 0) },
  { name: "isnan", dtypes: NUMBERS, formula: (x) => Number(Number.isNaN(x)) },
  { name: "isinf", dtypes: NUMBERS, formula: (x) => Number(Math.abs(x) === Infinity) },
  { name: "isposinf", dtypes: NUMBERS, formula: (x) => Number(x === Infinity) },
  { name: "isneginf", dtypes: NUMBERS, formula: (x) => Number(x === -Infinity) },
  { name: "isfinite", dtypes: NUMBERS, formula: (x) => Number(Number.isFinite(x)) },
  { name: "signbit", dtypes: NUMBERS, formula: (x) => Number(isNegative(x)) },
];

/** Functions of two operands. */
export const BINARY: readonly Row[] = [
  { name: "add", dtypes: NUMBERS, formula: (a, b) => a + b },
  {
    name: "add_scaled",
    dtypes: FLOATS,
    formula: (a, b, _c, p0) => a + p0 * b,
    p0: -1.25,
    epsilons: 2,
    bound: (a, b) => Math.max(Math.abs(a), 2 * Math.abs(b)),
  },
  { name: "add_scaled", dtypes: ["int32"], formula: (a, b, _c, p0) => a + p0 * b, p0: -3 },
  { name: "sub", dtypes: NUMBERS, formula: (a, b) => a - b },
  { name: "mul", dtypes: NUMBERS, formula: (a, b) => a * b, integerFormula: Math.imul },
  { name: "div", dtypes: FLOATS, formula: (a, b) => a / b },
  { name: "maximum", dtypes: NUMBERS, formula: (a, b) => Math.max(a, b) },
  { name: "minimum", dtypes: NUMBERS, formula: (a, b) => Math.min(a, b) },
  {
    name: "fmax",
    dtypes: NUMBERS,
    formula: (a, b) => Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b),
  },
  {
    name: "fmin",
    dtypes: NUMBERS,
    formula: (a, b) => Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b),
  },
  {
    name: "copysign",
    dtypes: FLOATS,
    formula: (a, b) => isNegative(b) ? -Math.abs(a) : Math.abs(a),
  },
  { name: "heaviside", dtypes: SIGNED, formula: (a, b) => a === 0 ? b : Number(a > 0) },
  { name: "fmod", dtypes: FLOATS, formula: (a, b) => a % b },
  { name: "fmod", dtypes: ["int32"], formula: (a, b) => b === 0 ? 0 : a % b },
  { name: "remainder", dtypes: FLOATS, formula: remainder },
  { name: "remainder", dtypes: ["int32"], formula: (a, b) => b === 0 ? 0 : remainder(a, b) },
  { name: "floor_divide", dtypes: FLOATS, formula: floorDivide },
  { name: "floor_divide", dtypes: ["int32"], formula: (a, b) => b === 0 ? 0 : Math.floor(a / b) },
  { name: "trunc_divide", dtypes: FLOATS, formula: (a, b) => Math.trunc(a / b) },
  { name: "trunc_divide", dtypes: ["int32"], formula: (a, b) => b === 0 ? 0 : Math.trunc(a / b) },
  { name: "bitwise_and", dtypes: INTEGERS, formula: (a, b) => a & b },
  { name: "bitwise_or", dtypes: INTEGERS, formula: (a, b) => a | b },
  { name: "bitwise_xor", dtypes: INTEGERS, formula: (a, b) => a ^ b },
  { name: "bitwise_left_shift", dtypes: ["int32"], formula: (a, b) => b < 0 || b > 31 ? 0 : a << b },
  { name: "bitwise_left_shift", dtypes: ["uint8"], formula: (a, b) => b > 7 ? 0 : a << b },
  { name: "bitwise_right_shift", dtypes: ["int32"], formula: (a, b) => a >> (b < 0 || b > 31 ? 31 : b) },
  { name: "bitwise_right_shift", dtypes: ["uint8"], formula: (a, b) => b > 7 ? 0 : a >> b },
  {
    name: "xlogy",
    dtypes: FLOATS,
    formula: (a, b) => a === 0 && !Number.isNaN(b) ? 0 : a * Math.log(b),
    epsilons: 4,
  },
  {
    name: "logaddexp",
    dtypes: FLOATS,
    formula: (a, b) => a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
    epsilons: 4,
    bound: (a, b) => Math.max(1, Math.abs(a), Math.abs(b)),
  },
  {
    name: "logaddexp2",
    dtypes: FLOATS,
    formula: (a, b) => a === b ? a + 1 : Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) * Math.LOG2E,
    epsilons: 4,
    bound: (a, b) => Math.max(1, Math.abs(a), Math.abs(b)),
  },
  { name: "hypot", dtypes: FLOATS, formula: (a, b) => Math.hypot(a, b), epsilons: 3 },
  { name: "pow", dtypes: FLOATS, formula: power, epsilons: 4 },
  { name: "pow", dtypes: ["int32"], formula: integerPower },
  { name: "atan2", dtypes: FLOATS, formula: Math.atan2, epsilons: 3 },
];

/** Comparisons and logic of two operands, answered by 0 or 1. */
export const COMPARISONS: readonly Row[] = [
  { name: "eq", dtypes: NUMBERS, formula: (a, b) => Number(a === b) },
  { name: "ne", dtypes: NUMBERS, formula: (a, b) => Number(a !== b) },
  { name: "lt", dtypes: NUMBERS, formula: (a, b) => Number(a < b) },
  { name: "le", dtypes: NUMBERS, formula: (a, b) => Number(a <= b) },
  { name: "gt", dtypes: NUMBERS, formula: (a, b) => Number(a > b) },
  { name: "ge", dtypes: NUMBERS, formula: (a, b) => Number(a >= b) },
  { name: "logical_and", dtypes: NUMBERS, formula: (a, b) => Number(a !== 0 && b !== 0) },
  { name: "logical_or", dtypes: NUMBERS, formula: (a, b) => Number(a !== 0 || b !== 0) },
  { name: "logical_xor", dtypes: NUMBERS, formula: (a, b) => Number((a !== 0) !== (b !== 0)) },
];

/** Derivatives times a gradient, which is the first operand. */
export const BACKWARD: readonly Row[] = [
  {
    name: "tanh_backward",
    dtypes: FLOATS,
    formula: (g, y) => g * (1 - y * y),
    epsilons: 3,
    bound: (g, y) => Math.abs(g) * Math.max(1, y * y),
  },
  { name: "sigmoid_backward", dtypes: FLOATS, formula: (g, y) => g * (y * (1 - y)), epsilons: 3 },
  { name: "relu_backward", dtypes: FLOATS, formula: (g, y) => y <= 0 ? 0 : g },
  { name: "leaky_relu_backward", dtypes: FLOATS, formula: (g, x, _c, p0) => x > 0 ? g : g * p0, p0: 0.25 },
  {
    name: "hardtanh_backward",
    dtypes: FLOATS,
    formula: (g, x, _c, p0, p1) => x > p0 && x < p1 ? g : 0,
    p0: -1,
    p1: 1.5,
  },
  {
    name: "clamp_backward",
    dtypes: FLOATS,
    formula: (g, x, _c, p0, p1) => x >= p0 && x <= p1 ? g : 0,
    p0: -1,
    p1: 1.5,
  },
  { name: "abs_backward", dtypes: FLOATS, formula: (g, x) => g * sign(x) },
  { name: "sqrt_backward", dtypes: FLOATS, formula: (g, y) => g / (2 * y) },
  { name: "rsqrt_backward", dtypes: FLOATS, formula: (g, y) => -0.5 * g * (y * y * y), epsilons: 4, special: isNormal },
  { name: "reciprocal_backward", dtypes: FLOATS, formula: (g, y) => -(g * (y * y)), epsilons: 3, special: isNormal },
  { name: "square_backward", dtypes: FLOATS, formula: (g, x) => 2 * g * x },
  { name: "log_backward", dtypes: FLOATS, formula: (g, x) => g / x },
  { name: "sin_backward", dtypes: FLOATS, formula: (g, x) => g * Math.cos(x), epsilons: 5 },
  { name: "cos_backward", dtypes: FLOATS, formula: (g, x) => -(g * Math.sin(x)), epsilons: 5 },
  {
    name: "silu_backward",
    dtypes: FLOATS,
    formula: (g, x) => g * (sigmoid(x) * (1 + x * (1 - sigmoid(x)))),
    epsilons: 8,
    bound: (g, x) => Math.abs(g) * Math.max(1, Math.abs(x)),
  },
  {
    name: "elu_backward",
    dtypes: FLOATS,
    formula: (g, x, _c, p0) => x > 0 ? g : g * (p0 * Math.exp(x)),
    p0: 1.5,
    epsilons: 6,
  },
  {
    name: "softplus_backward",
    dtypes: FLOATS,
    formula: (g, x, _c, p0, p1) => p0 * x > p1 ? g : g * sigmoid(p0 * x),
    p0: 2,
    p1: 20,
    epsilons: 6,
  },
  {
    name: "gelu_backward",
    dtypes: FLOATS,
    formula: (g, x) => g * (erfc(-x * Math.SQRT1_2) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)),
    epsilons: 16,
    bound: (g) => Math.abs(g),
    special: (value) => Math.abs(value) !== Infinity,
  },
  {
    name: "gelu_tanh_backward",
    dtypes: FLOATS,
    formula: (g, x) => {
      const t = Math.tanh(Math.sqrt(2 / Math.PI) * x * (1 + 0.044715 * x * x));
      const slope = Math.sqrt(2 / Math.PI) * (1 + 0.134145 * x * x);
      return g * (0.5 * ((1 + t) + x * (1 - t * t) * slope));
    },
    epsilons: 16,
    special: (value) => Math.abs(value) !== Infinity,
    bound: (g, x) => Math.abs(g) * Math.max(1, Math.abs(x ** 3)),
  },
];

/** Functions of three operands of one type. */
export const TERNARY: readonly Row[] = [
  {
    name: "lerp",
    dtypes: FLOATS,
    formula: (a, b, c) => Math.abs(c) < 0.5 ? a + c * (b - a) : b - (b - a) * (1 - c),
    epsilons: 8,
    bound: (a, b, c) => (Math.abs(a) + Math.abs(b)) * Math.max(1, Math.abs(c)),
  },
  {
    name: "addcmul",
    dtypes: FLOATS,
    formula: (a, b, c, p0) => a + p0 * b * c,
    p0: 0.5,
    epsilons: 3,
    bound: (a, b, c) => Math.max(Math.abs(a), Math.abs(b * c)),
  },
  { name: "addcmul", dtypes: ["int32"], formula: (a, b, c, p0) => a + Math.imul(Math.imul(p0, b), c), p0: -3 },
  {
    name: "addcdiv",
    dtypes: FLOATS,
    formula: (a, b, c, p0) => a + p0 * b / c,
    p0: 0.5,
    epsilons: 3,
    special: isNormal,
    bound: (a, b, c) => Math.max(Math.abs(a), Math.abs(b / c)),
  },
  { name: "clamp_tensor", dtypes: NUMBERS, formula: (a, b, c) => Math.min(Math.max(a, b), c) },
];

/** The choice between two operands; the first operand is bool. */
export const WHERE: Row = { name: "where", dtypes: NUMBERS, formula: (a, b, c) => a !== 0 ? b : c };
