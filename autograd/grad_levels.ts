/**
 * Gradients of boxed tensors: on the tape of a transform, forward over reverse, and per sample.
 *
 * @module
 */
import { mul } from "../ops/binary.ts";
import { eye, zerosLike } from "../ops/creation.ts";
import { expand, reshape } from "../ops/shape.ts";
import { GradError } from "../tensor/errors.ts";
import type { Node } from "../tensor/node.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { innermost } from "../tensor/unboxing.ts";
import { cutsOf, runBackward } from "./backward.ts";
import type { BatchLevel } from "./batch.ts";
import type { DualLevel } from "./dual.ts";
import type { GradCall, Root, Target } from "./pass_types.ts";
import { nodeOf, type TapeLevel } from "./tape.ts";

type Gradients = (call: GradCall) => MaybeTensor[];

/** On the tape of a running transform: all tensors must belong to it. */
export function gradOnTape(level: TapeLevel, call: GradCall): MaybeTensor[] {
  const target = (x: Tensor, what: string): Target => {
    const node = nodeOf(x, level);
    if (node === null) {
      throw new GradError(
        `grad: expected ${what} that depends on the arguments of func.${level.transform} around it, got one of shape ` +
          `${formatShape(x.shape)} that does not; differentiate with respect to values inside the transform`,
      );
    }
    return { node, index: x.outputIndex };
  };
  const { createGraph, retainGraph } = call;
  // Without a graph of its own the pass is not the business of this tape, only of the older ones.
  const own = (x: Tensor): Tensor => !createGraph && x.level === level ? unbox(x) : x;
  const roots = call.outputs.map((output, i): Root => ({
    ...target(output, "an output"),
    cotangent: own(call.cotangents[i]),
  }));
  return runBackward(roots, {
    retainGraph,
    createGraph,
    mode: createGraph ? "enabled" : level.outerMode,
    tape: createGraph ? level : level.outer,
    targets: call.inputs.map((input) => target(input, "an input")),
    cuts: cutsOf(call.cuts, level),
  });
}

/**
 * Forward over reverse. With y = f(x), tangents x', y' = J x' and cotangents c, c', the gradient g = Jᵀ c has the tangent
 * g' = d<c, y'>/dx + Jᵀ c', where x' counts as a constant.
 */
export function gradOfDuals(level: DualLevel, call: GradCall, grad: Gradients): MaybeTensor[] {
  const primal = (x: Tensor): Tensor => x.level === level ? unbox(x) : x;
  const tangent = (x: Tensor): MaybeTensor => x.level === level && x.tangent !== null ? resurrect(x.tangent) : null;
  const outputs = call.outputs.map(primal);
  const inputs = call.inputs.map(primal);
  const cotangents = call.cotangents.map(primal);
  const terms: [output: Tensor, cotangent: Tensor][] = [];
  call.outputs.forEach((output, i) => {
    const change = tangent(output);
    if (change !== null && change.requiresGrad) terms.push([change, cotangents[i]]);
    const cotangentChange = tangent(call.cotangents[i]);
    if (cotangentChange !== null) terms.push([outputs[i], cotangentChange]);
  });
  const changes = inputs.map((): MaybeTensor => null);
  // What is computed from an input is no constant for it: only leaves share a pass.
  const passes = inputs.flatMap((input, i) => isLeaf(input) ? [] : [[i]]);
  passes.push([...inputs.keys()].filter((i) => isLeaf(inputs[i])));
  for (const pass of terms.length === 0 ? [] : passes) {
    const constants = [...call.cuts, ...pass.map((i) => call.inputs[i])];
    grad({
      ...call,
      outputs: terms.map(([output]) => output),
      inputs: pass.map((i) => inputs[i]),
      cotangents: terms.map(([, cotangent]) => cotangent),
      retainGraph: true,
      cuts: [...call.cuts.map(primal), ...constants.flatMap((x) => tangent(x) ?? [])],
    }).forEach((change, k) => changes[pass[k]] = change);
  }
  const gradients = grad({ ...call, outputs, inputs, cotangents, cuts: call.cuts.map(primal) });
  return gradients.map((gradient, i) => {
    const change = changes[i];
    return change === null ? gradient : level.dual(gradient ?? zerosLike(change), change);
  });
}

/** True if a tape sees no call behind a tensor. */
function isLeaf(x: Tensor): boolean {
  return x.node !== null ? x.node.op === null : x.level === null || isLeaf(unbox(x));
}

/**
 * Per sample. Samples do not see each other, so for inputs that are batched one pass over the batch gives the gradients of
 * all samples. An input that all samples share has one gradient per sample, from as many cotangents, each of which is zero
 * for the other samples.
 */
export function gradOfBatches(level: BatchLevel, call: GradCall, grad: Gradients): MaybeTensor[] {
  const { size } = level;
  const whole = (x: Tensor): Tensor => x.level === level ? unbox(x) : expand(x, [size, ...x.shape]);
  const outputs = call.outputs.map(whole);
  const cotangents = call.cotangents.map(whole);
  const cuts = call.cuts.map((x) => x.level === level ? unbox(x) : x);
  const batched = call.inputs.filter((x) => x.level === level);
  const shared = call.inputs.filter((x) => x.level !== level);
  const perSample = batched.length === 0 ? [] : grad({
    ...call,
    outputs,
    inputs: batched.map(unbox),
    cotangents,
    cuts,
    retainGraph: call.retainGraph || shared.length > 0,
  });
  const ofShared = shared.length === 0
    ? []
    : grad({ ...call, outputs, inputs: shared, cotangents: cotangents.map((c) => level.batched(separate(c))), cuts });
  return call.inputs.map((input) => {
    const gradient = input.level === level ? perSample.shift()! : ofShared.shift()!;
    return gradient === null || input.level !== level ? gradient : level.batched(gradient);
  });
}

/** [B, B, ...] of which [b, b] is `batch[b]` and the rest is zero. */
function separate(batch: Tensor): Tensor {
  const size = batch.shape[0];
  const diagonal = eye(size, size, { dtype: batch.dtype, device: batch.device });
  return mul(reshape(diagonal, [size, size, ...batch.shape.slice(1).map(() => 1)]), batch);
}

/** The leaves of the base tape that outputs, boxed or not, depend on. */
export function leavesBehind(outputs: readonly Tensor[]): Tensor[] {
  const seen = new Set<Node | null>();
  const leaves: Tensor[] = [];
  const stack = outputs.map((output) => nodeOf(innermost(output), null));
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node === null || seen.has(node)) continue;
    seen.add(node);
    if (node.variable !== null) leaves.push(node.variable);
    stack.push(...node.next);
  }
  return leaves;
}
