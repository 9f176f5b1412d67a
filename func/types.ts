/**
 * Options and results of the functional transforms. Types only: programs do not load this file.
 *
 * @module
 */
import type { Randomness } from "../tensor/random_mode.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@linkcode grad} and {@linkcode gradAndValue}. */
export interface GradOptions {
  /** Which arguments to differentiate. A number gives the bare gradient, an array an array of gradients. Default: 0. */
  argnums?: number | readonly number[];
  /** The function returns `[value, aux]`; aux is handed through. Default: false. */
  hasAux?: boolean;
}

/** Options of {@linkcode hessian}. */
export interface HessianOptions {
  /** Which arguments to differentiate, twice. Default: 0. */
  argnums?: number | readonly number[];
  /** The function returns `[output, aux]`; aux is handed through. Default: false. */
  hasAux?: boolean;
  /** Columns computed at a time. Default: all. */
  chunkSize?: number;
}

/** Options of {@linkcode jacfwd}. */
export interface JacfwdOptions {
  /** Which arguments to differentiate. A number gives the bare Jacobian, an array an array of them. Default: 0. */
  argnums?: number | readonly number[];
  /** The function returns `[output, aux]`; aux is handed through. Default: false. */
  hasAux?: boolean;
  /** What random functions do inside. Default: "error". */
  randomness?: VmapOptions["randomness"];
  /** Columns computed at a time. Default: all. */
  chunkSize?: number;
}

/** Options of {@linkcode jacrev}. */
export interface JacrevOptions {
  /** Which arguments to differentiate. A number gives the bare Jacobian, an array an array of them. Default: 0. */
  argnums?: number | readonly number[];
  /** The function returns `[output, aux]`; aux is handed through. Default: false. */
  hasAux?: boolean;
  /** Rows computed at a time. Default: all. */
  chunkSize?: number;
}

/** Options of {@linkcode jvp}. */
export interface JvpOptions {
  /** The function returns `[output, aux]`; aux is handed through without tangent. Default: false. */
  hasAux?: boolean;
  /** An output that does not depend on the inputs is an error instead of a zero tangent. Default: false. */
  strict?: boolean;
}

/** Options of {@linkcode vjp}. */
export interface VjpOptions {
  /** The function returns `[output, aux]`; aux is handed through without derivative. Default: false. */
  hasAux?: boolean;
}

/** What a traced call leaves behind: its output without boxes, and the way back. */
export interface Pullback {
  /** Output tree, unboxed. */
  readonly output: unknown;
  /** Auxiliary output, unboxed; undefined without `hasAux`. */
  readonly aux: unknown;
  /** Gradients of the flattened primals for the flattened cotangents of the outputs. */
  pull(cotangents: readonly (Tensor | null)[], retainGraph: boolean): Tensor[];
  /** {@linkcode pull} with null for primals that no output with a cotangent depends on. */
  pullOrNull(cotangents: readonly (Tensor | null)[], retainGraph: boolean): (Tensor | null)[];
  /** Frees the graph, and of `output` and `aux` what nobody else knows; `result`, which is returned, stays. */
  close<R>(result: R): R;
}

/** An axis, null for "not batched", or a tree of them that follows the arguments. */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Options of {@linkcode vmap}. */
export interface VmapOptions {
  /** The axis to map over, per argument (a tree may go deeper); null for arguments that are the same for all. Default: 0. */
  inDims?: Dims;
  /** Where the mapped axis goes in the outputs; null for outputs that are the same for all. Default: 0. */
  outDims?: Dims;
  /** What random functions do inside. Default: "error". */
  randomness?: Randomness;
  /** Run in pieces of at most this many samples. Default: all at once. */
  chunkSize?: number;
}

/** What the functions here need of a module: `nn.Module` has it. */
export interface StatefulModule {
  /** Whether the module is in training mode. */
  training: boolean;
  /** Runs the module. */
  // Modules take and return what they like.
  // deno-lint-ignore no-explicit-any
  call(...args: any[]): any;
  /** Learned tensors with dotted names; shared ones once. */
  namedParameters(): readonly (readonly [string, Tensor])[];
  /** Other state with dotted names. */
  namedBuffers(): readonly (readonly [string, Tensor])[];
  /** The module and all below it, with dotted names; its own is "". */
  namedModules(): readonly (readonly [string, object])[];
}

/** Tensors by dotted name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;
