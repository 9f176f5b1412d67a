/**
 * Medians and modes.
 *
 * @module
 */
import type { TypedArray } from "../tensor/dtype.ts";
import { apply } from "../tensor/apply.ts";
import type { Op } from "../tensor/op.ts";
import { allDims } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { full } from "./creation.ts";
import { rowMajor } from "./layout.ts";
import { sharedEvenly } from "./max_min.ts";
import type { Reduced, ReduceOptions } from "./reduce.ts";
import {
  checkNonEmpty,
  type ChooseSorted,
  pickOne,
  runSorted,
  type Selection,
  selection,
  type SelectionParams,
} from "./selection.ts";

/** Number of elements before the first NaN of a sorted line. */
function countNumbers(sorted: TypedArray, start: number, step: number, n: number): number {
  let count = n;
  while (count > 0 && Number.isNaN(sorted[start + (count - 1) * step])) count--;
  return count;
}

/** The lower median; a NaN if there is one. */
const chooseMedian: ChooseSorted = (sorted, start, step, n) => {
  const numbers = countNumbers(sorted, start, step, n);
  return numbers < n ? numbers : (n - 1) >> 1;
};

/** The lower median of what is not NaN. */
const chooseNanmedian: ChooseSorted = (sorted, start, step, n) =>
  Math.max(0, (countNumbers(sorted, start, step, n) - 1) >> 1);

/** The last element of the longest run of equal ones; of runs of one length, the first. */
const chooseMode: ChooseSorted = (sorted, start, step, n) => {
  let [best, longest, length] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    length++;
    if (i + 1 < n && sorted[start + (i + 1) * step] === sorted[start + i * step]) continue;
    if (length > longest) [best, longest] = [i, length];
    length = 0;
  }
  return best;
};

/** A record that keeps one element of each line, chosen among the sorted ones. */
function chosen(name: string, gradName: string, choose: ChooseSorted): Op<SelectionParams> {
  return selection<SelectionParams>({
    name,
    gradName,
    length: (shape, { dim }) => {
      checkNonEmpty(name, shape, [dim]);
      return 1;
    },
    run: (backend, x, values, indices, { dim }) => runSorted(backend, x, values, indices, dim, choose),
    samples: () => [
      { inputs: [{ shape: [6] }], params: { dim: 0 } },
      { inputs: [{ shape: [2, 5, 3] }], params: { dim: 1 } },
    ],
  });
}

/** A record of the median of everything but leading axes. Elements equal to it share the gradient evenly. */
function overall(name: string, gradName: string, choose: ChooseSorted, matchNaN: boolean): Op<Reduced> {
  return sharedEvenly({
    name,
    gradName,
    matchNaN,
    run: (backend, x, out, dims) => {
      const n = dims.reduce((count, d) => count * x.shape[d], 1);
      const { dtype, storage, offset, numel } = rowMajor(backend, x);
      const lines = { dtype, storage, offset, numel, shape: [numel / n, n], strides: [n, 1] };
      runSorted(backend, lines, out, empty(backend, out.shape, "int32"), 1, choose);
    },
    samples: () => [
      { inputs: [{ shape: [5] }], params: { dims: [0], keepdim: false } },
      { inputs: [{ shape: [2, 3] }], params: { dims: [0, 1], keepdim: false } },
    ],
  });
}

const medianOp: Op<SelectionParams> = chosen("median", "Median", chooseMedian);
const nanmedianOp: Op<SelectionParams> = chosen("nanmedian", "Nanmedian", chooseNanmedian);
const modeOp: Op<SelectionParams> = chosen("mode", "Mode", chooseMode);
const medianOfAllOp: Op<Reduced> = overall("medianOfAll", "Median", chooseMedian, true);
const nanmedianOfAllOp: Op<Reduced> = overall("nanmedianOfAll", "Nanmedian", chooseNanmedian, false);

function medianOfAll(op: Op<Reduced>, input: Tensor): Tensor {
  if (input.numel === 0) return full([], NaN, { dtype: input.dtype, device: input.device });
  return apply(op, [input], { dims: allDims(input.ndim), keepdim: false });
}

/**
 * The median: the lower of the middle two. NaN if there is one. Without `dim` of all elements, as a 0-d tensor; with `dim`
 * along that axis, with the positions.
 */
export function median(input: Tensor): Tensor;
/** The median along `dim`, the lower of the middle two, and where it is. NaN if there is one. */
export function median(input: Tensor, dim: number, options?: ReduceOptions): Selection;
export function median(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | Selection {
  return dim === undefined ? medianOfAll(medianOfAllOp, input) : pickOne(medianOp, input, dim, {}, options.keepdim);
}

/**
 * The median of the elements that are not NaN. Without `dim` of all of them, as a 0-d tensor; with `dim` along that axis, with
 * the positions.
 */
export function nanmedian(input: Tensor): Tensor;
/** The median along `dim` of the elements that are not NaN, and where it is. */
export function nanmedian(input: Tensor, dim: number, options?: ReduceOptions): Selection;
export function nanmedian(input: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | Selection {
  return dim === undefined
    ? medianOfAll(nanmedianOfAllOp, input)
    : pickOne(nanmedianOp, input, dim, {}, options.keepdim);
}

/** The most frequent element along `dim`, the smallest of several, and where it last is. */
export function mode(input: Tensor, dim: number = -1, options: ReduceOptions = {}): Selection {
  return pickOne(modeOp, input, dim, {}, options.keepdim);
}
