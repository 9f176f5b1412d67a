/**
 * Index tensors and masks: what conformance does not reach.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  ArgumentError,
  bucketize,
  DTypeError,
  ellipsis,
  func,
  type Index,
  IndexError,
  nn,
  searchsorted,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  unique,
  VmapError,
  zeros,
} from "../mod.ts";

const index = (values: number[] | number[][]): Tensor => tensor(values, { dtype: "int32" });
const grid = (): Tensor => arange(24, { dtype: "float64" }).reshape(2, 3, 4);

Deno.test("axes of index tensors stay in place where they are neighbours, else they come first", () => {
  const x = zeros([2, 3, 4, 5]);
  const cases: [Index[], number[]][] = [
    [[slice(), index([0, 1]), index([1, 2])], [2, 2, 5]],
    [[index([0, 1]), slice(), index([1, 2])], [2, 3, 5]],
    [[slice(), index([[0], [1]]), index([1, 2, 3])], [2, 2, 3, 5]],
    [[slice(), index([0, 1]), null, index([1, 2])], [2, 2, 1, 5]],
    [[ellipsis, [0, 1], slice(1, 3)], [2, 3, 2, 2]],
    [[true], [1, 2, 3, 4, 5]],
    [[false], [0, 2, 3, 4, 5]],
    [[zeros([3, 4]).eq(0)].flatMap((mask): Index[] => [1, mask]), [12, 5]],
    [[slice(), zeros([3, 4]).eq(0), index([2])], [2, 12]],
  ];
  for (const [entries, shape] of cases) assertEquals(x.get(...entries).shape, shape);
});

Deno.test("negative indices count from the end in get, take and put", () => {
  const x = grid();
  assertEquals(x.get(index([-1]), index([0]), index([-2])).toArray(), [14]);
  assertEquals(x.take(index([-1, 0])).toArray(), [23, 0]);
  assertEquals(x.put(index([-1]), tensor(new Float64Array([7]))).get(-1, -1, -1).item(), 7);
  assertEquals(x.indexFill(0, index([-1]), 0).sum().item(), 66);
});

Deno.test("repeated indices add up in gradients", () => {
  const x = tensor(new Float64Array([1, 2, 3]), { requiresGrad: true });
  x.get([0, 0, 2, 0]).mul(tensor([1, 10, 100, 1000])).sum().backward();
  assertEquals(x.grad!.toArray(), [1011, 0, 100]);
});

Deno.test("errors name the value, the axis and its size", () => {
  const x = grid();
  assertThrows(() => x.gather(1, index([3]).reshape(1, 1, 1)), IndexError, "[0, 2] for axis 1 of size 3, got 3");
  assertThrows(() => x.indexSelect(2, index([-1])), IndexError, "[0, 3] for axis 2 of size 4, got -1");
  assertThrows(() => x.scatterAdd(0, index([0]), x), ShapeError, "as many axes");
  assertThrows(() => x.take(index([24])), IndexError, "got 24");
  assertThrows(() => x.indexSelect(0, tensor([1])), DTypeError, "int32");
  assertThrows(() => x.maskedFill(x, 0), DTypeError, "bool");
  assertThrows(() => x.get(0.5), IndexError);
  assertThrows(() => nn.functional.oneHot(index([3]), 3), IndexError);
});

Deno.test("under vmap a mask selects only where every sample gives as many elements", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  const even = func.vmap((row: Tensor) => row.maskedSelect(row.gt(1).logicalAnd(row.lt(6))));
  assertThrows(() => even(tensor([[1, 2, 3], [4, 7, 8]])), VmapError, "one shape");
  assertEquals((even(x) as Tensor).toArray(), [[2, 3], [4, 5]]);
});

Deno.test("a mask with one value for all its places needs no positions, so it works for each sample under vmap", () => {
  const f = (row: Tensor): Tensor => {
    const y = row.mul(1);
    y.set_(row.gt(2), 0);
    return y;
  };
  assertEquals((func.vmap(f)(tensor([[1, 2, 3], [4, 5, 1]])) as Tensor).toArray(), [[1, 2, 0], [0, 0, 1]]);
});

Deno.test("a number that vmap batches does not move the axes of index tensors", () => {
  const x = arange(36, { dtype: "float64" }).reshape(3, 2, 3, 2);
  const numbers = index([2, 0]);
  const columns = index([1, 0]);
  const part = (number: Tensor): Tensor => x.get(number, slice(), slice(1), columns);
  assertEquals(func.vmap(part)(numbers).toArray(), [
    part(index([2]).get(0)).toArray(),
    part(index([0]).get(0)).toArray(),
  ]);
});

Deno.test("embedding leaves the padding row alone, and maxNorm shrinks the rows it meets", () => {
  const weight = tensor(new Float64Array([3, 4, 6, 8, 0.3, 0.4]), { requiresGrad: true });
  const table = weight.reshape(3, 2);
  nn.functional.embedding(index([0, 2, 2]), table, { paddingIdx: 0 }).sum().backward();
  assertEquals(weight.grad!.toArray(), [0, 0, 0, 0, 2, 2]);
  const plain = tensor([[3, 4], [6, 8], [0.3, 0.4]], { dtype: "float64" });
  nn.functional.embedding(index([1, 2]), plain, { maxNorm: 5 });
  const expected = [3, 4, 3, 4, 0.3, 0.4];
  plain.dataSync().forEach((value: number, i: number) => assertEquals(Math.abs(value - expected[i]) < 1e-6, true));
});

Deno.test("embedding limits norms of any order", () => {
  const limited = (normType: number): number[] => {
    const table = tensor([[1.0135, 0.198, 0.44], [0.1, 0, 0]], { dtype: "float64" });
    nn.functional.embedding(index([0, 1]), table, { maxNorm: 1, normType });
    return [...table.dataSync()].map((value) => Math.round(value * 1e4) / 1e4);
  };
  assertEquals(limited(Infinity), [1, 0.1954, 0.4341, 0.1, 0, 0]);
  assertEquals(limited(0), [0.3378, 0.066, 0.1467, 0.1, 0, 0]);
  assertEquals(limited(-Infinity), [1.0135, 0.198, 0.44, 0.1, 0, 0]);
  assertEquals(limited(3), [0.9719, 0.1899, 0.4219, 0.1, 0, 0]);
});

Deno.test("embeddingBag: bad offsets leave the table alone, a last offset ends the last bag, no offsets are no bags", () => {
  const table = arange(6, { dtype: "float32" }).reshape(3, 2);
  const bags = (offsets: Tensor, options: nn.functional.EmbeddingBagOptions = {}): Tensor =>
    nn.functional.embeddingBag(index([0, 1, 2]), table, { mode: "sum", offsets, ...options });
  assertThrows(() => bags(index([1, 2]), { maxNorm: 1 }), ArgumentError, "embeddingBag");
  assertThrows(() => bags(index([0, 4]), { maxNorm: 1 }), ArgumentError, "[0, 4]");
  assertEquals(table.flatten().toArray(), [0, 1, 2, 3, 4, 5]);
  assertEquals(bags(index([0, 2]), { includeLastOffset: true }).toArray(), [[2, 4]]);
  assertEquals(bags(index([0, 1, 3]), { includeLastOffset: true }).toArray(), [[0, 1], [6, 8]]);
  assertEquals(bags(index([0, 1, 3]), { includeLastOffset: true, mode: "max" }).toArray(), [[0, 1], [4, 5]]);
  assertEquals(bags(index([0, 1, 3]), { includeLastOffset: true, mode: "mean" }).toArray(), [[0, 1], [3, 4]]);
  assertEquals(bags(index([0, 3])).toArray(), [[6, 9], [0, 0]]);
  assertEquals(bags(zeros([0], { dtype: "int32" })).shape, [0, 2]);
});

Deno.test("searching treats NaN as the largest number", () => {
  const boundaries = tensor([1, 2, NaN]);
  assertEquals(bucketize(tensor([0, 1, 1.5, 5, NaN]), boundaries).toArray(), [0, 0, 1, 2, 2]);
  assertEquals(searchsorted(boundaries, tensor([1, NaN]), { side: "right" }).toArray(), [1, 3]);
});

Deno.test("indexFill counts an index that is named twice once in the derivative of the value", () => {
  const value = tensor(5, { requiresGrad: true });
  const filled = zeros([3, 2]).indexFill(1, index([1, 1]), value);
  assertEquals(filled.toArray(), [[0, 5], [0, 5], [0, 5]]);
  filled.sum().backward();
  assertEquals(value.grad!.item(), 3);
});

Deno.test("unique sorts and counts", () => {
  assertEquals(unique(tensor([3, 1, 3])).toArray(), [1, 3]);
  const [values, inverse, counts] = unique(tensor([3, 1, 3]), { returnInverse: true, returnCounts: true }) as Tensor[];
  assertEquals([values.toArray(), inverse.toArray(), counts.toArray()], [[1, 3], [1, 0, 1], [1, 2]]);
  // Slices [[0, 1], [1, 0]] and [[0, 0], [2, 0]]: as PyTorch, the first axis runs fastest where they are compared.
  const slices = index([0, 0, 1, 0, 1, 2, 0, 0]).reshape(2, 2, 2);
  assertEquals(unique(slices, { dim: 2 }).toArray(), slices.toArray());
});

Deno.test("scatterReduce shares the gradient of a maximum among those that reach it", () => {
  const x = tensor(new Float64Array([5, 1]), { requiresGrad: true });
  const source = tensor(new Float64Array([5, 5, 0]), { requiresGrad: true });
  x.scatterReduce(0, index([0, 0, 1]), source, "amax").get(0).backward();
  assertEquals([x.grad!.toArray(), source.grad!.toArray()], [[1 / 3, 0], [1 / 3, 1 / 3, 0]]);
});
