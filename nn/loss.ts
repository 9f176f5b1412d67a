/**
 * Losses as modules. Each takes the options of the function of the same name in `nn.functional`.
 *
 * @module
 */
import type {
  BinaryCrossEntropyOptions,
  BinaryCrossEntropyWithLogitsOptions,
  CrossEntropyOptions,
  CtcLossOptions,
  GaussianNllLossOptions,
  HuberLossOptions,
  KlDivOptions,
  LossOptions,
  MarginLossOptions,
  MultiMarginLossOptions,
  NllLossOptions,
  PoissonNllLossOptions,
  SmoothL1LossOptions,
  TripletMarginLossOptions,
} from "../ops/functional_types.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  klDiv,
  multilabelSoftMarginLoss,
  softMarginLoss,
} from "../ops/losses_binary.ts";
import { crossEntropy, nllLoss } from "../ops/losses_classification.ts";
import { gaussianNllLoss, huberLoss, l1Loss, mseLoss, poissonNllLoss, smoothL1Loss } from "../ops/losses_regression.ts";
import { ctcLoss } from "../ops/loss_ctc.ts";
import {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  marginRankingLoss,
  multilabelMarginLoss,
  multiMarginLoss,
  tripletMarginLoss,
} from "../ops/losses_margin.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** (input - target)^2. */
export class MSELoss extends Layer {
  /** Takes the options of `mseLoss`. */
  constructor(readonly options: LossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** |input - target|. */
export class L1Loss extends Layer {
  /** Takes the options of `l1Loss`. */
  constructor(readonly options: LossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** A square near 0, a line beyond `beta`. */
export class SmoothL1Loss extends Layer {
  /** Takes the options of `smoothL1Loss`. */
  constructor(readonly options: SmoothL1LossOptions = {}) {
    super(options, "beta");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** A square near 0, a line beyond `delta`. */
export class HuberLoss extends Layer {
  /** Takes the options of `huberLoss`. */
  constructor(readonly options: HuberLossOptions = {}) {
    super(options, "delta");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** Negative log likelihood of Poisson counts. */
export class PoissonNLLLoss extends Layer {
  /** Takes the options of `poissonNllLoss`. */
  constructor(readonly options: PoissonNllLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Kullback-Leibler divergence of log-probabilities from the target. */
export class KLDivLoss extends Layer {
  /** Takes the options of `klDiv`. */
  constructor(readonly options: KlDivOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** log(1 + exp(-target input)). */
export class SoftMarginLoss extends Layer {
  /** Takes the options of `softMarginLoss`. */
  constructor(readonly options: LossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** The input for targets of 1, its distance to the margin for targets of -1. */
export class HingeEmbeddingLoss extends Layer {
  /** Takes the options of `hingeEmbeddingLoss`. */
  constructor(readonly options: MarginLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** Margins between the scores of labels and of other classes. */
export class MultiLabelMarginLoss extends Layer {
  /** Takes the options of `multilabelMarginLoss`. */
  constructor(readonly options: LossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

/** A loss with weights, which are a buffer of the module. */
abstract class WeightedLoss extends Layer {
  /** Weights of classes or elements. */
  declare weight: Tensor | null;

  /** @internal For the layers only. */
  constructor(options: { weight?: Tensor | null }) {
    super(options, "weight");
    this.registerBuffer("weight", options.weight ?? null);
  }
}

/** Cross-entropy of logits against class numbers or distributions. */
export class CrossEntropyLoss extends WeightedLoss {
  /** Takes the options of `crossEntropy`. */
  constructor(readonly options: CrossEntropyOptions = {}) {
    super(options);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Negative log likelihood of class numbers under log-probabilities. */
export class NLLLoss extends WeightedLoss {
  /** Takes the options of `nllLoss`. */
  constructor(readonly options: NllLossOptions = {}) {
    super(options);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross-entropy of probabilities. */
export class BCELoss extends WeightedLoss {
  /** Takes the options of `binaryCrossEntropy`. */
  constructor(readonly options: BinaryCrossEntropyOptions = {}) {
    super(options);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { ...this.options, weight: this.weight });
  }
}

/** Mean binary cross-entropy over classes. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  /** Takes the options of `multilabelSoftMarginLoss`. */
  constructor(readonly options: BinaryCrossEntropyOptions = {}) {
    super(options);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Margins between the score of the label and those of other classes. */
export class MultiMarginLoss extends WeightedLoss {
  /** Takes the options of `multiMarginLoss`. */
  constructor(readonly options: MultiMarginLossOptions = {}) {
    super(options);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, { ...this.options, weight: this.weight });
  }
}

/** Binary cross-entropy of logits. */
export class BCEWithLogitsLoss extends WeightedLoss {
  /** Weights of the positive answers. */
  declare posWeight: Tensor | null;

  /** Takes the options of `binaryCrossEntropyWithLogits`. */
  constructor(readonly options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super(options);
    this.registerBuffer("posWeight", options.posWeight ?? null);
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, { ...this.options, weight, posWeight });
  }
}

/** Negative log likelihood of normal distributions of given variance. */
export class GaussianNLLLoss extends Layer {
  /** Takes the options of `gaussianNllLoss`. */
  constructor(readonly options: GaussianNllLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of the mean `input` and `variance` against `target`. */
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** Asks the first score to exceed the second by a margin, or the reverse. */
export class MarginRankingLoss extends Layer {
  /** Takes the options of `marginRankingLoss`. */
  constructor(readonly options: MarginLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of two scores for targets of 1 (first larger) and -1. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, this.options);
  }
}

/** Pulls vectors together or pushes them apart by their angle. */
export class CosineEmbeddingLoss extends Layer {
  /** Takes the options of `cosineEmbeddingLoss`. */
  constructor(readonly options: MarginLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of two vectors for targets of 1 (alike) and -1. */
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, this.options);
  }
}

/** Asks the anchor to be nearer to the positive than to the negative. */
export class TripletMarginLoss extends Layer {
  /** Takes the options of `tripletMarginLoss`. */
  constructor(readonly options: TripletMarginLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of three vectors. */
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** Connectionist temporal classification. */
export class CTCLoss extends Layer {
  /** Takes the options of `ctcLoss`. */
  constructor(readonly options: CtcLossOptions = {}) {
    super(options, "reduction");
  }

  /** The loss of log-probabilities [T, N, C] against targets of given lengths. */
  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[],
    targetLengths: Tensor | readonly number[],
  ): Tensor {
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, this.options);
  }
}

export type { WeightedLoss };
