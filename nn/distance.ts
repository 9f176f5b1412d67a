/**
 * Distances between vectors as layers.
 *
 * @module
 */
import { cosineSimilarity, pairwiseDistance } from "../ops/distance.ts";
import type { CosineSimilarityOptions, PairwiseDistanceOptions } from "../ops/functional_types.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** The cosine of the angle between vectors. */
export class CosineSimilarity extends Module {
  /** Takes the options of `cosineSimilarity`. */
  constructor(readonly options: CosineSimilarityOptions = {}) {
    super();
  }

  /** Shapes broadcast; the axis of the vectors is gone. */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.options);
  }
}

/** The distance between rows. */
export class PairwiseDistance extends Module {
  /** Takes the options of `pairwiseDistance`. */
  constructor(readonly options: PairwiseDistanceOptions = {}) {
    super();
  }

  /** [N, D] and [N, D] to [N]. */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
