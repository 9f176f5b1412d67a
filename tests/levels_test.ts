/**
 * How transforms nest: perturbation confusion, higher orders, every pair of transforms in both orders, escaped boxes,
 * modes, in-place writes and the base tape inside and around transforms.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  autograd,
  EscapedTensorError,
  func,
  GradError,
  isGradEnabled,
  memory,
  noGrad,
  ones,
  type Tensor,
  tensor,
  VmapError,
  zeros,
} from "../mod.ts";

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const scalar = (value: number): Tensor => f64(value);

/** Derivative of a function of one number by each way of taking it. */
const DERIVATIVES: Readonly<Record<string, (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor>> = {
  grad: (f) => func.grad(f),
  vjp: (f) => (x) => func.vjp(f, x)[1](ones([], { dtype: "float64" }))[0] as Tensor,
  jvp: (f) => (x) => func.jvp(f, [x], [ones([], { dtype: "float64" })])[1] as Tensor,
  jacrev: (f) => func.jacrev(f),
  jacfwd: (f) => func.jacfwd(f),
  vmapOfGrad: (f) => (x) => func.vmap(func.grad(f))(x.reshape(1)).reshape([]),
  vmapOfJvp: (f) => (x) =>
    func.vmap((y: Tensor) => func.jvp(f, [y], [ones([], { dtype: "float64" })])[1])(x.reshape(1)).reshape([]),
};

Deno.test("two derivatives in every pair of ways agree with the formula", () => {
  // f = sin(x) x², f'' = -x² sin x + 4 x cos x + 2 sin x.
  const x = 0.7;
  const expected = -x * x * Math.sin(x) + 4 * x * Math.cos(x) + 2 * Math.sin(x);
  for (const [outer, first] of Object.entries(DERIVATIVES)) {
    for (const [inner, second] of Object.entries(DERIVATIVES)) {
      const value = first(second((y) => y.sin().mul(y).mul(y)))(scalar(x)).item();
      assertAlmostEquals(value, expected, 1e-12, `${outer} of ${inner}`);
    }
  }
});

Deno.test("three derivatives in every triple of modes agree with the formula", () => {
  // f = exp(2x) + x⁴, f''' = 8 exp(2x) + 24 x.
  const expected = 8 * Math.exp(1) + 12;
  for (const first of [DERIVATIVES.grad, DERIVATIVES.jvp, DERIVATIVES.vmapOfGrad]) {
    for (const second of [DERIVATIVES.grad, DERIVATIVES.jvp, DERIVATIVES.vmapOfJvp]) {
      for (const third of [DERIVATIVES.grad, DERIVATIVES.jvp]) {
        const value = first(second(third((y) => y.mul(2).exp().add(y.pow(4)))))(scalar(0.5)).item();
        assertAlmostEquals(value, expected, 1e-10);
      }
    }
  }
});

Deno.test("perturbations of nested derivatives are not confused", () => {
  for (const [outer, first] of Object.entries(DERIVATIVES)) {
    for (const [inner, second] of Object.entries(DERIVATIVES)) {
      const name = `${outer} over ${inner}`;
      // d/dx [x · d/dy (x + y)] = 1: a confused engine gives 2 (Siskind and Pearlmutter 2005).
      const sum = first((x) => x.mul(second((y) => x.add(y))(scalar(1))));
      assertEquals(sum(scalar(1)).item(), 1, name);
      // d/dx [x · d/dy (x y) at y = 2] = 2x.
      const product = first((x) => x.mul(second((y) => x.mul(y))(scalar(2))));
      assertEquals(product(scalar(3)).item(), 6, name);
      // d/dx [d/dy (x y²) at y = x] = 4x.
      const diagonal = first((x) => second((y) => x.mul(y).mul(y))(x));
      assertEquals(diagonal(scalar(3)).item(), 12, name);
      // The inner function ignores its own argument.
      const constant = first((x) => x.mul(second((y) => x.mul(x).add(y.mul(0)))(x)));
      assertEquals(constant(scalar(3)).item(), 0, name);
    }
  }
});

Deno.test("a closure made at one level may be differentiated at another", () => {
  // Amazing bug (Manzyuk et al. 2019): s(u)(f)(x) = f(x + u); its derivative in u applied twice.
  const shift = (u: Tensor) => (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => f(x.add(u));
  const derivative = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor =>
    func.jvp((u: Tensor) => shift(u)(f)(x), [scalar(0)], [scalar(1)])[1] as Tensor;
  const value = derivative(derivative((x) => x.exp()))(scalar(0.5)).item();
  assertAlmostEquals(value, Math.exp(0.5), 1e-14);
});

Deno.test("Jacobians nest in both orders and have the shape of the output before those of the inputs", () => {
  const x = f64([0.3, -0.8, 1.1]);
  const f = (v: Tensor): Tensor => v.mul(v.sum()).sin().narrow(0, 0, 2);
  const ways = [func.jacrev, func.jacfwd];
  const expected = func.jacfwd(func.jacfwd(f))(x).toArray() as number[][][];
  for (const outer of ways) {
    for (const inner of ways) {
      const second: Tensor = outer(inner(f))(x);
      assertEquals(second.shape, [2, 3, 3]);
      const values = second.toArray() as number[][][];
      expected.forEach((plane, i) =>
        plane.forEach((row, j) => row.forEach((e, k) => assertAlmostEquals(values[i][j][k], e, 1e-12)))
      );
    }
  }
});

Deno.test("vmap nests in itself and commutes with derivatives", () => {
  const a = f64([[1, 2], [3, 4], [5, 6]]);
  const b = f64([10, 20]);
  const outer = func.vmap((x: Tensor) => func.vmap((y: Tensor, z: Tensor) => y.mul(z))(x, b))(a);
  assertEquals(outer.toArray(), [[10, 40], [30, 80], [50, 120]]);
  const table = func.vmap((x: Tensor) => func.vmap((y: Tensor) => x.mul(y), { inDims: 0 })(b))(f64([1, 2, 3]));
  assertEquals(table.toArray(), [[10, 20], [20, 40], [30, 60]]);
  const gradOfVmap = func.grad((x: Tensor) => func.vmap((row: Tensor) => row.mul(row).sum())(x).sum())(a);
  const vmapOfGrad = func.vmap(func.grad((row: Tensor) => row.mul(row).sum()))(a);
  assertEquals(gradOfVmap.toArray(), vmapOfGrad.toArray());
});

Deno.test("several outputs and trees of arguments go through every level", () => {
  const args = { w: f64([1, 2]), rest: [f64(3), null] };
  const f = ({ w, rest }: { w: Tensor; rest: [Tensor, null] }): { a: Tensor; b: [Tensor] } => ({
    a: w.mul(rest[0]),
    b: [w.sum().mul(rest[0])],
  });
  const [out, pull] = func.vjp(f, args);
  assertEquals((out as { a: Tensor }).a.toArray(), [3, 6]);
  const [gradient] = pull({ a: f64([1, 1]), b: [f64(1)] }) as [{ w: Tensor; rest: [Tensor, null] }];
  assertEquals(gradient.w.toArray(), [6, 6]);
  assertEquals([gradient.rest[0].item(), gradient.rest[1]], [6, null]);
  const [, tangent] = func.jvp(f, [args], [{ w: f64([1, 0]), rest: [f64(0), null] }]) as [
    unknown,
    ReturnType<typeof f>,
  ];
  assertEquals([tangent.a.toArray(), tangent.b[0].item()], [[3, 0], 3]);
});

Deno.test("ops with several outputs pass through every level", () => {
  const x = f64([3, 1, 2]);
  const top = (v: Tensor): Tensor => v.sort(0).values.select(0, 2).mul(v.split(1, 0)[0].sum());
  assertEquals(func.grad(top)(x).toArray(), [6, 0, 0]);
  assertEquals((func.jvp(top, [x], [f64([1, 0, 0])])[1] as Tensor).item(), 6);
  assertEquals(func.vmap(func.grad(top))(f64([[3, 1, 2], [1, 2, 3]])).toArray(), [[6, 0, 0], [3, 0, 1]]);
});

Deno.test("integer arguments pass through, and are refused where a derivative is asked for", () => {
  const index = tensor([1, 0], { dtype: "int32" });
  const pick = (x: Tensor, i: Tensor): Tensor => x.indexSelect(0, i).mul(f64([1, 10])).sum();
  assertEquals(func.grad(pick)(f64([2, 3]), index).toArray(), [10, 1]);
  assertEquals(func.vmap((i: Tensor) => f64([5, 7]).indexSelect(0, i.reshape(1)))(index).toArray(), [[7], [5]]);
  assertThrows(() => func.grad(pick, { argnums: 1 })(f64([2, 3]), index), Error, "float()");
  assertThrows(() => func.jvp((i: Tensor) => i, [index], [index]), Error, "float()");
});

Deno.test("a box that escapes from its transform is an error that names the transform", () => {
  const leaks: [string, (keep: (x: Tensor) => void) => void][] = [
    ["grad", (keep) => void func.grad((x: Tensor) => (keep(x.mul(2)), x.sum()))(ones([2]))],
    ["vjp", (keep) => void func.vjp((x: Tensor) => (keep(x.mul(2)), x), ones([2]))],
    ["jvp", (keep) => void func.jvp((x: Tensor) => (keep(x.mul(2)), x), [ones([2])], [ones([2])])],
    ["vmap", (keep) => void func.vmap((x: Tensor) => (keep(x.mul(2)), x))(ones([2]))],
    ["jacrev", (keep) => void func.jacrev((x: Tensor) => (keep(x.mul(2)), x))(ones([2]))],
  ];
  for (const [transform, leak] of leaks) {
    const kept: Tensor[] = [];
    leak((x) => void kept.push(x));
    const [escaped] = kept;
    assertThrows(() => escaped.add(1), EscapedTensorError, `escaped from ${transform}`);
    assertThrows(() => ones([2]).mul(escaped), EscapedTensorError, transform);
    assertThrows(() => escaped.add_(1), EscapedTensorError, transform);
    assertThrows(() => escaped.toArray(), EscapedTensorError, transform);
    assertThrows(() => escaped.detach(), EscapedTensorError, transform);
  }
});

Deno.test("a transform that throws ends its level and restores the mode", () => {
  let kept: Tensor | null = null;
  const fail = (x: Tensor): Tensor => {
    kept = x.mul(2);
    throw new RangeError("inside");
  };
  for (
    const run of [
      () => func.grad(fail)(ones([2])),
      () => func.jvp(fail, [ones([2])], [ones([2])]),
      () => func.vmap(fail)(ones([2])),
    ]
  ) {
    noGrad(() => {
      assertThrows(run, RangeError, "inside");
      assertEquals(isGradEnabled(), false);
    });
    assertThrows(() => kept!.add(1), EscapedTensorError);
  }
});

Deno.test("in-place operations inside transforms", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(2);
    y.mul_(x).add_(x);
    return y.sum();
  };
  // y = 2x² + x.
  assertEquals(func.grad(f)(f64([1, 2])).toArray(), [5, 9]);
  assertEquals((func.jvp(f, [f64([1, 2])], [f64([1, 1])])[1] as Tensor).item(), 14);
  assertEquals(func.vmap(f)(f64([[1, 2], [3, 4]])).toArray(), [3 + 10, 21 + 36]);
  assertEquals(func.hessian(f)(f64([1, 2])).toArray(), [[4, 0], [0, 4]]);
  assertEquals(func.vmap(func.grad(f))(f64([[1, 2]])).toArray(), [[5, 9]]);
});

