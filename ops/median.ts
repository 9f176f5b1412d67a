/**
 * Medians and modes.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { Op } from "../tensor/op.ts";
import { allDims } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "./binary.ts";
import { bitwiseRightShift } from "./bitwise.ts";
import { cast } from "./cast.ts";
import { eq, lt, ne } from "./compare.ts";
import { arange, full } from "./creation.ts";
import { clampMin } from "./extrema.ts";
import type { ChooseSorted, SelectionParams } from "./family_types.ts";
import { rowMajor } from "./layout.ts";
import { argmax, sharedEvenly } from "./max_min.ts";
import { roll } from "./rearrange.ts";
import { type Reduced, sum } from "./reduce.ts";
import { checkNonEmpty, pickOne, runSorted, selection } from "./selection.ts";
import { reshape } from "./shape.ts";
import { cummax } from "./sort.ts";
import { where } from "./ternary.ts";
import type { ReduceOptions, Selection } from "./types.ts";

/** Number of elements before the first NaN of each line. */
function countNumbers(sorted: Tensor, dim: number): Tensor {
  return sum(cast(eq(sorted, sorted), "int32"), dim, { keepdim: true });
}

/** The lower median; a NaN if there is one. */
const chooseMedian: ChooseSorted = (sorted, dim) => {
  const [n, numbers] = [sorted.shape[dim], countNumbers(sorted, dim)];
  return where(lt(numbers, n), numbers, (n - 1) >> 1);
};

/** The lower median of what is not NaN. */
const chooseNanmedian: ChooseSorted = (sorted, dim) =>
  bitwiseRightShift(clampMin(sub(countNumbers(sorted, dim), 1), 0), 1);

/** The last element of the longest run of equal ones; of runs of one length, the first. */
const chooseMode: ChooseSorted = (sorted, dim) => {
  const n = sorted.shape[dim];
  const places = reshape(arange(n, { device: sorted.device }), sorted.shape.map((_, d) => d === dim ? n : 1));
  // The first element begins a run whatever the comparison with the last says: its place is 0.
  const begins = mul(places, cast(ne(sorted, roll(sorted, 1, dim)), "int32"));
  return argmax(sub(places, cummax(begins, dim).values), dim, { keepdim: true });
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
      const chosen = reshape(out, [out.numel, 1]);
      runSorted(backend, lines, chosen, empty(backend, chosen.shape, "int32"), 1, choose);
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
