/**
 * Schedules of the learning rate, as in `torch.optim.lr_scheduler`.
 *
 * @module
 */
export * from "./combined.ts";
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./cosine.ts";
export * from "./cyclic.ts";
export * from "./decay.ts";
export * from "./lambda.ts";
export * from "./plateau.ts";
export { LRScheduler } from "./scheduler.ts";
export * from "./warmup.ts";
export type * from "./types.ts";
