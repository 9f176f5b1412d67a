/**
 * The family of ops that pick elements along one axis: sorts, extrema, medians. Their values are those of a gather at the
 * indices they return, and so are their derivatives.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import type { Backend } from "../runtime/backend.ts";
import { applyMany } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, normalizeDim, removeDims, type Shape } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import type { ChooseSorted, SelectionParams, SelectionRow } from "./family_types.ts";
import { gather, scatterAdd } from "./gather_scatter.ts";
import { asTensor } from "./promote.ts";
import { expand, reshape } from "./shape.ts";
import { defineOp } from "./table.ts";
import type { Selection } from "./types.ts";

/** The record of an op that picks elements along an axis of a tensor that has axes. */
export function selection<P extends SelectionParams>(row: SelectionRow<P>): Op<P> {
  const op: Op<P> = defineOp<P>({
    name: row.name,
    gradName: row.gradName,
    kind: "kernel",
    shape: ([x], p) => {
      const shape = x.shape.with(p.dim, row.length(x.shape, p));
      return [{ shape, dtype: x.dtype }, { shape, dtype: "int32" }];
    },
    run: (backend, [x], [values, indices], p) => row.run(backend, x, values, indices, p),
    rules: "full",
    saves: { inputs: [], outputs: [1] },
    vjp: (c, [g]) => {
      const nothing = zeros(c.shape(0), { dtype: c.dtype(0), device: g!.device });
      return [scatterAdd(nothing, c.params.dim, c.output(1), g!)];
    },
    jvp: (c, [t]) => [gather(t!, c.params.dim, c.output(1)), null],
    batch: (_size, _batched, [x], p) => applyMany(op, [x], { ...p, dim: p.dim + 1 }),
    samples: row.samples,
  });
  return op;
}

/** Picks along `dim`; a 0-d tensor is a line of one element. */
export function pick<P extends SelectionParams>(
  op: Op<P>,
  input: Tensor,
  dim: number,
  params: Omit<P, "dim">,
): Selection {
  checkTensor(op.name, input);
  const axis = normalizeDim(op.name, dim, input.ndim);
  // The parameters of a record are `dim` and the rest.
  const all = { ...params, dim: axis } as P;
  if (input.ndim > 0) {
    const [values, indices] = applyMany(op, [input], all);
    return { values, indices };
  }
  const [values, indices] = applyMany(op, [reshape(input, [1])], all).map((x) => reshape(x, []));
  return { values, indices };
}

/** Picks one element along `dim`; the axis stays with size 1 if `keepdim`. */
export function pickOne<P extends SelectionParams>(
  op: Op<P>,
  input: Tensor,
  dim: number,
  params: Omit<P, "dim">,
  keepdim: boolean | undefined,
): Selection {
  const { values, indices } = pick(op, input, dim, params);
  if (keepdim || input.ndim === 0) return { values, indices };
  const shape = removeDims(input.shape, [normalizeDim(op.name, dim, input.ndim)]);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** Refuses to pick from no elements. */
export function checkNonEmpty(op: string, shape: Shape, dims: readonly number[]): void {
  const axis = dims.find((d) => shape[d] === 0);
  if (axis === undefined) return;
  throw new ShapeError(
    `${op}: expected at least one element to choose from, got shape ${formatShape(shape)} with nothing along axis ` +
      `${axis}; reduce over other axes, or check numel first`,
  );
}

/** Sorts along `dim` and keeps the element at the place that `choose` names. */
export function runSorted(
  backend: Backend,
  x: ArrayRef,
  values: ArrayRef,
  indices: ArrayRef,
  dim: number,
  choose: ChooseSorted,
): void {
  const sorted = empty(backend, x.shape, x.dtype);
  const order = empty(backend, x.shape, "int32");
  backend.sort(x, sorted, order, dim, false);
  const place = expand(asTensor(choose(sorted, dim), "int32", backend), values.shape);
  backend.gather(sorted, place, values, dim);
  backend.gather(order, place, indices, dim);
}
