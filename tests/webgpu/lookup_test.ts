/**
 * Looking up and choosing on the GPU where the CPU walks through the numbers: ties, NaN, every layout. What must look at
 * numbers at once is an error that names the function that was called.
 *
 * @module
 */
import { assertThrows } from "@std/assert";
import * as dualtape from "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { linalg, nn, type Tensor } from "../../mod.ts";
import { BackendError } from "../../runtime/errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Device } from "../../tensor/tensor.ts";
import { drawValues, fromValues, generator, strided } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

const { bucketize, histc, isin, searchsorted } = dualtape;

/** Few different numbers, so that they tie; with `nan`, some that are none. */
function draw(shape: readonly number[], dtype: DType, seed: number, nan: boolean): (device: Device) => Tensor {
  const values = drawValues({ shape, low: 0, high: 6 }, "int32", generator(seed));
  const floats = Float32Array.from(values, (x) => nan && x === 5 ? NaN : x);
  return (device) => fromValues(dtype === "float32" ? floats : values, shape, dtype, device);
}

async function compare(where: string, f: (device: Device) => readonly Tensor[]): Promise<void> {
  const expected = f("reference");
  for (const [k, x] of f("webgpu").entries()) await assertAgrees(x, expected[k], 0, `${where}, output ${k}`);
}

gpuTest("medians, modes and order statistics: ties, NaN, every axis and layout", async () => {
  for (const dtype of ["float32", "int32"] as const) {
    for (const nan of dtype === "float32" ? [false, true] : [false]) {
      const x = draw([7, 6, 5], dtype, 1, nan);
      for (const layout of [(t: Tensor) => t, strided]) {
        for (const dim of [0, 1, 2]) {
          for (const name of ["median", "nanmedian", "mode"] as const) {
            await compare(`${name} ${dtype} ${dim} NaN ${nan}`, (device) => {
              const { values, indices } = layout(x(device))[name](dim);
              return [values, indices];
            });
          }
          await compare(`kthvalue ${dtype} ${dim}`, (device) => {
            const { values, indices } = layout(x(device)).kthvalue(3, dim, { keepdim: true });
            return [values, indices];
          });
        }
        await compare(`of all ${dtype}`, (device) => [layout(x(device)).median(), layout(x(device)).nanmedian()]);
      }
    }
  }
  const nothing = (device: Device): Tensor => fromValues(new Float32Array(4).fill(NaN), [4], "float32", device);
  await compare("only NaN", (device) => [nothing(device).median(), nothing(device).nanmedian(0).indices]);
  await compare("one element", (device) => [draw([1], "float32", 2, false)(device).mode().indices]);
});

gpuTest("searchsorted and bucketize: both sides, NaN, sequences per row, nothing to search", async () => {
  for (const right of [false, true]) {
    const row = (device: Device): Tensor => draw([9], "float32", 3, true)(device).sort().values;
    const values = draw([4, 8], "float32", 4, true);
    const rows = (device: Device): Tensor => draw([4, 9], "float32", 5, true)(device).sort(1).values;
    const none = (device: Device): Tensor => fromValues(new Float32Array(0), [0], "float32", device);
    await compare(`right ${right}`, (device) => [
      searchsorted(row(device), values(device), { right }),
      searchsorted(rows(device), values(device), { right }),
      searchsorted(row(device), strided(values(device)), { right }),
      searchsorted(none(device), values(device), { right }),
      searchsorted(row(device), none(device), { right }),
      bucketize(values(device).select(0, 0).select(0, 0), row(device), { right }),
    ]);
  }
});

gpuTest("isin and histc with a range", async () => {
  for (const dtype of ["float32", "int32"] as const) {
    const [x, set] = [draw([6, 5], dtype, 6, true), draw([2, 2], dtype, 7, true)];
    await compare(`isin ${dtype}`, (device) => [
      isin(x(device), set(device)),
      isin(strided(x(device)), set(device), { invert: true }),
      isin(x(device), set(device).flatten().narrow(0, 0, 0)),
    ]);
  }
  const x = draw([200], "float32", 8, false);
  await compare("histc", (device) => [histc(x(device), { bins: 4, min: 1, max: 5 })]);
});

gpuTest("narrow takes a start that only the device knows", async () => {
  await compare("narrow", (device) => {
    const x = draw([6, 3], "float32", 9, false)(device);
    return [x.narrow(0, fromValues(Int32Array.of(2), [], "int32", device), 3)];
  });
});

gpuTest("what must look at numbers at once names the function that was called, and the cure", () => {
  const matrix = fromValues(Float32Array.of(2, 1, 1, 3), [2, 2], "float32", "webgpu");
  const vector = matrix.select(0, 0);
  const integers = fromValues(Int32Array.of(1, 0), [2], "int32", "webgpu");
  const mask = vector.gt(1);
  const calls: Readonly<Record<string, () => unknown>> = {
    unique: () => vector.unique(),
    nonzero: () => vector.nonzero(),
    argwhere: () => dualtape.argwhere(vector),
    maskedSelect: () => vector.maskedSelect(mask),
    repeatInterleave: () => vector.repeatInterleave(integers),
    bincount: () => dualtape.bincount(integers),
    histc: () => histc(vector),
    oneHot: () => nn.functional.oneHot(integers),
    equal: () => vector.equal(vector),
    allclose: () => vector.allclose(vector),
    tensorSplit: () => vector.tensorSplit(integers),
    item: () => vector.sum().item(),
    toArray: () => vector.toArray(),
    dataSync: () => vector.dataSync(),
    to: () => vector.to("cpu"),
    "linalg.cholesky": () => linalg.cholesky(matrix),
    "linalg.det": () => linalg.det(matrix),
    "linalg.inv": () => linalg.inv(matrix),
    "linalg.lstsq": () => linalg.lstsq(matrix, matrix),
    "linalg.matrixPower": () => linalg.matrixPower(matrix, -1),
    "linalg.matrixRank": () => linalg.matrixRank(matrix),
    "linalg.pinv": () => linalg.pinv(matrix),
    "linalg.solve": () => linalg.solve(matrix, matrix),
    "linalg.svdvals": () => linalg.svdvals(matrix),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = assertThrows(call, BackendError, `${name}: expected a tensor whose elements can be read at once`);
    if (!error.message.endsWith("await x.cpu() first")) throw new Error(`no cure in: ${error.message}`);
  }
  linalg.matrixPower(matrix, 3);
  return Promise.resolve();
});
