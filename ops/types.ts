/**
 * Options and results of the functions of tensors. Types only: programs do not load this file.
 *
 * @module
 */
import type { DType } from "../tensor/dtype.ts";
import type { Generator } from "../tensor/generator.ts";
import type { Tensor, TensorOptions } from "../tensor/tensor.ts";

/** Options of random functions. */
export interface RandomOptions extends TensorOptions {
  /** The stream to draw from. Default: the one that {@linkcode manualSeed} seeds. */
  generator?: Generator;
}

/** Options of {@linkcode trilIndices} and {@linkcode triuIndices}. */
export interface TriangleIndicesOptions extends TensorOptions {
  /** Which diagonal bounds the triangle. Default: 0. */
  offset?: number;
}

/** The factor of the second operand of a sum. */
export interface AlphaOptions {
  /** Factor. Default: 1. Whole for integer tensors. */
  alpha?: number;
}

/** How `div` rounds. */
export interface DivOptions {
  /** "trunc" rounds towards 0 and "floor" down, within the dtype of the operands. Default: none, true division. */
  roundingMode?: "trunc" | "floor" | null;
}

/** The factor of a product that is added. */
export interface ValueOptions {
  /** Factor. Default: 1. Cut to its whole part for integer tensors. */
  value?: number;
}

/** How to round. */
export interface RoundOptions {
  /** Digits kept behind the decimal point; negative ones are cut before it. Default: 0. */
  decimals?: number;
}

/** What stands in for numbers that are not finite. */
export interface NanToNumOptions {
  /** In place of NaN. Default: 0. */
  nan?: number;
  /** In place of infinity. Default: the largest number of the dtype. */
  posinf?: number;
  /** In place of minus infinity. Default: the smallest number of the dtype. */
  neginf?: number;
}

/** How close is close. */
export interface ClosenessOptions {
  /** Relative tolerance. Default: 1e-5. */
  rtol?: number;
  /** Absolute tolerance. Default: 1e-8. */
  atol?: number;
  /** Whether two NaN are close. Default: false. */
  equalNan?: boolean;
}

/** Axes to reduce: one, several, or all where undefined, null or empty. */
export type ReducedDims = number | readonly number[] | null;

/** Options of reductions. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1. Default: false. */
  keepdim?: boolean;
}

/** Options of reductions that can compute in another dtype. */
export interface ReduceDTypeOptions extends ReduceOptions {
  /** Convert the elements to this dtype first. Default: that of the input, int32 for bools and uint8. */
  dtype?: DType;
}

/** Options of variances. */
export interface VarianceOptions extends ReduceOptions {
  /** What is subtracted from the number of elements to give the divisor. Default: 1. */
  correction?: number;
  /** Older spelling: true is `correction: 1`, false is `correction: 0`. */
  unbiased?: boolean;
}

/** Options of quantiles. */
export interface QuantileOptions {
  /** Keep the reduced axis with size 1. Default: false. */
  keepdim?: boolean;
  /** What to give between two elements. Default: "linear". */
  interpolation?: "linear" | "lower" | "higher" | "nearest" | "midpoint";
}

/** Options of {@linkcode cov}. */
export interface CovarianceOptions {
  /** What is subtracted from the number of observations. Default: 1. */
  correction?: number;
  /** How often each observation was made, integers. */
  fweights?: Tensor;
  /** How much each observation counts. */
  aweights?: Tensor;
}

/** Options of {@linkcode bincount}. */
export interface BincountOptions {
  /** What each element counts. Default: 1. */
  weights?: Tensor;
  /** Least length of the result. Default: 0. */
  minlength?: number;
}

/** Range and number of the bins of {@linkcode histc}. */
export interface HistcOptions {
  /** Number of bins. Default: 100. */
  bins?: number;
  /** Lower end; where it equals `max`, both are those of the data. Default: 0. */
  min?: number;
  /** Upper end, which belongs to the last bin. Default: 0. */
  max?: number;
}

/** Options of cumulative sums and products. */
export interface ScanOptions {
  /** Convert the elements to this dtype first. Default: that of the input, int32 for bools and uint8. */
  dtype?: DType;
}

/** Options of {@linkcode diff}. */
export interface DiffOptions {
  /** The axis. Default: -1. */
  dim?: number;
  /** What to put before the input along the axis. */
  prepend?: Tensor;
  /** What to put behind it. */
  append?: Tensor;
}

/** Where the points lie, and the axis along which they follow each other. */
export interface TrapezoidOptions {
  /** Distance of neighbours, where `x` is not given. Default: 1. */
  dx?: number;
  /** The axis. Default: -1. */
  dim?: number;
}

