/**
 * Arguments and options of `autograd.functional`. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/** One tensor or several. */
export type Tensors = Tensor | readonly Tensor[];

/** A function of tensors that returns one or several. */
export type TensorsFunction = (...inputs: Tensor[]) => Tensors;

/** Options of all functions of `autograd.functional`. */
export interface FunctionalOptions {
  /** Whether the results can be differentiated. Default: false. */
  createGraph?: boolean;
  /** An output that does not depend on an input is an error instead of zeros. Default: false. */
  strict?: boolean;
}

/** Options of {@linkcode jacobian} and {@linkcode hessian}. */
export interface JacobianOptions extends FunctionalOptions {
  /** Compute all rows or columns at once, under vmap, instead of one after the other. Default: false. */
  vectorize?: boolean;
  /** Rows by reverse mode, or columns by forward mode, which needs `vectorize`. Default: "reverse-mode". */
  strategy?: "reverse-mode" | "forward-mode";
}

/** Options of {@linkcode hessian}. */
export interface HessianOptions extends FunctionalOptions {
  /** Compute all rows at once, under vmap, instead of one after the other. Default: false. */
  vectorize?: boolean;
  /** How the Jacobian of the gradient is computed; forward mode needs `vectorize`. Default: "reverse-mode". */
  outerJacobianStrategy?: "reverse-mode" | "forward-mode";
}
