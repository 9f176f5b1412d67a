/**
 * Optimizers and schedules of the learning rate, as in `torch.optim`.
 *
 * @module
 */
export { Optimizer, PerParameterOptimizer } from "./optimizer.ts";
export { Adadelta } from "./adadelta.ts";
export { Adagrad } from "./adagrad.ts";
export { Adam, AdamW } from "./adam.ts";
export { Adamax } from "./adamax.ts";
export { ASGD } from "./asgd.ts";
export { LBFGS } from "./lbfgs.ts";
export { NAdam } from "./nadam.ts";
export { RAdam } from "./radam.ts";
export { RMSprop } from "./rmsprop.ts";
export { Rprop } from "./rprop.ts";
export { SGD } from "./sgd.ts";
export * as lrScheduler from "./lr_scheduler/mod.ts";
export type * from "./types.ts";
