/**
 * Fused optimizer steps on the kernels of assembly/optimizer.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { OptimizerBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, KERNEL_PREFIX } from "../dtype.ts";
import { address } from "./address.ts";
import { runRanges } from "./split.ts";

/** Elements in a cache line of the smallest float: ranges that begin at a multiple never share a line. */
const LINE = 16;

/** Runs `name` over the elements of `operands`, null ones being passed as address 0, followed by `scalars`. */
function step(name: string, operands: readonly (ArrayRef | null)[], p: ArrayRef, scalars: readonly number[]): void {
  const bytes = BYTES_PER_ELEMENT[p.dtype];
  const addresses = operands.map((operand) => operand === null ? null : address(operand));
  runRanges(
    `${KERNEL_PREFIX[p.dtype]}_${name}`,
    p.numel,
    operands.length,
    (begin, end) => [
      ...addresses.map((start) => start === null ? 0 : start + begin * bytes),
      end - begin,
      ...scalars,
    ],
    LINE,
  );
}

/** See {@linkcode OptimizerBackend.sgd}. */
export function sgd(
  p: ArrayRef,
  g: ArrayRef,
  buffer: ArrayRef | null,
  options: Parameters<OptimizerBackend["sgd"]>[3],
): void {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize, first } = options;
  step("sgd", [p, g, buffer], p, [
    lr,
    momentum,
    1 - dampening,
    weightDecay,
    Number(nesterov),
    Number(maximize),
    Number(first),
  ]);
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
  const { lr, beta1, beta2, eps, weightDecay, decoupled, maximize } = options;
  step("adam", [p, g, average, squares, maxSquares], p, [
    lr / (1 - beta1 ** options.step),
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    Math.sqrt(1 - beta2 ** options.step),
    eps,
    decoupled ? 0 : weightDecay,
    decoupled ? 1 - lr * weightDecay : 1,
    Number(maximize),
  ]);
}

/** Optimizer steps of the wasm backend. */
export const optimizer: OptimizerBackend = { sgd, adam };
