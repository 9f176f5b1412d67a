/**
 * Errors that only the GPU can see: an index out of range is noted there, and thrown by the next download.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { RangeGuard } from "../backend.ts";
import { BackendError } from "../errors.ts";
import { i32, type Program } from "./program.ts";
import { storageOf } from "./storage.ts";

/** Guards whose complaint is remembered; a loop that never downloads must not collect them. */
const REMEMBERED = 4096;

/** Invocations that look at an index array together. */
const LANES = 256;

/** The first fault since the last download: number of the guard (0 for none) and the element that it refused. */
export class Faults {
  /** int32 [2]: the record on the device. */
  readonly record: ArrayRef;
  readonly #guards = new Map<number, RangeGuard>();
  #count = 0;

  /** `record` may hold anything. */
  constructor(record: ArrayRef) {
    this.record = record;
    storageOf(record).setConstant({ dtype: "int32", value: 0 });
  }

  /** A program that notes the first element of int32 `index` outside the range of `guard`, unless one was noted before. */
  program(index: ArrayRef, guard: RangeGuard): Program {
    this.#guards.set(++this.#count, guard);
    this.#guards.delete(this.#count - REMEMBERED);
    return {
      key: "guard",
      reads: { index },
      writes: { fault: this.record },
      uniforms: { n: i32(index.numel), low: i32(guard.low), high: i32(guard.high), number: i32(this.#count) },
      groups: index.numel === 0 ? 0 : 1,
      workgroupSize: LANES,
      declarations: () => `var<workgroup> first: array<i32, ${LANES}>;`,
      body: () => `
  var stray = u.n;
  for (var i = i32(lane); i < u.n; i += ${LANES}) {
    let value = index_at(u32(i));
    if (value < u.low || value > u.high) { stray = i; break; }
  }
  first[lane] = stray;
  workgroupBarrier();
  if (lane == 0u) {
    for (var k = 1; k < ${LANES}; k++) { stray = min(stray, first[k]); }
    if (stray < u.n && fault[u.fault_offset] == 0) {
      fault[u.fault_offset] = u.number;
      fault[u.fault_offset + 1u] = index_at(u32(stray));
    }
  }`,
    };
  }

  /** The error that a downloaded record stands for, or null. */
  decode([number, stray]: Int32Array): Error | null {
    if (number === 0) return null;
    return this.#guards.get(number)?.complaint(stray) ??
      new BackendError(
        `webgpu: expected indices in range, got ${stray} in one of the ops before the last ${REMEMBERED}`,
      );
  }
}
