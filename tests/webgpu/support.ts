/**
 * What the tests of the GPU share: the device, comparing with the reference.
 *
 * @module
 */
import { webgpu, type WebGpuDevice } from "../../runtime/webgpu/mod.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { distance } from "../ops/support.ts";

async function open(): Promise<WebGpuDevice | null> {
  try {
    return await webgpu();
  } catch (error) {
    // Where everything must be shown, a machine without a GPU driver is a failure.
    if (Deno.env.get("CI") !== undefined) throw error;
    console.error(`The tests of the device "webgpu" are SKIPPED: ${error}`);
    return null;
  }
}

/** The GPU, or null where the machine has none and is not the one that proves a change. */
export const device: WebGpuDevice | null = await open();

/** A test that needs a GPU. */
export function gpuTest(name: string, fn: (gpu: WebGpuDevice) => Promise<void>): void {
  Deno.test({ name, ignore: device === null, fn: () => fn(device!) });
}

/** Throws unless a tensor on the GPU has the shape, the dtype and, up to `tolerance` (1 + |x|), the elements of another. */
export async function assertAgrees(actual: Tensor, expected: Tensor, tolerance: number, where: string): Promise<void> {
  if (`${actual.shape} ${actual.dtype}` !== `${expected.shape} ${expected.dtype}`) {
    throw new Error(`${where}: ${actual.dtype} [${actual.shape}] instead of ${expected.dtype} [${expected.shape}]`);
  }
  const values = await actual.data();
  const error = distance(values, expected.dataSync());
  if (!(error <= tolerance)) {
    throw new Error(`${where}: differs by ${error}: ${values} instead of ${expected.dataSync()}`);
  }
}
