/**
 * Softmax and normalisations on the GPU where the samples of the op table do not reach: every way that rows are shared
 * out, special values, gradients.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { nn, tensor, zeros } from "../../mod.ts";
import { empty, type Tensor } from "../../tensor/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { strided } from "../ops/support.ts";
import { assertSame, drawn, onGpu, stated } from "./oracle.ts";
import { gpuTest } from "./support.ts";

/** Shapes and axes: one invocation, one workgroup, and stages over the device per row. */
const SOFTMAXES: readonly [shape: readonly number[], dim: number][] = [
  [[1000, 5], 1],
  [[70_000, 2], 1],
  [[7, 1000], 1],
  [[65, 100], 1],
  [[100, 64], 0],
  [[4, 50, 20], 1],
  [[40_000], 0],
  [[2, 33_000], 1],
  [[3000, 20], 0],
  [[5, 0], 1],
  [[0, 40], 1],
];

for (const log of [false, true]) {
  const name = log ? "logSoftmax" : "softmax";
  const apply = (x: Tensor, dim: number): Tensor => log ? x.logSoftmax(dim) : x.softmax(dim);

  gpuTest(`${name} and its gradient along rows and columns of all lengths`, async () => {
    for (const [shape, dim] of SOFTMAXES) {
      const backward = (x: Tensor, g: Tensor): Tensor[] => {
        const input = x.detach().requiresGrad_();
        const y = apply(input, dim);
        y.backward(g);
        return [y.detach(), input.grad!];
      };
      const inputs = [drawn(shape, { low: -3, high: 3 }), drawn(shape, { seed: 2 })];
      await assertSame(backward, inputs, 3e-6, `${name} [${shape}] along ${dim}`, "cpu");
      await assertSame((x, g) => backward(strided(x), strided(g)), inputs, 3e-6, `${name} strided [${shape}]`, "cpu");
    }
  });

  gpuTest(`${name} of large numbers, infinities and NaN`, async () => {
    for (const n of [5, 300, 33_000]) {
      for (const special of [1000, -1000, 3e38, -Infinity, Infinity, NaN]) {
        const given = drawn([2, n]);
        given.values[3] = special;
        await assertSame((x) => [apply(x, 1)], [given], 3e-6, `${name} of ${n} with ${special}`, "cpu");
      }
      const masked = stated(new Array(n).fill(-Infinity), [1, n]);
      await assertSame((x) => [apply(x, 1)], [masked], 0, `${name} of ${n} masked elements`, "cpu");
    }
  });
}

gpuTest("a row of softmax adds up to 1", async () => {
  const sums = await onGpu(drawn([3, 200_000])).softmax(1).sum(1).data();
  for (const sum of sums) assert(Math.abs(sum - 1) < 2e-6, `${sum}`);
});

/** What a normalisation has besides x. */
type Affine = "weight and bias" | "weight" | "bias" | "neither";

const AFFINES: readonly Affine[] = ["weight and bias", "weight", "bias", "neither"];

function zerosLikeOn(x: Tensor, shape: readonly number[], dtype: DType = "float32"): Tensor {
  const out = empty(x.storage.backend, shape, dtype);
  x.storage.backend.fill(out, 0);
  return out;
}

/** All outputs of one of the two normalisations, forward and backward, on the device of x. */
function normalized(
  kind: "layerNorm" | "batchNorm",
  affine: Affine,
  wanted: "everything" | "the input's",
  groups: number,
): (x: Tensor, g: Tensor, w: Tensor, b: Tensor) => Tensor[] {
  return (x, g, w, b) => {
    const { backend } = x.storage;
    const weight = affine.startsWith("weight") ? w : null;
    const bias = affine.endsWith("bias") ? b : null;
    const [y, mean, rstd] = [x.shape, [groups], [groups]].map((shape) => zerosLikeOn(x, shape));
    backend[kind](x, weight, bias, y, mean, rstd, 1e-5);
    const dx = zerosLikeOn(x, x.shape);
    const dweight = weight && wanted === "everything" ? zerosLikeOn(x, w.shape) : null;
    const dbias = bias && wanted === "everything" ? zerosLikeOn(x, w.shape) : null;
    backend[`${kind}Backward`](g, x, weight, mean, rstd, dx, dweight, dbias);
    const outputs = [y, mean, rstd, dx];
    if (dweight !== null) outputs.push(dweight);
    if (dbias !== null) outputs.push(dbias);
    return outputs;
  };
}

async function checkNormalized(
  kind: "layerNorm" | "batchNorm",
  shape: readonly number[],
  groups: number,
  parameters: number,
  affine: Affine,
): Promise<void> {
  const inputs = [
    drawn(shape, { low: -1, high: 2 }),
    drawn(shape, { seed: 2 }),
    drawn([parameters], { low: 0.5, high: 2, seed: 3 }),
    drawn([parameters], { seed: 4 }),
  ];
  for (const wanted of ["everything", "the input's"] as const) {
    const where = `${kind} [${shape}] with ${affine}, gradients: ${wanted}`;
    await assertSame(normalized(kind, affine, wanted, groups), inputs, 1e-5, where);
  }
}

gpuTest("layerNorm of rows of all lengths", async () => {
  for (const [rows, n] of [[3, 7], [500, 16], [33, 1000], [2, 34_000], [2500, 40], [1, 1]]) {
    for (const affine of AFFINES) await checkNormalized("layerNorm", [rows, n], rows, n, affine);
  }
});

gpuTest("batchNorm of few and many channels", async () => {
  const shapes = [[16, 3, 5, 5], [64, 20], [3000, 2], [2, 3, 20_000], [9, 70, 3]];
  for (const shape of shapes) {
    for (const affine of AFFINES) await checkNormalized("batchNorm", shape, shape[1], shape[1], affine);
  }
});

gpuTest("only the gradients that are asked for are computed", async (gpu) => {
  const x = onGpu(drawn([40, 8]));
  const { backend } = x.storage;
  const statistics = zerosLikeOn(x, [40]);
  await gpu.finish();
  const before = gpu.memory().dispatches;
  backend.layerNormBackward(x, x, null, statistics, statistics, null, null, null);
  backend.batchNormBackward(x, x, null, statistics, statistics, null, null, null);
  await gpu.finish();
  assertEquals(gpu.memory().dispatches, before);
});

gpuTest("normalisations of nothing", async () => {
  const x = onGpu(drawn([0, 4]));
  const y = zerosLikeOn(x, [0, 4]);
  const none = zerosLikeOn(x, [0]);
  x.storage.backend.layerNorm(x, null, null, y, none, none, 1e-5);
  assertEquals((await y.data()).length, 0);
});

gpuTest("the gradients of weight and bias are zero where layerNorm had no rows", async () => {
  const weight = tensor([2, 3, 4], { device: "webgpu", requiresGrad: true });
  const bias = tensor([1, 1, 1], { device: "webgpu", requiresGrad: true });
  nn.functional.layerNorm(zeros([0, 3], { device: "webgpu" }), [3], { weight, bias }).sum().backward();
  assertEquals([...await weight.grad!.data(), ...await bias.grad!.data()], [0, 0, 0, 0, 0, 0]);
});
