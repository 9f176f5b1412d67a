/**
 * Layers that reshape.
 *
 * @module
 */
import { flatten, unflatten } from "../ops/dimensions.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** Joins the axes from `startDim` to `endDim`. */
export class Flatten extends Layer {
  /** Joins the axes from `startDim` to `endDim`. */
  constructor(readonly startDim: number = 1, readonly endDim: number = -1) {
    super();
  }

  /** [N, ...] to [N, features] by default. */
  override forward(input: Tensor): Tensor {
    return flatten(input, this.startDim, this.endDim);
  }
}

/** Splits axis `dim` into axes of the given sizes. */
export class Unflatten extends Layer {
  /** Splits axis `dim` into axes of the sizes `unflattenedSize`. */
  constructor(readonly dim: number, readonly unflattenedSize: Shape) {
    super();
  }

  /** The same elements with more axes. */
  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }
}
