/**
 * Implicit differentiation: derivatives of the solution of an equation, whatever way it was found.
 *
 * @module
 */
import { sub } from "../ops/binary.ts";
import { eye, zerosLike } from "../ops/creation.ts";
import { solve as solveDense } from "../ops/linalg/solve.ts";
import { expand, reshape, transpose } from "../ops/shape.ts";
import { neg } from "../ops/unary.ts";
import { apply } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, DTypeError, GradError, ShapeError } from "../tensor/errors.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import type { MaybeTensor, Op, RuleContext } from "../tensor/op.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { leavesOf, unflatten } from "../tensor/tree.ts";
import { jvp } from "./jvp.ts";
import type { LinearMap, LinearSolver } from "./krylov.ts";
import { trace } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** Options of {@linkcode customRoot}. */
export interface CustomRootOptions {
  /**
   * How the derivatives solve with the Jacobian of the residual and its transpose: "dense" makes the matrix and takes its LU
   * decomposition, `conjugateGradient()`, `gmres()` or any function like them only multiply by it. Default: "dense".
   */
  linearSolve?: "dense" | LinearSolver;
}

/** An equation residual(x, params) = 0 with the params as a flat list, and a way to solve it. */
interface RootProblem {
  residual(x: Tensor, params: readonly Tensor[]): Tensor;
  solve(init: Tensor, params: readonly Tensor[]): Tensor;
  /** The same equation for many samples at once; the params with a true flag have the sample as their axis 0. */
  batch(size: number, flags: readonly boolean[], params: readonly Tensor[]): { problem: RootProblem; params: Tensor[] };
  readonly linearSolve: "dense" | LinearSolver;
}

/** The solution as an op of (init, ...params). Rules follow from d residual = 0: J_x dx = -J_p dp. */
const rootOp: Op<RootProblem> = {
  name: "customRoot",
  gradName: "CustomRoot",
  kind: "kernel",
  shape: ([init]) => {
    if (isFloating(init.dtype)) return { shape: init.shape, dtype: init.dtype };
    throw new DTypeError(`customRoot: expected a floating-point init, got ${init.dtype}; convert with float()`);
  },
  run: (backend, [init, ...params], [out], problem) => {
    const x = withGradMode("disabled", () => problem.solve(init, params));
    checkSolution(x, out);
    backend.copy(x, out);
  },
  rules: "full",
  saves: { inputs: "all", outputs: [0] },
  vjp: (c, [g]) => {
    const { x, params, residualOf } = linearise(c);
    const wanted = params.flatMap((_, i) => c.needs(i + 1) ? [i] : []);
    const adjoint = solveLinear(c.params, transposedMap, neg(g!), x, params);
    const push = (...some: Tensor[]): Tensor => residualOf(some, wanted);
    const traced = trace("customRoot", push, wanted.map((i) => params[i]), false);
    const pulled = traced.close(traced.pull([adjoint], false));
    const gradients: MaybeTensor[] = [null, ...params.map(() => null)];
    wanted.forEach((i, at) => gradients[i + 1] = pulled[at]);
    return gradients;
  },
  jvp: (c, [, ...tangents]) => {
    const { x, params, residualOf } = linearise(c);
    const moved = tangents.flatMap((t, i) => t === null ? [] : [i]);
    if (moved.length === 0) return [null];
    const push = (...some: Tensor[]): Tensor => residualOf(some, moved);
    const pushed = jvp(push, moved.map((i) => params[i]), moved.map((i) => tangents[i]!))[1] as Tensor;
    return [solveLinear(c.params, forwardMap, neg(pushed), x, params)];
  },
  batch: (size, [initBatched, ...flags], [init, ...params], problem) => {
    const many = problem.batch(size, flags, params);
    return apply(rootOp, [initBatched ? init : expand(init, [size, ...init.shape]), ...many.params], many.problem);
  },
  samples: () => [],
};

