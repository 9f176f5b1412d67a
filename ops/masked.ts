/**
 * Reading and writing where a mask is true.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { broadcastShapes, formatShape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { flatten } from "./dimensions.ts";
import { wrapIndex } from "./index_check.ts";
import { indexSelect } from "./index_select.ts";
import { nonzeroPositions } from "./nonzero.ts";
import { asTensor } from "./promote.ts";
import { expand, reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
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
  return where(mask, asTensor(value, input.dtype, input.storage.backend), input);
}

/** A vector of the elements where `mask` is true, in row-major order. Shapes broadcast. */
export function maskedSelect(input: Tensor, mask: Tensor): Tensor {
  checkMask("maskedSelect", mask);
  const shape = broadcastShapes("maskedSelect", input.shape, mask.shape);
  return indexSelect(flatten(expand(input, shape)), 0, nonzeroPositions(expand(mask, shape)));
}

/** Along the last axis: how many elements are true before each, not counting those that follow the last true one. */
const maskRankOp: Op<null> = defineOp<null>({
  name: "maskRank",
  gradName: "MaskRank",
  kind: "kernel",
  shape: ([mask]) => ({ shape: mask.shape, dtype: "int32" }),
  run: (backend, [mask], [out]) => {
    const size = mask.shape[mask.ndim - 1];
    const ranks = new Int32Array(mask.numel);
    let seen = 0;
    backend.read(mask).forEach((value, i) => {
      if (i % size === 0) seen = 0;
      if (value !== 0) seen++;
      ranks[i] = Math.max(seen - 1, 0);
    });
    backend.write(out, ranks);
  },
  rules: "none",
  batch: (_size, _batched, [mask]) => apply(maskRankOp, [mask], null),
  samples: () => [{ inputs: [{ shape: [6], dtype: "bool" }], params: null }],
});

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
  const ranks = wrapIndex("maskedScatter", apply(maskRankOp, [flatten(whole)], null), source.numel, 0);
  return where(whole, reshape(indexSelect(flatten(source), 0, ranks), shape), expand(input, shape));
}
