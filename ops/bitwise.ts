/**
 * Operations on the bits of integers, and logic of bools. Shapes broadcast.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { logicalNot } from "./compare.ts";
import { NO_SCALARS } from "./constants.ts";
import { binary, type BinaryFunction, elementwise } from "./families.ts";
import { toTensor } from "./promote.ts";

const INTEGERS: readonly DType[] = ["int32", "uint8"];
const BITS: readonly DType[] = ["int32", "uint8", "bool"];

/**
 * Bits that are set in both.
 *
 * @inplace
 */
export const bitwiseAnd: BinaryFunction = binary({
  name: "bitwiseAnd",
  reference: (a, b) => a & b,
  wgsl: "a & b",
  dtypes: BITS,
  partials: null,
});

/**
 * Bits that are set in either.
 *
 * @inplace
 */
export const bitwiseOr: BinaryFunction = binary({
  name: "bitwiseOr",
  reference: (a, b) => a | b,
  wgsl: "a | b",
  dtypes: BITS,
  partials: null,
});

/**
 * Bits that are set in exactly one.
 *
 * @inplace
 */
export const bitwiseXor: BinaryFunction = binary({
  name: "bitwiseXor",
  reference: (a, b) => a ^ b,
  wgsl: "a ^ b",
  dtypes: BITS,
  partials: null,
});

/**
 * `input` times 2 to the power `other`, within the bits of the dtype; 0 where `other` is no position of a bit.
 *
 * @inplace
 */
export const bitwiseLeftShift: BinaryFunction = binary({
  name: "bitwiseLeftShift",
  reference: (a, b) => b >= 0 && b < 32 ? a << b : 0,
  wgsl: "left_shift(a, b)",
  dtypes: INTEGERS,
  partials: null,
});

/**
 * `input` divided by 2 to the power `other`, rounded down.
 *
 * @inplace
 */
export const bitwiseRightShift: BinaryFunction = binary({
  name: "bitwiseRightShift",
  reference: (a, b) => a >> (b >= 0 && b < 32 ? b : 31),
  wgsl: "right_shift(a, b)",
  dtypes: INTEGERS,
  partials: null,
});

const bitwiseNotOp = elementwise({
  name: "bitwiseNot",
  reference: (a) => ~a,
  wgsl: "~a",
  dtypes: INTEGERS,
  partials: null,
}, 1);

/**
 * All bits turned over; for bools, the opposite.
 *
 * @inplace
 */
export function bitwiseNot(input: TensorLike): Tensor {
  const x = toTensor(input, "bitwiseNot");
  return x.dtype === "bool" ? logicalNot(x) : apply(bitwiseNotOp, [x], NO_SCALARS);
}
