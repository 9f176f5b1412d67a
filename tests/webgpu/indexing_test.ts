/**
 * Gathering and scattering on the GPU: sizes, layouts and repeated indices that the op table's samples do not reach.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import type { ScatterMode } from "../../runtime/backend.ts";
import { BackendError } from "../../runtime/errors.ts";
import { embedding } from "../../ops/embedding.ts";
import { gather, scatterAdd } from "../../ops/gather_scatter.ts";
import { indexAdd, indexSelect } from "../../ops/index_select.ts";
import type { DType } from "../../tensor/dtype.ts";
import { IndexError } from "../../tensor/errors.ts";
import type { Shape } from "../../tensor/shape.ts";
import { backendOf, type Device, type Tensor } from "../../tensor/tensor.ts";
import { drawValues, fromValues, generator, strided } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

const MODES: readonly ScatterMode[] = ["set", "add", "mul", "max", "min"];
const DTYPES: readonly DType[] = ["float32", "int32", "uint8", "bool"];

/** What a case needs: numbers drawn in the same order on every device. */
class Case {
  readonly device: Device;
  readonly #isStrided: boolean;
  readonly #random: () => number;

  constructor(device: Device, seed: number, isStrided: boolean = false) {
    this.device = device;
    this.#isStrided = isStrided;
    this.#random = generator(seed);
  }

