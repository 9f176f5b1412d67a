/**
 * The functional transforms: options, trees, errors, and modules as functions.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ArgumentError,
  autograd,
  func,
  manualSeed,
  nn,
  noGrad,
  ones,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  VmapError,
  zeros,
} from "../mod.ts";

const f64 = (values: Parameters<typeof tensor>[0], requiresGrad = false): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad });
const numbers = (x: unknown): unknown => (x as Tensor).toArray();

Deno.test("grad: argument numbers, trees and auxiliary values", () => {
  const f = (x: Tensor, y: { a: Tensor; b: Tensor[] }): Tensor => x.mul(y.a).add(y.b[0].mul(3)).sum();
  const x = f64([1, 2]);
  const y = { a: f64([3, 4]), b: [f64(5)] };
  assertEquals(numbers(func.grad(f)(x, y)), [3, 4]);
  const second = func.grad(f, { argnums: -1 })(x, y);
  assertEquals([numbers(second.a), numbers(second.b[0])], [[1, 2], 6]);
  const [first, tree] = func.grad(f, { argnums: [0, 1] })(x, y);
  assertEquals([numbers(first), numbers(tree.a)], [[3, 4], [1, 2]]);
  assertEquals(func.grad(f, { argnums: [0] })(x, y).length, 1);
  const withAux = (x: Tensor): [Tensor, { seen: Tensor }] => [x.sum(), { seen: x.mul(10) }];
  const [gradient, aux] = func.grad(withAux, { hasAux: true })(x);
  assertEquals([numbers(gradient), numbers(aux.seen)], [[1, 1], [10, 20]]);
  const [, [value]] = func.gradAndValue(withAux, { hasAux: true })(x);
  assertEquals(value.item(), 3);
  assertThrows(() => func.grad(f, { argnums: 2 })(x, y), ArgumentError, "argnums");
  assertThrows(() => func.grad((x: Tensor) => x.mul(2))(x), Error, "sum()");
  assertThrows(() => func.grad((x: Tensor) => x.sum(), { hasAux: true })(x), ArgumentError, "aux");
});

Deno.test("linearize runs the function once and pushes tangents as jvp does", () => {
  let runs = 0;
  const f = (x: Tensor, y: Tensor): { s: Tensor; p: Tensor; c: Tensor } => {
    runs++;
    return { s: x.sin().mul(y), p: x.sum(), c: f64([7]) };
  };
  const x = f64([0.5, 1]);
  const y = f64([2, 3]);
  const [out, push] = func.linearize(f, x, y);
  assertEquals(runs, 1);
  for (const tangents of [[f64([1, 0]), f64([0, 1])], [f64([0.5, -2]), f64([3, 4])]]) {
    const expected = func.jvp(f, [x, y], tangents)[1];
    const got = push(...tangents);
    const flat = ({ s, p }: ReturnType<typeof f>): number[] => [...numbers(s) as number[], p.item()];
    flat(got).forEach((value, i) => assertAlmostEquals(value, flat(expected)[i], 1e-15));
    assertEquals(numbers(got.c), [0]);
  }
  assertEquals(runs, 3);
  assertEquals(numbers(out.c), [7]);
  assertThrows(() => push(x), ArgumentError, "2 tangents");
  assertThrows(() => push(f64([1]), y), ShapeError, "[2]");
  const basis = f64([[1, 0], [0, 1]]);
  const rows = func.vmap((t: Tensor) => push(t, zeros([2], { dtype: "float64" })).p)(basis);
  assertEquals(numbers(rows), [1, 1]);
});

Deno.test("jvp checks tangents and may insist on dependence", () => {
  const x = f64([1, 2]);
  assertThrows(() => func.jvp((x: Tensor) => x, [x], [f64([1])]), ShapeError, "[2]");
  assertThrows(() => func.jvp((x: Tensor) => x, [x], []), ArgumentError, "one tangent");
  assertEquals(numbers(func.jvp(() => f64([5]), [x], [x])[1]), [0]);
  assertThrows(() => func.jvp(() => f64([5]), [x], [x], { strict: true }), ArgumentError, "strict");
  const [, , aux] = func.jvp((x: Tensor) => [x, x.mul(2)], [x], [x], { hasAux: true });
  assertEquals(numbers(aux), [2, 4]);
});

Deno.test("jvp does not switch recording on", () => {
  const w = f64([2, 3], true);
  const f = (x: Tensor): Tensor => w.mul(2).mul(x);
  const [, tangent] = noGrad(() => func.jvp(f, [f64([1, 1])], [f64([1, 0])]));
  assertEquals(tangent.requiresGrad, false);
});

Deno.test("vjp: trees of outputs, hasAux, wrong cotangents", () => {
  const x = f64([1, 2]);
  const f = (x: Tensor): unknown => ({ a: x.mul(2), b: [x.sum(), null] });
  const [, pull] = func.vjp(f, x);
  assertEquals(numbers(pull({ a: f64([1, 0]), b: [f64(10), null] })[0]), [12, 10]);
  assertThrows(() => pull(f64([1, 0])), ArgumentError, "2 cotangents");
  assertThrows(() => pull({ a: f64([1]), b: [f64(10)] }), ShapeError, "[2]");
  const [, , aux] = func.vjp((x: Tensor) => [x.sum(), x.mul(3)], x, { hasAux: true });
  assertEquals(numbers(aux), [3, 6]);
});

Deno.test("vmap: axes in and out, nested in trees, negative, null", () => {
  const x = f64([[1, 2, 3], [4, 5, 6]]);
  const double = (x: Tensor): Tensor => x.mul(2);
  assertEquals(numbers(func.vmap(double, { inDims: 1 })(x)), [[2, 8], [4, 10], [6, 12]]);
  assertEquals(numbers(func.vmap(double, { inDims: -1, outDims: -1 })(x)), [[2, 4, 6], [8, 10, 12]]);
  const dot = (a: Tensor, b: { w: Tensor; c: Tensor }): { y: Tensor; z: Tensor } => ({
    y: a.mul(b.w).sum(),
    z: a.add(b.c),
  });
  const args = { w: f64([1, 1, 1]), c: f64([[1, 2], [1, 2], [1, 2]]) };
  const out = func.vmap(dot, { inDims: [0, { w: null, c: 1 }], outDims: { y: 0, z: 1 } })(x, args);
  assertEquals([numbers(out.y), numbers(out.z)], [[6, 15], [[2, 6], [3, 7], [4, 8]]]);
  const shared = func.vmap((a: Tensor) => [a.sum(), f64(5)], { outDims: [0, null] })(x);
  assertEquals([numbers(shared[0]), numbers(shared[1])], [[6, 15], 5]);
  assertEquals(numbers(func.vmap(() => f64(5))(x)), [5, 5]);
});

Deno.test("vmap: chunks give what one piece gives, along any axis", () => {
  const x = f64([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]);
  const f = (x: Tensor): [Tensor, Tensor] => [x.mul(x), f64(1)];
  const whole = func.vmap(f, { outDims: [1, null] })(x);
  for (const chunkSize of [1, 2, 5, 9]) {
    const chunked = func.vmap(f, { outDims: [1, null], chunkSize })(x);
    assertEquals([numbers(chunked[0]), numbers(chunked[1])], [numbers(whole[0]), 1]);
  }
});

Deno.test("vmap: random numbers are refused, different or the same, as asked", () => {
  const x = zeros([4, 2]);
  const f = (x: Tensor): Tensor => x.add(randn([2]));
  assertThrows(() => func.vmap(f)(x), VmapError, 'randomness: "different"');
  const rows = numbers(func.vmap(f, { randomness: "different" })(x)) as number[][];
  assertEquals(new Set(rows.map(String)).size, 4);
  for (const chunkSize of [undefined, 1, 3]) {
    manualSeed(1);
    const same = numbers(func.vmap(f, { randomness: "same", chunkSize })(x)) as number[][];
    assertEquals(new Set(same.map(String)).size, 1, `chunkSize ${chunkSize}`);
  }
  const nested = (x: Tensor): Tensor => func.vmap((y: Tensor) => y.add(randn([])), { randomness: "same" })(x);
  const table = numbers(func.vmap(nested, { randomness: "different" })(x)) as number[][];
  assert(table.every(([a, b]) => a === b));
  assertNotEquals(table[0][0], table[1][0]);
});

Deno.test("vmap: errors name the cure", () => {
  const x = ones([2, 3]);
  const f = (...xs: Tensor[]): Tensor => xs[0];
  assertThrows(() => func.vmap(f, { inDims: 2 })(x), Error, "dim in [-2, 1]");
  assertThrows(() => func.vmap(f)(x, ones([3])), ShapeError, "one size");
  assertThrows(() => func.vmap(f, { inDims: null })(x), ArgumentError, "at least one");
  assertThrows(() => func.vmap(f)(tensor(1)), ShapeError, "0-d");
  assertThrows(() => func.vmap(f, { inDims: [0] })(x, x), ArgumentError, "structure");
  assertThrows(() => func.vmap(f, { outDims: null })(x), ArgumentError, "outDims is null");
  assertThrows(() => func.vmap(f, { outDims: [0, 0] })(x), ArgumentError, "structure");
  assertThrows(() => func.vmap(f, { chunkSize: 0 }), ArgumentError, "chunkSize");
  assertThrows(() => func.vmap(() => 1)(x), ArgumentError, "returns tensors");
});

Deno.test("jacrev and jacfwd agree on trees, argument numbers, chunks and auxiliary values", () => {
  const x = f64([1, 2]);
  const y = { w: f64([[3, 4]]) };
  const f = (x: Tensor, y: { w: Tensor }): [{ p: Tensor }, Tensor] => [{ p: x.mul(y.w).square() }, x.sum()];
  for (const chunkSize of [undefined, 1, 2]) {
    const ways = [func.jacrev, func.jacfwd].map((jacobian) =>
      jacobian(f, { argnums: [0, -1], hasAux: true, chunkSize })(x, y)
    );
    for (const [jacobian, aux] of ways) {
      assertEquals(aux.item(), 3);
      assertEquals([jacobian.p[0].shape, jacobian.p[1].w.shape], [[1, 2, 2], [1, 2, 1, 2]]);
      assertEquals(numbers(jacobian.p[0]), [[[18, 0], [0, 64]]]);
      assertEquals(numbers(jacobian.p[1].w), [[[[6, 0]], [[0, 32]]]]);
    }
  }
  assertEquals(numbers(func.jacrev((x: Tensor) => x.sum())(f64(3))), 1);
});

Deno.test("hessian: blocks by argument, auxiliary values, chunks", () => {
  const f = (x: Tensor, y: Tensor): [Tensor, Tensor] => [x.mul(x).mul(y).sum(), x];
  const [blocks, aux] = func.hessian(f, { argnums: [0, 1], hasAux: true, chunkSize: 1 })(f64([1, 2]), f64([3, 4]));
  assertEquals(blocks.map((row: Tensor[]) => row.map(numbers)), [
    [[[6, 0], [0, 8]], [[2, 0], [0, 4]]],
    [[[2, 0], [0, 4]], [[0, 0], [0, 0]]],
  ]);
  assertEquals(numbers(aux), [1, 2]);
});

/** A module with a nested part, a shared parameter and a buffer. */
class Net extends nn.Module {
  first: nn.Linear = new nn.Linear(2, 3, { dtype: "float64" });
  parts: nn.Sequential = new nn.Sequential(new nn.Tanh(), new nn.Linear(3, 2, { dtype: "float64" }));
  tied: nn.Parameter = this.first.weight;
  declare scale: Tensor;

