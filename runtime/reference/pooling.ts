/**
 * Pooling from the definition: every position of a window is visited and those outside x are passed over.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { PoolGeometry, PoolingBackend } from "../backend.ts";
import { contiguous } from "./contiguous.ts";

/** Index of flat row-major `position` in an array of `shape`. */
function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = position % shape[d];
    position = Math.floor(position / shape[d]);
  }
  return index;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** What a window covers. */
interface Window {
  /** Flat positions in the plane of x, in row-major order. */
  readonly inside: readonly number[];
  /** Number of positions in x or in its padding. */
  readonly padded: number;
}

/** The window of the output at `index` over planes of `shape`. */
function windowAt(index: readonly number[], shape: readonly number[], geometry: PoolGeometry): Window {
  const { kernel, stride, padding, dilation } = geometry;
  const inside: number[] = [];
  let padded = 0;
  for (let tap = 0; tap < product(kernel); tap++) {
    const at = unravel(tap, kernel).map((k, d) => index[d] * stride[d] - padding[d] + k * dilation[d]);
    if (at.every((p, d) => p < shape[d] + padding[d])) padded++;
    if (at.every((p, d) => p >= 0 && p < shape[d])) inside.push(at.reduce((flat, p, d) => flat * shape[d] + p, 0));
  }
  return { inside, padded };
}

/** Calls `visit` for every output element with its position, its window and where the plane of x starts. */
function forEachWindow(
  x: ArrayRef,
  y: ArrayRef,
  geometry: PoolGeometry,
  visit: (position: number, window: Window, plane: number) => void,
): void {
  const inputShape = x.shape.slice(2);
  const outputShape = y.shape.slice(2);
  const outputSize = product(outputShape);
  const windows = Array.from(
    { length: outputSize },
    (_, position) => windowAt(unravel(position, outputShape), inputShape, geometry),
  );
  for (let position = 0; position < y.numel; position++) {
    const plane = Math.floor(position / outputSize) * product(inputShape);
    visit(position, windows[position % outputSize], plane);
  }
}

/** See {@linkcode PoolingBackend.maxPool}. The first of equal maxima wins, and so does the last NaN. */
export function maxPool(x: ArrayRef, y: ArrayRef, indices: ArrayRef, geometry: PoolGeometry): void {
  const input = contiguous(x);
  const output = contiguous(y);
  const positions = contiguous(indices);
  forEachWindow(x, y, geometry, (position, { inside }, plane) => {
    const values = inside.map((at) => input[plane + at]);
    const lastNaN = values.findLastIndex(Number.isNaN);
    const winner = lastNaN >= 0 ? lastNaN : values.indexOf(Math.max(...values));
    output[position] = winner < 0 ? -Infinity : values[winner];
    positions[position] = winner < 0 ? -1 : inside[winner];
  });
}

/** See {@linkcode PoolingBackend.maxPoolBackward}. */
export function maxPoolBackward(dy: ArrayRef, indices: ArrayRef, dx: ArrayRef): void {
  const gradient = contiguous(dy);
  const positions = contiguous(indices);
  const inputSize = product(dx.shape.slice(2));
  const outputSize = product(dy.shape.slice(2));
  const sums = new Float64Array(dx.numel);
  for (let i = 0; i < dy.numel; i++) {
    if (positions[i] >= 0) sums[Math.floor(i / outputSize) * inputSize + positions[i]] += gradient[i];
  }
  contiguous(dx).set(sums);
}

function divisorOf({ inside, padded }: Window, countIncludePad: boolean, divisor: number): number {
  if (divisor !== 0) return divisor;
  return countIncludePad ? padded : inside.length;
}

/** See {@linkcode PoolingBackend.avgPool}. */
export function avgPool(
  x: ArrayRef,
  y: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  const input = contiguous(x);
  const output = contiguous(y);
  forEachWindow(x, y, geometry, (position, window, plane) => {
    const sum = window.inside.reduce((total, at) => total + input[plane + at], 0);
    output[position] = window.inside.length === 0 ? 0 : sum / divisorOf(window, countIncludePad, divisor);
  });
}

/** See {@linkcode PoolingBackend.avgPoolBackward}. */
export function avgPoolBackward(
  dy: ArrayRef,
  dx: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  const gradient = contiguous(dy);
  const sums = new Float64Array(dx.numel);
  forEachWindow(dx, dy, geometry, (position, window, plane) => {
    const share = gradient[position] / divisorOf(window, countIncludePad, divisor);
    for (const at of window.inside) sums[plane + at] += share;
  });
  contiguous(dx).set(sums);
}

/** Pooling by definition. */
export const pooling: PoolingBackend = { maxPool, maxPoolBackward, avgPool, avgPoolBackward };
