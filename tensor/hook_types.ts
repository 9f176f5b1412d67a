/**
 * What the layers above hang into tensors and their graph. Types only: programs do not load this file.
 *
 * @module
 */
import type { GradMode } from "./grad_mode.ts";
import type { Level } from "./level.ts";
import type { MaybeTensor, Op } from "./op.ts";
import type { Randomness } from "./random_mode.ts";
import type { Tensor } from "./tensor.ts";
import type { BackwardOptions, GradFn, HookHandle } from "./types.ts";

/** What the base tape does for tensors. */
export interface Engine {
  /** Records a call of which some input is tracked; marks the outputs. */
  record<P>(op: Op<P>, inputs: readonly Tensor[], outputs: readonly Tensor[], params: P): void;
  /** Writes `result` into `target` as an in-place op with PyTorch's rules. */
  write(name: string, target: Tensor, result: Tensor): void;
  /** A stand-in for `target` as an operand of an in-place op whose call may be recorded. */
  snapshot(target: Tensor, others: readonly unknown[]): Tensor;
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

/** A backward hook of a tensor: sees the gradient, may replace it. */
export type TensorHook = (gradient: Tensor) => Tensor | void;

/** How a node packs and unpacks its residuals when saved-tensor hooks are active. */
export interface SavedTensorHooks {
  /** Replaces a tensor when it is saved; it still has its history. */
  readonly pack: (tensor: Tensor) => unknown;
  /** Gives the tensor back when the backward pass needs it. */
  readonly unpack: (packed: unknown) => Tensor;
  /** Told when the graph no longer needs what `pack` returned. */
  readonly release?: (packed: unknown) => void;
}

/** Called around each op and each rule of the backward pass while a profiler listens. */
export interface ProfilerHook {
  /** Before it. `inputs` are those of the op, or the cotangents of the rule, null for symbolic zeros. */
  begin(category: "op" | "backward", name: string, inputs: readonly MaybeTensor[]): void;
  /** After it, also when it threw. */
  end(): void;
}

/** A running batch level, as random functions see it. */
export interface BatchScope {
  /** Number of samples. */
  readonly size: number;
  /** What the user asked for. */
  readonly randomness: Randomness;
  /** The box of a value whose axis 0 is the batch. */
  batched(value: Tensor): Tensor;
}

/** The tape of a transform. */
export interface RunningTape extends Pick<Level, "id" | "transform"> {
  /** The mode around the transform: what older levels see while it runs. */
  readonly outerMode: GradMode;
  /** The tape that was running around it. */
  readonly outer: RunningTape | null;
}
