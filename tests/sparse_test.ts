/**
 * Sparse Jacobians and Hessians against the dense ones, and patterns against the entries that are not zero.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { SparsityLevel } from "../autograd/sparsity.ts";
import { ADDING_OPS, ELEMENTWISE_OPS, MOVING_OPS } from "../autograd/sparsity_rules.ts";
import { bandedPattern as banded } from "../autograd/sparsity_pattern.ts";
import {
  ArgumentError,
  cat,
  DTypeError,
  eye,
  manualSeed,
  memory,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import * as func from "../func/mod.ts";
import { opTable } from "../ops/table.ts";
import { isFloating } from "../tensor/dtype.ts";
import { callsOf, describe, inputTensors, isDifferentiated, run } from "./ops/support.ts";

const f64 = (values: Parameters<typeof tensor>[0]): Tensor => tensor(values, { dtype: "float64" });

/** y_i = x_i^2 + sin(x_{i-1}) - x_i x_{i+1}. */
function tridiagonal(x: Tensor): Tensor {
  const n = x.shape[0];
  const edge = zeros([1], { dtype: x.dtype });
  const left = cat([edge, x.narrow(0, 0, n - 1)]);
  const right = cat([x.narrow(0, 1, n - 1), edge]);
  return x.square().add(left.sin()).sub(x.mul(right));
}

/** Sum of the Rosenbrock terms of neighbours. */
function rosenbrock(x: Tensor): Tensor {
  const n = x.shape[0];
  const [a, b] = [x.narrow(0, 0, n - 1), x.narrow(0, 1, n - 1)];
  return b.sub(a.square()).square().mul(100).add(a.neg().add(1).square()).sum();
}

function assertClose(actual: Tensor, expected: Tensor): void {
  assertEquals(actual.shape, expected.shape);
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  for (let i = 0; i < e.length; i++) assertAlmostEquals(a[i], e[i], 1e-12 * Math.max(1, Math.abs(e[i])));
}

function isPlace({ rowPointers, columns }: func.SparsityPattern, row: number, column: number): boolean {
  return columns.subarray(rowPointers[row], rowPointers[row + 1]).includes(column);
}

Deno.test("a tridiagonal map of 10,000 variables takes 3 colours and memory in proportion", () => {
  manualSeed(1);
  const n = 10_000;
  const x = randn([n], { dtype: "float64" });
  const pattern = func.bandedPattern(n, 1, 1);
  assertEquals(func.colorColumns(pattern).count, 3);
  assertEquals(func.jacobianPattern(tridiagonal, x), pattern);
  const before = memory().liveBytes;
  const jacobian = func.sparseJacobian(tridiagonal, { pattern })(x);
  assert(memory().liveBytes - before < 100 * 8 * n);
  assertEquals(jacobian.values.shape, [3 * n - 2]);
  const [at, values] = [x.dataSync(), jacobian.values.dataSync()];
  for (let row = 0; row < n; row++) {
    for (let place = jacobian.rowPointers[row]; place < jacobian.rowPointers[row + 1]; place++) {
      const column = jacobian.columns[place];
      const expected = column < row
        ? Math.cos(at[column])
        : column > row
        ? -at[row]
        : 2 * at[row] - (row + 1 < n ? at[row + 1] : 0);
      assertAlmostEquals(values[place], expected, 1e-12);
    }
  }
});

Deno.test("sparse Jacobians are the dense ones, by columns and by rows, whole and in chunks", () => {
  const x = f64([0.3, -0.8, 1.1, 0.2, 2, -1]);
  const maps: readonly ((x: Tensor) => Tensor)[] = [
    tridiagonal,
    (v) => v.reshape(2, 3).T.exp().sum(1),
    (v) => cat([v.sum().reshape(1), v.narrow(0, 1, 5).mul(v.narrow(0, 0, 1))]),
    (v) => v.reshape(3, 2).matmul(f64([[1, 2], [0, 1]])).flip(0).tril(),
    (v) => v.indexSelect(0, f64([5, 0, 0]).int()).square().sub(v.mean()),
    (v) => v.detach().mul(2),
    (v) => v.reshape(2, 3).softmax(1),
  ];
  for (const f of maps) {
    const dense = func.jacrev(f)(x) as Tensor;
    const expected = dense.reshape(f(x).numel, x.numel);
    for (const mode of ["forward", "reverse", "auto"] as const) {
      for (const chunkSize of [undefined, 2]) {
        assertClose(func.sparseJacobian(f, { mode, chunkSize })(x).toDense(), expected);
      }
    }
  }
});

Deno.test("the mode with fewer products is taken: an arrow needs rows for its long row, columns for its long column", () => {
  const n = 50;
  const arange = Array.from({ length: n }, (_, i) => i);
  const long = func.coordinatePattern([...arange, ...arange], [...arange, ...arange.map(() => 0)], [n, n]);
  assertEquals(func.colorColumns(long).count, 2);
  let runs = 0;
  const row = (x: Tensor): Tensor => {
    runs++;
    return cat([x.square().sum().reshape(1), x.narrow(0, 1, n - 1).sin()]);
  };
  manualSeed(2);
  const x = randn([n], { dtype: "float64" });
  const auto = func.sparseJacobian(row, { pattern: func.jacobianPattern(row, x), chunkSize: 1 });
  runs = 0;
  assertClose(auto(x).toDense(), func.jacrev(row)(x) as Tensor);
  // Once for the tape and once for jacrev; by columns it would be once for each of 50.
  assertEquals(runs, 2);
});

