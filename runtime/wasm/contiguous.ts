/**
 * Which arrays lie in memory in row-major order, and how to get a copy that does.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { BYTES_PER_ELEMENT } from "../dtype.ts";
import { address, scratch } from "./address.ts";
import { copyStrided } from "./strided_copy.ts";
import type { ContiguousElements } from "./types.ts";

function keep(): void {}

/** Product of the lengths of axes `begin` to `end` - 1 of `shape`. */
export function sizeBetween(shape: readonly number[], begin: number, end: number): number {
  let size = 1;
  for (let d = begin; d < end; d++) size *= shape[d];
  return size;
}

/** Row-major strides, in elements, of an array of `shape`. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/** True when the elements of `x` follow each other in row-major order. Strides of axes of length 1 do not matter. */
export function isContiguous(x: ArrayRef): boolean {
  if (x.numel <= 1) return true;
  let stride = 1;
  for (let d = x.shape.length - 1; d >= 0; d--) {
    if (x.shape[d] === 1) continue;
    if (x.strides[d] !== stride) return false;
    stride *= x.shape[d];
  }
  return true;
}

/** The elements of `x` in row-major order: where they are when `x` is contiguous, else copied to scratch memory. */
export function contiguousAddress(x: ArrayRef): ContiguousElements {
  if (isContiguous(x)) return { address: address(x), release: keep };
  const copy = scratch(x.numel * BYTES_PER_ELEMENT[x.dtype]);
  const source = { dtype: x.dtype, address: address(x), strides: x.strides };
  copyStrided(x.shape, source, { dtype: x.dtype, address: copy.address, strides: contiguousStrides(x.shape) });
  return copy;
}
