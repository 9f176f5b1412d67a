/**
 * Matrix products of the GPU against the definition: every kernel, layout and way to cut a sum.
 *
 * The elements are small integers, so that float32 sums are exact in any order and the results must be equal.
 *
 * @module
 */
import { assertThrows } from "@std/assert";
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { BackendError } from "../../runtime/errors.ts";
import { newTypedArray } from "../../runtime/dtype.ts";
import type { DType } from "../../tensor/dtype.ts";
import { numelOf } from "../../tensor/shape.ts";
import { backendOf, type Device, Tensor } from "../../tensor/tensor.ts";
import { fromValues, generator } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** How the last two axes of an operand lie in memory. */
type Layout = "plain" | "transposed" | "sliced" | "padded" | "row broadcast" | "column broadcast";

const LAYOUTS: readonly Layout[] = ["plain", "transposed", "sliced", "padded", "row broadcast", "column broadcast"];

/** One product; what is not said is plain. */
interface Case {
  readonly dtype?: DType;
  readonly batch?: readonly number[];
  readonly size: readonly [m: number, n: number, k: number];
  readonly layouts?: readonly [a: Layout, b: Layout];
  readonly offsets?: readonly [a: number, b: number, out: number];
  /** Batch axes along which an operand repeats. */
  readonly repeats?: readonly [a: readonly number[], b: readonly number[]];
  /** Elements between the matrices of a batch; default 0. */
  readonly gap?: number;
  /** Step of the bias; none without. */
  readonly biasStep?: number;
  readonly accumulate?: boolean;
  /** Largest element; default 4. */
  readonly largest?: number;
}

/** Steps of a matrix in a layout, and the elements that it spans. */
function stepsOf(layout: Layout, rows: number, columns: number): [row: number, column: number, span: number] {
  switch (layout) {
    case "plain":
      return [columns, 1, rows * columns];
    case "transposed":
      return [1, rows, rows * columns];
    case "sliced":
      return [3 * columns, 2, 3 * rows * columns];
    case "padded":
      return [4 * columns, 1, 4 * rows * columns];
    case "row broadcast":
      return [0, 1, columns];
    case "column broadcast":
      return [1, 0, rows];
  }
}

/** The same product on a device. */
class Product {
  readonly #random: () => number;
  readonly #device: Device;
  readonly #case: Case;
  readonly out: Tensor;

  constructor(device: Device, seed: number, product: Case) {
    this.#random = generator(seed);
    this.#device = device;
    this.#case = product;
    const { batch = [], size: [m, n, k], layouts = ["plain", "plain"], offsets = [0, 0, 0], repeats = [[], []] } =
      product;
    const a = this.#operand([...batch, m, k], layouts[0], offsets[0], repeats[0]);
    const b = this.#operand([...batch, k, n], layouts[1], offsets[1], repeats[1]);
    const step = product.biasStep;
    const bias = step === undefined ? null : this.#window([n], [step], 3, 3 + step * n);
    const shape = [...batch, m, n];
    const strides = shape.map((_, d) => numelOf(shape.slice(d + 1)));
    this.out = this.#window(shape, strides, offsets[2], offsets[2] + numelOf(shape));
    backendOf(device).matmul(a, b, this.out, bias, product.accumulate ?? false);
  }

