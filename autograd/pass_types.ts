/**
 * What a backward pass is asked for. Types only: programs do not load this file.
 *
 * @module
 */
import type { GradMode } from "../tensor/grad_mode.ts";
import type { RunningTape } from "../tensor/hook_types.ts";
import type { Node } from "../tensor/node.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What one pass over a graph is asked to do. */
export interface PassOptions {
  /** Keep residuals for another pass. */
  readonly retainGraph: boolean;
  /** Whether the tapes below record what the rules do. */
  readonly mode: GradMode;
  /** The newest tape among those. */
  readonly tape: RunningTape | null;
  /** The pass is recorded on the tape that it walks: residuals keep their boxes, gradients of leaves their history. */
  readonly createGraph: boolean;
  /** Whose gradients are wanted; null accumulates into the leaves' `grad`. */
  readonly targets: readonly Target[] | null;
  /** What counts as constant: its cotangents are dropped. Default: nothing. */
  readonly cuts?: readonly Target[];
}

/** A tensor in the graph: a node and which of its outputs. */
export interface Target {
  readonly node: Node;
  readonly index: number;
}

/** An output to start from. */
export interface Root extends Target {
  readonly cotangent: Tensor;
}

/** A call of {@linkcode grad} with its lists and defaults filled in; every cotangent has the shape of its output. */
export interface GradCall {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly cotangents: readonly Tensor[];
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  /** Tensors through which nothing flows back: they count as constants. */
  readonly cuts: readonly Tensor[];
}
