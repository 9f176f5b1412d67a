/**
 * Losses between numbers.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { gt, lt } from "./compare.ts";
import { clampMin } from "./extrema.ts";
import type {
  GaussianNllLossOptions,
  HuberLossOptions,
  LossOptions,
  PoissonNllLossOptions,
  SmoothL1LossOptions,
} from "./functional_types.ts";
import { checkBroadcast, reducedLoss } from "./loss_reduction.ts";
import { promote } from "./promote.ts";
import { where } from "./ternary.ts";
import { abs, exp, log, square } from "./unary.ts";

/** Checks two operands and gives them in one dtype. */
function pair(op: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  checkBroadcast(op, input, target);
  return promote(input, target);
}

/**
 * (input - target)^2.
 *
 * ```ts
 * import { nn, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nn.functional.mseLoss(tensor([1.5, 2]), tensor([0.5, 5])).item(), 5);
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [x, y] = pair("mseLoss", input, target);
  return reducedLoss("mseLoss", options, () => square(sub(x, y)));
}

/** |input - target|. */
export function l1Loss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const [x, y] = pair("l1Loss", input, target);
  return reducedLoss("l1Loss", options, () => abs(sub(x, y)));
}

/** d^2 / (2 beta) for d = |input - target| < beta, else d - beta / 2. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: SmoothL1LossOptions = {}): Tensor {
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: expected beta of 0 or more, got ${beta}`);
  if (beta === 0) return l1Loss(input, target, options);
  const [x, y] = pair("smoothL1Loss", input, target);
  return reducedLoss("smoothL1Loss", options, () => {
    const difference = sub(x, y);
    const distance = abs(difference);
    return where(lt(distance, beta), mul(square(difference), 0.5 / beta), sub(distance, 0.5 * beta));
  });
}

/** d^2 / 2 for d = |input - target| < delta, else delta (d - delta / 2). */
export function huberLoss(input: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1 } = options;
  if (!(delta > 0)) throw new ArgumentError(`huberLoss: expected a positive delta, got ${delta}`);
  const [x, y] = pair("huberLoss", input, target);
  return reducedLoss("huberLoss", options, () => {
    const difference = sub(x, y);
    const distance = abs(difference);
    return where(lt(distance, delta), mul(square(difference), 0.5), mul(sub(distance, 0.5 * delta), delta));
  });
}

/** The variance for {@linkcode gaussianNllLoss} in a shape that broadcasts against the input. */
function spreadVariance(input: Tensor, variance: Tensor): Tensor {
  const { shape } = input;
  if (sameShape(shape, variance.shape)) return variance;
  const rows = shape.slice(0, -1);
  if (sameShape(variance.shape, rows)) return variance.reshape([...rows, 1]);
  if (sameShape(variance.shape, [...rows, 1])) return variance;
  throw new ShapeError(
    `gaussianNllLoss: expected a variance of shape ${formatShape(shape)}, ${formatShape([...rows, 1])} or ${
      formatShape(rows)
    }, got ${formatShape(variance.shape)}`,
  );
}

/**
 * (log(v) + (input - target)^2 / v) / 2 with v = max(variance, eps); the maximum is invisible to derivatives.
 *
 * @param variance Of the shape of the input, or with a last axis of size 1 or without it: one variance per row.
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  options: GaussianNllLossOptions = {},
): Tensor {
  const { full = false, eps = 1e-6 } = options;
  return reducedLoss("gaussianNllLoss", options, () => {
    const raw = spreadVariance(input, variance);
    const v = add(raw, clampMin(sub(eps, raw.detach()), 0));
    const deviation = div(square(sub(input, target)), v);
    const losses = mul(add(log(v), deviation), 0.5);
    return full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses;
  });
}

/** exp(input) - target input, or input - target log(input + eps) without `logInput`. */
export function poissonNllLoss(input: Tensor, target: Tensor, options: PoissonNllLossOptions = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8 } = options;
  const [x, y] = pair("poissonNllLoss", input, target);
  return reducedLoss("poissonNllLoss", options, () => {
    const losses = logInput ? sub(exp(x), mul(y, x)) : sub(x, mul(y, log(add(x, eps))));
    return full ? add(losses, logFactorial(y)) : losses;
  });
}

/** Stirling's n log(n) - n + log(2 pi n) / 2 for n > 1, else 0. */
function logFactorial(n: Tensor): Tensor {
  const large = gt(n, 1);
  const safe = where(large, n, 1);
  const stirling = add(sub(mul(safe, log(safe)), safe), mul(log(mul(safe, 2 * Math.PI)), 0.5));
  return where(large, stirling, 0);
}
