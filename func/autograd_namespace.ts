/**
 * The `autograd` namespace: reverse mode and what is built on it.
 *
 * @module
 */
export * from "../autograd/mod.ts";
export * as functional from "./functional.ts";
