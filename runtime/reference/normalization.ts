/**
 * Softmax and normalisations from their definitions, in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { NormalizationBackend } from "../backend.ts";
import { contiguous } from "./contiguous.ts";

/** Positions of the elements of each slice of an array of `shape` along `dim`. */
function slices(shape: readonly number[], dim: number): number[][] {
  const n = shape[dim] ?? 1;
  const inner = shape.slice(dim + 1).reduce((a, b) => a * b, 1);
  const size = shape.reduce((a, b) => a * b, 1);
  const found: number[][] = [];
  for (let first = 0; first < size; first++) {
    if (Math.floor(first / inner) % n !== 0) continue;
    found.push(Array.from({ length: n }, (_, i) => first + i * inner));
  }
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** See {@linkcode NormalizationBackend.softmax}. */
export function softmax(x: ArrayRef, out: ArrayRef, dim: number, log: boolean): void {
  const input = contiguous(x);
  const output = contiguous(out);
  for (const slice of slices(x.shape, dim)) {
    const values = slice.map((at) => input[at]);
    const shifted = values.map((value) => value - Math.max(...values));
    const total = sum(shifted.map(Math.exp));
    slice.forEach((at, i) => output[at] = log ? shifted[i] - Math.log(total) : Math.exp(shifted[i]) / total);
  }
}

/** See {@linkcode NormalizationBackend.softmaxBackward}. */
export function softmaxBackward(g: ArrayRef, y: ArrayRef, out: ArrayRef, dim: number, log: boolean): void {
  const gradient = contiguous(g);
  const result = contiguous(y);
  const output = contiguous(out);
  for (const slice of slices(y.shape, dim)) {
    const total = sum(slice.map((at) => log ? gradient[at] : gradient[at] * result[at]));
    for (const at of slice) {
      output[at] = log ? gradient[at] - Math.exp(result[at]) * total : (gradient[at] - total) * result[at];
    }
  }
}

/** A set of elements that are normalised together, and the position of each one's weight and bias. */
interface Group {
  readonly positions: readonly number[];
  readonly parameters: readonly number[];
}

/** Rows of the last `x.numel / rows` elements. */
function rowGroups(x: ArrayRef, rows: number): Group[] {
  const n = rows === 0 ? 0 : x.numel / rows;
  return Array.from({ length: rows }, (_, row) => ({
    positions: Array.from({ length: n }, (_, j) => row * n + j),
    parameters: Array.from({ length: n }, (_, j) => j),
  }));
}

/** Channels of x [batch, channels, ...]. */
function channelGroups(x: ArrayRef): Group[] {
  const [batch, channels] = x.shape;
  const size = x.shape.slice(2).reduce((a, b) => a * b, 1);
  return Array.from({ length: channels }, (_, channel) => {
    const positions = Array.from({ length: batch * size }, (_, i) => {
      return (Math.floor(i / size) * channels + channel) * size + i % size;
    });
    return { positions, parameters: positions.map(() => channel) };
  });
}

function normalize(
  groups: readonly Group[],
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  const input = contiguous(x);
  const weights = weight && contiguous(weight);
  const biases = bias && contiguous(bias);
  const output = contiguous(y);
  const means = contiguous(mean);
  const rstds = contiguous(rstd);
  groups.forEach(({ positions, parameters }, group) => {
    const values = positions.map((at) => input[at]);
    const average = sum(values) / values.length;
    const variance = sum(values.map((value) => (value - average) ** 2)) / values.length;
    const scale = 1 / Math.sqrt(variance + eps);
    positions.forEach((at, i) => {
      output[at] = (values[i] - average) * scale * (weights?.[parameters[i]] ?? 1) + (biases?.[parameters[i]] ?? 0);
    });
    means[group] = average;
    rstds[group] = scale;
  });
}

function normalizeBackward(
  groups: readonly Group[],
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  const gradient = contiguous(g);
  const input = contiguous(x);
  const weights = weight && contiguous(weight);
  const means = contiguous(mean);
  const rstds = contiguous(rstd);
  const inputGradient = dx && contiguous(dx);
  const weightSums = new Float64Array(dweight?.numel ?? 0);
  const biasSums = new Float64Array(dbias?.numel ?? 0);
  groups.forEach(({ positions, parameters }, group) => {
    const normalized = positions.map((at) => (input[at] - means[group]) * rstds[group]);
    const weighted = positions.map((at, i) => gradient[at] * (weights?.[parameters[i]] ?? 1));
    const mean1 = sum(weighted) / positions.length;
    const mean2 = sum(weighted.map((value, i) => value * normalized[i])) / positions.length;
    positions.forEach((at, i) => {
      if (inputGradient) inputGradient[at] = rstds[group] * (weighted[i] - mean1 - normalized[i] * mean2);
      weightSums[parameters[i]] += gradient[at] * normalized[i];
      biasSums[parameters[i]] += gradient[at];
    });
  });
  if (dweight) contiguous(dweight).set(weightSums);
  if (dbias) contiguous(dbias).set(biasSums);
}

/** See {@linkcode NormalizationBackend.layerNorm}. */
export function layerNorm(
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  normalize(rowGroups(x, mean.numel), x, weight, bias, y, mean, rstd, eps);
}

/** See {@linkcode NormalizationBackend.layerNormBackward}. */
export function layerNormBackward(
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  normalizeBackward(rowGroups(x, mean.numel), g, x, weight, mean, rstd, dx, dweight, dbias);
}

/** See {@linkcode NormalizationBackend.batchNorm}. */
export function batchNorm(
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  normalize(channelGroups(x), x, weight, bias, y, mean, rstd, eps);
}

/** See {@linkcode NormalizationBackend.batchNormBackward}. */
export function batchNormBackward(
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  normalizeBackward(channelGroups(x), g, x, weight, mean, rstd, dx, dweight, dbias);
}

/** Softmax and normalisations by definition. */
export const normalization: NormalizationBackend = {
  softmax,
  softmaxBackward,
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
};