  constructor() {
    super();
    this.registerBuffer("scale", f64([2]));
  }

  override forward(x: Tensor): Tensor {
    return this.parts.call(this.first.call(x)).mul(this.scale).add(this.tied.sum());
  }
}

const stateOf = (module: nn.Module): Record<string, Tensor> =>
  Object.fromEntries(module.namedParameters().map(([name, p]) => [name, p.detach().clone()]));

Deno.test("functionalCall replaces parameters and buffers for one call, shared ones everywhere", () => {
  const net = new Net();
  const own = net.namedParameters();
  const x = f64([1, -1]);
  const params = stateOf(net);
  const expected = numbers(net.call(x));
  assertEquals(numbers(func.functionalCall(net, params, x)), expected);
  const zeroed = Object.fromEntries(own.map(([name, p]) => [name, zeros(p.shape, { dtype: "float64" })]));
  assertEquals(numbers(func.functionalCall(net, zeroed, x)), [0, 0]);
  const doubled = func.functionalCall(net, [{}, { scale: f64([4]) }], x).sub(net.tied.sum());
  const single = net.call(x).sub(net.tied.sum());
  assertEquals(numbers(doubled), (numbers(single) as number[]).map((v) => 2 * v));
  assertEquals(numbers(net.call(x)), expected);
  own.forEach(([, p], i) => assertStrictEquals(net.namedParameters()[i][1], p));
  assertThrows(() => func.functionalCall(net, { "first.wieght": x }, x), ArgumentError, "first.weight");
});