Deno.test("sparse Hessians are the dense ones", () => {
  manualSeed(3);
  const x = randn([12], { dtype: "float64" });
  assertEquals(func.hessianPattern(rosenbrock, x), func.bandedPattern(12, 1, 1));
  assertClose(func.sparseHessian(rosenbrock)(x).toDense(), func.hessian(rosenbrock)(x) as Tensor);
  const scaled = (y: Tensor, factor: Tensor): Tensor => rosenbrock(y.mul(factor));
  const factor = f64(2);
  const expected = func.hessian(scaled)(x, factor) as Tensor;
  assertClose(func.sparseHessian(scaled)(x, factor).toDense(), expected);
  const large = randn([10_000], { dtype: "float64" });
  assertEquals(func.sparseHessian(rosenbrock)(large).values.shape, [29_998]);
});

Deno.test("the values differentiate and batch", () => {
  const x = f64([0.3, -0.8, 1.1]);
  const pattern = func.bandedPattern(3, 1, 1);
  const sparse = func.sparseJacobian(tridiagonal, { pattern });
  const dense = func.jacfwd(tridiagonal);
  const trace = (y: Tensor): Tensor => sparse(y).toDense().exp().sum();
  assertClose(func.grad(trace)(x) as Tensor, func.grad((y: Tensor) => dense(y).exp().sum())(x) as Tensor);
  const points = f64([[1, 2, 3], [-1, 0.5, 4]]);
  assertClose(func.vmap((y: Tensor) => sparse(y).toDense())(points), func.vmap(dense)(points));
});

Deno.test("writes in place are followed", () => {
  const f = (x: Tensor): Tensor => {
    const y = x.mul(2);
    y.narrow(0, 0, 1).copy_(x.narrow(0, 2, 1).square());
    y.mul_(y);
    return y;
  };
  const x = f64([1, 2, 3]);
  assertClose(func.sparseJacobian(f)(x).toDense(), func.jacfwd(f)(x) as Tensor);
});

Deno.test("patterns never miss an entry, for every op of the table", () => {
  const names = new Set<string>();
  for (const op of opTable()) {
    if (op.rules === "none") continue;
    names.add(op.name);
    for (const call of callsOf(op, ["float64"])) {
      const inputs = inputTensors(call, 11);
      const numbers = inputs.flatMap((x, i) => isDifferentiated(op, i, x.dtype) ? [i] : []);
      const total = numbers.reduce((n, i) => n + inputs[i].numel, 0);
      const level = new SparsityLevel("test");
      let start = 0;
      const boxed = inputs.map((x, i) => {
        if (!numbers.includes(i)) return x;
        const identity = banded(x.numel, 0, 0);
        start += x.numel;
        return level.boxed(x, {
          ...identity,
          shape: [x.numel, total],
          columns: identity.columns.map((column) => column + start - x.numel),
        });
      });
      const patterns = run(op, boxed, call.sample.params).filter((out) => isFloating(out.dtype)).map((out) =>
        level.patternOf(out)
      );
      let column = 0;
      for (const n of numbers) {
        const f = (x: Tensor): Tensor[] =>
          run(op, inputs.with(n, x), call.sample.params).filter((out) => isFloating(out.dtype));
        for (const basis of eye(inputs[n].numel, inputs[n].numel, { dtype: "float64" })) {
          const tangents = func.jvp(f, [inputs[n]], [basis.reshape(inputs[n].shape)])[1] as Tensor[];
          tangents.forEach((tangent, o) =>
            tangent.dataSync().forEach((value, row) => {
              const pattern = patterns[o];
              const known = value === 0 || (pattern !== null && isPlace(pattern, row, column));
              assert(known, `${describe(call)}: element ${row} of output ${o}, input ${column}`);
            })
          );
          column++;
        }
      }
    }
  }
  for (const name of [...ELEMENTWISE_OPS, ...MOVING_OPS, ...ADDING_OPS]) assert(names.has(name), name);
});

Deno.test("coordinate patterns are sorted, and hold a repeated place once", () => {
  const { rowPointers, columns } = func.coordinatePattern([2, 0, 2, 2], [1, 3, 0, 1], [3, 4]);
  assertEquals([...rowPointers], [0, 1, 1, 3]);
  assertEquals([...columns], [3, 0, 1]);
});

Deno.test("errors name what is wrong", () => {
  const x = f64([1, 2, 3]);
  assertThrows(() => func.coordinatePattern([0], [3], [1, 3]), ArgumentError, "(0, 3)");
  assertThrows(() => func.coordinatePattern([0], [], [1, 3]), ArgumentError, "as many rows as columns");
  assertThrows(() => func.bandedPattern(3, -1, 0), ArgumentError, "lower");
  const wrong = func.sparseJacobian(tridiagonal, { pattern: func.bandedPattern(4, 1, 1) });
  assertThrows(() => wrong(x), ShapeError, "as many columns");
  const half = func.sparseJacobian((y: Tensor) => y.sum(), { pattern: func.bandedPattern(3, 1, 1) });
  assertThrows(() => half(x), ShapeError, "as many rows");
  const pattern = { ...func.bandedPattern(3, 1, 1), rowPointers: new Int32Array(3) };
  assertThrows(() => func.sparseJacobian(tridiagonal, { pattern }), ArgumentError, "row pointers");
  assertThrows(() => func.sparseJacobian(tridiagonal)(tensor([1, 2], { dtype: "int32" })), DTypeError, "float()");
  assertThrows(() => func.sparseJacobian((y: Tensor) => [y])(x), ArgumentError, "one tensor");
  for (const transform of [func.sparseJacobian, func.sparseHessian]) {
    const mode = "fwd" as "forward";
    assertThrows(
      () => transform(tridiagonal, { mode }),
      ArgumentError,
      'mode "forward", "reverse" or "auto", got "fwd"',
    );
  }
  const large = randn([10_000]);
  assertThrows(() => func.jacobianPattern((y: Tensor) => y.cumsum(0), large), ArgumentError, "cumsum");
});
