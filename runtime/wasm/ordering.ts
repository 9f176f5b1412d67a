/**
 * Scans and sorts with the kernels of assembly/scan.ts and assembly/sort.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Scan } from "../backend.ts";
import { BYTES_PER_ELEMENT, KERNEL_PREFIX } from "../dtype.ts";
import { kernel } from "../kernels.ts";
import { runShares, shareCount } from "../threads.ts";
import { address, scratch } from "./address.ts";
import { contiguousAddress, sizeBetween } from "./contiguous.ts";
import { runRanges } from "./split.ts";

/** Kernel names of scans, without their dtype prefix. */
const SCAN_KERNEL: Readonly<Record<Scan, string>> = {
  sum: "cumsum",
  prod: "cumprod",
  max: "cummax",
  min: "cummin",
  logsumexp: "logcumsumexp",
};

/** Elements that are worth another thread in a sort. */
const SORT_GRAIN = 16384;

/** Inclusive scan of `x` along `dim` into contiguous `out`; `indices` is for max and min, and may be null. */
export function scan(kind: Scan, x: ArrayRef, out: ArrayRef, indices: ArrayRef | null, dim: number): void {
  if (x.numel === 0) return;
  const n = x.shape[dim];
  const inner = sizeBetween(x.shape, dim + 1, x.shape.length);
  const outer = x.numel / (n * inner);
  const elements = contiguousAddress(x);
  const operands = [elements.address, address(out)];
  if (kind === "max" || kind === "min") operands.push(indices === null ? 0 : address(indices));
  const name = `${KERNEL_PREFIX[x.dtype]}_${SCAN_KERNEL[kind]}`;
  runRanges(name, outer, n * inner, (begin, end) => [...operands, n, inner, begin, end]);
  elements.release();
}

/** The first `values.shape[dim]` of every sorted column of `x`, and their positions. */
function sortColumns(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, descending: boolean): void {
  if (values.numel === 0) return;
  const n = x.shape[dim];
  const k = values.shape[dim];
  const inner = sizeBetween(x.shape, dim + 1, x.shape.length);
  const columns = x.numel / n;
  const shares = Math.min(columns, shareCount(x.numel, SORT_GRAIN));
  const elements = contiguousAddress(x);
  const bytes = kernel("sort_scratch")(n, BYTES_PER_ELEMENT[x.dtype]);
  const work = scratch(bytes * shares);
  const from = elements.address, to = address(values), positions = address(indices);
  runShares(`${KERNEL_PREFIX[x.dtype]}_sort`, shares, (share) => {
    const begin = Math.floor(columns * share / shares);
    const end = Math.floor(columns * (share + 1) / shares);
    return [from, to, positions, n, k, inner, Number(descending), work.address + share * bytes, begin, end];
  });
  work.release();
  elements.release();
}

/** Stable sort of `x` along `dim` into contiguous `values` and int32 `indices`; NaN is the largest number. */
export function sort(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, descending: boolean): void {
  sortColumns(x, values, indices, dim, descending);
}

/** The `values.shape[dim]` largest or smallest of `x` along `dim`, sorted; ties keep the lower index. */
export function topk(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, largest: boolean): void {
  sortColumns(x, values, indices, dim, largest);
}
