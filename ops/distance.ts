/**
 * Distances and angles between vectors.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { broadcastShapes, formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { clampMin } from "./extrema.ts";
import type { CosineSimilarityOptions, NormalizeOptions, PairwiseDistanceOptions } from "./functional_types.ts";
import { indexSelect } from "./index_select.ts";
import { pNorm } from "./norm.ts";
import { floatOperand, promoteAll } from "./promote.ts";
import { sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { expand } from "./shape.ts";
import { fromTyped } from "./tensor_data.ts";
import { sqrt } from "./unary.ts";

/** n = max(|x|, eps) along an axis. Its derivative is x / n also where `eps` is the larger one, as in PyTorch. */
function limitedNorm(x: Tensor, axis: number, eps: number): Tensor {
  const squares = sum(mul(x, x), axis);
  const fixed = squares.detach();
  return sqrt(add(squares, sub(clampMin(fixed, eps * eps), fixed)));
}

/** The cosine of the angle between vectors along `dim`: <x1, x2> / (max(|x1|, eps) max(|x2|, eps)). Shapes broadcast. */
export function cosineSimilarity(x1: Tensor, x2: Tensor, options: CosineSimilarityOptions = {}): Tensor {
  const { dim = 1, eps = 1e-8 } = options;
  const [a, b] = promoteAll([x1, x2], true);
  const shape = broadcastShapes("cosineSimilarity", a.shape, b.shape);
  const axis = normalizeDim("cosineSimilarity", dim, shape.length);
  return scoped(() => {
    // Stretched first, so that an axis of size 1 counts as often as it is used.
    const [u, v] = [expand(a, shape), expand(b, shape)];
    return div(sum(mul(u, v), axis), mul(limitedNorm(u, axis, eps), limitedNorm(v, axis, eps)));
  });
}

/** Vectors along `dim` divided by their norm, or by `eps` if that is larger. */
export function normalize(input: Tensor, options: NormalizeOptions = {}): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  return scoped(() => div(input, clampMin(pNorm(input, p, dim, true), eps)));
}

/** The p-norm of x1 - x2 + eps along the last axis. Shapes broadcast. */
export function pairwiseDistance(x1: Tensor, x2: Tensor, options: PairwiseDistanceOptions = {}): Tensor {
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  const [a, b] = promoteAll([x1, x2], true);
  return scoped(() => pNorm(add(sub(a, b), eps), p, -1, keepdim));
}

/** Distances between all pairs i < j of the rows of [n, m], as a vector in the order (0, 1), (0, 2), ..., (1, 2), ... */
export function pdist(input: Tensor, p: number = 2): Tensor {
  if (input.ndim !== 2) throw new ShapeError(`pdist: expected rows [n, m], got shape ${formatShape(input.shape)}`);
  floatOperand("pdist", input);
  if (!(p >= 0)) throw new ArgumentError(`pdist: expected p of at least 0, got ${p}`);
  const n = input.shape[0];
  const pairs = n * (n - 1) / 2;
  const [first, second] = [new Int32Array(pairs), new Int32Array(pairs)];
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, k++) {
      first[k] = i;
      second[k] = j;
    }
  }
  return scoped(() => {
    const rows = (index: Int32Array): Tensor =>
      indexSelect(input, 0, fromTyped(index, [pairs], "int32", { device: input.device }));
    return pNorm(sub(rows(first), rows(second)), p, 1, false);
  });
}
