/**
 * Questions about dtypes, and what is a tensor.
 *
 * @module
 */
import { category, checkDType, type DType, promoteTypes as widen } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

export { resultType } from "./promote.ts";

/** The dtype in which tensors of two dtypes meet. */
export function promoteTypes(type1: DType, type2: DType): DType {
  checkDType("promoteTypes", type1);
  checkDType("promoteTypes", type2);
  return widen(type1, type2);
}

/** False for floats that would become integers, and for numbers that would become bools. */
export function canCast(from: DType, to: DType): boolean {
  checkDType("canCast", from);
  checkDType("canCast", to);
  return category(from) <= category(to);
}

/** True for tensors. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}
