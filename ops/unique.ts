/**
 * Distinct elements and slices.
 *
 * @module
 */
import type { TypedArray } from "../tensor/dtype.ts";
import { normalizeDim, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { flatten } from "./dimensions.ts";
import { indexSelect } from "./index_select.ts";
import { contiguous, transpose } from "./shape.ts";
import { fromTyped } from "./tensor_data.ts";
import type { UniqueOptions } from "./types.ts";

/** Order of two rows of `width` elements, by their first difference; NaN last, and equal to no other NaN. */
function compareRows(values: TypedArray, width: number, a: number, b: number): number {
  for (let k = 0; k < width; k++) {
    const [x, y] = [values[a * width + k], values[b * width + k]];
    if (x < y) return -1;
    if (x > y) return 1;
    if (x !== y) return Number.isNaN(x) ? (Number.isNaN(y) ? a - b : 1) : -1;
  }
  return 0;
}

/** Groups of equal rows: the first row of each group in sorted order, the group of every row, and how many each has. */
function groupRows(
  values: TypedArray,
  rows: number,
  width: number,
): { first: Int32Array; inverse: Int32Array; counts: Int32Array } {
  const order = Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) =>
    compareRows(values, width, a, b) || a - b
  );
  const first: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(rows);
  order.forEach((row, i) => {
    if (i === 0 || compareRows(values, width, order[i - 1], row) !== 0) {
      first.push(row);
      counts.push(0);
    }
    counts[counts.length - 1]++;
    inverse[row] = counts.length - 1;
  });
  return { first: Int32Array.from(first), inverse, counts: Int32Array.from(counts) };
}

/** The distinct elements in ascending order; with `dim` the distinct slices. */
export function unique(
  input: Tensor,
  options?: UniqueOptions & { returnInverse?: false; returnCounts?: false },
): Tensor;
/** The distinct elements in ascending order; then, as asked for, the inverse and the counts, both int32. */
export function unique(input: Tensor, options: UniqueOptions): Tensor | Tensor[];
export function unique(input: Tensor, options: UniqueOptions = {}): Tensor | Tensor[] {
  const { returnInverse = false, returnCounts = false, dim } = options;
  const whole = dim === undefined || dim === null;
  const axis = whole ? 0 : normalizeDim("unique", dim, input.ndim);
  const x = whole || input.ndim === 0 ? flatten(input.detach()) : input.detach();
  const rows = x.shape[axis];
  // PyTorch compares slices in the order that swapping the axes gives.
  const values = contiguous(transpose(x, axis, 0)).read("unique");
  const { first, inverse, counts } = groupRows(values, rows, numelOf(x.shape.with(axis, 1)));
  const index = (list: Int32Array, shape: Shape): Tensor => fromTyped(list, shape, "int32", { device: input.device });
  const distinct = indexSelect(x, axis, index(first, [first.length]));
  if (!returnInverse && !returnCounts) return distinct;
  return [
    distinct,
    ...(returnInverse ? [index(inverse, whole ? input.shape : [rows])] : []),
    ...(returnCounts ? [index(counts, [counts.length])] : []),
  ];
}
