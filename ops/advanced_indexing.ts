/**
 * Index tensors and masks on several axes at once, by PyTorch's rules: they broadcast against each other, and where they
 * stand side by side the result has their shape in their place, else in front.
 *
 * @module
 */
import { DTypeError, IndexError } from "../tensor/errors.ts";
import { broadcastShapes, formatShape, numelOf, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul } from "./binary.ts";
import { to } from "./cast.ts";
import { flatten } from "./dimensions.ts";
import { checkIndexDType, wrapIndex } from "./index_check.ts";
import { indexAdd, indexCopy, indexSelect } from "./index_select.ts";
import { nonzeroPositions } from "./nonzero.ts";
import { expand, permute, reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import type { IndexPutOptions } from "./types.ts";

/** An index for one axis (a mask: for as many axes as it has), or null to keep the axis. */
export type AxisIndex = Tensor | null;

/** One int32 index into the axes it stands for, merged into one. */
interface MergedIndex {
  readonly index: Tensor;
  /** Position among the axes after merging, and among those before. */
  readonly axis: number;
  readonly original: number;
}

/** How a tensor is rearranged so that all indices together are one index vector along one axis. */
interface Plan {
  /** Shape with the axes of masks merged. */
  readonly merged: Shape;
  /** Order of the merged axes in which the indexed ones are neighbours. */
  readonly order: readonly number[];
  /** Sizes before, at and after the indexed axes, in that order. */
  readonly before: Shape;
  readonly indexed: Shape;
  readonly after: Shape;
  /** Shape of the indices. */
  readonly shape: Shape;
  /** Positions in the indexed axes, row-major: a vector. */
  readonly flat: Tensor;
}

function maskSize(op: string, mask: Tensor, shape: Shape, axis: number): number {
  const covered = shape.slice(axis, axis + mask.ndim);
  if (!sameShape(covered, mask.shape)) {
    throw new IndexError(
      `${op}: expected a mask of shape ${formatShape(covered)} at axis ${axis} of shape ${formatShape(shape)}, got ${
        formatShape(mask.shape)
      }`,
    );
  }
  return numelOf(covered);
}

function plan(op: string, x: Tensor, entries: readonly AxisIndex[]): Plan {
  const merged: number[] = [];
  const indices: MergedIndex[] = [];
  let original = 0;
  for (const entry of entries) {
    const isMask = entry !== null && entry.dtype === "bool";
    const width = isMask ? entry.ndim : 1;
    if (original + width > x.ndim) {
      throw new IndexError(
        `${op}: expected indices for at most the ${x.ndim} axes of shape ${formatShape(x.shape)}, got more`,
      );
    }
    if (entry !== null) {
      if (!isMask) checkIndexDType(op, entry);
      const index = isMask ? nonzeroPositions(entry, op) : entry;
      indices.push({ index: to(index, x.device), axis: merged.length, original });
    }
    merged.push(isMask ? maskSize(op, entry, x.shape, original) : x.shape[original]);
    original += width;
  }
  merged.push(...x.shape.slice(original));
  const axes = indices.map(({ axis }) => axis);
  const adjacent = axes.every((axis, i) => axis === axes[0] + i);
  const first = adjacent ? axes[0] : 0;
  const rest = merged.map((_, d) => d).filter((d) => !axes.includes(d));
  const order = [...rest.slice(0, first), ...axes, ...rest.slice(first)];
  const sizes = order.map((d) => merged[d]);
  const indexed = sizes.slice(first, first + axes.length);
  const shape = indices.reduce<Shape>((common, { index }) => broadcastShapes(op, common, index.shape), []);
  return {
    merged,
    order,
    before: sizes.slice(0, first),
    indexed,
    after: sizes.slice(first + axes.length),
    shape,
    flat: flatten(expand(flatIndex(op, indices, indexed), shape)),
  };
}

/** Sum over axes of index times stride: the row-major position in the indexed axes. */
function flatIndex(op: string, indices: readonly MergedIndex[], sizes: Shape): Tensor {
  const positions = indices.map(({ index, original }, i) => wrapIndex(op, index, sizes[i], original));
  return positions.reduce((flat, index, i) => add(mul(flat, sizes[i]), index));
}

/** `x` with the indexed axes as one, at axis `before.length`. */
function arrange(x: Tensor, { merged, order, before, indexed, after }: Plan): Tensor {
  return reshape(permute(reshape(x, merged), order), [...before, numelOf(indexed), ...after]);
}

/** Reads from `x` what the entries name. */
export function readIndexed(op: string, x: Tensor, entries: readonly AxisIndex[]): Tensor {
  const p = plan(op, x, entries);
  const rows = indexSelect(arrange(x, p), p.before.length, p.flat);
  return reshape(rows, [...p.before, ...p.shape, ...p.after]);
}

/** A copy of `x` with `values`, which broadcast, at (or added to) what the entries name. */
export function writeIndexed(
  op: string,
  x: Tensor,
  entries: readonly AxisIndex[],
  values: Tensor,
  accumulate: boolean,
): Tensor {
  if (values.dtype !== x.dtype) throw new DTypeError(`${op}: expected values of dtype ${x.dtype}, got ${values.dtype}`);
  const masked = writeMasked(op, x, entries, values, accumulate);
  if (masked !== null) return masked;
  const p = plan(op, x, entries);
  const axis = p.before.length;
  const target = [...p.before, ...p.shape, ...p.after];
  const source = reshape(expand(withoutLeadingOnes(values, target.length), target), [
    ...p.before,
    numelOf(p.shape),
    ...p.after,
  ]);
  const written = (accumulate ? indexAdd : indexCopy)(arrange(x, p), axis, p.flat, source);
  const inverse = new Array<number>(p.order.length);
  p.order.forEach((d, i) => inverse[d] = i);
  return reshape(permute(reshape(written, [...p.before, ...p.indexed, ...p.after]), inverse), x.shape);
}

/**
 * The same where the only index is a mask and one slice of values serves all its places: no positions are needed, so a
 * mask per sample is possible under vmap. Null where that is not the case.
 */
function writeMasked(
  op: string,
  x: Tensor,
  entries: readonly AxisIndex[],
  values: Tensor,
  accumulate: boolean,
): Tensor | null {
  const axis = entries.findIndex((entry) => entry !== null);
  const mask = entries[axis];
  if (mask === null || mask.dtype !== "bool" || entries.some((entry, i) => entry !== null && i !== axis)) return null;
  maskSize(op, mask, x.shape, axis);
  const after = x.ndim - axis - mask.ndim;
  const slices = withoutLeadingOnes(values, axis + 1 + after);
  if (slices.ndim > after && slices.shape[slices.ndim - 1 - after] !== 1) return null;
  // The axis of places becomes as many axes as the mask has.
  const lead = Math.max(0, slices.ndim - after - 1);
  const spread = reshape(slices, [
    ...slices.shape.slice(0, lead),
    ...new Array<number>(slices.ndim > after ? mask.ndim : 0).fill(1),
    ...slices.shape.slice(Math.max(0, slices.ndim - after)),
  ]);
  const chosen = reshape(mask, [...mask.shape, ...new Array<number>(after).fill(1)]);
  return where(chosen, expand(accumulate ? add(x, spread) : spread, x.shape), x);
}

/** `values` with as many leading axes of size 1 taken away as are too many for `rank`. */
export function withoutLeadingOnes(values: Tensor, rank: number): Tensor {
  let extra = 0;
  while (values.ndim - extra > rank && values.shape[extra] === 1) extra++;
  return extra === 0 ? values : reshape(values, values.shape.slice(extra));
}

/**
 * A copy of `input` with `values` at the places that index tensors and masks name, one entry per axis (null keeps it).
 *
 * @inplace
 */
export function indexPut(
  input: Tensor,
  indices: readonly (Tensor | null)[],
  values: Tensor,
  options: IndexPutOptions = {},
): Tensor {
  return writeIndexed("indexPut", input, indices, values, options.accumulate === true);
}

/** Elements at row-major positions of `input`; negative positions count from the end. The result has the shape of `index`. */
export function take(input: Tensor, index: Tensor): Tensor {
  const at = wrapIndex("take", flatten(index), input.numel, 0);
  return reshape(indexSelect(flatten(input), 0, at), index.shape);
}

/**
 * A copy of `input` with the elements of `source` at row-major positions.
 *
 * @inplace
 */
export function put(input: Tensor, index: Tensor, source: Tensor, options: IndexPutOptions = {}): Tensor {
  const at = wrapIndex("put", flatten(index), input.numel, 0);
  const place = options.accumulate ? indexAdd : indexCopy;
  return reshape(place(flatten(input), 0, at, flatten(source)), input.shape);
}
