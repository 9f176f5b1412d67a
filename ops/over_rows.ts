/**
 * Batch rules for ops whose output shape depends on values.
 *
 * @module
 */
import { VmapError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { stack } from "./join.ts";
import { select } from "./slicing.ts";

/**
 * Runs `f` on each of `size` rows of inputs that all have the batch at axis 0, and stacks the results.
 *
 * @throws VmapError where the rows give different shapes, which no batched tensor can hold.
 */
export function overRows(
  op: string,
  size: number,
  inputs: readonly Tensor[],
  f: (row: readonly Tensor[]) => Tensor,
): Tensor {
  if (size === 0) {
    throw new VmapError(
      `${op}: expected at least one sample under vmap, got none, so the shape of the result is unknown`,
    );
  }
  const rows = Array.from({ length: size }, (_, b) => f(inputs.map((x) => select(x, 0, b))));
  const odd = rows.find((row) => !sameShape(row.shape, rows[0].shape));
  if (odd !== undefined) {
    throw new VmapError(
      `${op}: expected results of one shape for every sample under vmap, got ${formatShape(rows[0].shape)} and ${
        formatShape(odd.shape)
      }; use an op whose result does not depend on how many elements match, such as where()`,
    );
  }
  return stack(rows);
}
