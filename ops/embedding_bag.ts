/**
 * Sums, means and maxima of bags of embeddings.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, logicalAnd, ne } from "./compare.ts";
import { arange, ones, zeros } from "./creation.ts";
import { unsqueeze } from "./dimensions.ts";
import { embedding } from "./embedding.ts";
import { clampMin } from "./extrema.ts";
import type { EmbeddingBagOptions } from "./functional_types.ts";
import { checkIndexDType } from "./index_check.ts";
import { indexAdd } from "./index_select.ts";
import { max } from "./max_min.ts";
import { any, sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { isReadable } from "./readable.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { where } from "./ternary.ts";

/** How many bags have started at each of `count` elements: the number of its bag, counted from 1. */
function bagNumbers(offsets: Tensor, count: number): Tensor {
  const positions = arange(count, { dtype: "int32", device: offsets.device });
  return sum(ge(unsqueeze(positions, 1), unsqueeze(offsets, 0)), 1);
}

/** Throws unless the bags begin at 0 and follow each other within `count` elements. */
function checkOffsets(offsets: Tensor, count: number): void {
  checkIndexDType("embeddingBag", offsets);
  if (!isReadable(offsets)) return;
  const starts = [...offsets.read("embeddingBag")];
  if ((starts[0] ?? 0) !== 0 || starts.some((start, i) => start > (starts[i + 1] ?? count))) {
    throw new ArgumentError(
      `embeddingBag: expected ascending offsets from 0 to at most ${count}, got ${formatShape(starts)}`,
    );
  }
}

/**
 * Looks up rows of a table and combines those of each bag.
 *
 * @param input Row numbers: [B, n] has bags of n, [n] needs `offsets`. Rows at `paddingIdx` do not count.
 * @param weight The table, [rows, columns].
 * @returns [B, columns]; zeros for empty bags.
 */
export function embeddingBag(input: Tensor, weight: Tensor, options: EmbeddingBagOptions = {}): Tensor {
  const { offsets = null, mode = "mean", perSampleWeights = null, includeLastOffset = false, ...lookup } = options;
  if (!["sum", "mean", "max"].includes(mode)) {
    throw new ArgumentError(`embeddingBag: expected mode "sum", "mean" or "max", got "${mode}"`);
  }
  if (perSampleWeights !== null && mode !== "sum") {
    throw new ArgumentError(`embeddingBag: expected mode "sum" with perSampleWeights, got "${mode}"`);
  }
  if (perSampleWeights !== null && !sameShape(perSampleWeights.shape, input.shape)) {
    throw new ShapeError(
      `embeddingBag: expected perSampleWeights of the shape of the input, ${formatShape(input.shape)}, got ${
        formatShape(perSampleWeights.shape)
      }`,
    );
  }
  if ((input.ndim === 1) !== (offsets !== null) || input.ndim > 2) {
    throw new ShapeError(
      `embeddingBag: expected a 1-d input with offsets or a 2-d input without, got ${formatShape(input.shape)}`,
    );
  }
  if (offsets !== null) checkOffsets(offsets, input.numel);
  return scoped(() => {
    const indices = reshape(input, [input.numel]);
    const starts = offsets ?? mul(arange(input.shape[0], { dtype: "int32", device: input.device }), input.shape[1]);
    const bags = starts.shape[0] - (includeLastOffset ? 1 : 0);
    const numbers = bagNumbers(starts, input.numel);
    const counted = countedOf(indices, weight, lookup.paddingIdx);
    const vectors = embedding(indices, weight, lookup);
    if (mode === "max") return largest(vectors, numbers, counted, bags);
    const { dtype, device } = weight;
    const factors = counted === null ? ones([input.numel], { dtype, device }) : cast(counted, dtype);
    const scales = perSampleWeights === null ? factors : mul(factors, reshape(perSampleWeights, [input.numel]));
    // What lies outside of all bags goes to a row before them and, with a last offset, to one after them.
    const totals = (x: Tensor): Tensor =>
      narrow(indexAdd(zeros([starts.numel + 1, x.shape[1]], { dtype, device }), 0, numbers, x), 0, 1, bags);
    const sums = totals(mul(vectors, unsqueeze(scales, 1)));
    return mode === "sum" ? sums : div(sums, clampMin(totals(unsqueeze(factors, 1)), 1));
  });
}

/** Which indices are not padding; null where all count. */
function countedOf(indices: Tensor, weight: Tensor, paddingIdx: number | undefined): Tensor | null {
  if (paddingIdx === undefined) return null;
  return ne(indices, paddingIdx < 0 ? paddingIdx + weight.shape[0] : paddingIdx);
}

/** The largest number of each bag and column; the first of equal ones takes the gradient. */
function largest(vectors: Tensor, numbers: Tensor, counted: Tensor | null, bags: number): Tensor {
  const [count, columns] = vectors.shape;
  const { dtype, device } = vectors;
  if (count === 0) return zeros([bags, columns], { dtype, device });
  const inBag = eq(unsqueeze(arange(1, bags + 1, { dtype: "int32", device }), 1), unsqueeze(numbers, 0));
  const members = counted === null ? inBag : logicalAnd(inBag, counted);
  const values = where(unsqueeze(members, 2), unsqueeze(vectors, 0), -Infinity);
  return where(unsqueeze(any(members, 1), 1), max(values, 1).values, 0);
}