Deno.test("writing to an argument of a transform", () => {
  const f = (x: Tensor): Tensor => {
    x.mul_(2);
    return x.mul(x);
  };
  // 4x² of the argument as it was.
  assertEquals(func.grad((x: Tensor) => f(x).sum())(f64([1, 2])).toArray(), [8, 16]);
  assertEquals(func.jacrev(f)(f64([1, 2])).toArray(), [[8, 0], [0, 16]]);
  assertEquals((func.jvp(f, [f64([1, 2])], [f64([1, 1])])[1] as Tensor).toArray(), [8, 16]);
});

Deno.test("transforms give back the memory of their intermediate values, but not what the user keeps", () => {
  const x = ones([1 << 16]);
  const kept: Tensor[] = [];
  const f = (x: Tensor): Tensor => {
    kept.push(x.detach().mul(2), func.grad((y: Tensor) => y.square().sum())(x.detach()));
    return x.sin().exp().mul(x).tanh().sum();
  };
  const size = x.numel * 4;
  for (const run of [() => func.grad(f)(x), () => func.jvp(f, [x], [x])[1], () => func.vmap(f)(x.reshape(2, -1))]) {
    const before = memory().liveBytes;
    const result = run() as Tensor;
    const leftovers = memory().liveBytes - before - kept.length * size - result.numel * 4;
    assert(leftovers < 2.5 * size, `${leftovers / size} tensors`);
    for (const tensor of kept.splice(0)) {
      if (tensor.level === null) assertEquals(tensor.narrow(0, 0, 1).toArray(), [2]);
      tensor.dispose();
    }
  }
});

