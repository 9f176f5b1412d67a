/**
 * Random tensors: reproducible streams, distributions, and what vmap makes of them.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  bernoulli,
  DTypeError,
  func,
  Generator,
  manualSeed,
  ones,
  rand,
  randint,
  randn,
  randnLike,
  randperm,
  type Tensor,
  tensor,
  VmapError,
  zeros,
} from "../mod.ts";

const seeded = (seed = 7): Generator => new Generator(seed);

Deno.test("a seed fixes the numbers, and each call goes on where the last one stopped", () => {
  manualSeed(3);
  const [a, b] = [rand([5]).toArray(), rand([5]).toArray()];
  manualSeed(3);
  assertEquals(rand([5]).toArray(), a);
  assertEquals(rand([5]).toArray(), b);
  assertNotEquals(a, b);
  const own = new Generator(3);
  assertEquals(rand([5], { generator: own }).toArray(), a);
});

Deno.test("a fill takes whole blocks of four words: one word per float32, two per float64 and per integer", () => {
  const uses = (draw: (generator: Generator) => void): number => {
    const generator = seeded();
    draw(generator);
    return generator.getState().offset;
  };
  assertEquals(uses((generator) => rand([5], { generator })), 2);
  assertEquals(uses((generator) => randn([8], { generator, dtype: "float64" })), 4);
  assertEquals(uses((generator) => randint(10, [3], { generator })), 2);
  assertEquals(uses((generator) => bernoulli(0.5, [4], { generator, dtype: "float64" })), 1);
  const generator = seeded();
  const state = generator.getState();
  const first = randn([4], { generator }).toArray();
  assertEquals(randn([4], { generator: generator.setState(state) }).toArray(), first);
});

Deno.test("distributions have their mean and spread", () => {
  const n = 20_000;
  const moments = (x: Tensor): [number, number] => {
    const values = Array.from(x.dataSync());
    const mean = values.reduce((sum, v) => sum + v, 0) / n;
    return [mean, values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n];
  };
  const near = ([mean, variance]: [number, number], expected: [number, number]): boolean =>
    Math.abs(mean - expected[0]) < 0.05 && Math.abs(variance / expected[1] - 1) < 0.05;
  assert(near(moments(rand([n], { generator: seeded() })), [0.5, 1 / 12]));
  assert(near(moments(randn([n], { generator: seeded(), dtype: "float64" })), [0, 1]));
  assert(near(moments(bernoulli(0.3, [n], { generator: seeded() })), [0.3, 0.21]));
  assert(near(moments(bernoulli(tensor(0.3).expand(n), null, { generator: seeded() })), [0.3, 0.21]));
  assert(near(moments(zeros([n]).uniform_(-1, 1, { generator: seeded() })), [0, 1 / 3]));
  assert(near(moments(zeros([n]).normal_(2, 0.5, { generator: seeded() })), [2, 0.25]));
});

Deno.test("integers stay in their range and permutations hold every number once", () => {
  const values = randint(-3, 4, [2000], { generator: seeded() });
  assertEquals(values.dtype, "int32");
  assertEquals([...new Set(values.dataSync())].sort((a, b) => a - b), [-3, -2, -1, 0, 1, 2, 3]);
  assertEquals([...randperm(100, { generator: seeded() }).dataSync()].sort((a, b) => a - b), [...Array(100).keys()]);
  assertEquals(randperm(0).shape, [0]);
});

Deno.test("random functions take the dtype, the shape and requiresGrad of their options", () => {
  assertEquals(randnLike(ones([2, 3], { dtype: "float64" })).dtype, "float64");
  assert(rand([2], { requiresGrad: true }).requiresGrad);
  assertEquals(bernoulli(0.5, [3], { dtype: "bool" }).dtype, "bool");
  assertThrows(() => rand([2], { dtype: "int32" }), DTypeError);
  assertThrows(() => randint(3, 3, [2]), ArgumentError, "low < high");
  assertThrows(() => bernoulli(1.5, [2]), ArgumentError, "[0, 1]");
  assertThrows(() => new Generator(-1), ArgumentError);
});

Deno.test("vmap refuses random numbers unless it is told what they mean", () => {
  const noisy = (x: Tensor): Tensor => x.add(rand([2]));
  assertThrows(() => func.vmap(noisy)(zeros([3, 2])), VmapError, "randomness");
  const same = func.vmap(noisy, { randomness: "same" })(zeros([3, 2])) as Tensor;
  assertEquals(same.get(0).toArray(), same.get(2).toArray());
  const different = func.vmap(noisy, { randomness: "different" })(zeros([3, 2])) as Tensor;
  assertEquals(new Set([...different.dataSync()]).size, 6);
});

Deno.test("nested vmaps draw for every level that wants its own numbers", () => {
  const inner = (x: Tensor): Tensor => x.add(randn([]));
  const outer = (row: Tensor): Tensor => func.vmap(inner, { randomness: "same" })(row) as Tensor;
  const y = func.vmap(outer, { randomness: "different" })(zeros([2, 3])) as Tensor;
  assertEquals(new Set(y.get(0).dataSync()).size, 1);
  assertNotEquals(y.get(0, 0).item(), y.get(1, 0).item());
  const both = (row: Tensor): Tensor => func.vmap(inner, { randomness: "different" })(row) as Tensor;
  const z = func.vmap(both, { randomness: "different" })(zeros([2, 3])) as Tensor;
  assertEquals(new Set(z.dataSync()).size, 6);
});

Deno.test("bernoulli takes a probability per sample under vmap", () => {
  const p = tensor([0, 1, 0, 1]);
  const draws = func.vmap((q: Tensor) => q.bernoulli(), { randomness: "different" })(p) as Tensor;
  assertEquals(draws.toArray(), [0, 1, 0, 1]);
});

Deno.test("uniform_ over nothing, perhaps only in the dtype, gives its lower end", () => {
  for (const dtype of ["float32", "float64"] as const) {
    assertEquals(zeros([3], { dtype }).uniform_(5, 5).toArray(), [5, 5, 5]);
    assertEquals(ones([2], { dtype }).uniform_(0, 0).toArray(), [0, 0]);
  }
  assertEquals(zeros([2]).uniform_(1, 1 + 1e-9).toArray(), [1, 1]);
});
