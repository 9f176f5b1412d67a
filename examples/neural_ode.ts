/**
 * A differential equation whose right side is a network, and two ways to the gradients of its solution: through the steps of
 * the solver, which keeps them all, and by the adjoint equation (Chen et al. 2018, "Neural Ordinary Differential Equations",
 * algorithm 1), which keeps nothing but the end point and goes back in time from there.
 *
 * Both are shown for an explicit method and for an implicit one, whose step is the root of an equation: Newton's method
 * finds it and func.customRoot differentiates it. In the end a network learns a spiral from a few of its points.
 *
 * @example
 * ```sh
 * deno run examples/neural_ode.ts
 * ```
 *
 * @module
 */
import {
  autograd,
  gradcheck,
  linalg,
  manualSeed,
  memory,
  noGrad,
  optim,
  randn,
  stack,
  type Tensor,
  tensor,
  tidy,
} from "../mod.ts";
import * as func from "../func/mod.ts";
import { compare, expect, section } from "./comparison.ts";

/** Weights of a field: for the network those of its two layers. */
type Weights = readonly Tensor[];

/** A right side: the derivative of the state, both [n]. */
type Field = (state: Tensor, weights: Weights) => Tensor;

/** What going one step back in time gives. */
interface StepBack {
  /** The state before the step. */
  readonly state: Tensor;
  /** The gradient with respect to it. */
  readonly adjoint: Tensor;
  /** What the step adds to the gradients with respect to the weights. */
  readonly gradients: readonly Tensor[];
}

/** A one-step method. */
interface Method {
  step(field: Field, state: Tensor, weights: Weights, h: number): Tensor;
  /** From the state behind a step and the gradient with respect to it. */
  stepBack(field: Field, state: Tensor, adjoint: Tensor, weights: Weights, h: number): StepBack;
}

/** What to solve and how; the first argument of a solver that is no tensor. */
interface Problem {
  readonly field: Field;
  readonly method: Method;
  readonly h: number;
  readonly steps: number;
}

/** One step of the classical Runge-Kutta method on a list of tensors. */
function rungeKuttaStep(slopes: (y: readonly Tensor[]) => Tensor[], y: readonly Tensor[], h: number): Tensor[] {
  const shifted = (k: readonly Tensor[], by: number): Tensor[] => y.map((x, i) => x.add(k[i].mul(by)));
  const k1 = slopes(y);
  const k2 = slopes(shifted(k1, h / 2));
  const k3 = slopes(shifted(k2, h / 2));
  const k4 = slopes(shifted(k3, h));
  return y.map((x, i) => x.add(k1[i].add(k2[i].mul(2)).add(k3[i].mul(2)).add(k4[i]).mul(h / 6)));
}

/** The value of `f`, and the products of a cotangent with its Jacobians by state and weights. */
function pullBack(f: Field, state: Tensor, weights: Weights, cotangent: Tensor): [Tensor, Tensor, Tensor[]] {
  const weighted = (y: Tensor, w: Weights): [Tensor, Tensor] => {
    const value = f(y, w);
    return [value.mul(cotangent).sum(), value];
  };
  const [[ofState, ofWeights], value] = func.grad(weighted, { argnums: [0, 1], hasAux: true })(state, weights);
  return [value, ofState, ofWeights];
}

/** Explicit; goes back along the equation of state y, adjoint a and gradient g: a' = -aᵀ df/dy, g' = -aᵀ df/dw. */
const rungeKutta: Method = {
  step: (field, state, weights, h) => rungeKuttaStep(([y]) => [field(y, weights)], [state], h)[0],
  stepBack: (field, state, adjoint, weights, h) => {
    const slopes = ([y, a]: readonly Tensor[]): Tensor[] => {
      const [slope, ofState, ofWeights] = pullBack(field, y, weights, a);
      return [slope, ofState.neg(), ...ofWeights.map((g) => g.neg())];
    };
    const augmented = [state, adjoint, ...weights.map((w) => w.mul(0))];
    const [before, adjointBefore, ...gradients] = rungeKuttaStep(slopes, augmented, -h);
    return { state: before, adjoint: adjointBefore, gradients };
  },
};

/** The middle m of an implicit midpoint step of `field` from y: m - y - (h / 2) f(m) = 0. */
function midpointResidual(field: Field, h: number): (middle: Tensor, y: Tensor, weights: Weights) => Tensor {
  return (middle, y, weights) => middle.sub(y).sub(field(middle, weights).mul(h / 2));
}

