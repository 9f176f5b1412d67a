/**
 * Reductions with the kernels of assembly/reduce.ts and assembly/find.ts. Scans and sorts are in ordering.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Reduction, ReductionBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, type DType } from "../dtype.ts";
import { dtypeKernel, dtypeKernelName } from "../kernels.ts";
import { address, scratch } from "./address.ts";
import { contiguousAddress, contiguousStrides, isContiguous, sizeBetween } from "./contiguous.ts";
import { fill } from "./movement.ts";
import { scan, sort, topk } from "./ordering.ts";
import { runRanges } from "./split.ts";
import { copyStrided } from "./strided_copy.ts";
import type { AxisGroup, ReductionKind, ReductionLayout } from "./types.ts";

/** Names of the kernels that reduce contiguous lines of elements, without their dtype prefix. */
const ROWS_KERNEL: Readonly<Record<ReductionKind, string>> = {
  sum: "sum_rows",
  prod: "prod_rows",
  max: "max_rows",
  min: "min_rows",
  squares: "squares_rows",
};

/** Names of the kernels that reduce along an axis of some stride, without their dtype prefix. */
const COLUMNS_KERNEL: Readonly<Record<ReductionKind, string>> = {
  sum: "sum_columns",
  prod: "prod_columns",
  max: "max_columns",
  min: "min_columns",
  squares: "squares_columns",
};

/** Elements below which one thread is enough, so that the kernel is called at once. */
const SMALL = 32768;

/** Pieces that the kernels cut long axes into: ROW_PIECE and COLUMN_PIECE of assembly/reduce.ts. */
const ROW_PIECE = 65536;
const COLUMN_PIECE = 128;

/** Below this many units of work a columns kernel is shared out by columns instead. */
const FEW_UNITS = 16;

/** The axes longer than 1 as groups, in the order of their strides where that keeps the kept axes in order. */
function groupsOf(shape: readonly number[], strides: readonly number[], dims: readonly number[]): AxisGroup[] {
  const axes: AxisGroup[] = [];
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] !== 1) axes.push({ size: shape[d], stride: strides[d], isReduced: dims.includes(d) });
  }
  const isKeptInOrder = axes.filter((a) => !a.isReduced).every((a, i, kept) =>
    i === 0 || a.stride < kept[i - 1].stride
  );
  if (isKeptInOrder) axes.sort((a, b) => b.stride - a.stride);
  const groups: AxisGroup[] = [];
  for (const axis of axes) {
    const last = groups.at(-1);
    if (last?.isReduced === axis.isReduced && last.stride === axis.size * axis.stride) {
      last.size *= axis.size;
      last.stride = axis.stride;
    } else {
      groups.push(axis);
    }
  }
  return groups;
}

/** The groups as a layout that the kernels can read in place; null when there is none. */
function layoutOf(groups: readonly AxisGroup[]): ReductionLayout | null {
  const at = groups.findIndex((group) => group.isReduced);
  const { size: n, stride } = groups[at];
  const before = groups.slice(0, at);
  const after = groups.slice(at + 1);
  if (before.length > 1 || after.length > 1 || after[0]?.isReduced) return null;
  // A lone kept axis is inner when it is contiguous, wherever it stands.
  if (after.length === 0 && before.length === 1 && before[0].stride === 1) after.push(before.pop()!);
  const layout = {
    outer: before[0]?.size ?? 1,
    n,
    inner: after[0]?.size ?? 1,
    outerStride: before[0]?.stride ?? 0,
    stride,
    innerStride: after[0]?.stride ?? 0,
  };
  return stride === 1 || after[0]?.stride === 1 ? layout : null;
}

/** The contiguous layout [outer, n, inner]. */
function contiguousLayout(outer: number, n: number, inner: number): ReductionLayout {
  return { outer, n, inner, outerStride: n * inner, stride: inner, innerStride: 1 };
}

/** The contiguous layout around axis `dim` of `shape`. */
function layoutAround(shape: readonly number[], dim: number): ReductionLayout {
  return contiguousLayout(sizeBetween(shape, 0, dim), shape[dim], sizeBetween(shape, dim + 1, shape.length));
}

