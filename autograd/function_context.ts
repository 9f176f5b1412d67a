/**
 * What the methods of a custom {@linkcode Function} share of one call.
 *
 * @module
 */
import { GradError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The context of one call of a custom function. `forward` or `setupContext` fills it, `backward` and `jvp` read it; other
 * values may be kept as properties of their own.
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

  /**
   * Keeps tensors for `backward`: inputs or outputs of the call, which keep their history, or others, which count as
   * constants.
   */
  saveForBackward(...tensors: (Tensor | null)[]): void {
    this.#forBackward = tensors;
  }

  /** Keeps tensors for `jvp`. */
  saveForForward(...tensors: (Tensor | null)[]): void {
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
    return this;
  }

  /** @internal A context of the same properties and marks, in which `replace` took the place of each tensor. */
  translated(replace: (tensor: Tensor) => Tensor): FunctionContext {
    const copy = Object.assign(new FunctionContext(), this);
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

/** @internal What a context holds. */
export interface ContextState {
  readonly forBackward: readonly (Tensor | null)[];
  readonly forForward: readonly (Tensor | null)[];
  readonly dirty: readonly Tensor[];
  readonly nonDifferentiable: readonly Tensor[];
  readonly materializes: boolean;
}
