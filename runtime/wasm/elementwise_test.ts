import { assert, assertEquals } from "@std/assert";
import type { ArrayRef } from "../array.ts";
import type { ElementwiseKernel } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { elementwise as reference } from "../reference/elementwise.ts";
import { setNumThreads, threads } from "../threads.ts";
import { elementwise as wasm } from "./elementwise.ts";
import { signedGenerator, type Twin, uniformGenerator, withTwins } from "./twin_testing.ts";

type Formula = (a: number, b: number, c: number, p0: number, p1: number) => number;

/** A kernel, what it computes, and how far it may be off: a multiple of the rounding error of `bound`, or exact. */
interface Row {
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

const FLOATS: readonly DType[] = ["float32", "float64"];
const SIGNED: readonly DType[] = [...FLOATS, "int32"];
const NUMBERS: readonly DType[] = [...SIGNED, "uint8"];
const INTEGERS: readonly DType[] = ["int32", "uint8"];

const EPSILON: Readonly<Record<DType, number>> = { float32: 2 ** -24, float64: 2 ** -53, int32: 0, uint8: 0, bool: 0 };

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

function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  const quotient = (a - rest) / b - Number(rest !== 0 && rest < 0 !== b < 0);
  return quotient === 0 ? (isNegative(a / b) ? -0 : 0) : Math.round(quotient);
}

const UNARY: readonly Row[] = [
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
  { name: "softshrink", dtypes: FLOATS, formula: (x, _b, _c, p0) => x - clamp(x, -p0, p0), p0: 0.5 },
  { name: "softsign", dtypes: FLOATS, formula: (x) => x / (1 + Math.abs(x)), epsilons: 2 },
  { name: "tanhshrink", dtypes: FLOATS, formula: (x) => x - Math.tanh(x), epsilons: 4, bound: (x) => Math.abs(x) },
  { name: "bitwise_not", dtypes: INTEGERS, formula: (x) => ~x },
];

const PREDICATES: readonly Row[] = [
  { name: "logical_not", dtypes: NUMBERS, formula: (x) => Number(x === 0) },
  { name: "isnan", dtypes: NUMBERS, formula: (x) => Number(Number.isNaN(x)) },
  { name: "isinf", dtypes: NUMBERS, formula: (x) => Number(Math.abs(x) === Infinity) },
  { name: "isposinf", dtypes: NUMBERS, formula: (x) => Number(x === Infinity) },
  { name: "isneginf", dtypes: NUMBERS, formula: (x) => Number(x === -Infinity) },
  { name: "isfinite", dtypes: NUMBERS, formula: (x) => Number(Number.isFinite(x)) },
  { name: "signbit", dtypes: NUMBERS, formula: (x) => Number(isNegative(x)) },
];

const BINARY: readonly Row[] = [
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
  { name: "hypot", dtypes: FLOATS, formula: Math.hypot, epsilons: 3 },
  { name: "pow", dtypes: ["int32"], formula: integerPower },
  { name: "atan2", dtypes: FLOATS, formula: Math.atan2, epsilons: 3 },
];

