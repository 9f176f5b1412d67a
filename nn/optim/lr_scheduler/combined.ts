/**
 * Schedules made of schedules.
 *
 * @module
 */
import { checkOptions } from "../../../tensor/arguments.ts";
import { ArgumentError } from "../../../tensor/errors.ts";
import { listOf } from "../../parameter.ts";
import { groupsOf, type LRScheduler } from "./scheduler.ts";
import type { ScheduledOptimizer, SchedulerState, SequentialLROptions } from "./types.ts";

/** What the schedules of schedules share: the state of what is inside. */
abstract class CombinedScheduler {
  /** Learning rates after the last step. */
  protected lastLr: number[] = [];

  /** The optimizer and the schedules inside, all of it. */
  constructor(readonly optimizer: ScheduledOptimizer, protected readonly schedulers: readonly LRScheduler[]) {
    const other = schedulers.findIndex((scheduler) => scheduler?.optimizer !== optimizer);
    if (other < 0) return;
    throw new ArgumentError(
      `${this.constructor.name}: expected schedulers of one optimizer, got another one at index ${other}`,
    );
  }

  /** Enters the next epoch. */
  abstract step(): void;

  /** The learning rates after the last step, one per group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** Everything needed to go on later, but for the optimizer and for functions. */
  stateDict(): SchedulerState {
    const { optimizer: _, schedulers, ...state } = this;
    return { ...structuredClone(state), schedulers: schedulers.map((scheduler) => scheduler.stateDict()) };
  }

  /** Takes over what {@linkcode stateDict} gave. Load the state of the optimizer as well. */
  loadStateDict({ schedulers, ...state }: SchedulerState): void {
    Object.assign(this, structuredClone(state));
    // stateDict wrote one state per schedule.
    this.schedulers.forEach((scheduler, i) => scheduler.loadStateDict((schedulers as SchedulerState[])[i]));
  }
}

/** One schedule after the other; each begins at its own epoch 0. */
export class SequentialLR extends CombinedScheduler {
  /** Number of the present epoch: 0 after construction. */
  lastEpoch = 0;
  /** Epochs at which the next schedule takes over. */
  readonly milestones: readonly number[];

  /** Throws ArgumentError for another number of milestones, or schedules of another optimizer. */
  constructor(optimizer: ScheduledOptimizer, schedulers: readonly LRScheduler[], options: SequentialLROptions) {
    super(optimizer, listOf("SequentialLR", schedulers, "schedulers"));
    checkOptions("SequentialLR", options, "milestones");
    const milestones = listOf("SequentialLR", options.milestones, "milestones");
    if (schedulers.length === 0 || milestones.length !== schedulers.length - 1) {
      throw new ArgumentError(
        `SequentialLR: expected one milestone fewer than schedulers, got ${milestones.length} milestones and ` +
          `${schedulers.length} schedulers`,
      );
    }
    this.milestones = milestones;
    // Making the schedules has changed the learning rate already: start over with the first alone.
    for (const group of groupsOf(optimizer)) group.lr = group.initialLr!;
    for (const scheduler of schedulers) scheduler.lastEpoch--;
    schedulers[0].initialStep();
    this.lastLr = schedulers[0].getLastLr();
  }

  /** Enters the next epoch of the schedule whose turn it is. */
  override step(): void {
    this.lastEpoch++;
    const index = this.milestones.filter((epoch) => epoch <= this.lastEpoch).length;
    const scheduler = this.schedulers[index];
    if (index > 0 && this.milestones[index - 1] === this.lastEpoch) scheduler.step(0);
    else scheduler.step();
    this.lastLr = scheduler.getLastLr();
  }
}

/** Several chainable schedules at once. */
export class ChainedScheduler extends CombinedScheduler {
  /** Throws ArgumentError for no schedules, or schedules of different optimizers. */
  constructor(schedulers: readonly LRScheduler[]) {
    const list = listOf("ChainedScheduler", schedulers, "schedulers");
    if (list.length === 0) throw new ArgumentError("ChainedScheduler: expected schedulers, got none");
    super(list[0]?.optimizer, list);
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  /** Enters the next epoch of every schedule, in order. */
  override step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
    this.lastLr = groupsOf(this.optimizer).map(({ lr }) => lr);
  }
}
