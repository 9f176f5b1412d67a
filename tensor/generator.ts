/**
 * Streams of random numbers: a seed and a position in its Philox sequence.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";

/** Words in a Philox block. */
const WORDS_PER_BLOCK = 4;

function checkSeed(op: string, seed: number, what = "a seed"): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ArgumentError(`${op}: expected ${what} that is a non-negative safe integer, got ${seed}`);
  }
}

/** A stream of random numbers of its own. Two generators with one seed give the same numbers. */
export class Generator {
  #seed: number;
  #offset = 0;

  /** Starts a stream; without a seed, one of 2^32 at random. */
  constructor(seed?: number) {
    if (seed !== undefined) checkSeed("Generator", seed);
    this.#seed = seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
  }

  /** Starts again from `seed`. */
  manualSeed(seed: number): this {
    checkSeed("manualSeed", seed);
    this.#seed = seed;
    this.#offset = 0;
    return this;
  }

  /** The seed that the stream started from. */
  initialSeed(): number {
    return this.#seed;
  }

  /** Seed and position, for {@linkcode setState}. */
  getState(): { seed: number; offset: number } {
    return { seed: this.#seed, offset: this.#offset };
  }

  /** Goes back to a position that {@linkcode getState} gave. */
  setState({ seed, offset }: { seed: number; offset: number }): this {
    checkSeed("setState", seed);
    checkSeed("setState", offset, "an offset");
    this.#seed = seed;
    this.#offset = offset;
    return this;
  }

  /** Internal: takes `words` 32-bit words from the stream; the seed and the number of the first block. */
  take(words: number): { seed: number; offset: number } {
    const { seed, offset } = this.getState();
    this.#offset += Math.ceil(words / WORDS_PER_BLOCK);
    return { seed, offset };
  }
}

let shared: Generator | null = null;

/** The generator of calls that name none. Made when it is first needed: some hosts have no entropy before. */
export function defaultGenerator(): Generator {
  return shared ??= new Generator();
}

/**
 * Seeds the default generator: from here on the same calls give the same numbers on every host.
 *
 * ```ts
 * import { manualSeed, randn } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(7);
 * const first = randn([3]);
 * manualSeed(7);
 * assertEquals(randn([3]).toArray(), first.toArray());
 * ```
 */
export function manualSeed(seed: number): Generator {
  return defaultGenerator().manualSeed(seed);
}
