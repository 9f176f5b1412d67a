/**
 * jax-js as a peer: its wasm backend, compiled by `jit`, read synchronously, which runs on one thread.
 *
 * jax-js functions own their arguments, so every use of an array but the last takes `.ref`.
 *
 * @module
 */
import * as jax from "@jax-js/jax";
import type { numpy } from "@jax-js/jax";
import configuration from "./peers.json" with { type: "json" };
import { label, meanAbsolute, sizeOf, values } from "./inputs.ts";
import type { Workload, Workloads } from "./measure.ts";
import { serve } from "./serve.ts";

type Array_ = numpy.Array;
const { lax, nn, numpy: np, tree } = jax;

await jax.init("wasm");
jax.defaultDevice("wasm");

function array(data: Float32Array<ArrayBuffer>, shape: number[]): Array_ {
  return np.array(data).reshape(shape);
}

function input(shape: number[], seed: number, scale = 1): Array_ {
  return array(values(sizeOf(shape), seed, scale), shape);
}

function weight(shape: number[], seed: number, fan: number): Array_ {
  return input(shape, seed, 2 / Math.sqrt(fan));
}

function zeros(...shape: number[]): Array_ {
  return array(new Float32Array(sizeOf(shape)), shape);
}

/** Class labels as rows of an identity matrix. */
function oneHot(count: number): Array_ {
  const ones = Float32Array.from({ length: 10 * count }, (_, i) => +(i % 10 === label(Math.floor(i / 10))));
  return array(ones, [count, 10]);
}

/** jax-js computes when it must: completes `y` by reading it, one element of it where it is large. */
function force(y: Array_): void {
  (y.size > 4096 ? y.slice(...y.shape.map(() => 0)) : y).dataSync();
}

/** The workload that computes arrays of which the first is compared. */
function computes(compute: () => Array_[]): Workload {
  return {
    run(): void {
      compute().forEach(force);
    },
    result(): number {
      const [first, ...rest] = compute();
      tree.dispose(rest);
      return meanAbsolute(first.dataSync());
    },
  };
}

/** A compiled function of arrays that are kept. */
function forward(make: () => Array_[], compute: (...inputs: Array_[]) => Array_): () => Workload {
  return () => {
    const inputs = make();
    const compiled = jax.jit(compute);
    return computes(() => [compiled(...inputs.map((x) => x.ref))]);
  };
}

/** The gradients by all arguments, compiled. */
function gradients(make: () => Array_[], loss: (...inputs: Array_[]) => Array_): () => Workload {
  return () => {
    const inputs = make();
    const compiled = jax.jit((...leaves: Array_[]) => jax.grad((leaves: Array_[]) => loss(...leaves))(leaves));
    return computes(() => compiled(...inputs.map((x) => x.ref)));
  };
}

const dense = (x: Array_, w: Array_, b: Array_): Array_ => np.matmul(x, w).add(b);
const crossEntropy = (logits: Array_, y: Array_): Array_ => {
  const count = y.shape[0];
  return np.sum(nn.logSoftmax(logits, -1).mul(y)).mul(-1 / count);
};

/** A compiled training step that carries its state, parameters and what the optimizer keeps, along. */
function training(initial: Array_[], step: (state: Array_[]) => [Array_[], Array_]): Workload {
  let state = initial;
  const compiled = jax.jit((state: Array_[]): Array_[] => {
    const [next, loss] = step(state);
    return [loss, ...next];
  });
  return {
    run(): number {
      const [loss, ...next] = compiled(state);
      state = next;
      return loss.dataSync()[0];
    },
  };
}

function sgd(loss: (p: Array_[]) => Array_, rate: number): (p: Array_[]) => [Array_[], Array_] {
  return (p) => {
    const [value, gradient] = jax.valueAndGrad(loss)(tree.ref(p));
    return [p.map((x, i) => x.sub(gradient[i].mul(rate))), value];
  };
}

/**
 * Adam (Kingma and Ba 2015) with PyTorch's defaults; jax-js has no optimizers in its main package. The state is the step
 * number, then parameters, first and second moments.
 */
