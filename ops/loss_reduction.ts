/**
 * What all losses share: how the losses of single elements become one number.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { broadcastShapes, formatShape, sameShape } from "../tensor/shape.ts";
import { checkUsable, type Tensor } from "../tensor/tensor.ts";
import type { LossOptions, LossReduction } from "./functional_types.ts";
import { mean, sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";

const REDUCTIONS: readonly string[] = ["none", "mean", "sum"];

/** The reduction that `options` ask for; an error where it is none. */
export function reductionOf(op: string, options: LossOptions): LossReduction {
  checkOptions(op, options, "reduction");
  const { reduction = "mean" } = options;
  if (!REDUCTIONS.includes(reduction)) {
    throw new ArgumentError(`${op}: expected reduction "none", "mean" or "sum", got "${reduction}"`);
  }
  return reduction;
}

/** Reduces the losses of all elements. */
export function reduceLoss(losses: Tensor, reduction: LossReduction): Tensor {
  return reduction === "none" ? losses : reduction === "sum" ? sum(losses) : mean(losses);
}

/** Reduces what `losses` computes as `options` ask for, and frees the temporaries of both. */
export function reducedLoss(op: string, options: LossOptions, losses: () => Tensor): Tensor {
  const reduction = reductionOf(op, options);
  return scoped(() => reduceLoss(losses(), reduction));
}

/** Throws unless the shapes of input and target broadcast. */
export function checkBroadcast(op: string, input: Tensor, target: Tensor): void {
  checkTensor(op, input);
  checkTensor(op, target);
  broadcastShapes(op, input.shape, target.shape);
}

/** Throws unless the target is of class numbers. */
export function checkClasses(op: string, target: Tensor): void {
  checkUsable(op, target);
  if (isFloating(target.dtype) || target.dtype === "bool") {
    throw new DTypeError(
      `${op}: expected a target of class numbers (int32), got ${target.dtype}; convert it with int()`,
    );
  }
}

/** Throws unless there are no weights, or one for each class in the dtype of the scores. */
export function checkWeight(op: string, weight: Tensor | null, classes: number, { dtype }: Tensor): void {
  if (weight === null) return;
  if (!sameShape(weight.shape, [classes])) {
    throw new ShapeError(`${op}: expected a weight of shape [${classes}], got ${formatShape(weight.shape)}`);
  }
  if (weight.dtype !== dtype) {
    throw new DTypeError(`${op}: expected a weight of the input's dtype ${dtype}, got ${weight.dtype}`);
  }
}

/** Throws unless input and target have the same shape. */
export function checkSameShape(op: string, input: Tensor, target: Tensor): void {
  checkTensor(op, input);
  checkTensor(op, target);
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${op}: expected a target of the shape of the input, ${formatShape(input.shape)}, got ${
        formatShape(target.shape)
      }; expand() or reshape() one of them`,
    );
  }
}
