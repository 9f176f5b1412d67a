/**
 * Freeing what a block of code left behind, at its end.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";
import { closeScope, disposeSince, endings, openScope } from "./scope.ts";
import { Tensor } from "./tensor.ts";
import { isPlainObject, leavesOf } from "./tree.ts";

/**
 * Runs `fn` and disposes the tensors made inside, except those in its result. Never needed; it makes tight loops faster
 * by keeping them in warm memory. Gradients of leaves, optimizer state and the residuals of graphs survive; those of the
 * functions that `func.vjp` and `func.linearize` give survive if the result may contain them.
 *
 * ```ts
 * import { memory, ones, tidy } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const before = memory().storages;
 * const total = tidy(() => ones([4]).add(1).sum());
 * assertEquals(total.item(), 8);
 * assertEquals(memory().storages, before + 1);
 * ```
 *
 * @param fn A synchronous function; a promise would be settled after its tensors are gone.
 */
export function tidy<R>(fn: () => R): R {
  const mark = openScope();
  const ends: (() => void)[] = [];
  endings.push(ends);
  try {
    const result = fn();
    refusePromise("tidy", result);
    const survivors = new Set<Tensor>(leavesOf(result));
    disposeSince(mark, (tensor) => survivors.has(tensor));
    if (mayHoldFunction(result)) endings[endings.length - 2]?.push(...ends);
    else for (const end of ends) end();
    return result;
  } catch (error) {
    disposeSince(mark, () => false);
    for (const end of ends) end();
    throw error;
  } finally {
    endings.pop();
    closeScope();
  }
}

/** Throws for the promise of an asynchronous function, which goes on after what it was to run inside has ended. */
export function refusePromise<R>(op: string, result: R): R {
  if (result instanceof Promise) {
    throw new ArgumentError(
      `${op}: expected a synchronous function, got one that returns a promise; await outside of it`,
    );
  }
  return result;
}

function mayHoldFunction(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mayHoldFunction);
  if (isPlainObject(value)) return Object.values(value).some(mayHoldFunction);
  return value instanceof Object && !(value instanceof Tensor);
}
