/**
 * Gathering and scattering on a GPU. Scattered values meet in index order, so every run gives the same bits: either one
 * invocation walks all entries of a line, or the entries are sorted by where they go and one invocation walks each run.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { IndexingBackend, ScatterMode } from "../backend.ts";
import type { DType } from "../dtype.ts";
import type { Gpu } from "./gpu.ts";
import { unreadable } from "./movement.ts";
import { elementType, u32, WORKGROUP_SIZE } from "./program.ts";
import { releaseEntries, sortByKey } from "./radix_sort.ts";
import { MOST_TURNS } from "./tuning.ts";

/** Entries of a line that one invocation walks even where there are few lines. */
const SHORT_WALK = 128;

/** Lines that keep a GPU busy however long they are. */
const MANY_LINES = 8192;

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The first elements of `x` along its axes. */
function cropped({ dtype, strides, offset, storage }: ArrayRef, shape: readonly number[]): ArrayRef {
  return { dtype, shape, strides, offset, numel: product(shape), storage };
}

/** Reads one element of `x`, seen as [outer, size, inner], for each of `out`, seen as [outer, count, inner]. */
function take(gpu: Gpu, kind: "gather" | "select", x: ArrayRef, index: ArrayRef, out: ArrayRef, dim: number): void {
  gpu.run({
    key: kind,
    reads: { x, index },
    writes: { out },
    uniforms: {
      n: u32(out.numel),
      size: u32(x.shape[dim]),
      count: u32(out.shape[dim]),
      inner: u32(product(out.shape.slice(dim + 1))),
    },
    groups: Math.ceil(out.numel / WORKGROUP_SIZE),
    body: () => `
  if (id >= u.n) { return; }
  let column = id % u.inner;
  let row = id / u.inner;
  let entry = u32(index_at(${kind === "gather" ? "id" : "row % u.count"}));
  out[out_index(id)] = x_at((row / u.count * u.size + entry) * u.inner + column);`,
  });
}

/** `a` after `b` arrived, in WGSL. Booleans add as "or" and multiply as "and"; bytes wrap. */
function meeting(mode: ScatterMode, dtype: DType): string {
  const wrap = (sum: string): string => dtype === "uint8" ? `(${sum}) & 255u` : sum;
  switch (mode) {
    case "set":
      return "b";
    case "add":
      return dtype === "bool" ? "a | b" : wrap("a + b");
    case "mul":
      return wrap("a * b");
    case "max":
      return dtype === "float32" ? "select(a, b, b > a || is_nan(b))" : "max(a, b)";
    case "min":
      return dtype === "float32" ? "select(a, b, b < a || is_nan(b))" : "min(a, b)";
  }
}

/** Entries that go to lines of `out`, seen as [outer, size, inner]; `source` is [outer, count, inner]. */
interface Entries {
  readonly out: ArrayRef;
  readonly index: ArrayRef;
  readonly source: ArrayRef;
  readonly mode: ScatterMode;
  readonly size: number;
  readonly count: number;
  readonly inner: number;
  /** True if `index` has the shape of `source`; else it is a vector that all lines share. */
  readonly isPerElement: boolean;
}

function meet({ mode, out }: Entries): string {
  const type = elementType(out.dtype);
  return `fn meet(a: ${type}, b: ${type}) -> ${type} { return ${meeting(mode, out.dtype)}; }`;
}

/** One invocation per line: work in proportion to the entries, in parallel as far as there are lines. */
function walkLines(gpu: Gpu, entries: Entries): void {
  const { out, index, source, mode, size, count, inner, isPerElement } = entries;
  const lines = source.numel / count;
  gpu.run({
    key: `scatter ${mode} ${isPerElement ? "elements" : "slices"}`,
    reads: { index, source },
    writes: { out },
    uniforms: { lines: u32(lines), size: u32(size), count: u32(count), inner: u32(inner) },
    groups: Math.ceil(lines / WORKGROUP_SIZE),
    declarations: () => meet(entries),
    body: () => `
  if (id >= u.lines) { return; }
  let outer = id / u.inner;
  let column = id % u.inner;
  for (var k = 0u; k < u.count; k++) {
    let at = (outer * u.count + k) * u.inner + column;
    let entry = u32(index_at(${isPerElement ? "at" : "k"}));
    let place = out_index((outer * u.size + entry) * u.inner + column);
    out[place] = meet(out[place], source_at(at));
  }`,
  });
}

