/**
 * Convolution layers.
 *
 * @module
 */
import { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "../ops/convolution.ts";
import { pad } from "../ops/pad.ts";
import { perAxis, type Spatial } from "../ops/spatial.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { emptyParameter, type Parameter } from "./parameter.ts";
import type { BiasOptions, ConvOptions, ConvTransposeLayerOptions } from "./types.ts";

/** Parameters that all convolution layers share: U(-b, b) with b = 1 / sqrt(inputs that one output sees). */
abstract class ConvolutionLayer extends Layer {
  /** The kernels. */
  weight: Parameter;
  /** One number per output channel. */
  bias: Parameter | null;

  /** @internal For the layers only. */
  constructor(shape: Shape, channels: number, options: BiasOptions) {
    super(options, "stride");
    this.weight = emptyParameter(this, shape, options);
    this.bias = options.bias ?? true ? emptyParameter(this, [channels], options) : null;
    this.resetParameters();
  }

  /** Draws new values for the parameters. */
  resetParameters(): void {
    const fanIn = numelOf(this.weight.shape.slice(1));
    const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
    init.uniform_(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform_(this.bias, -bound, bound);
  }
}

function checkGroups(name: string, inChannels: number, outChannels: number, groups: number): void {
  if (!Number.isInteger(groups) || groups < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new ArgumentError(
      `${name}: expected groups that divide ${inChannels} input and ${outChannels} output channels, got ${groups}`,
    );
  }
}

/** A convolution over `rank` spatial axes. */
abstract class Conv extends ConvolutionLayer {
  /** Size of the kernel along each spatial axis. */
  readonly kernelSize: readonly number[];

  /** @internal For the layers only. */
  constructor(
    name: string,
    rank: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Spatial,
    readonly options: ConvOptions,
  ) {
    const { groups = 1 } = options ?? {};
    checkGroups(name, inChannels, outChannels, groups);
    const kernel = perAxis(name, "kernelSize", kernelSize, rank, 1);
    super([outChannels, inChannels / groups, ...kernel], outChannels, options);
    this.kernelSize = kernel;
  }

  /** @internal The convolution by `f`, after padding by another mode than zeros. */
  protected convolve(input: Tensor, f: typeof conv2d): Tensor {
    const { paddingMode = "zeros" } = this.options;
    if (paddingMode === "zeros") return f(input, this.weight, this.bias, this.options);
    const padded = pad(input, this.#widths(), { mode: paddingMode });
    return f(padded, this.weight, this.bias, { ...this.options, padding: 0 });
  }

  /** Padding before and behind each spatial axis, the last axis first, as `pad` wants it. */
  #widths(): number[] {
    const { padding = 0, dilation = 1 } = this.options;
    const rank = this.kernelSize.length;
    if (padding === "valid") return new Array<number>(2 * rank).fill(0);
    if (padding !== "same") return perAxis("pad", "padding", padding, rank, 0).reverse().flatMap((p) => [p, p]);
    const steps = perAxis("pad", "dilation", dilation, rank, 1);
    return this.kernelSize.map((k, i) => steps[i] * (k - 1)).reverse().flatMap((total) => {
      const before = Math.floor(total / 2);
      return [before, total - before];
    });
  }
}

/** Convolution of [N, C, L] or [C, L]. */
export class Conv1d extends Conv {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvOptions = {}) {
    super("Conv1d", 1, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, L] to [N, outChannels, L']. */
  override forward(input: Tensor): Tensor {
    return this.convolve(input, conv1d);
  }
}

/**
 * Convolution of [N, C, H, W] or [C, H, W].
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new nn.Conv2d(3, 8, 3, { padding: 1, stride: 2 });
 * assertEquals(layer.call(ones([1, 3, 28, 28])).shape, [1, 8, 14, 14]);
 * ```
 */
export class Conv2d extends Conv {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvOptions = {}) {
    super("Conv2d", 2, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, H, W] to [N, outChannels, H', W']. */
  override forward(input: Tensor): Tensor {
    return this.convolve(input, conv2d);
  }
}

/** Convolution of [N, C, D, H, W] or [C, D, H, W]. */
export class Conv3d extends Conv {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvOptions = {}) {
    super("Conv3d", 3, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, D, H, W] to [N, outChannels, D', H', W']. */
  override forward(input: Tensor): Tensor {
    return this.convolve(input, conv3d);
  }
}

/** A transposed convolution over `rank` spatial axes. */
abstract class ConvTranspose extends ConvolutionLayer {
  /** Size of the kernel along each spatial axis. */
  readonly kernelSize: readonly number[];

  /** @internal For the layers only. */
  constructor(
    name: string,
    rank: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Spatial,
    readonly options: ConvTransposeLayerOptions,
  ) {
    const { groups = 1, paddingMode = "zeros" } = options ?? {};
    checkGroups(name, inChannels, outChannels, groups);
    if (paddingMode !== "zeros") {
      throw new ArgumentError(`${name}: expected paddingMode "zeros", got "${paddingMode}"`);
    }
    const kernel = perAxis(name, "kernelSize", kernelSize, rank, 1);
    super([inChannels, outChannels / groups, ...kernel], outChannels, options);
    this.kernelSize = kernel;
  }

  /** @internal The transposed convolution by `f`; `outputSize` chooses among the sizes that convolve to that of the input. */
  protected convolve(input: Tensor, f: typeof convTranspose2d, outputSize: Shape | null): Tensor {
    const options = outputSize === null
      ? this.options
      : { ...this.options, outputPadding: this.#outputPadding(input, outputSize) };
    return f(input, this.weight, this.bias, options);
  }

  #outputPadding(input: Tensor, outputSize: Shape): number[] {
    const rank = this.kernelSize.length;
    const name = this.constructor.name;
    const [stride, padding, dilation] = [
      perAxis(name, "stride", this.options.stride ?? 1, rank, 1),
      perAxis(name, "padding", this.options.padding ?? 0, rank, 0),
      perAxis(name, "dilation", this.options.dilation ?? 1, rank, 1),
    ];
    const least = input.shape.slice(-rank).map((n, i) =>
      (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (this.kernelSize[i] - 1) + 1
    );
    const wanted = outputSize.slice(-rank);
    if (wanted.length !== rank || wanted.some((n, i) => n < least[i] || n >= least[i] + stride[i])) {
      throw new ShapeError(
        `${name}: expected an outputSize from ${formatShape(least)} to less than one stride more, got ${
          formatShape(outputSize)
        }`,
      );
    }
    return wanted.map((n, i) => n - least[i]);
  }
}

/** Transpose of {@linkcode Conv1d}. */
export class ConvTranspose1d extends ConvTranspose {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvTransposeLayerOptions = {}) {
    super("ConvTranspose1d", 1, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, L] to [N, outChannels, L']. */
  override forward(input: Tensor, outputSize: Shape | null = null): Tensor {
    return this.convolve(input, convTranspose1d, outputSize);
  }
}

/** Transpose of {@linkcode Conv2d}. */
export class ConvTranspose2d extends ConvTranspose {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvTransposeLayerOptions = {}) {
    super("ConvTranspose2d", 2, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, H, W] to [N, outChannels, H', W']. */
  override forward(input: Tensor, outputSize: Shape | null = null): Tensor {
    return this.convolve(input, convTranspose2d, outputSize);
  }
}

/** Transpose of {@linkcode Conv3d}. */
export class ConvTranspose3d extends ConvTranspose {
  /** `kernelSize` is one size for all spatial axes, or one per axis. */
  constructor(inChannels: number, outChannels: number, kernelSize: Spatial, options: ConvTransposeLayerOptions = {}) {
    super("ConvTranspose3d", 3, inChannels, outChannels, kernelSize, options);
  }

  /** [N, inChannels, D, H, W] to [N, outChannels, D', H', W']. */
  override forward(input: Tensor, outputSize: Shape | null = null): Tensor {
    return this.convolve(input, convTranspose3d, outputSize);
  }
}

export type { Conv, ConvolutionLayer, ConvTranspose };
