/**
 * Distances between vectors as layers.
 *
 * @module
 */
import { cosineSimilarity, pairwiseDistance } from "../ops/distance.ts";
import type { CosineSimilarityOptions, PairwiseDistanceOptions } from "../ops/functional_types.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** The cosine of the angle between vectors. */
export class CosineSimilarity extends Layer {
  /** Takes the options of `cosineSimilarity`. */
  constructor(readonly options: CosineSimilarityOptions = {}) {
    super(options, "dim");
  }

  /** Shapes broadcast; the axis of the vectors is gone. */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.options);
  }
}

/** The distance between rows. */
export class PairwiseDistance extends Layer {
  /** Takes the options of `pairwiseDistance`. */
  constructor(readonly options: PairwiseDistanceOptions = {}) {
    super(options, "p");
  }

  /** [N, D] and [N, D] to [N]. */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.options);
  }
}
