/**
 * Arithmetic of two tensors. Operands broadcast and are promoted to a common dtype.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError } from "../tensor/errors.ts";
import { SAVES_FACTORS } from "../tensor/op.ts";
import { broadcastShapes, numelOf } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { eq, logicalOr } from "./compare.ts";
import { ALL_DTYPES, FLOATS, NO_SCALARS, NUMBERS, REALS, SAVES_INPUTS } from "./constants.ts";
import { zerosLike } from "./creation.ts";
import { binary, type BinaryFunction, elementwise, withinDType } from "./families.ts";
import { checkSameDType, promote } from "./promote.ts";
import { where } from "./ternary.ts";
import type { AlphaOptions, DivOptions } from "./types.ts";
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
  dtypes: REALS,
  partials: [(g) => g, (g) => neg(g)],
}, 2);

function addScaled(name: string, operands: readonly [Tensor, Tensor], alpha: number): Tensor {
  const { dtype } = operands[0];
  if (!isFloating(dtype) && !Number.isInteger(alpha)) {
    throw new ArgumentError(`${name}: expected a whole alpha for ${dtype} tensors, got ${alpha}; convert with float()`);
  }
  if (dtype === "uint8") return cast(apply(addScaledOp, operands.map((x) => cast(x, "int32")), [alpha, 0]), "uint8");
  return apply(addScaledOp, operands, [alpha, 0]);
}

function alphaOf(op: string, options: AlphaOptions | undefined): number {
  if (options === undefined) return 1;
  checkOptions(op, options, "alpha");
  return options.alpha ?? 1;
}

/**
 * Sum of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. For bools, whether either is true.
 *
 * ```ts
 * import { add, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(add(tensor([[1], [2]]), tensor([10, 20])).toArray(), [[11, 21], [12, 22]]);
 * assertEquals(tensor([1, 2]).add(3, { alpha: 2 }).toArray(), [7, 8]);
 * ```
 *
 * @throws ShapeError where the shapes do not broadcast.
 * @inplace
 */
export function add(input: TensorLike, other: TensorLike, options?: AlphaOptions): Tensor {
  const operands = promote(input, other, false, "add");
  if (operands[0].dtype === "bool") return logicalOr(operands[0], operands[1]);
  const alpha = alphaOf("add", options);
  return alpha === 1 ? apply(addOp, operands, NO_SCALARS) : addScaled("add", operands, alpha);
}

/**
 * Difference of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast.
 *
 * @throws DTypeError for bools.
 * @inplace
 */
export function sub(input: TensorLike, other: TensorLike, options?: AlphaOptions): Tensor {
  const operands = promote(input, other, false, "sub");
  if (isBool(input) || isBool(other)) {
    throw new DTypeError("sub: expected numbers, got a bool tensor; use logicalXor() or convert it with int()");
  }
  const alpha = alphaOf("sub", options);
  return alpha === 1 ? apply(subOp, operands, NO_SCALARS) : addScaled("sub", operands, -alpha);
}

function isBool(x: TensorLike): boolean {
  return typeof x === "object" ? x.dtype === "bool" : typeof x === "boolean";
}

/** `other` less `alpha` times `input`. Shapes broadcast. */
export function rsub(input: TensorLike, other: TensorLike, options?: AlphaOptions): Tensor {
  return sub(other, input, options);
}

/**
 * Product of two tensors, element by element. Shapes broadcast. For bools, whether both are true.
 *
 * @inplace
 */
export const mul: BinaryFunction = binary({
  name: "mul",
  reference: (a, b) => a * b,
  wgsl: "a * b",
  dtypes: ALL_DTYPES,
  saves: SAVES_FACTORS,
  partials: [(g, c) => mul(g, c.input(1)), (g, c) => mul(g, c.input(0))],
});

/**
 * Quotient of two tensors as floating-point numbers; the same as `div`. Shapes broadcast.
 *
 * @inplace
 */
export const trueDivide: BinaryFunction = binary({
  name: "div",
  reference: (a, b) => a / b,
  wgsl: "a / b",
  dtypes: FLOATS,
  saves: { inputs: "all", outputs: [], readers: [[1], [0, 1]] },
  partials: [
    (g, c) => div(g, c.input(1)),
    (g, c) => neg(div(mul(g, c.input(0)), square(c.input(1)))),
  ],
  domain: [0.5, 2],
});

/** Integers have no quotient by 0. A device that cannot be looked at gives 0 instead of an error. */
function refuseZeroDivisor(name: string): (operands: readonly Tensor[]) => void {
  return ([a, b]) => {
    const { backend } = b.storage;
    if (isFloating(b.dtype) || !backend.readsAtOnce || backend.countNonzero(b, name) === b.numel) return;
    if (numelOf(broadcastShapes(name, a.shape, b.shape)) === 0) return;
    throw new ArgumentError(
      `${name}: expected divisors other than 0 for ${b.dtype} tensors, got 0; convert with float()`,
    );
  };
}

