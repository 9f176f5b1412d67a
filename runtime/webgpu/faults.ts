/**
 * Errors that only the GPU can see: an index out of range is noted there, and thrown by the next download.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { RangeGuard } from "../backend.ts";
import { BackendError } from "../errors.ts";
import { fold } from "./fold.ts";
import type { Gpu } from "./gpu.ts";
import { i32 } from "./program.ts";
import { storageOf } from "./storage.ts";
import { flat, rowsOver, walkRows } from "./walk.ts";

/** Guards whose complaint is remembered; a loop that never downloads must not collect them. */
const REMEMBERED = 4096;

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

  /** Notes the first element of int32 `index` outside the range of `guard`, unless one was noted before. */
  watch(gpu: Gpu, index: ArrayRef, guard: RangeGuard): void {
    if (index.numel === 0) return;
    this.#guards.set(++this.#count, guard);
    this.#guards.delete(this.#count - REMEMBERED);
    const entries = rowsOver(index, index.shape.map((_, d) => d));
    const stray = walkRows("stray", entries);
    fold(gpu, {
      key: `range guard ${stray.key}`,
      label: "range guard",
      fields: ["u32"],
      identity: "0xffffffffu",
      combine: "return Total(min(p.v0, q.v0));",
      load: `let value = index[u.index_offset + at];
  return Total(select(k, 0xffffffffu, value >= u.low && value <= u.high));`,
      store: `if (total.v0 != 0xffffffffu && fault[u.fault_offset] == 0) {
    fault[u.fault_offset] = u.number;
    fault[u.fault_offset + 1u] = index[u.index_offset + stray_step(total.v0)];
  }`,
      operands: { index: flat(index) },
      extras: { index: flat(index) },
      results: { fault: this.record },
      uniforms: { low: i32(guard.low), high: i32(guard.high), number: i32(this.#count), ...stray.uniforms },
      declarations: stray.declaration,
    }, entries);
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
