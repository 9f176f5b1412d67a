/**
 * The greater and the lesser of two numbers, and clamping between bounds. Shapes broadcast.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { refused } from "../tensor/arguments.ts";
import type { DType } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { RuleContext } from "../tensor/op.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, gt, isnan, le, logicalAnd, logicalOr, lt } from "./compare.ts";
import { ALL_DTYPES, NO_SCALARS, REALS, SAVES_INPUT, SAVES_INPUTS, type Scalars } from "./constants.ts";
import { binary, type BinaryFunction, elementwise, fusedDerivative } from "./families.ts";
import { promote, promoteAll, resultType, toTensor } from "./promote.ts";
import { where } from "./ternary.ts";

/** g where `wins` exceeds `loses`, half of it where they are equal, 0 below; all of it beside NaN. */
function share(g: Tensor, wins: Tensor, loses: Tensor): Tensor {
  return where(lt(wins, loses), 0, where(eq(wins, loses), mul(g, 0.5), g));
}

/** The greater of two numbers; NaN if either is. Equal numbers get half of the derivative each. */
export const maximum: BinaryFunction = binary({
  name: "maximum",
  reference: (a, b) => Math.max(a, b),
  wgsl: "maximum(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [(g, c) => share(g, c.input(0), c.input(1)), (g, c) => share(g, c.input(1), c.input(0))],
});

/** The lesser of two numbers; NaN if either is. Equal numbers get half of the derivative each. */
export const minimum: BinaryFunction = binary({
  name: "minimum",
  reference: (a, b) => Math.min(a, b),
  wgsl: "minimum(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [(g, c) => share(g, c.input(1), c.input(0)), (g, c) => share(g, c.input(0), c.input(1))],
});

/** The derivative of fmax or fmin: to the first operand where it is taken, else to the second. */
function taken(compare: BinaryFunction): (c: RuleContext<Scalars>) => Tensor {
  return (c) => logicalOr(compare(c.input(0), c.input(1)), isnan(c.input(1)));
}

const fmaxTakes = taken((a, b) => ge(a, b));
const fminTakes = taken((a, b) => le(a, b));

/** The greater of two numbers; where one is NaN, the other. Of equal numbers the first gets the derivative. */
export const fmax: BinaryFunction = binary({
  name: "fmax",
  reference: (a, b) => isNaN(b) ? a : isNaN(a) ? b : Math.max(a, b),
  wgsl: "fmax(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [(g, c) => where(fmaxTakes(c), g, 0), (g, c) => where(fmaxTakes(c), 0, g)],
});

/** The lesser of two numbers; where one is NaN, the other. Of equal numbers the first gets the derivative. */
export const fmin: BinaryFunction = binary({
  name: "fmin",
  reference: (a, b) => isNaN(b) ? a : isNaN(a) ? b : Math.min(a, b),
  wgsl: "fmin(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [(g, c) => where(fminTakes(c), g, 0), (g, c) => where(fminTakes(c), 0, g)],
});

/** g where p0 <= x <= p1, else 0. */
const clampBackward = fusedDerivative({
  name: "clampBackward",
  reference: (g, x, _c, low, high) => x >= low && x <= high ? g : 0,
  wgsl: "select(0.0, a, b >= p0 && b <= p1)",
  decompose: (g, x, [low, high]) => where(logicalAnd(ge(x, low), le(x, high)), g, 0),
  sampleScalars: [[-0.7, 0.9]],
});

const clampOp = elementwise({
  name: "clamp",
  reference: (a, _b, _c, low, high) =>
    isNaN(low) || isNaN(high) ? NaN : isNaN(a) ? a : Math.min(Math.max(a, low), high),
  wgsl: "minimum(maximum(a, p0), p1)",
  dtypes: REALS,
  saves: SAVES_INPUT,
  partials: [(g, c) => clampBackward(g, c.input(0), c.params)],
  sampleScalars: [[-0.7, 0.9]],
}, 1);

const clampMinOp = elementwise({
  name: "clampMin",
  reference: (a, _b, _c, low) => Math.max(a, low),
  wgsl: "maximum(a, p0)",
  dtypes: REALS,
  saves: SAVES_INPUT,
  partials: [(g, c) => clampBackward(g, c.input(0), [c.params[0], Infinity])],
  sampleScalars: [[-0.7, 0]],
}, 1);

const clampMaxOp = elementwise({
  name: "clampMax",
  reference: (a, _b, _c, high) => Math.min(a, high),
  wgsl: "minimum(a, p0)",
  dtypes: REALS,
  saves: SAVES_INPUT,
  partials: [(g, c) => clampBackward(g, c.input(0), [-Infinity, c.params[0]])],
  sampleScalars: [[0.9, 0]],
}, 1);

