/**
 * Axes that operands walk together: expansion to a common shape, and merging of neighbouring axes.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { BroadcastAxes } from "./types.ts";

/** Strides with which an array of `shape` and `strides` walks the axes of `to`, to which it broadcasts: 0 where repeated. */
export function expandedStrides(
  shape: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] {
  const missing = to.length - shape.length;
  const expanded = new Array<number>(to.length);
  for (let d = 0; d < to.length; d++) {
    expanded[d] = d < missing || shape[d - missing] === 1 ? 0 : strides[d - missing];
  }
  return expanded;
}

/** `x` repeated to the shape of `out`, as a view. */
export function expand({ dtype, shape, strides, offset, storage }: ArrayRef, out: ArrayRef): ArrayRef {
  return {
    dtype,
    shape: out.shape,
    strides: expandedStrides(shape, strides, out.shape),
    offset,
    numel: out.numel,
    storage,
  };
}

/** The axes of `shape` longer than 1; neighbours that both operands walk as one long axis become one. */
export function collapse(shape: readonly number[], a: readonly number[], b: readonly number[]): BroadcastAxes {
  const axes: BroadcastAxes = { sizes: [], a: [], b: [] };
  let last = -1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    if (size === 1) continue;
    if (last >= 0) {
      const walked = axes.sizes[last];
      if (a[d] === axes.a[last] * walked && b[d] === axes.b[last] * walked) {
        axes.sizes[last] = walked * size;
        continue;
      }
    }
    last++;
    axes.sizes.push(size);
    axes.a.push(a[d]);
    axes.b.push(b[d]);
  }
  return axes;
}