/** Newton's method for a residual whose first argument is the unknown. */
function newton<A extends unknown[]>(residual: (x: Tensor, ...params: A) => Tensor): typeof residual {
  return (init, ...params) => {
    let x = init;
    for (let i = 0; i < 20; i++) {
      const rest = residual(x, ...params);
      if (rest.abs().amax().item() <= 1e-14 * Math.max(1, x.abs().amax().item())) return x;
      x = x.sub(linalg.solve(func.jacfwd(residual)(x, ...params), rest));
    }
    throw new RangeError("newton: expected to converge within 20 iterations, got no root; take a smaller step");
  };
}

/**
 * Implicit: y1 = y0 + h f((y0 + y1) / 2), so y1 = 2 m - y0 with the middle m as a root. A step of -h undoes a step of h, so
 * the state before is found again to rounding, and the gradient goes through the step by the implicit function theorem.
 */
const implicitMidpoint: Method = {
  step: (field, state, weights, h) => {
    const residual = midpointResidual(field, h);
    const middle = func.customRoot(residual, newton(residual));
    return middle(state.detach(), state, weights).mul(2).sub(state);
  },
  stepBack: (field, state, adjoint, weights, h) => {
    const before = implicitMidpoint.step(field, state, weights, -h);
    const step: Field = (y, w) => implicitMidpoint.step(field, y, w, h);
    const [, ofState, ofWeights] = pullBack(step, before, weights, adjoint);
    return { state: before, adjoint: ofState, gradients: ofWeights };
  },
};

/** The state after all steps. Derivatives go through them. */
function odeint({ field, method, h, steps }: Problem, start: Tensor, weights: Weights): Tensor {
  let state = start;
  for (let i = 0; i < steps; i++) state = method.step(field, state, weights, h);
  return state;
}

/** {@linkcode odeint} by the adjoint method. */
class OdeintAdjoint extends autograd.Function {
  static forward(problem: Problem, start: Tensor, ...weights: Tensor[]): Tensor {
    const { field, method, h, steps } = problem;
    let state = start;
    for (let i = 0; i < steps; i++) {
      // The scope gives back what a step computed on the way; a state that is passed nobody needs again.
      const next = tidy(() => method.step(field, state, weights, h));
      if (i > 0) state.dispose();
      state = next;
    }
    return state;
  }

  static setupContext(ctx: autograd.FunctionContext, inputs: [Problem, Tensor, ...Tensor[]], end: Tensor): void {
    const [problem, , ...weights] = inputs;
    ctx.problem = problem;
    ctx.saveForBackward(end, ...weights);
  }

  @autograd.onceDifferentiable
  static backward(ctx: autograd.FunctionContext, cotangent: Tensor): (Tensor | null)[] {
    const { field, method, h, steps } = ctx.problem as Problem;
    const [end, ...weights] = ctx.savedTensors as Tensor[];
    let back: StepBack = { state: end, adjoint: cotangent, gradients: weights.map((w) => w.mul(0)) };
    for (let i = 0; i < steps; i++) {
      const { state, adjoint, gradients } = back;
      back = tidy(() => {
        const before = method.stepBack(field, state, adjoint, weights, h);
        return { ...before, gradients: before.gradients.map((g, j) => g.add(gradients[j])) };
      });
      // The cotangent and the end point belong to others, all else to the step before.
      for (const old of i === 0 ? gradients : [state, adjoint, ...gradients]) old.dispose();
    }
    return [null, back.adjoint, ...back.gradients];
  }
}

const odeintAdjoint = (problem: Problem, start: Tensor, weights: Weights): Tensor =>
  OdeintAdjoint.apply(problem, start, ...weights);

/** tanh(y³ w1 + b1) w2: cubes make the spiral easy to express. */
const network: Field = (state, [w1, b1, w2]) => state.pow(3).matmul(w1).add(b1).tanh().matmul(w2);

const options = { dtype: "float64" } as const;
const initialWeights = (hidden: number): Tensor[] =>
  [[2, hidden], [hidden], [hidden, 2]].map((shape) => randn(shape, options).mul(0.3).requiresGrad_());

