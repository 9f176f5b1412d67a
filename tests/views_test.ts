/**
 * Views share memory with what they look at, and in-place writes through them are seen by autograd.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  ArgumentError,
  autograd,
  ellipsis,
  func,
  GradError,
  IndexError,
  linalg,
  nn,
  noGrad,
  ones,
  ShapeError,
  slice,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";

const grid = (): Tensor => arange(24, { dtype: "float64" }).reshape(2, 3, 4);

/** Every function that promises a view, on a [2, 3, 4] tensor. */
const VIEWS: Readonly<Record<string, (x: Tensor) => Tensor | Tensor[]>> = {
  asStrided: (x) => x.asStrided([2, 2], [4, 1], 3),
  broadcastTo: (x) => x.broadcastTo([5, 2, 3, 4]),
  chunk: (x) => x.chunk(2, 1),
  detach: (x) => x.detach(),
  diagonal: (x) => x.diagonal({ offset: 1, dim1: 1, dim2: 2 }),
  expand: (x) => x.unsqueeze(0).expand(5, -1, -1, -1),
  expandAs: (x) => x.expandAs(zeros([3, 2, 3, 4])),
  flatten: (x) => x.flatten(1),
  get: (x) => x.get(1, slice(0, 3, 2), null, ellipsis),
  hsplit: (x) => x.hsplit(3),
  moveaxis: (x) => x.moveaxis(0, 2),
  movedim: (x) => x.movedim([0, 1], [1, 2]),
  mT: (x) => x.mT,
  narrow: (x) => x.narrow(2, 1, 2),
  permute: (x) => x.permute(2, 0, 1),
  ravel: (x) => x.ravel(),
  reshape: (x) => x.reshape(6, 4),
  select: (x) => x.select(1, -1),
  split: (x) => x.split([1, 3], 2),
  squeeze: (x) => x.narrow(0, 0, 1).squeeze(),
  swapaxes: (x) => x.swapaxes(0, 2),
  T: (x) => x.T,
  t: (x) => x.select(0, 0).t(),
  tensorSplit: (x) => x.tensorSplit([1, 2], 2),
  transpose: (x) => x.transpose(0, 1),
  unbind: (x) => x.unbind(1),
  unflatten: (x) => x.unflatten(2, [2, -1]),
  unfold: (x) => x.unfold(2, 2, 1),
  unsqueeze: (x) => x.unsqueeze(-1),
  view: (x) => x.view(4, -1),
  viewAs: (x) => x.viewAs(zeros([24])),
  vsplit: (x) => x.vsplit(2),
};

for (const [name, f] of Object.entries(VIEWS)) {
  Deno.test(`${name}: shares the storage of its input`, () => {
    const x = grid();
    const views = [f(x)].flat();
    assert(views.length > 0 && views.every((view) => view.storage === x.storage));
    const before = views[0].dataSync();
    x.add_(100);
    assertEquals([...views[0].dataSync()], [...before].map((value) => value + 100));
  });

  Deno.test(`${name}: an in-place write to the input reaches the gradient of the view`, () => {
    const leaf = grid().requiresGrad_();
    const base = leaf.mul(2);
    const view = [f(base)].flat()[0];
    base.mul_(5);
    if (name === "detach") {
      assert(!view.requiresGrad);
      return;
    }
    view.sum().backward();
    // Every element of the view is 10 times one of the leaf.
    const counts = ones([24], { dtype: "float64" }).reshape(2, 3, 4).requiresGrad_();
    [f(counts)].flat()[0].sum().backward();
    assertEquals(leaf.grad!.toArray(), counts.grad!.mul(10).toArray());
  });
}

const WRITABLE = Object.entries(VIEWS).filter(([name]) =>
  !["broadcastTo", "detach", "expand", "expandAs", "unfold"].includes(name)
);

for (const [name, f] of WRITABLE) {
  Deno.test(`${name}: transforms see a write through the view`, () => {
    const weights = grid().add(1);
    const through = (x: Tensor): Tensor => {
      const y = x.mul(1);
      [f(y)].flat()[0].mul_(3);
      return y.mul(weights).sum();
    };
    const leaf = grid().requiresGrad_();
    through(leaf).backward();
    const expected = leaf.grad!.toArray();
    const x = grid();
    assertEquals((func.grad(through)(x) as Tensor).toArray(), expected);
    const [, tangent] = func.jvp(through, [x], [ones([2, 3, 4], { dtype: "float64" })]) as [Tensor, Tensor];
    assertEquals(tangent.item(), leaf.grad!.sum().item());
    const batched = func.vmap(func.grad(through))(stack([x, x.mul(2)])) as Tensor;
    assertEquals(batched.get(1).toArray(), expected);
    const outer = func.grad((v: Tensor) => (func.grad((u: Tensor) => through(u.mul(u)))(v) as Tensor).sum());
    // d/dx sum of 2 x w is 2 w.
    assertEquals((outer(x) as Tensor).toArray(), leaf.grad!.mul(2).toArray());
  });
}

