/**
 * Anomaly detection: finding the op whose derivative gave NaN.
 *
 * @module
 */
import { refusePromise } from "../tensor/tidy.ts";
import { setNaNChecks } from "./backward.ts";
import type { ModeGuard } from "./modes.ts";
import { setCallSites } from "./tape.ts";

/**
 * Runs `fn` and makes a NaN in a backward pass inside it an error that names the forward op and, if that ran inside too,
 * where it was called. Slow: every gradient is read.
 *
 * ```ts
 * import { autograd, GradError, tensor } from "@dualtape/dualtape";
 * import { assertThrows } from "@std/assert";
 *
 * const x = tensor([0, 1], { requiresGrad: true });
 * assertThrows(() => autograd.detectAnomaly(() => x.sqrt().mul(0).sum().backward()), GradError, "SqrtBackward0");
 * ```
 *
 * @throws GradError at the first NaN.
 */
export function detectAnomaly<R>(fn: () => R): R;
/** Detects anomalies until the guard is disposed. */
export function detectAnomaly(): ModeGuard;
export function detectAnomaly<R>(fn?: () => R): R | ModeGuard {
  const checks = setNaNChecks(true);
  const sites = setCallSites(true);
  const guard: ModeGuard = {
    [Symbol.dispose]() {
      setNaNChecks(checks);
      setCallSites(sites);
    },
  };
  if (fn === undefined) return guard;
  using _ = guard;
  return refusePromise("detectAnomaly", fn());
}
