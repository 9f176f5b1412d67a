/**
 * The nodes of the reverse-mode graph: what was called, on which edges it hangs, and the residuals it keeps.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import { GradError } from "./errors.ts";
import type { SavedTensorHooks, TensorHook } from "./hook_types.ts";
import type { Level } from "./level.ts";
import type { MaybeTensor, Op, RuleContext, Spec } from "./op.ts";
import { outsideScopes } from "./scope.ts";
import type { Shape } from "./shape.ts";
import type { AutogradMeta } from "./autograd_meta.ts";
import { resurrect, type Tensor } from "./tensor.ts";

/** A residual: the handle that was saved and the version its storage had. */
class Residual {
  readonly version: number;
  tensor: Tensor | null;
  packed: Packed | null = null;

  constructor(tensor: Tensor, hooks: SavedTensorHooks | null) {
    this.version = tensor.storage.version;
    this.tensor = tensor;
    if (hooks !== null) {
      this.packed = new Packed(tensor, hooks);
      this.tensor = null;
    } else tensor.own();
  }

  /** Gives up the hold on the bytes. */
  release(): void {
    if (this.tensor !== null) {
      this.tensor.disown();
      this.tensor = null;
    }
    this.packed?.hooks.release?.(this.packed.value);
    this.packed = null;
  }
}

/** What hooks made of a residual, and its place in the graph, which they do not see. */
class Packed {
  readonly value: unknown;
  readonly #tracked: boolean;
  readonly #node: Node | null;
  readonly #outputIndex: number;
  readonly #meta: AutogradMeta | null;

  constructor(tensor: Tensor, readonly hooks: SavedTensorHooks) {
    // What hooks keep outlives the scope in which the op ran.
    this.value = outsideScopes(() => hooks.pack(tensor));
    this.#tracked = tensor.tracked;
    this.#node = tensor.node;
    this.#outputIndex = tensor.outputIndex;
    this.#meta = tensor.meta;
  }

  /** The tensor that the hooks give back, with the history of the one that was saved. */
  unpack(): Tensor {
    const tensor = this.hooks.unpack(this.value).detach();
    tensor.tracked = this.#tracked;
    tensor.node = this.#node;
    tensor.outputIndex = this.#outputIndex;
    tensor.meta = this.#meta;
    return tensor;
  }
}

let savedTensorHooks: SavedTensorHooks | null = null;

/** Installs the hooks that residuals saved from now on go through; returns the previous ones. */
export function setSavedTensorHooks(hooks: SavedTensorHooks | null): SavedTensorHooks | null {
  const previous = savedTensorHooks;
  savedTensorHooks = hooks;
  return previous;
}

/** One recorded call, or a leaf (`op` null), with what the running backward pass notes at it. */
export class Node implements RuleContext<unknown> {
  /** Edges to the nodes of the inputs; null where an input needs no gradient. */
  readonly next: (Node | null)[];
  /** Which output of the node behind each edge the input was. */
  readonly nextIndex: number[];
  /** Shapes of the inputs. */
  readonly inputShapes: Shape[];
  /** Dtypes of the inputs. */
  readonly inputDTypes: DType[];
  /** Shapes of the outputs. */
  readonly outputShapes: Shape[];
  /** Dtypes of the outputs. */
  readonly outputDTypes: DType[];
  /** The leaf whose gradient an AccumulateGrad node fills; null for calls. */
  variable: Tensor | null = null;
  /** Tensors that want to see or keep the gradient of an output. */
  watchers: { index: number; hook: TensorHook }[] | null = null;
  /** Where the call was made; recorded under anomaly detection only. */
  callSite: string | null = null;
  /** True if the rule is a user's own backward(), which may keep the tensors it sees. */
  userRule = false;
  /** True once a backward pass without `retainGraph` went through. */
  freed = false;
  /** Cotangents that the running backward pass has gathered, per output. */
  cotangents: MaybeTensor[] | null = null;
  /** Number of the backward pass that visited the node last. */
  visit = 0;
  /** Whether the running pass needs this node. */
  wanted = false;
  /** Number of the backward pass that asked for the gradient at this node. */
  target = 0;
  /** Next edge to follow while a pass is planned. */
  cursor = 0;
  /** True while residuals are read for a pass that is itself recorded: they keep their boxes. */
  recording = false;

  #inputs: (Residual | null)[] | null = null;
  #outputs: (Residual | null)[] | null = null;

