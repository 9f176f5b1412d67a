/**
 * Cosine annealing (Loshchilov and Hutter 2017).
 *
 * @module
 */
import { checkOptions, refused } from "../../../tensor/arguments.ts";
import { ArgumentError } from "../../../tensor/errors.ts";
import { LRScheduler } from "./scheduler.ts";
import type { CosineAnnealingLROptions, CosineAnnealingWarmRestartsOptions, ScheduledOptimizer } from "./types.ts";

/** From `high` at 0 to `low` at 1 along half a period of a cosine. */
export function annealCosine(high: number, low: number, part: number): number {
  return low + (high - low) * (1 + Math.cos(Math.PI * part)) / 2;
}

/**
 * Moves the learning rate down and up again along a cosine of period 2 `TMax`.
 *
 * ```ts
 * import { optim, tensor } from "@dualtape/dualtape";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const optimizer = new optim.SGD([tensor([1.5], { requiresGrad: true })], { lr: 1 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: 2 });
 * optimizer.step();
 * scheduler.step();
 * assertAlmostEquals(scheduler.getLastLr()[0], 0.5);
 * ```
 */
export class CosineAnnealingLR extends LRScheduler {
  /** Epochs from the initial learning rate to the lowest. */
  readonly TMax: number;
  /** The lowest learning rate. */
  readonly etaMin: number;

  /** Enters epoch 0. */
  constructor(optimizer: ScheduledOptimizer, options: CosineAnnealingLROptions) {
    if (options?.TMax <= 0) throw refused("CosineAnnealingLR", "a positive TMax", options.TMax);
    super(optimizer, options, "TMax");
    this.TMax = options.TMax;
    this.etaMin = options.etaMin ?? 0;
    this.initialStep();
  }

  protected override computeLrs(): number[] {
    const { lastEpoch: epoch, TMax, etaMin } = this;
    const lrs = this.currentLrs();
    if (epoch === 0) return lrs;
    if (this.stepCount === 1) return this.closedFormLrs();
    // One epoch after the lowest point the quotient below would divide by 0.
    if ((epoch - 1 - TMax) % (2 * TMax) === 0) {
      return lrs.map((lr, i) => lr + (this.baseLrs[i] - etaMin) * (1 - Math.cos(Math.PI / TMax)) / 2);
    }
    const ratio = (1 + Math.cos(Math.PI * epoch / TMax)) / (1 + Math.cos(Math.PI * (epoch - 1) / TMax));
    return lrs.map((lr) => ratio * (lr - etaMin) + etaMin);
  }

  protected override closedFormLrs(): number[] {
    return this.baseLrs.map((lr) => annealCosine(lr, this.etaMin, this.lastEpoch / this.TMax));
  }
}

/** Cosine annealing that starts over from the initial learning rate after each cycle. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  /** Epochs of the first cycle. */
  readonly T0: number;
  /** How many times longer each cycle is than the one before. */
  readonly TMult: number;
  /** The lowest learning rate. */
  readonly etaMin: number;
  /** Epochs of the present cycle. */
  protected cycleLength: number;
  /** Epochs since the present cycle began. */
  protected cycleEpoch: number;

  /** Enters epoch 0. Throws ArgumentError for cycles that are not positive integers. */
  constructor(optimizer: ScheduledOptimizer, options: CosineAnnealingWarmRestartsOptions) {
    checkOptions("CosineAnnealingWarmRestarts", options, "T0");
    const { T0, TMult = 1, etaMin = 0 } = options;
    for (const [name, value] of Object.entries({ T0, TMult })) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new ArgumentError(
          `CosineAnnealingWarmRestarts: expected ${name} to be a positive integer, got ${value}`,
        );
      }
    }
    super(optimizer, options);
    this.T0 = T0;
    this.TMult = TMult;
    this.etaMin = etaMin;
    this.cycleLength = T0;
    this.cycleEpoch = this.lastEpoch;
    this.initialStep();
  }

  /**
   * Enters the next epoch, or the given one, which may be a fraction: `step(epoch + batch / batches)`.
   *
   * @throws ArgumentError for a negative epoch.
   */
  override step(epoch: number | undefined = this.lastEpoch < 0 ? 0 : undefined): void {
    this.stepCount++;
    if (epoch === undefined) {
      this.cycleEpoch++;
      if (this.cycleEpoch >= this.cycleLength) {
        this.cycleEpoch -= this.cycleLength;
        this.cycleLength *= this.TMult;
      }
    } else this.#enter(epoch);
    this.lastEpoch = epoch === undefined ? this.lastEpoch + 1 : Math.floor(epoch);
    this.setLrs(this.computeLrs());
  }

  protected override computeLrs(): number[] {
    return this.baseLrs.map((lr) => annealCosine(lr, this.etaMin, this.cycleEpoch / this.cycleLength));
  }

  #enter(epoch: number): void {
    const { T0, TMult } = this;
    if (!(epoch >= 0)) {
      throw new ArgumentError(`CosineAnnealingWarmRestarts: expected an epoch of 0 or more, got ${epoch}`);
    }
    let start = 0;
    let length = T0;
    if (TMult === 1) start = epoch - epoch % T0;
    else {
      for (; epoch >= start + length; length *= TMult) start += length;
    }
    this.cycleLength = length;
    this.cycleEpoch = epoch - start;
  }
}
