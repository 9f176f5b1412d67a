/**
 * What the methods of a custom {@linkcode Function} share of one call.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import { GradError } from "../tensor/errors.ts";
import { type Node, setSavedTensorHooks } from "../tensor/node.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf, unflatten } from "../tensor/tree.ts";
import type { ContextState } from "./function_types.ts";

/** A tree with its tensors replaced; the same object where none is. */
function replaced(tree: unknown, replace: (tensor: Tensor) => Tensor): unknown {
  const leaves = leavesOf(tree);
  const others = leaves.map(replace);
  return others.some((x, i) => x !== leaves[i]) ? unflatten(tree, others) : tree;
}

/**
 * The context of one call of a custom function. `forward` or `setupContext` fills it, `backward` and `jvp` read it; other
 * values may be kept as properties of their own. Tensors may too; those of `saveForBackward` are checked for in-place
 * changes and go through saved-tensor hooks besides.
 */
export class FunctionContext {
  [key: string]: unknown;

  /** Tensors for `backward`. */
  #forBackward: readonly (Tensor | null)[] = [];
  /** Tensors for `jvp`. */
  #forForward: readonly (Tensor | null)[] = [];
  #dirty: readonly Tensor[] = [];
  #nonDifferentiable: readonly Tensor[] = [];
  #materializes = true;
  #read: (() => readonly (Tensor | null)[]) | null = null;
  #needs: (() => readonly boolean[]) | null = null;
  #show: (() => void) | null = null;

  /**
   * Keeps tensors for `backward`: inputs or outputs of the call, which keep their history, or others, which count as
   * constants.
   */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    for (const tensor of tensors) if (tensor !== null) checkTensor("saveForBackward", tensor);
    this.#forBackward = tensors;
  }

  /** Keeps tensors for `jvp`. */
  saveForForward(...tensors: (Tensor | null)[]): void {
    for (const tensor of tensors) if (tensor !== null) checkTensor("saveForForward", tensor);
    this.#forForward = tensors;
  }

  /** Says which inputs `forward` modified in place; it must return them. */
  markDirty(...tensors: Tensor[]): void {
    this.#dirty = tensors;
  }

  /** Says which outputs have no derivative. */
  markNonDifferentiable(...tensors: Tensor[]): void {
    this.#nonDifferentiable = tensors;
  }

  /** Whether gradients of zeros, and tangents of zeros, come as tensors (the default) or as null. */
  setMaterializeGrads(on: boolean): void {
    this.#materializes = on;
  }

  /** What was saved: for `backward` there, for `jvp` there. */
  get savedTensors(): readonly (Tensor | null)[] {
    if (this.#read === null) {
      throw new GradError("savedTensors: expected to be read in backward() or jvp(), got a call elsewhere");
    }
    return this.#read();
  }

  /** For each argument of the call, whether a gradient (in `jvp`: a tangent) is needed. */
  get needsInputGrad(): readonly boolean[] {
    return this.#needs?.() ?? [];
  }

  /** @internal What the engine reads and writes. */
  get engine(): ContextState {
    return {
      forBackward: this.#forBackward,
      forForward: this.#forForward,
      dirty: this.#dirty,
      nonDifferentiable: this.#nonDifferentiable,
      materializes: this.#materializes,
    };
  }

  /** @internal Opens the context for a rule. */
  open(read: () => readonly (Tensor | null)[], needs: () => readonly boolean[]): this {
    this.#read = read;
    this.#needs = needs;
    this.#show?.();
    return this;
  }

  /** @internal Keeps the tensors of `saveForBackward` and those among the properties alive as long as `node`. */
  keepFor(node: Node): void {
    this.#forBackward.forEach((tensor, i) => tensor !== null && node.saveOutput(i, tensor));
    const kept = Object.entries(this).filter(([, value]) => leavesOf(value).length > 0);
    const hooks = setSavedTensorHooks(null);
    leavesOf(kept).forEach((tensor, i) => node.saveOutput(this.#forBackward.length + i, tensor));
    setSavedTensorHooks(hooks);
    const shown = new Map(kept);
    this.#show = () => {
      for (const [key, value] of kept) {
        // What the rule has put there itself stays.
        if (this[key] !== shown.get(key)) continue;
        this[key] = replaced(value, (tensor) => node.visible(tensor));
        shown.set(key, this[key]);
      }
    };
  }

  /** @internal A context of the same properties and marks, in which `replace` took the place of each tensor. */
  translated(replace: (tensor: Tensor) => Tensor): FunctionContext {
    const copy = new FunctionContext();
    for (const [key, value] of Object.entries(this)) copy[key] = replaced(value, replace);
    const all = (list: readonly (Tensor | null)[]): (Tensor | null)[] =>
      list.map((t) => t === null ? null : replace(t));
    copy.#forBackward = all(this.#forBackward);
    copy.#forForward = all(this.#forForward);
    copy.#dirty = this.#dirty.map(replace);
    copy.#nonDifferentiable = this.#nonDifferentiable.map(replace);
    copy.#materializes = this.#materializes;
    return copy;
  }
}