const COMPARISONS: readonly Row[] = [
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

/** The first operand of each is a gradient. */
const BACKWARD: readonly Row[] = [
  {
    name: "tanh_backward",
    dtypes: FLOATS,
    formula: (g, y) => g * (1 - y * y),
    epsilons: 3,
    bound: (g, y) => Math.abs(g) * Math.max(1, y * y),
  },
  { name: "sigmoid_backward", dtypes: FLOATS, formula: (g, y) => g * (y * (1 - y)), epsilons: 3 },
  { name: "relu_backward", dtypes: FLOATS, formula: (g, y) => y > 0 ? g : 0 },
  { name: "leaky_relu_backward", dtypes: FLOATS, formula: (g, x, _c, p0) => x > 0 ? g : g * p0, p0: 0.25 },
  {
    name: "hardtanh_backward",
    dtypes: FLOATS,
    formula: (g, x, _c, p0, p1) => x <= p0 || x >= p1 ? 0 : g,
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

const TERNARY: readonly Row[] = [
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

const WHERE: Row = { name: "where", dtypes: NUMBERS, formula: (a, b, c) => a !== 0 ? b : c };

const SPECIAL_FLOATS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  3,
  -3,
  6,
  -7,
  1e-40,
  -1e-40,
  5e-324,
];
const SPECIAL_VALUES: Readonly<Record<DType, readonly number[]>> = {
  float32: SPECIAL_FLOATS,
  float64: SPECIAL_FLOATS,
  int32: [0, 1, -1, 2, -2, 7, -7, 31, 32, 33, -33, 2147483647, -2147483648],
  uint8: [0, 1, 2, 3, 7, 8, 9, 127, 128, 129, 254, 255],
  bool: [0, 1],
};

/** Reads random numbers that suit a dtype. */
function randomValue(dtype: DType, seed: number): () => number {
  const signed = signedGenerator(seed);
  const uniform = uniformGenerator(seed + 1);
  if (dtype === "bool") return () => Math.floor(2 * uniform());
  if (dtype === "uint8") return () => Math.floor(256 * uniform());
  if (dtype === "int32") return () => Math.floor(signed() * 2 ** (20 * uniform()));
  return () => signed() * 2 ** (8 * uniform() - 4);
}

/** Every combination of the special values of the operands, then random ones: one list per operand. */
function operandValues(dtypes: readonly DType[], isUsed: (value: number) => boolean = () => true): number[][] {
  let combinations: number[][] = [[]];
  for (const dtype of dtypes) {
    const special = SPECIAL_VALUES[dtype].filter(isUsed);
    combinations = combinations.flatMap((values) => special.map((value) => [...values, value]));
  }
  const random = dtypes.map((dtype, operand) => randomValue(dtype, 17 * operand + 3));
  for (let i = 0; i < 200; i++) combinations.push(random.map((next) => next()));
  return dtypes.map((_, operand) => combinations.map((values) => values[operand]));
}

function kernelOf(row: Row, dtype: DType): ElementwiseKernel {
  const formula = dtype === "int32" ? row.integerFormula ?? row.formula : row.formula;
  return { name: row.name, reference: formula, wgsl: null };
}

/** The backends' methods with as many operands as are given. */
function run(
  backend: typeof wasm,
  kernel: ElementwiseKernel,
  [a, b, c]: readonly ArrayRef[],
  out: ArrayRef,
  { p0 = 0, p1 = 0 }: Row,
): void {
  if (b === undefined) backend.unary(kernel, a, out, p0, p1);
  else if (c === undefined) backend.binary(kernel, a, b, out, p0, p1);
  else backend.ternary(kernel, a, b, c, out, p0, p1);
}

/** Fails unless the two backends agree as closely as the row demands. */
function check(row: Row, dtype: DType, operands: readonly Twin[], out: Twin): void {
  out.check(`${dtype} ${row.name}`, { absolute: Infinity, relative: 0 });
  const { epsilons = 0, bound = () => 0, p0 = 0, p1 = 0 } = row;
  const inputs = operands.map((operand) => operand.expected());
  const expected = out.expected();
  const smallest = dtype === "float32" ? 2 ** -149 : 2 ** -1074;
  out.result().forEach((value, i) => {
    const [a, b = 0, c = 0] = inputs.map((input) => input[i]);
    const scale = Math.max(Math.abs(expected[i]), bound(a, b, c, p0, p1));
    const close = epsilons > 0 && Number.isFinite(expected[i]) &&
      Math.abs(value - expected[i]) <= epsilons * (EPSILON[dtype] * scale + smallest);
    assert(
      close || Object.is(value, expected[i]),
      `${dtype} ${row.name}(${a}, ${b}, ${c}; ${p0}, ${p1}): expected ${expected[i]}, got ${value}`,
    );
  });
}

/** The result of `row` for the first `n` elements of `operands`, in a fresh array. */
function prefix(row: Row, dtype: DType, operands: readonly Twin[], outDtype: DType, n: number): Uint8Array {
  let result: Uint8Array = new Uint8Array();
  withTwins((twin) => {
    const out = twin(outDtype, [n], () => 1);
    const first = (x: ArrayRef) => ({ ...x, shape: [n], numel: n });
    run(wasm, kernelOf(row, dtype), operands.map((operand) => first(operand.wasm)), out.wasm, row);
    run(reference, kernelOf(row, dtype), operands.map((operand) => first(operand.reference)), out.reference, row);
    out.check(`${dtype} ${row.name}, n = ${n}`, { absolute: Infinity, relative: 0 });
    result = out.resultBytes();
  });
  return result;
}

/** Holds `row` to its formula on all values, and every short prefix of them to the same bits. */
function testRow(row: Row, operandDtypes: (dtype: DType) => readonly DType[], outDtype: (dtype: DType) => DType): void {
  for (const dtype of row.dtypes) {
    const values = operandValues(operandDtypes(dtype), row.special);
    const n = values[0].length;
    withTwins((twin) => {
      const operands = operandDtypes(dtype).map((of, operand) => twin(of, [n], (i) => values[operand][i]));
      const out = twin(outDtype(dtype), [n], () => 1);
      const kernel = kernelOf(row, dtype);
      run(wasm, kernel, operands.map((operand) => operand.wasm), out.wasm, row);
      run(reference, kernel, operands.map((operand) => operand.reference), out.reference, row);
      check(row, dtype, operands, out);
      const whole = out.resultBytes();
      for (const length of [...Array(18).keys(), 63, 64, 65]) {
        const bytes = prefix(row, dtype, operands, outDtype(dtype), length);
        assertEquals(bytes, whole.slice(0, bytes.length), `${dtype} ${row.name}: n = ${length} differs`);
      }
    });
  }
}

function testRows(title: string, rows: readonly Row[], operands: number, outDtype?: DType): void {
  for (const row of rows) {
    const settings = row.p0 === undefined ? "" : ` (${row.p0}${row.p1 === undefined ? "" : `, ${row.p1}`})`;
    Deno.test(`${title}: ${row.name}${settings} of ${row.dtypes}`, () => {
      testRow(row, (dtype) => new Array<DType>(operands).fill(dtype), (dtype) => outDtype ?? dtype);
    });
  }
}

testRows("unary", UNARY, 1);
testRows("predicate", PREDICATES, 1, "bool");
testRows("binary", BINARY, 2);
testRows("comparison", COMPARISONS, 2, "bool");
testRows("backward", BACKWARD, 2);
testRows("ternary", TERNARY, 3);
Deno.test("ternary: where", () => testRow(WHERE, (dtype) => ["bool", dtype, dtype], (dtype) => dtype));

Deno.test("binary: nextafter moves by one unit in the last place", () => {
  const cases: readonly (readonly [DType, number, number, number])[] = [
    ["float32", 1, 2, 1 + 2 ** -23],
    ["float32", 1, -Infinity, 1 - 2 ** -24],
    ["float32", 0, -1, -(2 ** -149)],
    ["float32", -0, 1, 2 ** -149],
    ["float32", 2 ** -149, -1, 0],
    ["float32", -1, -2, -1 - 2 ** -23],
    ["float32", Infinity, 0, (2 - 2 ** -23) * 2 ** 127],
    ["float32", 3, 3, 3],
    ["float32", 0, -0, -0],
    ["float32", NaN, 1, NaN],
    ["float64", 1, NaN, NaN],
    ["float64", 1, 2, 1 + 2 ** -52],
    ["float64", 1, 0, 1 - 2 ** -53],
    ["float64", 0, 1, 5e-324],
    ["float64", Number.MAX_VALUE, Infinity, Infinity],
    ["float64", -1, 0, -1 + 2 ** -53],
  ];
  for (const [dtype, a, b, expected] of cases) {
    withTwins((twin) => {
      const out = twin(dtype, [], () => 1);
      const kernel = { name: "nextafter", reference: () => expected, wgsl: null };
      wasm.binary(kernel, twin(dtype, [], () => a).wasm, twin(dtype, [], () => b).wasm, out.wasm, 0, 0);
      assertEquals(out.result()[0], expected, `${dtype} nextafter(${a}, ${b})`);
    });
  }
});

Deno.test("binary: remainders are exact however far apart the operands are", () => {
  const spread: Readonly<Record<string, number>> = { float32: 120, float64: 1000 };
  for (const dtype of FLOATS) {
    for (const [name, formula] of [["fmod", (a: number, b: number) => a % b], ["remainder", remainder]] as const) {
      withTwins((twin) => {
        const exponent = signedGenerator(5);
        const value = signedGenerator(6);
        const next = () => value() * 2 ** Math.round(exponent() / 2 * spread[dtype]);
        const a = twin(dtype, [3000], next);
        const b = twin(dtype, [3000], next);
        const out = twin(dtype, [3000], () => 1);
        const kernel = { name, reference: formula, wgsl: null };
        wasm.binary(kernel, a.wasm, b.wasm, out.wasm, 0, 0);
        reference.binary(kernel, a.reference, b.reference, out.reference, 0, 0);
        out.check(`${dtype} ${name}`);
      });
    }
  }
});

Deno.test("binary: integer division by zero gives 0 and the smallest integer does not trap", () => {
  for (const name of ["floor_divide", "remainder", "fmod"]) {
    withTwins((twin) => {
      const a = twin("int32", [2], () => -2147483648);
      const b = twin("int32", [2], (i) => i - 1);
      const out = twin("int32", [2], () => 1);
      wasm.binary({ name, reference: () => 0, wgsl: null }, a.wasm, b.wasm, out.wasm, 0, 0);
      assertEquals([...out.result()], [name === "floor_divide" ? -2147483648 : 0, 0], name);
    });
  }
});

/** Ways in which an operand of some shape may lie in memory. */
type Layout = "contiguous" | "reversed" | "stepped" | "repeated";
const LAYOUTS: readonly Layout[] = ["contiguous", "reversed", "stepped", "repeated"];

/** The same strided window on both backends, over a twin made for it. */
function view(
  twin: (dtype: DType, shape: readonly number[], value: (i: number) => number) => Twin,
  dtype: DType,
  shape: readonly number[],
  layout: Layout,
): Record<"wasm" | "reference", ArrayRef> {
  const next = randomValue(dtype, shape.length + 5);
  const last = shape.length - 1;
  let base = shape;
  if (layout === "reversed") base = shape.toReversed();
  if (layout === "stepped" && last >= 0) base = shape.with(last, 2 * shape[last]);
  if (layout === "repeated" && last >= 0) base = shape.with(0, Math.min(1, shape[0]));
  const made = twin(dtype, base, next);
  let strides = made.wasm.strides;
  if (layout === "reversed") strides = strides.toReversed();
  if (layout === "stepped" && last >= 0) strides = strides.with(last, 2);
  if (layout === "repeated" && last >= 0) strides = strides.with(0, 0);
  const numel = shape.reduce((product, size) => product * size, 1);
  return { wasm: { ...made.wasm, shape, strides, numel }, reference: { ...made.reference, shape, strides, numel } };
}

const SHAPES: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
  [[], [], []],
  [[], [3], [3]],
  [[1], [5], [5]],
  [[4, 5], [5], [4, 5]],
  [[4, 5], [4, 1], [4, 5]],
  [[4, 1], [1, 5], [4, 5]],
  [[4, 1], [4, 1], [4, 1]],
  [[4, 1], [4, 1], [4, 5]],
  [[2, 3, 4], [3, 1], [2, 3, 4]],
  [[2, 3, 4, 5], [2, 1, 4, 1], [2, 3, 4, 5]],
  [[2, 1, 4, 1], [1, 3, 1, 5], [2, 3, 4, 5]],
  [[2, 3, 4, 5], [3, 1, 5], [2, 3, 4, 5]],
  [[2, 3, 1, 5], [2, 3, 4, 5], [2, 3, 4, 5]],
  [[3, 70], [1, 70], [3, 70]],
  [[2, 2, 1, 67], [2, 1, 3, 1], [2, 2, 3, 67]],
  [[0, 3], [3], [0, 3]],
  [[2, 0], [2, 1], [2, 0]],
];

Deno.test("unary: strided operands", () => {
  const kernel = { name: "neg", reference: (x: number) => -x, wgsl: null };
  for (const shape of [[], [1], [6], [4, 5], [2, 3, 4], [3, 0], [2, 3, 4, 5]]) {
    for (const layout of LAYOUTS) {
      withTwins((twin) => {
        const x = view(twin, "float32", shape, layout);
        const out = twin("float32", shape, () => 1);
        wasm.unary(kernel, x.wasm, out.wasm, 0, 0);
        reference.unary(kernel, x.reference, out.reference, 0, 0);
        out.check(`${layout} [${shape}]`);
      });
    }
  }
});

Deno.test("binary: broadcasting and strides", () => {
  const rows: readonly (readonly [string, DType, DType, Formula])[] = [
    ["sub", "float32", "float32", (a, b) => a - b],
    ["sub", "float64", "float64", (a, b) => a - b],
    ["sub", "uint8", "uint8", (a, b) => a - b],
    ["lt", "float32", "bool", (a, b) => Number(a < b)],
    ["ge", "float64", "bool", (a, b) => Number(a >= b)],
    ["ne", "uint8", "bool", (a, b) => Number(a !== b)],
    ["xlogy", "float32", "float32", (a, b) => a * Math.log(b)],
  ];
  for (const [name, dtype, outDtype, formula] of rows) {
    const kernel = { name, reference: formula, wgsl: null };
    for (const [aShape, bShape, outShape] of SHAPES) {
      for (const aLayout of LAYOUTS) {
        for (const bLayout of LAYOUTS) {
          withTwins((twin) => {
            const a = view(twin, dtype, aShape, aLayout);
            const b = view(twin, dtype, bShape, bLayout);
            const out = twin(outDtype, outShape, () => 1);
            wasm.binary(kernel, a.wasm, b.wasm, out.wasm, 0, 0);
            reference.binary(kernel, a.reference, b.reference, out.reference, 0, 0);
            const tolerance = { absolute: 0, relative: name === "xlogy" ? 2 ** -22 : 0 };
            out.check(`${name}: ${aLayout} [${aShape}], ${bLayout} [${bShape}]`, tolerance);
          });
        }
      }
    }
  }
});

Deno.test("ternary: broadcasting and strides", () => {
  const kernel = { name: "where", reference: WHERE.formula, wgsl: null };
  for (const dtype of ["float32", "float64", "int32", "uint8"] as const) {
    for (const [aShape, bShape, outShape] of SHAPES) {
      for (const layout of LAYOUTS) {
        for (const cShape of [[], bShape, outShape]) {
          withTwins((twin) => {
            const a = view(twin, "bool", aShape, layout);
            const b = view(twin, dtype, bShape, layout);
            const c = view(twin, dtype, cShape, "contiguous");
            const out = twin(dtype, outShape, () => 1);
            wasm.ternary(kernel, a.wasm, b.wasm, c.wasm, out.wasm, 0, 0);
            reference.ternary(kernel, a.reference, b.reference, c.reference, out.reference, 0, 0);
            out.check(`${layout} [${aShape}], [${bShape}], [${cShape}]`);
          });
        }
      }
    }
  }
});

Deno.test("the output may be an operand", () => {
  const row = (name: string, formula: Formula) => ({ name, reference: formula, wgsl: null });
  for (const n of [1, 7, 64, 129]) {
    withTwins((twin) => {
      const values = () => signedGenerator(n);
      const x = twin("float32", [n], values());
      const y = twin("float32", [n], (i) => i);
      const condition = twin("bool", [n], (i) => i % 2);
      wasm.unary(row("abs", Math.abs), x.wasm, x.wasm, 0, 0);
      reference.unary(row("abs", Math.abs), x.reference, x.reference, 0, 0);
      x.check("abs");
      for (const [a, b] of [[x, y], [y, x], [x, x]]) {
        const kernel = row("sub", (a, b) => a - b);
        wasm.binary(kernel, a.wasm, b.wasm, x.wasm, 0, 0);
        reference.binary(kernel, a.reference, b.reference, x.reference, 0, 0);
        x.check("sub");
      }
      const kernel = row("where", WHERE.formula);
      wasm.ternary(kernel, condition.wasm, y.wasm, x.wasm, x.wasm, 0, 0);
      reference.ternary(kernel, condition.reference, y.reference, x.reference, x.reference, 0, 0);
      x.check("where");
    });
  }
});

Deno.test("results do not depend on the number of threads", () => {
  const before = threads();
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[400_003], [400_003]],
    [[400_003], []],
    [[5, 80_001], [80_001]],
    [[5_001, 80], [80]],
    [[5_001, 80], [5_001, 1]],
  ];
  const results = [1, 4].map((count) => {
    setNumThreads(count);
    const bytes: Uint8Array[] = [];
    for (const [aShape, bShape] of shapes) {
      withTwins((twin) => {
        const a = twin("float32", aShape, signedGenerator(1));
        const b = twin("float32", bShape, signedGenerator(2));
        const kernel = (name: string) => ({ name, reference: () => 0, wgsl: null });
        const out = twin("float32", aShape, () => 1);
        const mask = twin("bool", aShape, () => 1);
        const keep = (made: Twin) => bytes.push(made.resultBytes());
        wasm.unary(kernel("rsqrt"), a.wasm, out.wasm, 0, 0);
        keep(out);
        wasm.unary(kernel("signbit"), a.wasm, mask.wasm, 0, 0);
        keep(mask);
        wasm.binary(kernel("hypot"), a.wasm, b.wasm, out.wasm, 0, 0);
        keep(out);
        wasm.binary(kernel("lt"), b.wasm, a.wasm, mask.wasm, 0, 0);
        keep(mask);
        wasm.ternary(kernel("where"), mask.wasm, a.wasm, b.wasm, out.wasm, 0, 0);
        keep(out);
      });
    }
    return bytes;
  });
  setNumThreads(before);
  results[0].forEach((bytes, i) => assert(bytes.every((byte, j) => byte === results[1][i][j]), `result ${i} differs`));
});