/** Options of {@linkcode gradient}. */
export interface GradientOptions {
  /** Distance of neighbours along every axis, or one entry per axis: a distance, or the places of the points. Default: 1. */
  spacing?: number | readonly (number | Tensor)[];
  /** The axes. Default: all. */
  dim?: number | readonly number[];
  /** Order of the differences at the ends: 1 or 2. Default: 1. */
  edgeOrder?: 1 | 2;
}

/** Elements that were picked, and where they came from. */
export interface Selection {
  /** The elements. */
  readonly values: Tensor;
  /** Their positions along the axis, int32. */
  readonly indices: Tensor;
}

/** Options of sorts. */
export interface SortOptions {
  /** Largest first. Default: false. */
  descending?: boolean;
  /** Keep the order of equal elements; they always keep it here. */
  stable?: boolean;
}

/** Options of {@linkcode topk}. */
export interface TopkOptions {
  /** The largest elements; false for the smallest. Default: true. */
  largest?: boolean;
  /** Sort what is returned; it always is here. */
  sorted?: boolean;
}

/** Options of {@linkcode searchsorted}. */
export interface SearchsortedOptions {
  /** Position after equal elements, instead of before them. Default: false. */
  right?: boolean;
  /** The same as a word: "left" or "right". */
  side?: "left" | "right";
  /** Indices that sort the sequence, where it is not sorted itself. */
  sorter?: Tensor;
  /** Accepted for PyTorch's sake: indices are always int32. */
  outInt32?: boolean;
}

/** Options of {@linkcode isin}. */
export interface IsinOptions {
  /** True where the element is not in the set. Default: false. */
  invert?: boolean;
}

/** Options of {@linkcode unique}. */
export interface UniqueOptions {
  /** Accepted for PyTorch's sake: the result is always sorted. */
  sorted?: boolean;
  /** Also give, for each element, where it stands in the result. */
  returnInverse?: boolean;
  /** Also give how often each distinct element occurs. */
  returnCounts?: boolean;
  /** Compare the slices along this axis instead of elements. */
  dim?: number | null;
}

/** Factors of a product that is added to something. Integer tensors take their whole parts. */
export interface AddProductOptions {
  /** Factor of the input; at 0 its values do not matter, not even NaN. Default: 1. */
  beta?: number;
  /** Factor of the product. Default: 1. */
  alpha?: number;
}

/** Options of {@linkcode tensordot}. */
export interface TensordotOptions {
  /** Axes to sum over: those of the first tensor and those of the second, or how many last and first ones. Default: 2. */
  dims?: number | readonly [readonly number[], readonly number[]];
}

/** Options of {@linkcode cdist}. */
export interface CdistOptions {
  /** PyTorch's choice of an algorithm; distances are always computed from differences here. */
  computeMode?: string;
}

/** Options of {@linkcode meshgrid}. */
export interface MeshgridOptions {
  /** "ij": axis i belongs to tensor i. "xy": the first two axes change places. Default: "ij". */
  indexing?: "ij" | "xy";
}

/** Options of {@linkcode combinations}. */
export interface CombinationsOptions {
  /** Elements per combination. Default: 2. */
  r?: number;
  /** Whether an element may be taken again. Default: false. */
  withReplacement?: boolean;
}

/** Options of functions of diagonals. */
export interface DiagonalOptions {
  /** How far above the main diagonal (below where negative). Default: 0. */
  offset?: number;
  /** The axis of the rows. */
  dim1?: number;
  /** The axis of the columns. */
  dim2?: number;
}

/** Bounds of {@linkcode sliceScatter}, as Python's slices have them. */
export interface SliceBounds {
  /** First index. Default: 0. */
  start?: number;
  /** Index after the last. Default: the end of the axis. */
  end?: number;
  /** Distance of the indices. Default: 1. */
  step?: number;
}

/** Options of {@linkcode scatter}. */
export interface ScatterOptions {
  /** What happens where something is already: by default it is replaced. */
  reduce?: "add" | "multiply";
}

/** How {@linkcode scatterReduce} combines the elements that meet. */
export type ScatterReduction = "sum" | "prod" | "mean" | "amax" | "amin";

/** Options of {@linkcode scatterReduce}. */
export interface ScatterReduceOptions {
  /** Whether the element of the input takes part. Default: true. */
  includeSelf?: boolean;
}

/** Options of {@linkcode indexPut}. */
export interface IndexPutOptions {
  /** Add to what is there, instead of replacing it. Default: false. */
  accumulate?: boolean;
}
