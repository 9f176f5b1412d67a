/**
 * The device "cpu": WebAssembly kernels on the page heap.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { BYTES_PER_ELEMENT } from "../dtype.ts";
import { allocate } from "../heap.ts";
import { registerBackend } from "../registry.ts";
import { convolutionFamily } from "./convolution.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { matmulFamily } from "./matmul.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { optimizer } from "./optimizer.ts";
import { pooling } from "./pooling.ts";
import { random } from "./random.ts";
import { reduction } from "./reduction.ts";

/** WebAssembly kernels, on as many threads as `threads()` says. */
export const cpu: Backend = {
  name: "cpu",
  readsAtOnce: true,
  timeKernels: null,
  bytesPerElement: BYTES_PER_ELEMENT,
  allocate,
  ...convolutionFamily,
  ...elementwise,
  ...indexing,
  ...matmulFamily,
  ...movement,
  ...normalization,
  ...optimizer,
  ...pooling,
  ...random,
  ...reduction,
};

registerBackend(cpu);
