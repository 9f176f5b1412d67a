/**
 * Entering and leaving levels, for the transforms.
 *
 * @module
 */
import type { TapeLevel } from "../autograd/tape.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import type { Level } from "../tensor/level.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { closeScope, created, disposeSince, openScope } from "../tensor/scope.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Runs `fn` and ends `level` afterwards, so that boxes that escape are errors. */
export function within<R>(level: Level, fn: () => R): R {
  try {
    return fn();
  } finally {
    level.alive = false;
  }
}

/**
 * {@linkcode within}, and gives back at once the memory of what only boxes of the level could reach: their values and
 * tangents. Tensors in the result of `fn` stay, and so does what a graph has saved.
 */
export function freeingWithin<R>(level: Level, fn: () => R): R {
  const mark = openScope();
  let result: R | undefined;
  try {
    result = within(level, fn);
    return result;
  } finally {
    disposeBoxes(level, mark, leavesOf(result));
    closeScope();
  }
}

/** Mark in `Tensor.uses`, which has no meaning outside backward passes, of a tensor that is to be disposed. */
const UNREACHABLE = -2;
/** Its value where nothing is marked. */
const UNMARKED = -1;

function markUnreachable(tensor: Tensor, marked: Tensor[]): void {
  if (tensor.uses !== UNMARKED) return;
  tensor.uses = UNREACHABLE;
  marked.push(tensor);
}

function disposeBoxes(level: Level, mark: number, survivors: readonly Tensor[]): void {
  const marked: Tensor[] = [];
  for (let i = mark; i < created!.length; i++) {
    const box = created![i];
    if (box.level !== level) continue;
    markUnreachable(box, marked);
    markUnreachable(box.value!, marked);
    if (box.tangent !== null) markUnreachable(box.tangent, marked);
  }
  for (const tensor of survivors) if (tensor.uses === UNREACHABLE) tensor.uses = UNMARKED;
  disposeSince(mark, (tensor) => tensor.uses !== UNREACHABLE);
  for (const tensor of marked) tensor.uses = UNMARKED;
}

/** {@linkcode freeingWithin} a tape, with recording on whatever the mode around the transform. */
export function recordingWithin<R>(level: TapeLevel, fn: () => R): R {
  return withGradMode("enabled", () => freeingWithin(level, fn));
}

/** The tensors of an output tree; an error if there is none. */
export function outputTensors(op: string, output: unknown): Tensor[] {
  const tensors = leavesOf(output);
  if (tensors.length === 0) {
    throw new ArgumentError(`${op}: expected a function that returns tensors, got ${String(output)}`);
  }
  return tensors;
}

/** Normalises argument numbers; negative ones count from the end. */
export function normalizeArgnums(op: string, argnums: number | readonly number[], count: number): number[] {
  const list = typeof argnums === "number" ? [argnums] : [...argnums];
  return list.map((n) => {
    const index = n < 0 ? n + count : n;
    if (!Number.isInteger(n) || index < 0 || index >= count) {
      throw new ArgumentError(`${op}: expected argnums in [${-count}, ${count - 1}] for ${count} arguments, got ${n}`);
    }
    return index;
  });
}

/** `f` as a function of the arguments with the given numbers; the others stay as they are in `args`. */
export function replaceArguments(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  numbers: readonly number[],
): (...inner: unknown[]) => unknown {
  return (...inner) => {
    const full = [...args];
    numbers.forEach((n, i) => full[n] = inner[i]);
    // Transforms do not constrain the parameter types of the functions they take.
    return (f as (...args: readonly unknown[]) => unknown)(...full);
  };
}
