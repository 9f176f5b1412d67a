/**
 * Kernels of the device "webgpu". A measurement is several calls and the wait for all of them, because waiting alone takes
 * about 10 ms; divide by their number. 2 m n k operations of a product by its time are the rate.
 *
 * The naive product is what one writes first: one invocation per element of the result, everything read from the memory of
 * the device. Sums of naive kernels are shorter than 65536, because llvmpipe ends loops there.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { backendOn } from "../runtime/webgpu/backend.ts";
import { Gpu } from "../runtime/webgpu/gpu.ts";
import { u32, WORKGROUP_SIZE } from "../runtime/webgpu/program.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;

/** The GPU, or null where the machine has none: then nothing is measured. */
const gpu = adapter === null ? null : await open(adapter);

/** True if the adapter is a program on the CPU, as Mesa's llvmpipe and SwiftShader are. */
const isSoftware = adapter?.info.isFallbackAdapter ?? false;

async function open(adapter: GPUAdapter): Promise<Gpu> {
  const opened = new Gpu(await adapter.requestDevice());
  opened.backend = backendOn(opened);
  return opened;
}

/** `count` calls of what `prepare` gives, made ready outside the measurement and run once. */
function bench(
  group: string,
  name: string,
  count: number,
  prepare: (gpu: Gpu) => () => void,
  baseline: boolean = false,
): void {
  if (gpu === null) return;
  let call: (() => void) | null = null;
  Deno.bench(`${name}, ${count} times`, { group, baseline, n: 5, warmup: 1 }, async (context) => {
    call ??= prepare(gpu);
    context.start();
    for (let i = 0; i < count; i++) call();
    await gpu.finish();
    context.end();
  });
}

/** A float32 array of small numbers on the GPU. */
function values(gpu: Gpu, ...shape: number[]): ArrayRef {
  const x = gpu.scratch(shape, "float32");
  gpu.write(x, Float32Array.from({ length: x.numel }, (_, i) => (i * 7919 % 997) / 997 - 0.5));
  return x;
}

function transposed(x: ArrayRef): ArrayRef {
  return { ...x, shape: x.shape.toReversed(), strides: x.strides.toReversed() };
}

function naiveProduct(gpu: Gpu, a: ArrayRef, b: ArrayRef, out: ArrayRef): void {
  gpu.run({
    key: "naive product",
    reads: { a, b },
    writes: { out },
    uniforms: { n: u32(out.shape[1]), k: u32(a.shape[1]), total: u32(out.numel) },
    groups: Math.ceil(out.numel / WORKGROUP_SIZE),
    body: () =>
      `  if (id >= u.total) { return; }
  let row = id / u.n * u.k;
  let j = id % u.n;
  var sum = 0.0;
  for (var p = 0u; p < u.k; p++) { sum += a[row + p] * b[p * u.n + j]; }
  out[id] = sum;`,
  });
}

// A product of 4096 takes a program on the CPU longer than anybody waits.
for (
  const [size, count] of isSoftware ? [[256, 16], [512, 4], [1024, 1]] : [[256, 64], [512, 32], [1024, 16], [4096, 2]]
) {
  const group = `product ${size} x ${size}`;
  const operands = (gpu: Gpu) => [0, 1, 2].map(() => values(gpu, size, size));
  bench(group, "naive", count, (gpu) => {
    const [a, b, out] = operands(gpu);
    return () => naiveProduct(gpu, a, b, out);
  }, true);
  bench(group, "A B", count, (gpu) => {
    const [a, b, out] = operands(gpu);
    return () => gpu.backend.matmul(a, b, out, null, false);
  });
  bench(group, "A^T B^T", count, (gpu) => {
    const [a, b, out] = operands(gpu);
    return () => gpu.backend.matmul(transposed(a), transposed(b), out, null, false);
  });
}

for (const [m, n, k] of [[128, 256, 784], [1, 1000, 1000], [1000, 1, 1000], [64, 64, 16384], [1, 1, 60_000]]) {
  const group = `product ${m} x ${n}, sums of ${k}`;
  const operands = (gpu: Gpu) => [values(gpu, m, k), values(gpu, k, n), values(gpu, m, n)];
  bench(group, "naive", 4, (gpu) => {
    const [a, b, out] = operands(gpu);
    return () => naiveProduct(gpu, a, b, out);
  }, true);
  bench(group, "A B", 4, (gpu) => {
    const [a, b, out] = operands(gpu);
    return () => gpu.backend.matmul(a, b, out, null, false);
  });
}

{
  const geometry = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };
  const group = "3 x 3 convolution of 8 images, 32 to 64 channels, 32 x 32";
  const operands = (gpu: Gpu) => [values(gpu, 8, 32, 32, 32), values(gpu, 64, 32, 3, 3), values(gpu, 8, 64, 32, 32)];
  bench(group, "product of the same size", 2, (gpu) => {
    const [a, b, out] = [values(gpu, 64, 288), values(gpu, 288, 8192), values(gpu, 64, 8192)];
    return () => gpu.backend.matmul(a, b, out, null, false);
  }, true);
  bench(group, "forward", 2, (gpu) => {
    const [x, weight, y] = operands(gpu);
    return () => gpu.backend.convolution(x, weight, null, y, geometry);
  });
  bench(group, "gradient of the input", 2, (gpu) => {
    const [dx, weight, dy] = operands(gpu);
    return () => gpu.backend.convolutionInput(dy, weight, dx, geometry);
  });
  bench(group, "gradient of the weight", 2, (gpu) => {
    const [x, dweight, dy] = operands(gpu);
    return () => gpu.backend.convolutionWeight(x, dy, dweight, geometry);
  });
}