const clampTensorOp = elementwise({
  name: "clampTensor",
  gradName: "Clamp",
  reference: (a, b, c) => Math.min(Math.max(a, b), c),
  wgsl: "minimum(maximum(a, b), c)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => where(logicalAnd(ge(c.input(0), c.input(1)), le(c.input(0), c.input(2))), g, 0),
    (g, c) => where(logicalAnd(lt(c.input(0), c.input(1)), lt(c.input(1), c.input(2))), g, 0),
    (g, c) => where(logicalOr(gt(c.input(0), c.input(2)), lt(c.input(2), c.input(1))), g, 0),
  ],
}, 3);

const clampMinTensorOp = elementwise({
  name: "clampMinTensor",
  gradName: "ClampMin",
  kernel: "maximum",
  reference: (a, b) => Math.max(a, b),
  wgsl: "maximum(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => where(ge(c.input(0), c.input(1)), g, 0),
    (g, c) => where(lt(c.input(0), c.input(1)), g, 0),
  ],
}, 2);

const clampMaxTensorOp = elementwise({
  name: "clampMaxTensor",
  gradName: "ClampMax",
  kernel: "minimum",
  reference: (a, b) => Math.min(a, b),
  wgsl: "minimum(a, b)",
  dtypes: ALL_DTYPES,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => where(le(c.input(0), c.input(1)), g, 0),
    (g, c) => where(gt(c.input(0), c.input(1)), g, 0),
  ],
}, 2);

/** Smallest and largest number of the integer types. */
const RANGE: Readonly<Record<"int32" | "uint8", readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
};

/** `bound` as a number of `dtype`. */
function boundIn(op: string, dtype: DType, bound: number | boolean): number {
  if (typeof bound !== "number" && typeof bound !== "boolean") throw refused(op, "a bound", bound);
  const value = Number(bound);
  if (dtype !== "int32" && dtype !== "uint8") return value;
  return Math.min(Math.max(value, RANGE[dtype][0]), RANGE[dtype][1]);
}

/** A bound that is given: neither undefined nor null. */
function isGiven(bound: TensorLike | null | undefined): bound is TensorLike {
  if (typeof bound === "object" && bound !== null && !(bound instanceof Tensor)) {
    throw new ArgumentError("clamp: expected numbers or tensors as bounds, got an object; pass clamp(min, max)");
  }
  return bound !== undefined && bound !== null;
}

/**
 * Each element, or the bound that it crosses: `max` wins where `min` exceeds it. Shapes broadcast.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([-2, 0.5, 3]).clamp(-1, 1).toArray(), [-1, 0.5, 1]);
 * ```
 *
 * @param min Lower bound, a number or a tensor. Default: none.
 * @param max Upper bound, a number or a tensor. Default: none.
 * @throws ArgumentError without any bound.
 * @inplace
 */
export function clamp(input: TensorLike, min?: TensorLike | null, max?: TensorLike | null): Tensor {
  if (isGiven(min) && isGiven(max)) {
    if (min instanceof Tensor || max instanceof Tensor) {
      return apply(clampTensorOp, promoteAll([input, min, max], false, "clamp"), NO_SCALARS);
    }
    const dtype = resultType(input, min, max);
    return apply(clampOp, [cast(toTensor(input, "clamp"), dtype)], [
      boundIn("clamp", dtype, min),
      boundIn("clamp", dtype, max),
    ]);
  }
  if (isGiven(min)) return clampMin(input, min);
  if (isGiven(max)) return clampMax(input, max);
  throw new ArgumentError("clamp: expected min, max or both, got neither");
}

/**
 * Another name of `clamp`.
 *
 * @inplace
 */
export function clip(input: TensorLike, min?: TensorLike | null, max?: TensorLike | null): Tensor {
  return clamp(input, min, max);
}

/**
 * Each element, or `min` where it is less. Shapes broadcast.
 *
 * @inplace
 */
export function clampMin(input: TensorLike, min: TensorLike): Tensor {
  if (min instanceof Tensor) return apply(clampMinTensorOp, promote(input, min, false, "clampMin"), NO_SCALARS);
  const dtype = resultType(input, min);
  return apply(clampMinOp, [cast(toTensor(input, "clampMin"), dtype)], [boundIn("clampMin", dtype, min), 0]);
}

/**
 * Each element, or `max` where it is greater. Shapes broadcast.
 *
 * @inplace
 */
export function clampMax(input: TensorLike, max: TensorLike): Tensor {
  if (max instanceof Tensor) return apply(clampMaxTensorOp, promote(input, max, false, "clampMax"), NO_SCALARS);
  const dtype = resultType(input, max);
  return apply(clampMaxOp, [cast(toTensor(input, "clampMax"), dtype)], [boundIn("clampMax", dtype, max), 0]);
}
