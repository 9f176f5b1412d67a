/**
 * Where elements are not zero.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { Op } from "../tensor/op.ts";
import { contiguousStrides } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { overRows } from "./over_rows.ts";
import { flatten } from "./dimensions.ts";
import { unbind } from "./split.ts";
import { defineOp } from "./table.ts";

/** Positions of the elements that are not zero, in row-major order. */
const positionsOp: Op<string> = defineOp<string>({
  name: "nonzeroPositions",
  gradName: "Nonzero",
  kind: "kernel",
  shape: ([x], caller) => ({ shape: [x.storage.backend.countNonzero(x, caller)], dtype: "int32" }),
  run: (backend, [x], [out]) => backend.nonzero(x, out),
  rules: "none",
  batch: (size, _batched, inputs, caller) =>
    overRows(caller, size, inputs, ([row]) => apply(positionsOp, [row], caller)),
  // Booleans that are all true or all false: a batch of them has results of one shape.
  samples: () => [{ inputs: [{ shape: [5], low: 1, high: 3, dtype: "int32" }], params: "nonzero" }],
});

const nonzeroOp: Op<string> = defineOp<string>({
  name: "nonzero",
  gradName: "Nonzero",
  kind: "kernel",
  shape: ([x], caller) => ({ shape: [x.storage.backend.countNonzero(x, caller), x.ndim], dtype: "int32" }),
  run: (backend, [x], [out]) => {
    const positions = empty(backend, [out.shape[0]], "int32");
    backend.nonzero(x, positions);
    const strides = contiguousStrides(x.shape);
    const coordinates = new Int32Array(out.numel);
    backend.read(positions, "nonzero").forEach((position, row) => {
      for (let d = 0; d < x.ndim; d++) {
        coordinates[row * x.ndim + d] = Math.floor(position / strides[d]) % x.shape[d];
      }
    });
    backend.write(out, coordinates);
  },
  rules: "none",
  batch: (size, _batched, inputs, caller) => overRows(caller, size, inputs, ([row]) => apply(nonzeroOp, [row], caller)),
  samples: () => [{ inputs: [{ shape: [2, 3], low: 1, high: 3, dtype: "int32" }], params: "nonzero" }],
});

/** Internal: row-major positions of the elements that are not zero, as a vector of int32, for the function `caller`. */
export function nonzeroPositions(x: Tensor, caller: string): Tensor {
  return apply(positionsOp, [x], caller);
}

/** The coordinates of the elements that are not zero, one row each: int32 [count, dimensions]. */
export function nonzero(input: Tensor, options?: { asTuple?: false }): Tensor;
/** The coordinates of the elements that are not zero, one vector per axis. */
export function nonzero(input: Tensor, options: { asTuple: true }): Tensor[];
export function nonzero(input: Tensor, options: { asTuple?: boolean } = {}): Tensor | Tensor[] {
  if (options.asTuple !== true) return apply(nonzeroOp, [input], "nonzero");
  return unbind(apply(nonzeroOp, [input.ndim === 0 ? flatten(input) : input], "nonzero"), 1);
}

/** The coordinates of the elements that are not zero, one row each: another name of `nonzero`. */
export function argwhere(input: Tensor): Tensor {
  return apply(nonzeroOp, [input], "argwhere");
}
