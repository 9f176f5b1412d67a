/**
 * Numbers about memory. Types only: programs do not load this file.
 *
 * @module
 */

/** Numbers about the heap. */
export interface HeapStatistics {
  /** Bytes of the storages in wasm memory, those excepted that are known to be dead. */
  readonly liveBytes: number;
  /** Number of those storages. */
  readonly storages: number;
  /** Size of the wasm memory. */
  readonly reservedBytes: number;
  /** The part of it that pages occupy. */
  readonly residentBytes: number;
  /** Number of those pages; a large storage has one of its own. */
  readonly pages: number;
  /** Bound of `residentBytes`. */
  readonly budgetBytes: number;
  /** How often a page was moved out of wasm memory. */
  readonly evictions: number;
  /** How often one was brought back. */
  readonly reloads: number;
  /** Pages that the garbage collector found to be dead. */
  readonly finalized: number;
}

/** Storages of one size that occupy wasm memory, as listed by {@linkcode OutOfMemoryError}. */
export interface MemoryHolder {
  /** Bytes of one page or block. */
  readonly byteLength: number;
  /** How many of them there are. */
  readonly count: number;
  /** What they are: small tensors share `page`s, a large tensor has a `block`, a kernel borrows `scratch`. */
  readonly kind: "page" | "block" | "scratch";
}
