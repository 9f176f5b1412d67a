/**
 * Kernels that go over a row more than once: a workgroup per row, or one invocation where rows are short or lie side by
 * side. Both run the same text.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { foldLanes } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { type Scalar, u32, WORKGROUP_SIZE } from "./program.ts";
import type { Tuning } from "./tuning.ts";
import { liesInColumns, type Rows, walkRows } from "./walk.ts";

/** Rows this short are computed by one invocation each, wherever they lie. */
const SHORT = 32;

/** Longest rows that one workgroup goes over if there are few of them, if there are many, and what many is. */
const SHARED_ROWS: Tuning["wholeRows"] = { fewAreAtMost: 16384, manyAreAtMost: 65536, many: 256 };

/** Terms that are added one after the other before a coarser sum takes over. */
const BLOCK = 32;

/** Who computes a row. Rows that are long and few, or so long that sums would lose digits, go by stages. */
export type RowWorker = "invocation" | "workgroup" | "stages";

/** Who computes the rows of an array. */
export function workerFor({ tuning }: Gpu, rows: Rows): RowWorker {
  const { count, length } = rows;
  if (length <= SHORT) return "invocation";
  const isShared = tuning.sharesRows && !liesInColumns(rows);
  const { fewAreAtMost, manyAreAtMost, many } = isShared ? SHARED_ROWS : tuning.wholeRows;
  if (length > (count < many ? fewAreAtMost : manyAreAtMost)) return "stages";
  return isShared ? "workgroup" : "invocation";
}

/** A kernel over rows; its text may use `row`, the texts below, and `team_sum` and `team_max` of one value each. */
export interface RowProgram {
  /** Name of the kernel and of every variant of its text. */
  readonly key: string;
  /** What profiles call it. */
  readonly label: string;
  /** Contiguous arrays. */
  readonly reads: Readonly<Record<string, ArrayRef>>;
  readonly writes: Readonly<Record<string, ArrayRef>>;
  readonly uniforms?: Readonly<Record<string, Scalar>>;
  readonly body: string;
}

/** Statements for all elements of the row: `k` is the number in the row, `i` the position in contiguous arrays. */
export function forEach(statements: string): string {
  return `
  for (var k = first; k < u.line_length; k += step) {
    let i = start + x_step(k);
    ${statements}
  }`;
}

/** `let name`: the sum of `term`, an expression in `k` and `i`, over the row. */
export function sumOver(name: string, term: string): string {
  return `
  var ${name}_own = 0.0;
  for (var block_first = first; block_first < u.line_length; block_first += ${BLOCK}u * step) {
    var block = 0.0;
    let end = min(block_first + ${BLOCK}u * step, u.line_length);
    for (var k = block_first; k < end; k += step) {
      let i = start + x_step(k);
      block += ${term};
    }
    ${name}_own += block;
  }
  let ${name} = team_sum(${name}_own, lane);`;
}

function teamFunction(name: string, combined: (p: string, q: string) => string): string {
  return `fn ${name}(own: f32, lane: u32) -> f32 {
  workgroupBarrier();
  team_values[lane] = own;
  ${foldLanes("team_values", combined)}
  workgroupBarrier();
  return team_values[0];
}`;
}

/** Runs a kernel over rows, all of whose arrays that have the shape of x are contiguous. */
export function runRows(gpu: Gpu, program: RowProgram, rows: Rows, worker: Exclude<RowWorker, "stages">): void {
  const { key, label, reads, writes, uniforms, body } = program;
  const isOne = worker === "invocation";
  const groupSize = isOne ? gpu.tuning.aloneGroupSize(rows.count) : WORKGROUP_SIZE;
  const positions = walkRows("x", rows);
  gpu.run({
    key: `${key} ${worker} ${positions.key}`,
    label,
    reads,
    writes,
    uniforms: { rows: u32(rows.count), line_length: u32(rows.length), ...positions.uniforms, ...uniforms },
    groups: isOne ? Math.ceil(rows.count / groupSize) : rows.count,
    workgroupSize: groupSize,
    declarations: () => `
${positions.declaration}
${
      isOne
        ? `fn team_sum(own: f32, lane: u32) -> f32 { return own; }
fn team_max(own: f32, lane: u32) -> f32 { return own; }`
        : `var<workgroup> team_values: array<f32, ${WORKGROUP_SIZE}>;
${teamFunction("team_sum", (p, q) => `${p} + ${q}`)}
${teamFunction("team_max", (p, q) => `max(${p}, ${q})`)}`
    }`,
    body: () => `
  ${
      isOne
        ? "if (id >= u.rows) { return; } let row = id; let first = 0u; let step = 1u;"
        : `let row = group; let first = lane; let step = ${WORKGROUP_SIZE}u;`
    }
  let start = x_row(row);
  ${body}`,
  });
}
