/**
 * What all losses share: how the losses of single elements become one number.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mean, sum } from "./reduce.ts";

/** How losses are reduced: not at all, to their mean, or to their sum. */
export type LossReduction = "none" | "mean" | "sum";

/** Options that all losses share. */
export interface LossOptions {
  /** How the losses of single elements are reduced. Default: "mean". */
  reduction?: LossReduction;
}

const REDUCTIONS: readonly string[] = ["none", "mean", "sum"];

/** The reduction that `options` ask for; an error where it is none. */
export function reductionOf(op: string, options: LossOptions): LossReduction {
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

/** Throws unless input and target have the same shape. */
export function checkSameShape(op: string, input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${op}: expected a target of the shape of the input, ${formatShape(input.shape)}, got ${
        formatShape(target.shape)
      }; expand() or reshape() one of them`,
    );
  }
}
