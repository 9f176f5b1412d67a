/**
 * What is set around code inside transforms: grad modes, checkpoints, hooks on saved tensors.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import {
  autograd,
  checkpoint,
  enableGrad,
  forwardAD,
  func,
  GradError,
  isGradEnabled,
  noGrad,
  type Tensor,
  tensor,
} from "../mod.ts";

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const scalar = (value: number): Tensor => f64(value);

Deno.test("a write inside noGrad changes the value of what a transform traces, not its history", () => {
  const written = (x: Tensor): Tensor => {
    const y = x.clone();
    noGrad(() => y.mul_(2));
    return y.square().sum();
  };
  assertEquals(func.grad(written)(f64([1, 3])).toArray(), [4, 12]);
  assertEquals(func.vmap(func.grad(written))(f64([[1, 3], [5, 7]])).toArray(), [[4, 12], [20, 28]]);
});

Deno.test("noGrad around a transform leaves it alone; inside, reverse mode sees constants", () => {
  const cube = (x: Tensor): Tensor => x.mul(x).mul(x).sum();
  assertEquals(noGrad(() => func.grad(cube)(f64([2]))).toArray(), [12]);
  assertEquals(noGrad(() => func.grad(func.grad(cube))(scalar(2))).item(), 12);
  const half = (x: Tensor): Tensor => x.mul(noGrad(() => x.mul(x))).sum();
  assertEquals(func.grad(half)(f64([2])).toArray(), [4]);
  assertEquals(func.grad(() => noGrad(() => cube(f64([2]))))(f64([2])).toArray(), [0]);
  // Around an inner transform it makes that one's result a constant of the outer one.
  const outer = (x: Tensor): Tensor => noGrad(() => func.grad((y: Tensor) => x.mul(y).mul(y))(x));
  assertEquals(func.grad(outer)(scalar(3)).item(), 0);
  assertEquals(func.grad((x: Tensor) => noGrad(() => enableGrad(() => cube(x))))(f64([2])).toArray(), [12]);
});

Deno.test("noGrad inside an inner transform concerns that transform alone", () => {
  const x = scalar(3);
  // The inner gradient of y + x y, where noGrad makes the second term a constant for y only: 1 + 0.
  const constant = (x: Tensor): Tensor => func.grad((y: Tensor) => y.add(noGrad(() => x.mul(y))))(scalar(5));
  assertEquals(constant(x).item(), 1);
  assertEquals(func.grad(constant)(x).item(), 0);
  // Values of the outer level, computed inside noGrad of the inner one, keep their derivatives: y x², then 2x.
  const captured = (x: Tensor): Tensor => func.grad((y: Tensor) => y.mul(noGrad(() => x.mul(x))))(scalar(5));
  assertEquals(func.grad(captured)(x).item(), 6);
  assertEquals((func.jvp(captured, [x], [scalar(1)])[1] as Tensor).item(), 6);
  assertEquals(func.grad(func.grad(captured))(x).item(), 2);
  // Three levels: the mode that the innermost one sets is not seen by either of the others.
  const triple = (x: Tensor): Tensor =>
    func.grad((y: Tensor) => func.grad((z: Tensor) => z.mul(noGrad(() => x.mul(x).mul(y).mul(y))))(scalar(1)))(
      scalar(2),
    );
  assertEquals(func.grad(triple)(x).item(), 2 * 3 * 2 * 2);
  // What both levels see: x² y with y = x, the derivative in y alone is taken inside, x² is constant there.
  const both = (x: Tensor): Tensor => func.grad((y: Tensor) => noGrad(() => y.mul(y)).mul(y))(x);
  assertEquals(func.grad(both)(x).item(), 6);
});

Deno.test("noGrad in a transform leaves the base tape alone", () => {
  const w = f64([2], true);
  const [gradient] = autograd.grad(func.grad((x: Tensor) => x.mul(noGrad(() => w.mul(w))).sum())(f64([5])), [w]);
  assertEquals(gradient.toArray(), [4]);
  const inside = func.grad((x: Tensor) => {
    noGrad(() => assertEquals([isGradEnabled(), w.mul(w).requiresGrad], [false, true]));
    return x.sum();
  });
  assertEquals(inside(f64([1])).toArray(), [1]);
  // Around the transform it holds for the base tape inside too.
  noGrad(() => func.grad((x: Tensor) => (assertEquals(w.mul(w).requiresGrad, false), x.sum()))(f64([1])));
});

Deno.test("noGrad inside forward mode and vmap is that of the reverse level around", () => {
  const half = (x: Tensor): Tensor => x.mul(noGrad(() => x.mul(x)));
  const pushed = (x: Tensor): Tensor => func.jvp(half, [x], [scalar(1)])[1] as Tensor;
  // Forward mode sees x³, so 3x²: its tangent is x'(x²) + x (2 x x'), of which noGrad makes the term in x² constant for grad.
  assertEquals(pushed(scalar(3)).item(), 27);
  assertEquals(func.grad(pushed)(scalar(3)).item(), 2 * 3);
  assertEquals((func.jvp(func.grad(half), [scalar(3)], [scalar(1)])[1] as Tensor).item(), 6);
  assertEquals(func.vmap(func.grad(half))(f64([1, 2])).toArray(), [1, 4]);
  assertEquals(func.grad((x: Tensor) => func.vmap(half)(x).sum())(f64([1, 2])).toArray(), [1, 4]);
  const shared = (x: Tensor): Tensor =>
    func.vmap((y: Tensor) => func.grad((z: Tensor) => z.mul(noGrad(() => x.mul(y))))(y))(f64([1, 2])).sum();
  assertEquals(func.grad(shared)(scalar(3)).item(), 3);
});

Deno.test("writing in place inside noGrad of an inner transform is recorded by the outer one", () => {
  const f = (x: Tensor): Tensor =>
    func.grad((y: Tensor) => {
      const square = x.mul(x);
      noGrad(() => square.mul_(x));
      return y.mul(square);
    })(scalar(1));
  assertEquals(f(scalar(2)).item(), 8);
  assertEquals(func.grad(f)(scalar(2)).item(), 12);
});

Deno.test("a custom function inside noGrad of an inner transform is recorded by the outer one", () => {
  class Square extends autograd.Function {
    static forward(x: Tensor): Tensor {
      return x.mul(x);
    }
    static setupContext(context: autograd.FunctionContext, inputs: readonly unknown[]): void {
      context.saveForBackward(...inputs as Tensor[]);
    }
    static backward(context: autograd.FunctionContext, g: Tensor): Tensor {
      return g.mul(context.savedTensors[0]!).mul(2);
    }
  }
  const f = (x: Tensor): Tensor => func.grad((y: Tensor) => y.mul(noGrad(() => Square.apply(x))))(scalar(1));
  assertEquals(func.grad(f)(scalar(3)).item(), 6);
  const w = f64([3], true);
  assertEquals(func.grad((y: Tensor) => y.mul(noGrad(() => Square.apply(w))).sum())(f64([1])).requiresGrad, true);
});

Deno.test("autograd.grad of the base tape inside a transform records nothing unless asked to", () => {
  const w = f64([3], true);
  func.grad((x: Tensor) => {
    const loss = w.mul(w).mul(w).sum();
    assertEquals(autograd.grad(loss, [w], { retainGraph: true })[0].requiresGrad, false);
    assertEquals(autograd.grad(loss, [w], { createGraph: true })[0].requiresGrad, true);
    return x.sum();
  })(f64([1]));
});

Deno.test("noGrad does not stop tangents, as in PyTorch; detach does", () => {
  const [, tangent] = func.jvp((x: Tensor) => noGrad(() => x.mul(x)), [scalar(3)], [scalar(1)]);
  assertEquals((tangent as Tensor).item(), 6);
  const [, stopped] = func.jvp((x: Tensor) => x.mul(x.detach()), [scalar(3)], [scalar(1)]);
  assertEquals((stopped as Tensor).item(), 3);
});

Deno.test("noGrad around a transform keeps its results off the base tape", () => {
  const w = f64([2], true);
  const f = (x: Tensor): Tensor => x.mul(x).mul(w).sum();
  assertEquals(noGrad(() => func.grad(f)(f64([3]))).requiresGrad, false);
  assertEquals(func.grad(f)(f64([3])).requiresGrad, true);
});

/** Ways of getting a tensor that depends on the parameter `w` through `f` inside a transform. */
const INSIDE: Readonly<Record<string, (f: (x: Tensor) => Tensor, x: Tensor) => Tensor>> = {
  grad: (f, x) => func.grad((y: Tensor) => f(y).sum())(x),
  "grad of grad": (f, x) => func.grad((y: Tensor) => func.grad((z: Tensor) => f(z).sum())(y).sum())(x),
  jvp: (f, x) => func.jvp(f, [x], [x])[1] as Tensor,
  vmap: (f, x) => func.vmap(f)(x.reshape(1, -1)) as Tensor,
  "vmap of grad": (f, x) => func.vmap(func.grad((y: Tensor) => f(y).sum()))(x.reshape(1, -1)) as Tensor,
  hessian: (f, x) => func.hessian((y: Tensor) => f(y).sum())(x),
  dualLevel: (f, x) => forwardAD.dualLevel(() => forwardAD.unpackDual(f(forwardAD.makeDual(x, x))).tangent!),
};