function adam(loss: (p: Array_[]) => Array_, rate: number): (state: Array_[]) => [Array_[], Array_] {
  return ([before, ...rest]) => {
    const count = rest.length / 3;
    const [p, m, v] = [rest.slice(0, count), rest.slice(count, 2 * count), rest.slice(2 * count)];
    const [value, g] = jax.valueAndGrad(loss)(tree.ref(p));
    const step = before.add(1);
    const first = m.map((x, i) => x.mul(0.9).add(g[i].ref.mul(0.1)));
    const second = v.map((x, i) => x.mul(0.999).add(g[i].ref.mul(g[i]).mul(0.001)));
    const c1 = np.subtract(1, np.power(0.9, step.ref));
    const c2 = np.subtract(1, np.power(0.999, step.ref));
    const next = p.map((x, i) =>
      x.sub(first[i].ref.div(c1.ref).mul(rate).div(np.sqrt(second[i].ref.div(c2.ref)).add(1e-8)))
    );
    tree.dispose([c1, c2]);
    return [[step, ...next, ...first, ...second], value];
  };
}

function mlp(): Workload {
  const x = input([128, 784], 4);
  const y = oneHot(128);
  const initial = (): Array_[] => [
    weight([784, 256], 1, 784),
    zeros(256),
    weight([256, 128], 2, 256),
    zeros(128),
    weight([128, 10], 3, 128),
    zeros(10),
  ];
  const moments = (): Array_[] => initial().map((p) => np.zerosLike(p));
  const loss = ([w1, b1, w2, b2, w3, b3]: Array_[]): Array_ =>
    crossEntropy(dense(nn.relu(dense(nn.relu(dense(x.ref, w1, b1)), w2, b2)), w3, b3), y.ref);
  return training([zeros(), ...initial(), ...moments(), ...moments()], adam(loss, 1e-6));
}

function tinyModel(): Workload {
  const x = input([16, 1000], 3);
  const y = input([16, 10], 4);
  const loss = ([w1, b1, w2, b2]: Array_[]): Array_ =>
    np.sum(np.square(y.ref.sub(dense(nn.relu(dense(x.ref, w1, b1)), w2, b2))));
  return training([weight([1000, 100], 1, 1000), zeros(100), weight([100, 10], 2, 100), zeros(10)], sgd(loss, 0.001));
}

function lenet(): Workload {
  const parameters = [
    weight([6, 1, 5, 5], 1, 25),
    zeros(6, 1, 1),
    weight([16, 6, 5, 5], 2, 150),
    zeros(16, 1, 1),
    weight([400, 120], 3, 400),
    zeros(120),
    weight([120, 84], 4, 120),
    zeros(84),
    weight([84, 10], 5, 84),
    zeros(10),
  ];
  const x = input([64, 1, 28, 28], 6);
  const y = oneHot(64);
  // Its reduceWindow has no gradient, so users pool by reshaping.
  const pool = (x: Array_): Array_ => {
    const [batch, channels, height, width] = x.shape;
    return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
  };
  const loss = ([k1, c1, k2, c2, w1, b1, w2, b2, w3, b3]: Array_[]): Array_ => {
    const first = pool(nn.relu(lax.conv(x.ref, k1, [1, 1], [[2, 2], [2, 2]]).add(c1)));
    const flat = pool(nn.relu(lax.conv(first, k2, [1, 1], "VALID").add(c2)))
      .reshape([64, 400]);
    return crossEntropy(dense(nn.relu(dense(nn.relu(dense(flat, w1, b1)), w2, b2)), w3, b3), y.ref);
  };
  return training(parameters, sgd(loss, 0.01));
}

