/**
 * Taylor mode against nested forward mode and closed forms.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  EscapedTensorError,
  linalg,
  manualSeed,
  mul,
  nn,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zerosLike,
} from "../mod.ts";
import * as func from "../func/mod.ts";
import { opTable } from "../ops/table.ts";
import { isFloating } from "../tensor/dtype.ts";
import { callsOf, describe, distance, inputTensors, isDifferentiated, run } from "./ops/support.ts";

const f64 = (values: Parameters<typeof tensor>[0]): Tensor => tensor(values, { dtype: "float64" });
const scalar = (value: number): Tensor => f64(value);

/** f^(1) ... f^(order) along x(t) = sum of series_k t^k / k!, by jvp of jvp of ... */
function nested(f: (x: Tensor) => Tensor, x: Tensor, series: readonly Tensor[]): Tensor[] {
  const factorials = [1];
  for (let k = 1; k <= series.length; k++) factorials.push(k * factorials[k - 1]);
  const curve = (t: Tensor): Tensor =>
    f(series.reduce((sum, s, k) => add(sum, mul(s, t.pow(k + 1).div(factorials[k + 1]))), x));
  const derivatives: Tensor[] = [];
  let g = curve;
  for (let k = 1; k <= series.length; k++) {
    const before = g;
    g = (t) => func.jvp(before, [t], [scalar(1)])[1] as Tensor;
    derivatives.push(g(scalar(0)));
  }
  return derivatives;
}

function jetOf(f: (x: Tensor) => unknown, x: Tensor, series: readonly Tensor[]): [Tensor, Tensor[]] {
  return func.jet(f, [x], [series]) as [Tensor, Tensor[]];
}

/** The derivatives of a scalar function in direction 1. */
function derivatives(f: (x: Tensor) => Tensor, at: number, order: number): number[] {
  const series = Array.from({ length: order }, (_, k) => scalar(k === 0 ? 1 : 0));
  return jetOf(f, scalar(at), series)[1].map((x) => x.item());
}

function assertNear(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((a, i) => assertAlmostEquals(a, expected[i], tolerance * Math.max(1, Math.abs(expected[i]))));
}

Deno.test("elementary functions have their derivatives to order 6", () => {
  const at = 0.7;
  const powers = (p: number): number[] => {
    let factor = 1;
    return Array.from({ length: 6 }, (_, k) => (factor *= p - k) * at ** (p - k - 1));
  };
  const [sin, cos, e] = [Math.sin(at), Math.cos(at), Math.exp(at)];
  assertNear(derivatives((x) => x.exp(), at, 6), [e, e, e, e, e, e]);
  assertNear(derivatives((x) => x.sin(), at, 6), [cos, -sin, -cos, sin, cos, -sin]);
  assertNear(derivatives((x) => x.cos(), at, 6), [-sin, -cos, sin, cos, -sin, -cos]);
  assertNear(derivatives((x) => x.log(), at, 6), [1, -1, 2, -6, 24, -120].map((c, k) => c / at ** (k + 1)));
  assertNear(derivatives((x) => scalar(1).div(x), at, 6), powers(-1));
  assertNear(derivatives((x) => x.reciprocal(), at, 6), powers(-1));
  assertNear(derivatives((x) => x.sqrt(), at, 6), powers(0.5));
  assertNear(derivatives((x) => x.rsqrt(), at, 6), powers(-0.5));
  assertNear(derivatives((x) => x.pow(3.5), at, 6), powers(3.5));
  assertNear(derivatives((x) => x.pow(3), at, 6), [3 * at ** 2, 6 * at, 6, 0, 0, 0]);
  assertNear(derivatives((x) => x.mul(x).mul(x), at, 6), [3 * at ** 2, 6 * at, 6, 0, 0, 0]);
  assertNear(derivatives((x) => scalar(2).pow(x), at, 6), [1, 2, 3, 4, 5, 6].map((k) => Math.LN2 ** k * 2 ** at));
  assertNear(derivatives((x) => x.relu().add(x.floor()), at, 6), [1, 0, 0, 0, 0, 0]);
  const y = Math.tanh(at);
  assertNear(derivatives((x) => x.tanh(), at, 4), [
    1 - y ** 2,
    -2 * y * (1 - y ** 2),
    (6 * y ** 2 - 2) * (1 - y ** 2),
    (16 * y - 24 * y ** 3) * (1 - y ** 2),
  ]);
});

Deno.test("a network and a matrix solve agree with nested jvp to order 6", () => {
  manualSeed(9);
  const [w, v] = [randn([4, 4], { dtype: "float64" }).mul(0.5), randn([4, 4], { dtype: "float64" })];
  const fs: readonly ((x: Tensor) => Tensor)[] = [
    (x) => v.matmul(w.matmul(x).tanh()).softmax(0),
    (x) => linalg.solve(x.diag().add(w.matmul(w.T)).add(x.outer(x)), x.sin()),
    (x) => x.div(x.square().sum().add(1)).sigmoid().cumsum(0),
    (x) => nn.functional.gelu(nn.functional.layerNorm(x.outer(x.exp()), [4])).matmul(x),
    (x) => x.atan().mul(x.sinh()).logsumexp(0),
  ];
  const x = randn([4], { dtype: "float64" }).mul(0.5);
  const series = Array.from({ length: 6 }, () => randn([4], { dtype: "float64" }).mul(0.5));
  for (const f of fs) {
    const [value, actual] = jetOf(f, x, series);
    assertEquals(value.toArray(), f(x).toArray());
    nested(f, x, series).forEach((expected, k) => {
      assertNear([...actual[k].dataSync()], [...expected.dataSync()], 1e-8);
    });
  }
});

