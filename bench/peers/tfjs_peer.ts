/**
 * TensorFlow.js as a peer, on its wasm backend, which has one thread in Deno. Its ops are complete when they return.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { label, meanAbsolute, sizeOf, values } from "./inputs.ts";
import type { Workload, Workloads } from "./measure.ts";
import { serve } from "./serve.ts";

await tf.setBackend("wasm");

function input(shape: number[], seed: number, scale = 1): tf.Tensor {
  return tf.tensor(values(sizeOf(shape), seed, scale), shape);
}

function weight(shape: number[], seed: number, fan: number): tf.Variable {
  return tf.variable(input(shape, seed, 2 / Math.sqrt(fan)));
}

function zeros(size: number): tf.Variable {
  return tf.variable(tf.zeros([size]));
}

/** Class labels as rows of an identity matrix. */
function oneHot(count: number): tf.Tensor {
  const classes = Array.from({ length: count }, (_, i) => label(i));
  return tf.cast(tf.oneHot(tf.tensor1d(classes, "int32"), 10), "float32");
}

/** The workload that computes one tensor. */
function computes(compute: () => tf.Tensor): Workload {
  return {
    run(): void {
      tf.tidy(() => {
        compute();
      });
    },
    result: () => tf.tidy(() => meanAbsolute(compute().dataSync())),
  };
}

function forward(make: () => tf.Tensor[], compute: (...inputs: tf.Tensor[]) => tf.Tensor): () => Workload {
  return () => {
    const inputs = make();
    return computes(() => compute(...inputs));
  };
}

function training(optimizer: tf.Optimizer, loss: () => tf.Scalar): Workload {
  return {
    run: () => tf.tidy(() => optimizer.minimize(() => loss(), true)?.dataSync()[0] ?? NaN),
  };
}

const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.add(tf.matMul(x, w), b);

function normalize(x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
}

function chain(): Workload {
  const start = input([64, 64], 1);
  const gradient = tf.grads((w: tf.Tensor, b: tf.Tensor) => {
    let x = start;
    for (let i = 0; i < 33; i++) x = tf.tanh(dense(x, w, b));
    return tf.sum(x);
  });
  const inputs = [input([64, 64], 2, 2 / 8), input([64], 3)];
  return computes(() => gradient(inputs)[0]);
}

function tinyModel(): Workload {
  const [w1, b1, w2, b2] = [weight([1000, 100], 1, 1000), zeros(100), weight([100, 10], 2, 100), zeros(10)];
  const [x, y] = [input([16, 1000], 3), input([16, 10], 4)];
  return training(
    tf.train.sgd(0.001),
    () => tf.sum<tf.Scalar>(tf.square(tf.sub(y, dense(tf.relu(dense(x, w1, b1)), w2, b2)))),
  );
}

function mlp(): Workload {
  const [w1, b1] = [weight([784, 256], 1, 784), zeros(256)];
  const [w2, b2] = [weight([256, 128], 2, 256), zeros(128)];
  const [w3, b3] = [weight([128, 10], 3, 128), zeros(10)];
  const [x, y] = [input([128, 784], 4), oneHot(128)];
  return training(tf.train.adam(1e-6), () => {
    const hidden = tf.relu(dense(tf.relu(dense(x, w1, b1)), w2, b2));
    return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(y, dense(hidden, w3, b3));
  });
}

/** Images are `[batch, height, width, channels]` and filters `[height, width, in, out]` here. */
function convolution(batch: number, inputs: number, side: number, outputs: number): Workloads {
  const make = (): [tf.Tensor, tf.Tensor] => [
    tf.transpose(input([batch, inputs, side, side], 1), [0, 2, 3, 1]),
    tf.transpose(weight([outputs, inputs, 3, 3], 2, inputs * 9), [2, 3, 1, 0]),
  ];
  const conv = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1);
  const shapes = `x[${batch},${inputs},${side},${side}] w[${outputs},${inputs},3,3]`;
  return {
    [`conv2d ${shapes}`]: forward(make, conv),
    [`conv2d and gradients ${shapes}`]: () => {
      const gradient = tf.grads((x: tf.Tensor, w: tf.Tensor) => tf.sum(tf.square(conv(x, w))));
      const leaves = make();
      return computes(() => gradient(leaves)[1]);
    },
  };
}

