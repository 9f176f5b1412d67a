/**
 * The kernels of one operand whose accuracy is tested: where, against what, and how good they must be.
 *
 * @module
 */
import * as exact from "./functions.ts";
import { add, div, fromNumber, mul, neg, type Real, real, scale, sign, sqrt, sub } from "./real.ts";

/** One kernel, without its dtype prefix. */
export interface AccuracyCase {
  readonly name: string;
  readonly exact: (x: Real) => Real;
  /** Intervals to sample; an entry of the format's largest number is written as Infinity. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Largest error in units in the last place: f32, f64. */
  readonly bounds: readonly [number, number];
  readonly parameters?: readonly [number, number];
}

const ONE = real(1n, 0);
const ALL: readonly (readonly [number, number])[] = [[-Infinity, Infinity], [-100, 100], [-2, 2]];
const EXP: readonly (readonly [number, number])[] = [[-760, 720], [-110, 90], [-2, 2]];

/** The cases, in the order of the kernels' files. */
export const CASES: readonly AccuracyCase[] = [
  { name: "exp", exact: exact.exp, ranges: EXP, bounds: [2, 2] },
  { name: "exp2", exact: exact.exp2, ranges: [[-1080, 1030], [-150, 130], [-2, 2]], bounds: [2, 2] },
  { name: "expm1", exact: exact.expm1, ranges: EXP, bounds: [2, 2] },
  { name: "log", exact: exact.log, ranges: [[5e-324, Infinity], [1e-30, 2]], bounds: [2, 2] },
  { name: "log2", exact: exact.log2, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [2, 2] },
  { name: "log10", exact: exact.log10, ranges: [[5e-324, Infinity], [0.4, 2.1]], bounds: [2, 2] },
  { name: "log1p", exact: exact.log1p, ranges: [[-0.999999, Infinity], [-0.9, 2]], bounds: [2, 2] },
];
