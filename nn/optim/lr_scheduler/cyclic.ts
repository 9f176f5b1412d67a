/**
 * Schedules that go up and down (Smith 2017; Smith and Topin 2018), the momentum going the other way.
 *
 * @module
 */
import { checkOptions } from "../../../tensor/arguments.ts";
import { ArgumentError } from "../../../tensor/errors.ts";
import { annealCosine } from "./cosine.ts";
import { groupsOf, LRScheduler, perGroup } from "./scheduler.ts";
import type { CyclicLROptions, OneCycleLROptions, Phase, ScheduledGroup, ScheduledOptimizer } from "./types.ts";

/** Moves the learning rate up and down between two bounds. Not chainable. */
export class CyclicLR extends LRScheduler {
  /** Upper bounds, one per group. */
  readonly maxLrs: readonly number[];
  /** Lower bounds of the momentum, one per group. */
  readonly baseMomentums: readonly number[];
  /** Upper bounds of the momentum, one per group. */
  readonly maxMomentums: readonly number[];
  /** Steps of a cycle. */
  readonly totalSize: number;
  /** The part of a cycle that goes up. */
  readonly stepRatio: number;
  /** Whether the momentum goes the other way. */
  readonly cycleMomentum: boolean;
  /** Factor of the height. */
  readonly scaleFn: (x: number) => number;
  /** What `scaleFn` takes. */
  readonly scaleMode: "cycle" | "iterations";

  /** Enters step 0. Throws ArgumentError for an optimizer without momentum that is to be cycled, or an unknown mode. */
  constructor(optimizer: ScheduledOptimizer, options: CyclicLROptions) {
    checkOptions("CyclicLR", options, "baseLr");
    const { lastEpoch = -1, stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = "triangular", gamma = 1 } = options;
    const modes: Record<NonNullable<CyclicLROptions["mode"]>, (x: number) => number> = {
      triangular: () => 1,
      triangular2: (cycle) => 0.5 ** (cycle - 1),
      exp_range: (step) => gamma ** step,
    };
    if (options.scaleFn === undefined && !Object.hasOwn(modes, mode)) {
      throw new ArgumentError(`CyclicLR: expected mode ${Object.keys(modes).join(", ")} or a scaleFn, got ${mode}`);
    }
    const baseLrs = perGroup("CyclicLR: baseLr", optimizer, options.baseLr);
    const cycleMomentum = options.cycleMomentum ?? true;
    if (cycleMomentum && !("momentum" in optimizer.defaults)) {
      throw new ArgumentError(
        "CyclicLR: expected an optimizer with momentum, got one without; pass cycleMomentum: false",
      );
    }
    const baseMomentums = perGroup("CyclicLR: baseMomentum", optimizer, options.baseMomentum ?? 0.8);
    if (lastEpoch === -1) {
      groupsOf(optimizer).forEach((group, i) => {
        group.lr = baseLrs[i];
        if (cycleMomentum) group.momentum = baseMomentums[i];
      });
    }
    super(optimizer, options);
    this.baseLrs = baseLrs;
    this.maxLrs = perGroup("CyclicLR: maxLr", optimizer, options.maxLr);
    this.baseMomentums = baseMomentums;
    this.maxMomentums = perGroup("CyclicLR: maxMomentum", optimizer, options.maxMomentum ?? 0.9);
    this.totalSize = stepSizeUp + stepSizeDown;
    this.stepRatio = stepSizeUp / this.totalSize;
    this.cycleMomentum = cycleMomentum;
    this.scaleFn = options.scaleFn ?? modes[mode];
    this.scaleMode = options.scaleFn === undefined
      ? (mode === "exp_range" ? "iterations" : "cycle")
      : options.scaleMode ?? "cycle";
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const cycle = Math.floor(1 + this.lastEpoch / this.totalSize);
    const x = 1 + this.lastEpoch / this.totalSize - cycle;
    const height = x <= this.stepRatio ? x / this.stepRatio : (x - 1) / (this.stepRatio - 1);
    const scale = height * this.scaleFn(this.scaleMode === "cycle" ? cycle : this.lastEpoch);
    if (this.cycleMomentum) {
      groupsOf(this.optimizer).forEach((group, i) => {
        group.momentum = this.maxMomentums[i] - (this.maxMomentums[i] - this.baseMomentums[i]) * scale;
      });
    }
    return this.baseLrs.map((lr, i) => lr + (this.maxLrs[i] - lr) * scale);
  }
}

/** One cycle up to a high learning rate and down to a very low one. Not chainable. */
export class OneCycleLR extends LRScheduler {
  /** Steps of the cycle. */
  readonly totalSteps: number;
  /** Along a cosine or a line. */
  readonly annealStrategy: "cos" | "linear";
  /** Whether the momentum goes the other way. */
  readonly cycleMomentum: boolean;
  /** Whether the momentum is the first of the betas. */
  readonly useBeta1: boolean;
  /** The parts of the cycle. */
  protected readonly phases: readonly Phase[];