function transformerBlock(): Workload {
  const [batch, length, width, heads, hidden] = [8, 64, 128, 4, 512];
  const make = (): Array_[] => [
    weight([width, 3 * width], 1, width),
    zeros(3 * width),
    weight([width, width], 2, width),
    zeros(width),
    weight([width, hidden], 3, width),
    zeros(hidden),
    weight([hidden, width], 4, hidden),
    zeros(width),
    np.ones([width]),
    zeros(width),
    np.ones([width]),
    zeros(width),
  ];
  const x0 = input([batch, length, width], 5, 2);
  const normalize = (x: Array_, g: Array_, c: Array_): Array_ => nn.standardize(x, -1).mul(g).add(c);
  return gradients(make, (wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, c1, g2, c2) => {
    const parts = np.split(dense(normalize(x0.ref, g1, c1), wqkv, bqkv), 3, -1);
    const [q, k, v] = parts.map((part) => part.reshape([batch, length, heads, width / heads]));
    const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, length, width]);
    const x = x0.ref.add(dense(mixed, wo, bo));
    const y = x.ref.add(dense(nn.relu(dense(normalize(x, g2, c2), w1, b1)), w2, b2));
    return np.mean(np.square(y));
  })();
}

function convolution(batch: number, inputs: number, side: number, outputs: number): Workloads {
  const make = (): Array_[] => [
    input([batch, inputs, side, side], 1),
    weight([outputs, inputs, 3, 3], 2, inputs * 9),
  ];
  const conv = (x: Array_, w: Array_): Array_ => lax.conv(x, w, [1, 1], [[1, 1], [1, 1]]);
  const shapes = `x[${batch},${inputs},${side},${side}] w[${outputs},${inputs},3,3]`;
  return {
    [`conv2d ${shapes}`]: forward(make, conv),
    // The gradient by w comes first because the first result is compared.
    [`conv2d and gradients ${shapes}`]: gradients(() => make().reverse(), (w, x) => np.sum(np.square(conv(x, w)))),
  };
}

const FUNCTIONS: Readonly<Record<string, (x: Array_) => Array_>> = {
  add: (x) => x.ref.add(x),
  mul: (x) => x.ref.mul(x),
  relu: (x) => nn.relu(x),
  exp: (x) => np.exp(x),
  log: (x) => np.log(x),
  sin: (x) => np.sin(x),
  tanh: (x) => np.tanh(x),
  sigmoid: (x) => nn.sigmoid(x),
  gelu: (x) => nn.gelu(x, { approximate: false }),
};

function square(size: number): () => Array_[] {
  return () => [input([size, size], 1), input([size, size], 2)];
}

const version = configuration.imports["@jax-js/jax"].split("@").at(-1);

await serve(`jax-js ${version}`, {
  ...Object.fromEntries([16, 64, 256, 512, 1024].map((size) => [
    `matmul ${size}`,
    forward(square(size), (a, b) => np.matmul(a, b)),
  ])),
  "matmul 512 A^T B": forward(square(512), (a, b) => np.matmul(np.transpose(a), b)),
  "matmul 512 A B^T": forward(square(512), (a, b) => np.matmul(a, np.transpose(b))),
  "matmul 512 A^T B^T": forward(square(512), (a, b) => np.matmul(np.transpose(a), np.transpose(b))),
  ...Object.fromEntries(
    [1_000_000, 16].flatMap((size) =>
      Object.entries(FUNCTIONS).map(([name, compute]) => [
        `${name} ${size}`,
        forward(() => [input([size], 3, 4).add(name === "log" ? 2.5 : 0)], compute),
      ])
    ),
  ),
  "sum 1000000": forward(() => [input([1_000_000], 3, 4)], (x) => np.sum(x)),
  "softmax 512x1000": forward(() => [input([512, 1000], 4, 4)], (x) => nn.softmax(x, -1)),
  "layerNorm 512x768": forward(() => [input([512, 768], 5, 4)], (x) => nn.standardize(x, -1)),
  "grad sum(x*x) 6": gradients(() => [input([6], 6)], (x) => np.sum(x.ref.mul(x))),
  "chain 33 tanh(xw+b) 64x64": gradients(
    () => [weight([64, 64], 2, 64), input([64], 3)],
    (w, b) => {
      let x = input([64, 64], 1);
      for (let i = 0; i < 33; i++) x = np.tanh(np.matmul(x, w.ref).add(b.ref));
      tree.dispose([w, b]);
      return np.sum(x);
    },
  ),
  "TinyModel SGD step": tinyModel,
  "MLP Adam step": mlp,
  "LeNet SGD step": lenet,
  ...convolution(8, 3, 64, 16),
  ...convolution(8, 32, 32, 64),
  "transformer block": transformerBlock,
});
