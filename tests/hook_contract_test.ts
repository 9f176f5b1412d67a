/**
 * What hooks may do: on gradients, on saved tensors, and with tensors that are written in place.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { ArgumentError, autograd, GradError, noGrad, ones, type Tensor, tensor, zeros } from "../mod.ts";

/** A hook as a program without a type checker may write it. */
const unchecked = (hook: (gradient: Tensor) => unknown): (gradient: Tensor) => Tensor =>
  hook as (gradient: Tensor) => Tensor;

const REFUSED: Record<string, (gradient: Tensor) => unknown> = {
  "another shape": () => ones([3]),
  "another shape of as many elements": () => ones([3, 2]),
  "another dtype": (g) => g.double(),
  "a number": () => 5,
  "a promise": (g) => Promise.resolve(g),
};

for (const [what, hook] of Object.entries(REFUSED)) {
  Deno.test(`a hook that returns ${what} is an error, on leaves and on results`, () => {
    const x = ones([2, 3], { requiresGrad: true });
    const handle = x.registerHook(unchecked(hook));
    assertThrows(() => x.sum().backward(), GradError, "registerHook: expected its result to be float32");
    assertEquals(x.grad, null);
    handle.remove();
    const y = x.mul(2);
    y.registerHook(unchecked(hook));
    assertThrows(
      () => y.sum().backward(),
      GradError,
      "registerHook: expected its result to be float32 of shape [2, 3], got",
    );
    assertEquals(x.grad, null);
  });
}

Deno.test("a hook that returns nothing or null leaves the gradient as it is", () => {
  for (const nothing of [undefined, null]) {
    const x = ones([2], { requiresGrad: true });
    x.registerHook(unchecked(() => nothing));
    const y = x.mul(3);
    y.registerHook(unchecked(() => nothing));
    y.sum().backward();
    assertEquals(x.grad!.toArray(), [3, 3]);
  }
});

Deno.test("what is no function is refused when it is registered", () => {
  const x = ones([2], { requiresGrad: true });
  assertThrows(() => x.registerHook(5 as unknown as () => void), ArgumentError, "registerHook: expected a function");
});

Deno.test("constants written over a result keep a history whose gradient is 0", () => {
  const writes: [string, (b: Tensor) => Tensor][] = [
    ["ZeroBackward0", (b) => b.zero_()],
    ["FillBackward0", (b) => b.fill_(2)],
    ["CopyBackward0", (b) => b.copy_(ones([2]))],
  ];
  for (const [name, write] of writes) {
    const x = tensor([1, 2], { requiresGrad: true });
    const b = write(x.mul(3));
    assert(b.requiresGrad);
    assertEquals(b.gradFn!.name, name);
    b.mul(x).sum().backward();
    assertEquals(x.grad!.toArray(), b.toArray());
    assertEquals(autograd.grad(write(x.mul(3)).sum(), [x])[0].toArray(), [0, 0]);
  }
});

Deno.test("constants written without recording, or into what needs no gradient, change no history", () => {
  const b = ones([2], { requiresGrad: true }).mul(3);
  const { gradFn } = b;
  noGrad(() => b.zero_());
  assertStrictEquals(b.gradFn, gradFn);
  assertEquals(ones([2]).zero_().gradFn, null);
});

Deno.test("a retained gradient is that of the value after in-place operations", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const b = x.mul(1);
  b.retainGrad();
  b.mul_(2);
  b.add_(1);
  b.sum().backward();
  assertEquals(b.grad!.toArray(), [1, 1]);
  assertEquals(x.grad!.toArray(), [2, 2]);

  const view = x.mul(1).get(0);
  view.retainGrad();
  view.mul_(5);
  view.mul(3).backward();
  assertEquals(view.grad!.item(), 3);
});

Deno.test("a view made without recording is not written to while recording", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const b = x.mul(1);
  const view = noGrad(() => b.get(0));
  assertThrows(() => view.mul_(2), GradError, "mul_: expected a tensor of its own, got a view made in noGrad()");
  assertEquals(b.toArray(), [1, 2]);
  noGrad(() => view.mul_(2));
  assertEquals(b.toArray(), [2, 2]);
  // A view that is older than the history of its base takes part in it.
  const written = zeros([2]);
  const older = written.get(0);
  written.copy_(x);
  older.fill_(7);
  written.sum().backward();
  assertEquals(x.grad!.toArray(), [0, 1]);
  const plain = zeros([2]);
  noGrad(() => plain.get(0)).add_(1);
  assertEquals(plain.toArray(), [1, 0]);
});

Deno.test("pack must not change its tensor, unpack must return one", () => {
  const { savedTensorsHooks } = autograd.graph;
  const x = tensor([1, 2], { requiresGrad: true });
  const same = (saved: Tensor): Tensor => saved;
  assertThrows(
    () => savedTensorsHooks((saved) => saved.mul_(2), same, () => x.exp()),
    GradError,
    "expected pack() to leave",
  );
  assertThrows(
    () => savedTensorsHooks(same, () => 5 as unknown as Tensor, () => x.exp()).sum().backward(),
    ArgumentError,
    "savedTensorsHooks: expected unpack() to return a tensor, got 5",
  );
  savedTensorsHooks((saved) => saved.clone(), same, () => x.mul(x)).sum().backward();
  assertEquals(x.grad!.toArray(), [2, 4]);
});
