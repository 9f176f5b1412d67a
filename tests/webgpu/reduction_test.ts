/**
 * Reductions, scans and sorts on the GPU where the samples of the op table do not reach: several stages, all layouts,
 * special values, ties.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Reduction, Scan } from "../../runtime/backend.ts";
import type { DType, TypedArray } from "../../runtime/dtype.ts";
import { backendOf, empty, type Tensor } from "../../tensor/tensor.ts";
import { distance, strided } from "../ops/support.ts";
import { assertSame, drawn, type Given, onGpu, stated } from "./oracle.ts";
import { gpuTest } from "./support.ts";

const KINDS: readonly Reduction[] = ["sum", "prod", "mean", "max", "min", "any", "all"];

/** Reduces on the device of `x`. */
function reduced(kind: Reduction, x: Tensor, dims: readonly number[]): Tensor {
  const shape = x.shape.filter((_, d) => !dims.includes(d));
  const out = empty(backendOf(x.device), shape, kind === "any" || kind === "all" ? "bool" : x.dtype);
  backendOf(x.device).reduce(kind, x, out, dims);
  return out;
}

/** Elements for a kind of reduction or scan: sums that do not cancel, products of ones and few powers of two, exact. */
function suitable(kind: Reduction | Scan, shape: readonly number[]): Given {
  if (kind !== "prod") return drawn(shape, { low: kind === "sum" || kind === "mean" ? 0 : -1 });
  const given = drawn(shape, { low: 0 });
  const share = 20 / given.values.length;
  const power = (x: number): number => x < share ? 2 : x < 2 * share ? 0.5 : x < 3 * share ? -1 : 1;
  return { ...given, values: given.values.map(power) };
}

/** Agreement that is asked of results of a kind: all but sums are exact. */
function toleranceFor(kind: Reduction | Scan): number {
  return kind === "sum" || kind === "mean" || kind === "logsumexp" ? 1e-6 : 0;
}

/** Shapes and axes: one row over several workgroups, rows of every length, columns in one piece and in several. */
const REDUCTIONS: readonly [shape: readonly number[], dims: readonly number[]][] = [
  [[70001], [0]],
  [[150_000], [0]],
  [[3, 9001], [1]],
  [[33, 1000], [1]],
  [[600, 33], [1]],
  [[600, 31], [1]],
  [[5000, 3], [0]],
  [[3000, 64], [0]],
  [[300, 70], [0]],
  [[17, 65, 33], [0, 2]],
  [[17, 65, 33], [1]],
  [[4, 3, 5, 7], [1, 3]],
];

for (const kind of KINDS) {
  gpuTest(`${kind} over long and short rows and columns`, async () => {
    for (const [shape, dims] of REDUCTIONS) {
      await assertSame(
        (x) => [reduced(kind, x, dims)],
        [suitable(kind, shape)],
        toleranceFor(kind),
        `${kind} [${shape}] over ${dims}`,
      );
    }
  });

  gpuTest(`${kind} of arrays of any strides`, async () => {
    const layouts: Readonly<Record<string, (x: Tensor) => Tensor>> = {
      strided,
      transposed: (x) => x.transpose(0, 2),
      expanded: (x) => x.narrow(1, 2, 1).expand([40, 50, 60]),
      narrowed: (x) => x.narrow(0, 3, 20).narrow(2, 5, 44),
    };
    for (const [name, layout] of Object.entries(layouts)) {
      for (const dims of [[0], [1], [2], [0, 2], [0, 1, 2]]) {
        const f = (x: Tensor): Tensor[] => [reduced(kind, layout(x), dims)];
        await assertSame(f, [suitable(kind, [40, 50, 60])], toleranceFor(kind), `${kind} ${name} over ${dims}`);
      }
    }
  });
}

gpuTest("integers wrap, and bytes and bools have extrema", async () => {
  const wide = drawn([7, 9001], { dtype: "int32", low: -(2 ** 31), high: 2 ** 31 });
  for (const kind of ["sum", "prod", "max", "min", "any", "all"] as const) {
    await assertSame((x) => [reduced(kind, x, [1]), reduced(kind, x, [0])], [wide], 0, `int32 ${kind}`);
  }
  for (const dtype of ["uint8", "bool"] as const) {
    const given = drawn([7, 500], { dtype, low: 0, high: 256 });
    for (const kind of ["max", "min", "any", "all"] as const) {
      await assertSame((x) => [reduced(kind, x, [1]), reduced(kind, x, [0])], [given], 0, `${dtype} ${kind}`);
    }
  }
});

