/**
 * Convolutions and their gradients straight on the wasm backend, on one thread and on all. The multiply-adds of each are
 * samples x outputs x channels / groups x taps x positions.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import type { ConvolutionGeometry } from "../runtime/backend.ts";
import { BYTES_PER_ELEMENT } from "../runtime/dtype.ts";
import { allocate, beginOp } from "../runtime/heap.ts";
import { setNumThreads } from "../runtime/threads.ts";
import { convolution, convolutionInput, convolutionWeight } from "../runtime/wasm/convolution.ts";
import { movement } from "../runtime/wasm/movement.ts";

const CORES = navigator.hardwareConcurrency;

/** An array of ones. */
function array(dtype: "float32" | "float64", shape: readonly number[]): ArrayRef {
  const numel = shape.reduce((product, length) => product * length, 1);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, length) => product * length, 1));
  const storage = allocate(numel * BYTES_PER_ELEMENT[dtype], true);
  const x: ArrayRef = { dtype, shape, strides, offset: 0, numel, storage };
  movement.fill(x, 1);
  return x;
}

/** Benchmarks the three kernels of x `xShape`, weight `weightShape`. */
function bench(
  name: string,
  xShape: readonly [number, number, number, number],
  weightShape: readonly [number, number, number, number],
  { stride = 1, padding = 0, groups = 1, dtype = "float32" }: {
    stride?: number;
    padding?: number;
    groups?: number;
    dtype?: "float32" | "float64";
  } = {},
): void {
  const [samples, , ...sizes] = xShape;
  const [outputs, , ...kernel] = weightShape;
  const out = sizes.map((size, d) => Math.floor((size + 2 * padding - kernel[d]) / stride) + 1);
  const x = array(dtype, xShape);
  const weight = array(dtype, weightShape);
  const y = array(dtype, [samples, outputs, ...out]);
  const geometry: ConvolutionGeometry = {
    stride: [stride, stride],
    padding: [padding, padding],
    dilation: [1, 1],
    groups,
  };
  const kernels: Record<string, () => void> = {
    forward: () => convolution(x, weight, null, y, geometry),
    "gradient of input": () => convolutionInput(y, weight, x, geometry),
    "gradient of weight": () => convolutionWeight(x, y, weight, geometry),
  };
  for (const threads of [1, CORES]) {
    for (const [kernelName, run] of Object.entries(kernels)) {
      const baseline = threads === 1 && kernelName === "forward";
      const title = threads === 1 ? kernelName : `${kernelName} on ${threads} threads`;
      Deno.bench(title, { group: name, baseline }, () => {
        setNumThreads(threads);
        beginOp();
        run();
      });
    }
  }
}

bench("3x3 x[8,32,32,32] w[64,32,3,3]", [8, 32, 32, 32], [64, 32, 3, 3], { padding: 1 });
bench("3x3 x[8,3,64,64] w[16,3,3,3]", [8, 3, 64, 64], [16, 3, 3, 3], { padding: 1 });
bench("LeNet x[64,1,28,28] w[6,1,5,5]", [64, 1, 28, 28], [6, 1, 5, 5], { padding: 2 });
bench("LeNet x[64,1,28,28] w[6,1,5,5], float64", [64, 1, 28, 28], [6, 1, 5, 5], { padding: 2, dtype: "float64" });
bench("LeNet x[64,6,14,14] w[16,6,5,5]", [64, 6, 14, 14], [16, 6, 5, 5]);
bench("LeNet x[64,6,14,14] w[16,6,5,5], float64", [64, 6, 14, 14], [16, 6, 5, 5], { dtype: "float64" });
bench("small planes x[32,64,7,7] w[64,64,3,3]", [32, 64, 7, 7], [64, 64, 3, 3], { padding: 1 });
bench("stride 2 x[8,32,32,32] w[64,32,3,3]", [8, 32, 32, 32], [64, 32, 3, 3], { padding: 1, stride: 2 });
bench("pointwise x[8,64,32,32] w[64,64,1,1]", [8, 64, 32, 32], [64, 64, 1, 1]);
bench("depthwise x[8,64,32,32] w[64,1,3,3]", [8, 64, 32, 32], [64, 1, 3, 3], { padding: 1, groups: 64 });
