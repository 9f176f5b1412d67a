/**
 * Walking strided arrays element by element.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { elements } from "./storage.ts";

/** Where the elements of `x` lie in its storage, in row-major order of their indices. */
export function positions(x: Pick<ArrayRef, "shape" | "strides" | "offset">): number[] {
  let found = [x.offset];
  x.shape.forEach((size, d) => {
    found = found.flatMap((position) => Array.from({ length: size }, (_, i) => position + i * x.strides[d]));
  });
  return found;
}

/** The elements of `x` in row-major order. */
export function valuesOf(x: ArrayRef): number[] {
  const storage = elements(x);
  return positions(x).map((position) => storage[position]);
}

/** Stores `values`, given in row-major order, into `out`, rounding to its type. */
export function assign(out: ArrayRef, values: readonly number[]): void {
  const storage = elements(out);
  positions(out).forEach((position, i) => storage[position] = values[i]);
}

/** Row-major indices of an array of `shape`. */
export function indicesOf(shape: readonly number[]): number[][] {
  let found: number[][] = [[]];
  for (const size of shape) {
    found = found.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i]));
  }
  return found;
}

/** Position of `index` in the storage of `x`. */
export function positionAt(x: ArrayRef, index: readonly number[]): number {
  return index.reduce((position, i, d) => position + i * x.strides[d], x.offset);
}

/** The lines of `x` along `dim`, in row-major order of the other indices: their positions in the storage. */
export function lines(x: ArrayRef, dim: number): number[][] {
  const start = { ...x, shape: x.shape.with(dim, 1), strides: x.strides, offset: x.offset };
  return positions(start).map((first) => Array.from({ length: x.shape[dim] }, (_, i) => first + i * x.strides[dim]));
}
