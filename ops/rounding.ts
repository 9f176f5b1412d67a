/**
 * Functions of one tensor that are constant or the identity between jumps: roundings, and replacements of NaN.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { div, mul } from "./binary.ts";
import { eq, isnan } from "./compare.ts";
import { FLOATS, NO_SCALARS, REALS } from "./constants.ts";
import { zerosLike } from "./creation.ts";
import { elementwise, unary, type UnaryFunction } from "./families.ts";
import { toTensor } from "./promote.ts";
import { where } from "./ternary.ts";
import type { NanToNumOptions, RoundOptions } from "./types.ts";

/**
 * Largest integer not above each element. The derivative is 0.
 *
 * @inplace
 */
export const floor: UnaryFunction = unary({
  name: "floor",
  reference: Math.floor,
  wgsl: "floor(a)",
  dtypes: REALS,
  partials: [(g) => zerosLike(g)],
});

/**
 * Smallest integer not below each element. The derivative is 0.
 *
 * @inplace
 */
export const ceil: UnaryFunction = unary({
  name: "ceil",
  reference: Math.ceil,
  wgsl: "ceil(a)",
  dtypes: REALS,
  partials: [(g) => zerosLike(g)],
});

/**
 * Integer part of each element. The derivative is 0.
 *
 * @inplace
 */
export const trunc: UnaryFunction = unary({
  name: "trunc",
  reference: Math.trunc,
  wgsl: "trunc(a)",
  dtypes: REALS,
  partials: [(g) => zerosLike(g)],
});

/** Nearest integer, halves to the even one. */
function roundHalfEven(a: number): number {
  const below = Math.floor(a);
  const distance = a - below;
  if (distance !== 0.5) return distance < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

const roundOp = elementwise({
  name: "round",
  reference: roundHalfEven,
  wgsl: "round(a)",
  dtypes: REALS,
  partials: [(g) => zerosLike(g)],
}, 1);

/**
 * Nearest integer to each element, halves to the even one. The derivative is 0.
 *
 * @inplace
 */
export function round(input: TensorLike, options: RoundOptions = {}): Tensor {
  const x = toTensor(input, "round");
  checkOptions("round", options, "decimals");
  const { decimals = 0 } = options;
  if (!Number.isInteger(decimals)) throw new ArgumentError(`round: expected whole decimals, got ${decimals}`);
  if (decimals === 0 || !isFloating(x.dtype)) return apply(roundOp, [x], NO_SCALARS);
  const scale = 10 ** Math.abs(decimals);
  return decimals > 0
    ? div(apply(roundOp, [mul(x, scale)], NO_SCALARS), scale)
    : mul(apply(roundOp, [div(x, scale)], NO_SCALARS), scale);
}

const fracOp = elementwise({
  name: "frac",
  reference: (a) => a - Math.trunc(a),
  wgsl: "a - trunc(a)",
  dtypes: FLOATS,
  partials: [(g) => g],
}, 1);

/**
 * What `trunc` takes away from each element. The derivative is 1.
 *
 * @inplace
 */
export function frac(input: TensorLike): Tensor {
  return apply(fracOp, [toTensor(input, "frac")], NO_SCALARS);
}

/** Largest finite float32. */
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Replaces NaN and infinities by numbers. The derivative is 0 where it replaces.
 *
 * @inplace
 */
export function nanToNum(input: TensorLike, options: NanToNumOptions = {}): Tensor {
  const x = toTensor(input, "nanToNum");
  checkOptions("nanToNum", options, "nan");
  if (!isFloating(x.dtype)) return x;
  const largest = x.dtype === "float32" ? MAX_FLOAT32 : Number.MAX_VALUE;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const positive = where(eq(x, Infinity), posinf, x);
  return where(isnan(x), nan, where(eq(x, -Infinity), neginf, positive));
}
