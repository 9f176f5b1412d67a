/**
 * What every op with an index tensor checks, and counting from the end of an axis.
 *
 * @module
 */
import type { ElementwiseKernel } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { DTypeError, IndexError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { defineOp } from "./table.ts";

/** Throws unless the tensor holds int32 indices. */
export function checkIndexDType(op: string, index: Tensor): void {
  if (index.dtype !== "int32") {
    throw new DTypeError(`${op}: expected an int32 index tensor, got ${index.dtype}; convert it with int()`);
  }
}

/** Throws unless all indices lie on an axis of `size` elements; `wrap` allows counting from its end. For use in `shape`. */
export function checkIndexRange(op: string, index: Tensor, size: number, axis: number, wrap: boolean = false): void {
  if (index.numel === 0) return;
  const low = wrap ? -size : 0;
  const complaint = (stray: number): IndexError =>
    new IndexError(`${op}: expected indices in [${low}, ${size - 1}] for axis ${axis} of size ${size}, got ${stray}`);
  const range = index.storage.backend.indexRange(index, { low, high: size - 1, complaint });
  if (range !== null && range[0] < low) throw complaint(range[0]);
  if (range !== null && range[1] >= size) throw complaint(range[1]);
}

const REMAINDER: ElementwiseKernel = {
  name: "remainder",
  reference: (a, b) => a - b * Math.floor(a / b),
  wgsl: "remainder(a, b)",
};

/** The axis that indices belong to, and the op that asks, for errors. */
interface IndexedAxis {
  readonly op: string;
  readonly size: number;
  readonly axis: number;
}

const wrapIndexOp: Op<IndexedAxis> = defineOp<IndexedAxis>({
  name: "wrapIndex",
  gradName: "WrapIndex",
  kind: "kernel",
  shape: ([index], { op, size, axis }) => {
    checkIndexDType(op, index);
    checkIndexRange(op, index, size, axis, true);
    return { shape: index.shape, dtype: "int32" };
  },
  run: (backend, [index], [out], { size }) => {
    const range = backend.indexRange(index, null);
    if (range !== null && range[0] >= 0) {
      backend.copy(index, out);
      return;
    }
    const divisor = empty(backend, [], "int32");
    backend.fill(divisor, size);
    backend.binary(REMAINDER, index, divisor, out, 0, 0);
  },
  rules: "none",
  batch: (_size, _batched, [index], params) => apply(wrapIndexOp, [index], params),
  samples: () => [
    { inputs: [{ shape: [4], low: -3, high: 3, dtype: "int32" }], params: { op: "take", size: 3, axis: 0 } },
    { inputs: [{ shape: [0], dtype: "int32" }], params: { op: "take", size: 3, axis: 0 } },
  ],
});

/** Indices in [0, size) from indices in [-size, size). */
export function wrapIndex(op: string, index: Tensor, size: number, axis: number): Tensor {
  return apply(wrapIndexOp, [index], { op, size, axis });
}
