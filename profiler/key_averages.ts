/**
 * Sums and averages of a profile, and their table.
 *
 * @module
 */
import { ArgumentError } from "../tensor/errors.ts";
import type { FunctionAverage, SortKey, TableOptions, Totals } from "./types.ts";

const SORT_KEYS: readonly SortKey[] = [
  "count",
  "cpuTime",
  "cpuTimeTotal",
  "selfCpuTimeTotal",
  "gpuTimeTotal",
  "cpuMemoryUsage",
  "selfCpuMemoryUsage",
  "allocatedBytes",
  "freedBytes",
];

/** Columns are at least so wide. */
const COLUMN_WIDTH = 12;
const MAX_NAME_WIDTH = 55;
const MAX_SHAPES_WIDTH = 80;

function formatTime(microseconds: number): string {
  if (microseconds >= 1e6) return `${(microseconds / 1e6).toFixed(3)}s`;
  if (microseconds >= 1e3) return `${(microseconds / 1e3).toFixed(3)}ms`;
  return `${microseconds.toFixed(3)}us`;
}

function formatMemory(bytes: number): string {
  const size = Math.abs(bytes);
  if (size >= 1 << 30) return `${(bytes / (1 << 30)).toFixed(2)} Gb`;
  if (size >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(2)} Mb`;
  if (size >= 1 << 10) return `${(bytes / (1 << 10)).toFixed(2)} Kb`;
  return `${bytes} b`;
}

interface Column {
  readonly title: string;
  /** Longer cells are cut. */
  readonly maxWidth: number;
  cell(row: FunctionAverage): string;
}

function merge(totals: Iterable<Totals>, groupByInputShape: boolean): FunctionAverage[] {
  const groups = new Map<string, Totals>();
  for (const one of totals) {
    // Opened, but open still when the profile ended.
    if (one.count === 0) continue;
    const inputShapes = groupByInputShape ? one.inputShapes : "";
    const key = `${one.name}\n${inputShapes}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { ...one, inputShapes });
      continue;
    }
    group.count += one.count;
    group.time += one.time;
    group.selfTime += one.selfTime;
    group.gpuTime += one.gpuTime;
    group.memory += one.memory;
    group.allocated += one.allocated;
    group.freed += one.freed;
  }
  return [...groups.values()].map((group) => ({
    key: group.name,
    inputShapes: group.inputShapes,
    count: group.count,
    cpuTime: group.time / group.count,
    cpuTimeTotal: group.time,
    selfCpuTimeTotal: group.selfTime,
    gpuTimeTotal: group.gpuTime,
    cpuMemoryUsage: group.memory,
    selfCpuMemoryUsage: group.allocated - group.freed,
    allocatedBytes: group.allocated,
    freedBytes: group.freed,
  }));
}

/** One row per name, or per name and input shapes. */
export class KeyAverages implements Iterable<FunctionAverage> {
  /** The rows, in the order in which their names were first seen. */
  readonly rows: readonly FunctionAverage[];
  /** Sum of the self times, in microseconds: what the percentages of the table refer to. */
  readonly selfCpuTimeTotal: number;

  /** @internal Use `profile.keyAverages()`. */
  constructor(totals: Iterable<Totals>, private readonly groupByInputShape: boolean, private readonly memory: boolean) {
    this.rows = merge(totals, groupByInputShape);
    this.selfCpuTimeTotal = this.rows.reduce((sum, row) => sum + row.selfCpuTimeTotal, 0);
  }

  /** The rows. */
  [Symbol.iterator](): Iterator<FunctionAverage> {
    return this.rows[Symbol.iterator]();
  }

  /**
   * The rows as text, laid out as PyTorch does.
   *
   * @throws {ArgumentError} for an unknown `sortBy` or a negative `rowLimit`.
   */
  table(options: TableOptions = {}): string {
    const { sortBy, rowLimit = 100 } = options;
    if (sortBy !== undefined && !SORT_KEYS.includes(sortBy)) {
      throw new ArgumentError(`table: expected sortBy to be one of ${SORT_KEYS.join(", ")}, got ${sortBy}`);
    }
    if (!(rowLimit >= 0)) throw new ArgumentError(`table: expected a rowLimit of 0 or more, got ${rowLimit}`);
    const sorted = sortBy === undefined ? this.rows : this.rows.toSorted((a, b) => b[sortBy] - a[sortBy]);
    const rows = sorted.slice(0, rowLimit);
    const columns = this.#columns();
    const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((column) => column.cell(row)))]
      .map((line) =>
        line.map((text, i) => {
          const { maxWidth } = columns[i];
          return text.length > maxWidth ? `${text.slice(0, maxWidth - 3)}...` : text;
        })
      );
    const widths = columns.map((_, i) => Math.max(COLUMN_WIDTH, ...cells.map((line) => line[i].length)));
    const rule = widths.map((width) => "-".repeat(width)).join("  ");
    const [head, ...body] = cells.map((line) => line.map((text, i) => text.padStart(widths[i])).join("  "));
    return [rule, head, rule, ...body, rule, `Self CPU time total: ${formatTime(this.selfCpuTimeTotal)}`, ""].join(
      "\n",
    );
  }

  /** {@linkcode KeyAverages.table} without options. */
  toString(): string {
    return this.table();
  }

  #columns(): Column[] {
    const column = (title: string, cell: Column["cell"], maxWidth = Infinity): Column => ({ title, cell, maxWidth });
    const share = (time: number): string => `${(100 * time / (this.selfCpuTimeTotal || 1)).toFixed(2)}%`;
    const columns = [
      column("Name", (row) => row.key, MAX_NAME_WIDTH),
      column("Self CPU %", (row) => share(row.selfCpuTimeTotal)),
      column("Self CPU", (row) => formatTime(row.selfCpuTimeTotal)),
      column("CPU total %", (row) => share(row.cpuTimeTotal)),
      column("CPU total", (row) => formatTime(row.cpuTimeTotal)),
      column("CPU time avg", (row) => formatTime(row.cpuTime)),
    ];
    if (this.rows.some(({ gpuTimeTotal }) => gpuTimeTotal > 0)) {
      columns.push(
        column("GPU total", (row) => formatTime(row.gpuTimeTotal)),
        column("GPU time avg", (row) => formatTime(row.gpuTimeTotal / row.count)),
      );
    }
    if (this.memory) {
      columns.push(
        column("CPU Mem", (row) => formatMemory(row.cpuMemoryUsage)),
        column("Self CPU Mem", (row) => formatMemory(row.selfCpuMemoryUsage)),
        column("Allocated", (row) => formatMemory(row.allocatedBytes)),
        column("Freed", (row) => formatMemory(row.freedBytes)),
      );
    }
    columns.push(column("# of Calls", (row) => String(row.count)));
    if (this.groupByInputShape) columns.push(column("Input Shapes", (row) => row.inputShapes, MAX_SHAPES_WIDTH));
    return columns;
  }
}
