/**
 * Convolutions straight from their definition, summed in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ConvolutionBackend, ConvolutionGeometry } from "../backend.ts";
import { elements } from "./storage.ts";

/** Calls `visit` with every index of `shape`. */
function forEachIndex(
  shape: readonly number[],
  visit: (index: readonly number[]) => void,
  prefix: number[] = [],
): void {
  if (prefix.length === shape.length) visit(prefix);
  else for (let i = 0; i < shape[prefix.length]; i++) forEachIndex(shape, visit, [...prefix, i]);
}

/** Position in the storage of an element of `x`. */
function position(x: ArrayRef, index: readonly number[]): number {
  return index.reduce((sum, i, d) => sum + i * x.strides[d], x.offset);
}

/**
 * Calls `visit` with the positions of the three elements of every product in a convolution: output channel o of image n at
 * `place` sums, over the channels of its group and the places of the kernel, weight times the input at
 * `place * stride - padding + tap * dilation`, where that lies inside the image.
 */
function forEachProduct(
  x: ArrayRef,
  weight: ArrayRef,
  y: ArrayRef,
  { stride, padding, dilation, groups }: ConvolutionGeometry,
  visit: (x: number, weight: number, y: number) => void,
): void {
  const [outputs, channels, ...kernel] = weight.shape;
  forEachIndex(y.shape, ([n, o, ...place]) => {
    const firstChannel = Math.floor(o / (outputs / groups)) * channels;
    forEachIndex([channels, ...kernel], ([channel, ...tap]) => {
      const source = place.map((p, d) => p * stride[d] - padding[d] + tap[d] * dilation[d]);
      if (source.some((s, d) => s < 0 || s >= x.shape[2 + d])) return;
      visit(
        position(x, [n, firstChannel + channel, ...source]),
        position(weight, [o, channel, ...tap]),
        position(y, [n, o, ...place]),
      );
    });
  });
}

/** Stores what `add` summed into an array of doubles, one for each element of the storage of `out`. */
function sumInDouble(out: ArrayRef, add: (sums: Float64Array) => void): void {
  const values = elements(out);
  const sums = new Float64Array(values.length);
  add(sums);
  values.set(sums.subarray(out.offset, out.offset + out.numel), out.offset);
}

/** `y = conv(x, weight) (+ bias)`. */
export function convolution(
  x: ArrayRef,
  weight: ArrayRef,
  bias: ArrayRef | null,
  y: ArrayRef,
  geometry: ConvolutionGeometry,
): void {
  const xValues = elements(x);
  const weightValues = elements(weight);
  sumInDouble(y, (sums) => {
    if (bias !== null) {
      const biasValues = elements(bias);
      forEachIndex(y.shape, (index) => sums[position(y, index)] = biasValues[position(bias, [index[1]])]);
    }
    forEachProduct(x, weight, y, geometry, (i, j, k) => sums[k] += xValues[i] * weightValues[j]);
  });
}

/** `dx = conv^T(dy, weight)`. */
export function convolutionInput(dy: ArrayRef, weight: ArrayRef, dx: ArrayRef, geometry: ConvolutionGeometry): void {
  const dyValues = elements(dy);
  const weightValues = elements(weight);
  sumInDouble(dx, (sums) => {
    forEachProduct(dx, weight, dy, geometry, (i, j, k) => sums[i] += dyValues[k] * weightValues[j]);
  });
}

/** `dweight = sum_n corr(x, dy)`. */
export function convolutionWeight(x: ArrayRef, dy: ArrayRef, dweight: ArrayRef, geometry: ConvolutionGeometry): void {
  const xValues = elements(x);
  const dyValues = elements(dy);
  sumInDouble(dweight, (sums) => {
    forEachProduct(x, dweight, dy, geometry, (i, j, k) => sums[j] += xValues[i] * dyValues[k]);
  });
}

/** Convolutions by definition. */
export const convolutionFamily: ConvolutionBackend = { convolution, convolutionInput, convolutionWeight };
