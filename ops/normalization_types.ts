/**
 * What the records of the norms state. Types only: programs do not load this file.
 *
 * @module
 */
import type { Sample } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";

/** Which of weight and bias are among the inputs, after x. */
export interface NormParams {
  readonly eps: number;
  readonly weight: boolean;
  readonly bias: boolean;
}

/** Layer norm: the number of trailing axes that are normalised together. */
export interface LayerNormParams extends NormParams {
  readonly axes: number;
}

/** How a norm looks at x. */
export interface Layout {
  /** Axes whose elements are normalised together. */
  readonly over: readonly number[];
  /** Axes over which gradients of weight and bias are summed. */
  readonly rest: readonly number[];
  /** The shape in which weight and bias broadcast against x. */
  readonly affine: Shape;
}

/** What differs between the two norms. */
export interface NormRow<P extends NormParams> {
  /** Name of the op and of the method of the backend. */
  readonly name: "layerNorm" | "batchNorm";
  readonly gradName: string;
  /** The shape of mean and rstd. */
  statistics(x: Shape, params: P): Shape;
  /** The shape of weight and bias. */
  channels(x: Shape, params: P): Shape;
  layout(x: Shape, params: P): Layout;
  readonly samples: () => readonly Sample<P>[];
}
