/**
 * Fused optimizer steps on the GPU against the definition, over several steps.
 *
 * @module
 */
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { backendOf, type Device, type Tensor } from "../../tensor/tensor.ts";
import { fromValues, generator } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** Numbers in [-1, 1). */
function draw(count: number, seed: number): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length: count }, () => 2 * random() - 1);
}

/** Parameters and the arrays of an optimizer's state, which hold anything at first. */
function arrays(device: Device, count: number, state: number, value: number): Tensor[] {
  const p = fromValues(draw(count, 1), [count], "float32", device);
  const rest = Array.from(
    { length: state },
    () => fromValues(new Float32Array(count).fill(value), [count], "float32", device),
  );
  return [p, ...rest];
}

async function assertSame(actual: readonly Tensor[], expected: readonly Tensor[], where: string): Promise<void> {
  for (const [k, x] of actual.entries()) await assertAgrees(x, expected[k], 1e-6, `${where}, array ${k}`);
}

gpuTest("sgd: every combination of options", async () => {
  for (const bits of Array(32).keys()) {
    const [momentum, nesterov, maximize, decay, damped] = [1, 2, 4, 8, 16].map((bit) => (bits & bit) !== 0);
    const run = (device: Device): Tensor[] => {
      const [p, buffer] = arrays(device, 131, 1, NaN);
      for (let step = 1; step <= 3; step++) {
        const g = fromValues(draw(131, step + 10), [131], "float32", device);
        backendOf(device).sgd(p, g, momentum ? buffer : null, {
          lr: 0.1,
          momentum: momentum ? 0.9 : 0,
          dampening: damped ? 0.2 : 0,
          weightDecay: decay ? 0.01 : 0,
          nesterov,
          maximize,
          first: step === 1,
        });
      }
      return momentum ? [p, buffer] : [p];
    };
    await assertSame(run("webgpu"), run("reference"), `sgd ${bits}`);
  }
});

gpuTest("adam: every combination of options", async () => {
  for (const bits of Array(16).keys()) {
    const [amsgrad, decoupled, maximize, decay] = [1, 2, 4, 8].map((bit) => (bits & bit) !== 0);
    const run = (device: Device): Tensor[] => {
      const all = arrays(device, 131, amsgrad ? 3 : 2, 0);
      for (let step = 1; step <= 4; step++) {
        const g = fromValues(draw(131, step + 20), [131], "float32", device);
        backendOf(device).adam(all[0], g, all[1], all[2], all[3] ?? null, {
          lr: 0.01,
          beta1: 0.9,
          beta2: 0.999,
          eps: 1e-8,
          weightDecay: decay ? 0.1 : 0,
          decoupled,
          maximize,
          step,
        });
      }
      return all;
    };
    await assertSame(run("webgpu"), run("reference"), `adam ${bits}`);
  }
});

gpuTest("steps take empty parameters and windows of larger arrays, and keep NaN", async () => {
  const run = (device: Device): Tensor[] => {
    const backend = backendOf(device);
    const whole = fromValues(draw(20, 3), [20], "float32", device);
    const p = whole.narrow(0, 7, 6);
    const g = fromValues(draw(10, 4), [10], "float32", device).narrow(0, 3, 6);
    const options = { lr: 0.1, weightDecay: 0, maximize: false };
    const momentum = { momentum: 0, dampening: 0, nesterov: false, first: false };
    backend.sgd(p, g, null, { ...options, ...momentum });
    const none = fromValues(new Float32Array(0), [0], "float32", device);
    backend.sgd(none, none, null, { ...options, ...momentum });
    const [q, m, v, largest] = arrays(device, 3, 3, 0);
    const nan = fromValues(Float32Array.of(1, NaN, Infinity), [3], "float32", device);
    const rates = { ...options, beta1: 0.9, beta2: 0.999, eps: 1e-8, decoupled: false, step: 1 };
    backend.adam(q, nan, m, v, largest, rates);
    return [whole, q, m, v, largest];
  };
  await assertSame(run("webgpu"), run("reference"), "windows");
});
