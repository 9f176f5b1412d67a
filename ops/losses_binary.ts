/**
 * Losses of yes-or-no questions, and the Kullback-Leibler divergence.
 *
 * @module
 */
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
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
import { checkSameShape, reducedLoss, reduceLoss, reductionOf } from "./loss_reduction.ts";
import { xlogy } from "./power.ts";
import { promote } from "./promote.ts";
import { mean, sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { where } from "./ternary.ts";
import { exp, log, log1p, neg } from "./unary.ts";

/** Least logarithm of a probability: losses stay finite at 0 and 1. */
const LEAST_LOG = -100;

/** Least p (1 - p) that the derivative of a binary cross-entropy divides by. */
const LEAST_VARIANCE = 1e-12;

function weighted(losses: Tensor, weight: Tensor | null | undefined): Tensor {
  return weight ? mul(losses, weight) : losses;
}

/** -(target log(x) + (1 - target) log(1 - x)), logarithms at least `least`. */
function surprise(x: Tensor, target: Tensor, least: number): Tensor {
  const [yes, no] = [log(x), log1p(neg(x))].map((y) => least === -Infinity ? y : clampMin(y, least));
  return neg(add(mul(target, yes), mul(sub(1, target), no)));
}

/**
 * -weight (target log(input) + (1 - target) log(1 - input)); logarithms are at least -100, and the derivative divides by
 * at least 1e-12, as in PyTorch.
 *
 * @param input Probabilities; logits go to {@linkcode binaryCrossEntropyWithLogits}.
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: BinaryCrossEntropyOptions = {}): Tensor {
  checkSameShape("binaryCrossEntropy", input, target);
  return reducedLoss("binaryCrossEntropy", options, () => {
    const inside = ge(mul(input, sub(1, input)), LEAST_VARIANCE);
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
  const { weight, posWeight } = options;
  return reducedLoss("binaryCrossEntropyWithLogits", options, () => {
    // -log(1 - sigmoid(x)) = x - log(sigmoid(x)), so both terms share one logarithm.
    const factor = posWeight ? add(mul(target, sub(posWeight, 1)), 1) : null;
    const logarithm = factor === null ? logsigmoid(input) : mul(factor, logsigmoid(input));
    return weighted(sub(mul(sub(1, target), input), logarithm), weight);
  });
}

/** log(1 + exp(-target input)) for targets of -1 and 1. */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkSameShape("softMarginLoss", input, target);
  return reducedLoss("softMarginLoss", options, () => neg(logsigmoid(mul(target, input))));
}

/** Mean over the last axis of the binary cross-entropies of each class. */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  checkSameShape("multilabelSoftMarginLoss", input, target);
  return reducedLoss("multilabelSoftMarginLoss", options, () => {
    const losses = binaryCrossEntropyWithLogits(input, target, { weight: options.weight, reduction: "none" });
    return mean(losses, -1);
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