Deno.test("writing through views inside transforms reaches the base and its other views", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(1);
    const tail = y.narrow(0, 1, 2);
    y.select(0, 1).mul_(10);
    return tail.mul(tail).sum();
  };
  const x = f64([1, 2, 3]);
  assertEquals(func.grad(f)(x).toArray(), [0, 400, 6]);
  assertEquals((func.jvp(f, [x], [f64([0, 1, 0])])[1] as Tensor).item(), 400);
  assertEquals(func.vmap(func.grad(f))(x.reshape(1, 3)).toArray(), [[0, 400, 6]]);
  assertEquals(func.hessian(f)(x).toArray(), [[0, 0, 0], [0, 200, 0], [0, 0, 2]]);
});

Deno.test("a plain tensor filled inside a transform takes part in it", () => {
  const f = (x: Tensor): Tensor => {
    const out = zeros([3], { dtype: "float64" });
    out.select(0, 0).copy_(x.mul(x).sum());
    out.narrow(0, 1, 2).copy_(x);
    return out.mul(out).sum();
  };
  const x = f64([1, 2]);
  // (x·x)² + x·x.
  assertEquals(func.grad(f)(x).toArray(), [4 * 5 * 1 + 2, 4 * 5 * 2 + 4]);
  assertEquals((func.jvp(f, [x], [f64([1, 0])])[1] as Tensor).item(), 22);
  assertEquals(func.jacfwd(func.grad(f))(x).toArray(), func.jacrev(func.grad(f))(x).toArray());
});

