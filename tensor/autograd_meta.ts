/**
 * The part of a tensor that only reverse mode needs.
 *
 * @module
 */
import type { TensorHook } from "./hook_types.ts";
import type { Node } from "./node.ts";
import type { Tensor } from "./tensor.ts";

/** What a tensor that takes part in reverse mode carries beside its values. */
export class AutogradMeta {
  /** Accumulated gradient of a leaf, or of a tensor that retains it. */
  grad: Tensor | null = null;
  /** True once the user has seen `grad`; until then it is the engine's to free. */
  exposed = false;
  /** The leaf's AccumulateGrad node, made when it is first used. */
  accumulator: Node | null = null;
  /** Hooks of a leaf; those of other tensors hang on their node. */
  hooks: TensorHook[] | null = null;
  /** The node whose gradient is kept as `grad` of a tensor that is not a leaf; null where none is. */
  retainedFrom: Node | null = null;
}
