/**
 * Implicit differentiation against closed forms, differences, and the other ways to solve the same systems.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  ArgumentError,
  DTypeError,
  EscapedTensorError,
  eye,
  GradError,
  linalg,
  manualSeed,
  randn,
  ShapeError,
  type Tensor,
  tensor,
} from "../mod.ts";
import * as func from "../func/mod.ts";

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });

function assertClose(actual: Tensor, expected: Tensor, tolerance = 1e-10): void {
  assertEquals(actual.shape, expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  for (let i = 0; i < e.length; i++) assertAlmostEquals(a[i], e[i], tolerance * Math.max(1, Math.abs(e[i])));
}

const square = (x: Tensor, a: Tensor): Tensor => x.square().sub(a);

/** Newton's method, which looks at numbers to stop. */
function newton(x: Tensor, a: Tensor): Tensor {
  while (x.square().sub(a).abs().amax().item() > 1e-15 * a.abs().amax().item()) {
    const next = x.add(a.div(x)).div(2);
    if (next.sub(x).abs().amax().item() === 0) break;
    x = next;
  }
  return x;
}

/** x = tanh(W x + b), solved by iteration. */
const fixedPoint = (x: Tensor, { w, b }: { w: Tensor; b: Tensor }): Tensor => w.matmul(x).add(b).tanh().sub(x);
function iterate(x: Tensor, { w, b }: { w: Tensor; b: Tensor }): Tensor {
  for (let i = 0; i < 200; i++) x = w.matmul(x).add(b).tanh();
  return x;
}

const solvers = { dense: "dense", gmres: func.gmres({ tolerance: 1e-14 }) } as const;

for (const [name, linearSolve] of Object.entries(solvers)) {
  Deno.test(`square roots have the derivatives of square roots, to third order, ${name}`, () => {
    const root = func.customRoot(square, newton, { linearSolve });
    const ones = f64([1, 1, 1]);
    const f = (a: Tensor): Tensor => root(ones, a).sum();
    const reference = (a: Tensor): Tensor => a.sqrt().sum();
    const a = f64([4, 2, 9]);
    assertClose(root(ones, a), a.sqrt(), 1e-15);
    assertClose(func.grad(f)(a) as Tensor, func.grad(reference)(a) as Tensor);
    const v = f64([1, -2, 0.5]);
    const push = (g: (a: Tensor) => Tensor): Tensor => func.jvp(g, [a], [v])[1] as Tensor;
    assertClose(push((y) => root(ones, y)), push((y) => y.sqrt()));
    assertClose(func.hessian(f)(a), func.hessian(reference)(a));
    assertClose(func.vhp(f, [a], [v])[0] as Tensor, func.vhp(reference, [a], [v])[0] as Tensor);
    const third = (g: (a: Tensor) => Tensor): Tensor => func.jacfwd(func.hessian(g))(a);
    assertClose(third(f), third(reference), 1e-8);
  });

  Deno.test(`a fixed point in a tree of params has the derivatives of its iteration, ${name}`, () => {
    manualSeed(5);
    const w = randn([4, 4], { dtype: "float64" }).mul(0.2);
    const b = randn([4], { dtype: "float64" });
    const init = f64([0, 0, 0, 0]);
    const implicit = func.customRoot(fixedPoint, iterate, { linearSolve });
    const loss = (solve: (x: Tensor, params: { w: Tensor; b: Tensor }) => Tensor) => (w: Tensor, b: Tensor): Tensor =>
      solve(init, { w, b }).exp().sum();
    const gradients = func.grad(loss(implicit), { argnums: [0, 1] })(w, b) as Tensor[];
    const unrolled = func.grad(loss(iterate), { argnums: [0, 1] })(w, b) as Tensor[];
    gradients.forEach((g, i) => assertClose(g, unrolled[i]));
    const direction = randn([4, 4], { dtype: "float64" });
    const [product] = func.hvp((w: Tensor) => loss(implicit)(w, b), [w], [direction]) as Tensor[];
    const [expected] = func.hvp((w: Tensor) => loss(iterate)(w, b), [w], [direction]) as Tensor[];
    assertClose(product, expected);
  });

  Deno.test(`derivatives of roots batch, ${name}`, () => {
    const iterateBatch = func.customRoot(fixedPoint, iterate, { linearSolve });
    manualSeed(6);
    const w = randn([3, 3], { dtype: "float64" }).mul(0.2);
    const points = randn([5, 3], { dtype: "float64" });
    const init = f64([0, 0, 0]);
    const f = (b: Tensor): Tensor => iterateBatch(init, { w, b }).square().sum();
    const mapped = func.vmap(func.grad(f))(points) as Tensor;
    [...points].forEach((b, i) => assertClose(mapped.select(0, i), func.grad(f)(b) as Tensor));
    const jacobian = func.jacrev((b: Tensor) => iterateBatch(init, { w, b }));
    const stacked = func.vmap(jacobian)(points) as Tensor;
    [...points].forEach((b, i) =>
      assertClose(stacked.select(0, i), func.jacfwd((b: Tensor) => iterate(init, { w, b }))(b) as Tensor)
    );
  });
}

