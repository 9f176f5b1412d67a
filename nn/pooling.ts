/**
 * Pooling layers.
 *
 * @module
 */
import type {
  AdaptiveMaxPoolOptions,
  AdaptiveSize,
  AvgPoolOptions,
  LpPoolOptions,
  MaxPoolOptions,
  MaxPoolOutput,
} from "../ops/functional_types.ts";
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from "../ops/pooling.ts";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  lpPool1d,
  lpPool2d,
} from "../ops/adaptive_pooling.ts";
import type { Spatial } from "../ops/spatial.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** What the layers of maxima share. */
abstract class MaxPool<Options extends MaxPoolOptions = object> extends Layer {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(readonly kernelSize: Spatial, readonly options: Options = {} as Options) {
    super(options, "stride");
  }
}

/** What the layers of adaptive maxima share. */
abstract class AdaptiveMaxPool<Options extends AdaptiveMaxPoolOptions = object> extends Layer {
  /** `outputSize` is one size for all spatial axes, or one per axis; null keeps that of the input. */
  constructor(readonly outputSize: AdaptiveSize, readonly options: Options = {} as Options) {
    super(options, "returnIndices");
  }
}

/** Largest element of each window of [N, C, L]. */
export class MaxPool1d<Options extends MaxPoolOptions = object> extends MaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return maxPool1d(input, this.kernelSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Largest element of each window of [N, C, H, W]. */
export class MaxPool2d<Options extends MaxPoolOptions = object> extends MaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return maxPool2d(input, this.kernelSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Largest element of each window of [N, C, D, H, W]. */
export class MaxPool3d<Options extends MaxPoolOptions = object> extends MaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return maxPool3d(input, this.kernelSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Average of each window of [N, C, L]. */
export class AvgPool1d extends Layer {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super(options, "stride");
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool1d(input, this.kernelSize, this.options);
  }
}

/** Average of each window of [N, C, H, W]. */
export class AvgPool2d extends Layer {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super(options, "stride");
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/** Average of each window of [N, C, D, H, W]. */
export class AvgPool3d extends Layer {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super(options, "stride");
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool3d(input, this.kernelSize, this.options);
  }
}

/** Averages of [N, C, L] in windows chosen so that the output has the given sizes. */
export class AdaptiveAvgPool1d extends Layer {
  /** `outputSize` is one size for all spatial axes, or one per axis; null keeps that of the input. */
  constructor(readonly outputSize: AdaptiveSize) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize);
  }
}

/** Averages of [N, C, H, W] in windows chosen so that the output has the given sizes. */
export class AdaptiveAvgPool2d extends Layer {
  /** `outputSize` is one size for all spatial axes, or one per axis; null keeps that of the input. */
  constructor(readonly outputSize: AdaptiveSize) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** Averages of [N, C, D, H, W] in windows chosen so that the output has the given sizes. */
export class AdaptiveAvgPool3d extends Layer {
  /** `outputSize` is one size for all spatial axes, or one per axis; null keeps that of the input. */
  constructor(readonly outputSize: AdaptiveSize) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

/** Maxima of [N, C, L] in windows chosen so that the output has the given sizes. */
export class AdaptiveMaxPool1d<Options extends AdaptiveMaxPoolOptions = object> extends AdaptiveMaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return adaptiveMaxPool1d(input, this.outputSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Maxima of [N, C, H, W] in windows chosen so that the output has the given sizes. */
export class AdaptiveMaxPool2d<Options extends AdaptiveMaxPoolOptions = object> extends AdaptiveMaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return adaptiveMaxPool2d(input, this.outputSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Maxima of [N, C, D, H, W] in windows chosen so that the output has the given sizes. */
export class AdaptiveMaxPool3d<Options extends AdaptiveMaxPoolOptions = object> extends AdaptiveMaxPool<Options> {
  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): MaxPoolOutput<Options> {
    return adaptiveMaxPool3d(input, this.outputSize, this.options) as MaxPoolOutput<Options>;
  }
}

/** Power averages of the windows of [N, C, L]. */
export class LPPool1d extends Layer {
  /** `normType` is the exponent of the norm over each window. */
  constructor(readonly normType: number, readonly kernelSize: Spatial, readonly options: LpPoolOptions = {}) {
    super(options, "stride");
  }

  /** The power averages. */
  override forward(input: Tensor): Tensor {
    return lpPool1d(input, this.normType, this.kernelSize, this.options);
  }
}

/** Power averages of the windows of [N, C, H, W]. */
export class LPPool2d extends Layer {
  /** `normType` is the exponent of the norm over each window. */
  constructor(readonly normType: number, readonly kernelSize: Spatial, readonly options: LpPoolOptions = {}) {
    super(options, "stride");
  }

  /** The power averages. */
  override forward(input: Tensor): Tensor {
    return lpPool2d(input, this.normType, this.kernelSize, this.options);
  }
}

export type { AdaptiveMaxPool, MaxPool };
