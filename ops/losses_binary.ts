/**
 * Losses of yes-or-no questions, and the Kullback-Leibler divergence.
 *
 * @module
 */
import { ArgumentError } from "../tensor/errors.ts";
import { type Tensor, unbox } from "../tensor/tensor.ts";
import { logsigmoid } from "./activation.ts";
import { add, div, mul, sub } from "./binary.ts";
import { ge } from "./compare.ts";
import { clampMin } from "./extrema.ts";
import type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyWithLogitsOptions,
  KlDivOptions,
  LossOptions,
} from "./functional_types.ts";
import { checkBroadcast, checkSameShape, reducedLoss, reduceLoss, reductionOf } from "./loss_reduction.ts";
import { amin } from "./max_min.ts";
import { xlogy } from "./power.ts";
import { promote } from "./promote.ts";
import { sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { where } from "./ternary.ts";
import { exp, log, log1p, neg } from "./unary.ts";

/** Least logarithm of a probability: losses stay finite at 0 and 1. */
const LEAST_LOG = -100;

/** Least p (1 - p) that the derivative of a binary cross-entropy divides by: a float32 in PyTorch, for all dtypes. */
const LEAST_VARIANCE = Math.fround(1e-12);

function weighted(losses: Tensor, weight: Tensor | null | undefined): Tensor {
  return weight ? mul(losses, weight) : losses;
}

/** -(target log(x) + (1 - target) log(1 - x)), logarithms at least `least`. */
function surprise(x: Tensor, target: Tensor, least: number): Tensor {
  const [yes, no] = [log(x), log1p(neg(x))].map((y) => least === -Infinity ? y : clampMin(y, least));
  return neg(add(mul(target, yes), mul(sub(1, target), no)));
}

/** Throws where a p (1 - p) shows that p is no probability; on a device that cannot be read at once nobody looks. */
function checkVariance(variance: Tensor): void {
  let plain = variance;
  while (plain.level !== null) plain = unbox(plain);
  if (plain.numel > 0 && plain.storage.backend.readsAtOnce && !(amin(plain.detach()).item() >= 0)) {
    throw new ArgumentError("binaryCrossEntropy: expected probabilities in [0, 1]; see binaryCrossEntropyWithLogits()");
  }
}

/**
 * -weight (target log(input) + (1 - target) log(1 - input)); logarithms are at least -100, and the derivative divides by
 * at least 1e-12, as in PyTorch.
 *
 * @param input Probabilities; logits go to {@linkcode binaryCrossEntropyWithLogits}.
 * @throws ArgumentError for other numbers, on devices that can look at them at once.
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  checkSameShape("binaryCrossEntropy", input, target);
  return reducedLoss("binaryCrossEntropy", options, () => {
    const variance = mul(input, sub(1, input));
    checkVariance(variance);
    const inside = ge(variance, LEAST_VARIANCE);
    const smooth = surprise(where(inside, input, 0.5), target, -Infinity);
    // At 0 and 1 the value is a constant in the input; the second term is 0 and has the slope that is wanted.
    const edge = input.detach();
    const slope = div(sub(edge, target), LEAST_VARIANCE);
    const steep = add(surprise(edge, target, LEAST_LOG), mul(sub(input, edge), slope));
    return weighted(where(inside, smooth, steep), options.weight);
  });
}

/** {@linkcode binaryCrossEntropy} of sigmoid(input), computed without overflow. */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkSameShape("binaryCrossEntropyWithLogits", input, target);
  return reducedLoss("binaryCrossEntropyWithLogits", options, () => logitLosses(input, target, options));
}

/** -weight (posWeight target log(sigmoid(x)) + (1 - target) log(1 - sigmoid(x))). */
function logitLosses(x: Tensor, target: Tensor, options: BinaryCrossEntropyWithLogitsOptions): Tensor {
  const { weight, posWeight } = options;
  // log(1 - sigmoid(x)) = log(sigmoid(x)) - x, so both terms share one logarithm.
  const factor = posWeight ? add(mul(target, sub(posWeight, 1)), 1) : null;
  const logarithm = factor === null ? logsigmoid(x) : mul(factor, logsigmoid(x));
  return weighted(sub(mul(sub(1, target), x), logarithm), weight);
}

/** log(1 + exp(-target input)) for targets of -1 and 1. */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkBroadcast("softMarginLoss", input, target);
  return reducedLoss("softMarginLoss", options, () => neg(logsigmoid(mul(target, input))));
}

/** Mean over the last axis of the binary cross-entropies of each class. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  checkBroadcast("multilabelSoftMarginLoss", input, target);
  return reducedLoss("multilabelSoftMarginLoss", options, () => {
    const axis = input.ndim - 1;
    return div(sum(logitLosses(input, target, { weight: options.weight }), axis), input.shape[axis]);
  });
}

/**
 * Pointwise target (log(target) - input), whose sum is the Kullback-Leibler divergence.
 *
 * @param input Log-probabilities.
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = "mean", logTarget = false } = options;
  if (reduction !== "batchmean") reductionOf("klDiv", { reduction });
  if (reduction === "batchmean" && input.ndim === 0) {
    throw new ArgumentError('klDiv: expected an input with a batch axis for reduction "batchmean", got a 0-d tensor');
  }
  const [x, y] = promote(input, target);
  return scoped(() => {
    const losses = logTarget ? mul(exp(y), sub(y, x)) : sub(xlogy(y, y), mul(y, x));
    return reduction === "batchmean" ? div(sum(losses), x.shape[0]) : reduceLoss(losses, reduction);
  });
}
