/**
 * Whether ops are being recorded.
 *
 * @module
 */
import type { RunningTape } from "./hook_types.ts";

/** What the innermost tape does with the ops it sees. */
export type GradMode = "enabled" | "disabled" | "inference";

/** The current mode; read on every op, so a plain live binding. */
export let gradMode: GradMode = "enabled";

/** Sets the mode and returns the previous one. */
export function setGradMode(mode: GradMode): GradMode {
  const previous = gradMode;
  gradMode = mode;
  return previous;
}

/** The innermost tape whose function is running, which `gradMode` is about; null for the base tape. */
export let runningTape: RunningTape | null = null;

/** Sets the running tape and returns the previous one. */
export function setRunningTape(tape: RunningTape | null): RunningTape | null {
  const previous = runningTape;
  runningTape = tape;
  return previous;
}

/** Runs `fn` in the mode that levels up to `id` see (0: the base tape): what is set inside a transform concerns its own tape. */
export function seenUpTo<R>(id: number, fn: () => R): R {
  const mode = gradMode;
  const tape = runningTape;
  while (runningTape !== null && runningTape.id > id) {
    gradMode = runningTape.outerMode;
    runningTape = runningTape.outer;
  }
  try {
    return fn();
  } finally {
    gradMode = mode;
    runningTape = tape;
  }
}

/** Runs `fn` in a mode and restores the previous one, also after a throw. */
export function withGradMode<R>(mode: GradMode, fn: () => R): R {
  const previous = setGradMode(mode);
  try {
    return fn();
  } finally {
    gradMode = previous;
  }
}
