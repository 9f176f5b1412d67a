/**
 * Arithmetic of two tensors. Operands broadcast and are promoted to a common dtype.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { DTypeError } from "../tensor/errors.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { ALL_DTYPES, FLOATS, NO_SCALARS, NUMBERS, REALS } from "./constants.ts";
import { binary, type BinaryFunction, elementwise } from "./families.ts";
import { promote } from "./promote.ts";
import { neg, square } from "./unary.ts";

const addOp = elementwise({
  name: "add",
  reference: (a, b) => a + b,
  wgsl: "a + b",
  dtypes: REALS,
  partials: [(g) => g, (g) => g],
}, 2);

const addScaledOp = elementwise({
  name: "addScaled",
  gradName: "Add",
  reference: (a, b, _c, alpha) => a + alpha * b,
  wgsl: "a + p0 * b",
  dtypes: NUMBERS,
  partials: [(g) => g, (g, c) => mul(g, c.params[0])],
  sampleScalars: [[2, 0]],
}, 2);

const subOp = elementwise({
  name: "sub",
  reference: (a, b) => a - b,
  wgsl: "a - b",
  dtypes: NUMBERS,
  partials: [(g) => g, (g) => neg(g)],
}, 2);

/**
 * Sum of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast.
 *
 * @inplace
 */
export function add(input: TensorLike, other: TensorLike, options: { alpha?: number } = {}): Tensor {
  const operands = promote(input, other);
  const { alpha } = options;
  if (operands[0].dtype === "bool") return logicalOr(operands[0], operands[1]);
  return alpha === undefined || alpha === 1
    ? apply(addOp, operands, NO_SCALARS)
    : apply(addScaledOp, operands, [alpha, 0]);
}

/**
 * Difference of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast.
 *
 * @inplace
 */
export function sub(input: TensorLike, other: TensorLike, options: { alpha?: number } = {}): Tensor {
  const operands = promote(input, other);
  const { alpha } = options;
  if (operands[0].dtype === "bool") {
    throw new DTypeError("sub: expected numbers, got two bool tensors; use logicalXor() or convert them with int()");
  }
  return alpha === undefined || alpha === 1
    ? apply(subOp, operands, NO_SCALARS)
    : apply(addScaledOp, operands, [-alpha, 0]);
}

/**
 * Product of two tensors, element by element. Shapes broadcast.
 *
 * @inplace
 */
export const mul: BinaryFunction = binary({
  name: "mul",
  reference: (a, b) => a * b,
  wgsl: "a * b",
  dtypes: ALL_DTYPES,
  saves: { inputs: "all", outputs: [] },
  partials: [(g, c) => mul(g, c.input(1)), (g, c) => mul(g, c.input(0))],
});

/**
 * Quotient of two tensors as floating-point numbers. Shapes broadcast.
 *
 * @inplace
 */
export const div: BinaryFunction = binary({
  name: "div",
  reference: (a, b) => a / b,
  wgsl: "a / b",
  dtypes: FLOATS,
  saves: { inputs: "all", outputs: [] },
  partials: [
    (g, c) => div(g, c.input(1)),
    (g, c) => neg(div(mul(g, c.input(0)), square(c.input(1)))),
  ],
  domain: [0.5, 2],
});

/** True where either operand is nonzero. */
export const logicalOr: BinaryFunction = binary({
  name: "logicalOr",
  reference: (a, b) => a !== 0 || b !== 0 ? 1 : 0,
  wgsl: "(a != 0) || (b != 0)",
  dtypes: ALL_DTYPES,
  output: "bool",
  partials: null,
});
