/**
 * Operands for kernels that want their elements in row-major order, and results with memory of their own.
 *
 * @module
 */
import type { Backend } from "../runtime/backend.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { clone } from "./shape.ts";

/** A plain tensor in row-major order: `x` itself, or a copy that dies with the running op. For use inside `run` only. */
export function rowMajor(backend: Backend, x: Tensor): Tensor {
  if (x.isContiguous()) return x;
  const copy = empty(backend, x.shape, x.dtype);
  backend.copy(x, copy);
  return copy;
}

/** `result`, or a copy of it where it shares the storage of `input`: for functions whose result is a tensor of its own. */
export function apart(result: Tensor, input: Tensor): Tensor {
  return result.storage === input.storage ? clone(result) : result;
}