/** The destination of every element of `source` in `out`, as a vector. */
function destinations(gpu: Gpu, { index, source, size, count, inner }: Entries): ArrayRef {
  const keys = gpu.scratch([source.numel], "int32");
  gpu.run({
    key: "scatter keys",
    reads: { index },
    writes: { keys },
    uniforms: { n: u32(source.numel), size: u32(size), line: u32(count * inner), inner: u32(inner) },
    groups: Math.ceil(source.numel / WORKGROUP_SIZE),
    body: () => `
  if (id >= u.n) { return; }
  keys[keys_index(id)] = i32(id / u.line * u.size * u.inner + u32(index_at(id)) * u.inner + id % u.inner);`,
  });
  return keys;
}

/**
 * One invocation per run of entries with one destination, and per line. Where values meet, a dispatch does not look at
 * more entries than an invocation may walk: the next one goes on where a run was cut.
 */
function walkRuns(gpu: Gpu, entries: Entries): void {
  const { out, index, source, mode, size, count, inner, isPerElement } = entries;
  const own = isPerElement ? destinations(gpu, entries) : null;
  const sorted = sortByKey(gpu, own ?? index, isPerElement ? out.numel : size);
  own?.storage.release();
  const n = sorted.keys.numel;
  // Destinations of single elements are positions in `out`: one line of all.
  const span = isPerElement ? { size: out.numel, count: n, inner: 1 } : { size, count, inner };
  const part = mode === "set" ? n : Math.min(n, MOST_TURNS);
  for (let first = 0; first < n; first += part) {
    const end = Math.min(first + part, n);
    const invocations = source.numel / n * (end - first);
    gpu.run({
      key: `scatter ${mode} runs`,
      reads: { keys: sorted.keys, positions: sorted.positions, source },
      writes: { out },
      uniforms: {
        n: u32(invocations),
        first: u32(first),
        end: u32(end),
        size: u32(span.size),
        count: u32(span.count),
        inner: u32(span.inner),
      },
      groups: Math.ceil(invocations / WORKGROUP_SIZE),
      declarations: () => meet(entries),
      body: () => `
  if (id >= u.n) { return; }
  let column = id % u.inner;
  let entry = u.first + id / u.inner % (u.end - u.first);
  let outer = id / u.inner / (u.end - u.first);
  let key = keys_at(entry);
  let place = out_index((outer * u.size + u32(key)) * u.inner + column);
${
        mode === "set"
          ? `
  if (entry + 1u < u.end && keys_at(entry + 1u) == key) { return; }
  out[place] = source_at((outer * u.count + u32(positions_at(entry))) * u.inner + column);`
          : `
  if (entry > u.first && keys_at(entry - 1u) == key) { return; }
  var value = out[place];
  for (var k = entry; k < u.end && keys_at(k) == key; k++) {
    value = meet(value, source_at((outer * u.count + u32(positions_at(k))) * u.inner + column));
  }
  out[place] = value;`
      }`,
    });
  }
  releaseEntries(sorted);
}

function place(gpu: Gpu, entries: Entries): void {
  const { source, count } = entries;
  if (source.numel === 0) return;
  if (count <= SHORT_WALK || (source.numel / count >= MANY_LINES && count <= MOST_TURNS)) walkLines(gpu, entries);
  else walkRuns(gpu, entries);
}

/** Gathering and scattering on a GPU. */
export function indexingFamily(gpu: Gpu): IndexingBackend {
  return {
    countNonzero: (x, reader) => {
      throw unreadable(reader, x);
    },
    nonzero: (x) => {
      throw unreadable("nonzero", x);
    },
    indexRange: (index, guard) => {
      if (guard !== null) gpu.guardRange(index, guard);
      return null;
    },
    gather: (x, index, out, dim) =>
      take(gpu, "gather", cropped(x, index.shape.with(dim, x.shape[dim])), index, out, dim),
    indexSelect: (x, index, out, dim) => take(gpu, "select", x, index, out, dim),
    scatter: (out, index, source, dim, mode) =>
      place(gpu, {
        out: cropped(out, index.shape.with(dim, out.shape[dim])),
        index,
        source: cropped(source, index.shape),
        mode,
        size: out.shape[dim],
        count: index.shape[dim],
        inner: product(index.shape.slice(dim + 1)),
        isPerElement: true,
      }),
    indexReduce: (out, index, source, dim, mode) =>
      place(gpu, {
        out,
        index,
        source,
        mode,
        size: out.shape[dim],
        count: index.numel,
        inner: product(out.shape.slice(dim + 1)),
        isPerElement: false,
      }),
  };
}
