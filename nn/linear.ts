/**
 * Affine layers.
 *
 * @module
 */
import { bilinear } from "../ops/bilinear.ts";
import { linear } from "../ops/linear.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { Module } from "./module.ts";
import { emptyParameter, type Parameter } from "./parameter.ts";
import type { BiasOptions } from "./types.ts";

/**
 * x weight^T + bias.
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new nn.Linear(3, 2);
 * assertEquals(layer.weight.shape, [2, 3]);
 * assertEquals(layer.call(ones([5, 3])).shape, [5, 2]);
 * ```
 */
export class Linear extends Layer {
  /** [outFeatures, inFeatures], drawn from U(-1 / sqrt(inFeatures), 1 / sqrt(inFeatures)). */
  weight: Parameter;
  /** [outFeatures], drawn from the same distribution. */
  bias: Parameter | null;

  /** Maps vectors of `inFeatures` elements to vectors of `outFeatures` elements. */
  constructor(readonly inFeatures: number, readonly outFeatures: number, options: BiasOptions = {}) {
    super(options, "bias");
    this.weight = emptyParameter(this, [outFeatures, inFeatures], options);
    this.bias = options.bias ?? true ? emptyParameter(this, [outFeatures], options) : null;
    this.resetParameters();
  }

  /** Draws new values for the parameters. */
  resetParameters(): void {
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    init.uniform_(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform_(this.bias, -bound, bound);
  }

  /** [..., inFeatures] to [..., outFeatures]. */
  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
}

/** input1^T weight input2 + bias. */
export class Bilinear extends Layer {
  /** [outFeatures, in1Features, in2Features], drawn from U(-1 / sqrt(in1Features), 1 / sqrt(in1Features)). */
  weight: Parameter;
  /** [outFeatures], drawn from the same distribution. */
  bias: Parameter | null;

  /** Maps pairs of vectors to vectors of `outFeatures` elements. */
  constructor(
    readonly in1Features: number,
    readonly in2Features: number,
    readonly outFeatures: number,
    options: BiasOptions = {},
  ) {
    super(options, "bias");
    this.weight = emptyParameter(this, [outFeatures, in1Features, in2Features], options);
    this.bias = options.bias ?? true ? emptyParameter(this, [outFeatures], options) : null;
    const bound = 1 / Math.sqrt(in1Features);
    init.uniform_(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform_(this.bias, -bound, bound);
  }

  /** [..., in1Features] and [..., in2Features] to [..., outFeatures]. */
  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }
}

/** What it is given. Arguments of the constructor are ignored. */
export class Identity extends Module {
  /** Ignores its arguments, so that it can stand in for any module. */
  constructor(..._: readonly unknown[]) {
    super();
  }

  /** Returns its argument. */
  override forward(input: Tensor): Tensor {
    return input;
  }
}
