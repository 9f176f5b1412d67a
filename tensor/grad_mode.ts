/**
 * Whether ops are being recorded.
 *
 * @module
 */

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

/** Runs `fn` in a mode and restores the previous one, also after a throw. */
export function withGradMode<R>(mode: GradMode, fn: () => R): R {
  const previous = setGradMode(mode);
  try {
    return fn();
  } finally {
    gradMode = previous;
  }
}