/** Reduces the middle axis of `layout` into contiguous [outer, inner] at `y`. `mean` matters for squares only. */
function reduceLayout(
  kind: ReductionKind,
  dtype: DType,
  x: number,
  layout: ReductionLayout,
  mean: number,
  y: number,
): void {
  const { outer, n, inner, outerStride, stride, innerStride } = layout;
  const isRows = stride === 1 || n === 1;
  const pieces = Math.ceil(n / (isRows ? ROW_PIECE : COLUMN_PIECE));
  if (pieces === 1 && outer * n * inner < SMALL) {
    if (isRows) {
      dtypeKernel(ROWS_KERNEL[kind], dtype)(x, mean, y, n, inner, outerStride, innerStride, 0, outer * inner);
    } else {
      dtypeKernel(COLUMNS_KERNEL[kind], dtype)(x, mean, y, n, inner, outerStride, stride, 0, outer, 0, inner);
    }
    return;
  }
  const partial = pieces > 1 ? scratch(outer * inner * pieces * BYTES_PER_ELEMENT[dtype]) : null;
  const to = partial?.address ?? y;
  if (isRows) {
    runRanges(
      dtypeKernelName(ROWS_KERNEL[kind], dtype),
      outer * inner * pieces,
      Math.min(n, ROW_PIECE),
      (begin, end) => [x, mean, to, n, inner, outerStride, innerStride, begin, end],
    );
  } else {
    const name = dtypeKernelName(COLUMNS_KERNEL[kind], dtype);
    const units = outer * pieces;
    const rows = Math.min(n, COLUMN_PIECE);
    const args = (
      begin: number,
      end: number,
      left: number,
      right: number,
    ): number[] => [x, mean, to, n, inner, outerStride, stride, begin, end, left, right];
    if (units >= FEW_UNITS) runRanges(name, units, rows * inner, (begin, end) => args(begin, end, 0, inner));
    else runRanges(name, inner, units * rows, (left, right) => args(0, units, left, right), 64);
  }
  if (partial === null) return;
  const combine = kind === "squares" ? "sum" : kind;
  const rest = isRows ? contiguousLayout(outer * inner, pieces, 1) : contiguousLayout(outer, pieces, inner);
  reduceLayout(combine, dtype, partial.address, rest, 0, y);
  partial.release();
}

/** Reduces several separate groups of a contiguous array, the longest first: each pass leaves less to the next. */
function reduceGroups(kind: ReductionKind, dtype: DType, x: number, groups: readonly AxisGroup[], y: number): void {
  const reduced = groups.filter((group) => group.isReduced);
  const longest = reduced.reduce((a, b) => b.size > a.size ? b : a);
  const at = groups.indexOf(longest);
  const sizes = groups.map((group) => group.size);
  const layout = contiguousLayout(sizeBetween(sizes, 0, at), longest.size, sizeBetween(sizes, at + 1, sizes.length));
  if (reduced.length === 1) return reduceLayout(kind, dtype, x, layout, 0, y);
  const partial = scratch(layout.outer * layout.inner * BYTES_PER_ELEMENT[dtype]);
  reduceLayout(kind, dtype, x, layout, 0, partial.address);
  reduceGroups(kind, dtype, partial.address, groups.filter((group) => group !== longest), y);
  partial.release();
}

/** Reduces at least one element per result. */
function reduceElements(
  kind: ReductionKind,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[],
  dims: readonly number[],
  x: number,
  y: number,
): void {
  const groups = groupsOf(shape, strides, dims);
  const layout = groups.some((group) => group.isReduced) ? layoutOf(groups) : null;
  if (layout !== null) return reduceLayout(kind, dtype, x, layout, 0, y);
  const contiguous = contiguousStrides(shape);
  const target = { dtype, address: y, strides: contiguous };
  const source = { dtype, address: x, strides };
  if (!groups.some((group) => group.isReduced)) return copyStrided(shape, source, target);
  const ordered = groupsOf(shape, contiguous, dims);
  if (strides.every((stride, d) => stride === contiguous[d] || shape[d] === 1)) {
    return reduceGroups(kind, dtype, x, ordered, y);
  }
  const elements = scratch(sizeBetween(shape, 0, shape.length) * BYTES_PER_ELEMENT[dtype]);
  copyStrided(shape, source, { ...target, address: elements.address });
  reduceGroups(kind, dtype, elements.address, ordered, y);
  elements.release();
}

/** What a reduction over no elements gives. */
const IDENTITY: Readonly<Record<Reduction, number>> = {
  sum: 0,
  prod: 1,
  any: 0,
  all: 1,
  max: -Infinity,
  min: Infinity,
  mean: NaN,
};

/** any and all as max and min of the elements cast to bool. */
function reduceTruth(kind: ReductionKind, x: ArrayRef, out: ArrayRef, dims: readonly number[]): void {
  if (x.dtype === "bool") return reduceElements(kind, "bool", x.shape, x.strides, dims, address(x), address(out));
  const truth = scratch(x.numel);
  const strides = contiguousStrides(x.shape);
  const source = { dtype: x.dtype, address: address(x), strides: x.strides };
  copyStrided(x.shape, source, { dtype: "bool", address: truth.address, strides });
  reduceElements(kind, "bool", x.shape, strides, dims, truth.address, address(out));
  truth.release();
}

