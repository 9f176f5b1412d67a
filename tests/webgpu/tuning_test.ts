/**
 * The layouts for both kinds of adapters, on whichever there is: folds, scans, sorts, kernels over rows and narrow products
 * give what the CPU gives, for rows and columns that are short, long, few and many.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import "../../mod.ts";
import type { ArrayRef } from "../../runtime/array.ts";
import type { Backend } from "../../runtime/backend.ts";
import type { DType, TypedArray } from "../../runtime/dtype.ts";
import { backendOn } from "../../runtime/webgpu/backend.ts";
import { Gpu } from "../../runtime/webgpu/gpu.ts";
import { type AdapterKind, TUNINGS } from "../../runtime/webgpu/tuning.ts";
import { backendOf, empty } from "../../tensor/tensor.ts";
import { distance } from "../ops/support.ts";
import { drawn, type Given } from "./oracle.ts";
import { gpuTest } from "./support.ts";

const SHAPES: readonly (readonly number[])[] = [
  [150_000, 1],
  [3, 9001],
  [9001, 3],
  [300, 70],
  [40, 2500],
  [2500, 40],
  [9000, 20],
];

type MakeArray = (shape: readonly number[], dtype: DType) => ArrayRef;

/** An operation along an axis: how far results may differ, and what it computes from `x`. */
interface Case {
  readonly name: string;
  readonly tolerance: number;
  run(backend: Backend, x: ArrayRef, make: MakeArray, dim: number): readonly ArrayRef[];
}

const reduced = (x: ArrayRef, dim: number): number[] => x.shape.filter((_, d) => d !== dim);

const CASES: readonly Case[] = [
  {
    name: "sum",
    tolerance: 1e-6,
    run: (backend, x, make, dim) => {
      const out = make(reduced(x, dim), "float32");
      backend.reduce("sum", x, out, [dim]);
      return [out];
    },
  },
  {
    name: "argReduce",
    tolerance: 0,
    run: (backend, x, make, dim) => {
      const [values, indices] = [make(reduced(x, dim), "float32"), make(reduced(x, dim), "int32")];
      backend.argReduce("max", x, values, indices, dim);
      return [values, indices];
    },
  },
  {
    name: "scan",
    tolerance: 1e-6,
    run: (backend, x, make, dim) => {
      const out = make(x.shape, "float32");
      backend.scan("sum", x, out, null, dim);
      return [out];
    },
  },
  {
    name: "sort",
    tolerance: 0,
    run: (backend, x, make, dim) => {
      const [values, indices] = [make(x.shape, "float32"), make(x.shape, "int32")];
      backend.sort(x, values, indices, dim, true);
      return [values, indices];
    },
  },
  {
    name: "topk",
    tolerance: 0,
    run: (backend, x, make, dim) => {
      const shape = x.shape.with(dim, Math.min(3, x.shape[dim]));
      const [values, indices] = [make(shape, "float32"), make(shape, "int32")];
      backend.topk(x, values, indices, dim, false);
      return [values, indices];
    },
  },
  {
    name: "softmax",
    tolerance: 3e-6,
    run: (backend, x, make, dim) => {
      const out = make(x.shape, "float32");
      backend.softmax(x, out, dim, false);
      return [out];
    },
  },
];

/** What the device "cpu" gives. */
function onCpu(test: Case, given: Given, dim: number): TypedArray[] {
  const backend = backendOf("cpu");
  const make: MakeArray = (shape, dtype) => empty(backend, shape, dtype);
  const x = make(given.shape, given.dtype);
  backend.write(x, given.values);
  return test.run(backend, x, make, dim).map((out) => backend.read(out, test.name));
}

/** Rows, columns and terms of products in which an operand has few rows or columns. */
const PRODUCTS: readonly [m: number, n: number, k: number][] = [
  [1, 1, 5000],
  [1, 300, 70],
  [300, 1, 71],
  [3, 20, 2000],
  [40, 4, 333],
  [7, 90, 128],
  [6, 6, 4099],
];

/** A GPU whose layouts are those for adapters of a kind. */
async function open(kind: AdapterKind): Promise<Gpu> {
  // A test of the GPU runs where there is an adapter.
  const adapter = (await navigator.gpu.requestAdapter())!;
  const gpu = new Gpu(await adapter.requestDevice(), kind);
  gpu.backend = backendOn(gpu);
  return gpu;
}

for (const kind of Object.keys(TUNINGS) as AdapterKind[]) {
  gpuTest(`layouts for adapters of the kind "${kind}": products of few rows or columns`, async () => {
    const gpu = await open(kind);
    const turned = (x: ArrayRef): ArrayRef => ({
      ...x,
      shape: x.shape.toReversed(),
      strides: x.strides.toReversed(),
    });
    for (const [m, n, k] of PRODUCTS) {
      for (const [turnsA, turnsB] of [[false, false], [false, true], [true, false], [true, true]]) {
        const [a, b] = [drawn(turnsA ? [k, m] : [m, k]), drawn(turnsB ? [n, k] : [k, n], { seed: 2 })];
        const product = (backend: Backend, make: MakeArray): ArrayRef => {
          const [x, y] = [make(a.shape, "float32"), make(b.shape, "float32")];
          backend.write(x, a.values);
          backend.write(y, b.values);
          const out = make([m, n], "float32");
          backend.matmul(turnsA ? turned(x) : x, turnsB ? turned(y) : y, out, null, false);
          return out;
        };
        const cpu = backendOf("cpu");
        const expected = cpu.read(product(cpu, (shape, dtype) => empty(cpu, shape, dtype)), "product");
        const actual = await gpu.download(product(gpu.backend, (shape, dtype) => gpu.scratch(shape, dtype)));
        // Both sums of k products of numbers up to 1 are off by some roundings of partial sums.
        assert(distance(actual, expected) <= 2e-5, `${m} x ${n}, sums of ${k}, ${turnsA} ${turnsB}`);
      }
    }
    gpu.device.destroy();
  });

  for (const test of CASES) {
    gpuTest(`layouts for adapters of the kind "${kind}": ${test.name}`, async () => {
      const gpu = await open(kind);
      for (const shape of SHAPES) {
        for (const dim of [0, 1]) {
          const given = drawn(shape, { low: 0 });
          const expected = onCpu(test, given, dim);
          const x = gpu.scratch(shape, given.dtype);
          gpu.write(x, given.values);
          const actual = test.run(gpu.backend, x, (s, dtype) => gpu.scratch(s, dtype), dim);
          for (const [k, out] of actual.entries()) {
            const values = await gpu.download(out);
            const where = `${test.name} [${shape}] along ${dim}, output ${k}`;
            if (test.tolerance === 0) assertEquals(values, expected[k], where);
            else assert(distance(values, expected[k]) <= test.tolerance, where);
            out.storage.release();
          }
          x.storage.release();
        }
      }
      gpu.device.destroy();
    });
  }
}
