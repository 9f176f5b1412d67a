/**
 * Reductions, scans and sorts, line by line in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Reduction, ReductionBackend, Scan } from "../backend.ts";
import { assign, lines, positions } from "./positions.ts";
import { elements } from "./storage.ts";

/** The elements that each result of a reduction over `dims` is made of, in row-major order of the results. */
function reducedValues(x: ArrayRef, dims: readonly number[]): number[][] {
  const storage = elements(x);
  const pick = (isPicked: (d: number) => boolean, offset: number): number[] =>
    positions({
      shape: x.shape.filter((_, d) => isPicked(d)),
      strides: x.strides.filter((_, d) => isPicked(d)),
      offset,
    });
  return pick((d) => !dims.includes(d), x.offset)
    .map((start) => pick((d) => dims.includes(d), start).map((position) => storage[position]));
}

function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b);
}

function smaller(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b);
}

/** The binary operation and the identity of `kind`; integers wrap at 32 bits. */
function operation(kind: Reduction, isInteger: boolean): [combine: (a: number, b: number) => number, identity: number] {
  switch (kind) {
    case "sum":
    case "mean":
      return [isInteger ? (a, b) => (a + b) | 0 : (a, b) => a + b, 0];
    case "prod":
      return [isInteger ? Math.imul : (a, b) => a * b, 1];
    case "max":
      return [larger, -Infinity];
    case "min":
      return [smaller, Infinity];
    case "any":
      return [(a, b) => Number(a !== 0 || b !== 0), 0];
    case "all":
      return [(a, b) => Number(a !== 0 && b !== 0), 1];
  }
}

/** Reduces `x` over `dims`. */
export function reduce(kind: Reduction, x: ArrayRef, out: ArrayRef, dims: readonly number[]): void {
  const [combine, identity] = operation(kind, x.dtype === "int32");
  const divisor = kind === "mean" ? x.numel / out.numel : 1;
  assign(out, reducedValues(x, dims).map((values) => values.reduce(combine, identity) / divisor));
}

/** Extremum along `dim` and the position of its first occurrence; NaN is the extremum. */
export function argReduce(
  kind: "max" | "min",
  x: ArrayRef,
  values: ArrayRef | null,
  indices: ArrayRef,
  dim: number,
): void {
  const [combine] = operation(kind, false);
  const groups = reducedValues(x, [dim]);
  const extrema = groups.map((group) => group.reduce(combine));
  if (values !== null) assign(values, extrema);
  assign(indices, groups.map((group, i) => group.findIndex((v) => v === extrema[i] || Number.isNaN(v))));
}

/** Mean, and sum of squared deviations from the rounded mean over `divisor`. */
export function moments(
  x: ArrayRef,
  mean: ArrayRef,
  squares: ArrayRef,
  dims: readonly number[],
  divisor: number,
): void {
  const groups = reducedValues(x, dims);
  const round = x.dtype === "float32" ? Math.fround : Number;
  const means = groups.map((group) => round(group.reduce((a, b) => a + b, 0) / group.length));
  assign(mean, means);
  assign(squares, groups.map((group, i) => group.reduce((sum, v) => sum + (v - means[i]) ** 2, 0) / divisor));
}

/** log(sum(exp(values))), scaled by the maximum. */
function logSumExp(values: readonly number[]): number {
  const scale = values.reduce(larger, -Infinity);
  if (!Number.isFinite(scale)) return scale;
  return scale + Math.log(values.reduce((sum, v) => sum + Math.exp(v - scale), 0));
}

/** The scan of one line, and for each result the last position of the running extremum. */
function scanLine(kind: Scan, line: readonly number[], isInteger: boolean): [results: number[], at: number[]] {
  const prefixes = line.map((_, i) => line.slice(0, i + 1));
  if (kind === "logsumexp") return [prefixes.map(logSumExp), []];
  const [combine, identity] = operation(kind, isInteger);
  const results = prefixes.map((prefix) => prefix.reduce(combine, identity));
  return [results, prefixes.map((prefix, i) => prefix.findLastIndex((v) => v === results[i] || Number.isNaN(v)))];
}

/** Replaces each line of `outs` along `dim` by what `results` makes of the line of `x`, one list per output. */
function mapLines(
  x: ArrayRef,
  outs: readonly (ArrayRef | null)[],
  dim: number,
  results: (line: number[]) => readonly (readonly number[])[],
): void {
  const storage = elements(x);
  const computed = lines(x, dim).map((line) => results(line.map((position) => storage[position])));
  outs.forEach((out, o) => {
    if (out === null) return;
    const target = elements(out);
    lines(out, dim).forEach((line, l) => line.forEach((position, i) => target[position] = computed[l][o][i]));
  });
}

/** Inclusive scan along `dim`. */
export function scan(kind: Scan, x: ArrayRef, out: ArrayRef, indices: ArrayRef | null, dim: number): void {
  mapLines(x, [out, indices], dim, (line) => scanLine(kind, line, x.dtype === "int32"));
}

/** Ascending order with NaN last and both zeros equal. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Stable sort along `dim`. */
export function sort(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, descending: boolean): void {
  mapLines(x, [values, indices], dim, (line) => {
    const order = line.map((_, i) => i).sort((a, b) => (descending ? -1 : 1) * compare(line[a], line[b]));
    return [order.map((i) => line[i]), order];
  });
}

/** The first of the sorted line, as many as `values` has room for. */
export function topk(x: ArrayRef, values: ArrayRef, indices: ArrayRef, dim: number, largest: boolean): void {
  sort(x, values, indices, dim, largest);
}

/** Reductions, scans and sorts in the reference backend. */
export const reduction: ReductionBackend = { reduce, argReduce, moments, scan, sort, topk };
