/**
 * Copies between strided boxes of wasm memory: the axes are put in a good order, merged, and handed to the copy kernels.
 *
 * @module
 */
import { BYTES_PER_ELEMENT, type DType, KERNEL_PREFIX } from "../dtype.ts";
import { dtypeKernel, kernel } from "../kernels.ts";
import { runShares, shareCount } from "../threads.ts";
import type { Box, CopyAxes } from "./types.ts";

/** The codes by which assembly/copy.ts knows the element type of a target. */
const TARGET_CODE: Readonly<Record<DType, number>> = { float32: 0, float64: 1, int32: 2, uint8: 3, bool: 4 };

/** Elements below which a copy is not worth another thread. */
const GRAIN = 1 << 17;

/** Axes that one call of a copy kernel walks. */
const KERNEL_AXES = 4;

/** Number of elements if both sides are contiguous, else 0. */
function contiguousCount(shape: readonly number[], from: readonly number[], to: readonly number[]): number {
  let count = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] === 1) continue;
    if (from[d] !== count || to[d] !== count) return 0;
    count *= shape[d];
  }
  return count;
}

/** Axes longer than 1, by descending stride of the target, so that the innermost one walks it in order. */
function orderAxes(shape: readonly number[], from: readonly number[], to: readonly number[]): CopyAxes {
  const axes: CopyAxes = { sizes: [], from: [], to: [] };
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    let at = axes.sizes.length;
    while (at > 0 && axes.to[at - 1] < to[d]) at--;
    axes.sizes.splice(at, 0, shape[d]);
    axes.from.splice(at, 0, from[d]);
    axes.to.splice(at, 0, to[d]);
  }
  return axes;
}

/** Merges neighbouring axes that both sides walk as one. */
function mergeAxes(axes: CopyAxes): CopyAxes {
  const { sizes, from, to } = axes;
  for (let d = sizes.length - 2; d >= 0; d--) {
    if (from[d] === sizes[d + 1] * from[d + 1] && to[d] === sizes[d + 1] * to[d + 1]) {
      sizes[d] *= sizes[d + 1];
      from[d] = from[d + 1];
      to[d] = to[d + 1];
      sizes.splice(d + 1, 1);
      from.splice(d + 1, 1);
      to.splice(d + 1, 1);
    }
  }
  return axes;
}

/** Moves the axis along which the source is contiguous next to the innermost one, which makes a plane a transpose. */
function pairTransposed(axes: CopyAxes): CopyAxes {
  const last = axes.sizes.length - 1;
  const contiguous = axes.from.indexOf(1);
  if (contiguous < 0 || contiguous >= last - 1 || axes.from[last] <= 1) return axes;
  for (const values of [axes.sizes, axes.from, axes.to]) {
    values.splice(last - 1, 0, ...values.splice(contiguous, 1));
  }
  return axes;
}

/** The code of the target's element type; between booleans nothing has to be made 0 or 1. */
function targetCode(source: DType, target: DType): number {
  return TARGET_CODE[source === "bool" && target === "bool" ? "uint8" : target];
}

/** Copies `count` elements from one row to another with a single kernel call. */
function copyRow(source: Box, target: Box, count: number): void {
  const run = dtypeKernel("copy", source.dtype);
  const code = targetCode(source.dtype, target.dtype);
  run(code, source.address, target.address, 1, 1, 1, count, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** Copies at most four axes with one kernel call, or several in parallel when there is much to copy. */
function copyAxes(
  source: Box,
  target: Box,
  { sizes, from, to }: CopyAxes,
  first: number,
  fromOffset: number,
  toOffset: number,
): void {
  const n = [1, 1, 1, 1], xs = [0, 0, 0, 0], ys = [0, 0, 0, 0];
  const pad = KERNEL_AXES - (sizes.length - first);
  for (let d = first; d < sizes.length; d++) {
    n[pad + d - first] = sizes[d];
    xs[pad + d - first] = from[d];
    ys[pad + d - first] = to[d];
  }
  const name = `${KERNEL_PREFIX[source.dtype]}_copy`;
  const code = targetCode(source.dtype, target.dtype);
  const x = source.address + fromOffset * BYTES_PER_ELEMENT[source.dtype];
  const y = target.address + toOffset * BYTES_PER_ELEMENT[target.dtype];
  const shares = shareCount(n[0] * n[1] * n[2] * n[3], GRAIN);
  if (shares === 1) {
    kernel(name)(code, x, y, n[0], n[1], n[2], n[3], xs[0], xs[1], xs[2], xs[3], ys[0], ys[1], ys[2], ys[3]);
    return;
  }
  const axis = n.indexOf(Math.max(...n));
  const share = Math.ceil(n[axis] / shares / 16) * 16;
  runShares(name, Math.ceil(n[axis] / share), (i) => {
    const sizesOfShare = n.slice();
    sizesOfShare[axis] = Math.min(share, n[axis] - i * share);
    const xShare = x + i * share * xs[axis] * BYTES_PER_ELEMENT[source.dtype];
    const yShare = y + i * share * ys[axis] * BYTES_PER_ELEMENT[target.dtype];
    return [code, xShare, yShare, ...sizesOfShare, ...xs, ...ys];
  });
}

/**
 * Copies `source` to `target`, casting where the types differ. Both boxes have `shape`, at least one element, and do not
 * overlap. Strides of 0 are allowed in the source.
 */
export function copyStrided(shape: readonly number[], source: Box, target: Box): void {
  const count = contiguousCount(shape, source.strides, target.strides);
  if (count > 0 && count < GRAIN) return copyRow(source, target, count);
  const axes = pairTransposed(mergeAxes(orderAxes(shape, source.strides, target.strides)));
  const outer = Math.max(0, axes.sizes.length - KERNEL_AXES);
  const walk = (axis: number, fromOffset: number, toOffset: number): void => {
    if (axis === outer) return copyAxes(source, target, axes, axis, fromOffset, toOffset);
    for (let i = 0; i < axes.sizes[axis]; i++) {
      walk(axis + 1, fromOffset + i * axes.from[axis], toOffset + i * axes.to[axis]);
    }
  };
  walk(0, 0, 0);
}