Deno.test("functionalCall restores the module after a throw", () => {
  const net = new Net();
  const before = net.first.weight;
  assertThrows(() => func.functionalCall(net, stateOf(net), ones([7], { dtype: "float64" })), Error);
  assertStrictEquals(net.first.weight, before);
});

Deno.test("gradients and Jacobians with respect to parameters; per-sample gradients", () => {
  const net = new Net();
  const params = stateOf(net);
  const loss = (p: Record<string, Tensor>, x: Tensor): Tensor => func.functionalCall(net, p, x).square().sum();
  const batch = f64([[1, 2], [3, 4], [-1, 0.5]]);
  const each = func.vmap(func.grad(loss), { inDims: [null, 0] })(params, batch);
  net.zeroGrad();
  net.call(batch).square().sum().backward();
  for (const [name, parameter] of net.namedParameters()) {
    const summed = each[name].sum(0).reshape(-1).toArray() as number[];
    (parameter.grad!.reshape(-1).toArray() as number[]).forEach((g, i) => assertAlmostEquals(summed[i], g, 1e-10));
  }
  assertEquals(func.jacrev((p: typeof params) => func.functionalCall(net, p, batch))(params)["first.bias"].shape, [
    3,
    2,
    3,
  ]);
});

Deno.test("makeFunctionalWithBuffers gives copies and a function of them", () => {
  const net = new Net();
  const [f, params, buffers] = func.makeFunctionalWithBuffers(net);
  const x = f64([1, 2]);
  assertEquals(numbers(f(params, buffers, x)), numbers(net.call(x)));
  assertEquals([params.length, buffers.length], [4, 1]);
  assert(params.every((p) => p.requiresGrad && p.isLeaf && !buffers[0].requiresGrad));
  f(params, buffers, x).sum().backward();
  assert(params.every((p) => p.grad !== null));
  assertEquals(net.first.weight.grad, null);
  assertThrows(() => f(params.slice(1), buffers, x), ArgumentError, "4 parameters");
});

