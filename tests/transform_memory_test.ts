/**
 * Transforms leave no memory behind: what is live after many calls is what was live before, in scopes and without them.
 * `DUALTAPE_SOAK=1` makes 50,000 calls of each.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { autograd, func, GradError, manualSeed, memory, nn, ones, type Tensor, tensor, tidy } from "../mod.ts";
import {
  conjugateGradient,
  customRoot,
  gmres,
  hessianPattern,
  jacobianPattern,
  jet,
  sparseHessian,
  sparseJacobian,
} from "../func/mod.ts";
import { leavesOf } from "../tensor/tree.ts";

const { functional } = autograd;

/** Some of every kind of op: constants, reductions, products, an op with a decomposition. */
function mixed(x: Tensor): Tensor {
  return x.matmul(x.T).tanh().mul(2).sub(x.mean()).pow(2).add(1).log().sum();
}

const rowSum = (row: Tensor): Tensor => row.sin().mul(3).logSoftmax(0).prod();
const rows = (x: Tensor): Tensor => x.tanh().mul(2).cumsum(0);
manualSeed(0);
const linear = new nn.Linear(2, 3);

/** The square root, which Newton's rule finds. */
const residual = (x: Tensor, a: Tensor): Tensor => x.square().sub(a);
const newton = (x: Tensor, a: Tensor): Tensor => {
  for (let step = 0; step < 6; step++) x = x.add(a.div(x)).div(2);
  return x;
};
const root = (linearSolve: "dense" | ReturnType<typeof gmres>) => (a: Tensor): Tensor =>
  tidy(() => customRoot(residual, newton, { linearSolve })(ones(a.shape), a));
const dense = root("dense");
const iterative = root(gmres({ tolerance: 1e-4 }));
const stencil = (x: Tensor): Tensor => x.mul(x.roll(1, 0)).sin();
const energy = (x: Tensor): Tensor => x.square().mul(x.roll(1, 0)).sum();

/** Every transform; each gives the tensors of its result. */
const TRANSFORMS: Readonly<Record<string, (x: Tensor) => readonly Tensor[]>> = {
  grad: (x) => [func.grad(mixed)(x)],
  "grad with aux": (x) => func.grad((y: Tensor) => [mixed(y), y.exp().sin()], { hasAux: true })(x),
  "grad with a branch that nothing depends on": (x) => [func.grad((y: Tensor) => (y.exp().sin(), y.square().sum()))(x)],
  gradAndValue: (x) => func.gradAndValue(mixed)(x),
  jvp: (x) => func.jvp(mixed, [x], [x]),
  vmap: (x) => [func.vmap(rowSum)(x)],
  "vmap in chunks": (x) => [func.vmap(rowSum, { chunkSize: 1, inDims: 1 })(x)],
  jacrev: (x) => [func.jacrev(rows)(x)],
  "jacrev in chunks": (x) => [func.jacrev(rows, { chunkSize: 3 })(x)],
  jacfwd: (x) => [func.jacfwd(rows)(x)],
  hessian: (x) => [func.hessian(mixed)(x)],
  "hessian by reverse over reverse": (x) => [func.jacrev(func.jacrev(mixed))(x)],
  hvp: (x) => func.hvp(mixed, [x], [x]),
  vhp: (x) => func.vhp(mixed, [x], [x]),
  jet: (x) => jet(mixed, [x], [[x, x, x]]).flat(),
  "jet of a product with a constant": (x) => jet((y: Tensor) => x.mul(y.exp()), [x], [[x, x]]).flat(),
  conjugateGradient: (x) => [conjugateGradient()((v) => v.mul(x), x)],
  gmres: (x) => [gmres()((v) => v.mul(x), x)],
  gnvp: (x) => func.gnvp(rows, mixed, [x], [x]),
  "grad of functionalCall": (x) => {
    const loss = (params: Record<string, Tensor>): Tensor => func.functionalCall(linear, params, x).square().mean();
    const params = { weight: ones([3, 2]), bias: ones([3]) };
    const gradients: typeof params = func.grad(loss)(params);
    params.weight.dispose();
    params.bias.dispose();
    return Object.values(gradients);
  },
  "grad of grad": (x) => [func.grad((y: Tensor) => func.grad(mixed)(y).sum())(x)],
  "jvp of grad": (x) => func.jvp(func.grad(mixed), [x], [x]),
  "grad of jvp": (x) => [func.grad((y: Tensor) => func.jvp(mixed, [y], [x])[1])(x)],
  "vmap of grad": (x) => [func.vmap(func.grad(rowSum))(x)],
  "vmap of hessian": (x) => [func.vmap(func.hessian(rowSum))(x)],
  "grad of customRoot": (x) => [func.grad((a: Tensor) => dense(a).sum())(x)],
  "grad of customRoot with gmres": (x) => [func.grad((a: Tensor) => iterative(a).sum())(x)],
  "jvp of customRoot": (x) => func.jvp(dense, [x], [x]),
  "jvp of customRoot with gmres": (x) => func.jvp(iterative, [x], [x]),
  "vmap of grad of customRoot": (x) => [func.vmap(func.grad((a: Tensor) => dense(a).sum()))(x)],
  "hessian of customRoot": (x) => [func.hessian((a: Tensor) => dense(a).sum())(x)],
  "jacobianPattern and hessianPattern": (x) => {
    jacobianPattern(stencil, x);
    hessianPattern(energy, x);
    return [];
  },
  "sparseJacobian by columns": (x) => [sparseJacobian(stencil, { mode: "forward" })(x).values],
  "sparseJacobian by rows": (x) => [sparseJacobian(stencil, { mode: "reverse" })(x).values],
  "sparseJacobian by rows in chunks": (x) => [sparseJacobian(stencil, { mode: "reverse", chunkSize: 1 })(x).values],
  sparseHessian: (x) => [sparseHessian(energy)(x).values],
  "grad of many cotangents": (x) => {
    const [leaf, cotangents] = [x.detach().requiresGrad_(), ones([3, 2, 2])];
    const output = leaf.square();
    const options = { gradOutputs: cotangents, isGradsBatched: true };
    const gradients = autograd.grad(output, leaf, options);
    for (const tensor of [leaf, cotangents, output]) tensor.dispose();
    return gradients;
  },
  "functional.jacobian": (x) => leavesOf(functional.jacobian(rows, x)),
  "functional.jacobian, strict": (x) => leavesOf(functional.jacobian(rows, x, { strict: true })),
  "functional.jacobian at once": (x) => leavesOf(functional.jacobian(rows, x, { vectorize: true })),
  "functional.jacobian of the identity": (x) => leavesOf(functional.jacobian((y) => y, x)),
  "functional.hessian": (x) => leavesOf(functional.hessian(mixed, x)),
  "functional.hessian, strict": (x) => leavesOf(functional.hessian(mixed, x, { strict: true })),
  "functional.vjp, strict": (x) => leavesOf(functional.vjp(rows, x, x, { strict: true })),
  "functional.jvp, strict": (x) => leavesOf(functional.jvp(rows, x, x, { strict: true })),
  "functional.vhp, strict": (x) => leavesOf(functional.vhp(mixed, x, x, { strict: true })),
  "functional.hvp, strict": (x) => leavesOf(functional.hvp(mixed, x, x, { strict: true })),
};

