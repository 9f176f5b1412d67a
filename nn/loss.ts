/**
 * Losses as modules. Each takes the options of the function of the same name in `nn.functional`.
 *
 * @module
 */
import {
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
  type BinaryCrossEntropyWithLogitsOptions,
  klDiv,
  type KlDivOptions,
  multilabelSoftMarginLoss,
  softMarginLoss,
} from "../ops/losses_binary.ts";
import { crossEntropy, type CrossEntropyOptions, nllLoss, type NllLossOptions } from "../ops/losses_classification.ts";
import {
  gaussianNllLoss,
  type GaussianNllLossOptions,
  huberLoss,
  type HuberLossOptions,
  l1Loss,
  mseLoss,
  poissonNllLoss,
  type PoissonNllLossOptions,
  smoothL1Loss,
  type SmoothL1LossOptions,
} from "../ops/losses_regression.ts";
import type { LossOptions } from "../ops/loss_reduction.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** (input - target)^2. */
export class MSELoss extends Module {
  constructor(readonly options: LossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/** |input - target|. */
export class L1Loss extends Module {
  constructor(readonly options: LossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/** A square near 0, a line beyond `beta`. */
export class SmoothL1Loss extends Module {
  constructor(readonly options: SmoothL1LossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

/** A square near 0, a line beyond `delta`. */
export class HuberLoss extends Module {
  constructor(readonly options: HuberLossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

/** Negative log likelihood of Poisson counts. */
export class PoissonNLLLoss extends Module {
  constructor(readonly options: PoissonNllLossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

/** Cross-entropy of logits against class numbers or distributions. */
export class CrossEntropyLoss extends Module {
  constructor(readonly options: CrossEntropyOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/** Negative log likelihood of class numbers under log-probabilities. */
export class NLLLoss extends Module {
  constructor(readonly options: NllLossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}

/** Binary cross-entropy of probabilities. */
export class BCELoss extends Module {
  constructor(readonly options: BinaryCrossEntropyOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/** Binary cross-entropy of logits. */
export class BCEWithLogitsLoss extends Module {
  constructor(readonly options: BinaryCrossEntropyWithLogitsOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/** Kullback-Leibler divergence of log-probabilities from the target. */
export class KLDivLoss extends Module {
  constructor(readonly options: KlDivOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

/** log(1 + exp(-target input)). */
export class SoftMarginLoss extends Module {
  constructor(readonly options: LossOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

/** Mean binary cross-entropy over classes. */
export class MultiLabelSoftMarginLoss extends Module {
  constructor(readonly options: BinaryCrossEntropyOptions = {}) {
    super();
  }

  /** The loss of `input` against `target`. */
  override forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}

/** Negative log likelihood of normal distributions of given variance. */
export class GaussianNLLLoss extends Module {
  constructor(readonly options: GaussianNllLossOptions = {}) {
    super();
  }

  /** The loss of the mean `input` and `variance` against `target`. */
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}