for (const [name, inside] of Object.entries(INSIDE)) {
  Deno.test(`checkpoint inside and around ${name} changes nothing but memory`, () => {
    const w = f64([2, 3], true);
    const f = (x: Tensor): Tensor => w.mul(x).exp().mul(w).mul(x);
    const x = f64([0.5, 1]);
    const withGradient = (run: () => Tensor): unknown[] => {
      const value = run();
      return [value.toArray(), autograd.grad(value.square().sum(), [w])[0].toArray()];
    };
    const expected = withGradient(() => inside(f, x));
    assertEquals(withGradient(() => inside((y) => checkpoint(f, y), x)), expected);
    assertEquals(withGradient(() => inside((y) => checkpoint(() => f(y)), x)), expected);
    assertEquals(withGradient(() => checkpoint(() => inside(f, x))), expected);
    assertEquals(withGradient(() => checkpoint(() => inside((y) => checkpoint(f, y), x))), expected);
  });
}

Deno.test("a checkpoint is computed again in a backward pass inside a transform", () => {
  const w = f64([2, 3], true);
  const f = (w: Tensor): Tensor => checkpoint((v: Tensor) => v.exp().mul(v), w.mul(w));
  const outer = checkpoint(f, w).sum();
  const [expected] = autograd.grad(f(w).sum(), [w]);
  func.grad((x: Tensor) => {
    assertEquals(autograd.grad(outer, [w])[0].toArray(), expected.toArray());
    return x.sum();
  })(f64([1]));
});

