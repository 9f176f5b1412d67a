/**
 * Tables looked up by index: embeddings and one-hot vectors.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { DType } from "../tensor/dtype.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { gt, ne } from "./compare.ts";
import { onesLike, zeros } from "./creation.ts";
import { flatten, unsqueeze } from "./dimensions.ts";
import type { EmbeddingOptions } from "./functional_types.ts";
import { scatter } from "./gather_scatter.ts";
import { checkIndexDType, checkIndexRange } from "./index_check.ts";
import { indexAdd, indexCopy, indexSelect } from "./index_select.ts";
import { copy_ } from "./inplace.ts";
import { pNorm } from "./norm.ts";
import type { Lookup } from "./record_types.ts";
import { reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import { where } from "./ternary.ts";

/** What the gradient of every looked-up row is multiplied with, [count, 1]; null for 1. */
function rowScales(index: Tensor, rows: number, dtype: DType, params: Lookup): Tensor | null {
  const { paddingIdx, scaleGradByFreq } = params;
  if (paddingIdx < 0 && !scaleGradByFreq) return null;
  const one = onesLike(index, { dtype });
  let scales = paddingIdx < 0 ? one : cast(ne(index, paddingIdx), dtype);
  if (scaleGradByFreq) {
    const frequencies = indexAdd(zeros([rows], { dtype, device: index.device }), 0, index, one);
    scales = div(scales, indexSelect(frequencies, 0, index));
  }
  return unsqueeze(scales, 1);
}

const embeddingOp: Op<Lookup> = defineOp<Lookup>({
  name: "embedding",
  gradName: "Embedding",
  kind: "kernel",
  shape: ([weight, index]) => {
    checkIndexDType("embedding", index);
    checkIndexRange("embedding", index, weight.shape[0], 0);
    return { shape: [...index.shape, weight.shape[1]], dtype: weight.dtype };
  },
  run: (backend, [weight, index], [out]) =>
    backend.indexSelect(weight, reshape(index, [index.numel]), reshape(out, [index.numel, weight.shape[1]]), 0),
  rules: "fused",
  saves: { inputs: [1], outputs: [] },
  vjp: (c, [g]) => {
    if (!c.needs(0)) return [null, null];
    const [rows, columns] = c.shape(0);
    const index = flatten(c.input(1));
    const scales = rowScales(index, rows, g!.dtype, c.params);
    const slices = reshape(g!, [index.numel, columns]);
    const target = zeros([rows, columns], { dtype: g!.dtype, device: g!.device });
    return [indexAdd(target, 0, index, scales === null ? slices : mul(slices, scales)), null];
  },
  jvp: null,
  batch: null,
  decompose: ([weight, index], params) => {
    const at = flatten(index);
    const rows = indexSelect(weight, 0, at);
    const scales = rowScales(at, weight.shape[0], weight.dtype, params);
    // The value is that of the rows whatever the scales are; only what depends on the table is scaled.
    const scaled = scales === null ? rows : add(rows.detach(), mul(sub(rows, rows.detach()), scales));
    return reshape(scaled, [...index.shape, weight.shape[1]]);
  },
  samples: () =>
    [[2, 2], [5], []].map((shape) => ({
      inputs: [{ shape: [4, 3] }, { shape, low: 0, high: 4, dtype: "int32" as const }],
      params: { paddingIdx: -1, scaleGradByFreq: false },
    })),
});

/**
 * Rows of a table.
 *
 * ```ts
 * import { nn, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const table = tensor([[0, 1], [2, 3], [4, 5]]);
 * const rows = nn.functional.embedding(tensor([2, 0], { dtype: "int32" }), table);
 * assertEquals(rows.toArray(), [[4, 5], [0, 1]]);
 * ```
 *
 * @param input Row numbers, int32 of any shape.
 * @param weight The table, [rows, columns].
 * @returns A tensor of the shape of `input` with the columns as one more axis.
 * @throws IndexError for rows that the table has not.
 * @throws DTypeError unless `input` is int32.
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  const { paddingIdx, maxNorm, normType = 2, scaleGradByFreq = false } = options;
  if (weight.ndim !== 2) {
    throw new ShapeError(`embedding: expected a weight of shape [rows, columns], got ${formatShape(weight.shape)}`);
  }
  const rows = weight.shape[0];
  if (paddingIdx !== undefined && !(Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows)) {
    throw new ArgumentError(`embedding: expected a paddingIdx in [${-rows}, ${rows - 1}], got ${paddingIdx}`);
  }
  if (maxNorm !== undefined) withGradMode("disabled", () => renormalize(weight, input, maxNorm, normType));
  const padding = paddingIdx === undefined ? -1 : (paddingIdx + rows) % rows;
  return apply(embeddingOp, [weight, input], { paddingIdx: padding, scaleGradByFreq });
}

/** Scales the looked-up rows of the table down to `maxNorm`, in place. */
function renormalize(weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  // A row that is looked up twice is written twice, with the same numbers.
  const touched = flatten(index);
  const rows = indexSelect(weight, 0, touched);
  const norms = pNorm(rows, normType, 1, true);
  // As PyTorch: a little less than the limit, so that rounding does not exceed it again.
  const scales = where(gt(norms, maxNorm), div(maxNorm, add(norms, 1e-7)), onesLike(norms));
  copy_(weight, indexCopy(weight, 0, touched, mul(rows, scales)));
}

/** Vectors with a 1 at the place that each int32 label names; -1 as the number of classes means the largest label plus 1. */
export function oneHot(input: Tensor, numClasses: number = -1): Tensor {
  checkIndexDType("oneHot", input);
  if (!Number.isInteger(numClasses) || numClasses < -1 || numClasses === 0) {
    throw new ArgumentError(`oneHot: expected a positive number of classes or -1, got ${numClasses}`);
  }
  if (numClasses === -1 && input.numel === 0) {
    throw new ArgumentError("oneHot: expected numClasses for a tensor without elements, got -1");
  }
  const classes = numClasses === -1 ? largest(input) + 1 : numClasses;
  checkIndexRange("oneHot", input, classes, -1);
  const none = zeros([...input.shape, classes], { dtype: "int32", device: input.device });
  return scatter(none, -1, unsqueeze(input, -1), 1);
}

function largest(labels: Tensor): number {
  let most = 0;
  for (const label of labels.read("oneHot")) most = Math.max(most, label);
  return most;
}