Deno.test("vmap refuses to write values per sample into one tensor", () => {
  const shared = zeros([2]);
  const f = (x: Tensor): Tensor => shared.add_(x);
  assertThrows(() => func.vmap(f)(ones([3, 2])), VmapError, "out-of-place");
  assertEquals(shared.toArray(), [0, 0]);
  assertThrows(() => func.vmap((x: Tensor) => x.sum().item() > 0 ? x : x.neg())(ones([3, 2])), VmapError, "where()");
});

Deno.test("parameters of the base tape inside transforms get their gradients", () => {
  const w = f64([2, 3], true);
  // d/dx (w x²) = 2 w x, whose sum has the gradient 2x with respect to w.
  func.grad((x: Tensor) => w.mul(x).mul(x).sum())(f64([5, 7])).sum().backward();
  assertEquals(w.grad!.toArray(), [10, 14]);
  w.grad = null;
  func.vmap((x: Tensor) => w.mul(x).sum())(f64([[1, 2], [3, 4]])).sum().backward();
  assertEquals(w.grad!.toArray(), [4, 6]);
  w.grad = null;
  const [, tangent] = func.jvp((x: Tensor) => w.mul(x).mul(x), [f64([5, 7])], [f64([1, 1])]) as [Tensor, Tensor];
  tangent.sum().backward();
  assertEquals(w.grad!.toArray(), [10, 14]);
  w.grad = null;
  func.jacrev((x: Tensor) => w.mul(x).mul(x))(f64([5, 7])).sum().backward();
  assertEquals(w.grad!.toArray(), [10, 14]);
  w.grad = null;
  func.hessian((x: Tensor) => w.mul(x).mul(x).sum())(f64([5, 7])).sum().backward();
  assertEquals(w.grad!.toArray(), [2, 2]);
});

