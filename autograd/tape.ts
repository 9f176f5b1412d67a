/**
 * Recording: how calls become nodes, on the base tape (`requiresGrad`) and on the tape level of a functional transform.
 *
 * @module
 */
import { applyOp } from "../tensor/apply.ts";
import { GradError } from "../tensor/errors.ts";
import { type GradMode, gradMode, setGradMode } from "../tensor/grad_mode.ts";
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
export function accumulatorOf(leaf: Tensor): Node {
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

/** Makes the node of a call and hangs `outputs` on it. Inputs and outputs are as the tape of `level` sees them. */
export function recordCall<P>(
  level: Level | null,
  op: Op<P>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: P,
): void {
  if (op.rules === "none") return;
  // A node pairs the record with the parameters of its own call, so the erased type is sound.
  const node = new Node(op as unknown as Op<unknown>, params, level, inputs, outputs);
  if (callSites) node.callSite = userFrames(new Error().stack ?? "");
  const saved = op.saves.inputs;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    node.next[i] = nodeOf(x, level);
    node.nextIndex[i] = x.outputIndex;
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
export class TapeLevel extends Level {
  readonly unreadable = null;
  /** The mode around the transform, in which older levels see what happens inside it. */
  readonly outerMode: GradMode = gradMode;

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
    const inner = inputs.map((x) => x.level === this ? unbox(x) : x);
    const mode = setGradMode(this.outerMode);
    let outputs: Outputs;
    try {
      outputs = applyOp(op, inner, params);
    } finally {
      setGradMode(mode);
    }
    if (!recording) return outputs;
    if (Array.isArray(outputs)) {
      const boxes = outputs.map((out: Tensor, i) => hasDerivative(op, i, out.dtype) ? box(this, out) : out);
      recordCall(this, op, inputs, boxes, params);
      return boxes;
    }
    const boxed = box(this, outputs as Tensor);
    recordCall(this, op, inputs, [boxed], params);
    return boxed;
  }

  write(target: Tensor, result: Tensor): void {
    writeThrough(this, target, result);
    target.node = result.level === this ? result.node : null;
    target.outputIndex = result.outputIndex;
  }
}
