/**
 * What is written down while a profile runs: nested ranges of time, and their sums by name and input shapes.
 *
 * @module
 */
import type { KernelTime } from "../runtime/backend.ts";
import { memoryStatistics } from "../runtime/heap.ts";
import type { ProfilerHook } from "../tensor/hook_types.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { callStack } from "./call_stack.ts";
import type { Category, OpenRange, ProfileOptions, ProfilerEvent, Totals } from "./types.ts";

/** Name of the sums of what was allocated and freed outside all ranges. */
const OUTSIDE = "[memory]";

/** Lists of shapes that are told apart at most; a program whose shapes never repeat must not fill the memory. */
const MAX_KEYS = 10_000;

/** Listens to ops, rules and labels. */
export class Recorder implements ProfilerHook {
  /** Closed ranges in the order in which they ended, the first `maxEvents` of them. */
  readonly events: ProfilerEvent[] = [];
  /** Number of ranges that are not in `events`. */
  dropped = 0;
  /** Sums over all ranges, in the order in which their names were first seen. */
  readonly totals: Map<string, Totals> = new Map();

  readonly #open: OpenRange[] = [];
  readonly #stacks = new Map<string, string>();
  readonly #origin = performance.now();
  #liveBytes = 0;
  #stopped = false;

  /** Starts the clock. */
  constructor(readonly options: Required<ProfileOptions>) {
    if (options.profileMemory) this.#liveBytes = memoryStatistics().liveBytes;
  }

  begin(category: Category, name: string, inputs: readonly MaybeTensor[]): void {
    this.open(category, name, inputs);
  }

  end(): void {
    // Ops nest, but an asynchronous label that was opened inside one may still be open.
    const range = this.#open.findLast(({ category }) => category !== "label");
    if (range !== undefined) this.close(range);
  }

  /** Opens a range inside the newest open one. */
  open(category: Category, name: string, inputs: readonly MaybeTensor[]): OpenRange {
    const entered = this.#now();
    const { recordShapes, profileMemory, withStack } = this.options;
    if (profileMemory) this.#noteMemory();
    const range: OpenRange = {
      category,
      totals: this.#totalsOf(name, recordShapes ? this.#shapesOf(inputs) : ""),
      stack: withStack ? this.#callStack() : "",
      entered,
      start: 0,
      innerTime: 0,
      overhead: 0,
      innerMemory: 0,
      allocated: 0,
      freed: 0,
    };
    this.#open.push(range);
    range.start = this.#now();
    return range;
  }

  /** Closes a range; one that outlived the profile is ignored. */
  close(range: OpenRange): void {
    if (this.#stopped) return;
    const end = this.#now();
    if (this.options.profileMemory) this.#noteMemory();
    const at = this.#open.lastIndexOf(range);
    const nested = at === this.#open.length - 1;
    this.#open.splice(at, 1);
    const { category, totals, stack, start, allocated, freed } = range;
    const memory = allocated - freed + range.innerMemory;
    totals.count++;
    // Concurrent asynchronous blocks inside a range may together last longer than it.
    const time = Math.max(0, end - start - range.overhead);
    totals.time += time;
    totals.selfTime += Math.max(0, time - range.innerTime);
    totals.memory += memory;
    totals.allocated += allocated;
    totals.freed += freed;
    if (this.events.length < this.options.maxEvents) {
      const { name, inputShapes } = totals;
      const liveBytes = this.#liveBytes;
      this.events.push({ name, category, start, end, nested, inputShapes, stack, allocated, freed, liveBytes });
    } else this.dropped++;
    const outer = this.#open[at - 1];
    if (outer !== undefined) {
      outer.innerMemory += memory;
      outer.innerTime += time;
      outer.overhead += range.overhead + (start - range.entered) + (this.#now() - end);
    }
  }

  /** Adds what devices measured themselves. */
  noteKernels(kernels: readonly KernelTime[]): void {
    for (const { name, count, time } of kernels) {
      const totals = this.#totalsOf(name, "");
      totals.count += count;
      totals.gpuTime += time;
    }
  }

  /** Ends the recording; ranges still open are forgotten. */
  stop(): void {
    if (this.options.profileMemory) this.#noteMemory();
    this.#stopped = true;
  }

  #now(): number {
    return (performance.now() - this.#origin) * 1000;
  }

  /** Charges what changed since the last look to the innermost range. */
  #noteMemory(): void {
    const { liveBytes } = memoryStatistics();
    const change = liveBytes - this.#liveBytes;
    if (change === 0) return;
    this.#liveBytes = liveBytes;
    let account: { allocated: number; freed: number } | undefined = this.#open.at(-1);
    if (account === undefined) {
      const outside = this.#totalsOf(OUTSIDE, "");
      outside.count++;
      outside.memory += change;
      account = outside;
    }
    if (change > 0) account.allocated += change;
    else account.freed -= change;
  }

  #totalsOf(name: string, inputShapes: string): Totals {
    const key = `${name}\n${inputShapes}`;
    let totals = this.totals.get(key);
    if (totals === undefined) {
      totals = { name, inputShapes, count: 0, time: 0, selfTime: 0, gpuTime: 0, memory: 0, allocated: 0, freed: 0 };
      this.totals.set(key, totals);
    }
    return totals;
  }

  #shapesOf(inputs: readonly MaybeTensor[]): string {
    if (this.totals.size >= MAX_KEYS) return "[]";
    return `[${inputs.map((x) => formatShape(x?.shape ?? [])).join(", ")}]`;
  }

  /** The caller's frames; equal stacks are one string. */
  #callStack(): string {
    const stack = callStack();
    const known = this.#stacks.get(stack);
    if (known !== undefined) return known;
    this.#stacks.set(stack, stack);
    return stack;
  }
}