/** Reduces `x` over `dims` into contiguous `out`, which has the remaining axes. */
export function reduce(kind: Reduction, x: ArrayRef, out: ArrayRef, dims: readonly number[]): void {
  if (out.numel === 0) return;
  if (x.numel === 0) return fill(out, IDENTITY[kind]);
  if (kind === "any") return reduceTruth("max", x, out, dims);
  if (kind === "all") return reduceTruth("min", x, out, dims);
  if (kind === "mean") {
    reduce("sum", x, out, dims);
    dtypeKernel("divide_sums", x.dtype)(address(out), out.numel, x.numel / out.numel);
  } else if (!isContiguous(x)) {
    reduceElements(kind, x.dtype, x.shape, x.strides, dims, address(x), address(out));
  } else if (out.numel === 1) {
    reduceLayout(kind, x.dtype, address(x), contiguousLayout(1, x.numel, 1), 0, address(out));
  } else if (dims.length === 1) {
    reduceLayout(kind, x.dtype, address(x), layoutAround(x.shape, dims[0]), 0, address(out));
  } else {
    reduceElements(kind, x.dtype, x.shape, x.strides, dims, address(x), address(out));
  }
}

/** Extremum of `x` along `dim`, and the position of its first occurrence. `values` may be null. */
export function argReduce(
  kind: "max" | "min",
  x: ArrayRef,
  values: ArrayRef | null,
  indices: ArrayRef,
  dim: number,
): void {
  if (indices.numel === 0) return;
  const layout = layoutAround(x.shape, dim);
  const { outer, n, inner } = layout;
  const elements = contiguousAddress(x);
  const extrema = values === null ? scratch(outer * inner * BYTES_PER_ELEMENT[x.dtype]) : contiguousAddress(values);
  const from = elements.address, value = extrema.address, to = address(indices);
  reduceLayout(kind, x.dtype, from, layout, 0, value);
  if (x.numel < SMALL) {
    if (inner === 1) dtypeKernel("find_rows", x.dtype)(from, value, to, n, 0, outer);
    else dtypeKernel("find_columns", x.dtype)(from, value, to, n, inner, 0, outer);
  } else if (inner === 1) {
    const name = dtypeKernelName("find_rows", x.dtype);
    runRanges(name, outer, n, (begin, end) => [from, value, to, n, begin, end]);
  } else {
    const name = dtypeKernelName("find_columns", x.dtype);
    runRanges(name, outer, n * inner, (begin, end) => [from, value, to, n, inner, begin, end]);
  }
  extrema.release();
  elements.release();
}

/** Copies `x` to scratch memory with the reduced axes last. */
function reducedLast(x: ArrayRef, dims: readonly number[]): { address: number; release(): void } {
  const order = [...x.shape.keys()].filter((d) => !dims.includes(d)).concat(dims);
  const shape = order.map((d) => x.shape[d]);
  const elements = scratch(x.numel * BYTES_PER_ELEMENT[x.dtype]);
  copyStrided(
    shape,
    { dtype: x.dtype, address: address(x), strides: order.map((d) => x.strides[d]) },
    { dtype: x.dtype, address: elements.address, strides: contiguousStrides(shape) },
  );
  return elements;
}

/** A layout of `x` over `dims` that the kernels can read in place; null when there is none. */
function directLayout(x: ArrayRef, dims: readonly number[]): ReductionLayout | null {
  if (dims.length === 1 && isContiguous(x)) return layoutAround(x.shape, dims[0]);
  const groups = groupsOf(x.shape, x.strides, dims);
  return groups.some((group) => group.isReduced) ? layoutOf(groups) : null;
}

/** Mean over `dims`, and sum of squared deviations from it over `divisor`, in two passes. The mean of nothing is NaN. */
export function moments(
  x: ArrayRef,
  mean: ArrayRef,
  squares: ArrayRef,
  dims: readonly number[],
  divisor: number,
): void {
  if (mean.numel === 0) return;
  if (x.numel === 0) {
    fill(mean, NaN);
    fill(squares, 0 / divisor);
    return;
  }
  const n = x.numel / mean.numel;
  const direct = directLayout(x, dims);
  const elements = direct === null ? reducedLast(x, dims) : null;
  const layout = direct ?? contiguousLayout(mean.numel, n, 1);
  const from = elements?.address ?? address(x);
  const center = address(mean);
  reduceLayout("sum", x.dtype, from, layout, 0, center);
  dtypeKernel("divide_sums", x.dtype)(center, mean.numel, n);
  reduceLayout("squares", x.dtype, from, layout, center, address(squares));
  if (divisor !== 1) dtypeKernel("divide_sums", x.dtype)(address(squares), squares.numel, divisor);
  elements?.release();
}

/** Reductions, scans and sorts in wasm memory. */
export const reduction: ReductionBackend = { reduce, argReduce, moments, scan, sort, topk };
