/**
 * Normalisation layers.
 *
 * @module
 */
import { div } from "../ops/binary.ts";
import { batchNorm, groupNorm, instanceNorm, layerNorm, localResponseNorm } from "../ops/norm_layers.ts";
import type { LocalResponseNormOptions } from "../ops/functional_types.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { emptyParameter, filledBuffer, type Parameter } from "./parameter.ts";
import type { BatchNormLayerOptions, GroupNormOptions, LayerNormOptions, ModuleOptions } from "./types.ts";

/** A parameter of ones and one of zeros, or two nulls. */
function scaleAndShift(
  layer: Layer,
  shape: Shape,
  wanted: boolean,
  options: ModuleOptions,
): [Parameter | null, Parameter | null] {
  if (!wanted) return [null, null];
  const [scale, shift] = [emptyParameter(layer, shape, options), emptyParameter(layer, shape, options)];
  init.ones_(scale);
  init.zeros_(shift);
  return [scale, shift];
}

/** Scale, shift and running statistics per channel. */
abstract class NormLayer extends Layer {
  /** Scale, [numFeatures]. */
  weight: Parameter | null;
  /** Shift, [numFeatures]. */
  bias: Parameter | null;
  /** Running mean, [numFeatures]. */
  declare runningMean: Tensor | null;
  /** Running unbiased variance, [numFeatures]. */
  declare runningVar: Tensor | null;
  /** Number of batches that the running statistics have seen, 0-d int32. */
  declare numBatchesTracked: Tensor | null;
  /** Added to the variance. */
  readonly eps: number;
  /** Weight of a batch in the running statistics. */
  readonly momentum: number | null;

  /** @internal For the layers only. */
  constructor(
    readonly numFeatures: number,
    options: BatchNormLayerOptions,
    affine: boolean,
    readonly trackRunningStats: boolean,
  ) {
    super(options, "eps");
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    [this.weight, this.bias] = scaleAndShift(this, [numFeatures], affine, options);
    const buffer = (shape: Shape, value: number, own: ModuleOptions): Tensor | null =>
      trackRunningStats ? filledBuffer(shape, value, own) : null;
    this.registerBuffer("runningMean", buffer([numFeatures], 0, options));
    this.registerBuffer("runningVar", buffer([numFeatures], 1, options));
    this.registerBuffer("numBatchesTracked", buffer([], 0, { dtype: "int32", device: options.device }));
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    if (this.runningMean !== null) init.zeros_(this.runningMean);
    if (this.runningVar !== null) init.ones_(this.runningVar);
    if (this.numBatchesTracked !== null) init.zeros_(this.numBatchesTracked);
  }

  /** Counts a batch and gives its weight in the running statistics: a tensor where the count cannot be read at once. */
  protected countBatch(): number | Tensor {
    const { numBatchesTracked: count, momentum } = this;
    if (count === null) return momentum ?? 0;
    count.add_(1);
    return momentum ?? (count.storage.backend.readsAtOnce ? 1 / count.item() : div(1, count));
  }
}

/** Throws unless the input has one of the numbers of dimensions and the channels of the layer. */
function checkInput(layer: NormLayer, input: Tensor, ndims: readonly number[], channelAxis = 1): void {
  if (!ndims.includes(input.ndim) || input.shape[channelAxis] !== layer.numFeatures) {
    throw new ShapeError(
      `${layer.constructor.name}: expected an input of ${ndims.join(" or ")} dimensions with ${layer.numFeatures} ` +
        `channels, got ${formatShape(input.shape)}`,
    );
  }
}

/** Batch norm of inputs with `ndims` dimensions. */
abstract class BatchNorm extends NormLayer {
  readonly #ndims: readonly number[];

  /** @internal For the layers only. */
  constructor(numFeatures: number, options: BatchNormLayerOptions, ndims: readonly number[]) {
    super(numFeatures, options, options?.affine ?? true, options?.trackRunningStats ?? true);
    this.#ndims = ndims;
  }

  /** Uses the statistics of the batch in training mode, the running ones in evaluation. */
  override forward(input: Tensor): Tensor {
    checkInput(this, input, this.#ndims);
    return batchNorm(input, this.runningMean, this.runningVar, {
      weight: this.weight,
      bias: this.bias,
      training: this.training || this.runningMean === null,
      momentum: this.training ? this.countBatch() : 0,
      eps: this.eps,
    });
  }
}

/** Batch norm of [N, C] or [N, C, L]. */
export class BatchNorm1d extends BatchNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, [2, 3]);
  }
}

