/**
 * Schedules that decay.
 *
 * @module
 */
import { ArgumentError } from "../../../tensor/errors.ts";
import { listOf } from "../../parameter.ts";
import { LRScheduler } from "./scheduler.ts";
import type {
  ExponentialLROptions,
  MultiStepLROptions,
  PolynomialLROptions,
  ScheduledOptimizer,
  StepLROptions,
} from "./types.ts";

/**
 * Multiplies the learning rate by `gamma` every `stepSize` epochs.
 *
 * ```ts
 * import { optim, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const optimizer = new optim.SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.5 });
 * const rates = [];
 * for (let epoch = 0; epoch < 4; epoch++) {
 *   rates.push(scheduler.getLastLr()[0]);
 *   optimizer.step();
 *   scheduler.step();
 * }
 * assertEquals(rates, [1, 1, 0.5, 0.5]);
 * ```
 */
export class StepLR extends LRScheduler {
  /** Epochs between two decays. */
  readonly stepSize: number;
  /** Factor of a decay. */
  readonly gamma: number;

  /** Enters epoch 0. */
  constructor(optimizer: ScheduledOptimizer, options: StepLROptions) {
    const stepSize = options?.stepSize;
    if (stepSize !== undefined && !(Number.isInteger(stepSize) && stepSize > 0)) {
      throw new ArgumentError(`StepLR: expected stepSize to be a positive integer, got ${stepSize}`);
    }
    super(optimizer, options, "stepSize");
    this.stepSize = stepSize;
    this.gamma = options.gamma ?? 0.1;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const lrs = this.currentLrs();
    const decays = this.lastEpoch !== 0 && this.lastEpoch % this.stepSize === 0;
    return decays ? lrs.map((lr) => lr * this.gamma) : lrs;
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize));
  }
}

/** Multiplies the learning rate by `gamma` at each milestone. */
export class MultiStepLR extends LRScheduler {
  /** Epochs that decay. */
  readonly milestones: readonly number[];
  /** Factor of a decay. */
  readonly gamma: number;

  /** Enters epoch 0. */
  constructor(optimizer: ScheduledOptimizer, options: MultiStepLROptions) {
    super(optimizer, options, "milestones");
    this.milestones = listOf("MultiStepLR", options.milestones, "milestones");
    this.gamma = options.gamma ?? 0.1;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const count = this.milestones.filter((epoch) => epoch === this.lastEpoch).length;
    return this.currentLrs().map((lr) => count === 0 ? lr : lr * this.gamma ** count);
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    const count = this.milestones.filter((epoch) => epoch <= this.lastEpoch).length;
    return this.baseLrs.map((lr) => lr * this.gamma ** count);
  }
}

/** Multiplies the learning rate by `gamma` in every epoch. */
export class ExponentialLR extends LRScheduler {
  /** Factor per epoch. */
  readonly gamma: number;

  /** Enters epoch 0. */
  constructor(optimizer: ScheduledOptimizer, options: ExponentialLROptions) {
    super(optimizer, options, "gamma");
    this.gamma = options.gamma;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const lrs = this.currentLrs();
    return this.lastEpoch === 0 ? lrs : lrs.map((lr) => lr * this.gamma);
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch);
  }
}

/** Decays the learning rate to 0 as (1 - epoch / totalIters) ** power. */
export class PolynomialLR extends LRScheduler {
  /** Epochs until the learning rate is 0. */
  readonly totalIters: number;
  /** Power of the polynomial. */
  readonly power: number;

  /** Enters epoch 0. */
  constructor(optimizer: ScheduledOptimizer, options: PolynomialLROptions = {}) {
    super(optimizer, options);
    this.totalIters = options.totalIters ?? 5;
    this.power = options.power ?? 1;
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const { lastEpoch: epoch, totalIters, power } = this;
    const lrs = this.currentLrs();
    if (epoch === 0 || epoch > totalIters) return lrs;
    const factor = ((1 - epoch / totalIters) / (1 - (epoch - 1) / totalIters)) ** power;
    return lrs.map((lr) => lr * factor);
  }

  /** The rates of this step, from its number alone. */
  protected override closedFormLrs(): number[] {
    const left = 1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters;
    return this.baseLrs.map((lr) => lr * left ** this.power);
  }
}