Deno.test("stackModuleState makes an ensemble", () => {
  const nets = [new Net(), new Net(), new Net()];
  const [params, buffers] = func.stackModuleState(nets);
  assertEquals([params["parts.1.weight"].shape, buffers.scale.shape], [[3, 2, 3], [3, 1]]);
  assert(params["parts.1.weight"].requiresGrad && params["parts.1.weight"].isLeaf);
  const x = f64([1, 2]);
  const one = (p: Record<string, Tensor>, b: Record<string, Tensor>): Tensor => func.functionalCall(nets[0], [p, b], x);
  const all = func.vmap(one)(params, buffers);
  nets.forEach((net, i) => {
    const expected = numbers(net.call(x)) as number[];
    (numbers(all.select(0, i)) as number[]).forEach((v, k) => assertAlmostEquals(v, expected[k], 1e-12));
  });
  all.sum().backward();
  assertEquals(params["parts.1.weight"].grad!.shape, [3, 2, 3]);
  assertThrows(() => func.stackModuleState([]), ArgumentError, "at least one");
  assertThrows(() => func.stackModuleState([new Net(), new Net().eval()]), ArgumentError, "training");
});

Deno.test("types of results follow the function and its arguments", () => {
  const x = f64([1, 2]);
  const scaled = (x: Tensor, { by }: { by: Tensor }) => ({ y: x.mul(by) });
  const withAux = (x: Tensor): [Tensor, { seen: Tensor }] => [x.sum(), { seen: x.mul(10) }];
  // No result needs a cast: the assignments are what is tested, by the type checker.
  const [output, pull] = func.vjp(scaled, x, { by: x });
  const [ofX, { by }]: [Tensor, { by: Tensor }] = pull({ y: x });
  const [{ y }, { y: tangent }]: [{ y: Tensor }, { y: Tensor }] = func.jvp(scaled, [x, { by: x }], [x, { by: x }]);
  const [sum, , { seen }] = func.vjp(withAux, x, { hasAux: true });
  const [, slope, { seen: again }] = func.jvp(withAux, [x], [x], { hasAux: true });
  const [linear, push] = func.linearize(scaled, x, { by: x });
  const mapped: { y: Tensor } = func.vmap(scaled)(x, { by: x });
  const [product]: [Tensor] = func.hvp((x: Tensor) => x.square().sum(), [x], [x]);
  const [value, gradient] = autograd.functional.vjp((x: Tensor) => x.square(), x, x);
  assertEquals([output.y, y, linear.y, mapped.y, value].map(numbers), new Array(5).fill([1, 4]));
  assertEquals([ofX, by].map(numbers), new Array(2).fill([1, 4]));
  assertEquals([tangent, push(x, { by: x }).y, product, gradient].map(numbers), [[2, 8], [2, 8], [2, 4], [2, 8]]);
  assertEquals([sum, seen, slope, again].map(numbers), [3, [10, 20], 3, [10, 20]]);
});

Deno.test("a tangent may lie in memory in another way than its primal, also where the primal is viewed", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  const direction = tensor([[1, 4], [2, 5], [3, 6]]).T;
  const flat = (x: Tensor): Tensor => x.reshape(6).square();
  const [, tangent] = func.jvp(flat, [x], [direction]);
  assertEquals((tangent as Tensor).toArray(), [2, 8, 18, 32, 50, 72]);
  const [product] = func.hvp((x: Tensor) => x.flatten().pow(3).sum(), [x], [direction]);
  assertEquals((product as Tensor).toArray(), [[6, 24, 54], [96, 150, 216]]);
});