/**
 * Batch norm of [N, C, H, W].
 *
 * ```ts
 * import { manualSeed, nn, randn } from "@dualtape/dualtape";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const layer = new nn.BatchNorm2d(3);
 * assertAlmostEquals(layer.call(randn([8, 3, 4, 4])).mean().item(), 0, 1e-5);
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, [4]);
  }
}

/** Batch norm of [N, C, D, H, W]. */
export class BatchNorm3d extends BatchNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, [5]);
  }
}

/** Instance norm of inputs with `rank` spatial axes, with or without a batch axis. */
abstract class InstanceNorm extends NormLayer {
  readonly #rank: number;

  /** @internal For the layers only. */
  constructor(numFeatures: number, options: BatchNormLayerOptions, rank: number) {
    super(numFeatures, options, options?.affine ?? false, options?.trackRunningStats ?? false);
    this.#rank = rank;
  }

  /** Uses the statistics of the input, or in evaluation the running ones if there are any. */
  override forward(input: Tensor): Tensor {
    const single = input.ndim === this.#rank + 1;
    checkInput(this, input, [this.#rank + 1, this.#rank + 2], single ? 0 : 1);
    const normalized = instanceNorm(single ? input.reshape([1, ...input.shape]) : input, {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || this.runningMean === null,
      momentum: this.training ? this.countBatch() : 0,
      eps: this.eps,
    });
    return single ? normalized.reshape(input.shape) : normalized;
  }
}

/** Instance norm of [N, C, L] or [C, L]. */
export class InstanceNorm1d extends InstanceNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, 1);
  }
}

/** Instance norm of [N, C, H, W] or [C, H, W]. */
export class InstanceNorm2d extends InstanceNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, 2);
  }
}

/** Instance norm of [N, C, D, H, W] or [C, D, H, W]. */
export class InstanceNorm3d extends InstanceNorm {
  /** `numFeatures` is the number of channels. */
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, 3);
  }
}

/**
 * Normalises the last axes of each sample.
 *
 * ```ts
 * import { nn, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new nn.LayerNorm(2, { eps: 0 });
 * assertEquals(layer.call(tensor([[0, 4], [5, 3]])).toArray(), [[-1, 1], [1, -1]]);
 * ```
 */
export class LayerNorm extends Layer {
  /** Sizes of the last axes. */
  readonly normalizedShape: Shape;
  /** Scale, `normalizedShape`. */
  weight: Parameter | null;
  /** Shift, `normalizedShape`. */
  bias: Parameter | null;
  /** Added to the variance. */
  readonly eps: number;

  /** `normalizedShape` is the shape of the trailing axes that are normalised together. */
  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super(options, "eps");
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = options.eps ?? 1e-5;
    [this.weight, this.bias] = scaleAndShift(this, this.normalizedShape, options.elementwiseAffine ?? true, options);
  }

  /** [..., *normalizedShape] to the same shape. */
  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, this);
  }
}

/** Normalises groups of channels of each sample. */
export class GroupNorm extends Layer {
  /** Scale, [numChannels]. */
  weight: Parameter | null;
  /** Shift, [numChannels]. */
  bias: Parameter | null;
  /** Added to the variance. */
  readonly eps: number;

  /** `numGroups` must divide `numChannels`. */
  constructor(readonly numGroups: number, readonly numChannels: number, options: GroupNormOptions = {}) {
    super(options, "eps");
    if (!(numGroups > 0) || numChannels % numGroups !== 0) {
      throw new ArgumentError(`GroupNorm: expected groups that divide ${numChannels} channels, got ${numGroups}`);
    }
    this.eps = options.eps ?? 1e-5;
    [this.weight, this.bias] = scaleAndShift(this, [numChannels], options.affine ?? true, options);
  }

  /** [N, numChannels, ...] to the same shape. */
  override forward(input: Tensor): Tensor {
    return groupNorm(input, this.numGroups, this);
  }
}

/** Divides by a power of the mean square over `size` neighbouring channels. */
export class LocalResponseNorm extends Layer {
  /** `size` is the number of neighbouring channels that count. */
  constructor(readonly size: number, readonly options: LocalResponseNormOptions = {}) {
    super(options, "alpha");
  }

  /** [N, C, ...] to the same shape. */
  override forward(input: Tensor): Tensor {
    return localResponseNorm(input, this.size, this.options);
  }
}

export type { BatchNorm, InstanceNorm, NormLayer };