  /** A node without edges; the tape fills `next` and `nextIndex` as it saves the inputs. */
  constructor(
    readonly op: Op<unknown> | null,
    readonly params: unknown,
    readonly level: Level | null,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
  ) {
    // Arrays of the right size from the start: one that grows by push reserves room for many more.
    const arity = inputs.length;
    this.next = new Array<Node | null>(arity);
    this.nextIndex = new Array<number>(arity);
    this.inputShapes = new Array<Shape>(arity);
    this.inputDTypes = new Array<DType>(arity);
    for (let i = 0; i < arity; i++) {
      this.inputShapes[i] = inputs[i].shape;
      this.inputDTypes[i] = inputs[i].dtype;
    }
    if (outputs.length === 1) {
      this.outputShapes = [outputs[0].shape];
      this.outputDTypes = [outputs[0].dtype];
    } else {
      this.outputShapes = outputs.map((out) => out.shape);
      this.outputDTypes = outputs.map((out) => out.dtype);
    }
  }

  /** PyTorch's name: `MulBackward0`, `AccumulateGrad`. */
  get name(): string {
    return this.op === null ? "AccumulateGrad" : `${this.op.gradName}Backward0`;
  }

  /** The nodes of the inputs and which of their outputs each input was. */
  get nextFunctions(): [Node | null, number][] {
    return this.next.map((node, i) => [node, this.nextIndex[i]]);
  }

  /** How the Deno console shows the node. */
  [Symbol.for("Deno.customInspect")](): string {
    return `<${this.name}>`;
  }

  /** Keeps input `i` for the derivative. */
  saveInput(i: number, tensor: Tensor): void {
    (this.#inputs ??= new Array<Residual | null>(this.next.length))[i] = this.#residual(tensor);
  }

  /** Keeps output `i` for the derivative. */
  saveOutput(i: number, tensor: Tensor): void {
    (this.#outputs ??= new Array<Residual | null>(this.outputShapes.length))[i] = this.#residual(tensor);
  }

  /** Hooks serve the base tape only: what transforms save may carry the boxes of other levels. */
  #residual(tensor: Tensor): Residual {
    return new Residual(tensor, this.level === null ? savedTensorHooks : null);
  }

  /** The residuals that are kept, for graph drawing and memory reports. */
  get saved(): Tensor[] {
    return [...(this.#inputs ?? []), ...(this.#outputs ?? [])].flatMap((r) => r?.tensor ?? []);
  }

  get arity(): number {
    return this.inputShapes.length;
  }

  input(i: number): Tensor {
    return this.#unpack(this.#inputs, i, "input");
  }

  output(i = 0): Tensor {
    return this.#unpack(this.#outputs, i, "output");
  }

  needs(i: number): boolean {
    const node = this.next[i];
    return node !== null && node !== undefined && node.wanted;
  }

  shape(i: number): Shape {
    return this.inputShapes[i];
  }

  dtype(i: number): DType {
    return this.inputDTypes[i];
  }

  outputSpec(i: number): Spec {
    return { shape: this.outputShapes[i], dtype: this.outputDTypes[i] };
  }

  /** Lets go of the residuals; another pass through the node is an error from now on. */
  free(): void {
    this.freed = true;
    if (this.#inputs !== null) { for (const residual of this.#inputs) residual?.release(); }
    if (this.#outputs !== null) { for (const residual of this.#outputs) residual?.release(); }
    this.#inputs = this.#outputs = null;
  }

  /** A tensor that the node keeps alive, as the running pass is to see it. */
  visible(tensor: Tensor): Tensor {
    const seen = this.level !== null && !this.recording && tensor.level === this.level ? tensor.value! : tensor;
    return this.freed ? seen : resurrect(seen);
  }

  #unpack(list: (Residual | null)[] | null, i: number, what: string): Tensor {
    if (this.freed) {
      throw new GradError(
        `backward: expected a graph with its saved tensors, got ${this.name} whose residuals were freed; ` +
          `pass retainGraph: true to the first backward() to go through the graph twice`,
      );
    }
    const residual = list?.[i];
    if (!residual) throw new GradError(`backward: ${this.name} did not save ${what} ${i}; add it to the op's saves`);
    const tensor = residual.tensor ?? residual.packed!.unpack();
    if (residual.packed === null && tensor.storage.version !== residual.version) {
      throw new GradError(
        `backward: expected ${what} ${i} of ${this.name} (shape [${tensor.shape.join(", ")}]) at version ` +
          `${residual.version}, got version ${tensor.storage.version}: it was modified by an in-place operation after it ` +
          `was saved; use the out-of-place form, or clone() it before`,
      );
    }
    return this.visible(tensor);
  }
}
