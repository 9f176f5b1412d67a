/**
 * The hooks by which the automatic-differentiation layer above serves tensors. `tensor/` must not import it, so it
 * installs itself here when it is loaded.
 *
 * @module
 */
import type { Op } from "./op.ts";
import type { GradFn, HookHandle, Tensor } from "./tensor.ts";

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keep the saved residuals for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, for higher derivatives. */
  createGraph?: boolean;
  /** Accumulate into these tensors only. */
  inputs?: readonly Tensor[];
}

/** What the base tape does for tensors. */
export interface Engine {
  /** Records a call of which some input is tracked; marks the outputs. */
  record<P>(op: Op<P>, inputs: readonly Tensor[], outputs: readonly Tensor[], params: P): void;
  /** Writes `result` into `target` as an in-place op with PyTorch's rules. */
  write(name: string, target: Tensor, result: Tensor): void;
  /** A stand-in for `target` as an operand of an in-place op whose call may be recorded. */
  snapshot(target: Tensor): Tensor;
  /** Brings the node of a view up to date; true if the view needs a gradient. */
  refreshView(view: Tensor): boolean;
  /** `tensor.backward()`. */
  backward(tensor: Tensor, gradient: Tensor | null, options: BackwardOptions): void;
  /** `tensor.gradFn`. */
  gradFn(tensor: Tensor): GradFn | null;
  /** `tensor.detach()`. */
  detach(tensor: Tensor): Tensor;
  /** `tensor.registerHook()`. */
  registerHook(tensor: Tensor, hook: (gradient: Tensor) => Tensor | void): HookHandle;
  /** `tensor.retainGrad()`. */
  retainGrad(tensor: Tensor): void;
}

/** The installed engine. */
export let engine: Engine;

/** Installs the engine; called once by `autograd/`. */
export function setEngine(installed: Engine): void {
  engine = installed;
}