Deno.test("hooks on saved tensors are refused inside reverse-mode transforms and hold around them", () => {
  const x = f64([1, 2]);
  const same = (saved: Tensor): Tensor => saved;
  const hooked = (x: Tensor): Tensor => autograd.graph.savedTensorsHooks(same, same, () => x.exp());
  const saved = (x: Tensor): Tensor => autograd.graph.saveOnCpu(() => x.exp());
  const total = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => f(x).sum();
  for (const f of [hooked, saved]) {
    assertThrows(() => func.grad(total(f))(x), GradError, "savedTensorsHooks: expected");
    assertThrows(() => func.jacrev(f)(x), GradError, "inside func.jacrev");
    assertThrows(() => func.vjp((y: Tensor) => func.vmap(f)(y), x), GradError, "inside func.vjp");
    // Forward mode and vmap have no tape of their own.
    assertEquals((func.vmap(f)(x) as Tensor).toArray(), x.exp().toArray());
    assertEquals((func.jvp(f, [x], [x])[1] as Tensor).toArray(), x.exp().mul(x).toArray());
  }
  const w = f64([2, 3], true);
  const penalty = (): Tensor => func.grad((y: Tensor) => w.mul(y).exp().sum())(x).square().sum();
  const packed: number[] = [];
  const pack = (saved: Tensor): Tensor => (packed.push(saved.numel), saved);
  const around = autograd.graph.savedTensorsHooks(pack, same, penalty);
  assertEquals(autograd.grad(around, [w])[0].toArray(), autograd.grad(penalty(), [w])[0].toArray());
  assertEquals(packed.length > 0, true);
});
