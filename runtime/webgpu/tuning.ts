/**
 * Choices that depend on what an adapter is: one table for all families.
 *
 * A GPU runs the invocations of a workgroup side by side, so they read a row together, neighbour next to neighbour. An
 * adapter that is a program on the CPU (Mesa's llvmpipe, SwiftShader) runs one SIMD vector of them to the next barrier
 * before it begins the next vector: what neighbours read together is fetched again by every vector, and barriers cost.
 * There each invocation takes a stretch of its own.
 *
 * @module
 */

/** What an adapter is. */
export type AdapterKind = "gpu" | "cpu";

/** How an axis is cut into stretches, each of which one invocation takes. */
export interface Stretches {
  /** Fewest elements of a stretch, unless the row is shorter. */
  readonly least: number;
  /** Most elements of a stretch. */
  readonly most: number;
  /** Invocations that are enough; as long as there are more, stretches are longer. */
  readonly enough: number;
}

/** The choices. */
export interface Tuning {
  /** True if a workgroup reads a long row, or a long sum, together; false if every invocation works alone. */
  readonly sharesRows: boolean;
  /** Stretches of folds. */
  readonly fold: Stretches;
  /** Stretches of scans. */
  readonly scan: Stretches;
  /** Stretches of a pass of the radix sort. */
  readonly radixSort: Stretches;
  /** Elements from which on the radix sort is faster than sorting in the memory of workgroups where both could do it. */
  readonly leastRadixSorted: number;
  /** Longest rows that one invocation goes over several times if there are few of them, if there are many, and what many is. */
  readonly wholeRows: { readonly fewAreAtMost: number; readonly manyAreAtMost: number; readonly many: number };
  /** Products in which an operand has few outer indices. */
  readonly skinny: {
    /** Most outer indices that are few. */
    readonly few: number;
    /** Workgroups that are enough; where there are fewer, sums are cut. */
    readonly enoughGroups: number;
  };
  /** Invocations of a workgroup in which each works alone, by how many there are in all. */
  readonly aloneGroupSize: (invocations: number) => number;
}

/** The table. */
export const TUNINGS: Readonly<Record<AdapterKind, Tuning>> = {
  gpu: {
    sharesRows: true,
    fold: { least: 32, most: 256, enough: 32768 },
    scan: { least: 64, most: 4096, enough: 16384 },
    radixSort: { least: 16, most: 256, enough: 65536 },
    leastRadixSorted: Infinity,
    wholeRows: { fewAreAtMost: 2048, manyAreAtMost: 8192, many: 4096 },
    // As many loads under way as the memory of a GPU answers at a time.
    skinny: { few: 4, enoughGroups: 256 },
    aloneGroupSize: () => 64,
  },
  cpu: {
    sharesRows: false,
    // Short stretches end before the CPU has noticed that it could fetch ahead.
    fold: { least: 512, most: 1024, enough: 4096 },
    scan: { least: 512, most: 4096, enough: 4096 },
    radixSort: { least: 16, most: 1024, enough: 4096 },
    leastRadixSorted: 65536,
    wholeRows: { fewAreAtMost: 1024, manyAreAtMost: 8192, many: 64 },
    skinny: { few: 8, enoughGroups: 16 },
    // A workgroup runs on one core, so few invocations come in small ones; beginning one takes about as long as 100 sums.
    aloneGroupSize: (invocations) => invocations < 16384 ? 16 : 64,
  },
};

/** What the adapter of `device` is. */
export function adapterKindOf(device: GPUDevice): AdapterKind {
  return device.adapterInfo.isFallbackAdapter ? "cpu" : "gpu";
}

/**
 * Most turns that the loops of one invocation may take together. llvmpipe ends all loops of an invocation after 65535
 * (Mesa, LP_MAX_TGSI_LOOP_ITERATIONS), without an error; and a GPU that is busy for seconds may be taken for hung.
 */
export const MOST_TURNS = 60_000;