gpuTest("NaN is the maximum and the minimum, wherever it is", async () => {
  for (const at of [0, 31, 4999, 69_999]) {
    const given = drawn([70_000]);
    given.values[at] = NaN;
    for (const kind of ["max", "min", "sum", "prod"] as const) {
      await assertSame((x) => [reduced(kind, x, [0])], [given], 0, `${kind} with NaN at ${at}`);
    }
    await assertSame((x) => [x.argmax(), x.argmin()], [given], 0, `NaN at ${at}`);
  }
  await assertSame(
    (x) => [reduced("any", x, [1]), reduced("all", x, [1])],
    [stated([NaN, 0, 0, -0], [2, 2])],
    0,
    "NaN",
  );
});

gpuTest("extrema of infinities and of zeros", async () => {
  const given = stated([Infinity, 1, -Infinity, -Infinity, -0, -0, 3e38, Infinity, 1e-30, -1e-30, 5, -5], [4, 3]);
  for (const kind of ["max", "min", "sum"] as const) {
    await assertSame((x) => [reduced(kind, x, [0]), reduced(kind, x, [1])], [given], 0, kind);
  }
  const zero = await reduced("max", onGpu(stated([-0, -0], [2])), [0]).data();
  assert(Object.is(zero[0], -0));
});

gpuTest("reductions of nothing give the identity", async () => {
  for (const [shape, dims] of [[[0, 3], [0]], [[3, 0, 40], [1]], [[0], [0]], [[0, 3], [1]]] as const) {
    for (const kind of ["sum", "prod", "mean", "any", "all"] as const) {
      await assertSame((x) => [reduced(kind, x, dims)], [drawn(shape)], 0, `${kind} [${shape}] over ${dims}`);
    }
  }
});

gpuTest("more rows than one axis of a grid has workgroups", async () => {
  const values = Int32Array.from({ length: 70_000 * 40 }, (_, i) => i % 1009);
  const sums = await reduced("sum", onGpu({ values, shape: [70_000, 40], dtype: "int32" }), [1]).data();
  const expected = Int32Array.from({ length: 70_000 }, (_, row) => {
    return values.subarray(40 * row, 40 * row + 40).reduce((a, b) => a + b, 0);
  });
  assertEquals(sums, expected);
  const pairs = await reduced(
    "sum",
    onGpu({ values: new Int32Array(9_000_000).fill(2), shape: [4_500_000, 2], dtype: "int32" }),
    [1],
  ).data();
  assertEquals(pairs.length, 4_500_000);
  assert(pairs.every((value) => value === 4));
});

gpuTest("sums are as good as pairwise ones, and have the same bits in every run", async () => {
  const x = onGpu({ values: new Float32Array(4_500_000).fill(0.1), shape: [4_500_000], dtype: "float32" });
  const exact = 4_500_000 * Math.fround(0.1);
  const rows = [await reduced("sum", x, [0]).data(), await reduced("sum", x, [0]).data()];
  assertEquals(rows[0], rows[1]);
  // A sum of one accumulator misses by 1e-2 here.
  assert(Math.abs(rows[0][0] - exact) <= 2e-7 * exact, `${rows[0][0]} instead of ${exact}`);
  const columns = await reduced("sum", x.reshape([45_000, 100]), [0]).data();
  for (const sum of columns) assert(Math.abs(sum - exact / 100) <= 2e-7 * exact / 100);
});

gpuTest("the first of equal extrema is found", async () => {
  for (const [shape, dim] of [[[70_000], 0], [[30, 900], 1], [[900, 30], 0], [[50, 20], 1]] as const) {
    for (const dtype of ["float32", "int32", "uint8"] as const) {
      const given = drawn(shape, { dtype, low: 0, high: 4 });
      const rounded = { ...given, values: given.values.map(Math.floor) };
      const f = (x: Tensor): Tensor[] => {
        const [most, least] = [x.max(dim), x.min(dim)];
        return [most.values, most.indices, least.values, least.indices];
      };
      await assertSame(f, [rounded], 0, `${dtype} [${shape}] along ${dim}`);
    }
  }
  await assertSame((x) => [x.argmax(), x.argmin()], [stated([-0, 0, -0], [3])], 0, "zeros");
  await assertSame(
    (x) => [x.argmax(1), x.argmin(1)],
    [stated([1, NaN, NaN, -Infinity, NaN, -Infinity], [2, 3])],
    0,
    "NaN",
  );
});