Deno.test("roots on the tape: backward, twice", () => {
  const root = func.customRoot(square, newton);
  const a = f64([4, 2], true);
  const x = root(f64([1, 1]), a);
  x.sum().backward(null, { createGraph: true });
  const first = a.grad!;
  assertClose(first, a.detach().rsqrt().mul(0.5));
  a.grad = null;
  first.sum().backward();
  assertClose(a.grad!, a.detach().pow(-1.5).mul(-0.25));
});

Deno.test("conjugate gradients serve symmetric residuals: the minimum of a strictly convex function", () => {
  // grad of sum(cosh(x)) + x.Mx/2 - c.x, with the Hessian diag(cosh) + M.
  manualSeed(7);
  const half = randn([6, 6], { dtype: "float64" });
  const m = half.matmul(half.T);
  const gradient = (x: Tensor, c: Tensor): Tensor => x.sinh().add(m.matmul(x)).sub(c);
  const solve = (x: Tensor, c: Tensor): Tensor => {
    for (let i = 0; i < 30; i++) x = x.sub(linalg.solve(x.cosh().diag().add(m), gradient(x, c)));
    return x;
  };
  const init = f64([0, 0, 0, 0, 0, 0]);
  const c = randn([6], { dtype: "float64" });
  const [dense, iterative] = ["dense" as const, func.conjugateGradient()].map((linearSolve) =>
    func.jacrev((c: Tensor) => func.customRoot(gradient, solve, { linearSolve })(init, c))(c) as Tensor
  );
  const x = solve(init, c);
  assertClose(dense, linalg.inv(x.cosh().diag().add(m)), 1e-9);
  assertClose(iterative, dense, 1e-9);
});

Deno.test("krylov solvers solve, give zero for zero, and say when they do not converge", () => {
  manualSeed(8);
  const n = 20;
  const a = randn([n, n], { dtype: "float64" }).add(eye(n, n, { dtype: "float64" }).mul(8));
  const map = (v: Tensor): Tensor => a.matmul(v);
  const b = randn([n], { dtype: "float64" });
  assertClose(a.matmul(func.gmres()(map, b)), b, 1e-9);
  assertEquals(func.gmres()(map, b.mul(0)).abs().sum().item(), 0);
  const spd = (v: Tensor): Tensor => a.T.matmul(a.matmul(v));
  assertClose(spd(func.conjugateGradient()(spd, b)), b, 1e-8);
  assertThrows(() => func.gmres({ maxIterations: 3 })(map, b), ArgumentError, "maxIterations");
  assertThrows(() => func.conjugateGradient({ maxIterations: 3 })(spd, b), ArgumentError, "maxIterations");
  assertThrows(() => func.gmres()((v) => v.mul(0), b), ArgumentError, "gmres");
});

