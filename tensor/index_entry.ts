/**
 * What an index of a tensor is made of.
 *
 * @module
 */
import type { Tensor } from "./tensor.ts";
import type { NestedArray } from "./types.ts";

/** A range of indices along one axis: Python's `start:stop:step`. */
export class Slice {
  /** Internal: use {@linkcode slice}. */
  constructor(
    /** First index; from the beginning where undefined. Negative ones count from the end. */
    readonly start: number | undefined,
    /** Index after the last; to the end where undefined. */
    readonly stop: number | undefined,
    /** Distance of the indices, at least 1. */
    readonly step: number,
  ) {}
}

/** The indices from `start` up to, but not including, `stop`, by `step`: `slice(1, 5)` is Python's `1:5`, `slice()` is `:`. */
export function slice(start?: number | null, stop?: number | null, step?: number | null): Slice {
  return new Slice(start ?? undefined, stop ?? undefined, step ?? 1);
}

/** Stands for all axes that an index does not mention: Python's `...`. */
export const ellipsis: unique symbol = Symbol("ellipsis");

/**
 * One entry of an index: a number selects, a {@linkcode slice} narrows, null adds an axis, a bool tensor is a mask, an
 * int32 tensor or an array of integers names elements, an array of booleans is a mask.
 */
export type Index = number | boolean | null | Slice | typeof ellipsis | Tensor | NestedArray;
