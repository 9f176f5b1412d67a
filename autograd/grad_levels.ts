/**
 * Gradients of boxed tensors: on the tape of a transform, forward over reverse, and per sample.
 *
 * @module
 */
import { zerosLike } from "../ops/creation.ts";
import { expand } from "../ops/shape.ts";
import { GradError, VmapError } from "../tensor/errors.ts";
import type { Node } from "../tensor/node.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { type Root, runBackward, type Target } from "./backward.ts";
import type { BatchLevel } from "./batch.ts";
import type { DualLevel } from "./dual.ts";
import type { GradCall } from "./grad.ts";
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
    targets: call.inputs.map((input) => target(input, "an input")),
    cuts: call.cuts.flatMap((cut): Target[] => {
      const node = nodeOf(cut, level);
      return node === null ? [] : [{ node, index: cut.outputIndex }];
    }),
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
  const changes = terms.length === 0 ? inputs.map(() => null) : grad({
    outputs: terms.map(([output]) => output),
    inputs,
    cotangents: terms.map(([, cotangent]) => cotangent),
    retainGraph: true,
    createGraph: call.createGraph,
    cuts: [...call.cuts.map(primal), ...call.inputs.flatMap((input) => tangent(input) ?? [])],
  });
  const gradients = grad({ ...call, outputs, inputs, cotangents, cuts: call.cuts.map(primal) });
  return gradients.map((gradient, i) => {
    const change = changes[i];
    return change === null ? gradient : level.dual(gradient ?? zerosLike(change), change);
  });
}

/** Per sample: samples do not see each other, so one pass over the batch gives the gradients of all of them. */
export function gradOfBatches(level: BatchLevel, call: GradCall, grad: Gradients): MaybeTensor[] {
  const whole = (x: Tensor): Tensor => x.level === level ? unbox(x) : expand(x, [level.size, ...x.shape]);
  const inputs = call.inputs.map((input, i) => {
    if (input.level === level) return unbox(input);
    throw new VmapError(
      `grad: expected inputs that vmap is batching, got input ${i} of shape ${
        formatShape(input.shape)
      } from outside, ` +
        `which has one gradient per sample; use func.grad inside vmap`,
    );
  });
  const gradients = grad({
    ...call,
    outputs: call.outputs.map(whole),
    inputs,
    cotangents: call.cotangents.map(whole),
    cuts: call.cuts.map(whole),
  });
  return gradients.map((gradient) => gradient === null ? null : level.batched(gradient));
}

/** The innermost value of a box. */
function plain(x: Tensor): Tensor {
  let inner = x;
  while (inner.level !== null) inner = unbox(inner);
  return inner;
}

/** The leaves of the base tape that outputs, boxed or not, depend on. */
export function leavesBehind(outputs: readonly Tensor[]): Tensor[] {
  const seen = new Set<Node | null>();
  const leaves: Tensor[] = [];
  const stack = outputs.map((output) => nodeOf(plain(output), null));
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node === null || seen.has(node)) continue;
    seen.add(node);
    if (node.variable !== null) leaves.push(node.variable);
    stack.push(...node.next);
  }
  return leaves;
}