for (const [name, solver] of Object.entries({ conjugateGradient: func.conjugateGradient(), gmres: func.gmres() })) {
  Deno.test(`${name} refuses what has no solution or is no number`, () => {
    const b = tensor([1, 1, 1]);
    const singular = tensor([1, 0, 2]);
    assertThrows(() => solver((v) => v.mul(singular), b), ArgumentError, "the map must be");
    assertThrows(() => solver((v) => v.mul(0), b), ArgumentError, "after 1 products; the map must be");
    assertThrows(() => solver((v) => v.mul(NaN), b), ArgumentError, "the map must be");
    assertThrows(() => solver((v) => v.mul(Infinity), b), ArgumentError, "the map must be");
    assertThrows(() => solver((v) => v, b.mul(NaN)), ArgumentError, "finite norm, got NaN");
  });
}

Deno.test("float32 systems that are badly conditioned are solved to the default tolerance", () => {
  for (const seed of [0, 1, 2, 3, 4, 5, 6, 7]) {
    manualSeed(seed);
    const a = randn([60, 60]);
    const b = randn([60]);
    const z = func.gmres()((v) => a.matmul(v), b);
    const [error, size] = [a.matmul(z).sub(b), b].map((x) => x.square().sum().sqrt().item());
    // Rounding in this product counts as well.
    assertLess(error, 1e-4 * size);
  }
});

Deno.test("gmres goes on after as many products as there are unknowns", () => {
  manualSeed(1);
  const a = randn([60, 60]);
  const b = randn([60]);
  const products = (tolerance: number): number => {
    let count = 0;
    func.gmres({ tolerance })((v) => (count++, a.matmul(v)), b);
    return count;
  };
  assertEquals(products(1e-6) > 60, true);
  const map = (v: Tensor): Tensor => a.matmul(v);
  assertThrows(
    () => func.gmres({ tolerance: 1e-6, maxIterations: 62 })(map, b),
    ArgumentError,
    "after 62 products; allow",
  );
});

Deno.test("the init has no derivative, and one param may go without", () => {
  const root = func.customRoot(square, newton);
  const gradient = func.grad((init: Tensor) => root(init, f64([4])).sum())(f64([1])) as Tensor;
  assertEquals(gradient.toArray(), [0]);
  const scaled = func.customRoot(
    (x: Tensor, a: Tensor, k: Tensor) => x.mul(k.double()).sub(a),
    (_, a: Tensor, k: Tensor) => a.div(k.double()),
  );
  const k = tensor([2], { dtype: "int32" });
  assertEquals((func.grad((a: Tensor) => scaled(f64([1]), a, k).sum())(f64([3])) as Tensor).toArray(), [0.5]);
  const [, tangent] = func.jvp((a: Tensor) => scaled(f64([1]), a, k), [f64([3])], [f64([1])]) as Tensor[];
  assertEquals(tangent.toArray(), [0.5]);
});

Deno.test("errors name what is wrong", () => {
  const one = f64([1]);
  const root = func.customRoot(square, newton);
  assertThrows(() => root(tensor([1], { dtype: "int32" }), one), DTypeError, "init");
  assertThrows(() => func.customRoot(square, (x) => x.expand(2))(one, one), ShapeError, "[2]");
  const linearSolve = "lu" as "dense";
  assertThrows(
    () => func.customRoot(square, newton, { linearSolve }),
    ArgumentError,
    'linearSolve "dense" or a function',
  );
  for (const option of ["tolerance", "maxIterations"]) {
    for (const solver of [func.gmres, func.conjugateGradient]) {
      assertThrows(
        () => solver({ [option]: NaN })((v) => v.mul(2), one),
        ArgumentError,
        `${option} of at least 0, got NaN`,
      );
    }
  }
  const wrong = func.customRoot((x: Tensor) => x.sum(), (x) => x);
  assertThrows(() => func.grad((a: Tensor) => wrong(one, a).sum())(one), ShapeError, "residual");
  const closing = (a: Tensor): Tensor => func.customRoot((x: Tensor) => x.sub(a), () => a.mul(1))(one, a).sum();
  assertThrows(() => func.jvp(closing, [one], [one]), GradError, "parameter");
  assertThrows(() => func.grad(closing)(one), EscapedTensorError);
});
