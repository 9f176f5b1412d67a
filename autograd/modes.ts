/**
 * Turning recording off and on.
 *
 * @module
 */
import { type GradMode, gradMode, setGradMode, withGradMode } from "../tensor/grad_mode.ts";

/** Restores the previous mode when its block ends: `using _ = noGrad();`. */
export interface ModeGuard {
  /** Restores the previous mode. */
  [Symbol.dispose](): void;
}

function guard(mode: GradMode): ModeGuard {
  const previous = setGradMode(mode);
  return { [Symbol.dispose]: () => void setGradMode(previous) };
}

function scoped<R>(name: string, mode: GradMode, fn: (() => R) | undefined): R | ModeGuard {
  if (fn === undefined) return guard(mode);
  if (typeof fn !== "function") throw new TypeError(`${name}: expected a function or nothing, got ${typeof fn}`);
  return withGradMode(mode, fn);
}

/** Runs `fn` without recording; without `fn`, stops recording until the guard is disposed. */
export function noGrad<R>(fn: () => R): R;
export function noGrad(): ModeGuard;
export function noGrad<R>(fn?: () => R): R | ModeGuard {
  return scoped("noGrad", "disabled", fn);
}

/** Runs `fn` with recording on, also inside {@linkcode noGrad}; without `fn`, until the guard is disposed. */
export function enableGrad<R>(fn: () => R): R;
export function enableGrad(): ModeGuard;
export function enableGrad<R>(fn?: () => R): R | ModeGuard {
  return scoped("enableGrad", "enabled", fn);
}

/** Like {@linkcode noGrad}, and the tensors made inside cannot be used in a recorded computation later. */
export function inferenceMode<R>(fn: () => R): R;
export function inferenceMode(): ModeGuard;
export function inferenceMode<R>(fn?: () => R): R | ModeGuard {
  return scoped("inferenceMode", "inference", fn);
}

/** Switches recording on or off; the guard restores the previous mode. */
export function setGradEnabled(on: boolean): ModeGuard {
  return guard(on ? "enabled" : "disabled");
}

/** True if operations on tensors that require grad are being recorded. */
export function isGradEnabled(): boolean {
  return gradMode === "enabled";
}