function gradientChecks(): void {
  const start = tensor([1.2, -0.4], { ...options, requiresGrad: true });
  const weights = initialWeights(8);
  const target = tensor([0.3, 0.8], options);
  const inputs = [start, ...weights];
  // The adjoint equation is solved as accurately as the equation itself; the midpoint rule retraces its steps exactly.
  const methods: Record<string, [Method, number]> = {
    "Runge-Kutta": [rungeKutta, 1e-5],
    "implicit midpoint": [implicitMidpoint, 1e-11],
  };
  for (const [name, [method, tolerance]] of Object.entries(methods)) {
    section(`Gradients by start and weights: ${name}`);
    const problem: Problem = { field: network, method, h: 0.1, steps: 20 };
    const lossOf = (solve: typeof odeint) => (start: Tensor, ...weights: Tensor[]): Tensor =>
      solve(problem, start, weights).sub(target).square().sum();
    const [throughSteps, byAdjoint] = [odeint, odeintAdjoint].map((solve) =>
      autograd.grad(lossOf(solve)(...inputs as [Tensor, ...Tensor[]]), inputs)
    );
    compare("adjoint method against backpropagation through the steps", byAdjoint, throughSteps, tolerance);
    for (const [way, solve] of Object.entries({ "through the steps": odeint, "by the adjoint": odeintAdjoint })) {
      expect(
        `gradcheck against finite differences, ${way}`,
        gradcheck(lossOf(solve), inputs, { fastMode: true }),
        true,
      );
    }
    const directions = inputs.map((x) => randn(x.shape, options));
    const along = (eps: number): number =>
      noGrad(() => {
        const [y, ...w] = inputs.map((x, i) => x.add(directions[i].mul(eps)));
        return lossOf(odeint)(y, ...w).item();
      });
    const slope = byAdjoint.reduce((sum, g, i) => sum + g.mul(directions[i]).sum().item(), 0);
    compare("along a random direction against a difference", slope, (along(1e-5) - along(-1e-5)) / 2e-5, 1e-5);
  }

  section("One implicit step: by the implicit function theorem, and through Newton's iterations");
  const residual = midpointResidual(network, 0.1);
  const find = newton(residual);
  const root = func.customRoot(residual, find);
  const implicit = (y: Tensor, w: Tensor[]): Tensor => root(start.detach(), y, w).square().sum();
  const unrolled = (y: Tensor, w: Tensor[]): Tensor => find(start.detach(), y, w).square().sum();
  const gradientsOf = (f: typeof implicit): Tensor[] => {
    const [ofState, ofWeights] = func.grad(f, { argnums: [0, 1] })(start.detach(), weights.map((w) => w.detach()));
    return [ofState, ...ofWeights];
  };
  compare("gradients", gradientsOf(implicit), gradientsOf(unrolled), 1e-10);
}

/** The most bytes that live at any evaluation of the field during forward and backward pass, beyond those before. */
function peakBytes(solve: typeof odeint, method: Method, steps: number): number {
  const start = tensor([1.2, -0.4], options);
  const weights = initialWeights(64);
  const before = memory().liveBytes;
  let peak = 0;
  const field: Field = (state, weights) => {
    peak = Math.max(peak, memory().liveBytes - before);
    return network(state, weights);
  };
  tidy(() => solve({ field, method, h: 0.05, steps }, start, weights).square().sum().backward());
  return peak;
}

function memoryByLength(): void {
  for (const [name, method] of Object.entries({ "Runge-Kutta": rungeKutta, "implicit midpoint": implicitMidpoint })) {
    section(`Memory by the number of steps: ${name}`);
    const lengths = [10, 20, 40];
    const [throughSteps, byAdjoint] = [odeint, odeintAdjoint].map((solve) =>
      lengths.map((steps) => peakBytes(solve, method, steps))
    );
    const kib = (list: number[]): string => list.map((bytes) => (bytes / 1024).toFixed(1)).join(", ");
    console.log(`          KiB for ${lengths.join(", ")} steps: ${kib(throughSteps)} through them`);
    console.log(`          and ${kib(byAdjoint)} by the adjoint`);
    expect("through the steps it grows with them", throughSteps[2] > 3 * throughSteps[0], true);
    expect("by the adjoint it does not", byAdjoint[2] < 1.5 * byAdjoint[0], true);
  }
}

function learnSpiral(): void {
  section("Learning a spiral from ten of its points, by the adjoint");
  const spin = tensor([[-0.1, 2], [-2, -0.1]], options);
  /** States at ten times; between them the solver makes steps of its own. */
  const trajectory = (solve: typeof odeint, field: Field, weights: Weights): Tensor => {
    const problem: Problem = { field, method: rungeKutta, h: 0.02, steps: 5 };
    const states: Tensor[] = [];
    let state = tensor([2, 0], options);
    for (let i = 0; i < 10; i++) {
      state = solve(problem, state, weights);
      states.push(state);
    }
    return stack(states);
  };
  const points = trajectory(odeint, (state, [matrix]) => state.pow(3).matmul(matrix), [spin]);
  const weights = initialWeights(32);
  const optimizer = new optim.Adam(weights, { lr: 0.02 });
  const losses: number[] = [];
  for (let step = 0; step <= 100; step++) {
    optimizer.zeroGrad();
    const loss = trajectory(odeintAdjoint, network, weights).sub(points).square().mean();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
    if (step % 25 === 0) console.log(`          step ${step}: loss ${losses[step].toFixed(4)}`);
  }
  expect("the loss falls to less than a tenth", losses[100] < losses[0] / 10, true);
}

if (import.meta.main) {
  manualSeed(0);
  memoryByLength();
  gradientChecks();
  learnSpiral();
}
