/**
 * Levels: how transforms nest. A value boxed by a level is handled by that level before anything older sees it.
 *
 * @module
 */
import type { Op, Outputs } from "./op.ts";
import { created } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

let count = 0;

/** Number of levels whose functions are running. */
export let running = 0;

/** Sets `running` and returns what it was. */
export function setRunning(levels: number): number {
  const previous = running;
  running = levels;
  return previous;
}

/** Runs `fn` and ends `level` afterwards, so that boxes that escape are errors. */
export function within<R>(level: Level, fn: () => R): R {
  running++;
  try {
    return fn();
  } finally {
    running--;
    level.alive = false;
  }
}

/**
 * One use of a transform: a reverse-mode tape, a forward-mode level or a batch level. Levels are told apart by identity
 * and age, never by depth or type, so perturbations cannot be confused.
 */
export abstract class Level {
  /** Grows with every level made: the newest live level among the inputs of an op handles it. */
  readonly id: number = ++count;
  /** The mark in `created` behind which lies what the transform makes. */
  readonly mark: number = created?.length ?? 0;
  /** False once the transform has returned; its boxes are errors from then on. */
  alive = true;
  /** Name of the transform, for errors: "grad", "jvp", "vmap". */
  abstract readonly transform: string;

  /** Handles an op of which at least one input is boxed here. */
  abstract process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs;

  /** Writes `result` into `target` in place, where either may be boxed here. */
  abstract write(target: Tensor, result: Tensor): void;

  /**
   * True if a box of the ended level stands for the value inside instead of being an error: PyTorch's rule for the dual
   * tensors of `forwardAD`.
   */
  readonly unwraps: boolean = false;

  /** Name of the reason why the elements of a box cannot be read as numbers, or null where they can. */
  abstract readonly unreadable: string | null;
}
