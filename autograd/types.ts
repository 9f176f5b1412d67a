/**
 * Options and results of gradients and of pictures of the graph. Types only: programs do not load this file.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@linkcode grad}. */
export interface GradOptions {
  /** Cotangents of the outputs; null stands for ones on outputs of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the saved residuals for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the pass, for higher derivatives. */
  createGraph?: boolean;
  /** Give null instead of an error for inputs that the outputs do not depend on. */
  allowUnused?: boolean;
  /** The cotangents have a leading axis of many cotangents, and so will the gradients; one batched pass computes them. */
  isGradsBatched?: boolean;
}

/** Options of {@linkcode makeDot}. */
export interface DotOptions {
  /** Names of tensors, such as `model.namedParameters()`: those among the leaves are blue and carry their name. */
  params?: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>;
  /** Show the parameters of each call, such as the `dim` of a sum. Default: false. */
  showAttrs?: boolean;
  /** Show the tensors that are kept for the backward pass. Default: false. */
  showSaved?: boolean;
}

/** A graph in Graphviz's language. */
export interface Dot {
  /** The DOT text. */
  readonly source: string;
  /** The picture. Loads Graphviz, a WebAssembly package of 0.8 MB from npm, when first called. */
  svg(): Promise<string>;
  /** Writes the graph to a `.svg` or `.dot` file. */
  save(path: string | URL): Promise<void>;
}

/** What is used of the Graphviz package. */
export interface GraphvizModule {
  readonly Graphviz: { load(): Promise<{ dot(source: string, format: "svg"): string }> };
}
