/**
 * Matrix products.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { apply } from "../tensor/apply.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import type { Op, Spec } from "../tensor/op.ts";
import { broadcastShapes, broadcastStrides, formatShape, numelOf, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { promote } from "./promote.ts";
import { reshape, sumTo, transpose } from "./shape.ts";
import { defineOp } from "./table.ts";

/** Checks two stacks of matrices and gives the shape of their product. */
function productShape(name: string, a: Tensor, b: Tensor): Spec {
  const inner = a.shape[a.ndim - 1];
  if (inner !== b.shape[b.ndim - 2]) {
    throw new ShapeError(
      `${name}: expected inner sizes that agree, got ${formatShape(a.shape)} and ${
        formatShape(b.shape)
      }: ${inner} columns ` +
        `(axis -1 of the first) against ${b.shape[b.ndim - 2]} rows (axis -2 of the second); transpose one of them?`,
    );
  }
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${name}: expected operands of one dtype, got ${a.dtype} and ${b.dtype}`);
  }
  if (a.dtype === "bool") throw new DTypeError(`${name}: expected numbers, got bool; convert with float() or int()`);
  const batch = broadcastShapes(name, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { shape: [...batch, a.shape[a.ndim - 2], b.shape[b.ndim - 1]], dtype: a.dtype };
}

/** `x` with its batch axes stretched to `batch`. */
function stretch(x: Tensor, batch: Shape): ArrayRef {
  const shape = [...batch, x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
  if (sameShape(shape, x.shape)) return x;
  const strides = broadcastStrides("matmul", x.shape, x.strides, shape);
  return { dtype: x.dtype, storage: x.storage, offset: x.offset, shape, strides, numel: numelOf(shape) };
}

const matmulOp: Op<null> = defineOp<null>({
  name: "matmul",
  gradName: "Mm",
  kind: "kernel",
  shape: ([a, b]) => productShape("matmul", a, b),
  run: (backend, [a, b], [out]) => {
    if (a.ndim === 2 && b.ndim === 2) return backend.matmul(a, b, out, null, false);
    const batch = out.shape.slice(0, -2);
    backend.matmul(stretch(a, batch), stretch(b, batch), out, null, false);
  },
  rules: "full",
  saves: { inputs: "all", outputs: [] },
  vjp: (c, [g]) => [
    c.needs(0) ? sumTo(matmul(g!, transpose(c.input(1), -2, -1)), c.shape(0)) : null,
    c.needs(1) ? sumTo(matmul(transpose(c.input(0), -2, -1), g!), c.shape(1)) : null,
  ],
  jvp: (c, [ta, tb]) => {
    const first = ta === null ? null : apply(matmulOp, [ta, c.input(1)], null);
    const second = tb === null ? null : apply(matmulOp, [c.input(0), tb], null);
    return [first === null ? second : second === null ? first : add(first, second)];
  },
  batch: (_size, batched, [a, b]) => {
    const rank = Math.max(a.ndim - (batched[0] ? 1 : 0), b.ndim - (batched[1] ? 1 : 0));
    const align = (x: Tensor, isBatched: boolean): Tensor =>
      isBatched && x.ndim - 1 < rank
        ? reshape(x, [x.shape[0], ...new Array<number>(rank - x.ndim + 1).fill(1), ...x.shape.slice(1)])
        : x;
    return matmul(align(a, batched[0]), align(b, batched[1]));
  },
  samples: () => [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 1, 2, 3] }, { shape: [3, 3, 1] }], params: null },
    { inputs: [{ shape: [2, 0] }, { shape: [0, 3] }], params: null },
  ],
});

/** Matrix product of two tensors, with broadcasting over leading axes; 1-d operands are vectors (`torch.matmul`). */
export function matmul(input: Tensor, other: Tensor): Tensor {
  if (input.ndim === 0 || other.ndim === 0) {
    throw new ShapeError(
      `matmul: expected operands of at least one dimension, got ${formatShape(input.shape)} and ${
        formatShape(other.shape)
      }; use mul() to scale`,
    );
  }
  const [a, b] = promote(input, other);
  if (a.ndim >= 2 && b.ndim >= 2) {
    if (a.ndim > 2 && b.ndim === 2) {
      // One tall product instead of a stack of products with the same right side.
      productShape("matmul", a, b);
      const rows = a.shape.slice(0, -1);
      return reshape(apply(matmulOp, [reshape(a, [numelOf(rows), a.shape[a.ndim - 1]]), b], null), [
        ...rows,
        b.shape[1],
      ]);
    }
    return apply(matmulOp, [a, b], null);
  }
  const left = a.ndim === 1 ? reshape(a, [1, a.shape[0]]) : a;
  const right = b.ndim === 1 ? reshape(b, [b.shape[0], 1]) : b;
  const product = matmul(left, right);
  const shape = product.shape.filter((_, i) =>
    !(a.ndim === 1 && i === product.ndim - 2) && !(b.ndim === 1 && i === product.ndim - 1)
  );
  return reshape(product, shape);
}
