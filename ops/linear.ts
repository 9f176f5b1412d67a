/**
 * The affine map of a linear layer.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import type { Op, Spec } from "../tensor/op.ts";
import { formatShape, numelOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { rowMajor } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { promoteAll } from "./promote.ts";
import { sum } from "./reduce.ts";
import { reshape, transpose } from "./shape.ts";
import { defineOp } from "./table.ts";

/** x w^T + b of x [rows, in], w [out, in], b [out]: one product with the bias added on the way out. */
const linearOp: Op<null> = defineOp<null>({
  name: "linear",
  gradName: "Addmm",
  kind: "kernel",
  shape: ([x, w]): Spec => ({ shape: [x.shape[0], w.shape[0]], dtype: x.dtype }),
  run: (backend, [x, w, b], [y]) => backend.matmul(x, transposedView(w), y, rowMajor(backend, b), false),
  rules: "fused",
  saves: { inputs: [0, 1], outputs: [], readers: [[1], [0], []] },
  vjp: (c, [g]) => [
    c.needs(0) ? matmul(g!, c.input(1)) : null,
    c.needs(1) ? matmul(transpose(g!, 0, 1), c.input(0)) : null,
    c.needs(2) ? g!.shape[0] === 1 ? reshape(g!, c.shape(2)) : sum(g!, 0) : null,
  ],
  jvp: null,
  batch: (size, batched, [x, w, b]) => {
    if (!batched[1] && !batched[2]) {
      const [, rows, features] = x.shape;
      const tall = apply(linearOp, [reshape(x, [size * rows, features]), w, b], null);
      return reshape(tall, [size, rows, w.shape[0]]);
    }
    return add(matmul(x, transpose(w, -2, -1)), batched[2] ? reshape(b, [size, 1, b.shape[1]]) : b);
  },
  decompose: ([x, w, b]) => add(matmul(x, transpose(w, 0, 1)), b),
  samples: () => [
    { inputs: [{ shape: [4, 3] }, { shape: [2, 3] }, { shape: [2] }], params: null },
    { inputs: [{ shape: [1, 3] }, { shape: [2, 3] }, { shape: [2] }], params: null },
    { inputs: [{ shape: [0, 3] }, { shape: [2, 3] }, { shape: [2] }], params: null },
  ],
});

function transposedView(
  w: Tensor,
): { [K in "dtype" | "shape" | "strides" | "offset" | "numel" | "storage"]: Tensor[K] } {
  const { dtype, shape, strides, offset, numel, storage } = w;
  return { dtype, shape: [shape[1], shape[0]], strides: [strides[1], strides[0]], offset, numel, storage };
}

/** input weight^T + bias: input [..., in], weight [out, in] or [in], bias [out] or none. */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkTensor("linear", input);
  const features = weight.shape[weight.ndim - 1];
  if (weight.ndim < 1 || weight.ndim > 2 || input.ndim === 0 || input.shape[input.ndim - 1] !== features) {
    throw new ShapeError(
      `linear: expected an input whose last axis has the ${features ?? 0} columns of the weight ${
        formatShape(weight.shape)
      }, got ${formatShape(input.shape)}`,
    );
  }
  if (weight.ndim === 1 || bias === null || bias.ndim !== 1) {
    const product = matmul(input, weight.ndim === 1 ? weight : transpose(weight, 0, 1));
    return bias === null ? product : add(product, bias);
  }
  if (bias.shape[0] !== weight.shape[0]) {
    throw new ShapeError(`linear: expected a bias of shape [${weight.shape[0]}], got ${formatShape(bias.shape)}`);
  }
  const [x, w, b] = promoteAll([input, weight, bias]);
  if (!isFloating(x.dtype) && x.dtype !== "int32") {
    throw new DTypeError(
      `linear: expected float32, float64 or int32 operands, got ${x.dtype}; convert with float() or int()`,
    );
  }
  if (x.ndim === 2) return apply(linearOp, [x, w, b], null);
  const rows = x.shape.slice(0, -1);
  return reshape(apply(linearOp, [reshape(x, [numelOf(rows), features]), w, b], null), [...rows, weight.shape[0]]);
}
