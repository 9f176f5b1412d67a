/**
 * A schedule that watches a metric.
 *
 * @module
 */
import { checkOptions } from "../../../tensor/arguments.ts";
import { ArgumentError } from "../../../tensor/errors.ts";
import { Tensor } from "../../../tensor/tensor.ts";
import { groupsOf, perGroup } from "./scheduler.ts";
import type { ReduceLROnPlateauOptions, ScheduledOptimizer, SchedulerState } from "./types.ts";

/** Reduces the learning rate when a metric has stopped improving: `step(metric)` after each validation. */
export class ReduceLROnPlateau {
  /** The optimizer whose groups are scheduled. */
  readonly optimizer: ScheduledOptimizer;
  /** Number of the present epoch: 0 after construction. */
  lastEpoch = 0;
  /** The best metric so far. */
  best: number;
  /** Epochs since then. */
  protected numBadEpochs = 0;
  /** Epochs left in which none is counted. */
  protected cooldownCounter = 0;
  /** Learning rates after the last step. */
  protected lastLr: number[];
  /** The options, completed. */
  protected readonly options: Required<ReduceLROnPlateauOptions> & { minLr: number[] };

  /** Throws ArgumentError for a factor of 1 or more, or an unknown mode. */
  constructor(optimizer: ScheduledOptimizer, options: ReduceLROnPlateauOptions = {}) {
    checkOptions("ReduceLROnPlateau", options, "mode");
    const full = {
      mode: "min" as const,
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: "rel" as const,
      cooldown: 0,
      eps: 1e-8,
      ...options,
      minLr: perGroup("ReduceLROnPlateau: minLr", optimizer, options.minLr ?? 0),
    };
    if (!(full.factor < 1)) throw new ArgumentError(`ReduceLROnPlateau: expected a factor below 1, got ${full.factor}`);
    if (full.mode !== "min" && full.mode !== "max") {
      throw new ArgumentError(`ReduceLROnPlateau: expected mode "min" or "max", got ${full.mode}`);
    }
    if (full.thresholdMode !== "rel" && full.thresholdMode !== "abs") {
      throw new ArgumentError(`ReduceLROnPlateau: expected thresholdMode "rel" or "abs", got ${full.thresholdMode}`);
    }
    this.optimizer = optimizer;
    this.options = full;
    this.best = full.mode === "min" ? Infinity : -Infinity;
    this.lastLr = groupsOf(optimizer).map(({ lr }) => lr);
  }

  /** Takes the metric of the next epoch and reduces the learning rate if it is time. */
  step(metric: number | Tensor): void {
    const current = metric instanceof Tensor ? metric.item() : metric;
    const { patience, cooldown } = this.options;
    this.lastEpoch++;
    if (this.#isBetter(current)) {
      this.best = current;
      this.numBadEpochs = 0;
    } else this.numBadEpochs++;
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--;
      this.numBadEpochs = 0;
    }
    if (this.numBadEpochs > patience) {
      this.#reduce();
      this.cooldownCounter = cooldown;
      this.numBadEpochs = 0;
    }
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  /** The learning rates after the last step, one per group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** Everything needed to go on later, but for the optimizer. */
  stateDict(): SchedulerState {
    const { optimizer: _, ...state } = this;
    return structuredClone(state);
  }

  /** Takes over what {@linkcode stateDict} gave. Load the state of the optimizer as well. */
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, structuredClone(state));
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const sign = mode === "min" ? -1 : 1;
    const bar = thresholdMode === "rel" ? this.best * (1 + sign * threshold) : this.best + sign * threshold;
    return mode === "min" ? metric < bar : metric > bar;
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.options;
    groupsOf(this.optimizer).forEach((group, i) => {
      const reduced = Math.max(group.lr * factor, minLr[i]);
      if (group.lr - reduced > eps) group.lr = reduced;
    });
  }
}
