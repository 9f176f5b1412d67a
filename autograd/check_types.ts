/**
 * Options of the checks of derivatives and what they compare. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@linkcode gradcheck}. */
export interface GradcheckOptions {
  /** Step of the finite differences. Default: 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default: 1e-5. */
  atol?: number;
  /** Relative tolerance. Default: 1e-3. */
  rtol?: number;
  /** Throw where derivatives differ, instead of returning false. Default: true. */
  raiseException?: boolean;
  /** Allowed difference between two runs of the backward pass on the same numbers. Default: 0. */
  nondetTol?: number;
  /** Whether outputs without a gradient must count as outputs with a gradient of zeros. Default: true. */
  checkUndefinedGrad?: boolean;
  /** Whether gradients must have the dtypes of their inputs. Default: false. */
  checkGradDtypes?: boolean;
  /** Whether a batch of cotangents must give what one after the other gives. Default: false. */
  checkBatchedGrad?: boolean;
  /** Whether a batch of tangents must give what one after the other gives. Default: false. */
  checkBatchedForwardGrad?: boolean;
  /** Whether forward mode is checked. Default: false. */
  checkForwardAD?: boolean;
  /** Whether reverse mode is checked. Default: true. */
  checkBackwardAD?: boolean;
  /** Compare random projections of the Jacobians instead of all entries. Default: false. */
  fastMode?: boolean;
}

/** Options of {@linkcode gradgradcheck}. */
export interface GradgradcheckOptions extends GradcheckOptions {
  /** Cotangents of the outputs; random ones where absent. */
  gradOutputs?: Tensor | readonly Tensor[];
}

/** The function to check, of any arguments; tensors among them that require grad are differentiated. */
// Tests take functions of any signature, and hand them the arguments that belong to it.
// deno-lint-ignore no-explicit-any
export type CheckedFunction = (...args: any[]) => unknown;

/** A function and the point at which its derivatives are compared. */
export interface Problem {
  readonly f: CheckedFunction;
  readonly args: readonly unknown[];
  /** The arguments that require grad. */
  readonly inputs: readonly Tensor[];
  /** Which of the floating-point outputs are compared: those with a history, or all if none has one. */
  readonly compared: readonly number[];
}

/** A matrix in row-major order: one row per output element, one column per input element. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** One matrix per compared output and input: `table[output][input]`. */
export type JacobianTable = Matrix[][];
