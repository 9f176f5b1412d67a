/**
 * Products with Hessians and Gauss-Newton matrices against the dense matrices.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { func, GradError, manualSeed, memory, randn, ShapeError, type Tensor, tensor } from "../mod.ts";

type Products = Tensor[];

const f64 = (values: Parameters<typeof tensor>[0]): Tensor => tensor(values, { dtype: "float64" });

function assertClose(actual: Tensor, expected: Tensor, tolerance = 1e-12): void {
  assertEquals(actual.shape, expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  for (let i = 0; i < e.length; i++) assertAlmostEquals(a[i], e[i], tolerance * Math.max(1, Math.abs(e[i])));
}

const coupled = (x: Tensor): Tensor => x.sin().mul(x.roll(1, 0)).exp().sum();

Deno.test("hvp and vhp are the Hessian times the vector", () => {
  const x = f64([0.3, -0.8, 1.1, 0.2]);
  const v = f64([1, -2, 0.5, 3]);
  const expected = (func.hessian(coupled)(x) as Tensor).matmul(v);
  assertClose((func.hvp(coupled, [x], [v]) as Products)[0], expected);
  assertClose((func.vhp(coupled, [x], [v]) as Products)[0], expected);
});

Deno.test("hvp and vhp take trees and several arguments, and cross their blocks", () => {
  const f = ({ a }: { a: Tensor }, [b]: [Tensor]): Tensor => a.mul(b).square().sum();
  const primals = [{ a: f64([1, 2]) }, [f64([3, 4])]];
  const tangents = [{ a: f64([1, 0]) }, [f64([0, 1])]];
  // d2/da2 = 2 b^2, d2/dadb = 4 a b, d2/db2 = 2 a^2, element by element.
  for (const product of [func.hvp, func.vhp]) {
    const [{ a }, [b]] = product(f, primals, tangents) as [{ a: Tensor }, [Tensor]];
    assertEquals(a.toArray(), [18, 32]);
    assertEquals(b.toArray(), [12, 8]);
  }
});

Deno.test("a product of sin-sum has its closed form, and runs under vmap and grad", () => {
  const f = (x: Tensor): Tensor => x.sin().sum();
  const x = f64([0.1, 0.7, -1.2]);
  const directions = f64([[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
  const rows = func.vmap((v: Tensor) => (func.hvp(f, [x], [v]) as Products)[0])(directions) as Tensor;
  assertClose(rows, x.sin().neg().diag());
  const v = f64([2, 3, 5]);
  const third = func.grad((y: Tensor) => (func.hvp(f, [y], [v]) as Products)[0].sum())(x) as Tensor;
  assertClose(third, x.cos().neg().mul(v));
});

Deno.test("gnvp is J^T H J v of the dense matrices", () => {
  manualSeed(3);
  const weights = randn([4, 3], { dtype: "float64" });
  const inputs = randn([5, 4], { dtype: "float64" });
  const direction = randn([4, 3], { dtype: "float64" });
  const model = (w: Tensor): Tensor => inputs.matmul(w).tanh();
  const loss = (y: Tensor): Tensor => y.exp().sum(-1).log().sum();
  const jacobian = (func.jacrev(model)(weights) as Tensor).reshape(15, 12);
  const hessian = (func.hessian(loss)(model(weights)) as Tensor).reshape(15, 15);
  const expected = jacobian.T.matmul(hessian).matmul(jacobian).matmul(direction.reshape(12)).reshape(4, 3);
  assertClose((func.gnvp(model, loss, [weights], [direction]) as Products)[0], expected);
});

Deno.test("gnvp takes trees, runs the model once, and lets gradients through", () => {
  let runs = 0;
  const model = ({ a, b }: { a: Tensor; b: Tensor }): Tensor[] => {
    runs++;
    return [a.mul(b), a.square()];
  };
  const loss = ([y, z]: Tensor[]): Tensor => y.square().sum().add(z.square().sum()).div(2);
  const primals = [{ a: f64([1.5]), b: f64([-2]) }];
  const tangents = [{ a: f64([1]), b: f64([3]) }];
  // J = [[b, a], [2a, 0]] and H = I, so J^T J v = [b (b + 3a) + 4a^2, a (b + 3a)].
  const [{ a, b }] = func.gnvp(model, loss, primals, tangents) as [{ a: Tensor; b: Tensor }];
  assertEquals(runs, 1);
  assertEquals(a.toArray(), [-2 * 2.5 + 9]);
  assertEquals(b.toArray(), [1.5 * 2.5]);
  const cube = (x: Tensor): Tensor => x.pow(3);
  const half = (y: Tensor): Tensor => y.square().sum().div(2);
  const product = (x: Tensor): Tensor => (func.gnvp(cube, half, [x], [f64([1, 1])]) as Products)[0];
  // (3 x^2)^2 and its derivative 36 x^3.
  assertClose(func.grad((x: Tensor) => product(x).sum())(f64([1, 2])) as Tensor, f64([36, 288]));
});

Deno.test("the products refuse functions that are not scalar, and vectors of another shape", () => {
  const x = f64([1, 2]);
  const square = (y: Tensor): Tensor => y.square();
  assertThrows(() => func.hvp(square, [x], [x]), GradError);
  assertThrows(() => func.vhp(square, [x], [x]), GradError);
  assertThrows(() => func.gnvp(square, square, [x], [x]), GradError);
  assertThrows(() => func.hvp(coupled, [x], [f64([1, 2, 3])]), ShapeError);
});

Deno.test("a product of 20,000 variables needs memory in proportion", () => {
  const n = 20_000;
  const x = randn([n]);
  const before = memory().liveBytes;
  const [product] = func.hvp((y: Tensor) => y.sin().sum(), [x], [x]) as Products;
  assertEquals(product.shape, [n]);
  assert(memory().liveBytes - before < 64 * 4 * n);
});