Deno.test("inside a transform, results may be gathered by writing into views of a plain tensor", () => {
  const f = (x: Tensor): Tensor => {
    const out = zeros([3], { dtype: "float64" });
    const [first, second] = out.unbind();
    first.copy_(x.get(1).mul(x.get(1)));
    second.copy_(x.get(0));
    return out.add(first);
  };
  const x = tensor(new Float64Array([2, 3]));
  assertEquals(f(x).toArray(), [18, 11, 9]);
  assertEquals((func.grad((v: Tensor) => f(v).sum())(x) as Tensor).toArray(), [1, 24]);
  const [, tangent] = func.jvp(f, [x], [tensor(new Float64Array([1, 10]))]) as [Tensor, Tensor];
  assertEquals(tangent.toArray(), [120, 61, 60]);
});

Deno.test("copies do not share the storage", () => {
  const x = grid();
  const copies = [x.flip(0), x.roll(1), x.repeat(1, 1, 1), x.get([0]), x.get(x.gt(3)), x.T.reshape(24), x.clone()];
  assert(copies.every((copy) => copy.storage !== x.storage));
});

Deno.test("views name their nodes as PyTorch does", () => {
  const x = grid().requiresGrad_();
  const names = [
    x.select(0, 0),
    x.transpose(0, 1),
    x.permute(2, 1, 0),
    x.unsqueeze(0),
    x.squeeze(),
    x.expand(2, 2, 3, 4),
  ]
    .map((view) => view.gradFn!.name);
  assertEquals(names, [
    "SelectBackward0",
    "TransposeBackward0",
    "PermuteBackward0",
    "UnsqueezeBackward0",
    "SqueezeBackward0",
    "ExpandBackward0",
  ]);
  const [first, second] = x.unbind(0);
  assertEquals(first.gradFn!.name, "UnbindBackward0");
  assert(first.gradFn === second.gradFn);
});

Deno.test("a write through one output of unbind changes the gradients of the base and of the other outputs", () => {
  const leaf = ones([2, 3], { dtype: "float64", requiresGrad: true });
  const base = leaf.mul(1);
  const [a, b] = base.unbind();
  a.mul_(5);
  base.sum().backward(null, { retainGraph: true });
  assertEquals(leaf.grad!.toArray(), [[5, 5, 5], [1, 1, 1]]);
  leaf.grad = null;
  stack([a, b.mul(2)]).sum().backward();
  assertEquals(leaf.grad!.toArray(), [[5, 5, 5], [2, 2, 2]]);
});

Deno.test("writes through a view of a detached window keep to the window", () => {
  const leaf = ones([2], { dtype: "float64", requiresGrad: true });
  const window = arange(12, { dtype: "float64" }).reshape(3, 4).detach().get(1).detach();
  window.get(slice(1, 3)).copy_(leaf.mul(7));
  assertEquals(window.toArray(), [4, 7, 7, 7]);
  window.mul(tensor([1, 2, 3, 4])).sum().backward();
  assertEquals(leaf.grad!.toArray(), [14, 21]);
});

Deno.test("a view of a leaf that requires grad cannot be written to, except inside noGrad", () => {
  const leaf = ones([3], { requiresGrad: true });
  assertThrows(() => leaf.get(0).fill_(2), GradError);
  noGrad(() => leaf.get(0).fill_(2));
  assertEquals(leaf.toArray(), [2, 1, 1]);
});

Deno.test("set_ writes numbers, slices, masks and index tensors", () => {
  const x = zeros([3, 4]);
  x.set_(0, 1);
  x.set_([slice(1), slice(0, 2)], tensor([5, 6]));
  x.set_(x.eq(0), -1);
  x.set_([[0, 2], tensor([3, 3], { dtype: "int32" })], tensor([8, 9]));
  assertEquals(x.toArray(), [[1, 1, 1, 8], [5, 6, -1, -1], [5, 6, -1, 9]]);
  x.set_(ellipsis, tensor([[1.5, 2, 3, 4]]));
  assertEquals(x.get(2).toArray(), [1.5, 2, 3, 4]);
  const counts = zeros([2], { dtype: "int32" });
  counts.set_(1, tensor([2.9]));
  assertEquals(counts.toArray(), [0, 2]);
});

Deno.test("set_ sends gradients to the value and takes them from what it overwrites", () => {
  for (const index of [slice(1, 3), tensor([2, 1], { dtype: "int32" }), tensor([false, true, true, false])]) {
    const leaf = ones([4, 2], { dtype: "float64", requiresGrad: true });
    const value = tensor(new Float64Array([3, 4]), { requiresGrad: true });
    const x = leaf.mul(2);
    x.set_(index, value.mul(value));
    x.sum().backward();
    assertEquals(leaf.grad!.toArray(), [[2, 2], [0, 0], [0, 0], [2, 2]]);
    assertEquals(value.grad!.toArray(), [12, 16]);
  }
});

