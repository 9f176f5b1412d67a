/**
 * Softmax of the negative.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { scoped } from "./scoped.ts";
import { softmax } from "./softmax.ts";
import { neg } from "./unary.ts";

/** exp(-x) / sum(exp(-x)) along `dim`. */
export function softmin(input: Tensor, dim: number, options: { dtype?: DType } = {}): Tensor {
  return scoped(() => softmax(neg(input), dim, options));
}
