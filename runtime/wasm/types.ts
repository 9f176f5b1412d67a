/**
 * What the launches of kernels are described by. Types only: programs do not load this file.
 *
 * @module
 */
import type { DType } from "../dtype.ts";

/**
 * `C[i] = A[i] B[i] (+ C[i]) (+ bias)` for i < batch, A[i] being m x k and B[i] k x n. Addresses are in bytes, strides in
 * elements; a `Batch` stride leads from one matrix to the next and may be 0. The columns of C are contiguous. The bias has
 * a stride along rows and one along columns: one of them 0, the other 0 or 1; `bias` 0 means none.
 */
export interface MatrixProduct {
  readonly dtype: DType;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: number;
  readonly aBatch: number;
  readonly aRow: number;
  readonly aCol: number;
  readonly b: number;
  readonly bBatch: number;
  readonly bRow: number;
  readonly bCol: number;
  readonly c: number;
  readonly cBatch: number;
  readonly cRow: number;
  readonly bias: number;
  readonly biasRow: number;
  readonly biasCol: number;
  readonly accumulate: boolean;
}

/** A part of a product: matrices, rows and columns from `Begin` up to but not including `End`. */
export interface ProductShare {
  readonly batchBegin: number;
  readonly batchEnd: number;
  readonly rowBegin: number;
  readonly rowEnd: number;
  readonly colBegin: number;
  readonly colEnd: number;
}

/** One axis of a batch of matrices, with the strides of both operands in elements. */
export interface BatchAxis {
  length: number;
  a: number;
  b: number;
}

/** The sizes of a convolution. Channels are counted per group, a unit is one group of one sample. */
export interface ConvolutionSizes {
  readonly groups: number;
  readonly units: number;
  readonly channels: number;
  readonly outputs: number;
  /** Spatial sizes of x, y and the kernel. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  /** Elements of the kernel, of a plane of x, and of a plane of y. */
  readonly taps: number;
  readonly plane: number;
  readonly positions: number;
}

/** How a convolution is lowered. */
export interface Lowering {
  /** The class Convolution of assembly/convolution_lowering.ts, but for the addresses of the tables, and its three axes. */
  readonly fields: readonly number[];
  readonly axes: readonly number[];
  /** Byte offsets of the taps of a block of channels in the lowered image. */
  readonly taps: Int32Array;
  /** Bytes of scratch that the kernel needs. */
  readonly scratchBytes: number;
  /** Bytes from one plane of y to the next. */
  readonly outputPitch: number;
}

/** The weights of a group as a matrix of `rows` by `depth`, element (r, k) at `row * r + col * k`. */
export interface WeightMatrix {
  readonly rows: number;
  readonly depth: number;
  readonly row: number;
  readonly col: number;
}

/** What all calls of one binary operation have in common. */
export interface BinaryOperation {
  readonly name: string;
  readonly dtype: DType;
  /** Bytes per element of the operands and of the result. */
  readonly bytes: number;
  readonly outBytes: number;
  readonly p0: number;
  readonly p1: number;
}

/** Elements that a ternary kernel walks with `stride` 0 or 1. */
export interface TernaryOperand {
  readonly elements: ContiguousElements;
  readonly stride: number;
  /** Bytes per element walked. */
  readonly bytes: number;
}

/** What the kernels of assembly/reduce.ts reduce; `squares` is the sum of squared deviations from a mean. */
export type ReductionKind = "sum" | "prod" | "max" | "min" | "squares";

/** An axis, or several merged ones, all reduced or all kept. */
export interface AxisGroup {
  size: number;
  stride: number;
  readonly isReduced: boolean;
}

/** An array seen as [outer, n, inner], reduced over the middle axis. Strides in elements. */
export interface ReductionLayout {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
  readonly outerStride: number;
  readonly stride: number;
  readonly innerStride: number;
}

/** Elements that stay where they are, or a copy in scratch memory until `release` is called. */
export interface ContiguousElements {
  /** Byte address of the first element. */
  readonly address: number;
  /** Gives the copy back, if one was made. */
  release(): void;
}

/** A strided box in wasm memory: its element type, the address of its first element, its strides in elements. */
export interface Box {
  readonly dtype: DType;
  readonly address: number;
  readonly strides: readonly number[];
}

/** Axes of an operation, innermost first: lengths above 1, and the strides of both operands in elements. */
export interface BroadcastAxes {
  readonly sizes: number[];
  readonly a: number[];
  readonly b: number[];
}

/** Sizes of axes and strides of an array along them. */
export interface StridedAxes {
  readonly sizes: number[];
  readonly strides: number[];
}

/** The axes of a copy, outermost first. */
export interface CopyAxes {
  readonly sizes: number[];
  readonly from: number[];
  readonly to: number[];
}

/** Where the sums of the chunks of rows go, and how they come together in `out`. */
export interface ChunkSums {
  readonly address: number;
  finish(): void;
}
