/**
 * Adding, removing, merging and renaming axes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, normalizeDim, normalizeDims, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { linear } from "./families.ts";
import { movedim, reshape, transpose, view } from "./shape.ts";

type Dims = readonly number[];

const shifted = (dims: Dims): Dims => dims.map((d) => d + 1);

/** `values` with `entry` at the positions `dims` (ascending) of the result. */
function withEntries(values: readonly number[], dims: Dims, entry: number): number[] {
  const out = [...values];
  for (const d of dims) out.splice(d, 0, entry);
  return out;
}

const squeezeOp: Op<Dims> = linear<Dims>({
  forward: {
    name: "squeeze",
    gradName: "Squeeze",
    kind: "view",
    view: (x, dims) => ({
      shape: x.shape.filter((_, d) => !dims.includes(d)),
      strides: x.strides.filter((_, d) => !dims.includes(d)),
      offset: x.offset,
    }),
    samples: () => [{ inputs: [{ shape: [1, 3, 1] }], params: [0, 2] }, { inputs: [{ shape: [2] }], params: [] }],
  },
  transpose: (g, c) => apply(unsqueezeOp, [g], c.params),
  batch: (x, dims) => apply(squeezeOp, [x], shifted(dims)),
});

/** Puts axes of size 1 at `dims` of the result. */
const unsqueezeOp: Op<Dims> = linear<Dims>({
  forward: {
    name: "unsqueeze",
    gradName: "Unsqueeze",
    kind: "view",
    view: (x, dims) => ({
      shape: withEntries(x.shape, dims, 1),
      strides: withEntries(x.strides, dims, 1),
      offset: x.offset,
    }),
    samples: () => [{ inputs: [{ shape: [3] }], params: [0, 2] }, { inputs: [{ shape: [] }], params: [0] }],
  },
  transpose: (g, c) => apply(squeezeOp, [g], c.params),
  batch: (x, dims) => apply(unsqueezeOp, [x], shifted(dims)),
});

/** A view without the axes of size 1: all of them, or those among `dim`. Axes of another size stay. */
export function squeeze(input: Tensor, dim?: number | readonly number[] | null): Tensor {
  const dims = normalizeDims("squeeze", dim, input.ndim).filter((d) => input.shape[d] === 1);
  return apply(squeezeOp, [input], dims);
}

/** A view with an axis of size 1 at `dim` of the result. */
export function unsqueeze(input: Tensor, dim: number): Tensor {
  return apply(unsqueezeOp, [input], [normalizeDim("unsqueeze", dim, input.ndim + 1)]);
}

/** Merges the axes `startDim` to `endDim` into one; a 0-d tensor becomes a vector. */
export function flatten(input: Tensor, startDim: number = 0, endDim: number = -1): Tensor {
  checkTensor("flatten", input);
  const start = normalizeDim("flatten", startDim, input.ndim);
  const end = normalizeDim("flatten", endDim, input.ndim);
  if (start > end) {
    throw new ShapeError(`flatten: expected startDim before endDim, got ${startDim} and ${endDim}`);
  }
  if (input.ndim === 0) return reshape(input, [1]);
  const { shape } = input;
  return reshape(input, [
    ...shape.slice(0, start),
    numelOf(shape.slice(start, end + 1)),
    ...shape.slice(end + 1),
  ]);
}

/** All elements in one axis. */
export function ravel(input: Tensor): Tensor {
  return flatten(input);
}

/** Cuts axis `dim` into axes of the given sizes, of which one may be -1. */
export function unflatten(input: Tensor, dim: number, sizes: Shape): Tensor {
  const axis = normalizeDim("unflatten", dim, input.ndim);
  const known = numelOf(sizes.filter((s) => s !== -1));
  const size = input.shape[axis];
  const holes = sizes.filter((s) => s === -1).length;
  if (sizes.length === 0 || holes > 1 || (holes === 1 ? known === 0 || size % known !== 0 : known !== size)) {
    throw new ShapeError(
      `unflatten: expected sizes whose product is the ${size} elements of axis ${axis} of shape ${
        formatShape(input.shape)
      }, got ${formatShape(sizes)}`,
    );
  }
  const parts = sizes.map((s) => s === -1 ? size / known : s);
  return view(input, [...input.shape.slice(0, axis), ...parts, ...input.shape.slice(axis + 1)]);
}

/** The same elements in the shape of `other`, sharing the storage. */
export function viewAs(input: Tensor, other: Tensor): Tensor {
  return view(input, other.shape);
}

/** The same elements in the shape of `other`; a copy where the strides need one. */
export function reshapeAs(input: Tensor, other: Tensor): Tensor {
  return reshape(input, other.shape);
}

/** Swaps two axes: another name of `transpose`. */
export function swapaxes(input: Tensor, axis0: number, axis1: number): Tensor {
  return transpose(input, axis0, axis1);
}

/** Swaps two axes: another name of `transpose`. */
export function swapdims(input: Tensor, dim0: number, dim1: number): Tensor {
  return transpose(input, dim0, dim1);
}

/** Moves axes to new positions: another name of `movedim`. */
export function moveaxis(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  return movedim(input, source, destination);
}

/** The transpose of a matrix; vectors and 0-d tensors as they are. */
export function t(input: Tensor): Tensor {
  if (input.ndim > 2) {
    throw new ShapeError(
      `t: expected a tensor of at most 2 dimensions, got shape ${formatShape(input.shape)}; use transpose() or mT`,
    );
  }
  return input.ndim < 2 ? view(input, input.shape) : transpose(input, 0, 1);
}

/** At least one axis: 0-d tensors become vectors. Takes a tensor or several. */
export function atleast1d(input: Tensor): Tensor;
/** At least one axis: 0-d tensors become vectors. Takes a tensor or several. */
export function atleast1d(tensors: readonly Tensor[]): Tensor[];
export function atleast1d(input: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(input, (x) => x.ndim >= 1 ? x : reshape(x, [1]));
}

/** At least two axes: vectors become rows. Takes a tensor or several. */
export function atleast2d(input: Tensor): Tensor;
/** At least two axes: vectors become rows. Takes a tensor or several. */
export function atleast2d(tensors: readonly Tensor[]): Tensor[];
export function atleast2d(input: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(input, (x) => x.ndim >= 2 ? x : x.ndim === 1 ? unsqueeze(x, 0) : reshape(x, [1, 1]));
}

/** At least three axes: [n] becomes [1, n, 1] and [n, m] becomes [n, m, 1]. Takes a tensor or several. */
export function atleast3d(input: Tensor): Tensor;
/** At least three axes: [n] becomes [1, n, 1] and [n, m] becomes [n, m, 1]. Takes a tensor or several. */
export function atleast3d(tensors: readonly Tensor[]): Tensor[];
export function atleast3d(input: Tensor | readonly Tensor[]): Tensor | Tensor[] {
  return each(input, (x) => {
    if (x.ndim >= 3) return x;
    if (x.ndim === 2) return unsqueeze(x, 2);
    return reshape(x, x.ndim === 1 ? [1, x.shape[0], 1] : [1, 1, 1]);
  });
}

function each(input: Tensor | readonly Tensor[], f: (x: Tensor) => Tensor): Tensor | Tensor[] {
  return isList(input) ? input.map(f) : f(input);
}

function isList(input: Tensor | readonly Tensor[]): input is readonly Tensor[] {
  return Array.isArray(input);
}
