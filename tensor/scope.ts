/**
 * Scopes that know which tensors were created inside them, so that what nobody can reach any more is freed at once.
 *
 * @module
 */
import type { Tensor } from "./tensor.ts";

/**
 * The tensors created since the outermost open scope began, oldest first; null while no scope is open. Inner scopes are
 * marks into the same array, so opening one costs nothing but an integer.
 */
export let created: Tensor[] | null = null;

/** Opens a scope and returns its mark. Every `openScope` must meet its {@linkcode closeScope}. */
export function openScope(): number {
  if (created === null) created = [];
  depth++;
  return created.length;
}

let depth = 0;

/** Closes the innermost scope without disposing anything; its tensors belong to the scope around it. */
export function closeScope(): void {
  if (--depth === 0) created = null;
}

/**
 * Disposes the tensors created since `mark` except those for which `survives` is true; survivors stay in the scope
 * around. The scope stays open.
 */
export function disposeSince(mark: number, survives: (tensor: Tensor) => boolean): void {
  const list = created!;
  let kept = mark;
  for (let i = mark; i < list.length; i++) {
    const tensor = list[i];
    if (survives(tensor)) list[kept++] = tensor;
    else if (!tensor.disposed) tensor.dispose();
  }
  list.length = kept;
}

/** {@linkcode disposeSince}, if a scope is open, except `results` and what boxes among them hold. */
export function disposeTemporaries(mark: number, results: readonly Tensor[]): void {
  if (created !== null) disposeSince(mark, (tensor) => results.some((result) => holds(result, tensor)));
}

/** True if `tensor` is `box` or inside it. */
function holds(box: Tensor | null, tensor: Tensor): boolean {
  return box === tensor ||
    (box !== null && box.level !== null && (holds(box.value, tensor) || holds(box.tangent, tensor)));
}

/** Takes a tensor out of the scopes around it: it outlives them. */
export function forget(tensor: Tensor): void {
  if (created === null) return;
  if (created[created.length - 1] === tensor) {
    created.pop();
    return;
  }
  const index = created.lastIndexOf(tensor);
  if (index >= 0) created.splice(index, 1);
}

/** What is to be freed at the end of each running `tidy`, innermost last: graphs that only functions keep. */
export const endings: (() => void)[][] = [];

/** Keeps scopes from seeing the tensors that `fn` creates: parameters, gradients and optimizer state outlive scopes. */
export function outsideScopes<R>(fn: () => R): R {
  const list = created;
  created = null;
  try {
    return fn();
  } finally {
    created = list;
  }
}
