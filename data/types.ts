/**
 * Options of loaders. Types only: programs do not load this file.
 *
 * @module
 */
import type { Generator } from "../tensor/generator.ts";

/** Options of {@linkcode DataLoader}. */
export interface DataLoaderOptions {
  /** Samples per batch. Default: 1. */
  batchSize?: number;
  /** Another random order in every epoch. Default: false. */
  shuffle?: boolean;
  /** Leave out a last batch that is not full. Default: false. */
  dropLast?: boolean;
  /** Where the orders are drawn from. Default: the generator that `manualSeed` seeds. */
  generator?: Generator;
}
