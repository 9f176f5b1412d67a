/**
 * Tensors for the workloads, with the values that every peer computes.
 *
 * @module
 */
import { type DType, nn, type Tensor, tensor } from "../../mod.ts";
import { label, meanAbsolute, sizeOf, values } from "../peers/inputs.ts";
import type { Workload } from "../peers/measure.ts";

/** A tensor of reproducible values in `[-scale / 2, scale / 2)`. */
export function input(shape: readonly number[], seed: number, scale = 1, dtype: DType = "float32"): Tensor {
  return tensor(values(sizeOf(shape), seed, scale), { dtype }).reshape(shape);
}

/** Class labels, int32. */
export function labels(count: number): Tensor {
  return tensor(Int32Array.from({ length: count }, (_, i) => label(i)));
}

/** Values for a weight of `fan` inputs. */
export function weight(shape: readonly number[], seed: number, fan: number): Tensor {
  return input(shape, seed, 2 / Math.sqrt(fan));
}

/** A linear layer with reproducible weights and no bias to begin with. */
export function linear(inputs: number, outputs: number, seed: number): nn.Linear {
  const layer = new nn.Linear(inputs, outputs);
  layer.loadStateDict({
    weight: weight([inputs, outputs], seed, inputs).T,
    bias: tensor(new Float32Array(outputs)),
  });
  return layer;
}

/** A convolution with reproducible weights and no bias to begin with. */
export function conv(inputs: number, outputs: number, kernel: number, seed: number, padding = 0): nn.Conv2d {
  const layer = new nn.Conv2d(inputs, outputs, kernel, { padding });
  layer.loadStateDict({
    weight: weight([outputs, inputs, kernel, kernel], seed, inputs * kernel * kernel),
    bias: tensor(new Float32Array(outputs)),
  });
  return layer;
}

/** The workload that computes one tensor and leaves it to the memory management. */
export function computes(compute: () => Tensor): Workload {
  return {
    run(): void {
      compute();
    },
    result: () => meanAbsolute(compute().dataSync()),
  };
}

/**
 * The workload that computes one tensor and disposes it, so that the op is measured and not the memory it touches first:
 * other libraries count references or tidy.
 */
export function computesAndDisposes(compute: () => Tensor): Workload {
  return { ...computes(compute), run: () => compute().dispose() };
}
