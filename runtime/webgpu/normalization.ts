/**
 * Softmax, layer and batch normalisation on a GPU.
 *
 * Layer norm takes a row per workgroup. Few long rows, and the channels of batch norm, go by stages: the statistics are
 * folded first, then every element is computed by itself.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { NormalizationBackend } from "../backend.ts";
import { byStride, fold } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { f32, u32, WORKGROUP_SIZE } from "./program.ts";
import { foldSquares, reduce } from "./reduction.ts";
import { softmax, softmaxBackward } from "./softmax.ts";
import { forEach, runRows, sumOver, workerFor } from "./team.ts";
import { flat, type Rows, rowsOver } from "./walk.ts";

/** What is normalised together, and which weight and bias an element has: `x` seen as [outer, groups, inner]. */
interface Layout {
  /** Contiguous x, [rows, n] or [N, C, inner]. */
  readonly view: ArrayRef;
  /** The axes over which the statistics are taken. */
  readonly dims: readonly number[];
  readonly rows: Rows;
  /** Number of means. */
  readonly groups: number;
  /** Distance of neighbouring groups. */
  readonly inner: number;
  /** Number of the weight of the element `id` of group `row`, in WGSL. */
  readonly affine: string;
}

function viewOf(x: ArrayRef, shape: readonly number[], strides: readonly number[]): ArrayRef {
  return { dtype: x.dtype, shape, strides, offset: x.offset, numel: x.numel, storage: x.storage };
}

/** Rows of the last elements, `groups` of them. */
function layerLayout(x: ArrayRef, groups: number): Layout {
  const n = groups === 0 ? 0 : x.numel / groups;
  const view = viewOf(x, [groups, n], [n, 1]);
  return { view, dims: [1], rows: rowsOver(view, [1]), groups, inner: n, affine: "id % u.inner" };
}

/** Channels of x [N, C, ...]. */
function batchLayout(x: ArrayRef): Layout {
  const [batch, groups] = x.shape;
  const inner = x.numel === 0 ? 0 : x.numel / (batch * groups);
  const view = viewOf(x, [batch, groups, inner], [groups * inner, inner, 1]);
  const dims = byStride(view.strides, [0, 2]);
  return { view, dims, rows: rowsOver(view, dims), groups, inner, affine: "row" };
}

/** Runs statements for each element `id` of contiguous arrays, in group `row`, with its `scale` and `shift`. */
function runElements(
  gpu: Gpu,
  key: string,
  { groups, inner, affine, view: { numel } }: Layout,
  reads: Readonly<Record<string, ArrayRef>>,
  writes: Readonly<Record<string, ArrayRef>>,
  count: number,
  statement: string,
): void {
  gpu.run({
    key: `${key} ${affine} ${"weight" in reads} ${"bias" in reads}`,
    label: key,
    reads,
    writes,
    uniforms: { n: u32(numel), members: u32(groups), inner: u32(inner), count: f32(count) },
    groups: Math.ceil(numel / WORKGROUP_SIZE),
    body: () => `
  if (id >= u.n) { return; }
  let row = id / u.inner % u.members;
  let c = ${affine};
  ${affineTexts(reads)}
  ${statement}`,
  });
}

/** `scale` and `shift` of the element whose weight has the number `c`. */
function affineTexts(reads: Readonly<Record<string, ArrayRef>>): string {
  return `let scale = ${"weight" in reads ? "weight_at(c)" : "1.0"};
    let shift = ${"bias" in reads ? "bias_at(c)" : "0.0"};`;
}

/** Those arrays that there are. */
function present(arrays: Readonly<Record<string, ArrayRef | null>>): Record<string, ArrayRef> {
  return Object.fromEntries(Object.entries(arrays).flatMap(([name, array]) => array === null ? [] : [[name, array]]));
}

/** Statistics by folds, then the elements one by one. */
function normalizeByStages(
  gpu: Gpu,
  layout: Layout,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  const { view, dims, rows } = layout;
  reduce(gpu, "mean", view, mean, dims);
  foldSquares(gpu, view, mean, rows, {
    key: "rstd",
    store: "rstd[u.rstd_offset + row] = 1.0 / sqrt(total.v0 / u.count + u.eps);",
    results: { rstd },
    uniforms: { count: f32(rows.length), eps: f32(eps) },
  });
  runElements(
    gpu,
    "normalize",
    layout,
    present({ x: view, mean, rstd, weight, bias }),
    { y },
    rows.length,
    "y[y_index(id)] = (x_at(id) - mean_at(row)) * rstd_at(row) * scale + shift;",
  );
}

function layerNorm(
  gpu: Gpu,
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  const layout = layerLayout(x, mean.numel);
  const { rows } = layout;
  const worker = workerFor(gpu, rows);
  if (worker === "stages") {
    normalizeByStages(gpu, layout, weight, bias, y, mean, rstd, eps);
    return;
  }
  const reads = present({ x, weight, bias });
  runRows(
    gpu,
    {
      key: `layer norm ${weight !== null} ${bias !== null}`,
      label: "layer norm",
      reads,
      writes: { y, mean, rstd },
      uniforms: { eps: f32(eps), count: f32(rows.length) },
      body: `
  ${sumOver("total", "x_at(i)")}
  let centre = total / u.count;
  ${sumOver("squares", "(x_at(i) - centre) * (x_at(i) - centre)")}
  let inverse = 1.0 / sqrt(squares / u.count + u.eps);
  if (first == 0u) {
    mean[mean_index(row)] = centre;
    rstd[rstd_index(row)] = inverse;
  }
  ${
        forEach(`let c = k;
    ${affineTexts(reads)}
    y[y_index(i)] = (x_at(i) - centre) * inverse * scale + shift;`)
      }`,
    },
    rows,
    worker,
  );
}

