/**
 * Reverse mode on the base tape: PyTorch's rules for leaves, graphs, hooks, modes and in-place operations.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  autograd,
  DisposedError,
  enableGrad,
  GradError,
  inferenceMode,
  isGradEnabled,
  noGrad,
  ones,
  setGradEnabled,
  ShapeError,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../mod.ts";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const numbers = (x: Tensor | null): unknown => x === null ? null : x.toArray();

Deno.test("backward accumulates into leaves and frees the graph", () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(x).sum();
  y.backward();
  assertEquals(numbers(x.grad), [2, 4, 6]);
  x.mul(2).sum().backward();
  assertEquals(numbers(x.grad), [4, 6, 8]);
  assertThrows(() => y.backward(), GradError, "retainGraph: true");
});

Deno.test("retainGraph allows a second pass through the same graph", () => {
  const x = leaf([3]);
  const y = x.mul(x).sum();
  y.backward(null, { retainGraph: true });
  y.backward();
  assertEquals(numbers(x.grad), [12]);
});

Deno.test("an output of several elements needs a gradient of its shape", () => {
  const x = leaf([1, 2]);
  assertThrows(() => x.mul(2).backward(), GradError, "implicit gradient");
  assertThrows(() => x.mul(2).backward(ones([3])), ShapeError, "[2]");
  x.mul(2).backward(tensor([1, 10]));
  assertEquals(numbers(x.grad), [2, 20]);
});

Deno.test("backward with inputs touches those alone", () => {
  const a = leaf([1]);
  const b = leaf([2]);
  a.mul(b).sum().backward(null, { inputs: [b] });
  assertEquals(numbers(a.grad), null);
  assertEquals(numbers(b.grad), [1]);
});

Deno.test("backward with inputs records nothing without createGraph, counts each input once and retains intermediates", () => {
  const x = leaf([1, 2]);
  const weight = leaf([3, 4]);
  x.backward(weight, { inputs: [x, x] });
  assertEquals(numbers(x.grad), [3, 4]);
  assertEquals(x.grad?.requiresGrad, false);
  const y = weight.mul(2);
  y.square().sum().backward(null, { inputs: [y], retainGraph: true });
  assertEquals(numbers(y.grad), [12, 16]);
  y.sum().backward();
  assertEquals([numbers(y.grad), numbers(weight.grad)], [[13, 17], [2, 2]]);
});

Deno.test("a retained gradient is a tensor of its own", () => {
  const y = leaf([1, 2]).mul(2);
  const gradient = tensor([3, 4]);
  y.retainGrad();
  y.backward(gradient);
  gradient.mul_(10);
  assertEquals(numbers(y.grad), [3, 4]);
});

Deno.test("copy_ gives its target a place of its own in the graph", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  const target = x.mul(3);
  target.copy_(y);
  const seen: unknown[] = [];
  target.registerHook((g) => void seen.push(g.toArray()));
  assertEquals(autograd.gradOrNull(y.sum(), [target], { allowUnused: true }), [null]);
  y.mul(7).sum().backward(null, { retainGraph: true });
  assertEquals(seen, []);
  target.mul(5).sum().backward();
  assertEquals(seen, [[5, 5]]);
  assertEquals(numbers(x.grad), [24, 24]);
});

Deno.test("copy_ of a view whose base was written since takes the history of the newest value", () => {
  const x = leaf([1, 2]);
  const base = x.mul(1);
  const view = base.get(0);
  const target = zeros([]);
  base.mul_(10);
  target.copy_(view);
  target.backward();
  assertEquals(numbers(x.grad), [10, 0]);
});

Deno.test("in-place ops keep the value of a constant that the derivative of another operand reads", () => {
  const x = leaf([3, 4]);
  const product = tensor([1, 2]).mul_(x);
  const quotient = tensor([18, 32]).div_(x);
  product.add(quotient).sum().backward();
  assertEquals(numbers(product), [3, 8]);
  assertEquals(numbers(x.grad), [1 - 2, 2 - 2]);
});

Deno.test("grad gives gradients without touching the leaves", () => {
  const a = leaf([2]);
  const b = leaf([5]);
  const y = a.mul(a).mul(b).sum();
  const [ga, gb] = autograd.grad(y, [a, b]);
  assertEquals([numbers(ga), numbers(gb)], [[20], [4]]);
  assertEquals([a.grad, b.grad], [null, null]);
});

Deno.test("grad of an input that the output does not depend on", () => {
  const a = leaf([2]);
  const b = leaf([5]);
  assertThrows(() => autograd.grad(a.mul(2).sum(), [a, b]), GradError, "allowUnused");
  const [, gb] = autograd.gradOrNull(a.mul(2).sum(), [a, b], { allowUnused: true });
  assertEquals(gb, null);
});

Deno.test("createGraph differentiates to third order", () => {
  const x = leaf([2]);
  const y = x.mul(x).mul(x).mul(x).sum();
  const [first] = autograd.grad(y, [x], { createGraph: true });
  const [second] = autograd.grad(first.sum(), [x], { createGraph: true });
  const [third] = autograd.grad(second.sum(), [x]);
  assertEquals([numbers(first), numbers(second), numbers(third)], [[32], [48], [48]]);
});

Deno.test("gradFn and nextFunctions show the graph with PyTorch's names", () => {
  const x = leaf([1]);
  const y = x.mul(x).add(1);
  assertEquals(y.gradFn?.name, "AddBackward0");
  const [mul, slot] = y.gradFn!.nextFunctions[0];
  assertEquals([mul?.name, slot], ["MulBackward0", 0]);
  assertEquals(mul?.nextFunctions.map(([node]) => node?.name), ["AccumulateGrad", "AccumulateGrad"]);
  assertEquals([x.isLeaf, y.isLeaf, x.gradFn], [true, false, null]);
});

Deno.test("a deep graph does not overflow the stack", () => {
  const x = leaf([1]);
  let y: Tensor = x;
  for (let i = 0; i < 20000; i++) y = y.add(1);
  y.sum().backward();
  assertEquals(numbers(x.grad), [1]);
});

Deno.test("hooks see gradients, replace them and can be removed", () => {
  const x = leaf([1, 2]);
  const seen: unknown[] = [];
  const y = x.mul(3);
  y.registerHook((g) => {
    seen.push(g.toArray());
    return g.mul(10);
  });
  const handle = x.registerHook((g) => g.add(1));
  y.sum().backward();
  assertEquals(seen, [[1, 1]]);
  assertEquals(numbers(x.grad), [31, 31]);
  handle.remove();
  x.grad = null;
  x.mul(3).sum().backward();
  assertEquals(numbers(x.grad), [3, 3]);
  assertThrows(() => tensor([1]).registerHook(() => {}), GradError, "requires grad");
});

Deno.test("retainGrad keeps the gradient of an intermediate tensor", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.retainGrad();
  y.mul(y).sum().backward();
  assertEquals(numbers(y.grad), [4, 8]);
  assertEquals(numbers(x.grad), [8, 16]);
});

Deno.test("modes work as functions and as disposables, and nest", () => {
  const x = leaf([1]);
  assertEquals(noGrad(() => x.mul(2).requiresGrad), false);
  assertEquals(noGrad(() => enableGrad(() => x.mul(2).requiresGrad)), true);
  {
    using _ = noGrad();
    assertEquals(isGradEnabled(), false);
    {
      using _inner = setGradEnabled(true);
      assertEquals(isGradEnabled(), true);
    }
    assertEquals(isGradEnabled(), false);
  }
  assertEquals(isGradEnabled(), true);
  assertThrows(() =>
    noGrad(() => {
      throw new Error("inside");
    })
  );
  assertEquals(isGradEnabled(), true);
});

Deno.test("tensors made in inference mode are written there only", () => {
  const made = inferenceMode(() => tensor([2, 3]).add_(1));
  assertThrows(() => made.add_(1), GradError, "add_: expected a normal tensor");
  assertThrows(() => noGrad(() => made.get(0).zero_()), GradError, "clone()");
  assertEquals(numbers(made), [3, 4]);
  inferenceMode(() => made.get(0).zero_());
  assertEquals(numbers(made.clone().add_(1)), [1, 5]);
  const outer = tensor([1, 2]);
  inferenceMode(() => outer.mul_(2));
  assertEquals(numbers(outer.add_(1)), [3, 5]);
});

Deno.test("tensors made in inference mode cannot be saved for backward", () => {
  const constant = inferenceMode(() => tensor([2]).mul(3));
  const x = leaf([1]);
  assertThrows(() => x.mul(constant), GradError, "inference mode");
  assertEquals(numbers(x.add(constant)), [7]);
});

Deno.test("detach cuts the history and shares the storage", () => {
  const x = leaf([1, 2]);
  const d = x.mul(2).detach();
  assertEquals([d.requiresGrad, d.gradFn], [false, null]);
  const shared = x.detach();
  noGrad(() => shared.add_(1));
  assertEquals(numbers(x), [2, 3]);
});

Deno.test("integers do not require grad", () => {
  assertThrows(() => tensor([1, 2], { dtype: "int32" }).requiresGrad_(), Error, "floating-point");
});

Deno.test("in-place on a leaf that requires grad is an error, inside noGrad it is not", () => {
  const x = leaf([1, 2]);
  assertThrows(() => x.mul_(2), GradError, "leaf");
  assertThrows(() => x.select(0, 0).mul_(2), GradError, "view of a leaf");
  assertEquals(numbers(x), [1, 2]);
  noGrad(() => x.mul_(2));
  assertEquals(numbers(x), [2, 4]);
});

Deno.test("in-place on an intermediate tensor is recorded", () => {
  const x = leaf([1, 2]);
  const y = x.mul(3);
  y.mul_(y.detach().add(1).sub(1));
  y.add_(x);
  y.sum().backward();
  // y = 3 x c + x with c = 3 x held constant.
  assertEquals(numbers(x.grad), [10, 19]);
});

Deno.test("in-place through a view reaches the base and its other views", () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(1);
  const tail = y.narrow(0, 1, 2);
  y.select(0, 1).mul_(10);
  assertEquals(numbers(tail), [20, 3]);
  assertEquals(y.gradFn?.name, "CopySlicesBackward0");
  tail.sum().backward();
  assertEquals(numbers(x.grad), [0, 10, 1]);
});

Deno.test("a residual that was modified in place is an error that says so", () => {
  const x = leaf([1, 2]);
  const y = x.exp();
  y.add_(1);
  assertThrows(() => y.sum().backward(), GradError, "in-place");
});

Deno.test("in-place cannot grow its tensor, lower its category, or write to expanded memory", () => {
  assertThrows(() => zeros([2]).add_(zeros([3, 2])), ShapeError, "cannot grow");
  assertThrows(() => zeros([2], { dtype: "int32" }).add_(0.5), Error, "int32");
  assertThrows(() => zeros([1]).expand(3).add_(1), Error, "clone()");
});

Deno.test("disposed tensors are errors, and a graph keeps what it saved", () => {
  const x = leaf([3]);
  const y = x.mul(2);
  const z = y.mul(y).sum();
  y.dispose();
  assertThrows(() => y.add(1), DisposedError, "disposed");
  z.backward();
  assertEquals(numbers(x.grad), [24]);
});

Deno.test("tidy keeps results, gradients and graphs", () => {
  const x = leaf([1, 2]);
  let temporary: Tensor | null = null;
  const loss = tidy(() => {
    temporary = x.mul(3);
    return temporary.mul(temporary).sum();
  });
  assert(temporary!.disposed && !loss.disposed);
  tidy(() => loss.backward());
  assertEquals(numbers(x.grad), [18, 36]);
  assertThrows(() => tidy(() => Promise.resolve(1)), Error, "synchronous");
});

Deno.test("using disposes at the end of the block", () => {
  let outside: Tensor;
  {
    using x = tensor([1, 2]);
    outside = x;
    assertEquals(x.disposed, false);
  }
  assertThrows(() => outside.item(), Error);
  assertEquals(outside.disposed, true);
});

Deno.test("gradients of broadcast operands are summed to their shapes", () => {
  const a = tensor([[1], [2]], { requiresGrad: true });
  const b = leaf([10, 20, 30]);
  a.mul(b).sum().backward();
  assertEquals(numbers(a.grad), [[60], [60]]);
  assertEquals(numbers(b.grad), [3, 3, 3]);
});

Deno.test("detach_ makes a result a leaf; views and boxes refuse", () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.detach_();
  assertEquals([y.isLeaf, y.requiresGrad], [true, false]);
  assertThrows(() => x.mul(2).select(0, 0).detach_(), GradError, "view");
});