/** Columns along axis 0, rows along axis 1, summed as one writes it first: one invocation per result. */
function naiveSums(gpu: Gpu, x: ArrayRef, out: ArrayRef, axis: 0 | 1): void {
  const [length, step, next] = axis === 0 ? [x.shape[0], x.shape[1], 1] : [x.shape[1], 1, x.shape[1]];
  gpu.run({
    key: "naive sums",
    reads: { x },
    writes: { out },
    uniforms: { length: u32(length), step: u32(step), next: u32(next), total: u32(out.numel) },
    groups: Math.ceil(out.numel / WORKGROUP_SIZE),
    body: () =>
      `  if (id >= u.total) { return; }
  var sum = 0.0;
  for (var k = 0u; k < u.length; k++) { sum += x[id * u.next + k * u.step]; }
  out[id] = sum;`,
  });
}

for (const shape of [[1000, 1000], [64, 60_000], [60_000, 64]]) {
  const group = `reduce ${shape.join(" x ")}`;
  for (const axis of [0, 1] as const) {
    bench(group, `naive sum over ${axis}`, 10, (gpu) => {
      const [x, out] = [values(gpu, ...shape), values(gpu, shape[1 - axis])];
      return () => naiveSums(gpu, x, out, axis);
    }, axis === 0);
    bench(group, `sum over ${axis}`, 10, (gpu) => {
      const [x, out] = [values(gpu, ...shape), values(gpu, shape[1 - axis])];
      return () => gpu.backend.reduce("sum", x, out, [axis]);
    });
    bench(group, `arg max along ${axis}`, 10, (gpu) => {
      const [x, indices] = [values(gpu, ...shape), gpu.scratch([shape[1 - axis]], "int32")];
      return () => gpu.backend.argReduce("max", x, null, indices, axis);
    });
    bench(group, `cumsum along ${axis}`, 10, (gpu) => {
      const [x, out] = [values(gpu, ...shape), values(gpu, ...shape)];
      return () => gpu.backend.scan("sum", x, out, null, axis);
    });
  }
  bench(group, "sum", 10, (gpu) => {
    const [x, out] = [values(gpu, ...shape), values(gpu)];
    return () => gpu.backend.reduce("sum", x, out, [0, 1]);
  });
}

const SORTS: readonly [shape: readonly number[], keep: number][] = [
  [[1000, 1000], 1000],
  [[1000, 1000], 10],
  [[1_000_000], 1_000_000],
  [[1_000_000], 10],
];
for (const [shape, keep] of SORTS) {
  bench("sort", `the first ${keep} of ${shape.join(" x ")}`, 2, (gpu) => {
    const x = values(gpu, ...shape);
    const dim = shape.length - 1;
    const kept = shape.with(dim, keep);
    const [sorted, indices] = [values(gpu, ...kept), gpu.scratch(kept, "int32")];
    return () => gpu.backend.topk(x, sorted, indices, dim, true);
  });
}

for (const shape of [[1000, 1000], [8, 200_000]]) {
  const group = `normalize ${shape.join(" x ")}`;
  for (const dim of [0, 1]) {
    bench(group, `softmax along ${dim}`, 10, (gpu) => {
      const [x, out] = [values(gpu, ...shape), values(gpu, ...shape)];
      return () => gpu.backend.softmax(x, out, dim, false);
    }, dim === 0);
  }
  bench(group, "gradient of softmax along 1", 10, (gpu) => {
    const [g, y, out] = [values(gpu, ...shape), values(gpu, ...shape), values(gpu, ...shape)];
    return () => gpu.backend.softmaxBackward(g, y, out, 1, false);
  });
  const operands = (gpu: Gpu) => {
    const [x, y] = [values(gpu, ...shape), values(gpu, ...shape)];
    const [mean, rstd] = [values(gpu, shape[0]), values(gpu, shape[0])];
    return { x, y, mean, rstd, weight: values(gpu, shape[1]), bias: values(gpu, shape[1]) };
  };
  bench(group, "layer norm", 10, (gpu) => {
    const { x, y, mean, rstd, weight, bias } = operands(gpu);
    return () => gpu.backend.layerNorm(x, weight, bias, y, mean, rstd, 1e-5);
  });
  bench(group, "gradients of layer norm", 10, (gpu) => {
    const { x, y, mean, rstd, weight, bias } = operands(gpu);
    const dweight = values(gpu, shape[1]);
    return () => gpu.backend.layerNormBackward(x, x, weight, mean, rstd, y, dweight, bias);
  });
}
