/**
 * Backward passes that meet others: started inside one, cut in two, handed tensors that users keep or write to.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { autograd, DisposedError, func, GradError, noGrad, ShapeError, type Tensor, tensor } from "../mod.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

/** d(3 z)/dz by a pass of its own. */
function slope(): number {
  const z = leaf([2]);
  z.mul(3).sum().backward();
  return z.grad!.item();
}

class Scaling extends autograd.Function {
  static forward(_ctx: autograd.FunctionContext, x: Tensor): Tensor {
    return x.sum();
  }

  static backward(_ctx: autograd.FunctionContext, g: Tensor): Tensor {
    return g.mul_(0.5).expand([2]);
  }
}

Deno.test("what users do to the cotangent of a loss does not reach later passes", () => {
  const x = leaf([1, 2]);
  const uses: (() => void)[] = [
    () => {
      const y = x.sum();
      y.retainGrad();
      y.backward();
      y.grad!.zero_();
      y.grad = null;
    },
    () => {
      const y = x.sum();
      y.registerHook((g) => void g.mul_(0.5));
      y.backward();
    },
    () => (Scaling.apply(x) as Tensor).backward(),
    () => void noGrad(() => (func.grad((p: Tensor): Tensor => p)(tensor(1)) as Tensor).sub_(1)),
    () => autograd.grad(x.sum(), [x])[0].dispose(),
  ];
  for (const use of uses) {
    use();
    assertEquals(slope(), 3);
  }
});

Deno.test("a pass inside a hook or a user's rule leaves the pass around it alone", () => {
  // a = 2 y and b = 5 y with y = 3 x: the gradient of sum(a + b) is 21.
  for (const inner of ["grad", "backward"]) {
    for (const hooked of [0, 1]) {
      const x = leaf([1, 2]);
      const y = x.mul(3);
      const total = y.sum();
      const terms = [y.mul(2), y.mul(5)];
      let calls = 0;
      terms[hooked].registerHook(() => {
        if (calls++ > 0) return;
        if (inner === "grad") assertEquals(autograd.grad(total, [x], { retainGraph: true })[0].toArray(), [3, 3]);
        else total.backward(undefined, { retainGraph: true });
      });
      terms[0].add(terms[1]).sum().backward(undefined, { retainGraph: true });
      assertEquals(calls, 1);
      assertEquals(x.grad!.toArray(), inner === "grad" ? [21, 21] : [24, 24]);
    }
  }
});

Deno.test("a pass inside a pass may start at nodes that are targets of the outer one", () => {
  const x = leaf([0.5, 2]);
  const y = x.exp();
  const [a, b] = [y.sin(), y.cos()];
  const total = y.sum();
  let calls = 0;
  b.registerHook(() => {
    if (calls++ === 0) autograd.grad(total, [y], { retainGraph: true });
  });
  const loss = a.mul(b).sum();
  const [gy] = autograd.grad(loss, [y], { retainGraph: true });
  assertEquals(calls, 1);
  assertEquals(gy.toArray(), autograd.grad(loss, [y])[0].toArray());
});

Deno.test("a pass that stops at a tensor leaves its history to another pass", () => {
  const x = leaf([0.5, -1]);
  const whole = autograd.grad(x.sigmoid().square().sum(), [x])[0];
  const middle = x.sigmoid();
  const [cotangent] = autograd.grad(middle.square().sum(), [middle]);
  middle.backward(cotangent);
  assertEquals(x.grad!.toArray(), whole.toArray());
  assertThrows(() => middle.backward(cotangent), GradError, "freed");
});

Deno.test("a hook of a leaf that removes itself does not hide the next one", () => {
  const x = leaf([1]);
  const seen: string[] = [];
  const first = x.registerHook(() => {
    seen.push("first");
    first.remove();
  });
  x.registerHook(() => void seen.push("second"));
  x.mul(2).sum().backward();
  assertEquals(seen, ["first", "second"]);
});

Deno.test("with createGraph a gradient is never the caller's own cotangent", () => {
  const x = leaf([1, 2]);
  const cotangent = tensor([5, 6]);
  x.backward(cotangent, { createGraph: true });
  x.backward(cotangent);
  assertEquals(cotangent.toArray(), [5, 6]);
  assertEquals(x.grad!.toArray(), [10, 12]);
  const y = leaf([1, 2]);
  y.backward(y, { createGraph: true });
  noGrad(() => y.neg_());
  assertEquals(y.grad!.toArray(), [1, 2]);
});

Deno.test("a pass that is not recorded adds to a gradient with a history in place, and leaves it its history", () => {
  const x = leaf([1, 2]);
  x.pow(3).sum().backward(undefined, { createGraph: true });
  const grad = x.grad!;
  x.sum().backward();
  assertEquals(x.grad!.toArray(), [4, 13]);
  assertEquals(autograd.grad(x.grad!.sum(), [x])[0].toArray(), [6, 12]);
  assertEquals(grad.toArray(), [4, 13]);
});

Deno.test("a leaf that no longer requires grad gets none", () => {
  const [a, b] = [leaf([1]), leaf([2])];
  const product = a.mul(b).sum();
  a.requiresGrad_(false);
  product.backward();
  assertEquals(a.grad, null);
  assertEquals(b.grad!.toArray(), [1]);
});

Deno.test("what cannot be a gradient is refused, and the old one stays", () => {
  const x = leaf([1, 2]);
  x.grad = tensor([3, 4]);
  const gone = tensor([5, 6]);
  gone.dispose();
  assertThrows(() => x.grad = gone, DisposedError, "grad");
  assertThrows(() => x.grad = tensor([1]), ShapeError, "grad");
  assertEquals(x.grad.toArray(), [3, 4]);
});

Deno.test("a gradient written to inside transforms keeps its derivatives at every level", () => {
  const gradient = (x: Tensor): Tensor => autograd.grad(x.mul(1).mul(x.mul(x)).sum(), [x], { createGraph: true })[0];
  // The gradient is 3 x^2.
  const written = (x: Tensor): Tensor => gradient(x).mul_(2).sin().sum();
  const plain = (x: Tensor): Tensor => x.square().mul(6).sin().sum();
  const second = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => (func.grad(f)(x) as Tensor).square().sum();
  const perSample = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor =>
    (func.vmap(func.grad(f))(x.unsqueeze(1)) as Tensor).square().sum();
  const x = tensor([0.3, -0.7], { dtype: "float64" });
  const round = (t: unknown): unknown => (t as Tensor).mul(1e9).round().toArray();
  for (const transform of [second, perSample]) {
    assertEquals(round(func.grad(transform(written))(x)), round(func.grad(transform(plain))(x)));
    assertEquals(round(func.jacfwd(transform(written))(x)), round(func.jacfwd(transform(plain))(x)));
  }
});
