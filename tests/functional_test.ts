/**
 * `autograd.functional`: forms of results, strictness, graphs, strategies.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, autograd, GradError, ShapeError, type Tensor, tensor } from "../mod.ts";

const { functional } = autograd;

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const numbers = (tree: unknown): unknown => Array.isArray(tree) ? tree.map(numbers) : (tree as Tensor).toArray();

const product = (x: Tensor, y: Tensor): Tensor => x.mul(y);
const pair = (x: Tensor, y: Tensor): Tensor[] => [x.mul(y), x.sum()];
const scalarOf = (x: Tensor, y: Tensor): Tensor => x.square().mul(y).sum();
const [X, Y] = [f64([1, 2]), f64([3, 4])];

Deno.test("jacobian: one tensor or arrays, whatever the strategy", () => {
  for (
    const options of [{}, { vectorize: true }, { vectorize: true, strategy: "forward-mode" as const }]
  ) {
    assertEquals(numbers(functional.jacobian((x) => x.square(), X, options)), [[2, 0], [0, 4]]);
    assertEquals(numbers(functional.jacobian((x) => x.square(), [X], options)), [[[2, 0], [0, 4]]]);
    assertEquals(numbers(functional.jacobian(product, [X, Y], options)), [[[3, 0], [0, 4]], [[1, 0], [0, 2]]]);
    assertEquals(numbers(functional.jacobian(pair, [X, Y], options)), [
      [[[3, 0], [0, 4]], [[1, 0], [0, 2]]],
      [[1, 1], [0, 0]],
    ]);
  }
});

Deno.test("hessian: a matrix, or blocks by pairs of inputs", () => {
  for (
    const options of [{}, { vectorize: true }, { vectorize: true, outerJacobianStrategy: "forward-mode" as const }]
  ) {
    assertEquals(numbers(functional.hessian((x) => x.pow(3).sum(), X, options)), [[6, 0], [0, 12]]);
    assertEquals(numbers(functional.hessian(scalarOf, [X, Y], options)), [
      [[[6, 0], [0, 8]], [[2, 0], [0, 4]]],
      [[[2, 0], [0, 4]], [[0, 0], [0, 0]]],
    ]);
  }
  assertThrows(() => functional.hessian((x) => x.square(), X), GradError, "sum()");
});

Deno.test("vjp, jvp, vhp and hvp", () => {
  assertEquals(numbers(functional.vjp(product, [X, Y], f64([1, 10]))), [[3, 8], [[3, 40], [1, 20]]]);
  assertEquals(numbers(functional.vjp(pair, [X, Y], [f64([1, 0]), f64(5)])), [[[3, 8], 3], [[8, 5], [1, 0]]]);
  assertEquals(numbers(functional.vjp((x) => x.sum(), X)), [3, [1, 1]]);
  assertEquals(numbers(functional.jvp(pair, [X, Y], [f64([1, 0]), f64([0, 1])])), [[[3, 8], 3], [[3, 2], 1]]);
  const v = [f64([1, 0]), f64([0, 1])];
  assertEquals(numbers(functional.vhp(scalarOf, [X, Y], v)), [19, [[6, 4], [2, 0]]]);
  assertEquals(numbers(functional.hvp(scalarOf, [X, Y], v)), [19, [[6, 4], [2, 0]]]);
  assertEquals(numbers(functional.hvp((x) => x.pow(3).sum(), X, f64([1, 1]))), [9, [6, 12]]);
});

Deno.test("strict: independence is an error instead of zeros", () => {
  const partial = (x: Tensor, y: Tensor): Tensor[] => [x.mul(2), x.mul(y)];
  assertThrows(() => functional.jacobian(partial, [X, Y], { strict: true }), GradError, "output 0 that does not");
  assertEquals(numbers(functional.jacobian((x: Tensor, _y: Tensor) => x.mul(2), [X, Y])), [[[2, 0], [0, 2]], [[0, 0], [
    0,
    0,
  ]]]);
  assertThrows(() => functional.vjp(partial, [X, Y], [X, Y], { strict: true }), GradError, "input 1");
  assertThrows(() => functional.jvp(partial, [X, Y], [X, Y], { strict: true }), GradError, "input 1");
  assertThrows(() => functional.jvp(() => X, Y, Y, { strict: true }), GradError, "strict");
  const linear = (x: Tensor): Tensor => x.mul(2).sum();
  for (const f of [functional.vhp, functional.hvp]) {
    assertThrows(() => f(linear, X, X, { strict: true }), GradError, "strict");
    assertEquals(numbers(f(linear, X, X)), [6, [0, 0]]);
  }
  assertThrows(() => functional.hessian(linear, X, { strict: true }), GradError, "strict");
  assertThrows(
    () => functional.jacobian((x) => x.mul(2), f64([1, 2], true), { strict: true, createGraph: true }),
    GradError,
    "jacobian of output 0",
  );
});

Deno.test("createGraph: results can be differentiated, otherwise they are cut off", () => {
  const x = f64([1, 2], true);
  const cube = (x: Tensor): Tensor => x.pow(3);
  const total = (x: Tensor): Tensor => x.pow(3).sum();
  assertEquals((functional.jacobian(cube, x) as Tensor).requiresGrad, false);
  const results = [
    functional.jacobian(cube, x, { createGraph: true }),
    functional.jacobian(cube, x, { createGraph: true, vectorize: true }),
    functional.vjp(cube, x, f64([1, 1]), { createGraph: true })[1],
    functional.jvp(cube, x, f64([1, 1]), { createGraph: true })[1],
  ];
  for (const result of results) assertEquals(numbers(autograd.grad((result as Tensor).sum(), [x])[0]), [6, 12]);
  for (const f of [functional.vhp, functional.hvp]) {
    const [, result] = f(total, x, f64([1, 1]), { createGraph: true });
    assertEquals(numbers(autograd.grad((result as Tensor).sum(), [x])[0]), [6, 6]);
  }
  const [again] = autograd.grad((functional.hessian(total, x, { createGraph: true }) as Tensor).sum(), [x]);
  assertEquals(numbers(again), [6, 6]);
});

Deno.test("functions nest in each other", () => {
  const inner = (x: Tensor): Tensor => functional.jacobian((y) => y.sin().mul(y), x, { createGraph: true }) as Tensor;
  const second = functional.jacobian(inner, f64(0.5)) as Tensor;
  assertAlmostEquals(second.item(), 2 * Math.cos(0.5) - 0.5 * Math.sin(0.5), 1e-14);
});

Deno.test("wrong calls are errors", () => {
  // A program without types may return anything.
  const text = (() => "x") as unknown as (x: Tensor) => Tensor;
  assertThrows(() => functional.jacobian(text, X), ArgumentError, "returns tensors");
  assertThrows(() => functional.jacobian((x) => x, X, { strategy: "forward-mode" }), ArgumentError, "vectorize: true");
  assertThrows(
    () => functional.jacobian((x) => x, X, { strategy: "forward" as never }),
    ArgumentError,
    'got "forward"',
  );
  assertThrows(() => functional.vjp(product, [X, Y], f64([1])), ShapeError, "[2]");
  assertThrows(() => functional.vjp(product, [X, Y]), GradError, "one element");
  assertThrows(() => functional.jvp(product, [X, Y], [X]), ArgumentError, "2 tensors");
});
