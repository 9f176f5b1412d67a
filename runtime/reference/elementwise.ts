/**
 * Elementwise maps straight from their definitions, one element at a time, in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ElementwiseBackend, ElementwiseKernel } from "../backend.ts";
import { elements } from "./storage.ts";

/** Reads element `index` of `shape` from `x`, which broadcasts to it. */
type Reader = (index: readonly number[]) => number;

function reader(x: ArrayRef, shape: readonly number[]): Reader {
  const values = elements(x);
  const missing = shape.length - x.shape.length;
  return (index) => {
    let position = x.offset;
    for (let d = 0; d < x.shape.length; d++) {
      if (x.shape[d] > 1) position += index[missing + d] * x.strides[d];
    }
    return values[position];
  };
}

/** Calls `visit` with every index of `shape` in row-major order. */
function forEachIndex(shape: readonly number[], visit: (index: readonly number[], position: number) => void): void {
  const size = shape.reduce((product, length) => product * length, 1);
  for (let position = 0; position < size; position++) {
    const index = new Array<number>(shape.length);
    let rest = position;
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    visit(index, position);
  }
}

/** Computes all results before the first is stored, because `out` may be an operand. */
function map(kernel: ElementwiseKernel, operands: readonly ArrayRef[], out: ArrayRef, p0: number, p1: number): void {
  const readers = operands.map((operand) => reader(operand, out.shape));
  const results: number[] = [];
  forEachIndex(out.shape, (index) => {
    const [a, b = 0, c = 0] = readers.map((read) => read(index));
    results.push(kernel.reference(a, b, c, p0, p1));
  });
  elements(out).set(results, out.offset);
}

/** `out = f(x, p0, p1)`. */
export function unary(kernel: ElementwiseKernel, x: ArrayRef, out: ArrayRef, p0: number, p1: number): void {
  map(kernel, [x], out, p0, p1);
}

/** `out = f(a, b, p0, p1)`; `a` and `b` broadcast to the shape of `out`. */
export function binary(
  kernel: ElementwiseKernel,
  a: ArrayRef,
  b: ArrayRef,
  out: ArrayRef,
  p0: number,
  p1: number,
): void {
  map(kernel, [a, b], out, p0, p1);
}

/** `out = f(a, b, c, p0, p1)`; the operands broadcast to the shape of `out`. */
export function ternary(
  kernel: ElementwiseKernel,
  a: ArrayRef,
  b: ArrayRef,
  c: ArrayRef,
  out: ArrayRef,
  p0: number,
  p1: number,
): void {
  map(kernel, [a, b, c], out, p0, p1);
}

/** Elementwise maps by definition. */
export const elementwise: ElementwiseBackend = { unary, binary, ternary };
