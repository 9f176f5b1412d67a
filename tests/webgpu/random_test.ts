/**
 * Random numbers of the GPU against the definition: the same words for the same seed and place.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { manualSeed, nn, zeros } from "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { bernoulli, Generator, rand, randint, randn } from "../../ops/random.ts";
import { multinomial, normal } from "../../ops/sampling.ts";
import { tensor } from "../../ops/tensor_data.ts";
import { backendOf, type Device, empty, type Tensor } from "../../tensor/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { assertAgrees, gpuTest } from "./support.ts";

type Kind = "uniform" | "normal" | "integer" | "bernoulli";

/** A fill of `count` elements on a device. */
function fill(
  device: Device,
  kind: Kind,
  dtype: DType,
  count: number,
  seed: number,
  offset: number,
  a: number,
  b: number,
): Tensor {
  const backend = backendOf(device);
  const out = empty(backend, [count], dtype);
  backend.random(kind, out, seed, offset, a, b);
  return out;
}

async function compare(
  kind: Kind,
  dtype: DType,
  [a, b]: readonly [number, number],
  { count = 1003, seed = 2 ** 40 + 12345, offset = 7, tolerance = 0 } = {},
): Promise<void> {
  const of = (device: Device) => fill(device, kind, dtype, count, seed, offset, a, b);
  const where = `${kind} ${dtype} ${a} ${b} x ${count}, seed ${seed}, offset ${offset}`;
  await assertAgrees(of("webgpu"), of("reference"), tolerance, where);
}

gpuTest("uniform numbers are those of the CPU, bit for bit where a + u (b - a) is exact", async () => {
  for (const count of [0, 1, 2, 3, 4, 5, 255, 256, 257, 1021]) await compare("uniform", "float32", [0, 1], { count });
  await compare("uniform", "float32", [-1, 1]);
  await compare("uniform", "float32", [-0.3, 7.1], { tolerance: 2 ** -22 });
});

gpuTest("counters and keys beyond 32 bits carry", async () => {
  for (const offset of [2 ** 32 - 3, 2 ** 32, 2 ** 45 + 2 ** 32 - 1]) {
    await compare("uniform", "float32", [0, 1], { offset });
    await compare("normal", "float32", [0, 1], { offset, tolerance: 2e-6 });
  }
  for (const seed of [0, 2 ** 32 - 1, 2 ** 53 - 1]) await compare("integer", "int32", [0, 2 ** 31], { seed });
});

gpuTest("uniform numbers stay below their upper end", async () => {
  const x = fill("webgpu", "uniform", "float32", 4096, 1, 0, 1, 1 + 2 ** -23);
  assertEquals(new Set(await x.data()), new Set([1]));
  const y = fill("webgpu", "uniform", "float32", 4096, 1, 0, -(2 ** -149), 0);
  assert((await y.data()).every((value) => value <= 0));
});

gpuTest("integers are those of the CPU, bit for bit", async () => {
  const ranges = [[0, 1], [0, 2], [-5, 3], [0, 1000003], [-(2 ** 31), 2 ** 31], [-(2 ** 31), 2 ** 31 - 1]] as const;
  for (const range of ranges) await compare("integer", "int32", range);
  for (const count of [1, 2, 3, 127, 128, 129]) await compare("integer", "int32", [-100, 100], { count });
  for (const range of [[0, 10], [-3, 2 ** 20]] as const) await compare("integer", "float32", range);
  await compare("integer", "float32", [0, 2 ** 32], { tolerance: 2 ** -23 });
});

gpuTest("bernoulli numbers are those of the CPU, in every type", async () => {
  for (const dtype of ["float32", "int32", "uint8", "bool"] as const) {
    for (const p of [0, 2 ** -32, 0.3, 0.5, 1 - 2 ** -32, 1]) await compare("bernoulli", dtype, [p, 0]);
  }
});

gpuTest("normal numbers agree with the definition", async () => {
  for (const count of [1, 3, 4, 5, 8, 9, 511, 512, 513]) {
    await compare("normal", "float32", [0, 1], { count, tolerance: 2e-6 });
  }
  await compare("normal", "float32", [3, 0.25], { tolerance: 2e-6 });
  // A radius near 0 belongs to a word near 2^32, of which single precision keeps 24 bits.
  await compare("normal", "float32", [0, 1], { count: 200000, tolerance: 2e-5 });
});

gpuTest("a large fill covers several rows of workgroups", async () => {
  const count = 65600 * 256 + 77;
  const x = fill("webgpu", "bernoulli", "float32", count, 5, 0, 0.5, 0);
  const cpu = fill("cpu", "bernoulli", "float32", count, 5, 0, 0.5, 0);
  for (const start of [32801 * 256 - 500, 65535 * 256 - 500, count - 1000]) {
    const window = (t: Tensor): Tensor => t.narrow(0, start, 1000);
    assertEquals(await window(x).data(), window(cpu).dataSync());
  }
});

gpuTest("the functions draw the numbers of the CPU from one generator", async () => {
  const draw = (device: Device): Tensor[] => {
    const generator = new Generator(31);
    return [
      rand([7, 5], { device, generator }),
      randn([33], { device, generator }),
      randint(-4, 9, [6, 6], { device, generator }),
      randint(200, [9], { device, generator, dtype: "uint8" }),
      bernoulli(0.25, [40], { device, generator }),
      rand([3], { device, generator }),
    ];
  };
  const expected = draw("cpu");
  for (const [k, x] of draw("webgpu").entries()) await assertAgrees(x, expected[k], 2e-6, `draw ${k}`);
});

gpuTest("draws whose distributions are given by tensors are those of the CPU", async () => {
  const weights = [[0, 1, 0, 3], [2, 0, 5, 0]];
  const generator = () => new Generator(3);
  for (const replacement of [true, false]) {
    const on = (device: Device) => multinomial(tensor(weights, { device }), 2, replacement, { generator: generator() });
    await assertAgrees(on("webgpu"), on("cpu"), 0, `multinomial, replacement ${replacement}`);
  }
  const on = (device: Device) => normal(tensor(weights, { device }), 2, null, { generator: generator() });
  await assertAgrees(on("webgpu"), on("cpu"), 2 ** -20, "normal");
  assertEquals(normal(0, 1, [3], { device: "webgpu" }).device, "webgpu");
});

gpuTest("orthogonal_ writes the matrix that it writes on the CPU", async () => {
  const on = (device: Device) => {
    manualSeed(2);
    return nn.init.orthogonal_(zeros([3, 4], { device }));
  };
  await assertAgrees(on("webgpu"), on("cpu"), 2 ** -22, "orthogonal_");
});
