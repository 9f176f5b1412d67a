/**
 * Stable sorting of indices on a GPU: least significant digit first (Knuth 5.2.5), each digit by counting. Takes as many
 * passes as the range of the indices has digits, whatever their number.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Gpu } from "./gpu.ts";
import { u32, WORKGROUP_SIZE } from "./program.ts";

/** Bits of a digit. */
const DIGIT_BITS = 4;

/** Values of a digit. */
const RADIX = 2 ** DIGIT_BITS;

/** Consecutive entries that one invocation counts and moves, in order: as many as it has counters. */
const CHUNK = RADIX;

/** Entries in ascending order of their keys, those of one key in their original order. Release both storages. */
export interface SortedEntries {
  readonly keys: ArrayRef;
  /** Where each entry stood. */
  readonly positions: ArrayRef;
}

function release({ keys, positions }: SortedEntries): void {
  keys.storage.release();
  positions.storage.release();
}

/** One pass: moves entries, `from` null standing for those of `index` as they are, by the digit at bit `shift`. */
function sortDigit(gpu: Gpu, index: ArrayRef, from: SortedEntries | null, shift: number): SortedEntries {
  const n = index.numel;
  const chunks = Math.ceil(n / CHUNK);
  const uniforms = { n: u32(n), chunks: u32(chunks), shift: u32(shift) };
  const groups = Math.ceil(chunks / WORKGROUP_SIZE);
  const keys = from === null ? index : from.keys;
  const digit = `(u32(keys_at(i)) >> u.shift) & ${RADIX - 1}u`;
  const counts = gpu.scratch([RADIX * chunks], "int32");
  gpu.run({
    key: "sort count",
    reads: { keys },
    writes: { counts },
    uniforms,
    groups,
    body: () => `
  if (id >= u.chunks) { return; }
  var count: array<i32, ${RADIX}>;
  for (var i = id * ${CHUNK}u; i < min(u.n, (id + 1u) * ${CHUNK}u); i++) { count[${digit}]++; }
  for (var d = 0u; d < ${RADIX}u; d++) { counts[counts_index(d * u.chunks + id)] = count[d]; }`,
  });
  const ends = gpu.scratch([RADIX * chunks], "int32");
  gpu.backend.scan("sum", counts, ends, null, 0);
  counts.storage.release();
  const to = { keys: gpu.scratch([n], "int32"), positions: gpu.scratch([n], "int32") };
  gpu.run({
    key: `sort move ${from === null ? "first" : "later"}`,
    reads: from === null ? { keys, ends } : { keys, ends, positions: from.positions },
    writes: { sorted: to.keys, places: to.positions },
    uniforms,
    groups,
    body: () => `
  if (id >= u.chunks) { return; }
  var next: array<i32, ${RADIX}>;
  for (var d = 0u; d < ${RADIX}u; d++) {
    let bin = d * u.chunks + id;
    if (bin > 0u) { next[d] = ends_at(bin - 1u); }
  }
  for (var i = id * ${CHUNK}u; i < min(u.n, (id + 1u) * ${CHUNK}u); i++) {
    let digit = ${digit};
    let place = u32(next[digit]);
    next[digit]++;
    sorted[sorted_index(place)] = keys_at(i);
    places[places_index(place)] = ${from === null ? "i32(i)" : "positions_at(i)"};
  }`,
  });
  ends.storage.release();
  return to;
}

/** Sorts a vector of int32 in [0, bound), which has elements. */
export function sortByKey(gpu: Gpu, index: ArrayRef, bound: number): SortedEntries {
  let entries: SortedEntries | null = null;
  let shift = 0;
  do {
    const moved: SortedEntries = sortDigit(gpu, index, entries, shift);
    if (entries !== null) release(entries);
    entries = moved;
    shift += DIGIT_BITS;
  } while (2 ** shift < bound);
  return entries;
}
