/**
 * Standard bases over lists of tensors, and Jacobians put together from their images.
 *
 * @module
 */
import { zeros } from "../ops/creation.ts";
import { reshape } from "../ops/shape.ts";
import { narrow } from "../ops/slicing.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** For each tensor its part of the standard basis of their direct sum: shape [total, ...shape]. */
export function standardBasis(tensors: readonly Tensor[]): Tensor[] {
  const total = tensors.reduce((n, x) => n + x.numel, 0);
  let before = 0;
  return tensors.map((x) => {
    const { dtype, device, numel } = x;
    const rows = zeros([total, ...x.shape], { dtype, device });
    const { storage } = rows;
    // Row before + i has its one at element i.
    const diagonal = { storage, dtype, shape: [numel], strides: [numel + 1], offset: before * numel, numel };
    storage.backend.fill(diagonal, 1);
    before += numel;
    return rows;
  });
}

/** The rows of `images` (shape [total, ...rest]) that belong to each tensor of a basis: shape [...shape, ...rest]. */
export function splitRows(images: Tensor, basisOf: readonly Tensor[]): Tensor[] {
  let start = 0;
  return basisOf.map((x) => {
    const rows = x.numel === images.shape[0] ? images : narrow(images, 0, start, x.numel);
    start += x.numel;
    const part = reshape(rows, [...x.shape, ...images.shape.slice(1)]);
    if (rows !== images) rows.dispose();
    return part;
  });
}
