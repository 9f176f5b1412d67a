/**
 * Dropout layers: active in training mode only.
 *
 * @module
 */
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "../ops/dropout.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** What all dropout layers share. */
abstract class DropoutLayer extends Layer {
  /** Probability of an element (or channel) to be dropped. */
  readonly p: number;

  /** @internal For the layers only. */
  constructor(options: { p?: number } = {}) {
    super(options, "p");
    const { p = 0.5 } = options;
    if (!(p >= 0 && p <= 1)) {
      throw new ArgumentError(`${this.constructor.name}: expected a probability in [0, 1], got ${p}`);
    }
    this.p = p;
  }
}

/** Zeros elements with probability p and scales the others by 1 / (1 - p). */
export class Dropout extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return dropout(input, this);
  }
}

/** Zeros whole channels of [N, C, L]. */
export class Dropout1d extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return dropout1d(input, this);
  }
}

/** Zeros whole channels of [N, C, H, W]. */
export class Dropout2d extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return dropout2d(input, this);
  }
}

/** Zeros whole channels of [N, C, D, H, W]. */
export class Dropout3d extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return dropout3d(input, this);
  }
}

/** Dropout for networks with SELU: keeps mean and variance. */
export class AlphaDropout extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return alphaDropout(input, this);
  }
}

/** {@linkcode AlphaDropout} of whole channels. */
export class FeatureAlphaDropout extends DropoutLayer {
  /** The input itself in evaluation mode. */
  override forward(input: Tensor): Tensor {
    return featureAlphaDropout(input, this);
  }
}

export type { DropoutLayer };
