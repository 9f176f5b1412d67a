/**
 * Moving and casting bytes with the kernels of assembly/copy.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MovementBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, type TypedArray } from "../dtype.ts";
import { dtypeKernel } from "../kernels.ts";
import { f32, f64, i32, u8 } from "../memory.ts";
import { address } from "./address.ts";
import { contiguousAddress, isContiguous } from "./contiguous.ts";
import { copyStrided } from "./strided_copy.ts";

/** Axes that one call of a fill kernel walks. */
const FILL_AXES = 3;

/** The wasm memory as elements of the type of `x`. The view dies when the memory grows: take it after every address. */
function memoryOf(x: ArrayRef): TypedArray {
  switch (x.dtype) {
    case "float32":
      return f32;
    case "float64":
      return f64;
    case "int32":
      return i32;
    case "uint8":
    case "bool":
      return u8;
  }
}

/** Copies `source` into `target` of the same shape, casting where the types differ. */
export function copy(source: ArrayRef, target: ArrayRef): void {
  if (source.numel === 0) return;
  const from = { dtype: source.dtype, address: address(source), strides: source.strides };
  copyStrided(source.shape, from, { dtype: target.dtype, address: address(target), strides: target.strides });
}

/** Sets every element of `target`; a bool target becomes 1 where `value` is not 0, NaN included. */
export function fill(target: ArrayRef, value: number): void {
  if (target.numel === 0) return;
  const run = dtypeKernel("fill", target.dtype);
  const element = target.dtype === "bool" ? Number(value !== 0) : value;
  const start = address(target);
  if (isContiguous(target)) {
    run(start, 1, 1, target.numel, 0, 0, 1, element);
    return;
  }
  const outer = Math.max(0, target.shape.length - FILL_AXES);
  const n = [...new Array<number>(FILL_AXES).fill(1), ...target.shape.slice(outer)].slice(-FILL_AXES);
  const s = [...new Array<number>(FILL_AXES).fill(0), ...target.strides.slice(outer)].slice(-FILL_AXES);
  const walk = (axis: number, offset: number): void => {
    if (axis === outer) {
      run(start + offset * BYTES_PER_ELEMENT[target.dtype], n[0], n[1], n[2], s[0], s[1], s[2], element);
      return;
    }
    for (let i = 0; i < target.shape[axis]; i++) walk(axis + 1, offset + i * target.strides[axis]);
  };
  walk(0, 0);
}

/** Reads all elements in row-major order into a fresh typed array on the JavaScript heap. */
export function read(source: ArrayRef): TypedArray {
  const elements = contiguousAddress(source);
  const start = elements.address / BYTES_PER_ELEMENT[source.dtype];
  const values = memoryOf(source).slice(start, start + source.numel);
  elements.release();
  return values;
}

/** {@linkcode read} as a promise: wasm memory is always at hand. */
export function download(source: ArrayRef): Promise<TypedArray> {
  return Promise.resolve(read(source));
}

/** Writes `values`, in row-major order, into contiguous `target`. */
export function write(target: ArrayRef, values: TypedArray): void {
  if (target.numel === 0) return;
  const start = address(target) / BYTES_PER_ELEMENT[target.dtype];
  memoryOf(target).set(values, start);
}

/** Moving and casting bytes in wasm memory. */
export const movement: MovementBackend = { copy, fill, read, download, write };
