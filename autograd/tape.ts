/**
 * Recording: how calls become nodes, on the base tape (`requiresGrad`) and on the tape level of a functional transform.
 *
 * @module
 */
import { applyOp } from "../tensor/apply.ts";
import { GradError } from "../tensor/errors.ts";
import { type GradMode, gradMode, runningTape, seenUpTo } from "../tensor/grad_mode.ts";
import type { RunningTape } from "../tensor/hook_types.ts";
import { created, disposeTemporaries } from "../tensor/scope.ts";
import { Level } from "../tensor/level.ts";
import { Node } from "../tensor/node.ts";
import { hasDerivative, type Op, type Outputs } from "../tensor/op.ts";
import { AutogradMeta } from "../tensor/autograd_meta.ts";
import { box, type Tensor, unbox } from "../tensor/tensor.ts";
import { userFrames } from "./call_site.ts";
import { refreshViewNode, writeThrough } from "./inplace.ts";

/** Notes where a call was made, under anomaly detection. */
let callSites = false;

/** Starts or stops noting call sites; returns the previous setting. */
export function setCallSites(on: boolean): boolean {
  const previous = callSites;
  callSites = on;
  return previous;
}

/** The AccumulateGrad node of a leaf. */
function accumulatorOf(leaf: Tensor): Node {
  const meta = leaf.meta ??= new AutogradMeta();
  if (meta.accumulator === null) {
    meta.accumulator = new Node(null, null, leaf.level, [], [leaf]);
    meta.accumulator.variable = leaf;
  }
  return meta.accumulator;
}

/** The node behind a tensor on the tape of `level` (null: the base tape), or null if it needs no gradient there. */
export function nodeOf(tensor: Tensor, level: Level | null): Node | null {
  if (tensor.level !== level) return null;
  if (level !== null) return tensor.node;
  if (!tensor.tracked) return null;
  if (tensor.base !== null) refreshViewNode(tensor);
  return tensor.node ?? accumulatorOf(tensor);
}

/** The newest level among tensors, null if all are plain. */
export function newestLevel(tensors: readonly Tensor[]): Level | null {
  let top: Level | null = null;
  for (const { level } of tensors) if (level !== null && (top === null || level.id > top.id)) top = level;
  return top;
}

/** Makes the node of a call and hangs `outputs` on it. Inputs and outputs are as the tape of `level` sees them. */
export function recordCall<P>(
  level: TapeLevel | null,
  op: Op<P>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: P,
): void {
  if (op.rules === "none") return;
  // A node pairs the record with the parameters of its own call, so the erased type is sound.
  const node = new Node(op as unknown as Op<unknown>, params, level, inputs, outputs);
  level?.nodes.push(node);
  if (callSites) node.callSite = userFrames(new Error().stack ?? "");
  const { inputs: saved, readers } = op.saves;
  for (let i = 0; i < inputs.length; i++) {
    node.next[i] = nodeOf(inputs[i], level);
    node.nextIndex[i] = inputs[i].outputIndex;
  }
  for (let i = 0; i < inputs.length; i++) {
    if (readers !== undefined && !readers[i].some((k) => node.next[k] !== null)) continue;
    const x = inputs[i];
    if (saved === "all" || saved.includes(i)) {
      if (x.isInference) {
        throw new GradError(
          `${op.name}: expected a normal tensor to save for backward, got one made in inference mode; clone() it outside`,
        );
      }
      node.saveInput(i, x);
    }
  }
  for (let i = 0; i < outputs.length; i++) {
    const out = outputs[i];
    if (!hasDerivative(op, i, out.dtype)) continue;
    out.node = node;
    out.outputIndex = i;
    if (level === null) out.tracked = true;
  }
  for (const i of op.saves.outputs) node.saveOutput(i, outputs[i]);
}

/** The tape of one functional reverse-mode transform (grad, vjp, jacrev). */
export class TapeLevel extends Level implements RunningTape {
  readonly unreadable = null;
  readonly outerMode: GradMode = gradMode;
  readonly outer: RunningTape | null = runningTape;
  /** The calls recorded so far. */
  nodes: Node[] = [];

  constructor(readonly transform: string) {
    super();
  }

  /** A leaf: the box of a differentiated argument. */
  leaf(value: Tensor): Tensor {
    const leaf = box(this, value);
    leaf.node = new Node(null, null, this, [], [leaf]);
    return leaf;
  }

  process<P>(op: Op<P>, inputs: readonly Tensor[], params: P): Outputs {
    const recording = gradMode === "enabled" && op.rules !== "none" &&
      inputs.some((x) => x.level === this && x.node !== null);
    if (recording && op.rules === "fused" && op.vjp === null) return op.decompose(inputs, params);
    const mark = created?.length ?? 0;
    const inner = inputs.map((x) => x.level === this ? unbox(x) : x);
    const outputs = seenUpTo(this.id - 1, () => applyOp(op, inner, params));
    if (!recording) return outputs;
    const boxes = Array.isArray(outputs)
      ? outputs.map((out: Tensor, i) => hasDerivative(op, i, out.dtype) ? box(this, out) : out)
      : [box(this, outputs as Tensor)];
    recordCall(this, op, inputs, boxes, params);
    disposeTemporaries(mark, boxes);
    return Array.isArray(outputs) ? boxes : boxes[0];
  }

  /** Frees the residuals of all calls. */
  free(): void {
    for (const node of this.nodes) node.free();
    this.nodes = [];
  }

  write(target: Tensor, result: Tensor): void {
    // Without recording only the values change, as in PyTorch.
    const keepsHistory = gradMode !== "enabled" && target.level === this;
    writeThrough(this, target, result);
    if (keepsHistory) return;
    target.node = result.level === this ? result.node : null;
    target.outputIndex = result.outputIndex;
  }
}