function checkSolution(x: unknown, { shape, dtype }: Tensor): asserts x is Tensor {
  if (!(x instanceof Tensor)) throw new ArgumentError(`customRoot: expected a solver that returns a tensor, got ${x}`);
  if (!sameShape(x.shape, shape) || x.dtype !== dtype) {
    throw new ShapeError(
      `customRoot: expected a solution like init, ${dtype} of shape ${formatShape(shape)}, got ${x.dtype} of shape ` +
        formatShape(x.shape),
    );
  }
  if (x.level !== null) {
    throw new GradError(
      `customRoot: expected a solver that depends on its arguments only, got a solution with a derivative of ` +
        `${x.level.transform} from outside; pass everything that it is differentiated by as a parameter`,
    );
  }
}

/** The equation at a solution, as a function of some of the params. */
function linearise(c: RuleContext<RootProblem>): {
  x: Tensor;
  params: Tensor[];
  residualOf: (some: readonly Tensor[], which: readonly number[]) => Tensor;
} {
  const x = c.output();
  const params = Array.from({ length: c.arity - 1 }, (_, i) => c.input(i + 1));
  const residualOf = (some: readonly Tensor[], which: readonly number[]): Tensor => {
    const all = [...params];
    which.forEach((i, at) => all[i] = some[at]);
    return checkedResidual(c.params, x, all);
  };
  return { x, params, residualOf };
}

function checkedResidual(problem: RootProblem, x: Tensor, params: readonly Tensor[]): Tensor {
  const value = problem.residual(x, params);
  if (!(value instanceof Tensor)) {
    throw new ArgumentError(`customRoot: expected a residual function that returns a tensor, got ${String(value)}`);
  }
  if (sameShape(value.shape, x.shape)) return value;
  throw new ShapeError(
    `customRoot: expected one residual per unknown, shape ${formatShape(x.shape)}, got ${formatShape(value.shape)}`,
  );
}

/**
 * Gives `use` a linear map that a problem has at a point: products with the Jacobian of its residual, or with the transpose,
 * for as long as it runs.
 */
type MapAt = (
  problem: RootProblem,
  x: Tensor,
  params: readonly Tensor[],
  use: (map: LinearMap) => Tensor,
) => Tensor;

const forwardMap: MapAt = (problem, x, params, use) =>
  use((v) => jvp((y: Tensor) => checkedResidual(problem, y, params), [x], [v])[1]);

const transposedMap: MapAt = (problem, x, params, use) => {
  const traced = trace("customRoot", (y: Tensor) => checkedResidual(problem, y, params), [x], false);
  return traced.close(use((v) => traced.pull([v], true)[0]));
};

/**
 * z with map(z) = b. A dense solution is made of ops and differentiates as they do; an iterative one is the root of
 * map(z) - b, so that its derivatives are again linear systems instead of those of its iterations.
 */
function solveLinear(problem: RootProblem, mapAt: MapAt, b: Tensor, x: Tensor, params: readonly Tensor[]): Tensor {
  const { linearSolve } = problem;
  if (linearSolve === "dense") {
    const n = b.numel;
    const basis = reshape(eye(n, n, { dtype: b.dtype, device: b.device }), [n, ...b.shape]);
    const images = mapAt(problem, x, params, (map) => vmap(map)(basis));
    // The images of the basis are the columns.
    const matrix = transpose(reshape(images, [n, n]), 0, 1);
    return reshape(solveDense(matrix, reshape(b, [n])), b.shape);
  }
  return apply(rootOp, [zerosLike(b), b, x, ...params], linearProblem(problem, mapAt, linearSolve));
}

