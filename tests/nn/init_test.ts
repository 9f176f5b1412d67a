/**
 * Initial values of parameters.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, Generator, manualSeed, matmul, nn, randn, ShapeError, type Tensor, zeros } from "../../mod.ts";

const { init } = nn;

function moments(x: Tensor): { mean: number; std: number; largest: number } {
  return { mean: x.mean().item(), std: x.std().item(), largest: x.abs().max().item() };
}

Deno.test("uniform_, normal_ and constant_ fill in place and return their tensor", () => {
  manualSeed(3);
  const x = zeros([100, 100]);
  assertEquals(init.uniform_(x, -2, 4), x);
  assertAlmostEquals(moments(x).mean, 1, 0.1);
  init.normal_(x, 3, 2);
  assertAlmostEquals(moments(x).mean, 3, 0.1);
  assertAlmostEquals(moments(x).std, 2, 0.1);
  assertEquals(init.constant_(zeros([2]), 5).toArray(), [5, 5]);
  assertEquals(init.ones_(zeros([2])).toArray(), [1, 1]);
});

Deno.test("a generator of its own makes the same values again", () => {
  const draw = (): unknown => init.normal_(zeros([5]), 0, 1, { generator: new Generator(11) }).toArray();
  assertEquals(draw(), draw());
});

Deno.test("parameters can be filled without leaving the graph of leaves", () => {
  const { weight } = new nn.Linear(3, 3);
  init.eye_(weight);
  assertEquals(weight.isLeaf && weight.requiresGrad, true);
  assertEquals(weight.toArray(), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
});

Deno.test("fans count the receptive field", () => {
  assertEquals(init.calculateFanInAndFanOut(zeros([8, 3, 5, 5])), { fanIn: 75, fanOut: 200 });
  assertThrows(() => init.calculateFanInAndFanOut(zeros([4])), ShapeError, "at least 2 dimensions");
});

Deno.test("Glorot and He values have the variances of their papers", () => {
  manualSeed(5);
  const x = zeros([300, 200]);
  assertAlmostEquals(moments(init.xavierNormal_(x)).std, Math.sqrt(2 / 500), 1e-3);
  assertAlmostEquals(moments(init.xavierUniform_(x, 2)).std, 2 * Math.sqrt(2 / 500), 2e-3);
  const relu = { nonlinearity: "relu" } as const;
  assertAlmostEquals(moments(init.kaimingNormal_(x, relu)).std, Math.sqrt(2 / 200), 2e-3);
  assertAlmostEquals(moments(init.kaimingUniform_(x, { ...relu, mode: "fanOut" })).std, Math.sqrt(2 / 300), 2e-3);
  const bound = Math.sqrt(3) * init.calculateGain("leakyRelu", Math.sqrt(5)) / Math.sqrt(200);
  assertAlmostEquals(bound, 1 / Math.sqrt(200), 1e-12);
  assertThrows(() => init.calculateGain("cosine" as "tanh"), ArgumentError, "nonlinearity");
});

Deno.test("truncNormal_ stays inside its limits", () => {
  manualSeed(9);
  const x = init.truncNormal_(zeros([100, 100]), { mean: 1, std: 2, a: 0, b: 2 });
  assert(x.min().item() >= 0 && x.max().item() <= 2);
  assertAlmostEquals(moments(x).mean, 1, 0.05);
});

Deno.test("orthogonal_ gives orthonormal rows or columns", () => {
  for (const shape of [[4, 7], [7, 4], [3, 2, 2]]) {
    const x = init.orthogonal_(zeros(shape, { dtype: "float64" }), 2).reshape([shape[0], -1]);
    const small = x.shape[0] <= x.shape[1] ? matmul(x, x.T) : matmul(x.T, x);
    const n = small.shape[0];
    assert(small.sub(init.eye_(zeros([n, n], { dtype: "float64" })).mul(4)).abs().max().item() < 1e-12);
  }
});

Deno.test("sparse_ zeroes a share of each column", () => {
  const x = init.sparse_(zeros([10, 6]), 0.25);
  assertEquals(x.ne(0).int().sum(0).toArray(), new Array(6).fill(7));
});

Deno.test("dirac_ makes a convolution that passes its channels through", () => {
  const x = randn([1, 3, 6, 6]);
  const weight = init.dirac_(zeros([3, 3, 3, 3]));
  assertEquals(nn.functional.conv2d(x, weight, null, { padding: 1 }).toArray(), x.toArray());
});
