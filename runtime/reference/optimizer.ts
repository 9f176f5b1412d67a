/**
 * Optimizer steps from the formulas of torch.optim (PyTorch 1.13), one element at a time in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { OptimizerBackend } from "../backend.ts";
import { contiguous } from "./contiguous.ts";

/** See {@linkcode OptimizerBackend.sgd}. */
export function sgd(
  p: ArrayRef,
  g: ArrayRef,
  buffer: ArrayRef | null,
  options: Parameters<OptimizerBackend["sgd"]>[3],
): void {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = options;
  const parameters = contiguous(p);
  const gradients = contiguous(g);
  const buffers = buffer === null ? null : contiguous(buffer);
  for (let i = 0; i < p.numel; i++) {
    let d = (maximize ? -gradients[i] : gradients[i]) + weightDecay * parameters[i];
    if (buffers !== null) {
      const b = first ? d : momentum * buffers[i] + (1 - dampening) * d;
      buffers[i] = b;
      d = nesterov ? d + momentum * b : b;
    }
    parameters[i] -= lr * d;
  }
}

/** See {@linkcode OptimizerBackend.adam}. */
export function adam(
  p: ArrayRef,
  g: ArrayRef,
  average: ArrayRef,
  squares: ArrayRef,
  maxSquares: ArrayRef | null,
  options: Parameters<OptimizerBackend["adam"]>[5],
): void {
  const { lr, beta1, beta2, eps, weightDecay, decoupled, maximize, step } = options;
  const parameters = contiguous(p);
  const gradients = contiguous(g);
  const averages = contiguous(average);
  const secondMoments = contiguous(squares);
  const largest = maxSquares === null ? null : contiguous(maxSquares);
  for (let i = 0; i < p.numel; i++) {
    const d = (maximize ? -gradients[i] : gradients[i]) + (decoupled ? 0 : weightDecay * parameters[i]);
    const decayed = decoupled ? parameters[i] - lr * weightDecay * parameters[i] : parameters[i];
    const m = beta1 * averages[i] + (1 - beta1) * d;
    let v = beta2 * secondMoments[i] + (1 - beta2) * d * d;
    averages[i] = m;
    secondMoments[i] = v;
    if (largest !== null) {
      v = Math.max(largest[i], v);
      largest[i] = v;
    }
    const unbiased = m / (1 - Math.pow(beta1, step));
    const root = Math.sqrt(v / (1 - Math.pow(beta2, step)));
    parameters[i] = decayed - lr * unbiased / (root + eps);
  }
}

/** Optimizer steps by definition. */
export const optimizer: OptimizerBackend = { sgd, adam };
