/**
 * Gathering and scattering, one element at a time.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { IndexingBackend, ScatterMode } from "../backend.ts";
import { assign, indicesOf, positionAt, valuesOf } from "./positions.ts";
import { elements } from "./storage.ts";

/** `a` after `b` arrived. Booleans add as "or" and multiply as "and". */
function meet(mode: ScatterMode, a: number, b: number, out: ArrayRef): number {
  switch (mode) {
    case "set":
      return b;
    case "add":
      return out.dtype === "bool" ? a | b : a + b;
    case "mul":
      return out.dtype === "int32" ? Math.imul(a, b) : a * b;
    case "max":
      return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
    case "min":
      return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b);
  }
}

/** Takes elements of `x` at `index` along `dim`. */
export function gather(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void {
  const at = valuesOf(index);
  assign(out, indicesOf(index.shape).map((place, i) => elements(x)[positionAt(x, place.with(dim, at[i]))]));
}

/** Sends elements of `source` to `index` along `dim`. */
export function scatter(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void {
  const at = valuesOf(index);
  const target = elements(out);
  indicesOf(index.shape).forEach((place, i) => {
    const to = positionAt(out, place.with(dim, at[i]));
    target[to] = meet(mode, target[to], elements(source)[positionAt(source, place)], out);
  });
}

/** Takes slices of `x` along `dim`. */
export function indexSelect(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void {
  const at = valuesOf(index);
  assign(out, indicesOf(out.shape).map((place) => elements(x)[positionAt(x, place.with(dim, at[place[dim]]))]));
}

/** Sends slices of `source` along `dim` to those of `out` that `index` names. */
export function indexReduce(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void {
  const at = valuesOf(index);
  const target = elements(out);
  for (const place of indicesOf(source.shape)) {
    const to = positionAt(out, place.with(dim, at[place[dim]]));
    target[to] = meet(mode, target[to], elements(source)[positionAt(source, place)], out);
  }
}

/** Number of elements that are not 0. */
export function countNonzero(x: ArrayRef): number {
  return valuesOf(x).filter((value) => value !== 0).length;
}

/** Row-major positions of the elements that are not 0. */
export function nonzero(x: ArrayRef, out: ArrayRef): void {
  assign(out, valuesOf(x).flatMap((value, position) => value !== 0 ? [position] : []));
}

/** Smallest and largest of integers; [0, -1] when there are none. */
export function indexRange(index: ArrayRef): [number, number] {
  const values = valuesOf(index);
  return values.length === 0 ? [0, -1] : [Math.min(...values), Math.max(...values)];
}

/** Gathering and scattering in the reference backend. */
export const indexing: IndexingBackend = {
  gather,
  scatter,
  indexSelect,
  indexReduce,
  countNonzero,
  nonzero,
  indexRange,
};
