/**
 * Draws whose distributions are given by tensors, and questions about dtypes.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  ArgumentError,
  canCast,
  type DType,
  DTypeError,
  func,
  Generator,
  isTensor,
  manualSeed,
  multinomial,
  normal,
  promoteTypes,
  resultType,
  ShapeError,
  type Tensor,
  tensor,
  VmapError,
  zeros,
} from "../mod.ts";

/** How often each of `size` positions occurs. */
function counts(positions: Tensor, size: number): number[] {
  const found = new Array<number>(size).fill(0);
  for (const position of positions.dataSync()) found[position]++;
  return found;
}

Deno.test("normal: a mean and a standard deviation for each element", () => {
  manualSeed(1);
  const x = normal(tensor([[-100], [100]]), tensor([1, 0]).expand(500, 2).reshape(1000));
  assertEquals(x.shape, [2, 1000]);
  const columns = x.toArray() as number[][];
  assertEquals(columns.map((row) => row.filter((_, i) => i % 2 === 1).every((v) => Math.abs(v) === 100)), [true, true]);
  const spread = columns[0].filter((_, i) => i % 2 === 0).map((v) => v + 100);
  assertAlmostEquals(spread.reduce((a, v) => a + v, 0) / 500, 0, 0.3);
  assertAlmostEquals(spread.reduce((a, v) => a + v * v, 0) / 500, 1, 0.4);
});

Deno.test("normal of numbers has the shape, dtype and stream that are asked for", () => {
  const x = normal(5, 2, [3, 4], { dtype: "float64", generator: new Generator(3), requiresGrad: true });
  assertEquals([x.shape, x.dtype, x.requiresGrad, x.isLeaf], [[3, 4], "float64", true, true]);
  assertEquals(normal(5, 2, [3, 4], { dtype: "float64", generator: new Generator(3) }).toArray(), x.toArray());
  assertEquals(normal(0, 1).shape, []);
  assertEquals(normal(tensor(Int32Array.of(1, 2)), 0).dtype, "float32");
  const mean = zeros([2], { dtype: "float64", requiresGrad: true });
  assertEquals([normal(mean, 1).dtype, normal(mean, 1).requiresGrad], ["float64", false]);
});

Deno.test("normal refuses negative and broken standard deviations", () => {
  assertThrows(() => normal(0, -1, [2]), ArgumentError, "normal: expected standard deviations of 0 or more");
  assertThrows(() => normal(0, tensor([1, NaN])), ArgumentError, "normal");
  assertThrows(() => normal(zeros([2]), zeros([3])), ShapeError, "normal");
});

Deno.test("multinomial draws in proportion to the weights, and never what has none", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const weights = tensor([0, 1, 0, 3, 4, 0], { dtype });
    const many = multinomial(weights, 20_000, true, { generator: new Generator(5) });
    assertEquals([many.dtype, many.shape], ["int32", [20_000]]);
    const shares = counts(many, 6).map((count) => count / 20_000);
    [0, 0.125, 0, 0.375, 0.5, 0].forEach((share, i) => assertAlmostEquals(shares[i], share, share === 0 ? 0 : 0.03));
    const firsts = multinomial(weights.expand(8000, 6), 3, false, { generator: new Generator(6) });
    assertEquals(firsts.shape, [8000, 3]);
    const rows = firsts.toArray() as number[][];
    assert(rows.every((row) => row.toSorted((a, b) => a - b).join() === "1,3,4"));
    // The first of them has the distribution of a single draw.
    const first = counts(firsts.narrow(1, 0, 1), 6).map((count) => count / 8000);
    [0, 0.125, 0, 0.375, 0.5, 0].forEach((share, i) => assertAlmostEquals(first[i], share, share === 0 ? 0 : 0.04));
  }
});

Deno.test("multinomial: a seed fixes the draw, under vmap each sample has its own", () => {
  const weights = tensor([1, 2, 3, 4, 5, 6, 7, 8]);
  const drawn = [3, 3, 4].map((seed) => weights.multinomial(6, true, { generator: new Generator(seed) }).toArray());
  assertEquals(drawn[0], drawn[1]);
  assertNotEquals(drawn[0], drawn[2]);
  const batch = weights.expand(3, 8).contiguous();
  assertThrows(() => func.vmap((w: Tensor) => w.multinomial(4))(batch), VmapError);
  manualSeed(2);
  for (const replacement of [true, false]) {
    const f = (w: Tensor) => w.multinomial(4, replacement);
    const mapped = func.vmap(f, { randomness: "different" })(batch) as Tensor;
    const [a, b, c] = mapped.toArray() as number[][];
    assertEquals(mapped.shape, [3, 4]);
    assert(a.join() !== b.join() || b.join() !== c.join());
  }
});

Deno.test("multinomial refuses weights and counts that mean nothing", () => {
  const refuses = (weights: number[], count: number, replacement = false): void => {
    assertThrows(() => tensor(weights).multinomial(count, replacement), ArgumentError, "multinomial: expected");
  };
  refuses([1, -1], 1);
  refuses([1, NaN], 1);
  refuses([1, Infinity], 1);
  refuses([0, 0], 1, true);
  refuses([0, 1], 2);
  refuses([1], 2);
  refuses([1, 2], 0);
  refuses([1, 2], 1.5);
  assertThrows(
    () => multinomial(tensor([1]), 1, { generator: new Generator(1) } as never),
    ArgumentError,
    "replacement",
  );
  assertThrows(() => multinomial(tensor([1]), 1, true, 5 as never), ArgumentError, "multinomial");
  assertThrows(() => multinomial(tensor(1), 1), ShapeError, "multinomial: expected");
});

Deno.test("dtypes meet, and may become one another, as in PyTorch", () => {
  assertEquals(promoteTypes("int32", "float32"), "float32");
  assertEquals(promoteTypes("uint8", "bool"), "uint8");
  assertEquals(resultType(tensor(Int32Array.of(1)), 1.5), "float32");
  assertEquals(resultType(zeros([1], { dtype: "float64" }), zeros([2])), "float64");
  assertEquals([canCast("int32", "uint8"), canCast("float64", "float32"), canCast("bool", "int32")], [
    true,
    true,
    true,
  ]);
  assertEquals([canCast("int32", "bool"), canCast("float32", "int32")], [false, false]);
  const wrong = "int64" as DType;
  assertThrows(() => promoteTypes("int32", wrong), DTypeError, "promoteTypes: expected");
  assertThrows(() => canCast(wrong, "int32"), DTypeError, "canCast: expected");
  assertEquals([isTensor(zeros([1])), isTensor([1]), isTensor(null)], [true, false, false]);
});
