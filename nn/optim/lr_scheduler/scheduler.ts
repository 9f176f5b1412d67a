/**
 * The base class of learning-rate schedules.
 *
 * @module
 */
import { checkOptions, refused } from "../../../tensor/arguments.ts";
import { ArgumentError } from "../../../tensor/errors.ts";
import { Optimizer } from "../optimizer.ts";
import type { ScheduledGroup, ScheduledOptimizer, SchedulerOptions, SchedulerState } from "./types.ts";

/** The groups of an optimizer as schedules see them. */
export function groupsOf(optimizer: ScheduledOptimizer): ScheduledGroup[] {
  if (!(optimizer instanceof Optimizer)) throw refused("lrScheduler", "an optimizer", optimizer);
  // Groups were completed with the defaults when they were added, so that lr is there.
  return optimizer.paramGroups as ScheduledGroup[];
}

/** One value per group, from one for all or a list. */
export function perGroup<T>(name: string, optimizer: ScheduledOptimizer, value: T | readonly T[]): T[] {
  const groups = groupsOf(optimizer);
  if (!Array.isArray(value)) return groups.map(() => value as T);
  if (value.length !== groups.length) {
    throw new ArgumentError(`${name}: expected ${groups.length} values, one per group, got ${value.length}`);
  }
  return [...value];
}

/** A schedule of the learning rate: call `step()` after each epoch (or batch), behind the optimizer's. */
export abstract class LRScheduler {
  /** The optimizer whose groups are scheduled. */
  readonly optimizer: ScheduledOptimizer;
  /** Number of the present epoch: 0 after construction. */
  lastEpoch: number;
  /** Learning rates that the schedule starts from. */
  baseLrs: number[];
  /** How often `step()` was called, the call at construction included. */
  protected stepCount: number = 0;
  /** Learning rates after the last step. */
  protected lastLr: number[] = [];

  /**
   * Remembers the learning rates. A subclass sets its fields, then calls {@linkcode initialStep}.
   *
   * @param option The first option of a schedule that needs options.
   */
  constructor(optimizer: ScheduledOptimizer, options?: SchedulerOptions, option?: string) {
    if (options !== undefined || option !== undefined) {
      checkOptions(this.constructor.name, options, option ?? "lastEpoch");
    }
    if (option !== undefined && Reflect.get(options!, option) === undefined) {
      throw refused(this.constructor.name, `${option} among the options`, undefined);
    }
    const { lastEpoch = -1 } = options ?? {};
    this.optimizer = optimizer;
    const groups = groupsOf(optimizer);
    if (lastEpoch === -1) { for (const group of groups) group.initialLr ??= group.lr; }
    this.baseLrs = groups.map(({ initialLr }, i) => {
      if (initialLr !== undefined) return initialLr;
      throw new ArgumentError(
        `${this.constructor.name}: expected initialLr in group ${i} to go on at lastEpoch ${lastEpoch}, got none; ` +
          `load the state of the optimizer first`,
      );
    });
    this.lastEpoch = lastEpoch;
  }

  /** The learning rate of each group at `lastEpoch`, in most schedules from the present one. */
  protected abstract computeLrs(): number[];

  /** The learning rate of each group at `lastEpoch`, from the initial one alone; null where there is no such form. */
  protected closedFormLrs(): number[] | null {
    return null;
  }

  /** Internal: enters the first epoch. */
  initialStep(): void {
    this.stepCount = 0;
    this.step();
  }

  /** Enters the next epoch, or the given one. */
  step(epoch?: number): void {
    this.stepCount++;
    this.lastEpoch = epoch ?? this.lastEpoch + 1;
    this.setLrs((epoch === undefined ? null : this.closedFormLrs()) ?? this.computeLrs());
  }

  /** Writes learning rates into the groups. */
  protected setLrs(lrs: readonly number[]): void {
    groupsOf(this.optimizer).forEach((group, i) => group.lr = lrs[i]);
    this.lastLr = this.currentLrs();
  }

  /** The learning rates in the groups now. */
  protected currentLrs(): number[] {
    return groupsOf(this.optimizer).map(({ lr }) => lr);
  }

  /** The learning rates after the last step, one per group. */
  getLastLr(): number[] {
    return [...this.lastLr];
  }

  /** Everything needed to go on later, but for the optimizer and for functions. */
  stateDict(): SchedulerState {
    const entries = Object.entries(this).filter(([name, value]) => name !== "optimizer" && !containsFunction(value));
    return structuredClone(Object.fromEntries(entries));
  }

  /** Takes over what {@linkcode stateDict} gave. Load the state of the optimizer as well. */
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, structuredClone(state));
  }
}

function containsFunction(value: unknown): boolean {
  return typeof value === "function" || (Array.isArray(value) && value.some(containsFunction));
}
