/**
 * Schedules that begin with a part of the learning rate.
 *
 * @module
 */
import { ArgumentError } from "../../../tensor/errors.ts";
import { LRScheduler } from "./scheduler.ts";
import type { ConstantLROptions, LinearLROptions, ScheduledOptimizer } from "./types.ts";

function checkFactor(name: string, factor: number): void {
  if (!(factor >= 0 && factor <= 1)) throw new ArgumentError(`${name}: expected a factor in [0, 1], got ${factor}`);
}

/** Multiplies the learning rate by `factor` until epoch `totalIters`. */
export class ConstantLR extends LRScheduler {
  /** Factor of the learning rate at first. */
  readonly factor: number;
  /** Epochs until the full learning rate. */
  readonly totalIters: number;

  /** Enters epoch 0. Throws ArgumentError for a factor outside [0, 1]. */
  constructor(optimizer: ScheduledOptimizer, options: ConstantLROptions = {}) {
    const { factor = 1 / 3, totalIters = 5 } = options;
    checkFactor("ConstantLR", factor);
    super(optimizer, options);
    this.factor = factor;
    this.totalIters = totalIters;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const { lastEpoch: epoch, totalIters, factor } = this;
    // No factor leads back from 0.
    if (factor === 0) return this.closedFormLrs();
    const multiplier = epoch === 0 ? factor : epoch === totalIters ? 1 / factor : 1;
    return this.currentLrs().map((lr) => lr * multiplier);
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    return this.baseLrs.map((lr) => this.lastEpoch >= this.totalIters ? lr : lr * this.factor);
  }
}

/** Moves the factor of the learning rate linearly from `startFactor` to `endFactor`. */
export class LinearLR extends LRScheduler {
  /** Factor of the learning rate in epoch 0. */
  readonly startFactor: number;
  /** Factor from epoch `totalIters` on. */
  readonly endFactor: number;
  /** Epochs from the one to the other. */
  readonly totalIters: number;

  /** Enters epoch 0. Throws ArgumentError for factors outside [0, 1]. */
  constructor(optimizer: ScheduledOptimizer, options: LinearLROptions = {}) {
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = options;
    checkFactor("LinearLR", startFactor);
    checkFactor("LinearLR", endFactor);
    super(optimizer, options);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const { lastEpoch: epoch, startFactor, totalIters } = this;
    const lrs = this.currentLrs();
    if (startFactor === 0) return this.closedFormLrs();
    if (epoch === 0) return lrs.map((lr) => lr * startFactor);
    if (epoch > totalIters) return lrs;
    const rise = this.endFactor - startFactor;
    return lrs.map((lr) => lr * (1 + rise / (totalIters * startFactor + (epoch - 1) * rise)));
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    const part = Math.min(this.totalIters, this.lastEpoch) / this.totalIters;
    return this.baseLrs.map((lr) => lr * (this.startFactor + (this.endFactor - this.startFactor) * part));
  }
}
