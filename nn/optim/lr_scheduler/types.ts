/**
 * Options and state of the schedules. Types only: programs do not load this file.
 *
 * @module
 */
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../types.ts";

/** An optimizer whose learning rate can be scheduled: all of them. */
export type ScheduledOptimizer = Optimizer<{ lr?: number }>;

/** What schedules read and write in a group of parameters. */
export type ScheduledGroup = ParamGroup<{
  /** Learning rate of the next step. */
  lr: number;
  /** Learning rate when the first schedule was made. */
  initialLr?: number;
  /** Bounds of OneCycleLR. */
  maxLr?: number;
  minLr?: number;
  maxMomentum?: number;
  baseMomentum?: number;
  /** Momentum of SGD and RMSprop. */
  momentum?: number;
  /** Momentum of Adam and its kin is the first of them. */
  betas?: readonly [number, number];
}>;

/** Options that all schedules take. */
export interface SchedulerOptions {
  /** Number of the last epoch, to go on with a schedule. Default: -1, to begin one. */
  lastEpoch?: number;
}

/** State of a schedule: its numbers, and the states of schedules inside it. */
export type SchedulerState = Record<string, unknown>;

/** Options of {@linkcode CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** Epochs from the initial learning rate to the lowest. */
  TMax: number;
  /** The lowest learning rate. Default: 0. */
  etaMin?: number;
}

/** Options of {@linkcode CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerOptions {
  /** Epochs of the first cycle. */
  T0: number;
  /** How many times longer each cycle is than the one before. Default: 1. */
  TMult?: number;
  /** The lowest learning rate. Default: 0. */
  etaMin?: number;
}

/** Options of {@linkcode CyclicLR}. */
export interface CyclicLROptions extends SchedulerOptions {
  /** Lower bound of the learning rate, for all groups or one per group. */
  baseLr: number | readonly number[];
  /** Upper bound of the learning rate in the first cycle, for all groups or one per group. */
  maxLr: number | readonly number[];
  /** Steps that go up. Default: 2000. */
  stepSizeUp?: number;
  /** Steps that go down. Default: as many. */
  stepSizeDown?: number;
  /** How the height changes: not, by halves per cycle, or by `gamma` per step. Default: "triangular". */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** Base of "exp_range". Default: 1. */
  gamma?: number;
  /** Factor of the height, instead of a mode. */
  scaleFn?: (x: number) => number;
  /** Whether `scaleFn` takes the number of the cycle, from 1, or that of the step. Default: "cycle". */
  scaleMode?: "cycle" | "iterations";
  /** Whether the momentum goes the other way. Default: true. */
  cycleMomentum?: boolean;
  /** Lower bound of the momentum. Default: 0.8. */
  baseMomentum?: number | readonly number[];
  /** Upper bound of the momentum. Default: 0.9. */
  maxMomentum?: number | readonly number[];
}

/** Options of {@linkcode OneCycleLR}. Give `totalSteps`, or `epochs` and `stepsPerEpoch`. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** The highest learning rate, for all groups or one per group. */
  maxLr: number | readonly number[];
  /** Steps of the cycle. */
  totalSteps?: number;
  /** Epochs of the cycle. */
  epochs?: number;
  /** Steps of an epoch. */
  stepsPerEpoch?: number;
  /** The part of the cycle that goes up. Default: 0.3. */
  pctStart?: number;
  /** Along a cosine or a line. Default: "cos". */
  annealStrategy?: "cos" | "linear";
  /** Whether the momentum goes the other way. Default: true. */
  cycleMomentum?: boolean;
  /** The lowest momentum. Default: 0.85. */
  baseMomentum?: number | readonly number[];
  /** The highest momentum. Default: 0.95. */
  maxMomentum?: number | readonly number[];
  /** The first learning rate is maxLr / divFactor. Default: 25. */
  divFactor?: number;
  /** The last learning rate is the first one / finalDivFactor. Default: 10,000. */
  finalDivFactor?: number;
  /** Down to the first learning rate as fast as up, then to the last one. Default: false. */
  threePhase?: boolean;
}

/** Options of {@linkcode StepLR}. */
export interface StepLROptions extends SchedulerOptions {
  /** Epochs between two decays. */
  stepSize: number;
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/** Options of {@linkcode MultiStepLR}. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** Epochs that decay; one that is listed twice decays twice. */
  milestones: readonly number[];
  /** Factor of a decay. Default: 0.1. */
  gamma?: number;
}

/** Options of {@linkcode ExponentialLR}. */
export interface ExponentialLROptions extends SchedulerOptions {
  /** Factor per epoch. */
  gamma: number;
}

/** Options of {@linkcode PolynomialLR}. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** Epochs until the learning rate is 0. Default: 5. */
  totalIters?: number;
  /** Power of the polynomial. Default: 1. */
  power?: number;
}

/** A factor of the learning rate by epoch. */
export type LrLambda = (epoch: number) => number;

/** Options of {@linkcode LambdaLR} and {@linkcode MultiplicativeLR}. */
export interface LambdaLROptions extends SchedulerOptions {
  /** A function for all groups, or one per group. */
  lrLambda: LrLambda | readonly LrLambda[];
}

/** Options of {@linkcode ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether a smaller or a larger metric is better. Default: "min". */
  mode?: "min" | "max";
  /** Factor of the learning rate. Default: 0.1. */
  factor?: number;
  /** Epochs without improvement that are tolerated. Default: 10. */
  patience?: number;
  /** Smallest change that counts as an improvement. Default: 1e-4. */
  threshold?: number;
  /** Whether the threshold is a part of the best metric or an amount. Default: "rel". */
  thresholdMode?: "rel" | "abs";
  /** Epochs after a reduction in which none is counted. Default: 0. */
  cooldown?: number;
  /** The lowest learning rate, for all groups or one per group. Default: 0. */
  minLr?: number | readonly number[];
  /** Smallest reduction that is carried out. Default: 1e-8. */
  eps?: number;
}

/** Options of {@linkcode SequentialLR}. */
export interface SequentialLROptions {
  /** Epochs at which the next schedule takes over, ascending; one fewer than there are schedules. */
  milestones: readonly number[];
}

/** Options of {@linkcode ConstantLR}. */
export interface ConstantLROptions extends SchedulerOptions {
  /** Factor of the learning rate at first. Default: 1/3. */
  factor?: number;
  /** Epochs until the full learning rate. Default: 5. */
  totalIters?: number;
}

/** Options of {@linkcode LinearLR}. */
export interface LinearLROptions extends SchedulerOptions {
  /** Factor of the learning rate in epoch 0. Default: 1/3. */
  startFactor?: number;
  /** Factor from epoch `totalIters` on. Default: 1. */
  endFactor?: number;
  /** Epochs from the one to the other. Default: 5. */
  totalIters?: number;
}

/** Part of the cycle of {@linkcode OneCycleLR}: which values it goes between, and its last step. */
export interface Phase {
  /** Last step. */
  readonly endStep: number;
  /** From which learning rate to which. */
  readonly lr: readonly ["initialLr" | "maxLr", "initialLr" | "maxLr" | "minLr"];
  /** From which momentum to which. */
  readonly momentum: readonly ["maxMomentum" | "baseMomentum", "maxMomentum" | "baseMomentum"];
}
