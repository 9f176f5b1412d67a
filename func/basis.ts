/**
 * Standard bases over lists of tensors, and Jacobians put together from their images.
 *
 * @module
 */
import { cat, narrow } from "../ops/mod.ts";
import { eye, zeros } from "../ops/creation.ts";
import { reshape } from "../ops/shape.ts";
import { scoped } from "../ops/scoped.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";

/** For each tensor its part of the standard basis of their direct sum: shape [total, ...shape]. */
export function standardBasis(tensors: readonly Tensor[]): Tensor[] {
  const total = tensors.reduce((n, x) => n + x.numel, 0);
  let before = 0;
  return tensors.map((x) => {
    const options = { dtype: x.dtype, device: x.device };
    const after = total - before - x.numel;
    const part = scoped(() => {
      const rows = [
        zeros([before, x.numel], options),
        eye(x.numel, x.numel, options),
        zeros([after, x.numel], options),
      ];
      return reshape(cat(rows.filter((block) => block.shape[0] > 0 || total === 0), 0), [total, ...x.shape]);
    });
    before += x.numel;
    return part;
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

/** Gives back the memory of what a Jacobian was computed from, as far as it is not part of it. */
export function disposeIntermediates(intermediates: readonly Tensor[], jacobian: unknown): void {
  const kept = new Set(leavesOf(jacobian));
  for (const tensor of intermediates) if (!kept.has(tensor)) tensor.dispose();
}
