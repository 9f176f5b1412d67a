/**
 * The device "reference": every kernel in plain TypeScript, slow and obviously right. Tests compare the others with it.
 *
 * @module
 */
import type { Backend } from "../backend.ts";
import { BYTES_PER_ELEMENT } from "../dtype.ts";
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
import { ReferenceStorage } from "./storage.ts";

/** The oracle of the tests. */
export const reference: Backend = {
  name: "reference",
  readsAtOnce: true,
  timeKernels: null,
  bytesPerElement: BYTES_PER_ELEMENT,
  allocate: (byteLength) => new ReferenceStorage(byteLength),
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

registerBackend(reference);