  /** A tensor in row-major order. */
  plain(shape: Shape, dtype: DType = "float32", low: number = -3, high: number = 4): Tensor {
    return fromValues(drawValues({ shape, low, high }, dtype, this.#random), shape, dtype, this.device);
  }

  /** An operand, in the layout of the case. */
  values(shape: Shape, dtype: DType = "float32"): Tensor {
    const x = this.plain(shape, dtype, dtype === "uint8" ? 0 : -3, dtype === "uint8" ? 256 : 4);
    return this.#isStrided ? strided(x) : x;
  }

  /** Indices below `size`, in the layout of the case. */
  index(shape: Shape, size: number): Tensor {
    const x = this.plain(shape, "int32", 0, size);
    return this.#isStrided ? strided(x) : x;
  }
}

async function compare(where: string, make: (c: Case) => Tensor, expected: Device = "reference"): Promise<void> {
  for (const isStrided of [false, true]) {
    const actual = make(new Case("webgpu", 11, isStrided));
    // Sums in one order: equal bits, but for products that a compiler fuses with sums, of which there are none.
    await assertAgrees(actual, make(new Case(expected, 11)), 0, `${where}${isStrided ? " strided" : ""}`);
  }
}

gpuTest("gather: every axis, smaller and longer indices, every dtype", async () => {
  for (const dim of [0, 1, 2]) {
    for (const shape of [[3, 4, 5], [2, 9, 1], [1, 1, 7], [3, 0, 5]]) {
      for (const dtype of DTYPES) {
        const at = shape.map((n, d) => d === dim ? n : Math.min(n, [3, 4, 5][d]));
        await compare(`gather ${dim} [${at}] ${dtype}`, (c) => gather(c.values([3, 4, 5], dtype), dim, c.index(at, 3)));
      }
    }
  }
  await compare("gather large", (c) => gather(c.values([300, 40]), 1, c.index([300, 70], 40)));
});

gpuTest("indexSelect: every axis, repeated and no indices", async () => {
  for (const dim of [0, 1, 2]) {
    for (const count of [0, 1, 7, 500]) {
      await compare(`indexSelect ${dim} ${count}`, (c) => indexSelect(c.values([3, 4, 5]), dim, c.index([count], 3)));
    }
  }
});

/** Scatters into fresh memory in one mode. */
function scattered(c: Case, shape: Shape, at: Shape, dim: number, mode: ScatterMode, dtype: DType): Tensor {
  const backend = backendOf(c.device);
  const out = c.plain(shape, dtype, dtype === "uint8" ? 0 : -3, 4);
  const index = c.index(at, shape[dim]);
  backend.scatter(out, index, c.values(at, dtype), dim, mode);
  return out;
}

function reduced(c: Case, shape: Shape, count: number, dim: number, mode: ScatterMode, dtype: DType): Tensor {
  const backend = backendOf(c.device);
  const out = c.plain(shape, dtype, dtype === "uint8" ? 0 : -3, 4);
  const index = c.index([count], shape[dim]);
  backend.indexReduce(out, index, c.values(shape.with(dim, count), dtype), dim, mode);
  return out;
}

gpuTest("scatter: every mode and dtype, indices that repeat, short walks", async () => {
  for (const mode of MODES) {
    for (const dtype of DTYPES) {
      for (const dim of [0, 1, 2]) {
        const at = [3, 4, 5].with(dim, 9).with((dim + 1) % 3, 2);
        const where = `scatter ${mode} ${dtype} ${dim}`;
        await compare(where, (c) => scattered(c, [3, 4, 5], at, dim, mode, dtype));
      }
    }
  }
  for (const [count, dim] of [[3, 0], [200, 0], [200, 1]]) {
    await compare("scatter from the first elements of a larger source", (c) => {
      const out = c.plain([5, 6]);
      const at = [4, 3].with(dim, count);
      const index = c.index(at, 5);
      backendOf(c.device).scatter(out, index, c.values(at.map((n) => n + 2)), dim, "add");
      return out;
    });
  }
  await compare("scatter nothing", (c) => scattered(c, [3, 4], [3, 0], 1, "add", "float32"));
});

gpuTest("scatter: long lines go by sorted destinations", async () => {
  for (const mode of MODES) {
    for (const dtype of DTYPES) {
      await compare(`scatter ${mode} ${dtype}`, (c) => scattered(c, [50], [777], 0, mode, dtype));
    }
  }
  for (const size of [1, 2, 16, 17, 256, 257, 70000]) {
    await compare(`scatter into ${size}`, (c) => scattered(c, [size], [1500], 0, "add", "float32"));
  }
  for (const count of [129, 1023, 1024, 1025, 1040]) {
    await compare(`scatter ${count}`, (c) => scattered(c, [3, 30, 2], [2, count, 2], 1, "add", "float32"));
    await compare(`scatter ${count}`, (c) => scattered(c, [30, 3], [count, 2], 0, "set", "float32"));
  }
});

gpuTest("indexReduce: every mode, short and long, along every axis", async () => {
  for (const mode of MODES) {
    for (const count of [0, 1, 20, 300]) {
      for (const dim of [0, 1, 2]) {
        const where = `indexReduce ${mode} ${count} ${dim}`;
        await compare(where, (c) => reduced(c, [3, 4, 5], count, dim, mode, "float32"));
      }
    }
    for (const dtype of DTYPES) {
      await compare(`indexReduce ${mode} ${dtype}`, (c) => reduced(c, [40, 3], 300, 0, mode, dtype));
    }
  }
});

gpuTest("many lines with long walks, and more workgroups than one row of the grid", async () => {
  await compare("walks", (c) => reduced(c, [40, 9000], 150, 0, "add", "float32"), "cpu");
  const rows = 65536 * 64 / 512 + 1;
  await compare("rows", (c) => indexSelect(c.plain([3, 512]), 0, c.index([rows], 3)), "cpu");
});

gpuTest("max and min keep NaN wherever it arrives", async () => {
  for (const count of [4, 400]) {
    for (const mode of ["max", "min"] as const) {
      await compare(`${mode} ${count}`, ({ device }) => {
        const numbers = Float32Array.from(
          { length: count },
          (_, i) => i % 50 === 2 ? NaN : i % 7 === 0 ? Infinity : i,
        );
        const out = fromValues(Float32Array.of(0, NaN, -1, -0), [4], "float32", device);
        const index = fromValues(Int32Array.from(numbers, (_, i) => i % 4), [count], "int32", device);
        backendOf(device).scatter(out, index, fromValues(numbers, [count], "float32", device), 0, mode);
        return out;
      });
    }
  }
});

gpuTest("windows: scattering into a part of a storage, from another part of it", async () => {
  await compare("windows", (c) => {
    const whole = c.plain([40]);
    const index = c.index([10], 12);
    backendOf(c.device).scatter(whole.narrow(0, 20, 12), index, whole.narrow(0, 5, 10), 0, "add");
    return whole;
  });
});

gpuTest("an embedding's gradient, 50000 rows and 100000 indices: sums in index order, the same twice", async () => {
  const [rows, columns, count] = [50000, 64, 100000];
  const gradient = (device: Device): Tensor => {
    const c = new Case(device, 5);
    const index = c.plain([count], "int32", 0, rows);
    const g = c.plain([count, 1]).expand([count, columns]);
    return indexAdd(fromValues(new Float32Array(rows * columns), [rows, columns], "float32", device), 0, index, g);
  };
  const first = gradient("webgpu");
  await assertAgrees(first, gradient("cpu"), 0, "embedding's gradient");
  assertEquals(await gradient("webgpu").data(), await first.data());
});

gpuTest("gradients of gather and embedding add up where indices repeat", async () => {
  const gradients = async (device: Device): Promise<Tensor[]> => {
    const c = new Case(device, 9);
    const table = c.plain([6, 3]).requiresGrad_();
    const x = c.plain([4, 5]).requiresGrad_();
    const rows = embedding(c.index([2, 8], 6), table, { paddingIdx: 2, scaleGradByFreq: true });
    const picked = gather(x, 1, c.index([4, 9], 5));
    rows.mul(rows).sum().add(picked.mul(picked).sum()).backward();
    await table.grad!.data();
    return [table.grad!, x.grad!];
  };
  const expected = await gradients("reference");
  for (const [k, g] of (await gradients("webgpu")).entries()) await assertAgrees(g, expected[k], 1e-6, `gradient ${k}`);
});

gpuTest("an index out of range is an error of the next read, with the op's name; later ops go on", async () => {
  const x = fromValues(Float32Array.of(1, 2, 3), [3], "float32", "webgpu");
  for (const [stray, length] of [[3, 1], [-1, 5], [2 ** 31 - 1, 400], [-(2 ** 31), 400]]) {
    const index = fromValues(new Int32Array(length).fill(stray), [length], "int32", "webgpu");
    const source = fromValues(new Float32Array(length), [length], "float32", "webgpu");
    await assertRejects(() => gather(x, 0, index).data(), IndexError, `gather: expected indices in [0, 2]`);
    await assertRejects(() => scatterAdd(x, 0, index, source).data(), IndexError, `got ${stray}`);
    await assertRejects(() => indexSelect(x, 0, index).data(), IndexError, "indexSelect");
    await assertRejects(() => indexAdd(x, 0, index, source).data(), IndexError, "indexAdd");
    assertEquals(await x.data(), Float32Array.of(1, 2, 3));
  }
});

gpuTest("more entries meet in one place than a loop of an adapter on the CPU may have turns", async () => {
  for (const mode of ["add", "set"] as const) {
    await compare(`${mode} of 130000 entries to 2 places`, ({ device }) => {
      const backend = backendOf(device);
      const out = fromValues(new Float32Array(3), [3], "float32", device);
      const index = fromValues(
        Int32Array.from({ length: 130_000 }, (_, i) => Number(i % 1000 === 7)),
        [130_000],
        "int32",
        device,
      );
      const source = fromValues(Float32Array.from({ length: 130_000 }, (_, i) => i % 5), [130_000], "float32", device);
      backend.indexReduce(out, index, source, 0, mode);
      return out;
    }, "cpu");
  }
});

gpuTest("of many indices out of range the first is told", async () => {
  const x = fromValues(Float32Array.of(1, 2, 3), [3], "float32", "webgpu");
  const numbers = new Int32Array(300_000);
  for (const [first, second] of [[299_998, 299_999], [70_001, 200_000], [0, 1]]) {
    numbers.fill(1);
    numbers[first] = 30;
    numbers[second] = 40;
    const index = fromValues(numbers, [300, 1000], "int32", "webgpu");
    await assertRejects(() => indexSelect(x, 0, index.reshape([300_000])).data(), IndexError, "got 30");
    // In the order of the transposed array another one may be first.
    const turned = index.transpose(0, 1);
    const isSwapped = first % 1000 > second % 1000;
    const wide = x.reshape([1, 3]).expand([1000, 3]);
    await assertRejects(() => gather(wide, 1, turned).data(), IndexError, `got ${isSwapped ? 40 : 30}`);
  }
});

gpuTest("nonzero names itself and the cure", () => {
  const x = fromValues(Float32Array.of(1, 0), [2], "float32", "webgpu");
  assertThrows(() => x.nonzero(), BackendError, "nonzero: expected a tensor whose elements can be read at once");
  return Promise.resolve();
});
