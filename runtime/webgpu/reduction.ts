/**
 * Reductions on a GPU. Scans are in scan.ts, sorting in sort.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Reduction, ReductionBackend } from "../backend.ts";
import { byStride, type Fold, fold } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { orderFunction, rankFunction, valueFunction } from "./order.ts";
import { elementType, f32 } from "./program.ts";
import { scan } from "./scan.ts";
import { sort } from "./sort.ts";
import { flat, type Rows, rowsOver, walkRows } from "./walk.ts";

/** What tells folds apart that differ in the kind of reduction and in the elements. */
type Recipe = Omit<Fold, "key" | "label" | "operands" | "results">;

/** The k-th element, as it is. */
const ELEMENT = "x[u.x_offset + at]";

function truth(isAny: boolean, isFloat: boolean): Recipe {
  const bits = isFloat ? `bitcast<u32>(${ELEMENT}) & 0x7fffffffu` : `u32(${ELEMENT})`;
  return {
    fields: ["u32"],
    identity: isAny ? "0u" : "1u",
    combine: `return Total(p.v0 ${isAny ? "|" : "&"} q.v0);`,
    load: `return Total(select(0u, 1u, (${bits}) != 0u));`,
    store: "out[u.out_offset + row] = total.v0;",
  };
}

function recipeOf(kind: Reduction, x: ArrayRef, length: number): Recipe {
  const type = elementType(x.dtype);
  switch (kind) {
    case "sum":
    case "mean":
    case "prod":
      return {
        fields: [type],
        identity: `${type}(${kind === "prod" ? 1 : 0})`,
        combine: `return Total(p.v0 ${kind === "prod" ? "*" : "+"} q.v0);`,
        load: `return Total(${ELEMENT});`,
        store: kind !== "mean"
          ? "out[u.out_offset + row] = total.v0;"
          : `out[u.out_offset + row] = ${length === 0 ? "not_a_number()" : "total.v0 / u.length"};`,
        uniforms: kind === "mean" ? { length: f32(length) } : {},
      };
    case "max":
    case "min":
      return {
        fields: ["u32"],
        identity: "0u",
        combine: "return Total(max(p.v0, q.v0));",
        load: `return Total(rank_of(order_of(${ELEMENT})));`,
        store: "out[u.out_offset + row] = value_of(rank_of(total.v0));",
        declarations: [orderFunction(x.dtype, "signed"), valueFunction(x.dtype), rankFunction(kind, x.dtype)].join(
          "\n",
        ),
      };
    case "any":
    case "all":
      return truth(kind === "any", x.dtype === "float32");
  }
}

/** Reduces `x` over `dims`. */
export function reduce(gpu: Gpu, kind: Reduction, x: ArrayRef, out: ArrayRef, dims: readonly number[]): void {
  const rows = rowsOver(x, byStride(x.strides, dims));
  const key = `${kind} ${x.dtype}${kind === "mean" && rows.length === 0 ? " of nothing" : ""}`;
  fold(gpu, { key, label: kind, operands: { x: flat(x) }, results: { out }, ...recipeOf(kind, x, rows.length) }, rows);
}

function argReduce(
  gpu: Gpu,
  kind: "max" | "min",
  x: ArrayRef,
  values: ArrayRef | null,
  indices: ArrayRef,
  dim: number,
): void {
  const rows = rowsOver(x, [dim]);
  // The value is read where the index points, so that its bits are those of the element, and in every stage.
  const at = walkRows("found", rows);
  const value = "values[u.values_offset + row] = x[u.x_offset + found_row(row) + found_step(total.v1)];";
  fold(gpu, {
    key: `arg ${kind} ${x.dtype} ${values !== null} ${at.key}`,
    label: `arg${kind}`,
    fields: ["u32", "u32"],
    identity: "0u, 0xffffffffu",
    combine: "if (q.v0 > p.v0 || (q.v0 == p.v0 && q.v1 < p.v1)) { return q; } return p;",
    load: `return Total(rank_of(order_of(${ELEMENT})), k);`,
    store: `indices[u.indices_offset + row] = i32(total.v1); ${values === null ? "" : value}`,
    operands: { x: flat(x) },
    extras: values === null ? {} : { x: flat(x) },
    results: { indices, ...(values === null ? {} : { values }) },
    uniforms: at.uniforms,
    declarations: [orderFunction(x.dtype, "equal"), rankFunction(kind, x.dtype), at.declaration].join("\n"),
  }, rows);
}

/** Folds the squared deviations of the elements of `x` from the mean of their row. */
export function foldSquares(
  gpu: Gpu,
  x: ArrayRef,
  mean: ArrayRef,
  rows: Rows,
  use: Pick<Fold, "key" | "store" | "results" | "uniforms">,
): void {
  fold(gpu, {
    ...recipeOf("sum", x, rows.length),
    load: `let deviation = ${ELEMENT} - mean[u.mean_offset + row]; return Total(deviation * deviation);`,
    operands: { x: flat(x), mean: flat(mean) },
    ...use,
    key: `squares to ${use.key}`,
    label: use.key,
  }, rows);
}

function moments(
  gpu: Gpu,
  x: ArrayRef,
  mean: ArrayRef,
  squares: ArrayRef,
  dims: readonly number[],
  divisor: number,
): void {
  reduce(gpu, "mean", x, mean, dims);
  foldSquares(gpu, x, mean, rowsOver(x, byStride(x.strides, dims)), {
    key: "variance",
    store: "out[u.out_offset + row] = total.v0 / u.divisor;",
    results: { out: squares },
    uniforms: { divisor: f32(divisor) },
  });
}

/** Reductions, scans and sorting on a GPU. */
export function reductionFamily(gpu: Gpu): ReductionBackend {
  return {
    reduce: (kind, x, out, dims) => reduce(gpu, kind, x, out, dims),
    argReduce: (kind, x, values, indices, dim) => argReduce(gpu, kind, x, values, indices, dim),
    moments: (x, mean, squares, dims, divisor) => moments(gpu, x, mean, squares, dims, divisor),
    scan: (kind, x, out, indices, dim) => scan(gpu, kind, x, out, indices, dim),
    sort: (x, values, indices, dim, descending) => sort(gpu, x, values, indices, dim, descending),
    topk: (x, values, indices, dim, largest) => sort(gpu, x, values, indices, dim, largest),
  };
}
