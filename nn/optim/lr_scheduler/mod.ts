/**
 * Schedules of the learning rate, as in `torch.optim.lr_scheduler`.
 *
 * @module
 */
export * from "./combined.ts";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine.ts";
export * from "./cyclic.ts";
export * from "./decay.ts";
export * from "./lambda.ts";
export * from "./plateau.ts";
export {
  LRScheduler,
  type ScheduledGroup,
  type ScheduledOptimizer,
  type SchedulerOptions,
  type SchedulerState,
} from "./scheduler.ts";
export * from "./warmup.ts";
