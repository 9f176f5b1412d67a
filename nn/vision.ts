/**
 * Layers that rearrange and resize images.
 *
 * @module
 */
import { fold, unfold } from "../ops/fold.ts";
import type { FoldOptions, InterpolateOptions } from "../ops/functional_types.ts";
import { interpolate, pixelShuffle, pixelUnshuffle } from "../ops/resample.ts";
import type { Spatial } from "../ops/spatial.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";

/** The input in another size. */
export class Upsample extends Layer {
  /** Takes the options of `interpolate`. */
  constructor(readonly options: InterpolateOptions) {
    super(options ?? null, "size");
  }

  /** [N, C, ...] to [N, C, ...] of another size. */
  override forward(input: Tensor): Tensor {
    return interpolate(input, this.options);
  }
}

/** The nearest elements of an image in another size. */
export class UpsamplingNearest2d extends Upsample {
  /** Takes the new size, or the factors of the sizes. */
  constructor(options: Pick<InterpolateOptions, "size" | "scaleFactor">) {
    super({ ...options, mode: "nearest" });
  }
}

/** Bilinear interpolation with aligned corners. */
export class UpsamplingBilinear2d extends Upsample {
  /** Takes the new size, or the factors of the sizes. */
  constructor(options: Pick<InterpolateOptions, "size" | "scaleFactor">) {
    super({ ...options, mode: "bilinear", alignCorners: true });
  }
}

/** Channels become pixels. */
export class PixelShuffle extends Layer {
  /** `upscaleFactor` multiplies height and width. */
  constructor(readonly upscaleFactor: number) {
    super();
  }

  /** [..., C r^2, H, W] to [..., C, H r, W r]. */
  override forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }
}

/** Pixels become channels. */
export class PixelUnshuffle extends Layer {
  /** `downscaleFactor` divides height and width. */
  constructor(readonly downscaleFactor: number) {
    super();
  }

  /** [..., C, H r, W r] to [..., C r^2, H, W]. */
  override forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }
}

/** The blocks that a kernel sees, as columns. */
export class Unfold extends Layer {
  /** `kernelSize` is that of the blocks. */
  constructor(readonly kernelSize: Spatial, readonly options: FoldOptions = {}) {
    super(options, "dilation");
  }

  /** [N, C, H, W] to [N, C kernel elements, blocks]. */
  override forward(input: Tensor): Tensor {
    return unfold(input, this.kernelSize, this.options);
  }
}

/** The sum of blocks put back in place. */
export class Fold extends Layer {
  /** `outputSize` is that of the image, `kernelSize` that of the blocks. */
  constructor(readonly outputSize: Spatial, readonly kernelSize: Spatial, readonly options: FoldOptions = {}) {
    super(options, "dilation");
  }

  /** [N, C kernel elements, blocks] to [N, C, H, W]. */
  override forward(input: Tensor): Tensor {
    return fold(input, this.outputSize, this.kernelSize, this.options);
  }
}
