/**
 * Questions about elements, answered by bool tensors: comparisons, logic, kinds of numbers.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import type { ElementwiseRow } from "./family_types.ts";
import type { ClosenessOptions } from "./types.ts";
import { abs } from "./unary.ts";
import { add, mul, sub } from "./binary.ts";
import { ALL_DTYPES } from "./constants.ts";
import { binary, type BinaryFunction, unary, type UnaryFunction } from "./families.ts";
import { checkSameDType, promote } from "./promote.ts";

type PredicateRow = Pick<ElementwiseRow, "name" | "reference" | "wgsl">;

/** A question about one element of any dtype. */
function predicate(row: PredicateRow): UnaryFunction {
  return unary({ ...row, kernel: row.name.toLowerCase(), dtypes: ALL_DTYPES, output: "bool", partials: null });
}

/** A question about two elements of any dtype. */
function relation(row: PredicateRow): BinaryFunction {
  return binary({ ...row, dtypes: ALL_DTYPES, output: "bool", partials: null });
}

/** True where the elements are equal. */
export const eq: BinaryFunction = relation({ name: "eq", reference: (a, b) => Number(a === b), wgsl: "a == b" });

/** True where the elements differ; NaN differs from everything. */
export const ne: BinaryFunction = relation({
  name: "ne",
  reference: (a, b) => Number(a !== b),
  wgsl: "not_equal(a, b)",
});

/** True where `input` is less than `other`. */
export const lt: BinaryFunction = relation({ name: "lt", reference: (a, b) => Number(a < b), wgsl: "a < b" });

/** True where `input` is at most `other`. */
export const le: BinaryFunction = relation({ name: "le", reference: (a, b) => Number(a <= b), wgsl: "a <= b" });

/** True where `input` is greater than `other`. */
export const gt: BinaryFunction = relation({ name: "gt", reference: (a, b) => Number(a > b), wgsl: "a > b" });

/** True where `input` is at least `other`. */
export const ge: BinaryFunction = relation({ name: "ge", reference: (a, b) => Number(a >= b), wgsl: "a >= b" });

/** True where both elements are nonzero. */
export const logicalAnd: BinaryFunction = relation({
  name: "logicalAnd",
  reference: (a, b) => Number(a !== 0 && b !== 0),
  wgsl: "is_nonzero(a) && is_nonzero(b)",
});

/** True where either element is nonzero. */
export const logicalOr: BinaryFunction = relation({
  name: "logicalOr",
  reference: (a, b) => Number(a !== 0 || b !== 0),
  wgsl: "is_nonzero(a) || is_nonzero(b)",
});

/** True where exactly one element is nonzero. */
export const logicalXor: BinaryFunction = relation({
  name: "logicalXor",
  reference: (a, b) => Number((a !== 0) !== (b !== 0)),
  wgsl: "is_nonzero(a) != is_nonzero(b)",
});

/** True where the element is zero. */
export const logicalNot: UnaryFunction = unary({
  name: "logicalNot",
  reference: (a) => Number(a === 0),
  wgsl: "!is_nonzero(a)",
  dtypes: ALL_DTYPES,
  output: "bool",
  partials: null,
});

/** True where the element is NaN. */
export const isnan: UnaryFunction = predicate({ name: "isnan", reference: (a) => Number(isNaN(a)), wgsl: "is_nan(a)" });

/** True where the element is infinite. */
export const isinf: UnaryFunction = predicate({
  name: "isinf",
  reference: (a) => Number(Math.abs(a) === Infinity),
  wgsl: "is_inf(a)",
});

/** True where the element is infinity. */
export const isposinf: UnaryFunction = predicate({
  name: "isposinf",
  reference: (a) => Number(a === Infinity),
  wgsl: "is_posinf(a)",
});

/** True where the element is minus infinity. */
export const isneginf: UnaryFunction = predicate({
  name: "isneginf",
  reference: (a) => Number(a === -Infinity),
  wgsl: "is_neginf(a)",
});

/** True where the element is neither infinite nor NaN. */
export const isfinite: UnaryFunction = predicate({
  name: "isfinite",
  reference: (a) => Number(Number.isFinite(a)),
  wgsl: "is_finite(a)",
});

/** True where the sign bit is set: negative numbers, and -0. */
export const signbit: UnaryFunction = predicate({
  name: "signbit",
  reference: (a) => Number(a < 0 || Object.is(a, -0)),
  wgsl: "sign_bit(a)",
});

function isClose(op: string, input: TensorLike, other: TensorLike, options: ClosenessOptions): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  if (!(rtol >= 0 && atol >= 0)) {
    throw new ArgumentError(`${op}: expected tolerances of at least 0, got rtol ${rtol} and atol ${atol}`);
  }
  const [a, b] = input instanceof Tensor && other instanceof Tensor ? [input, other] : promote(input, other, false, op);
  checkSameDType(op, [a, b]);
  let close = eq(a, b);
  if (equalNan && isFloating(a.dtype)) close = logicalOr(close, logicalAnd(isnan(a), isnan(b)));
  if (rtol === 0 && atol === 0) return close;
  // Floats, so that differences of integers cannot wrap.
  const [x, y] = promote(a, b, true);
  const difference = abs(sub(x, y));
  const allowed = add(abs(mul(y, rtol)), atol);
  return logicalOr(close, logicalAnd(isfinite(difference), le(difference, allowed)));
}

/**
 * True where |input - other| <= atol + rtol |other|. Shapes broadcast.
 *
 * @throws DTypeError if the dtypes differ.
 */
export function isclose(input: TensorLike, other: TensorLike, options: ClosenessOptions = {}): Tensor {
  return isClose("isclose", input, other, options);
}

function everyTrue(op: string, x: Tensor): boolean {
  return x.read(op).every((value) => value !== 0);
}

/**
 * Whether |input - other| <= atol + rtol |other| everywhere. Shapes broadcast.
 *
 * @throws DTypeError if the dtypes differ.
 */
export function allclose(input: TensorLike, other: TensorLike, options: ClosenessOptions = {}): boolean {
  return everyTrue("allclose", isClose("allclose", input, other, options));
}

/** Whether two tensors have the same shape and equal elements. */
export function equal(input: Tensor, other: Tensor): boolean {
  checkTensor("equal", input);
  checkTensor("equal", other);
  return sameShape(input.shape, other.shape) && everyTrue("equal", eq(input, other));
}
