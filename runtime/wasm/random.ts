/**
 * Random numbers on the kernels of assembly/random.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { RandomBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, KERNEL_PREFIX } from "../dtype.ts";
import { threads } from "../threads.ts";
import { address, scratch } from "./address.ts";
import { runRanges } from "./split.ts";

/** Bytes that a kernel needs for random words: WORDS_PER_CHUNK of assembly/random.ts. */
const WORDS_BYTES = 4096;

/** Words in a Philox block. */
const WORDS_PER_BLOCK = 4;

/** Elements after which a share may begin: whole chunks of words for every distribution. */
const SHARE_MULTIPLE = 1024;

/** Cost of a random element in plain elementwise operations, for cutting the work into shares. */
const COST = 4;

const KERNEL_NAMES = {
  uniform: "uniform",
  normal: "normal",
  integer: "random_integer",
  bernoulli: "bernoulli",
} as const;

/** Upper 32 bits of a safe non-negative integer. */
function upperHalf(value: number): number {
  return Math.floor(value / 2 ** 32);
}

/**
 * See {@linkcode RandomBackend.random}. `offset` counts blocks of four words. Elements take, in order, one word each for
 * bernoulli and for float32 uniform and normal, and two words for the rest, so a fill uses `ceil(numel * words / 4)`
 * blocks. The range of integers, `b - a`, is 1 to 2^32. Every build gives the same bits, except for the last ones of normal.
 */
export function fillRandom(
  kind: "uniform" | "normal" | "integer" | "bernoulli",
  out: ArrayRef,
  seed: number,
  offset: number,
  a: number,
  b: number,
): void {
  const bytes = BYTES_PER_ELEMENT[out.dtype];
  const wordsPerElement = kind === "bernoulli" || (kind !== "integer" && out.dtype === "float32") ? 1 : 2;
  const parameters = kind === "bernoulli" ? [a] : kind === "integer" ? [a, b - a] : [a, b];
  const outAddress = address(out);
  const words = scratch(threads() * WORDS_BYTES);
  runRanges(
    `${KERNEL_PREFIX[out.dtype]}_${KERNEL_NAMES[kind]}`,
    out.numel,
    COST,
    (begin, end, share) => {
      const block = offset + begin * wordsPerElement / WORDS_PER_BLOCK;
      return [
        outAddress + begin * bytes,
        end - begin,
        // A kernel takes the lower 32 bits of a number.
        seed,
        upperHalf(seed),
        block,
        upperHalf(block),
        ...parameters,
        words.address + share * WORDS_BYTES,
      ];
    },
    SHARE_MULTIPLE,
  );
  words.release();
}

/** Random numbers of the wasm backend. */
export const random: RandomBackend = { random: fillRandom };
