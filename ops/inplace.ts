/**
 * Writing into a tensor.
 *
 * @module
 */
import { engine } from "../tensor/engine.ts";
import { Tensor, type TensorLike, wrapNumber } from "../tensor/tensor.ts";

/** Copies the values of `source`, which broadcasts and is converted, into this tensor. */
export function copy_(input: Tensor, source: TensorLike): Tensor {
  const values = source instanceof Tensor ? source : wrapNumber(source, input.dtype, input.storage.backend);
  engine.write("copy_", input, values);
  return input;
}

/** Sets every element to `value`. */
export function fill_(input: Tensor, value: TensorLike): Tensor {
  return copy_(input, value);
}

/** Sets every element to 0. */
export function zero_(input: Tensor): Tensor {
  return copy_(input, 0);
}
