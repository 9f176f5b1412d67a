/**
 * Dropout: zeroing random elements or channels while training.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul } from "./binary.ts";
import type { DropoutOptions } from "./functional_types.ts";
import { bernoulli } from "./random.ts";
import { scoped } from "./scoped.ts";

/** Value that SELU tends to for large negative inputs, -scale * alpha (Klambauer et al. 2017). */
const SELU_FLOOR = -1.7580993408473766;

/** Checks a call; null where nothing is dropped. */
function probability(op: string, input: Tensor, options: DropoutOptions): number | null {
  checkTensor(op, input);
  checkOptions(op, options, "p");
  const { p = 0.5, training = true } = options;
  if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${op}: expected a probability in [0, 1], got ${p}`);
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`${op}: expected a floating-point input, got ${input.dtype}; convert it with float()`);
  }
  return training && p > 0 ? p : null;
}

/** 1 with probability 1 - p, else 0. */
function keepMask(input: Tensor, shape: Shape, p: number, { generator }: DropoutOptions): Tensor {
  return bernoulli(1 - p, shape, { dtype: input.dtype, device: input.device, generator });
}

/** input mask / (1 - p) with a mask of `shape`, which broadcasts. */
function drop(input: Tensor, shape: Shape, p: number, options: DropoutOptions): Tensor {
  // Nothing is drawn where nothing is left to chance, so that vmap needs no randomness for it.
  return p === 1 ? mul(input, 0) : scoped(() => mul(input, mul(keepMask(input, shape, p, options), 1 / (1 - p))));
}

/** a (input mask + floor (1 - mask)) + b: mean and variance of SELU's outputs stay 0 and 1. */
function dropToFloor(input: Tensor, shape: Shape, p: number, options: DropoutOptions): Tensor {
  if (p === 1) return mul(input, 0);
  const a = 1 / Math.sqrt((1 - p) * (1 + p * SELU_FLOOR ** 2));
  const b = -a * SELU_FLOOR * p;
  return scoped(() => {
    const mask = keepMask(input, shape, p, options);
    const floor = add(mul(mask, -a * SELU_FLOOR), a * SELU_FLOOR + b);
    return add(mul(input, mul(mask, a)), floor);
  });
}

/** The mask of whole channels of [N, C, ...] with `rank` spatial axes, or of one image [C, ...]. */
function channelShape(op: string, input: Tensor, rank: number): Shape {
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw new ShapeError(
      `${op}: expected an input of ${rank + 1} or ${rank + 2} dimensions, got ${formatShape(input.shape)}`,
    );
  }
  const spatial = input.ndim - rank;
  return input.shape.map((n, i) => i < spatial ? n : 1);
}

function dropChannels(op: string, rank: number, input: Tensor, options: DropoutOptions): Tensor {
  const shape = channelShape(op, input, rank);
  const p = probability(op, input, options);
  return p === null ? input : drop(input, shape, p, options);
}

/**
 * Zeros elements with probability p and scales the others by 1 / (1 - p) (Srivastava et al. 2014).
 *
 * ```ts
 * import { manualSeed, nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const x = nn.functional.dropout(ones([1000]), { p: 0.5 });
 * assertEquals(x.unique().toArray(), [0, 2]);
 * ```
 *
 * @throws ArgumentError unless p is in [0, 1].
 */
export function dropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  const p = probability("dropout", input, options);
  return p === null ? input : drop(input, input.shape, p, options);
}

/** {@linkcode dropout} of whole channels of [N, C, L] or [C, L]. */
export function dropout1d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropChannels("dropout1d", 1, input, options);
}

/** {@linkcode dropout} of whole channels of [N, C, H, W] or [C, H, W]. */
export function dropout2d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropChannels("dropout2d", 2, input, options);
}

/** {@linkcode dropout} of whole channels of [N, C, D, H, W] or [C, D, H, W]. */
export function dropout3d(input: Tensor, options: DropoutOptions = {}): Tensor {
  return dropChannels("dropout3d", 3, input, options);
}

/** Dropout to the value that SELU tends to, which keeps mean and variance (Klambauer et al. 2017). */
export function alphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  const p = probability("alphaDropout", input, options);
  return p === null ? input : dropToFloor(input, input.shape, p, options);
}

/** {@linkcode alphaDropout} of whole channels of [N, C, ...]. */
export function featureAlphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  if (input.ndim < 2) {
    throw new ShapeError(`featureAlphaDropout: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  }
  const p = probability("featureAlphaDropout", input, options);
  return p === null ? input : dropToFloor(input, input.shape.map((n, i) => i < 2 ? n : 1), p, options);
}
