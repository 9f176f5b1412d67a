/**
 * Gathering and scattering with the kernels of assembly/gather.ts, assembly/index_rows.ts and assembly/nonzero.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { IndexingBackend, ScatterMode } from "../backend.ts";
import { BYTES_PER_ELEMENT, type DType, KERNEL_PREFIX } from "../dtype.ts";
import { dtypeKernel, kernel } from "../kernels.ts";
import { i32 } from "../memory.ts";
import { address, scratch } from "./address.ts";
import { contiguousAddress, sizeBetween } from "./contiguous.ts";
import { runRanges } from "./split.ts";
import type { StridedAxes } from "./types.ts";

/** Axes that one call of a gather or scatter kernel walks. */
const KERNEL_AXES = 4;

/** Below this many outer slices, rows are combined by ranges of columns instead. */
const FEW_SLICES = 16;

/** How elements of `dtype` meet. Booleans add as "or" and multiply as "and", so that they stay 0 or 1. */
function modeFor(mode: ScatterMode, dtype: DType): ScatterMode {
  if (dtype !== "bool") return mode;
  return mode === "add" ? "max" : mode === "mul" ? "min" : mode;
}

/** The axes of `shape` that a contiguous index array and `x`, not moving along `dim`, can walk as one, merged. */
function mergeAxes(shape: readonly number[], x: ArrayRef, dim: number): StridedAxes {
  const axes: StridedAxes = { sizes: [], strides: [] };
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const stride = d === dim ? 0 : x.strides[d];
    const last = axes.sizes.length - 1;
    if (last >= 0 && axes.strides[last] === shape[d] * stride) {
      axes.sizes[last] *= shape[d];
      axes.strides[last] = stride;
    } else {
      axes.sizes.push(shape[d]);
      axes.strides.push(stride);
    }
  }
  return axes;
}

/**
 * Calls `run` for boxes of four axes that together cover `axes`: with the number of elements that come before the box, the
 * offset of the box in the strided array, and the sizes and strides of its axes.
 */
function forEachBox(
  { sizes, strides }: StridedAxes,
  run: (start: number, offset: number, sizes: number[], strides: number[]) => void,
): void {
  const outer = Math.max(0, sizes.length - KERNEL_AXES);
  const pad = new Array<number>(KERNEL_AXES - (sizes.length - outer));
  const boxSizes = [...pad.fill(1), ...sizes.slice(outer)];
  const boxStrides = [...pad.fill(0), ...strides.slice(outer)];
  const boxLength = boxSizes.reduce((a, b) => a * b);
  let start = 0;
  const walk = (axis: number, offset: number): void => {
    if (axis === outer) {
      run(start, offset, boxSizes, boxStrides);
      start += boxLength;
      return;
    }
    for (let i = 0; i < sizes[axis]; i++) walk(axis + 1, offset + i * strides[axis]);
  };
  walk(0, 0);
}

