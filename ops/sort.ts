/**
 * Sorting, and running extrema.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Op, Sample } from "../tensor/op.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import type { SelectionParams } from "./family_types.ts";
import { pick, pickOne, runSorted, selection } from "./selection.ts";
import type { ReduceOptions, Selection, SortOptions, TopkOptions } from "./types.ts";

/** The axis and the direction. */
interface SortParams extends SelectionParams {
  readonly descending: boolean;
}

const sortOp: Op<SortParams> = selection<SortParams>({
  name: "sort",
  gradName: "Sort",
  length: (shape, { dim }) => shape[dim],
  run: (backend, x, values, indices, { dim, descending }) => backend.sort(x, values, indices, dim, descending),
  samples: () => [
    { inputs: [{ shape: [6] }], params: { dim: 0, descending: false } },
    { inputs: [{ shape: [2, 4, 3] }], params: { dim: 1, descending: true } },
    { inputs: [{ shape: [0, 3] }], params: { dim: 0, descending: false } },
  ],
});

/** The axis, how many elements, and which end. */
interface TopkParams extends SelectionParams {
  readonly k: number;
  readonly largest: boolean;
}

function checkCount(op: string, shape: Shape, { dim, k }: { dim: number; k: number }, least: number): void {
  if (Number.isInteger(k) && k >= least && k <= shape[dim]) return;
  throw new ArgumentError(
    `${op}: expected k in [${least}, ${shape[dim]}] for axis ${dim} of shape ${formatShape(shape)}, got ${k}`,
  );
}

const topkOp: Op<TopkParams> = selection<TopkParams>({
  name: "topk",
  gradName: "Topk",
  length: (shape, p) => {
    checkCount("topk", shape, p, 0);
    return p.k;
  },
  run: (backend, x, values, indices, { dim, largest }) => backend.topk(x, values, indices, dim, largest),
  samples: () => [
    { inputs: [{ shape: [6] }], params: { dim: 0, k: 3, largest: true } },
    { inputs: [{ shape: [2, 4, 3] }], params: { dim: 1, k: 2, largest: false } },
    { inputs: [{ shape: [2, 3] }], params: { dim: 1, k: 0, largest: true } },
  ],
});

/** The axis, and which of the elements in ascending order, from 1. */
interface KthParams extends SelectionParams {
  readonly k: number;
}

const kthvalueOp: Op<KthParams> = selection<KthParams>({
  name: "kthvalue",
  gradName: "Kthvalue",
  length: (shape, p) => {
    checkCount("kthvalue", shape, p, 1);
    return 1;
  },
  run: (backend, x, values, indices, { dim, k }) => runSorted(backend, x, values, indices, dim, () => k - 1),
  samples: () => [
    { inputs: [{ shape: [6] }], params: { dim: 0, k: 3 } },
    { inputs: [{ shape: [2, 4, 3] }], params: { dim: 1, k: 4 } },
  ],
});

/** A record of a running maximum or minimum. */
function runningExtremum(name: "cummax" | "cummin"): Op<SelectionParams> {
  const samples: readonly Sample<SelectionParams>[] = [
    { inputs: [{ shape: [6] }], params: { dim: 0 } },
    { inputs: [{ shape: [2, 4, 3] }], params: { dim: 1 } },
    { inputs: [{ shape: [0, 3] }], params: { dim: 0 } },
  ];
  return selection<SelectionParams>({
    name,
    gradName: name === "cummax" ? "Cummax" : "Cummin",
    length: (shape, { dim }) => shape[dim],
    run: (backend, x, values, indices, { dim }) =>
      backend.scan(name === "cummax" ? "max" : "min", x, values, indices, dim),
    samples: () => samples,
  });
}

const cummaxOp: Op<SelectionParams> = runningExtremum("cummax");
const cumminOp: Op<SelectionParams> = runningExtremum("cummin");

/** The elements along `dim` in ascending order, and where they were. Equal elements keep their order; NaN is the largest. */
export function sort(input: Tensor, dim: number = -1, options: SortOptions = {}): Selection {
  checkOptions("sort", options, "descending");
  return pick(sortOp, input, dim, { descending: options.descending === true });
}

/** Positions (int32) of the elements along `dim` in ascending order. */
export function argsort(input: Tensor, dim: number = -1, options: SortOptions = {}): Tensor {
  return sort(input, dim, options).indices;
}

/** The elements along axis 0 in ascending order. */
export function msort(input: Tensor): Tensor {
  return sort(input, 0).values;
}

/** The `k` largest elements along `dim`, sorted, and where they are. NaN counts as the largest. */
export function topk(input: Tensor, k: number, dim: number = -1, options: TopkOptions = {}): Selection {
  checkOptions("topk", options, "largest");
  return pick(topkOp, input, dim, { k, largest: options.largest !== false });
}

/** The `k`-th smallest element along `dim`, counted from 1, and where it is. NaN counts as the largest. */
export function kthvalue(input: Tensor, k: number, dim: number = -1, options: ReduceOptions = {}): Selection {
  return pickOne(kthvalueOp, input, dim, { k }, options.keepdim);
}

/** A running extremum. There are no kernels for bools and uint8: they go through int32. */
function running(op: Op<SelectionParams>, input: Tensor, dim: number): Selection {
  checkTensor(op.name, input);
  const { dtype } = input;
  const x = dtype === "bool" || dtype === "uint8" ? cast(input, "int32") : input;
  const { values, indices } = pick(op, x, dim, {});
  return { values: cast(values, dtype), indices };
}

/** The largest of the first 1, 2, ... elements along `dim`, and where it last was. NaN stays from where it appears. */
export function cummax(input: Tensor, dim: number): Selection {
  return running(cummaxOp, input, dim);
}

/** The smallest of the first 1, 2, ... elements along `dim`, and where it last was. NaN stays from where it appears. */
export function cummin(input: Tensor, dim: number): Selection {
  return running(cumminOp, input, dim);
}
