/**
 * Parameters of single records and results on the way: what only a type checker sees.
 *
 * @module
 */
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A window on a buffer, in elements from its beginning. */
export interface Window {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Reading a buffer through one window after filling it through another. */
export interface Restride {
  readonly from: Window;
  readonly to: Window;
}

/** `length` elements along `dim`, every `step`th from `start`, of an axis that has `size` of them. */
export interface SliceParams {
  readonly dim: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
  readonly size: number;
}

/** One place along `dim` of an axis that has `size` of them. */
export interface SelectParams {
  readonly dim: number;
  readonly index: number;
  readonly size: number;
}

/** Cuts axis `dim` into runs of the given sizes, which add up to the axis. */
export interface SplitParams {
  readonly dim: number;
  readonly sizes: readonly number[];
}

/** What the gradient of an embedding depends on. */
export interface Lookup {
  /** The row whose gradient stays zero, or -1. */
  readonly paddingIdx: number;
  /** Divide the gradient of a row by how often the row was looked up. */
  readonly scaleGradByFreq: boolean;
}

/** The labels of each sample, and how many the longest has. */
export interface CtcTargets {
  readonly labels: readonly (readonly number[])[];
  readonly longest: number;
}

/** Losses per element before reduction, and what their sum is divided by for a mean. */
export interface ClassLosses {
  readonly losses: Tensor;
  /** A function, because only the mean needs it. */
  readonly divisor: () => Tensor | number;
}
