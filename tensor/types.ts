/**
 * Options, arguments and results of tensors. Types only: programs do not load this file.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** Where a tensor lives. */
export type Device = "cpu" | "webgpu" | "reference";

/** Numbers nested in arrays, one level per axis. */
export type NestedArray = readonly (number | boolean | NestedArray)[];

/** The result of `toArray()`: a number for a 0-d tensor, else nested arrays. Booleans for bool tensors. */
export type NestedNumbers = number | boolean | NestedNumbers[];

/** Options of the functions that create tensors. */
export interface TensorOptions {
  /** Element type. Default: float32, or that of the data. */
  dtype?: DType;
  /** Where the tensor lives. Default: "cpu". */
  device?: Device;
  /** Record what is done with the tensor. Default: false. */
  requiresGrad?: boolean;
}

/** A node of the reverse-mode graph, as `tensor.gradFn` shows it. */
export interface GradFn {
  /** PyTorch's name of the node: `MulBackward0`, `AccumulateGrad`. */
  readonly name: string;
  /** The nodes of the inputs, and which of their outputs each input was. */
  readonly nextFunctions: [GradFn | null, number][];
}

/** Removes a hook. */
export interface HookHandle {
  /** Takes the hook back; a second call does nothing. */
  remove(): void;
}

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keep the saved residuals for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for higher derivatives. */
  createGraph?: boolean;
  /** Accumulate into these tensors only. */
  inputs?: readonly Tensor[];
}
