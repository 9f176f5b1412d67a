/**
 * Activation functions as layers.
 *
 * @module
 */
import {
  celu,
  elu,
  gelu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  selu,
  silu,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from "../ops/activation.ts";
import type {
  EluOptions,
  GeluOptions,
  HardtanhOptions,
  LeakyReluOptions,
  ShrinkOptions,
  SoftplusOptions,
} from "../ops/functional_types.ts";
import { add, mul } from "../ops/binary.ts";
import { gt } from "../ops/compare.ts";
import { randLike } from "../ops/random.ts";
import { scoped } from "../ops/scoped.ts";
import { logSoftmax, softmax } from "../ops/softmax.ts";
import { where } from "../ops/ternary.ts";
import { neg, sigmoid, tanh } from "../ops/unary.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { Module } from "./module.ts";
import { emptyParameter, type Parameter } from "./parameter.ts";
import type { PReLUOptions, RReLUOptions } from "./types.ts";

/** max(x, 0). */
export class ReLU extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return relu(input);
  }
}

/** min(max(x, 0), 6). */
export class ReLU6 extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return relu6(input);
  }
}

/** scale (max(x, 0) + min(alpha (exp(x) - 1), 0)) with the constants of Klambauer et al. 2017. */
export class SELU extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return selu(input);
  }
}

/** x sigmoid(x). */
export class SiLU extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return silu(input);
  }
}

/** x tanh(softplus(x)). */
export class Mish extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return mish(input);
  }
}

/** log(sigmoid(x)). */
export class LogSigmoid extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/** min(max(x + 3, 0), 6) / 6. */
export class Hardsigmoid extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return hardsigmoid(input);
  }
}

/** x hardsigmoid(x). */
export class Hardswish extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return hardswish(input);
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/** x - tanh(x). */
export class Tanhshrink extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return sigmoid(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return tanh(input);
  }
}

/** x for x > 0, else alpha (exp(x) - 1). */
export class ELU extends Layer {
  /** Takes the options of `elu`: `alpha`, the limit at minus infinity with its sign changed. */
  constructor(readonly options: EluOptions = {}) {
    super(options, "alpha");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return elu(input, this.options);
  }
}

/** x for x > 0, else alpha (exp(x / alpha) - 1). */
export class CELU extends Layer {
  /** Takes the options of `celu`: `alpha`, the limit at minus infinity with its sign changed. */
  constructor(readonly options: EluOptions = {}) {
    super(options, "alpha");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return celu(input, this.options);
  }
}

/** x for x > 0, else negativeSlope x. */
export class LeakyReLU extends Layer {
  /** Takes the options of `leakyRelu`: the slope below 0. */
  constructor(readonly options: LeakyReluOptions = {}) {
    super(options, "negativeSlope");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return leakyRelu(input, this.options);
  }
}

/** min(max(x, minVal), maxVal). */
export class Hardtanh extends Layer {
  /** Takes the options of `hardtanh`: the two bounds. */
  constructor(readonly options: HardtanhOptions = {}) {
    super(options, "minVal");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return hardtanh(input, this.options);
  }
}

/** x times the normal distribution function. */
export class GELU extends Layer {
  /** Takes the options of `gelu`: whether it is approximated by tanh. */
  constructor(readonly options: GeluOptions = {}) {
    super(options, "approximate");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return gelu(input, this.options);
  }
}

/** log(1 + exp(beta x)) / beta. */
export class Softplus extends Layer {
  /** Takes the options of `softplus`: `beta`, and the threshold beyond which it is linear. */
  constructor(readonly options: SoftplusOptions = {}) {
    super(options, "beta");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return softplus(input, this.options);
  }
}

/** x outside of [-lambd, lambd], else 0. */
export class Hardshrink extends Layer {
  /** Takes the options of `hardshrink`: `lambda`, half the width of the gap. */
  constructor(readonly options: ShrinkOptions = {}) {
    super(options, "lambd");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return hardshrink(input, this.options);
  }
}

/** x moved towards 0 by lambd. */
export class Softshrink extends Layer {
  /** Takes the options of `softshrink`: `lambda`, half the width of the gap. */
  constructor(readonly options: ShrinkOptions = {}) {
    super(options, "lambd");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return softshrink(input, this.options);
  }
}

/** x where it exceeds `threshold`, else `value`. */
export class Threshold extends Layer {
  /** Elements not above `threshold` become `value`. */
  constructor(readonly threshold: number, readonly value: number) {
    super();
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    return threshold(input, this.threshold, this.value);
  }
}

/** a sigmoid(b) for the two halves a, b of the input along `dim`. */
export class GLU extends Layer {
  /** Halves axis `dim`. */
  constructor(readonly dim: number = -1) {
    super();
  }

  /** Halves axis `dim`. */
  override forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }
}

/** max(x, 0) + slope min(x, 0), where training draws the slope of each element from U(lower, upper). */
export class RReLU extends Layer {
  /** The bounds of the slope; evaluation takes the middle. */
  constructor(readonly options: RReLUOptions = {}) {
    super(options, "lower");
  }

  /** Elementwise. */
  override forward(input: Tensor): Tensor {
    const { lower = 1 / 8, upper = 1 / 3 } = this.options;
    if (!this.training) return leakyRelu(input, { negativeSlope: (lower + upper) / 2 });
    return scoped(() => where(gt(input, 0), input, mul(input, add(mul(randLike(input), upper - lower), lower))));
  }
}

/** max(x, 0) + weight min(x, 0) with a learned slope. */
export class PReLU extends Layer {
  /** [numParameters]. */
  weight: Parameter;

  /** The number of slopes is 1 or that of the channels. */
  constructor(options: PReLUOptions = {}) {
    super(options, "numParameters");
    this.weight = emptyParameter(this, [options.numParameters ?? 1], options);
    init.constant_(this.weight, options.init ?? 0.25);
  }

  /** Channels are axis 1. */
  override forward(input: Tensor): Tensor {
    return prelu(input, this.weight);
  }
}

/** exp(x) / sum(exp(x)) along `dim`. */
export class Softmax extends Layer {
  /** Normalises over axis `dim`. */
  constructor(readonly dim: number) {
    super();
  }

  /** Same shape. */
  override forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }
}

/** log(softmax(x)) along `dim`. */
export class LogSoftmax extends Layer {
  /** Normalises over axis `dim`. */
  constructor(readonly dim: number) {
    super();
  }

  /** Same shape. */
  override forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }
}

/** exp(-x) / sum(exp(-x)) along `dim`. */
export class Softmin extends Layer {
  /** Normalises over axis `dim`. */
  constructor(readonly dim: number) {
    super();
  }

  /** Same shape. */
  override forward(input: Tensor): Tensor {
    return softmax(neg(input), this.dim);
  }
}

/** Softmax over the channels of images. */
export class Softmax2d extends Module {
  /** [N, C, H, W] or [C, H, W]. */
  override forward(input: Tensor): Tensor {
    checkTensor("Softmax2d", input);
    if (input.ndim !== 3 && input.ndim !== 4) {
      throw new ShapeError(`Softmax2d: expected an input of 3 or 4 dimensions, got ${formatShape(input.shape)}`);
    }
    return softmax(input, -3);
  }
}
