/**
 * Schedules that a function of the epoch gives.
 *
 * @module
 */
import { checkFunction } from "../../../tensor/arguments.ts";
import { LRScheduler, perGroup } from "./scheduler.ts";
import type { LambdaLROptions, LrLambda, ScheduledOptimizer } from "./types.ts";

/** The initial learning rate times a function of the epoch. The functions are no part of the state. */
export class LambdaLR extends LRScheduler {
  /** One function per group. */
  readonly lrLambdas: readonly LrLambda[];

  /** Throws ArgumentError for a list of functions that has not one per group. */
  constructor(optimizer: ScheduledOptimizer, options: LambdaLROptions) {
    super(optimizer, options, "lrLambda");
    const name = `${this.constructor.name}: lrLambda`;
    this.lrLambdas = perGroup(name, optimizer, options.lrLambda);
    for (const lambda of this.lrLambdas) checkFunction(name, lambda);
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    return this.baseLrs.map((lr, i) => lr * this.lrLambdas[i](this.lastEpoch));
  }
}

/** The learning rate times a function of the epoch, in every epoch but the first. */
export class MultiplicativeLR extends LambdaLR {
  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const lrs = this.currentLrs();
    return this.lastEpoch > 0 ? lrs.map((lr, i) => lr * this.lrLambdas[i](this.lastEpoch)) : lrs;
  }
}
