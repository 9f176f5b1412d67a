/**
 * The `autograd.graph` namespace.
 *
 * @module
 */
export { savedTensorsHooks, saveOnCpu } from "./saved_tensors.ts";
