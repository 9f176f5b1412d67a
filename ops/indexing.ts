/**
 * Indexing as in Python: numbers, slices, new axes, ellipsis, masks and index tensors.
 *
 * @module
 */
import { DTypeError, IndexError } from "../tensor/errors.ts";
import { ellipsis, type Index, Slice } from "../tensor/index_entry.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import type { NestedArray } from "../tensor/types.ts";
import { type AxisIndex, readIndexed, withoutLeadingOnes, writeIndexed } from "./advanced_indexing.ts";
import { cast } from "./cast.ts";
import { unsqueeze } from "./dimensions.ts";
import { copy_ } from "./inplace.ts";
import { asTensor } from "./promote.ts";
import { isReadable } from "./readable.ts";
import { reshape, view } from "./shape.ts";
import { select, sliceAlong } from "./slicing.ts";
import { tensor } from "./tensor_data.ts";

export { ellipsis, type Index, Slice, slice } from "../tensor/index_entry.ts";

/** An index after its numbers, slices and new axes were applied as views. */
interface Indexed {
  readonly view: Tensor;
  /** What is left for the axes of the view; empty if nothing is. */
  readonly entries: readonly AxisIndex[];
}

/** Arrays as tensors; what is no index is an error. */
function normalizeEntry(op: string, entry: Index): Exclude<Index, NestedArray> {
  if (Array.isArray(entry)) {
    const values = tensor(entry);
    if (values.dtype === "bool") return values;
    if (!values.dataSync().every(Number.isInteger)) {
      throw new IndexError(`${op}: expected integers or booleans in an index array, got ${JSON.stringify(entry)}`);
    }
    return tensor(entry, { dtype: "int32" });
  }
  if (entry instanceof Tensor && entry.dtype !== "int32" && entry.dtype !== "bool") {
    throw new DTypeError(
      `${op}: expected int32 or bool index tensors, got ${entry.dtype}; convert it with int() or bool()`,
    );
  }
  const known = entry === null || entry === ellipsis || typeof entry === "number" || typeof entry === "boolean" ||
    entry instanceof Slice || entry instanceof Tensor;
  if (!known) {
    throw new IndexError(
      `${op}: expected numbers, slice(), null, ellipsis, arrays or tensors as an index, got ${String(entry)}`,
    );
  }
  // Arrays were converted above.
  return entry as Exclude<Index, NestedArray>;
}

/** How many axes of the tensor an entry consumes. */
function width(entry: Exclude<Index, NestedArray>): number {
  if (entry === null || entry === ellipsis || typeof entry === "boolean") return 0;
  return entry instanceof Tensor && entry.dtype === "bool" ? entry.ndim : 1;
}

/** The single truth value of a mask without axes, as a mask of a new axis of size 1. */
function scalarMask(entry: boolean | Tensor): Tensor {
  return entry instanceof Tensor ? reshape(entry, [1]) : tensor([entry]);
}

/** Applies the entries that are views, from the first axis on. */
function applyBasic(op: string, input: Tensor, index: readonly Index[]): Indexed {
  const normalized = index.map((entry) => normalizeEntry(op, entry));
  const consumed = normalized.reduce((sum: number, entry) => sum + width(entry), 0);
  if (consumed > input.ndim) {
    throw new IndexError(
      `${op}: expected at most ${input.ndim} indices for shape ${formatShape(input.shape)}, got ${consumed}`,
    );
  }
  if (normalized.filter((entry) => entry === ellipsis).length > 1) {
    throw new IndexError(`${op}: expected at most one ellipsis, got several`);
  }
  let x = input;
  const entries: AxisIndex[] = [];
  let dim = 0; // the next axis of x; differs from entries.length where a mask covers several axes
  const keep = (count: number): void => {
    for (let i = 0; i < count; i++) entries.push(null);
    dim += count;
  };
  for (const entry of normalized) {
    if (entry === ellipsis) keep(input.ndim - consumed);
    else if (entry === null) {
      x = unsqueeze(x, dim);
      keep(1);
    } else if (typeof entry === "number") x = select(x, dim, entry);
    else if (entry instanceof Slice) {
      const { start, stop, step } = entry;
      if (start !== undefined || stop !== undefined || step !== 1) x = sliceAlong(x, dim, start, stop, step);
      keep(1);
    } else if (typeof entry === "boolean" || (entry.ndim === 0 && entry.dtype === "bool")) {
      x = unsqueeze(x, dim);
      entries.push(scalarMask(entry));
      dim += 1;
    } else if (entry.ndim === 0 && isReadable(entry)) x = select(x, dim, entry.read(op)[0]);
    else if (entry.ndim === 0 && op === "get") {
      // Numbers that cannot be read count as numbers all the same: they do not move the axes of index tensors.
      x = readIndexed(op, x, [...new Array<null>(dim).fill(null), entry]);
    } else {
      entries.push(entry);
      dim += width(entry);
    }
  }
  return { view: x, entries: entries.some((entry) => entry !== null) ? entries : [] };
}

/**
 * A part of the tensor. Numbers, slices, null and {@linkcode ellipsis} give a view; masks, index tensors and arrays of
 * integers give a copy whose shape follows PyTorch's rules of advanced indexing.
 *
 * ```ts
 * import { arange, ellipsis, slice } from "@dualtape/dualtape";
 *
 * const x = arange(24).reshape(2, 3, 4);
 * x.get(0, slice(1, 3)); // shape [2, 4]
 * x.get(ellipsis, [0, 2]); // shape [2, 3, 2]
 * x.get(x.gt(5)); // the 18 elements above 5
 * ```
 *
 * @throws IndexError for indices outside their axis, and for too many of them.
 */
export function get(input: Tensor, ...index: readonly Index[]): Tensor {
  const { view: part, entries } = applyBasic("get", input, index);
  if (entries.length > 0) return readIndexed("get", part, entries);
  return part === input ? view(input, input.shape) : part;
}

/**
 * Writes `value`, which broadcasts and is converted, into a part of the tensor.
 *
 * @param index What {@linkcode get} takes: one entry, or several in an array; so an array of integers is written `[[0, 2]]`.
 */
export function set_(input: Tensor, index: Index | readonly Index[], value: TensorLike): Tensor {
  const list = Array.isArray(index) ? index as readonly Index[] : [index as Index];
  const { view: part, entries } = applyBasic("set_", input, list);
  const values = value instanceof Tensor
    ? cast(value, input.dtype)
    : asTensor(value, input.dtype, input.storage.backend, "set_");
  const source = entries.length === 0
    ? withoutLeadingOnes(values, part.ndim)
    : writeIndexed("set_", part, entries, values, false);
  copy_(part, source);
  return input;
}
