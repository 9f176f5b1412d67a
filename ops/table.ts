/**
 * The op table: every op record, by name.
 *
 * @module
 */
import type { Op } from "../tensor/op.ts";

// Records differ in their parameter type. The table hands them to tests and tools, which pair each record with its own
// samples only, so the parameter type is erased here.
// deno-lint-ignore no-explicit-any
const table = new Map<string, Op<any>>();

/** Adds a record to the table and returns it. Names are unique. */
export function defineOp<P>(op: Op<P>): Op<P> {
  if (table.has(op.name)) throw new Error(`defineOp: expected a new name, got ${op.name} twice`);
  table.set(op.name, op);
  return op;
}

/** All op records, in the order of definition. */
// deno-lint-ignore no-explicit-any
export function opTable(): readonly Op<any>[] {
  return [...table.values()];
}
