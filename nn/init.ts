/**
 * Initial values of parameters, as in `torch.nn.init`. Every function writes into its tensor, outside of any graph, and
 * returns it.
 *
 * @module
 */
import { noGrad } from "../autograd/modes.ts";
import { copy_, fill_, normal_ as drawNormal_, uniform_ as drawUniform_ } from "../ops/mod.ts";
import type { Generator } from "../ops/random.ts";
import { fromTyped } from "../ops/tensor_data.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Where random values come from. */
export interface InitOptions {
  /** The stream to draw from. Default: the one that `manualSeed` seeds. */
  generator?: Generator;
}

/** Functions whose gain {@linkcode calculateGain} knows. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** Options of {@linkcode kaimingUniform_} and {@linkcode kaimingNormal_}. */
export interface KaimingOptions extends InitOptions {
  /** Negative slope of the rectifier behind the layer, for "leakyRelu". Default: 0. */
  a?: number;
  /** Which variance is kept: "fanIn" that of the forward pass, "fanOut" that of the backward pass. Default: "fanIn". */
  mode?: "fanIn" | "fanOut";
  /** Function behind the layer. Default: "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

/** Fills with numbers distributed uniformly over [a, b). */
export function uniform_(tensor: Tensor, a: number = 0, b: number = 1, options: InitOptions = {}): Tensor {
  return noGrad(() => drawUniform_(tensor, a, b, options));
}

/** Fills with numbers of the normal distribution. */
export function normal_(tensor: Tensor, mean: number = 0, std: number = 1, options: InitOptions = {}): Tensor {
  return noGrad(() => drawNormal_(tensor, mean, std, options));
}

/** Fills with one value. */
export function constant_(tensor: Tensor, value: number): Tensor {
  return noGrad(() => fill_(tensor, value));
}

/** Fills with ones. */
export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

/** Fills with zeros. */
export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/** Writes values that `value` gives by position. */
function fillBy(tensor: Tensor, value: (index: readonly number[]) => number): Tensor {
  const values = new Float64Array(tensor.numel);
  const index = new Array<number>(tensor.ndim).fill(0);
  for (let i = 0; i < values.length; i++) {
    values[i] = value(index);
    for (let axis = tensor.ndim - 1; axis >= 0 && ++index[axis] === tensor.shape[axis]; axis--) index[axis] = 0;
  }
  return noGrad(() => copy_(tensor, fromTyped(values, tensor.shape, "float64", { device: tensor.device })));
}

/** Writes the identity matrix. */
export function eye_(tensor: Tensor): Tensor {
  if (tensor.ndim !== 2) throw new ShapeError(`eye_: expected a matrix, got shape ${formatShape(tensor.shape)}`);
  return fillBy(tensor, ([i, j]) => Number(i === j));
}

/**
 * Writes the kernel of a convolution that passes its channels through.
 *
 * @param tensor A weight of 3, 4 or 5 dimensions.
 */
export function dirac_(tensor: Tensor, groups: number = 1): Tensor {
  if (tensor.ndim < 3 || tensor.ndim > 5) {
    throw new ShapeError(`dirac_: expected a weight of 3, 4 or 5 dimensions, got ${formatShape(tensor.shape)}`);
  }
  const [outputs, inputs, ...kernel] = tensor.shape;
  if (outputs % groups !== 0) {
    throw new ArgumentError(`dirac_: expected groups that divide ${outputs} output channels, got ${groups}`);
  }
  const perGroup = outputs / groups;
  return fillBy(
    tensor,
    ([o, i, ...at]) => Number(o % perGroup === i && i < inputs && at.every((k, d) => k === Math.floor(kernel[d] / 2))),
  );
}

/** Number of inputs and of outputs that one output and one input of a layer see. */
export function calculateFanInAndFanOut(tensor: Tensor): { fanIn: number; fanOut: number } {
  if (tensor.ndim < 2) {
    throw new ShapeError(
      `calculateFanInAndFanOut: expected a tensor of at least 2 dimensions, got ${formatShape(tensor.shape)}`,
    );
  }
  const [outputs, inputs, ...kernel] = tensor.shape;
  const field = numelOf(kernel);
  return { fanIn: inputs * field, fanOut: outputs * field };
}

/** The factor by which a function shrinks the standard deviation of what goes through it, inverted. */
export function calculateGain(nonlinearity: Nonlinearity, param: number = 0.01): number {
  switch (nonlinearity) {
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + param ** 2));
    case "selu":
      return 3 / 4;
    case "linear":
    case "sigmoid":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "convTranspose1d":
    case "convTranspose2d":
    case "convTranspose3d":
      return 1;
    default:
      throw new ArgumentError(`calculateGain: expected the name of a nonlinearity, got "${nonlinearity}"`);
  }
}

function xavierStd(tensor: Tensor, gain: number): number {
  const { fanIn, fanOut } = calculateFanInAndFanOut(tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Uniform numbers of variance 2 gain^2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export function xavierUniform_(tensor: Tensor, gain: number = 1, options: InitOptions = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(tensor, gain);
  return uniform_(tensor, -bound, bound, options);
}

/** Normal numbers of variance 2 gain^2 / (fanIn + fanOut) (Glorot and Bengio 2010). */
export function xavierNormal_(tensor: Tensor, gain: number = 1, options: InitOptions = {}): Tensor {
  return normal_(tensor, 0, xavierStd(tensor, gain), options);
}

function kaimingStd(tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  if (mode !== "fanIn" && mode !== "fanOut") {
    throw new ArgumentError(`kaiming: expected mode "fanIn" or "fanOut", got "${mode}"`);
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(calculateFanInAndFanOut(tensor)[mode]);
}

/** Uniform numbers of variance gain^2 / fan (He et al. 2015). */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(tensor, options);
  return uniform_(tensor, -bound, bound, options);
}

/** Normal numbers of variance gain^2 / fan (He et al. 2015). */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  return normal_(tensor, 0, kaimingStd(tensor, options), options);
}
