/**
 * Single ops without gradients: matrix products, elementwise functions, reductions.
 *
 * @module
 */
import { type DType, nn, type Tensor } from "../../mod.ts";
import type { Workload, Workloads } from "../peers/measure.ts";
import { computes, computesAndDisposes, input } from "./inputs.ts";

function matmul(
  size: number,
  options: { transposeA?: boolean; transposeB?: boolean; dtype?: DType } = {},
): Workload {
  const a = input([size, size], 1, 1, options.dtype);
  const b = input([size, size], 2, 1, options.dtype);
  const [left, right] = [options.transposeA ? a.T : a, options.transposeB ? b.T : b];
  return computesAndDisposes(() => left.matmul(right));
}

/** Square matrix products. */
export const matmuls: Workloads = {
  ...Object.fromEntries([16, 64, 256, 512, 1024].map((size) => [`matmul ${size}`, () => matmul(size)])),
  "matmul 512 A^T B": () => matmul(512, { transposeA: true }),
  "matmul 512 A B^T": () => matmul(512, { transposeB: true }),
  "matmul 512 A^T B^T": () => matmul(512, { transposeA: true, transposeB: true }),
  "matmul 512 float64": () => matmul(512, { dtype: "float64" }),
  "matmul 1024 float64": () => matmul(1024, { dtype: "float64" }),
};

const FUNCTIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  add: (x) => x.add(x),
  mul: (x) => x.mul(x),
  relu: (x) => x.relu(),
  exp: (x) => x.exp(),
  log: (x) => x.log(),
  sin: (x) => x.sin(),
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  gelu: (x) => nn.functional.gelu(x),
};

function elementwiseOf(size: number, suffix: string, measure: (compute: () => Tensor) => Workload): Workloads {
  return Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, compute]) => [`${name} ${size}${suffix}`, () => {
      const centered = input([size], 3, 4);
      // The argument of log is moved to positive values.
      const x = name === "log" ? centered.add(2.5) : centered;
      return measure(() => compute(x));
    }]),
  );
}

/** Elementwise functions of many values and of few. */
export const elementwise: Workloads = {
  ...elementwiseOf(1_000_000, "", computesAndDisposes),
  ...elementwiseOf(1_000_000, " in a plain loop", computes),
  ...elementwiseOf(16, "", computes),
};

/** Sums and row-wise normalizations. */
export const reductions: Workloads = {
  "sum 1000000": () => {
    const x = input([1_000_000], 3, 4);
    return computes(() => x.sum());
  },
  "softmax 512x1000": () => {
    const x = input([512, 1000], 4, 4);
    return computesAndDisposes(() => nn.functional.softmax(x, -1));
  },
  "layerNorm 512x768": () => {
    const x = input([512, 768], 5, 4);
    return computesAndDisposes(() => nn.functional.layerNorm(x, [768]));
  },
};
