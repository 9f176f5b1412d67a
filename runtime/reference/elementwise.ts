/**
 * Elementwise maps straight from their definitions, one element at a time, in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ElementwiseBackend, ElementwiseKernel } from "../backend.ts";
import { assign, indicesOf } from "./positions.ts";
import { elements } from "./storage.ts";

/** The element of `x` that meets `index`, an index of the shape to which `x` broadcasts. */
function read(x: ArrayRef, index: readonly number[]): number {
  const missing = index.length - x.shape.length;
  let position = x.offset;
  for (let d = 0; d < x.shape.length; d++) {
    if (x.shape[d] > 1) position += index[missing + d] * x.strides[d];
  }
  return elements(x)[position];
}

/** Computes all results before the first is stored, because `out` may be an operand. */
function map(kernel: ElementwiseKernel, operands: readonly ArrayRef[], out: ArrayRef, p0: number, p1: number): void {
  const results = indicesOf(out.shape).map((index) => {
    const [a, b = 0, c = 0] = operands.map((operand) => read(operand, index));
    return kernel.reference(a, b, c, p0, p1, out.dtype);
  });
  assign(out, results);
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
