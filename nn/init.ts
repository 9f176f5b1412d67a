/**
 * Initial values of parameters, as in `torch.nn.init`. Every function writes into its tensor, outside of any graph, and
 * returns it.
 *
 * @module
 */
import { noGrad } from "../autograd/modes.ts";
import { add, mul } from "../ops/binary.ts";
import { cast, to } from "../ops/cast.ts";
import { diagonal } from "../ops/diagonal.ts";
import { clamp } from "../ops/extrema.ts";
import { copy_, fill_ } from "../ops/inplace.ts";
import { qr } from "../ops/linalg/factor.ts";
import { normal_ as drawNormal_, randn, randperm, uniform_ as drawUniform_ } from "../ops/random.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { erfinv } from "../ops/special.ts";
import { erfNumber } from "../ops/special_numbers.ts";
import { fromTyped } from "../ops/tensor_data.ts";
import { sign } from "../ops/unary.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { InitOptions, KaimingOptions, Nonlinearity, TruncNormalOptions } from "./types.ts";

export type { InitOptions, KaimingOptions, Nonlinearity, TruncNormalOptions };

/** Fills with numbers distributed uniformly over [a, b). */
export function uniform_(tensor: Tensor, a: number = 0, b: number = 1, options: InitOptions = {}): Tensor {
  checkTensor("uniform_", tensor);
  return noGrad(() => drawUniform_(tensor, a, b, options));
}

/** Fills with numbers of the normal distribution. */
export function normal_(tensor: Tensor, mean: number = 0, std: number = 1, options: InitOptions = {}): Tensor {
  checkTensor("normal_", tensor);
  return noGrad(() => drawNormal_(tensor, mean, std, options));
}

/** Fills with one value. */
export function constant_(tensor: Tensor, value: number): Tensor {
  checkTensor("constant_", tensor);
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
  return noGrad(() => copy_(tensor, fromTyped(values, tensor.shape, "float64")));
}

/** Writes the identity matrix. */
export function eye_(tensor: Tensor): Tensor {
  checkTensor("eye_", tensor);
  if (tensor.ndim !== 2) throw new ShapeError(`eye_: expected a matrix, got shape ${formatShape(tensor.shape)}`);
  return fillBy(tensor, ([i, j]) => Number(i === j));
}

/**
 * Writes the kernel of a convolution that passes its channels through.
 *
 * @param tensor A weight of 3, 4 or 5 dimensions.
 */
export function dirac_(tensor: Tensor, groups: number = 1): Tensor {
  checkTensor("dirac_", tensor);
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
  checkTensor("calculateFanInAndFanOut", tensor);
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

/** Probability that a standard normal number is below x. */
function normalProbability(x: number): number {
  return (1 + erfNumber(x / Math.SQRT2)) / 2;
}

/** Normal numbers from [a, b]: uniform ones through the inverse of the distribution function. */
export function truncNormal_(tensor: Tensor, options: TruncNormalOptions = {}): Tensor {
  checkTensor("truncNormal_", tensor);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  return noGrad(() => {
    drawUniform_(
      tensor,
      2 * normalProbability((a - mean) / std) - 1,
      2 * normalProbability((b - mean) / std) - 1,
      options,
    );
    return copy_(tensor, clamp(add(mul(erfinv(tensor), std * Math.SQRT2), mean), a, b));
  });
}

/**
 * A matrix with orthonormal rows or columns (Saxe et al. 2013), times `gain`.
 *
 * @param tensor At least 2 dimensions; all behind the first count as columns.
 */
export function orthogonal_(tensor: Tensor, gain: number = 1, options: InitOptions = {}): Tensor {
  checkTensor("orthogonal_", tensor);
  if (tensor.ndim < 2) {
    throw new ShapeError(`orthogonal_: expected at least 2 dimensions, got ${formatShape(tensor.shape)}`);
  }
  if (tensor.numel === 0) return tensor;
  const rows = tensor.shape[0];
  const columns = tensor.numel / rows;
  return noGrad(() => {
    const wide = rows < columns;
    const { dtype, device } = tensor;
    const draws = randn(wide ? [columns, rows] : [rows, columns], { dtype, generator: options.generator });
    const { Q, R } = qr(draws);
    // With the signs of R's diagonal the result is distributed uniformly.
    const uniform = to(mul(Q, sign(diagonal(R))), device);
    return copy_(tensor, mul(reshape(wide ? transpose(uniform, 0, 1) : uniform, tensor.shape), gain));
  });
}

/**
 * Normal numbers, of which a share of each column is zero (Martens 2010).
 *
 * @param tensor A matrix.
 */
export function sparse_(tensor: Tensor, sparsity: number, std: number = 0.01, options: InitOptions = {}): Tensor {
  checkTensor("sparse_", tensor);
  if (tensor.ndim !== 2) throw new ShapeError(`sparse_: expected a matrix, got shape ${formatShape(tensor.shape)}`);
  const [rows, columns] = tensor.shape;
  const zeros = Math.ceil(sparsity * rows);
  const empty = Array.from(
    { length: columns },
    () => new Set(randperm(rows, { generator: options.generator }).dataSync().subarray(0, zeros)),
  );
  return noGrad(() => {
    drawNormal_(tensor, 0, std, options);
    const kept = fromTyped(
      Float64Array.from({ length: tensor.numel }, (_, i) => Number(!empty[i % columns].has(Math.floor(i / columns)))),
      tensor.shape,
      "float64",
    );
    return copy_(tensor, mul(tensor, to(cast(kept, tensor.dtype), tensor.device)));
  });
}
