/**
 * Everything that is measured, for the benchmarks in this folder and for the comparison with other libraries.
 *
 * @module
 */
import type { Workloads } from "../peers/measure.ts";
import { elementwise, matmuls, reductions } from "./forward.ts";
import { gradients } from "./gradients.ts";
import { training } from "./training.ts";
import { transforms } from "./transforms.ts";

/** All workloads by the names that `peers/torch_peer.py` gives them. */
export const workloads: Workloads = {
  ...matmuls,
  ...elementwise,
  ...reductions,
  ...gradients,
  ...transforms,
  ...training,
};
