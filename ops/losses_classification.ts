/**
 * Losses over classes: negative log likelihood and cross-entropy.
 *
 * @module
 */
import type { RangeGuard } from "../runtime/backend.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, IndexError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape, type Shape } from "../tensor/shape.ts";
import { checkUsable, type Tensor } from "../tensor/tensor.ts";
import { add, div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { ne } from "./compare.ts";
import type { CrossEntropyOptions, LossReduction, NllLossOptions } from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { checkClasses, checkSameShape, checkWeight, reduceLoss, reductionOf } from "./loss_reduction.ts";
import { floatOperand } from "./promote.ts";
import type { ClassLosses } from "./record_types.ts";
import { sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { reshape } from "./shape.ts";
import { logSoftmax } from "./softmax.ts";
import { where } from "./ternary.ts";
import { neg } from "./unary.ts";

const classAxis = (x: Tensor): number => x.ndim === 1 ? 0 : 1;

/** The shape of the targets of `x` [N, C, ...]: without the class axis. */
const targetShape = (x: Tensor): Shape => x.shape.filter((_, i) => i !== classAxis(x));

function reduced({ losses, divisor }: ClassLosses, reduction: LossReduction): Tensor {
  return reduction === "mean" ? div(sum(losses), divisor()) : reduceLoss(losses, reduction);
}

/** Smallest and largest class number among all targets, those of other samples of a vmap included. */
function rangeOf(target: Tensor, guard: RangeGuard | null): [number, number] | null {
  let plain = target;
  while (plain.value !== null) plain = plain.value;
  return plain.storage.backend.indexRange(plain, guard);
}

/** `weight` in the shape that broadcasts against `x` [N, C, ...]. */
function overClasses(weight: Tensor, x: Tensor): Tensor {
  return reshape(weight, x.shape.map((n, i) => i === classAxis(x) ? n : 1));
}

/** Losses of class numbers: -weight[y] ((1 - smoothing) logp[y] + smoothing / C sum(logp)). */
function indexLosses(
  op: string,
  logProbabilities: Tensor,
  target: Tensor,
  options: CrossEntropyOptions,
): ClassLosses {
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0 } = options;
  const axis = classAxis(logProbabilities);
  const classes = logProbabilities.shape[axis];
  const shape = targetShape(logProbabilities);
  checkClasses(op, target);
  if (!sameShape(target.shape, shape)) {
    throw new ShapeError(
      `${op}: expected a target of shape ${formatShape(shape)} for an input of shape ${
        formatShape(logProbabilities.shape)
      } (classes in axis ${axis}), got ${formatShape(target.shape)}`,
    );
  }
  checkWeight(op, weight, classes, logProbabilities);
  const labels = cast(target, "int32");
  const range = rangeOf(labels, null);
  const complaint = (stray: number): IndexError =>
    new IndexError(`${op}: expected class numbers in [0, ${classes - 1}], got ${stray}`);
  const [low, high] = range ?? [0, classes - 1];
  const ignores = range === null || (low <= ignoreIndex && ignoreIndex <= high);
  const kept = ignores ? ne(labels, ignoreIndex) : null;
  const index = kept === null ? labels : where(kept, labels, 0);
  if (range === null || low < 0 || high >= classes) {
    const [least, most] = rangeOf(index, { low: 0, high: classes - 1, complaint }) ?? [0, 0];
    if (least < 0 || most >= classes) throw complaint(least < 0 ? least : most);
  }
  const only = (x: Tensor): Tensor => kept === null ? x : where(kept, x, 0);
  const at = reshape(index, logProbabilities.shape.map((n, i) => i === axis ? 1 : n));
  const picked = neg(reshape(gather(logProbabilities, axis, at), shape));
  const weights = weight === null ? null : only(reshape(gather(weight, 0, reshape(index, [index.numel])), shape));
  let losses = only(picked);
  if (weights !== null) losses = mul(losses, weights);
  if (labelSmoothing > 0) {
    const weighted = weight === null ? logProbabilities : mul(logProbabilities, overClasses(weight, logProbabilities));
    const even = only(sum(weighted, axis));
    losses = add(mul(losses, 1 - labelSmoothing), mul(even, -labelSmoothing / classes));
  }
  return {
    losses,
    divisor: () => weights !== null ? sum(weights) : kept !== null ? sum(cast(kept, losses.dtype)) : index.numel,
  };
}

/** Losses of distributions over the classes: -sum(weight logp ((1 - smoothing) y + smoothing / C)). */
function distributionLosses(
  op: string,
  logProbabilities: Tensor,
  target: Tensor,
  options: CrossEntropyOptions,
): ClassLosses {
  const { weight = null, labelSmoothing = 0 } = options;
  const axis = classAxis(logProbabilities);
  const classes = logProbabilities.shape[axis];
  checkSameShape(op, logProbabilities, target);
  checkWeight(op, weight, classes, logProbabilities);
  const smooth = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
  const weighted = weight === null ? logProbabilities : mul(logProbabilities, overClasses(weight, logProbabilities));
  return { losses: neg(sum(mul(weighted, smooth), axis)), divisor: () => logProbabilities.numel / classes };
}

function checkInput(op: string, input: Tensor, target: Tensor): void {
  checkUsable(op, target);
  floatOperand(op, input);
  if (input.ndim === 0) throw new ShapeError(`${op}: expected an input with an axis of classes, got a 0-d tensor`);
}

/**
 * Negative log likelihood of class numbers.
 *
 * @param input Log-probabilities, [C], [N, C] or [N, C, ...].
 * @param target Class numbers in [0, C), of the shape of the input without the class axis.
 */
export function nllLoss(input: Tensor, target: Tensor, options: NllLossOptions = {}): Tensor {
  const reduction = reductionOf("nllLoss", options);
  checkInput("nllLoss", input, target);
  return scoped(() => reduced(indexLosses("nllLoss", input, target, options), reduction));
}

/**
 * Cross-entropy of softmax(input) against class numbers or distributions.
 *
 * ```ts
 * import { nn, tensor, zeros } from "@dualtape/dualtape";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const loss = nn.functional.crossEntropy(zeros([2, 4]), tensor([1, 3], { dtype: "int32" }));
 * assertAlmostEquals(loss.item(), Math.log(4), 1e-6);
 * ```
 *
 * @param input Logits, [C], [N, C] or [N, C, ...].
 * @param target int32 class numbers of the shape of the input without the class axis, or floating-point probabilities
 * of the shape of the input.
 * @throws ShapeError for shapes that do not fit.
 * @throws IndexError for labels that are no class.
 */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const reduction = reductionOf("crossEntropy", options);
  const { labelSmoothing = 0 } = options;
  checkInput("crossEntropy", input, target);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ArgumentError(`crossEntropy: expected labelSmoothing in [0, 1], got ${labelSmoothing}`);
  }
  return scoped(() => {
    const logProbabilities = logSoftmax(input, classAxis(input));
    const losses = isFloating(target.dtype) && target.ndim === input.ndim ? distributionLosses : indexLosses;
    return reduced(losses("crossEntropy", logProbabilities, target, options), reduction);
  });
}
