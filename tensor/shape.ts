/**
 * Arithmetic on shapes, strides and axes.
 *
 * @module
 */
import { ArgumentError, IndexError, ShapeError } from "./errors.ts";

/** The sizes of a tensor's axes. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function numelOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Row-major strides in elements. An axis of size 0 counts as 1, as in PyTorch. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i] > 1 ? shape[i] : 1;
  }
  return strides;
}

/** True if the strides visit the elements in row-major order without gaps. Axes of size 1 may have any stride. */
export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1) {
      if (strides[i] !== step) return false;
      step *= shape[i];
    }
  }
  return true;
}

/** True if both shapes have the same axes. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `[2, 3]`, as errors print it, which may have met what is no tensor and has no shape. */
export function formatShape(shape: Shape | undefined): string {
  return shape === undefined ? "no tensor" : Array.isArray(shape) ? `[${shape.map(String).join(", ")}]` : `${shape}`;
}

/** Turns a possibly negative axis into 0 <= axis < rank. A 0-d tensor has the axes 0 and -1, as in PyTorch. */
export function normalizeDim(op: string, dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim)) {
    const got = typeof dim === "object" ? "an object; pass the number alone" : dim;
    throw new ArgumentError(`${op}: expected an integer dim, got ${got}`);
  }
  if (!(dim >= -limit && dim < limit)) {
    throw new IndexError(
      `${op}: expected a dim in [${-limit}, ${limit - 1}] for a tensor of ${rank} dimensions, got ${dim}`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

const ALL_DIMS: (readonly number[])[] = [];

/** The axes of a tensor of `rank` dimensions: 0, 1, ... The array is shared; do not write to it. */
export function allDims(rank: number): readonly number[] {
  return ALL_DIMS[rank] ??= Array.from({ length: rank }, (_, i) => i);
}

/** Normalises axes and sorts them; all axes where `dims` is undefined or empty. A repeated axis is an error. */
export function normalizeDims(
  op: string,
  dims: number | readonly number[] | null | undefined,
  rank: number,
): readonly number[] {
  if (dims === undefined || dims === null) return allDims(rank);
  if (typeof dims === "number") return rank === 0 ? (normalizeDim(op, dims, rank), []) : [normalizeDim(op, dims, rank)];
  if (!Array.isArray(dims)) {
    throw new ArgumentError(
      `${op}: expected dim to be a number, an array of numbers or null, got ${
        typeof dims === "string" ? `"${dims}"` : "an object"
      }; options come after it: (null, { ... })`,
    );
  }
  if (dims.length === 0) return allDims(rank);
  const all = dims.map((d) => normalizeDim(op, d, rank)).sort((a, b) => a - b);
  for (let i = 1; i < all.length; i++) {
    if (all[i] === all[i - 1]) {
      throw new ArgumentError(`${op}: expected each dim once, got dim ${all[i]} twice in ${formatShape(dims)}`);
    }
  }
  return rank === 0 ? [] : all;
}

/** The shape that two operands broadcast to. Errors name the op, both shapes, the axis that clashes and the fix. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const p = i <= a.length ? a[a.length - i] : 1;
    const q = i <= b.length ? b[b.length - i] : 1;
    if (p !== q && p !== 1 && q !== 1) {
      throw new ShapeError(
        `${op}: expected shapes that broadcast, got ${formatShape(a)} and ${formatShape(b)}: ` +
          `sizes ${p} and ${q} clash at axis ${-i}; make them equal or one of them 1 (reshape, unsqueeze, transpose)`,
      );
    }
    out[rank - i] = p === 1 ? q : p;
  }
  return out;
}

/** Strides that present `shape` as `target`: 0 along broadcast axes. `shape` must broadcast to `target`. */
export function broadcastStrides(op: string, shape: Shape, strides: readonly number[], target: Shape): number[] {
  const lead = target.length - shape.length;
  if (lead < 0) {
    throw new ShapeError(
      `${op}: expected a target of at least ${shape.length} dimensions for shape ${formatShape(shape)}, got ${
        formatShape(target)
      }`,
    );
  }
  const out = new Array<number>(target.length);
  for (let i = 0; i < lead; i++) out[i] = 0;
  for (let i = 0; i < shape.length; i++) {
    out[lead + i] = 0;
    if (shape[i] === target[lead + i]) out[lead + i] = strides[i];
    else if (shape[i] !== 1) {
      throw new ShapeError(
        `${op}: expected shape ${formatShape(shape)} to broadcast to ${formatShape(target)}, got size ${
          shape[i]
        } against ${target[lead + i]} at axis ${lead + i}; only axes of size 1 stretch`,
      );
    }
  }
  return out;
}

/** Checks that sizes are non-negative integers whose product is a safe element count. */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(
      `${op}: expected a shape that is an array of non-negative integers, got ${JSON.stringify(shape)}; pass ${
        typeof shape === "number" ? `[${shape}], or [${shape}, ...]` : "[3, 4]"
      }`,
    );
  }
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError(`${op}: expected sizes that are non-negative integers, got ${formatShape(shape)}`);
    }
  }
  if (!Number.isSafeInteger(numelOf(shape))) {
    throw new ShapeError(`${op}: expected fewer than 2^53 elements, got shape ${formatShape(shape)}`);
  }
}

/** `shape` without the axes `dims` (sorted, unique). */
export function removeDims(shape: Shape, dims: readonly number[]): Shape {
  if (dims.length === shape.length) return [];
  return shape.filter((_, i) => !dims.includes(i));
}

/** `shape` with the axes `dims` set to 1. */
export function keepDims(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((size, i) => dims.includes(i) ? 1 : size);
}
