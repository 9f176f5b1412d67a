/**
 * Softmax, its logarithm and their gradients on a GPU.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { fold } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { u32, WORKGROUP_SIZE } from "./program.ts";
import { forEach, runRows, sumOver, workerFor } from "./team.ts";
import { flat, type Rows, rowsOver, sizeOf } from "./walk.ts";

/**
 * The sum of exponentials relative to the largest element, as an accumulator: `v1 exp(v0)`. An infinite `v0` makes the
 * results of softmax NaN whatever `v1` is.
 */
const EXPONENTIAL_SUM = {
  fields: ["f32", "f32"],
  identity: "-infinity(), 0.0",
  combine: `
  if (p.v1 == 0.0) { return q; }
  if (q.v1 == 0.0) { return p; }
  let largest = max(p.v0, q.v0);
  return Total(largest, p.v1 * exp_f32(p.v0 - largest) + q.v1 * exp_f32(q.v0 - largest));`,
} as const;

/** Statements over all elements of contiguous `out`: `i` is the position, `row` the number of the row along an axis. */
function runElements(
  gpu: Gpu,
  key: string,
  reads: Readonly<Record<string, ArrayRef>>,
  out: ArrayRef,
  dim: number,
  value: string,
): void {
  const inner = sizeOf(out.shape.slice(dim + 1));
  gpu.run({
    key,
    reads,
    writes: { out },
    uniforms: { n: u32(out.numel), line: u32(inner * out.shape[dim]), inner: u32(inner) },
    groups: Math.ceil(out.numel / WORKGROUP_SIZE),
    body: () => `
  if (id >= u.n) { return; }
  let row = id / u.line * u.inner + id % u.inner;
  out[out_index(id)] = ${value};`,
  });
}

/** A number per row, of which `release` the storage. */
function rowScratch(gpu: Gpu, { count }: Rows): ArrayRef {
  return gpu.scratch([count], "float32");
}

/** Softmax or log-softmax along `dim`. */
export function softmax(gpu: Gpu, x: ArrayRef, out: ArrayRef, dim: number, log: boolean): void {
  const rows = rowsOver(x, [dim]);
  const worker = workerFor(gpu, rows);
  const valueOf = (element: string, largest: string, total: string) =>
    log ? `${element} - ${largest} - log_f32(${total})` : `exp_f32(${element} - ${largest}) / ${total}`;
  if (worker !== "stages") {
    runRows(
      gpu,
      {
        key: `softmax ${log}`,
        label: "softmax",
        reads: { x },
        writes: { out },
        body: `
  var own_largest = -infinity();
  ${forEach("own_largest = max(own_largest, x_at(i));")}
  let largest = team_max(own_largest, lane);
  ${sumOver("total", "exp_f32(x_at(i) - largest)")}
  ${forEach(`out[out_index(i)] = ${valueOf("x_at(i)", "largest", "total")};`)}`,
      },
      rows,
      worker,
    );
    return;
  }
  const [largest, total] = [rowScratch(gpu, rows), rowScratch(gpu, rows)];
  fold(gpu, {
    ...EXPONENTIAL_SUM,
    key: "softmax",
    label: "softmax",
    load: "return Total(x[u.x_offset + at], 1.0);",
    store: "largest[row] = total.v0; sum[row] = total.v1;",
    operands: { x: flat(x) },
    results: { largest, sum: total },
  }, rows);
  runElements(
    gpu,
    `softmax elements ${log}`,
    { x, largest, total },
    out,
    dim,
    valueOf("x_at(id)", "largest[row]", "total[row]"),
  );
  for (const { storage } of [largest, total]) storage.release();
}

/** Gradient of softmax, `(g - sum(g y)) y`, or of its logarithm, `g - exp(y) sum(g)`. */
export function softmaxBackward(
  gpu: Gpu,
  g: ArrayRef,
  y: ArrayRef,
  out: ArrayRef,
  dim: number,
  log: boolean,
): void {
  const rows = rowsOver(y, [dim]);
  const worker = workerFor(gpu, rows);
  const valueOf = (i: string, total: string) =>
    log ? `g_at(${i}) - exp_f32(y_at(${i})) * ${total}` : `(g_at(${i}) - ${total}) * y_at(${i})`;
  if (worker !== "stages") {
    runRows(
      gpu,
      {
        key: `softmax backward ${log}`,
        label: "softmax backward",
        reads: { g, y },
        writes: { out },
        body: `
  ${sumOver("total", log ? "g_at(i)" : "g_at(i) * y_at(i)")}
  ${forEach(`out[out_index(i)] = ${valueOf("i", "total")};`)}`,
      },
      rows,
      worker,
    );
    return;
  }
  const total = rowScratch(gpu, rows);
  const operands: Record<string, ArrayRef> = log ? { g: flat(g) } : { g: flat(g), y: flat(y) };
  fold(gpu, {
    key: `softmax backward ${log}`,
    label: "softmax backward",
    fields: ["f32"],
    identity: "0.0",
    combine: "return Total(p.v0 + q.v0);",
    load: `return Total(g[u.g_offset + at]${log ? "" : " * y[u.y_offset + at]"});`,
    store: "sum[row] = total.v0;",
    operands,
    results: { sum: total },
  }, rows);
  runElements(gpu, `softmax backward elements ${log}`, { g, y, total }, out, dim, valueOf("id", "total[row]"));
  total.storage.release();
}
