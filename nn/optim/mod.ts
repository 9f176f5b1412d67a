/**
 * Optimizers and schedules of the learning rate, as in `torch.optim`.
 *
 * @module
 */
export {
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type ParamsLike,
  type ParamState,
  PerParameterOptimizer,
} from "./optimizer.ts";
export { Adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { Adamax, type AdamaxOptions } from "./adamax.ts";
export { ASGD, type ASGDOptions } from "./asgd.ts";
export { LBFGS, type LBFGSOptions } from "./lbfgs.ts";
export { NAdam, type NAdamOptions } from "./nadam.ts";
export { RAdam, type RAdamOptions } from "./radam.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { Rprop, type RpropOptions } from "./rprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export * as lrScheduler from "./lr_scheduler/mod.ts";
