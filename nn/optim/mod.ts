/**
 * Optimizers, as in `torch.optim`.
 *
 * @module
 */
export { Optimizer, type ParamGroup, type ParamsLike, type ParamState } from "./optimizer.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