/** `out[.., i, ..] = x[.., index[.., i, ..], ..]` along `dim`; `index` has the shape of `out`. */
export function gather(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void {
  if (out.numel === 0) return;
  const bytes = BYTES_PER_ELEMENT[x.dtype];
  const run = dtypeKernel("gather", x.dtype);
  const indices = contiguousAddress(index);
  const from = address(x), to = address(out);
  const dimStride = x.strides[dim] ?? 0;
  forEachBox(mergeAxes(index.shape, x, dim), (start, offset, n, s) => {
    const operands = [from + offset * bytes, indices.address + start * 4, to + start * bytes];
    run(...operands, n[0], n[1], n[2], n[3], s[0], s[1], s[2], s[3], dimStride);
  });
  indices.release();
}

/** `source` as far as the axes of `shape` reach. */
function narrowTo(source: ArrayRef, shape: readonly number[], numel: number): ArrayRef {
  const { dtype, strides, offset, storage } = source;
  return { dtype, shape, strides, offset, numel, storage };
}

/** `out[.., index[.., i, ..], ..]` meets `source[.., i, ..]` along `dim`, in order of i. */
export function scatter(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void {
  if (index.numel === 0) return;
  const bytes = BYTES_PER_ELEMENT[out.dtype];
  const run = kernel(`${KERNEL_PREFIX[out.dtype]}_scatter_${modeFor(mode, out.dtype)}`);
  const indices = contiguousAddress(index);
  const values = contiguousAddress(narrowTo(source, index.shape, index.numel));
  const to = address(out);
  const dimStride = out.strides[dim] ?? 0;
  forEachBox(mergeAxes(index.shape, out, dim), (start, offset, n, s) => {
    const operands = [to + offset * bytes, indices.address + start * 4, values.address + start * bytes];
    run(...operands, n[0], n[1], n[2], n[3], s[0], s[1], s[2], s[3], dimStride);
  });
  values.release();
  indices.release();
}

/** `out` = the slices of `x` along `dim` that 1-d `index` names, in its order. */
export function indexSelect(x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void {
  if (out.numel === 0) return;
  const count = index.numel;
  const size = x.shape[dim];
  const inner = sizeBetween(x.shape, dim + 1, x.shape.length);
  const elements = contiguousAddress(x);
  const indices = contiguousAddress(index);
  const from = elements.address, positions = indices.address, to = address(out);
  const args = (begin: number, end: number): number[] => [from, positions, to, size, count, inner, begin, end];
  runRanges(`${KERNEL_PREFIX[x.dtype]}_index_select`, out.numel / inner, inner, args);
  indices.release();
  elements.release();
}

/** Slice `index[i]` of contiguous `out` along `dim` meets slice i of `source`, in order of i. */
export function indexReduce(out: ArrayRef, index: ArrayRef, source: ArrayRef, dim: number, mode: ScatterMode): void {
  if (source.numel === 0) return;
  const count = index.numel;
  const size = out.shape[dim];
  const inner = sizeBetween(out.shape, dim + 1, out.shape.length);
  const outer = out.numel / (size * inner);
  const name = `${KERNEL_PREFIX[out.dtype]}_index_${modeFor(mode, out.dtype)}`;
  const elements = contiguousAddress(source);
  const indices = contiguousAddress(index);
  const from = elements.address, positions = indices.address, to = address(out);
  const args = (
    begin: number,
    end: number,
    left: number,
    right: number,
  ): number[] => [to, positions, from, size, count, inner, begin, end, left, right];
  if (outer >= FEW_SLICES) runRanges(name, outer, count * inner, (begin, end) => args(begin, end, 0, inner));
  else runRanges(name, inner, outer * count, (left, right) => args(0, outer, left, right), 64);
  indices.release();
  elements.release();
}

/** Number of elements that are not 0; NaN is not. */
export function countNonzero(x: ArrayRef): number {
  if (x.numel === 0) return 0;
  const elements = contiguousAddress(x);
  const count = dtypeKernel("count_nonzero", x.dtype)(elements.address, x.numel);
  elements.release();
  return count;
}

/** Row-major positions of the elements that are not 0, ascending, into `out`, as long as {@linkcode countNonzero} says. */
export function nonzero(x: ArrayRef, out: ArrayRef): void {
  if (out.numel === 0) return;
  const elements = contiguousAddress(x);
  dtypeKernel("nonzero", x.dtype)(elements.address, address(out), x.numel);
  elements.release();
}

/** Smallest and largest of int32 indices; [0, -1] when there are none. */
export function indexRange(index: ArrayRef): [number, number] {
  if (index.numel === 0) return [0, -1];
  const indices = contiguousAddress(index);
  const range = scratch(8);
  kernel("i32_range")(indices.address, range.address, index.numel);
  const at = range.address / 4;
  const result: [number, number] = [i32[at], i32[at + 1]];
  range.release();
  indices.release();
  return result;
}

/** Gathering and scattering in wasm memory. */
export const indexing: IndexingBackend = {
  gather,
  scatter,
  indexSelect,
  indexReduce,
  countNonzero,
  nonzero,
  indexRange,
};
