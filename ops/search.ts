/**
 * Looking numbers up in sorted sequences and in sets.
 *
 * @module
 */
import type { TypedArray } from "../tensor/dtype.ts";
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, numelOf, sameShape } from "../tensor/shape.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { eq, le, logicalAnd, logicalNot } from "./compare.ts";
import { flatten, unsqueeze } from "./dimensions.ts";
import { gather } from "./gather_scatter.ts";
import { overRows } from "./over_rows.ts";
import { promoteAll } from "./promote.ts";
import { any, sum } from "./reduce.ts";
import { expand, reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import type { IsinOptions, SearchsortedOptions } from "./types.ts";

/** How many elements of `sorted[from, to)` come before `value`: those below it, or with `right` not above it. NaN is largest. */
function position(sorted: TypedArray, from: number, to: number, value: number, right: boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const x = sorted[middle];
    const before = right
      ? !(x > value || (Number.isNaN(x) && !Number.isNaN(value)))
      : x < value || (Number.isNaN(value) && !Number.isNaN(x));
    if (before) low = middle + 1;
    else high = middle;
  }
  return low - from;
}

/** Whether elements of `a` come before those of `b` in sorted order, where NaN is the largest. */
function before(a: Tensor, b: Tensor): Tensor {
  return logicalAnd(eq(a, a), logicalNot(le(b, a)));
}

/** Inputs (sorted [.., n] or [n], values [.., m]): leading axes agree, or there is one sequence for all. */
const searchOp: Op<boolean> = defineOp<boolean>({
  name: "searchsorted",
  gradName: "Searchsorted",
  kind: "kernel",
  shape: ([, values]) => ({ shape: values.shape, dtype: "int32" }),
  run: (backend, [sorted, values], [out], right) => {
    if (!backend.readsAtOnce) {
      const a = sorted.ndim === 1 ? sorted : unsqueeze(sorted.detach(), -2);
      const b = unsqueeze(values.detach(), -1);
      return backend.copy(sum(right ? logicalNot(before(b, a)) : before(a, b), -1), out);
    }
    const length = sorted.shape[sorted.ndim - 1];
    const perRow = sorted.ndim === 1 ? Infinity : values.shape[values.ndim - 1];
    const sequence = backend.read(sorted, "searchsorted");
    const found = new Int32Array(values.numel);
    backend.read(values, "searchsorted").forEach((value, i) => {
      const from = perRow === Infinity ? 0 : Math.floor(i / perRow) * length;
      found[i] = position(sequence, from, from + length, value, right);
    });
    backend.write(out, found);
  },
  rules: "none",
  batch: (size, batched, [sorted, values], right) => {
    if (!batched[0] && sorted.ndim === 1) return apply(searchOp, [sorted, values], right);
    const sequences = batched[0] ? sorted : expand(sorted, [size, ...sorted.shape]);
    const wanted = batched[1] ? values : expand(values, [size, ...values.shape]);
    if (sequences.ndim === wanted.ndim) return apply(searchOp, [sequences, wanted], right);
    // One sequence per sample for values of any shape: make the values of a sample one axis.
    return reshape(
      apply(searchOp, [sequences, reshape(wanted, [size, numelOf(wanted.shape.slice(1))])], right),
      wanted.shape,
    );
  },
  samples: () => [
    { inputs: [{ shape: [1] }, { shape: [2, 3] }], params: false },
    { inputs: [{ shape: [2, 1] }, { shape: [2, 3] }], params: true },
  ],
});

/** Where each value would be inserted to keep the last axis of `sortedSequence` in order: int32 in the shape of `values`. */
export function searchsorted(sortedSequence: Tensor, values: TensorLike, options: SearchsortedOptions = {}): Tensor {
  const { right = false, side, sorter } = options;
  if (side !== undefined && side !== "left" && side !== "right") {
    throw new ArgumentError(`searchsorted: expected side "left" or "right", got ${String(side)}`);
  }
  if (side === "left" && right) {
    throw new ArgumentError('searchsorted: expected side and right to agree, got side "left"');
  }
  const sequence = sorter === undefined ? sortedSequence : gather(sortedSequence, -1, sorter);
  const [sorted, wanted] = promoteAll([sequence, values], false, "searchsorted");
  if (sorted.ndim === 0) throw new ShapeError("searchsorted: expected a sequence with axes, got a 0-d tensor");
  const fits = sorted.ndim === 1 ||
    (sorted.ndim === wanted.ndim && sameShape(sorted.shape.slice(0, -1), wanted.shape.slice(0, -1)));
  if (!fits) {
    throw new ShapeError(
      `searchsorted: expected a vector, or a sequence whose leading axes are those of the values, got ${
        formatShape(sorted.shape)
      } and ${formatShape(wanted.shape)}`,
    );
  }
  return apply(searchOp, [sorted, wanted], right || side === "right");
}

/** Which interval between the ascending `boundaries` each element lies in: int32 in the shape of `input`. */
export function bucketize(
  input: TensorLike,
  boundaries: Tensor,
  options: { right?: boolean; outInt32?: boolean } = {},
): Tensor {
  if (boundaries.ndim !== 1) {
    throw new ShapeError(`bucketize: expected a vector of boundaries, got shape ${formatShape(boundaries.shape)}`);
  }
  return searchsorted(boundaries, input, { right: options.right });
}

const isinOp: Op<null> = defineOp<null>({
  name: "isin",
  gradName: "Isin",
  kind: "kernel",
  shape: ([elements]) => ({ shape: elements.shape, dtype: "bool" }),
  run: (backend, [elements, set], [out]) => {
    if (!backend.readsAtOnce) {
      return backend.copy(any(eq(unsqueeze(elements.detach(), -1), flatten(set.detach())), -1), out);
    }
    const members = new Set(backend.read(set, "isin"));
    const values = backend.read(elements, "isin");
    backend.write(out, Uint8Array.from(values, (x) => Number(members.has(x) && !Number.isNaN(x))));
  },
  rules: "none",
  batch: (size, batched, [elements, set]) => {
    if (!batched[1]) return apply(isinOp, [elements, set], null);
    const rows = batched[0] ? elements : expand(elements, [size, ...elements.shape]);
    if (size === 0) return apply(isinOp, [rows, set], null);
    return overRows("isin", size, [rows, set], (row) => apply(isinOp, row, null));
  },
  samples: () => [
    {
      inputs: [{ shape: [2, 3], low: 0, high: 4, dtype: "int32" }, { shape: [2], low: 0, high: 4, dtype: "int32" }],
      params: null,
    },
  ],
});

/** True where an element of `elements` is among `testElements`. */
export function isin(elements: TensorLike, testElements: TensorLike, options: IsinOptions = {}): Tensor {
  const found = apply(isinOp, promoteAll([elements, testElements], false, "isin"), null);
  return options.invert ? logicalNot(found) : found;
}
