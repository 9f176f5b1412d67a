/**
 * Freeing the temporaries of a composed function as soon as it returns.
 *
 * @module
 */
import { closeScope, disposeSince, openScope } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Runs `fn` and disposes the tensors it made, except its result. What the tape or a level still needs of them is held
 * there, so only memory that nobody can read any more is freed.
 *
 * @param fn Returns one tensor and keeps no other that it made.
 */
export function scoped(fn: () => Tensor): Tensor {
  const mark = openScope();
  let result: Tensor | null = null;
  try {
    result = fn();
    return result;
  } finally {
    disposeSince(mark, (tensor) => tensor === result);
    closeScope();
  }
}
