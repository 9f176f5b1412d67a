/**
 * Putting tensors together and taking them apart.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkTensors } from "../tensor/arguments.ts";
import { ShapeError } from "../tensor/errors.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zerosLike } from "./creation.ts";
import { atleast1d, atleast2d, atleast3d } from "./dimensions.ts";
import { promoteAll } from "./promote.ts";
import { expand, reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { defineOp } from "./table.ts";

const catOp: Op<number> = defineOp<number>({
  name: "cat",
  gradName: "Cat",
  kind: "kernel",
  shape: (inputs, dim) => {
    const first = inputs[0].shape;
    let total = 0;
    for (const [i, { shape }] of inputs.entries()) {
      if (shape.length !== first.length || shape.some((size, d) => d !== dim && size !== first[d])) {
        throw new ShapeError(
          `cat: expected shapes that agree outside axis ${dim}, got ${formatShape(first)} and ${
            formatShape(shape)
          } (tensor ${i})`,
        );
      }
      total += shape[dim];
    }
    return { shape: first.map((size, d) => d === dim ? total : size), dtype: inputs[0].dtype };
  },
  run: (backend, inputs, [out], dim) => {
    let start = 0;
    for (const x of inputs) {
      const offset = start * out.strides[dim];
      if (x.numel > 0) {
        const { storage, dtype, strides } = out;
        backend.copy(x, { storage, dtype, shape: x.shape, strides, offset, numel: x.numel });
      }
      start += x.shape[dim];
    }
  },
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, [g]) => {
    const dim = c.params;
    let start = 0;
    return Array.from({ length: c.arity }, (_, i) => {
      const length = c.shape(i)[dim];
      const part = c.needs(i) ? narrow(g!, dim, start, length) : null;
      start += length;
      return part;
    });
  },
  jvp: (c, tangents) => [apply(catOp, tangents.map((t, i) => t ?? zerosLike(c.input(i))), c.params)],
  batch: (size, batched, inputs, dim) =>
    apply(catOp, inputs.map((x, i) => batched[i] ? x : expand(x, [size, ...x.shape])), dim + 1),
  samples: () => [
    { inputs: [{ shape: [2, 3] }, { shape: [1, 3] }], params: 0 },
    { inputs: [{ shape: [2, 1] }, { shape: [2, 0] }, { shape: [2, 2] }], params: 1 },
  ],
});

/**
 * Joins tensors along an existing axis. Shapes agree elsewhere; dtypes are promoted.
 *
 * ```ts
 * import { cat, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cat([tensor([[1], [2]]), tensor([[3], [4]])], 1).toArray(), [[1, 3], [2, 4]]);
 * ```
 *
 * @throws ArgumentError for no tensors.
 * @throws ShapeError where other axes differ.
 */
export function cat(tensors: readonly Tensor[], dim: number = 0): Tensor {
  checkTensors("cat", tensors);
  const rank = Math.max(...tensors.map((x) => x.ndim));
  const axis = normalizeDim("cat", dim, rank);
  if (rank === 0) throw new ShapeError("cat: expected tensors with axes, got 0-d tensors; use stack()");
  // PyTorch lets an empty vector join anything, a habit of its early days that programs rely on.
  const parts = tensors.filter((x) => !(x.ndim === 1 && x.numel === 0 && rank > 1));
  return apply(catOp, promoteAll(parts), axis);
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * ```ts
 * import { stack, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stack([tensor([1, 2]), tensor([3, 4])]).toArray(), [[1, 2], [3, 4]]);
 * ```
 *
 * @throws ArgumentError for no tensors.
 * @throws ShapeError for different shapes.
 */
export function stack(tensors: readonly Tensor[], dim: number = 0): Tensor {
  checkTensors("stack", tensors);
  const { shape } = tensors[0];
  const axis = normalizeDim("stack", dim, shape.length + 1);
  const target = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  const rows = tensors.map((x, i) => {
    if (!sameShape(x.shape, shape)) {
      throw new ShapeError(
        `stack: expected tensors of one shape, got ${formatShape(shape)} and ${formatShape(x.shape)} (tensor ${i})`,
      );
    }
    return reshape(x, target);
  });
  return cat(rows, axis);
}

/** Joins tensors as rows: along axis 0, vectors counting as rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  checkTensors("vstack", tensors);
  return cat(atleast2d(tensors), 0);
}

/** Joins tensors side by side: along axis 1, or axis 0 of vectors. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  checkTensors("hstack", tensors);
  const wide = atleast1d(tensors);
  return cat(wide, wide[0].ndim === 1 ? 0 : 1);
}

/** Joins tensors in depth: along axis 2, after [n] became [1, n, 1] and [n, m] became [n, m, 1]. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  checkTensors("dstack", tensors);
  return cat(atleast3d(tensors), 2);
}

/** Joins tensors as columns: vectors become columns of one matrix. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  checkTensors("columnStack", tensors);
  return cat(tensors.map((x) => x.ndim <= 1 ? reshape(x, [x.numel, 1]) : x), 1);
}
