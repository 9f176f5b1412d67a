/**
 * Reductions over axes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { DTypeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { keepDims, normalizeDims, removeDims } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div } from "./binary.ts";
import { cast } from "./cast.ts";
import { linear } from "./families.ts";
import { expand, reshape } from "./shape.ts";

/** Axes of a reduction: sorted, unique, non-negative. */
type Dims = readonly number[];

/** Options of reductions. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1. Default: false. */
  keepdim?: boolean;
}

const sumOp: Op<Dims> = linear<Dims>({
  forward: {
    name: "sum",
    gradName: "Sum",
    kind: "kernel",
    shape: ([x], dims) => ({ shape: removeDims(x.shape, dims), dtype: x.dtype }),
    run: (backend, [x], [out], dims) => backend.reduce("sum", x, out, dims),
    samples: () => [
      { inputs: [{ shape: [2, 3, 4] }], params: [1] },
      { inputs: [{ shape: [2, 3, 4] }], params: [0, 2] },
      { inputs: [{ shape: [0, 3] }], params: [0] },
      { inputs: [{ shape: [] }], params: [] },
    ],
  },
  transpose: (g, c) => {
    const shape = c.shape(0);
    return expand(g.ndim === 0 ? g : reshape(g, keepDims(shape, c.params)), shape);
  },
  batch: (x, dims) => apply(sumOp, [x], dims.map((d) => d + 1)),
});

/** Puts reduced axes back with size 1 where `keepdim` asks for it. */
function restoreDims(reduced: Tensor, input: Tensor, dims: Dims, options: ReduceOptions): Tensor {
  return options.keepdim ? reshape(reduced, keepDims(input.shape, dims)) : reduced;
}

/** Sum over `dim` (one axis, several, or all). Integers and bools give int32. */
export function sum(input: Tensor, dim?: number | readonly number[] | null, options: ReduceOptions = {}): Tensor {
  const dims = normalizeDims("sum", dim, input.ndim);
  const x = isFloating(input.dtype) ? input : cast(input, "int32");
  return restoreDims(apply(sumOp, [x], dims), input, dims, options);
}

/** Mean over `dim` (one axis, several, or all) of floating-point numbers. */
export function mean(input: Tensor, dim?: number | readonly number[] | null, options: ReduceOptions = {}): Tensor {
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`mean: expected floating-point numbers, got ${input.dtype}; convert them with float()`);
  }
  const dims = normalizeDims("mean", dim, input.ndim);
  const count = dims.reduce((n, d) => n * input.shape[d], 1);
  return div(sum(input, dims.length === input.ndim ? undefined : dims, options), count);
}
