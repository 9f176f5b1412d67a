/**
 * Pooling layers.
 *
 * @module
 */
import {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type AvgPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type MaxPoolOptions,
  type MaxPoolResult,
} from "../ops/pooling.ts";
import type { Spatial } from "../ops/spatial.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** Largest element of each window of [N, C, L]. */
export class MaxPool1d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: MaxPoolOptions = {}) {
    super();
  }

  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): Tensor | MaxPoolResult {
    return maxPool1d(input, this.kernelSize, this.options);
  }
}

/** Largest element of each window of [N, C, H, W]. */
export class MaxPool2d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: MaxPoolOptions = {}) {
    super();
  }

  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): Tensor | MaxPoolResult {
    return maxPool2d(input, this.kernelSize, this.options);
  }
}

/** Largest element of each window of [N, C, D, H, W]. */
export class MaxPool3d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: MaxPoolOptions = {}) {
    super();
  }

  /** The largest elements; with `returnIndices` also their positions. */
  override forward(input: Tensor): Tensor | MaxPoolResult {
    return maxPool3d(input, this.kernelSize, this.options);
  }
}

/** Average of each window of [N, C, L]. */
export class AvgPool1d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool1d(input, this.kernelSize, this.options);
  }
}

/** Average of each window of [N, C, H, W]. */
export class AvgPool2d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }
}

/** Average of each window of [N, C, D, H, W]. */
export class AvgPool3d extends Module {
  constructor(readonly kernelSize: Spatial, readonly options: AvgPoolOptions = {}) {
    super();
  }

  /** The averages. */
  override forward(input: Tensor): Tensor {
    return avgPool3d(input, this.kernelSize, this.options);
  }
}
