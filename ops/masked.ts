/**
 * Reading and writing where a mask is true.
 *
 * @module
 */
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import { broadcastShapes, formatShape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { flatten } from "./dimensions.ts";
import { wrapIndex } from "./index_check.ts";
import { clampMin } from "./extrema.ts";
import { indexSelect } from "./index_select.ts";
import { nonzeroPositions } from "./nonzero.ts";
import { asTensor } from "./promote.ts";
import { expand, reshape } from "./shape.ts";
import { cumsum } from "./scan.ts";
import { where } from "./ternary.ts";

function checkMask(op: string, mask: Tensor): void {
  if (mask.dtype !== "bool") {
    throw new DTypeError(`${op}: expected a bool mask, got ${mask.dtype}; compare, or use bool()`);
  }
}

/**
 * `input` with `value` (a number or a 0-d tensor) where `mask` is true. Shapes broadcast.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, -2, 3]);
 * assertEquals(x.maskedFill(x.lt(0), 0).toArray(), [1, 0, 3]);
 * ```
 *
 * @inplace
 */
export function maskedFill(input: Tensor, mask: Tensor, value: TensorLike): Tensor {
  checkMask("maskedFill", mask);
  if (value instanceof Tensor && value.ndim > 0) {
    throw new ShapeError(`maskedFill: expected a number or a 0-d tensor, got shape ${formatShape(value.shape)}`);
  }
  return where(mask, asTensor(value, input.dtype, input.storage.backend, "maskedFill"), input);
}

/** A vector of the elements where `mask` is true, in row-major order. Shapes broadcast. */
export function maskedSelect(input: Tensor, mask: Tensor): Tensor {
  checkMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", input.shape, mask.shape);
  return indexSelect(flatten(expand(input, shape)), 0, nonzeroPositions(expand(mask, shape), "maskedSelect"));
}

/**
 * `input` with the elements of `source`, in order, at the places where `mask` is true. Shapes of input and mask broadcast.
 *
 * @inplace
 */
export function maskedScatter(input: Tensor, mask: Tensor, source: Tensor): Tensor {
  checkMask("maskedScatter", mask);
  if (source.dtype !== input.dtype) {
    throw new DTypeError(`maskedScatter: expected a source of dtype ${input.dtype}, got ${source.dtype}`);
  }
  const shape = broadcastShapes("maskedScatter", input.shape, mask.shape);
  const whole = expand(mask, shape);
  // Element i of the source goes to the place that i places before it are chosen.
  const rank = clampMin(sub(cumsum(cast(flatten(whole), "int32"), 0), 1), 0);
  const index = wrapIndex("maskedScatter", rank, source.numel, 0);
  return where(whole, reshape(indexSelect(flatten(source), 0, index), shape), expand(input, shape));
}
