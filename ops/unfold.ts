/**
 * Overlapping windows along an axis.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import { flatten } from "./dimensions.ts";
import { linear } from "./families.ts";
import { indexAdd } from "./index_select.ts";
import { movedim, reshape } from "./shape.ts";
import { fromTyped } from "./tensor_data.ts";

/** Windows of `size` elements, `step` apart, along `dim`. */
interface Windows {
  readonly dim: number;
  readonly size: number;
  readonly step: number;
}

const unfoldOp: Op<Windows> = linear<Windows>({
  forward: {
    name: "unfold",
    gradName: "Unfold",
    kind: "view",
    view: (x, { dim, size, step }) => ({
      shape: [...x.shape.with(dim, Math.floor((x.shape[dim] - size) / step) + 1), size],
      strides: [...x.strides.with(dim, x.strides[dim] * step), x.strides[dim]],
      offset: x.offset,
    }),
    samples: () => [
      { inputs: [{ shape: [7] }], params: { dim: 0, size: 3, step: 2 } },
      { inputs: [{ shape: [2, 4, 2] }], params: { dim: 1, size: 2, step: 1 } },
    ],
  },
  transpose: (g, c) => {
    const { dim, size, step } = c.params;
    const count = g.shape[dim];
    const index = Int32Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + i % size);
    const rows = flatten(movedim(g, -1, dim + 1), dim, dim + 1);
    const target = zeros(c.shape(0), { dtype: g.dtype, device: g.device });
    return indexAdd(target, dim, fromTyped(index, [index.length], "int32", { device: g.device }), rows);
  },
  batch: (x, params) => apply(unfoldOp, [x], { ...params, dim: params.dim + 1 }),
});

/** A view of all windows of `size` elements, `step` apart, along `dim`; the window is a new last axis. */
export function unfold(input: Tensor, dim: number, size: number, step: number): Tensor {
  const axis = normalizeDim("unfold", dim, input.ndim);
  const x = input.ndim === 0 ? reshape(input, [1]) : input;
  if (!Number.isInteger(size) || size < 0 || !Number.isInteger(step) || step < 1) {
    throw new ArgumentError(`unfold: expected a size of 0 or more and a positive step, got ${size} and ${step}`);
  }
  if (size > x.shape[axis]) {
    throw new ShapeError(
      `unfold: expected windows that fit axis ${axis} of shape ${formatShape(input.shape)}, got size ${size}`,
    );
  }
  const windows = apply(unfoldOp, [x], { dim: axis, size, step });
  return input.ndim === 0 ? reshape(windows, [size]) : windows;
}