Deno.test("set_ works inside grad, jvp and vmap", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(1);
    y.set_(0, x.get(1).mul(x.get(2)));
    y.set_([[1, 2]], y.get(0));
    return y.sum();
  };
  const x = tensor(new Float64Array([2, 3, 5]));
  assertEquals(f(x).item(), 45);
  assertEquals((func.grad(f)(x) as Tensor).toArray(), [0, 15, 9]);
  assertEquals((func.jvp(f, [x], [tensor(new Float64Array([1, 1, 0]))])[1] as Tensor).item(), 15);
  assertEquals((func.vmap(f)(stack([x, x.mul(2)])) as Tensor).toArray(), [45, 180]);
  assertEquals((func.vmap(func.grad(f))(stack([x, x.mul(2)])) as Tensor).toArray(), [[0, 15, 9], [0, 30, 18]]);
});

Deno.test("copying between overlapping windows reads before it writes", () => {
  const x = arange(6);
  x.get(slice(1)).copy_(x.get(slice(0, -1)));
  assertEquals(x.toArray(), [0, 0, 1, 2, 3, 4]);
  x.set_(slice(0, -1), x.get(slice(1)));
  assertEquals(x.toArray(), [0, 1, 2, 3, 4, 4]);
});

Deno.test("iteration gives the rows", () => {
  assertEquals([...arange(6).reshape(3, 2)].map((row) => row.toArray()), [[0, 1], [2, 3], [4, 5]]);
  assertThrows(() => [...tensor(1)], ShapeError);
});

Deno.test("indexing says which axis an index leaves", () => {
  const x = zeros([3, 4]);
  assertThrows(() => x.get(3), IndexError, "[-3, 2] for axis 0");
  assertThrows(() => x.get(slice(), tensor([0, -5], { dtype: "int32" })), IndexError, "axis 1 of size 4, got -5");
  assertThrows(() => x.get(0, 0, 0), IndexError, "at most 2 indices");
  assertThrows(() => x.get(tensor([true])), IndexError, "mask of shape [3]");
  assertThrows(() => x.get(ellipsis, ellipsis), IndexError, "one ellipsis");
  assertThrows(() => x.get(slice(0, 3, -1)), ArgumentError, "flip");
});

Deno.test("the gradient of a gradient goes through views", () => {
  const x = tensor(new Float64Array([1, 2, 3, 4])).requiresGrad_();
  const y = x.view(2, 2).t().get(0);
  const [first] = autograd.grad([y.mul(y).mul(y).sum()], [x], { createGraph: true });
  const [second] = autograd.grad([first.sum()], [x]);
  assertEquals(second.toArray(), [6, 0, 18, 0]);
});

Deno.test("the tangent of a strided window is right wherever in memory the tangent lies", () => {
  const x = tensor([[1, 2], [3, 4]], { dtype: "float64" });
  const direction = tensor([[5, 6], [7, 8]], { dtype: "float64" });
  const window = (v: Tensor): Tensor => v.asStrided([3], [1], 1);
  const push = (t: Tensor): unknown => (func.jvp(window, [x], [t])[1] as Tensor).toArray();
  assertEquals(push(direction), [6, 7, 8]);
  assertEquals(push(direction.T), [7, 6, 8]);
  assertEquals(push(stack([x, direction]).select(0, 1)), [6, 7, 8]);
  // A view of a base that was written in place finds its history through a window of the base.
  const f = (v: Tensor): Tensor => {
    const base = v.add(0);
    const row = base.select(0, 1);
    base.mul_(2);
    return row.mul(1);
  };
  assertEquals((func.jvp(f, [x], [direction.T])[1] as Tensor).toArray(), [12, 16]);
});

Deno.test("functions that are no views give memory of their own even where they have nothing to do", () => {
  const x = ones([1, 4, 3, 3], { dtype: "float64" });
  const results: Record<string, Tensor> = {
    adaptiveAvgPool2d: nn.functional.adaptiveAvgPool2d(x, 3),
    circularPad: nn.functional.pad(x, [0, 0], { mode: "circular" }),
    constantPad: nn.functional.pad(x, [0, 0]),
    diff: x.diff(0),
    interpolate: nn.functional.interpolate(x, { size: [3, 3], mode: "area" }),
    matrixPower: linalg.matrixPower(x, 1),
    pixelShuffle: nn.functional.pixelShuffle(x, 1),
    pixelUnshuffle: nn.functional.pixelUnshuffle(x, 1),
  };
  for (const [name, result] of Object.entries(results)) {
    result.zero_();
    assertEquals(x.sum().item(), 36, name);
  }
});

Deno.test("a window of elements that share memory has the derivative of one that does not", () => {
  const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
  x.expand(3, 2).asStrided([2], [1], 0).sum().backward();
  assertEquals(x.grad!.toArray(), [1, 1]);
  const [batch, directions] = [grid(), grid().cos()].map((t) => t.unsqueeze(0).expand(2, 2, 3, 4));
  const window = (v: Tensor): Tensor => v.asStrided([3, 2], [4, 1], 2);
  const [, tangent] = func.jvp(func.vmap(window), [batch], [directions]);
  assertEquals((tangent as Tensor).get(1).toArray(), window(grid().cos()).toArray());
});
