/**
 * A differential equation whose right side is a network, and two ways to its gradients: through the steps of the solver, and
 * by the adjoint equation (Chen et al. 2018, algorithm 1), which keeps nothing but the end point.
 *
 * The network learns a spiral from its points. Prints how far the two gradients are apart, and the loss while it learns.
 *
 * @example
 * ```sh
 * deno run examples/neural_ode.ts
 * ```
 *
 * @module
 */
import { func, manualSeed, noGrad, optim, randn, stack, type Tensor, tensor } from "../mod.ts";

/** Weights of a field: for the network those of its two layers. */
export type Weights = readonly Tensor[];

/** A right side: the derivative of the state. */
export type Field = (state: Tensor, weights: Weights) => Tensor;

/** tanh(state^3 w1 + b1) w2: cubes make the spiral easy to express. */
export const network: Field = (state, [w1, b1, w2]) => state.pow(3).matmul(w1).add(b1).tanh().matmul(w2);

/** One step of the classical Runge-Kutta method on a list of tensors. */
function rungeKuttaStep(field: (y: readonly Tensor[]) => Tensor[], y: readonly Tensor[], h: number): Tensor[] {
  const shifted = (k: readonly Tensor[], by: number): Tensor[] => y.map((x, i) => x.add(k[i].mul(by)));
  const k1 = field(y);
  const k2 = field(shifted(k1, h / 2));
  const k3 = field(shifted(k2, h / 2));
  const k4 = field(shifted(k3, h));
  return y.map((x, i) => x.add(k1[i].add(k2[i].mul(2)).add(k3[i].mul(2)).add(k4[i]).mul(h / 6)));
}

/** The states after 1, 2, ... `steps` steps of size `h`: shape [steps, ...state]. */
export function odeint(field: Field, start: Tensor, weights: Weights, h: number, steps: number): Tensor {
  const states: Tensor[] = [];
  let state = start;
  for (let i = 0; i < steps; i++) {
    [state] = rungeKuttaStep(([y]) => [field(y, weights)], [state], h);
    states.push(state);
  }
  return stack(states);
}

/**
 * The gradients of a loss with respect to the weights from `cotangents`, its gradients with respect to the states of
 * {@linkcode odeint}. Goes back in time over state, adjoint a and gradient together: a' = -a^T df/dy, g' = -a^T df/dweights.
 */
export function adjointGradients(field: Field, end: Tensor, weights: Weights, h: number, cotangents: Tensor): Tensor[] {
  const backward = ([y, a]: readonly Tensor[]): Tensor[] => {
    const [slope, pull] = func.vjp(field, y, weights) as [Tensor, (a: Tensor) => [Tensor, Tensor[]]];
    const [dy, dweights] = pull(a);
    return [slope, dy.neg(), ...dweights.map((g) => g.neg())];
  };
  let state = [end, end.mul(0), ...weights.map((w) => w.mul(0))];
  for (let i = cotangents.shape[0] - 1; i >= 0; i--) {
    state[1] = state[1].add(cotangents.select(0, i));
    state = rungeKuttaStep(backward, state, -h);
  }
  return state.slice(2);
}

/** Mean squared distance from the points to learn. */
const loss = (states: Tensor, points: Tensor): Tensor => states.sub(points).square().mean();

/** Largest difference of two lists of tensors, relative to the largest number. */
function relativeDifference(a: readonly Tensor[], b: readonly Tensor[]): number {
  const largest = Math.max(...b.map((x) => x.abs().amax().item()));
  return Math.max(...a.map((x, i) => x.sub(b[i]).abs().amax().item())) / largest;
}

function main(): void {
  manualSeed(0);
  const dtype = "float64";
  const [h, steps] = [0.02, 50];
  const start = tensor([[2, 0]], { dtype });
  const spin = tensor([[-0.1, 2], [-2, -0.1]], { dtype });
  const points = odeint((state, [m]) => state.pow(3).matmul(m), start, [spin], h, steps);
  const weights = [[2, 32], [32], [32, 2]].map((shape) => randn(shape, { dtype }).mul(0.1).requiresGrad_());

  const throughSteps = func.grad((w: Weights) => loss(odeint(network, start, w, h, steps), points))(
    weights,
  ) as Tensor[];
  const optimizer = new optim.Adam(weights, { lr: 0.02 });
  for (let step = 0; step <= 100; step++) {
    const states = noGrad(() => odeint(network, start, weights, h, steps));
    const value = loss(states, points).item();
    const cotangents = func.grad((y: Tensor) => loss(y, points))(states) as Tensor;
    const gradients = noGrad(() => adjointGradients(network, states.select(0, steps - 1), weights, h, cotangents));
    if (step === 0) {
      const difference = relativeDifference(gradients, throughSteps);
      console.log(`adjoint against backpropagation: relative difference ${difference.toExponential(1)}`);
    }
    if (step % 25 === 0) console.log(`step ${step}: loss ${value.toFixed(4)}`);
    weights.forEach((w, i) => w.grad = gradients[i]);
    optimizer.step();
  }
}

if (import.meta.main) main();
