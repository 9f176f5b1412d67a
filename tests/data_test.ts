/**
 * Data sets and loaders: PyTorch's batches, and orders that a seed fixes.
 *
 * @module
 */
import { assertEquals, assertLessOrEqual, assertNotEquals, assertThrows } from "@std/assert";
import {
  arange,
  ArgumentError,
  data,
  Generator,
  IndexError,
  manualSeed,
  memory,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";

const numbers = (x: Tensor): unknown => x.toArray();

/** Samples [10 i, 10 i + 1] with target i. */
function pairs(length: number): data.TensorDataset {
  const rows = Array.from({ length }, (_, i) => [10 * i, 10 * i + 1]);
  return new data.TensorDataset(tensor(rows), arange(length));
}

/** The targets of every batch of an epoch. */
function targets(loader: data.DataLoader): unknown[] {
  return Array.from(loader, ([_, y]) => numbers(y));
}

Deno.test("batches come in order, the last one shorter or left out", () => {
  const loader = new data.DataLoader(pairs(5), { batchSize: 2 });
  assertEquals(loader.length, 3);
  assertEquals(targets(loader), [[0, 1], [2, 3], [4]]);
  assertEquals(targets(loader), [[0, 1], [2, 3], [4]]);
  const [x, y] = [...loader][1];
  assertEquals(numbers(x), [[20, 21], [30, 31]]);
  assertEquals([x.dtype, y.dtype, x.shape, y.shape], ["float32", "int32", [2, 2], [2]]);
  const full = new data.DataLoader(pairs(5), { batchSize: 2, dropLast: true });
  assertEquals(full.length, 2);
  assertEquals(targets(full), [[0, 1], [2, 3]]);
  assertEquals(targets(new data.DataLoader(pairs(2))), [[0], [1]]);
});

Deno.test("batches are copies: changing one leaves the data as they are", () => {
  const dataset = pairs(2);
  const [x] = [...new data.DataLoader(dataset, { batchSize: 2 })][0];
  x.zero_();
  assertEquals(numbers(dataset.tensors[0]), [[0, 1], [10, 11]]);
});

Deno.test("a loader leaves nothing behind but its batches", () => {
  const loader = new data.DataLoader(pairs(100), { batchSize: 4, shuffle: true, generator: new Generator(2) });
  const epoch = (): void => {
    for (const batch of loader) batch.forEach((x) => x.dispose());
  };
  epoch();
  const before = memory().tensors;
  epoch();
  assertLessOrEqual(memory().tensors, before);
});

Deno.test("a shuffled epoch has every sample once, inputs beside their targets", () => {
  const loader = new data.DataLoader(pairs(20), { batchSize: 3, shuffle: true, generator: new Generator(1) });
  const seen: number[] = [];
  for (const [x, y] of loader) {
    const rows = numbers(x) as number[][];
    (numbers(y) as number[]).forEach((target, i) => {
      assertEquals(rows[i], [10 * target, 10 * target + 1]);
      seen.push(target);
    });
  }
  assertNotEquals(seen, [...seen].sort((a, b) => a - b));
  assertEquals(seen.sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("a seed fixes the order, and every epoch has another one", () => {
  const epochs = (seed: number): unknown[] => {
    const loader = new data.DataLoader(pairs(12), { batchSize: 4, shuffle: true, generator: new Generator(seed) });
    return [targets(loader), targets(loader)];
  };
  assertEquals(epochs(3), epochs(3));
  assertNotEquals(epochs(3)[0], epochs(3)[1]);
  assertNotEquals(epochs(3), epochs(4));
  const loader = new data.DataLoader(pairs(12), { shuffle: true });
  manualSeed(5);
  const first = targets(loader);
  manualSeed(5);
  assertEquals(targets(loader), first);
});

Deno.test("samples are views, and those that do not exist are named", () => {
  const dataset = pairs(3);
  assertEquals(dataset.get(2).map(numbers), [[20, 21], 2]);
  assertThrows(() => dataset.get(3), IndexError, "TensorDataset: expected a sample in [0, 2], got 3");
  assertThrows(() => dataset.get(-1), IndexError, "got -1");
});

Deno.test("subsets number their samples anew", () => {
  const subset = new data.Subset(pairs(5), [4, 1, 1]);
  assertEquals(subset.length, 3);
  assertEquals(subset.get(0).map(numbers), [[40, 41], 4]);
  assertEquals(targets(new data.DataLoader(subset, { batchSize: 2 })), [[4, 1], [1]]);
  assertEquals(targets(new data.DataLoader(new data.Subset(subset, [2, 0]), { batchSize: 2 })), [[1, 4]]);
  assertThrows(() => subset.get(3), IndexError, "Subset: expected a sample in [0, 2], got 3");
  assertThrows(() => new data.Subset(pairs(2), [0, 2]), IndexError, "got 2");
});

Deno.test("randomSplit parts the samples, by numbers or by fractions", () => {
  const dataset = pairs(10);
  const generator = (): { generator: Generator } => ({ generator: new Generator(7) });
  const parts = data.randomSplit(dataset, [6, 4], generator());
  assertEquals(parts.map((part) => part.length), [6, 4]);
  const all = parts.flatMap((part) => [...part.indices]);
  assertNotEquals(all, [...all].sort((a, b) => a - b));
  assertEquals(all.sort((a, b) => a - b), Array.from({ length: 10 }, (_, i) => i));
  assertEquals(
    data.randomSplit(dataset, [6, 4], generator()).map((p) => [...p.indices]),
    parts.map((p) => [...p.indices]),
  );
  assertEquals(data.randomSplit(dataset, [1 / 3, 1 / 3, 1 / 3]).map((part) => part.length), [4, 3, 3]);
  assertThrows(() => data.randomSplit(dataset, [6, 5]), ArgumentError, "lengths that add up to 10");
});

Deno.test("a data set of one's own is stacked sample by sample", () => {
  class Squares extends data.Dataset {
    override readonly length = 4;
    override get(index: number): Tensor[] {
      return [tensor(index), tensor([index * index])];
    }
  }
  const batches = [...new data.DataLoader(new Squares(), { batchSize: 3 })].map((batch) => batch.map(numbers));
  assertEquals(batches, [[[0, 1, 2], [[0], [1], [4]]], [[3], [[9]]]]);
});

Deno.test("what cannot be loaded is refused", () => {
  assertThrows(() => new data.TensorDataset(zeros([3]), zeros([2, 3])), ShapeError, "got shapes [3], [2, 3]");
  assertThrows(() => new data.TensorDataset(tensor(1)), ShapeError, "got shapes []");
  assertThrows(() => new data.TensorDataset(), ShapeError, "no tensors");
  for (const batchSize of [0, -1, 1.5, NaN]) {
    assertThrows(() => new data.DataLoader(pairs(2), { batchSize }), ArgumentError, `got ${batchSize}`);
  }
});
