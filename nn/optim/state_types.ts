/**
 * What optimizers remember and hand around. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../../tensor/tensor.ts";

/** What Adam remembers of a parameter. */
export interface AdamState extends Record<string, Tensor | number | null> {
  step: number;
  expAvg: Tensor;
  expAvgSq: Tensor;
  maxExpAvgSq: Tensor | null;
}

/** What L-BFGS remembers, kept with the first parameter. */
export interface LBFGSState extends Record<string, Tensor | number | null | readonly Tensor[] | readonly number[]> {
  funcEvals: number;
  nIter: number;
  /** Step length and direction of the last iteration. */
  t: number;
  d: Tensor | null;
  prevFlatGrad: Tensor | null;
  prevLoss: number;
  /** Differences of gradients y, of parameters s, and 1 / (y . s), oldest first. */
  oldDirs: Tensor[];
  oldStps: Tensor[];
  ro: number[];
  hDiag: number;
}

/** The function along the line at one step length. */
export interface LinePoint {
  /** Step length. */
  readonly t: number;
  /** Value of the function. */
  readonly loss: number;
  /** Its flat gradient. */
  readonly gradient: Tensor;
  /** Its derivative along the line. */
  readonly slope: number;
}

/** What RMSprop remembers of a parameter. */
export interface RMSpropState extends Record<string, Tensor | number | null> {
  step: number;
  squareAvg: Tensor;
  gradAvg: Tensor | null;
  momentumBuffer: Tensor | null;
}
