/**
 * In-place operations on views whose base was written after the view was made.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { autograd, func, slice, type Tensor, tensor } from "../mod.ts";

/** Reverse-mode gradient on the base tape, and through a transform: both are [slope, ...] for these elementwise chains. */
function gradients(f: (x: Tensor) => Tensor): [unknown, unknown] {
  const x = tensor([1, 2], { requiresGrad: true });
  const loss = (y: Tensor): Tensor => f(y).sum();
  return [autograd.grad(loss(x), x)[0].toArray(), func.grad(loss)(x.detach()).toArray()];
}

Deno.test("an in-place op on a view sees what was written to its base before", () => {
  const written = (x: Tensor): Tensor => {
    const base = x.mul(1), view = base.get(slice());
    base.mul_(2);
    view.mul_(3);
    return base;
  };
  assertEquals(gradients(written), [[6, 6], [6, 6]]);
});

Deno.test("an in-place op on a view sees what was written through another view", () => {
  const written = (x: Tensor): Tensor => {
    const base = x.mul(1), view = base.get(slice(0, 1));
    base.get(slice(0, 1)).mul_(2);
    view.mul_(3);
    return base.add(0);
  };
  assertEquals(gradients(written), [[6, 1], [6, 1]]);
});