function linearProblem(problem: RootProblem, mapAt: MapAt, linearSolve: LinearSolver): RootProblem {
  return {
    residual: (z, [b, x, ...params]) => sub(mapAt(problem, x, params, (map) => map(z)), b),
    solve: (_, [b, x, ...params]) => mapAt(problem, x, params, (map) => linearSolve(map, b)),
    // The systems of all samples are one with a block per sample, on which the solver can look at numbers.
    batch: (size, flags, params) => ({
      problem: linearProblem(
        { ...problem, residual: vectorised(problem.residual, flags.slice(2)) },
        mapAt,
        linearSolve,
      ),
      params: params.map((p, i) => i > 1 || flags[i] ? p : expand(p, [size, ...p.shape])),
    }),
    linearSolve,
  };
}

type FlatFunction = (x: Tensor, params: readonly Tensor[]) => Tensor;

function vectorised(f: FlatFunction, flags: readonly boolean[]): FlatFunction {
  const mapped = vmap((x: Tensor, ...params: Tensor[]) => f(x, params), {
    inDims: [0, ...flags.map((flag) => flag ? 0 : null)],
  });
  return (x, params) => mapped(x, ...params);
}

/**
 * A function of (init, ...params) that gives the x for which `residual(x, ...params)` is zero, found by
 * `solve(init, ...params)`. Its derivatives come from the implicit function theorem: J_x dx = -J_p dp with the Jacobians of
 * the residual at the solution. They do not go through the steps of the solver, which may stop where it likes, look at
 * numbers and work in place; they are as accurate as its solution.
 *
 * Works under every transform and to any order. Under vmap the solver is mapped and must not look at numbers. The init has
 * no derivative, and neither has anything that the functions use without being passed it.
 *
 * ```ts
 * import { type Tensor, tensor } from "@dualtape/dualtape";
 * import * as func from "@dualtape/dualtape/func";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const residual = (x: Tensor, a: Tensor): Tensor => x.square().sub(a);
 * const newton = (x: Tensor, a: Tensor): Tensor => {
 *   while (x.square().sub(a).abs().item() > 1e-14) x = x.add(a.div(x)).div(2);
 *   return x;
 * };
 * const root = func.customRoot(residual, newton);
 * const [one, a] = [tensor(1, { dtype: "float64" }), tensor(4, { dtype: "float64" })];
 * const slope = func.grad((a: Tensor) => root(one, a))(a) as Tensor;
 * assertAlmostEquals(slope.item(), 1 / 4, 1e-12);
 * ```
 *
 * @param residual A function of the unknown, a tensor, and trees of params; it returns a tensor of the shape of the unknown.
 * @param solve Called with plain tensors and recording off; returns a tensor like `init`.
 * @throws ArgumentError for an unknown `linearSolve`.
 */
export function customRoot(
  residual: (x: Tensor, ...params: never[]) => Tensor,
  solve: (init: Tensor, ...params: never[]) => Tensor,
  options: CustomRootOptions = {},
): (init: Tensor, ...params: unknown[]) => Tensor {
  const { linearSolve = "dense" } = options;
  if (linearSolve !== "dense" && typeof linearSolve !== "function") {
    throw refused("customRoot", 'linearSolve "dense" or a function', linearSolve);
  }
  return (init, ...params) => {
    // Neither function is constrained in the types of its params, which have the structure of those given here.
    const flat = (f: (x: Tensor, ...params: never[]) => Tensor): FlatFunction => (x, leaves) =>
      (f as (...args: readonly unknown[]) => Tensor)(x, ...unflatten(params, leaves));
    return apply(rootOp, [init, ...leavesOf(params)], nonlinearProblem(flat(residual), flat(solve), linearSolve));
  };
}

function nonlinearProblem(
  residual: FlatFunction,
  solve: FlatFunction,
  linearSolve: RootProblem["linearSolve"],
): RootProblem {
  return {
    residual,
    solve,
    batch: (_size, flags, params) => ({
      problem: nonlinearProblem(vectorised(residual, flags), vectorised(solve, flags), linearSolve),
      params: [...params],
    }),
    linearSolve,
  };
}
