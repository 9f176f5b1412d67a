/**
 * The families of kernels on one GPU, put together.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { convolutionFamily } from "./convolution.ts";
import { elementwiseFamily } from "./elementwise.ts";
import type { Gpu } from "./gpu.ts";
import { indexingFamily } from "./indexing.ts";
import { matmulFamily } from "./matmul.ts";
import { movementFamily } from "./movement.ts";
import { normalizationFamily } from "./normalization.ts";
import { optimizerFamily } from "./optimizer.ts";
import { poolingFamily } from "./pooling.ts";
import { randomFamily } from "./random.ts";
import { reductionFamily } from "./reduction.ts";
import { BYTES_PER_ELEMENT } from "./storage.ts";

/** The backend "webgpu" on a device. */
export function backendOn(gpu: Gpu): Backend {
  return {
    name: "webgpu",
    readsAtOnce: false,
    timeKernels: () => gpu.timeKernels(),
    bytesPerElement: BYTES_PER_ELEMENT,
    allocate: (byteLength) => gpu.allocate(byteLength),
    ...convolutionFamily(gpu),
    ...elementwiseFamily(gpu),
    ...indexingFamily(gpu),
    ...matmulFamily(gpu),
    ...movementFamily(gpu),
    ...normalizationFamily(gpu),
    ...optimizerFamily(gpu),
    ...poolingFamily(gpu),
    ...randomFamily(gpu),
    ...reductionFamily(gpu),
  };
}
