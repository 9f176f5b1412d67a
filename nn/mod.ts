/**
 * Modules, as in `torch.nn`.
 *
 * @module
 */
export { type ForwardHook, Module, type StateDict } from "./module.ts";
export { Parameter } from "./parameter.ts";
export * as functional from "./functional.ts";