gpuTest("variances of long and short rows and columns, far from zero", async () => {
  for (const [shape, dims] of REDUCTIONS) {
    const f = (x: Tensor): Tensor[] => [x.var(dims), x.mean(dims)];
    await assertSame(f, [drawn(shape, { low: 99, high: 101 })], 1e-5, `var [${shape}] over ${dims}`);
  }
  await assertSame((x) => [x.var(1)], [drawn([3, 1])], 0, "var without a divisor");
});

/** The scan of one line in double precision; int32 wraps. */
function scanned(kind: Scan, line: readonly number[], isInteger: boolean): { values: number[]; indices: number[] } {
  const values: number[] = [];
  const indices: number[] = [];
  let total = kind === "prod" ? 1 : 0;
  let largest = -Infinity;
  let at = 0;
  line.forEach((v, i) => {
    if (kind === "sum") total = isInteger ? (total + v) | 0 : total + v;
    if (kind === "prod") total = isInteger ? Math.imul(total, v) : total * v;
    if (kind === "max" || kind === "min") {
      const isFirst = i === 0;
      const wins = Number.isNaN(v) || (!Number.isNaN(total) && (kind === "max" ? v >= total : v <= total));
      if (isFirst || wins) [total, at] = [v, i];
    }
    if (kind === "logsumexp") {
      const next = Math.max(largest, v);
      const scale = largest === -Infinity ? 0 : Math.exp(largest - next);
      total = Number.isFinite(next) ? total * scale + Math.exp(v - next) : 1;
      largest = next;
    }
    values.push(kind === "logsumexp" ? largest + Math.log(total) : total);
    indices.push(at);
  });
  return { values, indices };
}

/** Compares a scan along `dim` with that of each line. */
async function checkScan(
  kind: Scan,
  given: Given,
  dim: number,
  tolerance: number,
  layout = (x: Tensor) => x,
): Promise<void> {
  const { shape, dtype, values } = given;
  const gpu = backendOf("webgpu");
  const [out, at] = [empty(gpu, shape, dtype), empty(gpu, shape, "int32")];
  const hasIndices = kind === "max" || kind === "min";
  gpu.scan(kind, layout(onGpu(given)), out, hasIndices ? at : null, dim);
  const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const n = shape[dim];
  const expected = new Float64Array(values.length);
  const expectedAt = new Int32Array(values.length);
  for (let first = 0; first < values.length; first++) {
    if (Math.floor(first / inner) % n !== 0) continue;
    const line = Array.from({ length: n }, (_, i) => values[first + i * inner]);
    const result = scanned(kind, line, dtype === "int32");
    result.values.forEach((value, i) => expected[first + i * inner] = value);
    result.indices.forEach((index, i) => expectedAt[first + i * inner] = index);
  }
  const where = `${kind} ${dtype} [${shape}] along ${dim}`;
  const error = distance(await out.data(), expected);
  assert(error <= tolerance, `${where}: differs by ${error}`);
  if (hasIndices) assertEquals(await at.data(), expectedAt, where);
}

const SCANS: readonly [shape: readonly number[], dim: number][] = [
  [[1], 0],
  [[33], 0],
  [[1025], 0],
  [[4097], 0],
  [[150_000], 0],
  [[3, 5000], 1],
  [[200, 100], 1],
  [[5000, 3], 0],
  [[3000, 64], 0],
  [[7, 40, 20], 1],
  [[7, 30], 1],
];

for (const kind of ["sum", "prod", "max", "min", "logsumexp"] as const) {
  gpuTest(`running ${kind} over long and short rows and columns`, async () => {
    for (const [shape, dim] of SCANS) {
      await checkScan(kind, suitable(kind, shape), dim, toleranceFor(kind));
      if (kind === "logsumexp") continue;
      await checkScan(kind, drawn(shape, { dtype: "int32", low: -9, high: 9 }), dim, 0);
    }
  });

  gpuTest(`running ${kind} of arrays of any strides, and of special values`, async () => {
    await checkScan(kind, suitable(kind, [9, 700]), 1, toleranceFor(kind), strided);
    await checkScan(kind, suitable(kind, [700, 40]), 0, toleranceFor(kind), strided);
    for (const at of [0, 5, 4500]) {
      const given = suitable(kind, [5000]);
      given.values[at] = kind === "logsumexp" ? -Infinity : NaN;
      given.values[at + 70] = kind === "logsumexp" ? Infinity : NaN;
      await checkScan(kind, given, 0, toleranceFor(kind));
    }
    await checkScan(kind, drawn([0, 3]), 0, 0);
  });
}