const floorDivideOp = elementwise({
  name: "floorDivide",
  gradName: "Div",
  reference: (a, b) => b === 0 ? a / b : Number.isFinite(a) ? Math.floor(a / b) : NaN,
  wgsl: "floor_divide(a, b)",
  dtypes: NUMBERS,
  check: refuseZeroDivisor("floorDivide"),
  partials: [(g) => zerosLike(g), (g) => zerosLike(g)],
  domain: [0.5, 2],
}, 2);

const truncDivideOp = elementwise({
  name: "truncDivide",
  gradName: "Div",
  reference: (a, b) => Math.trunc(a / b),
  wgsl: "trunc_divide(a, b)",
  dtypes: NUMBERS,
  check: refuseZeroDivisor("div"),
  partials: [(g) => zerosLike(g), (g) => zerosLike(g)],
  domain: [0.5, 2],
}, 2);

const remainderOp = elementwise({
  name: "remainder",
  reference: (a, b) => {
    const r = a % b;
    return r !== 0 && (r < 0) !== (b < 0) ? r + b : r;
  },
  wgsl: "remainder(a, b)",
  dtypes: NUMBERS,
  check: refuseZeroDivisor("remainder"),
  saves: SAVES_INPUTS,
  partials: [(g) => g, (g, c) => neg(mul(g, floorDivide(c.input(0), c.input(1))))],
  domain: [0.5, 2],
}, 2);

const fmodOp = elementwise({
  name: "fmod",
  reference: (a, b) => a % b,
  wgsl: "fmod(a, b)",
  dtypes: NUMBERS,
  check: refuseZeroDivisor("fmod"),
  saves: SAVES_INPUTS,
  partials: [(g) => g, (g, c) => neg(mul(g, div(c.input(0), c.input(1), { roundingMode: "trunc" })))],
  domain: [0.5, 2],
}, 2);

/**
 * The magnitude of `input` with the sign of `other`. Shapes broadcast. The derivative at 0 is 0.
 *
 * @inplace
 */
export const copysign: BinaryFunction = binary({
  name: "copysign",
  reference: (a, b) => b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a),
  wgsl: "copysign(a, b)",
  dtypes: FLOATS,
  saves: { inputs: [0], outputs: [0] },
  partials: [
    (g, c) => mul(g, where(eq(c.input(0), 0), 0, div(c.output(), c.input(0)))),
    (g) => zerosLike(g),
  ],
});

const heavisideOp = elementwise({
  name: "heaviside",
  reference: (a, b) => isNaN(a) ? a : a === 0 ? b : Number(a > 0),
  wgsl: "heaviside(a, b)",
  dtypes: NUMBERS,
  partials: null,
}, 2);

/**
 * 0 where `input` is negative, 1 where it is positive and `values` where it is 0. Shapes broadcast.
 *
 * @throws DTypeError if the dtypes differ.
 */
export function heaviside(input: Tensor, values: Tensor): Tensor {
  checkSameDType("heaviside", [input, values]);
  if (input.dtype !== "uint8" && input.dtype !== "bool") return apply(heavisideOp, [input, values], NO_SCALARS);
  return cast(apply(heavisideOp, [cast(input, "int32"), cast(values, "int32")], NO_SCALARS), input.dtype);
}

/**
 * Quotient of two tensors. Shapes broadcast. Integers become float32 unless a rounding mode keeps them whole.
 *
 * @throws ArgumentError for integers divided by 0 with a rounding mode.
 * @inplace
 */
export function div(input: TensorLike, other: TensorLike, options?: DivOptions): Tensor {
  const mode = options?.roundingMode ?? null;
  if (mode === null) return trueDivide(input, other);
  if (mode === "floor") return floorDivide(input, other);
  if (mode === "trunc") return withinDType(truncDivideOp, input, other);
  throw new ArgumentError(`div: expected roundingMode "trunc", "floor" or null, got ${String(mode)}`);
}

/**
 * Quotient rounded down. Shapes broadcast. The derivative is 0.
 *
 * @throws ArgumentError for integers divided by 0.
 * @inplace
 */
export function floorDivide(input: TensorLike, other: TensorLike): Tensor {
  return withinDType(floorDivideOp, input, other);
}

/**
 * Remainder with the sign of the divisor, as in Python. Shapes broadcast.
 *
 * @throws ArgumentError for integers divided by 0.
 * @inplace
 */
export function remainder(input: TensorLike, other: TensorLike): Tensor {
  return withinDType(remainderOp, input, other);
}

/**
 * Remainder with the sign of the dividend, as in C. Shapes broadcast.
 *
 * @throws ArgumentError for integers divided by 0.
 * @inplace
 */
export function fmod(input: TensorLike, other: TensorLike): Tensor {
  return withinDType(fmodOp, input, other);
}
