/**
 * Writing into a tensor.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { engine } from "../tensor/engine.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { checkUsable, Tensor, type TensorLike } from "../tensor/tensor.ts";
import { cast, to } from "./cast.ts";
import { asTensor } from "./promote.ts";
import { clone, expand } from "./shape.ts";
import { convert } from "./tensor_data.ts";

/** Writes `source` into `input` for the op `name`. */
function assign(name: string, input: Tensor, source: TensorLike): Tensor {
  checkTensor(name, input);
  if (source instanceof Tensor) checkUsable(name, source);
  else if (!isFloating(input.dtype)) convert(name, [source], input.dtype);
  const values = source instanceof Tensor
    ? to(cast(source, input.dtype), input.device)
    : asTensor(source, input.dtype, input.storage.backend, name);
  // Two windows of one storage may overlap; a copy in between keeps what is read from what is written.
  engine.write(name, input, values.storage === input.storage ? clone(values) : values);
  return input;
}

/** Copies the values of `source`, which broadcasts, is converted and may be on another device, into this tensor. */
export function copy_(input: Tensor, source: TensorLike): Tensor {
  return assign("copy_", input, source);
}

/** `value` (a number or a 0-d tensor) in the shape and dtype of `input`. */
export function fill(input: Tensor, value: TensorLike): Tensor {
  checkTensor("fill", input);
  if (value instanceof Tensor && value.ndim > 0) {
    throw new ShapeError(`fill: expected a number or a 0-d tensor, got shape ${formatShape(value.shape)}`);
  }
  return clone(expand(asTensor(value, input.dtype, input.storage.backend, "fill"), input.shape));
}

/** Sets every element to `value`. */
export function fill_(input: Tensor, value: TensorLike): Tensor {
  return assign("fill_", input, value);
}

/** Sets every element to 0. */
export function zero_(input: Tensor): Tensor {
  return assign("zero_", input, 0);
}
