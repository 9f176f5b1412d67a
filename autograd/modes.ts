/**
 * Turning recording off and on.
 *
 * @module
 */
import { checkFunction } from "../tensor/arguments.ts";
import { type GradMode, gradMode, setGradMode, withGradMode } from "../tensor/grad_mode.ts";
import { refusePromise } from "../tensor/tidy.ts";

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
  checkFunction(name, fn);
  return refusePromise(name, withGradMode(mode, fn));
}

/**
 * Runs `fn` without recording and returns what it returns.
 *
 * ```ts
 * import { noGrad, tensor } from "@dualtape/dualtape";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const x = tensor([1, 2], { requiresGrad: true });
 * assertFalse(noGrad(() => x.mul(2)).requiresGrad);
 * {
 *   using _ = noGrad();
 *   assertFalse(x.exp().requiresGrad);
 * }
 * assert(x.exp().requiresGrad);
 * ```
 */
export function noGrad<R>(fn: () => R): R;
/** Stops recording until the guard is disposed. */
export function noGrad(): ModeGuard;
export function noGrad<R>(fn?: () => R): R | ModeGuard {
  return scoped("noGrad", "disabled", fn);
}

/**
 * Runs `fn` with recording on, also inside {@linkcode noGrad}.
 *
 * ```ts
 * import { enableGrad, noGrad, tensor } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([1, 2], { requiresGrad: true });
 * noGrad(() => assert(enableGrad(() => x.mul(2)).requiresGrad));
 * ```
 */
export function enableGrad<R>(fn: () => R): R;
/** Records until the guard is disposed. */
export function enableGrad(): ModeGuard;
export function enableGrad<R>(fn?: () => R): R | ModeGuard {
  return scoped("enableGrad", "enabled", fn);
}

/**
 * Like {@linkcode noGrad}, and the tensors made inside cannot be used in a recorded computation later.
 *
 * ```ts
 * import { GradError, inferenceMode, tensor } from "@dualtape/dualtape";
 * import { assertThrows } from "@std/assert";
 *
 * const y = inferenceMode(() => tensor([1, 2]).mul(2));
 * assertThrows(() => y.requiresGrad_(), GradError);
 * ```
 */
export function inferenceMode<R>(fn: () => R): R;
/** Inference mode until the guard is disposed. */
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