/** What these give can be called any number of times and keeps its graph; only the end of a scope closes it. */
const PULLBACKS: Readonly<Record<string, (x: Tensor) => readonly Tensor[]>> = {
  vjp: (x) => {
    const [output, pull] = func.vjp(rows, x);
    return [output, ...pull(x)];
  },
  linearize: (x) => {
    const [output, push] = func.linearize(rows, x);
    return [output, push(x)];
  },
};

/** Calls of each transform. */
const CALLS = Deno.env.get("DUALTAPE_SOAK") === "1" ? 50_000 : 200;

/**
 * Runs `body` many times; fails unless bytes and tensors are in the end what they were. They may be fewer: garbage of other
 * tests may have been found meanwhile, which is a few tensors where a leak is one per call.
 */
function assertNothingLeft(body: () => void): void {
  body();
  const before = memory();
  for (let i = 0; i < CALLS; i++) body();
  const after = memory();
  assertLessOrEqual(after.tensors, before.tensors);
  assertLessOrEqual(after.liveBytes, before.liveBytes);
}

for (const [name, transform] of Object.entries(TRANSFORMS)) {
  Deno.test(`func: ${name} leaves nothing behind but its result, in a scope and without one`, () => {
    const make = (): Tensor => tensor([[1, 2], [3, 4]]);
    assertNothingLeft(() => {
      const x = make();
      transform(x).forEach((result) => result.dispose());
      x.dispose();
    });
    const x = make();
    assertNothingLeft(() => tidy(() => void transform(x)));
    const before = memory().storages;
    const results = tidy(() => transform(x));
    assertEquals(memory().storages, before + results.length);
  });
}

for (const [name, transform] of Object.entries(PULLBACKS)) {
  Deno.test(`func: ${name} in a scope leaves nothing behind but its result`, () => {
    const x = tensor([[1, 2], [3, 4]]);
    assertNothingLeft(() => tidy(() => void transform(x)));
    const before = memory().storages;
    const results = tidy(() => transform(x));
    assertEquals(memory().storages, before + results.length);
  });
}

Deno.test("tidy keeps the graph of a pullback that it returns, and closes that of any other", () => {
  const x = tensor([1, 2]);
  const [, pull] = tidy(() => func.vjp((y: Tensor) => y.exp().square(), x));
  const [, push] = tidy(() => tidy(() => func.linearize((y: Tensor) => y.square(), x)));
  assertAlmostEquals(pull(ones([2]))[0].narrow(0, 0, 1).item(), 2 * Math.exp(2), 1e-5);
  assertEquals(push(ones([2])).toArray(), [2, 4]);
  const hidden: typeof pull[] = [];
  tidy(() => hidden.push(func.vjp((y: Tensor) => y.exp().square(), x)[1]));
  assertThrows(() => hidden[0](ones([2])), GradError, "residuals were freed");
});

Deno.test("a transform that throws gives back what it has made", () => {
  const x = tensor([[1, 2], [3, 4]]);
  const fail = (y: Tensor): Tensor => {
    mixed(y);
    throw new RangeError("inside");
  };
  const runs = [() => func.grad(fail)(x), () => func.jvp(fail, [x], [x]), () => func.vmap(func.grad(fail))(x)];
  for (const run of runs) assertNothingLeft(() => void assertThrows(run, RangeError, "inside"));
});