  /** A window on fresh memory of `length` random elements. */
  #window(shape: readonly number[], strides: readonly number[], offset: number, length: number): Tensor {
    const { dtype = "float32", largest = 4 } = this.#case;
    const values = newTypedArray(dtype, length + 1);
    for (let i = 0; i < values.length; i++) values[i] = Math.floor((2 * largest + 1) * this.#random()) - largest;
    const { storage } = fromValues(values, [values.length], dtype, this.#device);
    return new Tensor(storage, dtype, shape, strides, offset, numelOf(shape));
  }

  #operand(shape: readonly number[], layout: Layout, offset: number, repeats: readonly number[]): Tensor {
    const [row, column, span] = stepsOf(layout, shape.at(-2)!, shape.at(-1)!);
    const strides = [...shape.slice(0, -2).fill(0), row, column];
    let length = span;
    for (let d = shape.length - 3; d >= 0; d--) {
      if (repeats.includes(d)) continue;
      strides[d] = length + (this.#case.gap ?? 0);
      length = strides[d] * shape[d];
    }
    return this.#window(shape, strides, offset, offset + length);
  }
}

async function check(product: Case, seed: number): Promise<void> {
  const actual = new Product("webgpu", seed, product).out;
  await assertAgrees(actual, new Product("reference", seed, product).out, 0, JSON.stringify(product));
}

async function checkAll(cases: readonly Case[]): Promise<void> {
  for (const [i, product] of cases.entries()) await check(product, i + 1);
}

gpuTest("products of many tiles, full and not", () =>
  checkAll([
    { size: [512, 512, 32] },
    { size: [521, 515, 19] },
    { size: [516, 520, 20], layouts: ["transposed", "transposed"], biasStep: 1 },
    { size: [130, 70, 40], batch: [12], offsets: [1, 2, 3], accumulate: true },
    { size: [64, 64, 32], batch: [5], gap: 1 },
  ]));

gpuTest("products of few rows or columns, and of many small matrices", () =>
  checkAll([
    { size: [32, 8192, 16] },
    { size: [29, 8190, 19], layouts: ["transposed", "plain"], biasStep: 1 },
    { size: [8192, 32, 16], layouts: ["plain", "transposed"] },
    { size: [8190, 30, 19], offsets: [4, 4, 1] },
    { size: [16, 8192, 16], layouts: ["transposed", "transposed"], accumulate: true },
    { size: [10, 8190, 19], biasStep: 0 },
    { size: [8192, 16, 16] },
    { size: [8190, 10, 19], layouts: ["transposed", "plain"], biasStep: 1 },
    { size: [8, 8, 16], batch: [300] },
    { size: [7, 9, 6], batch: [20, 15], repeats: [[0], [1]], biasStep: 1 },
  ]));

gpuTest("products of few tiles", () =>
  checkAll([
    { size: [64, 96, 64] },
    { size: [37, 45, 70], biasStep: 2 },
    { size: [100, 10, 50], accumulate: true },
    { size: [10, 100, 50], biasStep: 0, accumulate: true },
    { size: [5, 5, 5] },
  ]));

gpuTest("long sums are cut, with a bias and onto what is there", () =>
  checkAll([
    { size: [40, 40, 3001], biasStep: 1 },
    { size: [64, 64, 4096], accumulate: true },
    { size: [7, 6, 20000], layouts: ["transposed", "plain"] },
    { size: [2, 3, 20003], biasStep: 2, accumulate: true, batch: [2] },
    { size: [33, 36, 1030], layouts: ["padded", "padded"], offsets: [4, 8, 2] },
  ]));

gpuTest("a matrix times a vector, and inner products", () =>
  checkAll([
    { size: [1000, 1, 300] },
    { size: [1000, 1, 2000], layouts: ["plain", "transposed"] },
    { size: [1000, 1, 301], layouts: ["transposed", "plain"] },
    { size: [1, 1000, 300], biasStep: 1 },
    { size: [1, 1000, 300], layouts: ["plain", "transposed"], accumulate: true },
    { size: [3, 200, 64] },
    { size: [200, 4, 64], biasStep: 3 },
    { size: [4, 20000, 40] },
    { size: [1, 1, 1] },
    { size: [1, 1, 99999] },
    { size: [1, 1, 1003], layouts: ["sliced", "sliced"] },
    { size: [4, 4, 4], batch: [70000], repeats: [[], [0]] },
  ]));

gpuTest("empty products, and sums of nothing", () =>
  checkAll([
    { size: [0, 5, 3] },
    { size: [5, 0, 3] },
    { size: [6, 7, 0], biasStep: 1 },
    { size: [2, 7, 0], biasStep: 1, accumulate: true },
    { size: [6, 7, 3], batch: [0] },
  ]));

gpuTest("products of int32, which wrap", () =>
  checkAll([
    { dtype: "int32", size: [50, 60, 70], largest: 2 ** 30 },
    { dtype: "int32", size: [128, 64, 32], layouts: ["transposed", "transposed"], biasStep: 1 },
    { dtype: "int32", size: [1, 300, 200], largest: 2 ** 20 },
    { dtype: "int32", size: [300, 2, 200], accumulate: true },
    { dtype: "int32", size: [3, 3, 5000], largest: 2 ** 20 },
  ]));

gpuTest("layouts of both operands in any pair", async () => {
  const random = generator(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(from.length * random())];
  const sizes = [1, 3, 4, 5, 8, 17, 36, 64, 67];
  for (const [i, a] of LAYOUTS.entries()) {
    for (const [j, b] of LAYOUTS.entries()) {
      const batch = pick([[], [3], [2, 3]]);
      const axes = batch.map((_, d) => d);
      await check({
        size: [pick(sizes), pick(sizes), pick(sizes)],
        layouts: [a, b],
        batch,
        offsets: [pick([0, 1, 4]), pick([0, 2, 8]), pick([0, 4, 5])],
        repeats: [axes.filter(() => random() < 0.3), axes.filter(() => random() < 0.3)],
        biasStep: pick([undefined, 0, 1, 2]),
        accumulate: pick([false, true]),
      }, 100 + LAYOUTS.length * i + j);
    }
  }
});

gpuTest("one array as both operands, and NaN only where it belongs", async () => {
  const results: Tensor[] = [];
  for (const device of ["webgpu", "reference"] as const) {
    const values = Float32Array.from({ length: 70 * 70 }, (_, i) => i % 7);
    // Beyond the end of the last tile lies what a careless kernel would read.
    values[70 * 69 + 3] = NaN;
    values[5] = Infinity;
    const x = fromValues(values, [70, 70], "float32", device);
    const out = fromValues(new Float32Array(69 * 69), [69, 69], "float32", device);
    const corner = new Tensor(x.storage, "float32", [69, 69], [70, 1], 0, 69 * 69);
    backendOf(device).matmul(corner, corner, out, null, false);
    results.push(out);
  }
  await assertAgrees(results[0], results[1], 0, "x x");
});

gpuTest("the same bits every time where a sum is cut", async () => {
  const random = generator(3);
  const of = (...shape: number[]): Tensor =>
    fromValues(Float32Array.from({ length: numelOf(shape) }, () => random() - 0.5), shape, "float32", "webgpu");
  const a = of(48, 5000);
  const b = of(5000, 48);
  const product = (): Tensor => {
    const out = of(48, 48);
    backendOf("webgpu").matmul(a, b, out, null, false);
    return out;
  };
  const first = product();
  await assertAgrees(product(), fromValues(await first.data(), [48, 48], "float32", "reference"), 0, "again");
});

gpuTest("bytes are refused by name", () => {
  const x = fromValues(new Uint8Array(4), [2, 2], "uint8", "webgpu");
  assertThrows(() => backendOf("webgpu").matmul(x, x, x, null, false), BackendError, "matmul: expected float32");
  return Promise.resolve();
});
