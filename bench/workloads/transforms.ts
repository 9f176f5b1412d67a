/**
 * Functional transforms: Jacobians, Hessians, products with them, gradients of many samples.
 *
 * @module
 */
import { autograd, func, nn, stack, type Tensor, tensor, tidy } from "../../mod.ts";
import { sparseJacobian } from "../../func/mod.ts";
import type { Workload, Workloads } from "../peers/measure.ts";
import { computes, computesAndDisposes, input, labels, weight } from "./inputs.ts";

function predict(w: Tensor, b: Tensor, x: Tensor): Tensor {
  return nn.functional.linear(x, w, b).tanh();
}

/** Weight, bias and input of an affine map. */
function affine(inputs: number, outputs: number): [w: Tensor, b: Tensor, x: Tensor] {
  return [weight([outputs, inputs], 1, inputs), input([outputs], 2), input([inputs], 3)];
}

/** One backward pass per row of the Jacobian of tanh(w x + b). */
function jacobianByRows(): Workload {
  const [w, b, x] = affine(16, 16);
  const rows = Array.from(
    { length: 16 },
    (_, row) => tensor(Float32Array.from({ length: 16 }, (_, i) => +(i === row))),
  );
  return computes(() => {
    const leaf = x.clone().requiresGrad_();
    const y = predict(w, b, leaf);
    return stack(rows.map((row) => autograd.grad([y], [leaf], { gradOutputs: [row], retainGraph: true })[0]));
  });
}

const { hessian, jacfwd, jacrev } = func;
const BY_X = { argnums: 2 };

/** A matrix of derivatives of tanh(w x + b) by x. */
function derivative(
  transform: typeof jacrev | typeof hessian,
  inputs: number,
  outputs: number,
  measure: typeof computes = computesAndDisposes,
): () => Workload {
  return () => {
    const [w, b, x] = affine(inputs, outputs);
    const compute = transform(predict, BY_X);
    return measure(() => compute(w, b, x));
  };
}

/** The same for 64 inputs at once. */
function batched(
  transform: typeof jacrev | typeof hessian,
  measure: typeof computes = computesAndDisposes,
): () => Workload {
  return () => {
    const [w, b] = affine(31, 33);
    const x = input([64, 31], 3);
    const compute = func.vmap(transform(predict, BY_X), { inDims: [null, null, 0] });
    return measure(() => compute(w, b, x));
  };
}

const sumOfSines = (x: Tensor): Tensor => x.sin().sum();

/** A product of the Hessian of sum(sin(x)). */
function hessianProduct(
  multiply: (x: Tensor, v: Tensor) => Tensor,
  measure: typeof computes = computesAndDisposes,
): () => Workload {
  return () => {
    const [x, v] = [input([2048], 1, 4), input([2048], 2)];
    return measure(() => multiply(x, v));
  };
}

const reverseOverReverse = (x: Tensor, v: Tensor): Tensor =>
  tidy(() => func.vjp(func.grad(sumOfSines), x)[1](v)[0] as Tensor);
const forwardOverReverse = (x: Tensor, v: Tensor): Tensor => func.hvp(sumOfSines, [x], [v])[0] as Tensor;

/** Weights of a network, first layer first. */
type Weights = readonly [w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor];

/** Cross-entropy of one sample under a 64-32-10 network with tanh. */
function sampleLoss([w1, b1, w2, b2]: Weights, x: Tensor, y: Tensor): Tensor {
  const hidden = nn.functional.linear(x, w1, b1).tanh();
  return nn.functional.crossEntropy(nn.functional.linear(hidden, w2, b2), y);
}

/** The gradient of each of 128 samples by the first weight; those by the other weights are freed, as all other libraries do. */
function perSample(gradients: (weights: Weights, x: Tensor, y: Tensor) => Tensor): () => Workload {
  return () => {
    const weights: Weights = [weight([32, 64], 1, 64), input([32], 2), weight([10, 32], 3, 32), input([10], 4)];
    const [x, y] = [input([128, 64], 5), labels(128)];
    return computesAndDisposes(() => gradients(weights, x, y));
  };
}

const gradientsOfSample: (weights: Weights, x: Tensor, y: Tensor) => Weights = func.grad(sampleLoss);
const gradientsOfSamples: (weights: Weights, x: Tensor, y: Tensor) => Weights = func.vmap(gradientsOfSample, {
  inDims: [null, 0, 0],
});

/** Three colours for any n: a pattern that is found, three products, and their entries picked. */
function tridiagonal(n: number): () => Workload {
  return () => {
    const x = input([n], 1, 4);
    const map = (x: Tensor): Tensor => {
      const padded = nn.functional.pad(x, [1, 1]);
      return x.sin().add(padded.narrow(0, 0, n).mul(padded.narrow(0, 2, n)));
    };
    const compute = sparseJacobian(map);
    return computes(() => compute(x).values);
  };
}

/** Transforms. */
export const transforms: Workloads = {
  "jacobian by rows 16": jacobianByRows,
  "jacrev 16 to 16": derivative(jacrev, 16, 16),
  "jacfwd 32 to 2048": derivative(jacfwd, 32, 2048),
  "jacrev 32 to 2048": derivative(jacrev, 32, 2048),
  "jacfwd 2048 to 32": derivative(jacfwd, 2048, 32),
  "jacrev 2048 to 32": derivative(jacrev, 2048, 32),
  "hessian 512 to 32": derivative(hessian, 512, 32),
  "hessian 512 to 32 in a plain loop": derivative(hessian, 512, 32, computes),
  "vmap jacrev 64x31 to 33": batched(jacrev),
  "vmap hessian 64x31 to 33": batched(hessian),
  "vmap hessian 64x31 to 33 in a plain loop": batched(hessian, computes),
  "hvp reverse over reverse 2048": hessianProduct(reverseOverReverse),
  "hvp forward over reverse 2048": hessianProduct(forwardOverReverse),
  "hvp forward over reverse 2048 in a plain loop": hessianProduct(forwardOverReverse, computes),
  "gradients of 128 samples in turn": perSample((weights, x, y) =>
    tidy(() => {
      const targets = y.unbind();
      return stack(x.unbind().map((sample, i) => gradientsOfSample(weights, sample, targets[i])[0]));
    })
  ),
  "gradients of 128 samples by vmap": perSample((weights, x, y) => tidy(() => gradientsOfSamples(weights, x, y)[0])),
  "sparse jacobian, tridiagonal 10000": tridiagonal(10_000),
  "sparse jacobian, tridiagonal 20000": tridiagonal(20_000),
};
