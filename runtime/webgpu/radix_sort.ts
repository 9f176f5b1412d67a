/**
 * Stable sorting by integer keys on a GPU: least significant digit first (Knuth 5.2.5), each digit by counting. Takes as
 * many passes as the keys have digits, whatever the number of entries.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { pieceOf } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { u32, WORKGROUP_SIZE } from "./program.ts";

/** Bits of a digit. */
const DIGIT_BITS = 4;

/** Values of a digit. */
const RADIX = 2 ** DIGIT_BITS;

/** Entries of each row in ascending order of their keys, those of one key in their original order. */
export interface SortedEntries {
  readonly keys: ArrayRef;
  /** int32: where in its row each entry stood. */
  readonly positions: ArrayRef;
}

/** Gives the memory of sorted entries back. */
export function releaseEntries({ keys, positions }: SortedEntries): void {
  keys.storage.release();
  positions.storage.release();
}

/** One pass: moves entries, `from` null standing for those of `source` as they are, by the digit at bit `shift`. */
function sortDigit(gpu: Gpu, source: ArrayRef, from: SortedEntries | null, shift: number): SortedEntries {
  const length = source.shape.at(-1)!;
  const count = source.numel / length;
  // Each invocation counts and moves neighbouring entries, in order.
  const chunk = pieceOf({ count, length }, gpu.tuning.radixSort);
  const chunks = Math.ceil(length / chunk);
  const uniforms = {
    invocations: u32(count * chunks),
    length: u32(length),
    chunk: u32(chunk),
    chunks: u32(chunks),
    shift: u32(shift),
  };
  const groups = Math.ceil(count * chunks / WORKGROUP_SIZE);
  const keys = from === null ? source : from.keys;
  const digit = `(u32(keys_at(i)) >> u.shift) & ${RADIX - 1}u`;
  const prologue = `
  if (id >= u.invocations) { return; }
  let row = id / u.chunks;
  let chunk = id % u.chunks;
  let bins = row * ${RADIX}u * u.chunks;
  let first = row * u.length + chunk * u.chunk;
  let end = min(first + u.chunk, (row + 1u) * u.length);`;
  const counts = gpu.scratch([count, RADIX * chunks], "int32");
  gpu.run({
    key: "radix sort count",
    reads: { keys },
    writes: { counts },
    uniforms,
    groups,
    body: () =>
      `${prologue}
  var count: array<i32, ${RADIX}>;
  for (var i = first; i < end; i++) { count[${digit}]++; }
  for (var d = 0u; d < ${RADIX}u; d++) { counts[counts_index(bins + d * u.chunks + chunk)] = count[d]; }`,
  });
  const ends = gpu.scratch([count, RADIX * chunks], "int32");
  gpu.backend.scan("sum", counts, ends, null, 1);
  counts.storage.release();
  const to = { keys: gpu.scratch(source.shape, source.dtype), positions: gpu.scratch(source.shape, "int32") };
  gpu.run({
    key: `radix sort move ${from === null ? "first" : "later"}`,
    reads: from === null ? { keys, ends } : { keys, ends, positions: from.positions },
    writes: { sorted: to.keys, places: to.positions },
    uniforms,
    groups,
    body: () =>
      `${prologue}
  var next: array<i32, ${RADIX}>;
  for (var d = 0u; d < ${RADIX}u; d++) {
    let bin = d * u.chunks + chunk;
    if (bin > 0u) { next[d] = ends_at(bins + bin - 1u); }
  }
  for (var i = first; i < end; i++) {
    let digit = ${digit};
    let place = row * u.length + u32(next[digit]);
    next[digit]++;
    sorted[sorted_index(place)] = keys_at(i);
    places[places_index(place)] = ${from === null ? "i32(i - row * u.length)" : "positions_at(i)"};
  }`,
  });
  ends.storage.release();
  return to;
}

/** Sorts each row of `keys`, which has elements: numbers in [0, bound) with `bound` at most 2^32. */
export function sortByKey(gpu: Gpu, keys: ArrayRef, bound: number): SortedEntries {
  let entries: SortedEntries | null = null;
  let shift = 0;
  do {
    const moved: SortedEntries = sortDigit(gpu, keys, entries, shift);
    if (entries !== null) releaseEntries(entries);
    entries = moved;
    shift += DIGIT_BITS;
  } while (2 ** shift < bound);
  return entries;
}
