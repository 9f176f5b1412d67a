/**
 * Automatic differentiation for Deno.
 *
 * @module
 */
export * from "./ops/mod.ts";
export { Tensor } from "./tensor/tensor.ts";
import "./autograd/engine.ts";
import { attachMethods } from "./ops/methods.ts";

attachMethods();
export * as func from "./func/mod.ts";