/** Sorts on the GPU and with the stable sort of the host. */
async function checkSort(
  given: Given,
  dim: number,
  isDescending: boolean,
  k?: number,
  layout = (x: Tensor) => x,
): Promise<void> {
  const { shape, dtype, values } = given;
  const keep = k ?? shape[dim];
  const gpu = backendOf("webgpu");
  const outShape = shape.with(dim, keep);
  const [out, at] = [empty(gpu, outShape, dtype), empty(gpu, outShape, "int32")];
  if (k === undefined) gpu.sort(layout(onGpu(given)), out, at, dim, isDescending);
  else gpu.topk(layout(onGpu(given)), out, at, dim, isDescending);
  const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const n = shape[dim];
  const expected: number[] = new Array(out.numel);
  const expectedAt = new Int32Array(out.numel);
  const compare = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b || 0;
  for (let first = 0, row = 0; first < values.length; first++) {
    if (Math.floor(first / inner) % n !== 0) continue;
    const outer = Math.floor(row / inner) * keep * inner + row % inner;
    const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => {
      const [a, b] = [values[first + i * inner], values[first + j * inner]];
      const sign = a === b ? 0 : compare(a, b);
      return isDescending ? -sign : sign;
    });
    for (let i = 0; i < keep; i++) {
      expected[outer + i * inner] = values[first + order[i] * inner];
      expectedAt[outer + i * inner] = order[i];
    }
    row++;
  }
  const where = `${dtype} [${shape}] along ${dim}, ${isDescending ? "descending" : "ascending"}, ${k}`;
  const elements: TypedArray = await out.data();
  assertEquals(Array.from(elements), expected, where);
  assertEquals(await at.data(), expectedAt, where);
}

/** Few different numbers, some of them special. */
function tied(shape: readonly number[], dtype: DType): Given {
  const special = dtype === "float32"
    ? [NaN, Infinity, -Infinity, 0, -0, 1e-3, -7, 3e38]
    : dtype === "int32"
    ? [-(2 ** 31), 2 ** 31 - 1, 0, -1, 1]
    : [0, 1, 255, 7];
  const { values } = drawn(shape, { dtype: "int32", low: 0, high: special.length });
  return stated(Array.from(values, (i) => special[i]), shape, dtype);
}

gpuTest("sorts are stable in both directions, and NaN is the largest", async () => {
  const shapes: readonly [shape: readonly number[], dim: number][] = [
    [[1], 0],
    [[2], 0],
    [[100, 3], 1],
    [[37, 100], 1],
    [[100, 37], 0],
    [[5, 2047], 1],
    [[2049], 0],
    [[3, 5000], 1],
    [[4, 300, 5], 1],
    [[0, 3], 0],
  ];
  for (const isDescending of [false, true]) {
    for (const [shape, dim] of shapes) {
      await checkSort(drawn(shape), dim, isDescending);
      for (const dtype of ["float32", "int32", "uint8"] as const) {
        await checkSort(tied(shape, dtype), dim, isDescending);
      }
    }
    await checkSort(tied([9, 130], "float32"), 1, isDescending, undefined, strided);
    await checkSort(tied([5000, 2], "float32"), 0, isDescending, undefined, strided);
  }
});

gpuTest("long rows are sorted in global memory", async () => {
  await checkSort(drawn([70_001]), 0, false);
  await checkSort(tied([70_001], "float32"), 0, true);
});

gpuTest("topk keeps the first of equal elements, for few and many", async () => {
  for (const isLargest of [false, true]) {
    for (const k of [0, 1, 5, 100, 600, 5000]) {
      await checkSort(drawn([3, 5000]), 1, isLargest, k);
      await checkSort(tied([5000, 2], "float32"), 0, isLargest, k);
    }
    await checkSort(drawn([150_000]), 0, isLargest, 300);
    await checkSort(tied([40, 30], "int32"), 1, isLargest, 3, strided);
  }
});
