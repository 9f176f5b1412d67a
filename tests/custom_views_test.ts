/**
 * Custom functions whose outputs lie in the memory of an input: views, inputs as they are, and inputs written in place.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { autograd, GradError, noGrad, type Tensor, tensor } from "../mod.ts";

type Context = autograd.FunctionContext;

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

/** Returns its argument, with a derivative of 3. */
class AsIs extends autograd.Function {
  static forward(_ctx: Context, x: Tensor): Tensor {
    return x;
  }
  static backward(_ctx: Context, g: Tensor): Tensor {
    return g.mul(3);
  }
}

/** Returns a view of its argument and reverses gradients. */
class Reversal extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const view = x.viewAs(x);
    ctx.saveForBackward(view);
    return view;
  }
  static backward(ctx: Context, g: Tensor): Tensor {
    const [y] = ctx.savedTensors as [Tensor];
    return g.mul(y).neg();
  }
}

/** Doubles its argument in place, with a derivative of 5. */
class Doubling extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.markDirty(x);
    return x.mul_(2);
  }
  static backward(_ctx: Context, g: Tensor): Tensor {
    return g.mul(5);
  }
}

for (const f of [AsIs, Reversal]) {
  Deno.test(`the output of ${f.name} may not be written, nor a view of it: the write would pass by its derivative`, () => {
    const x = leaf([1, 2]).mul(1);
    const y = f.apply(x) as Tensor;
    assertThrows(() => y.mul_(2), GradError, "mul_: expected a tensor of its own, got the output of a custom function");
    assertThrows(() => y.get(0).mul_(2), GradError, "clone() it first");
    assertEquals(x.toArray(), [1, 2]);
    const copy = y.clone().mul_(2);
    assertEquals(copy.toArray(), [2, 4]);
    noGrad(() => y.mul_(2));
    assertEquals(x.toArray(), [2, 4]);
  });

  Deno.test(`the output of ${f.name} may be written where nothing is recorded`, () => {
    const x = tensor([1, 2]);
    (f.apply(x) as Tensor).mul_(2);
    assertEquals(x.toArray(), [2, 4]);
  });
}

Deno.test("a saved view that is also the output has the history of the output", () => {
  const x = leaf([2, 3]);
  const [first] = autograd.grad((Reversal.apply(x) as Tensor).sum(), [x], { createGraph: true });
  assertEquals(first.toArray(), [-2, -3]);
  // d/dx of -y is +y: the derivative goes through the function once more.
  assertEquals(autograd.grad(first.sum(), [x])[0].toArray(), [2, 3]);
});

Deno.test("a function that writes a view in place becomes part of the history of the base", () => {
  const x = leaf([1, 2, 3]);
  const base = x.mul(1);
  const view = base.get(0);
  const result = Doubling.apply(view) as Tensor;
  assertEquals(result === view, true);
  assertEquals(base.toArray(), [2, 2, 3]);
  base.sum().backward();
  assertEquals(x.grad?.toArray(), [5, 1, 1]);
});

Deno.test("a function that writes a view in place gives the view its own derivative", () => {
  const x = leaf([1, 2, 3]);
  const view = x.mul(1).get(0);
  (Doubling.apply(view) as Tensor).square().backward();
  assertEquals(x.grad?.toArray(), [20, 0, 0]);
});

Deno.test("a function must not write a view of a leaf in place", () => {
  const x = leaf([1, 2, 3]);
  assertThrows(() => Doubling.apply(x.get(0)), GradError, "view of a leaf");
});