  /** Enters step 0. Throws ArgumentError for options out of range or an optimizer without momentum. */
  constructor(optimizer: ScheduledOptimizer, options: OneCycleLROptions) {
    checkOptions("OneCycleLR", options, "maxLr");
    const { lastEpoch = -1, pctStart = 0.3, annealStrategy = "cos", cycleMomentum = true } = options;
    const totalSteps = cycleLength(options);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new ArgumentError(`OneCycleLR: expected pctStart in [0, 1], got ${pctStart}`);
    }
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new ArgumentError(`OneCycleLR: expected annealStrategy "cos" or "linear", got ${annealStrategy}`);
    }
    const maxLrs = perGroup("OneCycleLR: maxLr", optimizer, options.maxLr);
    const useBeta1 = "betas" in optimizer.defaults;
    if (cycleMomentum && !useBeta1 && !("momentum" in optimizer.defaults)) {
      throw new ArgumentError(
        "OneCycleLR: expected an optimizer with momentum or betas, got one without; pass cycleMomentum: false",
      );
    }
    const maxMomentums = perGroup("OneCycleLR: maxMomentum", optimizer, options.maxMomentum ?? 0.95);
    const baseMomentums = perGroup("OneCycleLR: baseMomentum", optimizer, options.baseMomentum ?? 0.85);
    if (lastEpoch === -1) {
      groupsOf(optimizer).forEach((group, i) => {
        group.maxLr = maxLrs[i];
        group.initialLr = maxLrs[i] / (options.divFactor ?? 25);
        group.minLr = group.initialLr / (options.finalDivFactor ?? 1e4);
        if (!cycleMomentum) return;
        group.maxMomentum = maxMomentums[i];
        group.baseMomentum = baseMomentums[i];
      });
    }
    super(optimizer, options);
    this.totalSteps = totalSteps;
    this.annealStrategy = annealStrategy;
    this.cycleMomentum = cycleMomentum;
    this.useBeta1 = useBeta1;
    this.phases = phasesOf(totalSteps, pctStart, options.threePhase ?? false);
    this.initialStep();
  }

  /** The rates of this step, from those of the step before. */
  protected override computeLrs(): number[] {
    const step = this.lastEpoch;
    if (step > this.totalSteps) {
      throw new ArgumentError(`OneCycleLR: expected at most ${this.totalSteps} steps, got step ${step + 1}`);
    }
    const index = this.phases.findIndex(({ endStep }, i) => step <= endStep || i === this.phases.length - 1);
    const phase = this.phases[index];
    const start = index === 0 ? 0 : this.phases[index - 1].endStep;
    const part = (step - start) / (phase.endStep - start);
    return groupsOf(this.optimizer).map((group) => {
      const between = ([from, to]: Phase["lr"] | Phase["momentum"]): number =>
        this.#anneal(bound(group, from), bound(group, to), part);
      if (this.cycleMomentum) {
        const momentum = between(phase.momentum);
        if (this.useBeta1) group.betas = [momentum, group.betas![1]];
        else group.momentum = momentum;
      }
      return between(phase.lr);
    });
  }

  #anneal(from: number, to: number, part: number): number {
    return this.annealStrategy === "cos" ? annealCosine(from, to, part) : (to - from) * part + from;
  }
}

/** A bound that OneCycleLR wrote into the group. */
function bound(group: ScheduledGroup, name: Phase["lr"][number] | "minLr" | Phase["momentum"][number]): number {
  return group[name]!;
}

function cycleLength({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  const given = totalSteps === undefined ? { epochs, stepsPerEpoch } : { totalSteps };
  let length = 1;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || !Number.isInteger(value) || value <= 0) {
      throw new ArgumentError(
        `OneCycleLR: expected ${name} to be a positive integer, got ${value}; pass totalSteps, or epochs and stepsPerEpoch`,
      );
    }
    length *= value;
  }
  return length;
}

function phasesOf(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const up: Phase = {
    endStep: pctStart * totalSteps - 1,
    lr: ["initialLr", "maxLr"],
    momentum: ["maxMomentum", "baseMomentum"],
  };
  const endStep = totalSteps - 1;
  if (!threePhase) return [up, { endStep, lr: ["maxLr", "minLr"], momentum: ["baseMomentum", "maxMomentum"] }];
  return [
    up,
    { endStep: 2 * pctStart * totalSteps - 2, lr: ["maxLr", "initialLr"], momentum: ["baseMomentum", "maxMomentum"] },
    { endStep, lr: ["initialLr", "minLr"], momentum: ["maxMomentum", "maxMomentum"] },
  ];
}