Deno.test("arguments that require grad keep their history through transforms", () => {
  const x = f64([1, 2], true);
  func.grad((y: Tensor) => y.mul(y).mul(y).sum())(x).sum().backward();
  assertEquals(x.grad!.toArray(), [6, 12]);
  const [out, pull] = func.vjp((y: Tensor) => y.mul(y), x);
  const [again] = autograd.grad((pull(f64([1, 1]))[0] as Tensor).add(out as Tensor).sum(), [x]);
  assertEquals(again.toArray(), [2 + 2, 2 + 4]);
});

Deno.test("backward inside a transform is an error that names the cure", () => {
  assertThrows(
    () => func.grad((x: Tensor) => (x.mul(x).sum().backward(), x.sum()))(f64([1])),
    GradError,
    "autograd.grad",
  );
});

Deno.test("autograd.grad inside a transform works on the tape of that transform", () => {
  // The gradient of x³ by the tape of the outer grad, differentiated once more.
  const f = (x: Tensor): Tensor => autograd.grad(x.pow(3).sum(), [x], { createGraph: true })[0].sum();
  assertEquals(func.grad(f)(f64([2, 3])).toArray(), [12, 18]);
});

Deno.test("the pullback of vjp may be called repeatedly, also batched", () => {
  const [, pull] = func.vjp((x: Tensor) => x.mul(x), f64([1, 2]));
  assertEquals((pull(f64([1, 0]))[0] as Tensor).toArray(), [2, 0]);
  assertEquals((pull(f64([0, 1]))[0] as Tensor).toArray(), [0, 4]);
  assertEquals(func.vmap((g: Tensor) => pull(g)[0])(f64([[1, 0], [0, 1]])).toArray(), [[2, 0], [0, 4]]);
});

Deno.test("autograd.grad inside vmap is per sample, also for tensors that all samples share", () => {
  const w = f64([2, 3], true);
  const x = f64([[1, 2], [3, 4], [5, 6]], true);
  const f = (x: Tensor): Tensor[] => autograd.grad(x.mul(x).mul(w).sum(), [x, w]);
  const [ofX, ofW] = func.vmap(f)(x) as Tensor[];
  assertEquals(ofX.toArray(), [[4, 12], [12, 24], [20, 36]]);
  assertEquals(ofW.toArray(), [[1, 4], [9, 16], [25, 36]]);
});

Deno.test("isGradsBatched takes many cotangents at once", () => {
  const x = f64([1, 2], true);
  const y = x.mul(x);
  const options = { gradOutputs: f64([[1, 0], [0, 1], [1, 10]]), isGradsBatched: true };
  assertEquals(autograd.grad(y, [x], options)[0].toArray(), [[2, 0], [0, 4], [2, 40]]);
  assertThrows(() => autograd.grad(x.mul(x), [x], { isGradsBatched: true }), Error, "leading batch axis");
});
