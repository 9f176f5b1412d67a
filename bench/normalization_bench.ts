/**
 * Normalisation, pooling, random and optimizer kernels on one thread, with the sizes of LeNet, a transformer block and
 * PyTorch's own benchmarks.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { BYTES_PER_ELEMENT, type DType } from "../runtime/dtype.ts";
import { allocate } from "../runtime/heap.ts";
import { f32 } from "../runtime/memory.ts";
import { setNumThreads } from "../runtime/threads.ts";
import { address } from "../runtime/wasm/address.ts";
import { normalization } from "../runtime/wasm/normalization.ts";
import { optimizer } from "../runtime/wasm/optimizer.ts";
import { pooling } from "../runtime/wasm/pooling.ts";
import { random } from "../runtime/wasm/random.ts";

setNumThreads(1);

/** An array whose elements, if floats, are spread over [-1, 1). */
function array(shape: readonly number[], dtype: DType = "float32"): ArrayRef {
  const numel = shape.reduce((a, b) => a * b, 1);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
  const x = { dtype, shape, strides, offset: 0, numel, storage: allocate(numel * BYTES_PER_ELEMENT[dtype]) };
  const start = address(x) >>> 2;
  if (dtype === "float32") { for (let i = 0; i < numel; i++) f32[start + i] = i * 0.618034 % 2 - 1; }
  return x;
}

{
  const x = array([512, 1000]);
  const g = array([512, 1000]);
  const y = array([512, 1000]);
  const group = "softmax 512x1000";
  Deno.bench("softmax", { group }, () => normalization.softmax(x, y, 1, false));
  Deno.bench("log-softmax", { group }, () => normalization.softmax(x, y, 1, true));
  Deno.bench("softmax along dim 0", { group }, () => normalization.softmax(x, y, 0, false));
  Deno.bench("softmax gradient", { group }, () => normalization.softmaxBackward(g, x, y, 1, false));
  Deno.bench("log-softmax gradient", { group }, () => normalization.softmaxBackward(g, x, y, 1, true));
}

{
  const x = array([512, 768]);
  const g = array([512, 768]);
  const y = array([512, 768]);
  const [weight, bias, dweight, dbias] = Array.from({ length: 4 }, () => array([768]));
  const [mean, rstd] = Array.from({ length: 2 }, () => array([512]));
  const group = "layerNorm 512x768";
  Deno.bench("layerNorm", { group }, () => normalization.layerNorm(x, weight, bias, y, mean, rstd, 1e-5));
  Deno.bench("layerNorm gradient", { group }, () => {
    normalization.layerNormBackward(g, x, weight, mean, rstd, y, dweight, dbias);
  });
}

{
  const shape = [32, 64, 28, 28];
  const [x, g, y] = Array.from({ length: 3 }, () => array(shape));
  const [weight, bias, dweight, dbias, mean, rstd] = Array.from({ length: 6 }, () => array([64]));
  const group = "batchNorm 32x64x28x28";
  Deno.bench("batchNorm", { group }, () => normalization.batchNorm(x, weight, bias, y, mean, rstd, 1e-5));
  Deno.bench("batchNorm gradient", { group }, () => {
    normalization.batchNormBackward(g, x, weight, mean, rstd, y, dweight, dbias);
  });
}

for (const shape of [[64, 6, 28, 28], [64, 16, 10, 10]]) {
  const halved = shape.map((size, d) => d < 2 ? size : size / 2);
  const geometry = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
  const x = array(shape);
  const y = array(halved);
  const indices = array(halved, "int32");
  const group = `pooling 2x2 ${shape.join("x")}`;
  Deno.bench("maxPool", { group }, () => pooling.maxPool(x, y, indices, geometry));
  Deno.bench("maxPool gradient", { group }, () => pooling.maxPoolBackward(y, indices, x));
  Deno.bench("avgPool", { group }, () => pooling.avgPool(x, y, geometry, true, 0));
  Deno.bench("avgPool gradient", { group }, () => pooling.avgPoolBackward(y, x, geometry, true, 0));
}

{
  const x = array([1_000_000]);
  const group = "a million random numbers";
  for (const kind of ["uniform", "normal", "integer", "bernoulli"] as const) {
    const [a, b] = kind === "integer" ? [0, 10] : [0.5, 1];
    Deno.bench(kind, { group }, () => random.random(kind, x, 1, 2, a, b));
  }
}

{
  const shape = [235_146];
  const [p, g, average, squares] = Array.from({ length: 4 }, () => array(shape));
  const group = "optimizer, parameters of the MLP 784-256-128-10";
  const sgd = { lr: 0, momentum: 0.9, dampening: 0, weightDecay: 0, nesterov: false, maximize: false, first: false };
  const adam = {
    lr: 0,
    beta1: 0.9,
    beta2: 0.999,
    eps: 1e-8,
    weightDecay: 0,
    decoupled: false,
    maximize: false,
    step: 1,
  };
  Deno.bench("sgd", { group }, () => optimizer.sgd(p, g, null, sgd));
  Deno.bench("sgd with momentum", { group }, () => optimizer.sgd(p, g, average, sgd));
  Deno.bench("adam", { group }, () => optimizer.adam(p, g, average, squares, null, adam));
}
