/**
 * Standard bases over lists of tensors, and Jacobians put together from their images.
 *
 * @module
 */
import { cat, narrow } from "../ops/mod.ts";
import { eye, zeros } from "../ops/creation.ts";
import { reshape } from "../ops/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** For each tensor its part of the standard basis of their direct sum: shape [total, ...shape]. */
export function standardBasis(tensors: readonly Tensor[]): Tensor[] {
  const total = tensors.reduce((n, x) => n + x.numel, 0);
  let before = 0;
  return tensors.map((x) => {
    const options = { dtype: x.dtype, device: x.device };
    const after = total - before - x.numel;
    const rows = [zeros([before, x.numel], options), eye(x.numel, x.numel, options), zeros([after, x.numel], options)];
    before += x.numel;
    return reshape(cat(rows.filter((part) => part.shape[0] > 0 || total === 0), 0), [total, ...x.shape]);
  });
}

/** The rows of `images` (shape [total, ...rest]) that belong to each tensor of a basis: shape [...shape, ...rest]. */
export function splitRows(images: Tensor, basisOf: readonly Tensor[]): Tensor[] {
  let start = 0;
  return basisOf.map((x) => {
    const rows = narrow(images, 0, start, x.numel);
    start += x.numel;
    return reshape(rows, [...x.shape, ...images.shape.slice(1)]);
  });
}
