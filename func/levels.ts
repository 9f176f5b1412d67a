/**
 * Entering and leaving levels, for the transforms.
 *
 * @module
 */
import type { TapeLevel } from "../autograd/tape.ts";
import { setRunningTape, withGradMode } from "../tensor/grad_mode.ts";
import { type Level, within } from "../tensor/level.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { closeScope, created, disposeSince, openScope } from "../tensor/scope.ts";
import { leavesOf } from "../tensor/tree.ts";
import { resurrect, type Tensor } from "../tensor/tensor.ts";

/**
 * {@linkcode within}, and gives back at once the memory of what only boxes of the level could reach: their values and
 * tangents. Tensors in the result of `fn` stay, and so does what a graph has saved.
 *
 * @param owned Is given those tensors of the result that nobody but the caller knows.
 */
export function freeingWithin<R>(level: Level, fn: () => R, owned: Tensor[] = []): R {
  const mark = openScope();
  let result: R | undefined;
  try {
    result = within(level, fn);
    return result;
  } finally {
    disposeBoxes(level, mark, leavesOf(result), owned);
    closeScope();
  }
}

// Marks in `Tensor.uses`, which has no meaning outside backward passes. SPARED is a result that only boxes reached.
const [UNMARKED, UNREACHABLE, SURVIVES, SPARED] = [-1, -2, -3, -4];

function markUnreachable(tensor: Tensor | null, marked: Tensor[]): void {
  if (tensor === null) return;
  if (tensor.uses === UNMARKED) {
    tensor.uses = UNREACHABLE;
    marked.push(tensor);
  } else if (tensor.uses === SURVIVES) tensor.uses = SPARED;
}

function disposeBoxes(level: Level, mark: number, survivors: readonly Tensor[], owned: Tensor[]): void {
  for (const tensor of survivors) if (tensor.uses === UNMARKED) tensor.uses = SURVIVES;
  const marked: Tensor[] = [];
  for (let i = mark; i < created!.length; i++) {
    const tensor = created![i];
    // Nor does anybody know the operands that were made from bare numbers.
    if (tensor.level === level || tensor.isWrappedNumber) markUnreachable(tensor, marked);
  }
  // A box of an older level inside takes along what it holds; other boxes that hold it keep it.
  for (const { value, tangent } of marked) {
    markUnreachable(value, marked);
    markUnreachable(tangent, marked);
  }
  disposeSince(mark, (tensor) => {
    if (tensor.uses === SPARED) owned.push(tensor);
    return tensor.uses !== UNREACHABLE;
  });
  for (const tensor of [...marked, ...survivors]) if (tensor.uses < UNMARKED) tensor.uses = UNMARKED;
}

/** The inside of a box, for the result of a transform; a handle made for it goes to `owned`. */
export function open(inside: Tensor, owned: Tensor[]): Tensor {
  const usable = resurrect(inside);
  if (usable !== inside) owned.push(usable);
  return usable;
}

/** Disposes what a transform owns, except what is part of `kept`. */
export function disposeOwned(owned: readonly Tensor[], kept: unknown): void {
  if (owned.length === 0) return;
  const survivors = leavesOf(kept);
  for (const tensor of owned) if (!survivors.includes(tensor)) tensor.dispose();
}

/** {@linkcode freeingWithin} a tape, with recording on whatever the mode around the transform. */
export function recordingWithin<R>(level: TapeLevel, owned: Tensor[], fn: () => R): R {
  return withGradMode("enabled", () => {
    const outer = setRunningTape(level);
    try {
      return freeingWithin(level, fn, owned);
    } catch (error) {
      level.free();
      throw error;
    } finally {
      setRunningTape(outer);
    }
  });
}

/** The tensors of an output tree; an error if there is none. */
export function outputTensors(op: string, output: unknown): Tensor[] {
  const tensors = leavesOf(output);
  if (tensors.length === 0) {
    throw new ArgumentError(`${op}: expected a function that returns tensors, got ${String(output)}`);
  }
  return tensors;
}

/** What a function with an auxiliary output returned, checked. */
export function withAux(op: string, result: unknown): [output: unknown, aux: unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new ArgumentError(`${op}: expected a function that returns [output, aux] with hasAux, got ${typeof result}`);
}

/** Normalises argument numbers; negative ones count from the end. */
export function normalizeArgnums(op: string, argnums: number | readonly number[], count: number): number[] {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  const numbers = list.map((n) => {
    const index = n < 0 ? n + count : n;
    if (!Number.isInteger(n) || index < 0 || index >= count) {
      throw new ArgumentError(`${op}: expected argnums in [${-count}, ${count - 1}] for ${count} arguments, got ${n}`);
    }
    return index;
  });
  if (numbers.length === 0 || new Set(numbers).size < numbers.length) {
    throw new ArgumentError(`${op}: expected argnums of different arguments, at least one, got [${list.join(", ")}]`);
  }
  return numbers;
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
