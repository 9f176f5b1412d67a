/**
 * What all losses share: how the losses of single elements become one number.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
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
