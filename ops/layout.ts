/**
 * Operands for kernels that want their elements in row-major order.
 *
 * @module
 */
import type { Backend } from "../runtime/backend.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";

/** A plain tensor in row-major order: `x` itself, or a copy that dies with the running op. For use inside `run` only. */
export function rowMajor(backend: Backend, x: Tensor): Tensor {
  if (x.isContiguous()) return x;
  const copy = empty(backend, x.shape, x.dtype);
  backend.copy(x, copy);
  return copy;
}