function transformerBlock(): Workload {
  const [batch, length, width, heads, hidden] = [8, 64, 128, 4, 512];
  const parameters = [
    weight([width, 3 * width], 1, width),
    zeros(3 * width),
    weight([width, width], 2, width),
    zeros(width),
    weight([width, hidden], 3, width),
    zeros(hidden),
    weight([hidden, width], 4, hidden),
    zeros(width),
    tf.variable(tf.ones([width])),
    zeros(width),
    tf.variable(tf.ones([width])),
    zeros(width),
  ];
  const [wqkv, bqkv, wo, bo, w1, b1, w2, b2, g1, c1, g2, c2] = parameters;
  const x0 = input([batch, length, width], 5, 2);
  const mask = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([length, length]), -1, 0)), -1e9);
  const rows = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.reshape(dense(tf.reshape(x, [batch * length, -1]), w, b), [batch, length, -1]);
  const layerNorm = (x: tf.Tensor, g: tf.Tensor, c: tf.Tensor): tf.Tensor => tf.add(tf.mul(normalize(x), g), c);
  const block = (x: tf.Tensor): tf.Tensor => {
    const qkv = tf.reshape(rows(layerNorm(x, g1, c1), wqkv, bqkv), [batch, length, 3, heads, width / heads]);
    const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4]));
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)), mask);
    const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [batch, length, width]);
    const middle = tf.add(x, rows(mixed, wo, bo));
    return tf.add(middle, rows(tf.relu(rows(layerNorm(middle, g2, c2), w1, b1)), w2, b2));
  };
  return computes(() => {
    const { grads } = tf.variableGrads(() => tf.mean<tf.Scalar>(tf.square(block(x0))), parameters);
    return grads[wqkv.name];
  });
}

const FUNCTIONS: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  add: (x) => tf.add(x, x),
  mul: (x) => tf.mul(x, x),
  relu: (x) => tf.relu(x),
  exp: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  sin: (x) => tf.sin(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
};

function square(size: number): () => tf.Tensor[] {
  return () => [input([size, size], 1), input([size, size], 2)];
}

await serve(`TensorFlow.js ${tf.version_core}`, {
  ...Object.fromEntries([16, 64, 256, 512, 1024].map((size) => [
    `matmul ${size}`,
    forward(square(size), (a, b) => tf.matMul(a, b)),
  ])),
  "matmul 512 A^T B": forward(square(512), (a, b) => tf.matMul(a, b, true, false)),
  "matmul 512 A B^T": forward(square(512), (a, b) => tf.matMul(a, b, false, true)),
  "matmul 512 A^T B^T": forward(square(512), (a, b) => tf.matMul(a, b, true, true)),
  ...Object.fromEntries(
    [1_000_000, 16].flatMap((size) =>
      Object.entries(FUNCTIONS).map(([name, compute]) => [
        `${name} ${size}`,
        forward(() => [tf.add(input([size], 3, 4), name === "log" ? 2.5 : 0)], compute),
      ])
    ),
  ),
  "sum 1000000": forward(() => [input([1_000_000], 3, 4)], (x) => tf.sum(x)),
  "softmax 512x1000": forward(() => [input([512, 1000], 4, 4)], (x) => tf.softmax(x)),
  "layerNorm 512x768": forward(() => [input([512, 768], 5, 4)], normalize),
  "grad sum(x*x) 6": () => {
    const x = input([6], 6);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(x, x)));
    return computes(() => gradient(x));
  },
  "chain 33 tanh(xw+b) 64x64": chain,
  "TinyModel SGD step": tinyModel,
  "MLP Adam step": mlp,
  ...convolution(8, 3, 64, 16),
  ...convolution(8, 32, 32, 64),
  "transformer block": transformerBlock,
});