Deno.test("every op of the table agrees with nested jvp to order 3", () => {
  let calls = 0;
  for (const op of opTable()) {
    if (op.rules === "none") continue;
    const [call] = callsOf(op, ["float64"]);
    if (call === undefined) continue;
    const inputs = inputTensors(call, 12);
    const numbers = inputs.flatMap((x, i) => isDifferentiated(op, i, x.dtype) ? [i] : []);
    manualSeed(13);
    const series = numbers.map((i) =>
      Array.from({ length: 3 }, () => randn(inputs[i].shape, { dtype: "float64" }).mul(0.3))
    );
    const f = (...floats: Tensor[]): Tensor[] => {
      const full = [...inputs];
      numbers.forEach((n, i) => full[n] = floats[i]);
      return run(op, full, call.sample.params).filter((out) => isFloating(out.dtype));
    };
    const [, actual] = func.jet(f, numbers.map((i) => inputs[i]), series) as [Tensor[], Tensor[][]];
    const along = (o: number) => (t: Tensor): Tensor => {
      const [t2, t3] = [t.mul(t).div(2), t.mul(t).mul(t).div(6)];
      return f(
        ...numbers.map((n, i) =>
          inputs[n].add(series[i][0].mul(t)).add(series[i][1].mul(t2)).add(series[i][2].mul(t3))
        ),
      )[o];
    };
    for (let o = 0; o < actual[0].length; o++) {
      let g = along(o);
      for (let k = 0; k < 3; k++) {
        const before = g;
        g = (t) => func.jvp(before, [t], [scalar(1)])[1] as Tensor;
        const error = distance(actual[k][o].dataSync(), g(scalar(0)).dataSync());
        assert(error < 1e-9, `${describe(call)}: output ${o}, order ${k + 1}, error ${error}`);
        calls++;
      }
    }
  }
  assert(calls > 300);
});

Deno.test("trees, constants and several arguments", () => {
  const f = ({ a }: { a: Tensor }, [b]: [Tensor]): unknown => ({ product: a.mul(b), constant: scalar(5), a });
  const [output, series] = func.jet(f, [{ a: scalar(2) }, [scalar(3)]], [
    [{ a: scalar(1) }, { a: scalar(0) }],
    [[scalar(1)], [scalar(4)]],
  ]) as [Record<string, Tensor>, Record<string, Tensor>[]];
  const numbers = (tree: Record<string, Tensor>): number[] => Object.values(tree).map((x) => x.item());
  assertEquals(numbers(output), [6, 5, 2]);
  // (a b)' = a'b + ab', (a b)'' = a''b + 2a'b' + ab''.
  assertEquals(series.map(numbers), [[5, 0, 1], [10, 0, 0]]);
});

Deno.test("jets nest with the other transforms and with themselves", () => {
  const x = f64([0.3, -0.6]);
  const v = f64([1, 2]);
  const second = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => jetOf(f, x, [v, zerosLike(v)])[1][1];
  const f = (x: Tensor): Tensor => x.sin().prod().exp();
  const curvature = (x: Tensor): Tensor => (func.hvp(f, [x], [v]) as Tensor[])[0].mul(v).sum();
  assertAlmostEquals(second(f)(x).item(), curvature(x).item(), 1e-12);
  const gradients = [second(f), curvature].map((g) => [...(func.grad(g)(x) as Tensor).dataSync()]);
  assertNear(gradients[0], gradients[1], 1e-11);
  const ofGradient = second((x) => (func.grad(f)(x) as Tensor).mul(v).sum());
  const fourth = jetOf(f, x, [v, zerosLike(v), zerosLike(v), zerosLike(v)])[1];
  assertAlmostEquals(ofGradient(x).item(), fourth[2].item(), 1e-11);
  assertAlmostEquals(second(second(f))(x).item(), fourth[3].item(), 1e-10);
  const points = f64([[0.3, -0.6], [1, 0.2]]);
  const mapped = func.vmap(second(f))(points) as Tensor;
  assertNear([...mapped.dataSync()], [...points].map((p) => second(f)(p).item()), 1e-12);
  const rows = second((m) => func.vmap((row: Tensor) => row.square().mul(row))(m.outer(m)).sum())(x);
  assertAlmostEquals(rows.item(), second((m) => m.outer(m).pow(3).sum())(x).item(), 1e-11);
});

Deno.test("writes in place are followed", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.sin();
    y.narrow(0, 0, 1).mul_(x.narrow(0, 1, 1));
    return y.exp_();
  };
  const x = f64([0.4, 1.2]);
  const series = [f64([1, -1]), f64([0.5, 2]), f64([0, 1])];
  const [, actual] = jetOf(f, x, series);
  nested(f, x, series).forEach((e, k) => assertNear([...actual[k].dataSync()], [...e.dataSync()], 1e-11));
});

Deno.test("errors name what is wrong", () => {
  const x = f64([1, 2]);
  const f = (y: Tensor): Tensor => y.exp();
  assertThrows(() => func.jet(f, [x], [[]]), ArgumentError, "at least 1");
  assertThrows(() => func.jet(f, [x], []), ArgumentError, "none");
  assertThrows(() => func.jet(f, [x], [[x, f64([1])]]), ShapeError, "[1]");
  let kept: Tensor | null = null;
  func.jet((y: Tensor) => kept = y.mul(2), [x], [[x]]);
  assertThrows(() => kept!.add(1), EscapedTensorError, "jet");
});
