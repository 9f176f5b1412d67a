/**
 * What profiles are made of and what they are asked for. Types only: programs do not load this file.
 *
 * @module
 */

/** What a range is around: an op, a rule of the backward pass, or a block that the user named. */
export type Category = "op" | "backward" | "label";

/** Options of {@linkcode profile}. */
export interface ProfileOptions {
  /** Note the shapes of inputs. Default: false. */
  recordShapes?: boolean;
  /** Note what was allocated and freed on the CPU. Default: false. */
  profileMemory?: boolean;
  /** Note where each op was called, for the trace. Slow. Default: false. */
  withStack?: boolean;
  /** Most events that the trace keeps, about 150 bytes each; sums and averages count all. Default: 250,000. */
  maxEvents?: number;
}

/** A closed range. Times are microseconds since the start of the profile. */
export interface ProfilerEvent {
  readonly name: string;
  readonly category: Category;
  readonly start: number;
  readonly end: number;
  /** False if the range closed before one that was opened inside it, as concurrent asynchronous blocks may. */
  readonly nested: boolean;
  /** Shapes of the inputs as `[[2, 3], []]`; empty if not recorded. */
  readonly inputShapes: string;
  /** Frames of the caller, innermost first; empty if not recorded. */
  readonly stack: string;
  /** Bytes that the range itself allocated and freed, without the ranges inside it. */
  readonly allocated: number;
  readonly freed: number;
  /** Bytes of all tensors at the end. */
  readonly liveBytes: number;
}

/** Sums over the ranges of one name and one list of input shapes. Times in microseconds, memory in bytes. */
export interface Totals {
  readonly name: string;
  readonly inputShapes: string;
  count: number;
  time: number;
  selfTime: number;
  /** Time by the clock of the device that worked. */
  gpuTime: number;
  /** Allocated minus freed, with the ranges inside. */
  memory: number;
  allocated: number;
  freed: number;
}

/** A range that has not ended. */
export interface OpenRange {
  readonly category: Category;
  readonly totals: Totals;
  readonly stack: string;
  /** When the profiler was called; `start` is when it was done. */
  readonly entered: number;
  start: number;
  /** Time of the ranges inside. */
  innerTime: number;
  /** Time of the profiler itself inside, which counts for nobody. */
  overhead: number;
  /** Net memory of the ranges inside. */
  innerMemory: number;
  allocated: number;
  freed: number;
}

/** Sums over all ranges of one name (and one list of input shapes). Times in microseconds, memory in bytes. */
export interface FunctionAverage {
  /** Name of the op, node or label. */
  readonly key: string;
  /** Shapes of the inputs as `[[2, 3], []]`; empty unless grouped by them. */
  readonly inputShapes: string;
  /** Number of calls. */
  readonly count: number;
  /** Time per call, with what was called inside. */
  readonly cpuTime: number;
  /** Time of all calls, with what was called inside. */
  readonly cpuTimeTotal: number;
  /** Time of all calls without the ranges inside. */
  readonly selfCpuTimeTotal: number;
  /** Time of all calls on a device of its own, by its clock. */
  readonly gpuTimeTotal: number;
  /** Bytes allocated minus bytes freed, with what was called inside. */
  readonly cpuMemoryUsage: number;
  /** Bytes allocated minus bytes freed without the ranges inside. */
  readonly selfCpuMemoryUsage: number;
  /** Bytes allocated without the ranges inside. */
  readonly allocatedBytes: number;
  /** Bytes freed without the ranges inside. */
  readonly freedBytes: number;
}

/** What a table can be sorted by. */
export type SortKey =
  | "count"
  | "cpuTime"
  | "cpuTimeTotal"
  | "selfCpuTimeTotal"
  | "gpuTimeTotal"
  | "cpuMemoryUsage"
  | "selfCpuMemoryUsage"
  | "allocatedBytes"
  | "freedBytes";

/** Options of {@linkcode KeyAverages.table}. */
export interface TableOptions {
  /** The column that sorts the rows, largest first. Default: the order in which names were first seen. */
  sortBy?: SortKey;
  /** Number of rows. Default: 100. */
  rowLimit?: number;
}

/** Options of {@linkcode Profile.keyAverages}. */
export interface KeyAveragesOptions {
  /** One row per list of input shapes; needs `recordShapes`. Default: false. */
  groupByInputShape?: boolean;
}
