/**
 * Detection of sparsity: boxes that carry, for every element, the set of inputs it may depend on.
 *
 * @module
 */
import { applyOp } from "../tensor/apply.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { Level } from "../tensor/level.ts";
import { hasDerivative, type Op, type Outputs } from "../tensor/op.ts";
import { created, disposeTemporaries } from "../tensor/scope.ts";
import { box, type Tensor, unbox } from "../tensor/tensor.ts";
import { writeThrough } from "./inplace.ts";
import type { SparsityPattern } from "./sparsity_pattern.ts";
import { localPatterns } from "./sparsity_rules.ts";

/** How many places the outputs of an op without a rule may have before the trace gives up. */
const MOST_ASSUMED_PLACES = 1 << 24;

/**
 * A level that propagates patterns: of shape [elements, inputs], a place wherever the derivative can be other than zero.
 * They are those of the ops, not of their values, so they hold wherever the program takes the same branches. An op without a
 * rule counts as one all of whose outputs depend on all that its inputs depend on, which is never too little.
 */
export class SparsityLevel extends Level {
  readonly unreadable = null;
  /** By the value inside the box, which all handles on the same box share. */
  readonly #patterns = new WeakMap<Tensor, SparsityPattern>();

  constructor(readonly transform: string) {
    super();
  }

  /** The box of a value whose elements depend on inputs as the pattern says. */
  boxed(value: Tensor, pattern: SparsityPattern): Tensor {
    this.#patterns.set(value, pattern);
    return box(this, value);
  }

  /** The pattern behind a tensor, or null if it depends on nothing. */
  patternOf(x: Tensor): SparsityPattern | null {
    return x.level === this ? this.#patterns.get(x.value!) ?? null : null;
  }

  process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
    const inner = inputs.map((x) => x.level === this ? unbox(x) : x);
    const patterns = inputs.map((x) => this.patternOf(x));
    const active = patterns.map((pattern) => pattern !== null);
    const outputs = applyOp(op, inner, params);
    if (op.rules === "none" || !active.includes(true)) return outputs;
    const list: readonly Tensor[] = Array.isArray(outputs) ? outputs : [outputs as Tensor];
    const mark = created?.length ?? 0;
    const locals = localPatterns(op, inner, active, list, params);
    disposeTemporaries(mark, []);
    if (locals === null && op.rules === "fused") return op.decompose(inputs, params);
    const boxes = list.map((out, o) => {
      if (!hasDerivative(op, o, out.dtype)) return out;
      return this.boxed(
        out,
        locals === null ? everything(op.name, out.numel, patterns) : chain(out.numel, locals[o], patterns),
      );
    });
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  write(target: Tensor, result: Tensor): void {
    const pattern = this.patternOf(result);
    writeThrough(this, target, result);
    if (pattern === null) this.#patterns.delete(target.value!);
    else this.#patterns.set(target.value!, pattern);
  }
}

/** Each row the union of the rows that a local pattern names: the pattern of a product of matrices. */
function chain(
  rows: number,
  locals: readonly (SparsityPattern | null)[],
  patterns: readonly (SparsityPattern | null)[],
): SparsityPattern {
  const width = patterns.find((pattern) => pattern !== null)!.shape[1];
  const rowPointers = new Int32Array(rows + 1);
  const seenBy = new Int32Array(width).fill(-1);
  let columns = new Int32Array(Math.max(16, rows));
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const start = count;
    for (let i = 0; i < locals.length; i++) {
      const [local, pattern] = [locals[i], patterns[i]];
      if (local === null || pattern === null) continue;
      for (let at = local.rowPointers[row]; at < local.rowPointers[row + 1]; at++) {
        const element = local.columns[at];
        for (let p = pattern.rowPointers[element]; p < pattern.rowPointers[element + 1]; p++) {
          const column = pattern.columns[p];
          if (seenBy[column] === row) continue;
          seenBy[column] = row;
          if (count === columns.length) columns = grown(columns);
          columns[count++] = column;
        }
      }
    }
    columns.subarray(start, count).sort();
    rowPointers[row + 1] = count;
  }
  return { shape: [rows, width], rowPointers, columns: columns.slice(0, count) };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** Every row the union of all rows. */
function everything(op: string, rows: number, patterns: readonly (SparsityPattern | null)[]): SparsityPattern {
  const present = patterns.filter((pattern) => pattern !== null);
  const width = present[0].shape[1];
  const flags = new Uint8Array(width);
  for (const { columns } of present) for (const column of columns) flags[column] = 1;
  const union = Int32Array.from(flags.keys()).filter((column) => flags[column] === 1);
  if (rows * union.length > MOST_ASSUMED_PLACES) {
    throw new ArgumentError(
      `${op}: expected an op with a sparsity rule, got one whose ${rows} outputs may each depend on ${union.length} inputs; ` +
        `pass a pattern (bandedPattern(), coordinatePattern()) instead of detecting it`,
    );
  }
  const columns = new Int32Array(rows * union.length);
  for (let row = 0; row < rows; row++) columns.set(union, row * union.length);
  return {
    shape: [rows, width],
    rowPointers: Int32Array.from({ length: rows + 1 }, (_, row) => row * union.length),
    columns,
  };
}
