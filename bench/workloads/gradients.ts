/**
 * Forward and backward passes of functions.
 *
 * @module
 */
import { nn, ones, type Tensor, tensor, zeros } from "../../mod.ts";
import type { Workload, Workloads } from "../peers/measure.ts";
import { computes, input, weight } from "./inputs.ts";

/** The gradient that a backward pass left on `leaf`. */
function gradientOf(leaf: Tensor): Tensor {
  if (leaf.grad === null) throw new Error("The backward pass did not reach the leaf");
  return leaf.grad;
}

function sumOfSquares(): Workload {
  const x = input([6], 6).requiresGrad_();
  return computes(() => {
    x.grad = null;
    x.mul(x).sum().backward();
    return gradientOf(x);
  });
}

function chain(): Workload {
  const start = input([64, 64], 1);
  const w = weight([64, 64], 2, 64).requiresGrad_();
  const b = input([64], 3).requiresGrad_();
  return computes(() => {
    w.grad = b.grad = null;
    let x = start;
    for (let i = 0; i < 33; i++) x = x.matmul(w).add(b).tanh();
    x.sum().backward();
    return gradientOf(w);
  });
}

function convolution(batch: number, inputs: number, side: number, outputs: number): Workloads {
  const make = (): [Tensor, Tensor] => [
    input([batch, inputs, side, side], 1),
    weight([outputs, inputs, 3, 3], 2, inputs * 9),
  ];
  const shapes = `x[${batch},${inputs},${side},${side}] w[${outputs},${inputs},3,3]`;
  return {
    [`conv2d ${shapes}`]: () => {
      const [x, w] = make();
      return computes(() => nn.functional.conv2d(x, w, null, { padding: 1 }));
    },
    [`conv2d and gradients ${shapes}`]: () => {
      const [x, w] = make().map((leaf) => leaf.requiresGrad_());
      return computes(() => {
        x.grad = w.grad = null;
        const y = nn.functional.conv2d(x, w, null, { padding: 1 });
        y.mul(y).sum().backward();
        return gradientOf(w);
      });
    },
  };
}

/** A pre-norm block with causal attention: batch 8, length 64, width 128, 4 heads, a hidden layer of 512. */
function transformerBlock(): Workload {
  const [batch, length, width, heads, hidden] = [8, 64, 128, 4, 512];
  const parameters = [
    weight([width, 3 * width], 1, width),
    zeros([3 * width]),
    weight([width, width], 2, width),
    zeros([width]),
    weight([width, hidden], 3, width),
    zeros([hidden]),
    weight([hidden, width], 4, hidden),
    zeros([width]),
    ones([width]),
    zeros([width]),
    ones([width]),
    zeros([width]),
  ].map((parameter) => parameter.requiresGrad_());
  const [wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, c1, g2, c2] = parameters;
  const x0 = input([batch, length, width], 5, 2);
  const forbidden = Float32Array.from(
    { length: length * length },
    (_, i) => i % length > Math.floor(i / length) ? -1e9 : 0,
  );
  const mask = tensor(forbidden).reshape(length, length);
  const heads4 = (x: Tensor): Tensor => x.reshape(batch, length, heads, width / heads).transpose(1, 2);
  const normalize = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
    nn.functional.layerNorm(x, [width], { weight, bias });

  const block = (x: Tensor): Tensor => {
    const qkv = normalize(x, g1, c1).matmul(wqkv).add(bqkv).split(width, -1);
    const [q, k, v] = qkv.map(heads4);
    const scores = q.matmul(k.transpose(-1, -2)).div(Math.sqrt(width / heads)).add(mask);
    const mixed = nn.functional.softmax(scores, -1).matmul(v).transpose(1, 2).reshape(batch, length, width);
    const middle = x.add(mixed.matmul(wo)).add(bo);
    return middle.add(normalize(middle, g2, c2).matmul(w1).add(b1).relu().matmul(w2)).add(b2);
  };
  return computes(() => {
    for (const parameter of parameters) parameter.grad = null;
    block(x0).square().mean().backward();
    return gradientOf(wqkv);
  });
}

/** Gradients of functions. */
export const gradients: Workloads = {
  "grad sum(x*x) 6": sumOfSquares,
  "chain 33 tanh(xw+b) 64x64": chain,
  ...convolution(8, 3, 64, 16),
  ...convolution(8, 32, 32, 64),
  "transformer block": transformerBlock,
};
