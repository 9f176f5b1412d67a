/**
 * Categories and promotion of element types, as in PyTorch (int64 there is int32 here).
 *
 * @module
 */
import type { DType } from "../runtime/dtype.ts";
import { DTypeError } from "./errors.ts";

export { BYTES_PER_ELEMENT, type DType, type TypedArray } from "../runtime/dtype.ts";

/** True for float32 and float64: the types that can carry a gradient. */
export function isFloating(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

const RANK: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, float32: 3, float64: 4 };

/** The smaller type that holds both: bool < uint8 < int32 < float32 < float64. */
export function promoteTypes(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}

/** 0 for bool, 1 for integers, 2 for floating point: a lower category never widens a higher one. */
export function category(dtype: DType): 0 | 1 | 2 {
  return dtype === "bool" ? 0 : isFloating(dtype) ? 2 : 1;
}

/** The element type that a JavaScript number or boolean takes when it meets tensors: int32 if that can hold it. */
export function scalarDType(value: number | boolean): DType {
  return typeof value === "boolean" ? "bool" : (value | 0) === value ? "int32" : "float32";
}

const DTYPES: ReadonlySet<string> = new Set(Object.keys(RANK));

/** Throws {@linkcode DTypeError} unless `dtype` names an element type. */
export function checkDType(op: string, dtype: DType): void {
  if (!DTYPES.has(dtype)) {
    throw new DTypeError(`${op}: expected a dtype of ${[...DTYPES].join(", ")}, got ${String(dtype)}`);
  }
}
