/**
 * The members of `Tensor` that are not ops, and small ops that no table of cases reaches.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import * as dualtape from "../mod.ts";
import { arange, ArgumentError, Generator, GradError, inferenceMode, nn, ShapeError, tensor, zeros } from "../mod.ts";

const { functional: F } = nn;

Deno.test("size gives all axes or one, counted from either end", () => {
  const x = zeros([2, 3, 4]);
  assertEquals(x.size(), [2, 3, 4]);
  assertEquals([x.size(0), x.size(-1), x.size(-3)], [2, 4, 2]);
  assertThrows(() => x.size(3), ArgumentError, "[-3, 2], got 3");
});

Deno.test("data and dataSync give a copy in row-major order, of views as well", async () => {
  const x = tensor([[1, 2], [3, 4]]);
  const data = x.t().dataSync();
  assertEquals(data, Float32Array.of(1, 3, 2, 4));
  data[0] = 9;
  assertEquals(x.get(0, 0).item(), 1);
  assertEquals(await x.to("int32").data(), Int32Array.of(1, 2, 3, 4));
});

Deno.test("toArray nests one level per axis and gives booleans for bools", () => {
  assertEquals(tensor(3).toArray(), 3);
  assertEquals(zeros([2, 0]).toArray(), [[], []]);
  assertEquals(tensor([[1, 0]]).bool().toArray(), [[true, false]]);
});

Deno.test("the setter of requiresGrad is requiresGrad_", () => {
  const x = tensor([1, 2]);
  x.requiresGrad = true;
  assert(x.requiresGrad && x.isLeaf);
  const y = x.mul(2);
  assertFalse(y.isLeaf);
  assertThrows(() => y.requiresGrad = false, GradError, "detach()");
  assertThrows(() => inferenceMode(() => zeros([1])).requiresGrad_(), GradError, "inference mode");
});

Deno.test("grad may be cleared and replaced by a gradient of the same shape", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  assertEquals(x.grad, null);
  x.grad = tensor([5, 6]);
  x.mul(3).sum().backward();
  assertEquals(x.grad.toArray(), [8, 9]);
  assertThrows(() => x.grad = zeros([3]), ShapeError, "[2], got [3]");
  x.grad = null;
  assertEquals(x.grad, null);
});

Deno.test("detach shares the storage and forgets the history", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = x.detach();
  assertFalse(y.requiresGrad);
  y.mul_(10);
  assertEquals(x.toArray(), [10, 20]);
});

Deno.test("the console shows a tensor as toString does", () => {
  const x = tensor([[1, 2.5]]);
  assertEquals(Deno.inspect(x), x.toString());
  assertEquals(`${x}`, "tensor([[1.0000, 2.5000]])");
});

Deno.test("a disposed tensor says so when it is used, and its views live on", () => {
  const x = tensor([1, 2, 3]);
  const view = x.narrow(0, 1, 2);
  x.dispose();
  x.dispose();
  assert(x.disposed);
  assertThrows(() => x.add(1), dualtape.DisposedError, "[3]");
  assertEquals(view.toArray(), [2, 3]);
});

Deno.test("iterating gives views of the rows", () => {
  const rows = [...arange(4).reshape(2, 2)];
  assertEquals(rows.map((row) => row.toArray()), [[0, 1], [2, 3]]);
});

Deno.test("a generator can be asked for its seed, and two streams of one seed agree", () => {
  const a = new Generator(42);
  const b = new Generator(42);
  assertEquals(a.initialSeed(), 42);
  assertEquals(
    dualtape.rand([4], { generator: a }).toArray(),
    dualtape.rand([4], { generator: b }).toArray(),
  );
  const state = a.getState();
  const next = dualtape.randn([3], { generator: a }).toArray();
  a.setState(state);
  assertEquals(dualtape.randn([3], { generator: a }).toArray(), next);
  assertNotEquals(dualtape.randn([3], { generator: a }).toArray(), next);
});

Deno.test("random numbers like another tensor, and in its place", () => {
  dualtape.manualSeed(3);
  const x = zeros([2, 500], { dtype: "float64" });
  const uniform = dualtape.randLike(x);
  assertEquals([uniform.dtype, uniform.shape], ["float64", [2, 500]]);
  assert(uniform.min().item() >= 0 && uniform.max().item() < 1);
  assertStrictEquals(x.bernoulli_(0.25), x);
  const share = x.mean().item();
  assert(share > 0.2 && share < 0.3, `a quarter of 1000 draws should be 1, got ${share}`);
  assertEquals(dualtape.bernoulli(0, [3]).toArray(), [0, 0, 0]);
  assertEquals(dualtape.bernoulli(1, [3]).toArray(), [1, 1, 1]);
});

Deno.test("aliases do what their namesakes do", () => {
  const x = arange(8).reshape(2, 2, 2);
  assertEquals(x.swapdims(0, 2).toArray(), x.transpose(0, 2).toArray());
  assertEquals(x.dsplit(2).map((part) => part.toArray()), x.split(1, 2).map((part) => part.toArray()));
  assertEquals(dualtape.ger(tensor([1, 2]), tensor([3, 4])).toArray(), [[3, 4], [6, 8]]);
  assertEquals(tensor([[0, 1], [2, 0]]).argwhere().toArray(), [[0, 1], [1, 0]]);
  assertEquals(tensor([1.5]).long().dtype, "int32");
  assertEquals(dualtape.emptyLike(x).shape, [2, 2, 2]);
  const image = arange(4).float().reshape(1, 1, 2, 2);
  assertEquals(
    F.upsample(image, { scaleFactor: 2 }).toArray(),
    F.interpolate(image, { scaleFactor: 2 }).toArray(),
  );
});

Deno.test("asStridedScatter writes through a window of a copy", () => {
  const x = zeros([2, 3]);
  const written = x.asStridedScatter(tensor([1, 2]), [2], [3], 1);
  assertEquals(written.toArray(), [[0, 1, 0], [0, 2, 0]]);
  assertEquals(x.sum().item(), 0);
});

Deno.test("power-average pooling over images is the root of the sum of powers", () => {
  const image = tensor([[[[3, 4], [0, 0]]]]);
  assertEquals(F.lpPool2d(image, 2, 2).toArray(), [[[[5]]]]);
});

Deno.test("dropout of channels drops whole channels and keeps the mean", () => {
  dualtape.manualSeed(1);
  const ones = dualtape.ones([1, 64, 8]);
  for (const f of [F.dropout1d, F.featureAlphaDropout]) {
    assertStrictEquals(f(ones, { training: false }), ones);
    const perChannel = f(ones, { p: 0.5 });
    assertEquals(perChannel.amax(2).toArray(), perChannel.amin(2).toArray());
    assertEquals(perChannel.unique().numel, 2);
  }
  assertEquals(F.dropout1d(ones, { p: 0.5 }).unique().toArray(), [0, 2]);
  const volumes = F.dropout3d(dualtape.ones([2, 16, 2, 2, 2]), { p: 0.5 });
  assertEquals(volumes.amax([2, 3, 4]).toArray(), volumes.amin([2, 3, 4]).toArray());
});