/** The standardised element at `at` of the contiguous arrays, `group` being the number of its mean. */
function unit(group: string): string {
  return `(x[u.x_offset + at] - mean[u.mean_offset + ${group}]) * rstd[u.rstd_offset + ${group}]`;
}

/** The sums of `term` times the standardised element and of `term` over rows; `group` numbers the mean of an element. */
function foldGradients(
  gpu: Gpu,
  key: string,
  rows: Rows,
  operands: Readonly<Record<string, ArrayRef>>,
  term: string,
  group: string,
  products: ArrayRef | null,
  sums: ArrayRef | null,
): void {
  fold(gpu, {
    key: `gradients ${key} ${products !== null} ${sums !== null}`,
    label: `gradients ${key}`,
    fields: ["f32", "f32"],
    identity: "0.0, 0.0",
    combine: "return Total(p.v0 + q.v0, p.v1 + q.v1);",
    load: `let term = ${term}; return Total(term * ${unit(group)}, term);`,
    store: `${products === null ? "" : "products[u.products_offset + row] = total.v0;"}
    ${sums === null ? "" : "sums[u.sums_offset + row] = total.v1;"}`,
    operands,
    results: present({ products, sums }),
  }, rows);
}

/**
 * dx = rstd (h - (sum(h) + unit sum(h unit)) / n) with h = weight g: from the sums over each group of `g` and its product
 * with the standardised elements, `isWeighted` if these are sums of h.
 */
function elementGradients(
  gpu: Gpu,
  layout: Layout,
  isWeighted: boolean,
  reads: Readonly<Record<string, ArrayRef>>,
  dx: ArrayRef,
): void {
  runElements(
    gpu,
    `gradient of normalize ${isWeighted}`,
    layout,
    reads,
    { dx },
    layout.rows.length,
    `let inverse = rstd_at(row);
  let normalized = (x_at(id) - mean_at(row)) * inverse;
  let away = (sums_at(row) + normalized * products_at(row)) / u.count;
  dx[dx_index(id)] = inverse * (g_at(id) * scale - away${isWeighted ? "" : " * scale"});`,
  );
}

function layerNormBackward(
  gpu: Gpu,
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  if (x.numel === 0) {
    // Without rows the layout does not tell how long they would be.
    for (const sums of [dweight, dbias]) if (sums !== null) gpu.backend.fill(sums, 0);
    return;
  }
  const layout = layerLayout(x, mean.numel);
  const { rows, view } = layout;
  const worker = workerFor(gpu, rows);
  const reads = present({ g, x, mean, rstd, weight });
  const operands = Object.fromEntries(Object.entries(reads).map(([name, array]) => [name, flat(array)]));
  if (dx !== null && worker !== "stages") {
    const term = `g_at(i)${weight === null ? "" : " * weight_at(k)"}`;
    runRows(
      gpu,
      {
        key: `layer norm backward ${weight !== null}`,
        label: "layer norm backward",
        reads,
        writes: { dx },
        uniforms: { count: f32(rows.length) },
        body: `
  let centre = mean_at(row);
  let inverse = rstd_at(row);
  ${sumOver("total", term)}
  ${sumOver("product", `${term} * ((x_at(i) - centre) * inverse)`)}
  ${
          forEach(`let normalized = (x_at(i) - centre) * inverse;
    dx[dx_index(i)] = inverse * (${term} - (total + normalized * product) / u.count);`)
        }`,
      },
      rows,
      worker,
    );
  } else if (dx !== null) {
    const [products, sums] = [gpu.scratch([rows.count], "float32"), gpu.scratch([rows.count], "float32")];
    const term = `g[u.g_offset + at]${weight === null ? "" : " * weight[u.weight_offset + k]"}`;
    foldGradients(gpu, `of rows ${weight !== null}`, rows, operands, term, "row", products, sums);
    elementGradients(gpu, layout, true, { ...reads, products, sums }, dx);
    for (const { storage } of [products, sums]) storage.release();
  }
  if (dweight === null && dbias === null) return;
  const { weight: _weight, ...own } = operands;
  foldGradients(gpu, "of columns", rowsOver(view, [0]), own, "g[u.g_offset + at]", "k", dweight, dbias);
}

function batchNormBackward(
  gpu: Gpu,
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  if (dx === null && dweight === null && dbias === null) return;
  const layout = batchLayout(x);
  const scratch: ArrayRef[] = [];
  const orScratch = (array: ArrayRef | null): ArrayRef => {
    if (array !== null) return array;
    scratch.push(gpu.scratch([layout.groups], "float32"));
    return scratch[scratch.length - 1];
  };
  const [products, sums] = [orScratch(dweight), orScratch(dbias)];
  const operands = { g: flat(g), x: flat(x), mean: flat(mean), rstd: flat(rstd) };
  foldGradients(gpu, "of channels", layout.rows, operands, "g[u.g_offset + at]", "row", products, sums);
  if (dx !== null) elementGradients(gpu, layout, false, present({ g, x, mean, rstd, weight, products, sums }), dx);
  for (const { storage } of scratch) storage.release();
}

/** Softmax and normalisations on a GPU. */
export function normalizationFamily(gpu: Gpu): NormalizationBackend {
  return {
    softmax: (x, out, dim, log) => softmax(gpu, x, out, dim, log),
    softmaxBackward: (g, y, out, dim, log) => softmaxBackward(gpu, g, y, out, dim, log),
    layerNorm: (...operands) => layerNorm(gpu, ...operands),
    layerNormBackward: (...operands) => layerNormBackward(gpu, ...operands),
    batchNorm: (x, ...rest) => normalizeByStages(gpu, batchLayout(x), ...rest),
    batchNormBackward: (...operands) => batchNormBackward(gpu, ...operands),
  };
}
