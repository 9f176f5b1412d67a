/**
 * Parameters of ops that walk windows. Types only: programs do not load this file.
 *
 * @module
 */
import type { ConvolutionGeometry, PoolGeometry } from "../runtime/backend.ts";
import type { Shape } from "../tensor/shape.ts";

/** Geometry, and the spatial sizes that a transposed map cannot infer from its operands. */
export interface ConvolutionParams extends ConvolutionGeometry {
  /** Spatial sizes of x. */
  readonly input: Shape;
  /** Spatial sizes of the kernel. */
  readonly kernel: Shape;
}

export type Shapes = (n: number, cIn: number, cOut: number, p: ConvolutionParams) => Shape[];

/** Geometry and the spatial sizes of both sides. */
export interface PoolParams extends PoolGeometry {
  readonly input: Shape;
  readonly output: Shape;
}

/** Geometry of averages. */
export interface AveragePoolParams extends PoolParams {
  readonly countIncludePad: boolean;
  readonly divisor: number;
}

/** Where the elements of all blocks lie in the padded image. */
export interface Blocks {
  /** Sizes of the padded image. */
  readonly padded: Shape;
  readonly padding: Shape;
  /** Elements of a kernel. */
  readonly elements: number;
  /** Number of blocks. */
  readonly count: number;
  /** Flat positions in the padded image, [elements, count]. */
  readonly positions: Int32Array;
}

/** A map along an axis: `count` taps per output, one output after the other. */
export interface Taps {
  readonly count: number;
  /** Which element each tap reads. */
  readonly index: Int32Array;
  /** What it is multiplied with; null for 1. */
  readonly weight: Float64Array | null;
}

/** Source position of output `i`, in elements of the input. */
export type Position = (i: number) => number;
