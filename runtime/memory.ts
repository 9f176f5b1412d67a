/**
 * The one wasm memory that kernels work on, and typed views of it.
 *
 * @module
 */
import { kernelBuild } from "./build.ts";

/** Bytes of a wasm page. */
const WASM_PAGE = 65536;

/** All that a 32-bit wasm memory can address: 4 GiB. */
const MAXIMUM_PAGES = 65536;

/** 16 MiB to begin with: memory that was never touched costs nothing but addresses. */
const INITIAL_PAGES = 256;

/** Growing a shared memory costs time in every thread, so it happens in doublings, then in steps of 64 MiB. */
const LARGEST_STEP = 1024;

/** The memory that every kernel instance imports. It is shared when the kernels are built for threads. */
export const memory: WebAssembly.Memory = new WebAssembly.Memory({
  initial: INITIAL_PAGES,
  maximum: MAXIMUM_PAGES,
  shared: kernelBuild === "threads",
});

/** The memory as bytes. This and the other views are replaced when the memory grows: never keep one across an allocation. */
export let u8: Uint8Array = new Uint8Array(memory.buffer);

/** The memory as 32-bit integers; index with `address >>> 2`. */
export let i32: Int32Array = new Int32Array(memory.buffer);

/** The memory as single-precision floats; index with `address >>> 2`. */
export let f32: Float32Array = new Float32Array(memory.buffer);

/** The memory as double-precision floats; index with `address / 8`. */
export let f64: Float64Array = new Float64Array(memory.buffer);

/** Makes addresses below `end` usable. False when the host refuses, in which case nothing changed. */
export function reserveMemory(end: number): boolean {
  const present = u8.byteLength / WASM_PAGE;
  const needed = Math.ceil(end / WASM_PAGE);
  if (needed <= present) return true;
  if (needed > MAXIMUM_PAGES) return false;
  const comfortable = Math.min(MAXIMUM_PAGES, Math.max(needed, present + Math.min(present, LARGEST_STEP)));
  if (!grow(comfortable - present) && !grow(needed - present)) return false;
  u8 = new Uint8Array(memory.buffer);
  i32 = new Int32Array(memory.buffer);
  f32 = new Float32Array(memory.buffer);
  f64 = new Float64Array(memory.buffer);
  return true;
}

function grow(pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false; // RangeError: the host has no more memory to give.
  }
}
