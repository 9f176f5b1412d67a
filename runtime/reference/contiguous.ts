/**
 * Operands that lie in memory in row-major order.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { TypedArray } from "../dtype.ts";
import { elements } from "./storage.ts";

/** The elements of contiguous `x`, to be read or written. */
export function contiguous(x: ArrayRef): TypedArray {
  return elements(x).subarray(x.offset, x.offset + x.numel);
}
