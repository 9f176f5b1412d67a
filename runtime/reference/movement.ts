/**
 * Moving and casting, one element at a time.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MovementBackend } from "../backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { assign, valuesOf } from "./positions.ts";

/** Least and greatest number of the types that floats saturate to. */
const RANGE = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255] } as const;

/** `value`, an element of type `from`, as it is stored in an array of type `to`. */
function cast(value: number, from: DType, to: DType): number {
  if (to === "bool") return value !== 0 ? 1 : 0;
  const isFloat = from === "float32" || from === "float64";
  if (!isFloat || to === "float32" || to === "float64") return value;
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max(Math.trunc(value), RANGE[to][0]), RANGE[to][1]);
}

/** Copies `source` into `target`, casting where the types differ. */
export function copy(source: ArrayRef, target: ArrayRef): void {
  assign(target, valuesOf(source).map((value) => cast(value, source.dtype, target.dtype)));
}

/** Sets every element of `target`. */
export function fill(target: ArrayRef, value: number): void {
  assign(target, new Array<number>(target.numel).fill(target.dtype === "bool" ? Number(value !== 0) : value));
}

/** Reads all elements in row-major order. */
export function read(source: ArrayRef): TypedArray {
  const values = newTypedArray(source.dtype, source.numel);
  values.set(valuesOf(source));
  return values;
}

/** {@linkcode read} as a promise. */
export function download(source: ArrayRef): Promise<TypedArray> {
  return Promise.resolve(read(source));
}

/** Writes all elements in row-major order. */
export function write(target: ArrayRef, values: TypedArray): void {
  assign(target, [...values]);
}

/** Moving and casting in the reference backend. */
export const movement: MovementBackend = { copy, fill, read, download, write };
