/**
 * Batching a custom function by batching its methods.
 *
 * @module
 */
import { expand } from "../ops/shape.ts";
import { sum } from "../ops/reduce.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { Tensor, unbox } from "../tensor/tensor.ts";
import { asList, leavesOf, unflatten } from "../tensor/tree.ts";
import { BatchLevel } from "./batch.ts";
import { FunctionContext } from "./function_context.ts";
import type { FunctionDefinition } from "./function_types.ts";

/** The definition of `original` over a batch of the size of `around`, in which the arguments with dims 0 have its axis. */
export function batchedDefinition(
  around: BatchLevel,
  dims: readonly (0 | null)[],
  original: FunctionDefinition,
): FunctionDefinition {
  const { size, randomness } = around;

  /** Runs `fn` at a level of its own. */
  const atLevel = <R>(fn: (level: BatchLevel) => R): R => {
    const level = new BatchLevel(size, randomness);
    return level.run(() => fn(level));
  };
  const boxArguments = (level: BatchLevel, args: readonly unknown[]): unknown[] =>
    args.map((x, i) => x instanceof Tensor && dims[i] === 0 ? level.batched(x) : x);
  const whole = (level: BatchLevel, x: Tensor): Tensor => x.level === level ? unbox(x) : expand(x, [size, ...x.shape]);
  /** The user's context for one level: what is saved has the batch axis outside, and a box inside. */
  const insideOf = (level: BatchLevel, context: FunctionContext): FunctionContext => {
    const inside = context.translated((x) => level.batched(x));
    const box = (x: MaybeTensor): MaybeTensor => x === null ? null : level.batched(x);
    return inside.open(() => context.savedTensors.map(box), () => context.needsInputGrad);
  };

  return {
    name: original.name,
    generatesVmap: true,
    vmap: null,
    forward: (args) =>
      atLevel((level) => {
        const { output, context } = original.forward(boxArguments(level, args));
        // What refers to an argument or an output keeps referring to it without its box.
        const boxed = boxArguments(level, args);
        const outputs = leavesOf(output);
        const plain = outputs.map((x) => whole(level, x));
        const strip = (x: Tensor): Tensor => {
          const at = outputs.indexOf(x);
          if (at >= 0) return plain[at];
          const from = boxed.findIndex((y) => y instanceof Tensor && y.level === level && x.value === y.value);
          return from >= 0 && x.level === level ? args[from] as Tensor : whole(level, x);
        };
        return { output: unflatten(output, plain), context: context?.translated(strip) ?? null };
      }),
    setup: original.setup === null ? null : (context, args, output) =>
      atLevel((level) => {
        const boxedArgs = boxArguments(level, args);
        const outputs = leavesOf(output);
        const boxedOutputs = outputs.map((x) => level.batched(x));
        const inside = new FunctionContext();
        original.setup!(inside, boxedArgs, unflatten(output, boxedOutputs));
        const outside = inside.translated((x) => {
          const at = boxedOutputs.indexOf(x);
          if (at >= 0) return outputs[at];
          const from = boxedArgs.indexOf(x);
          return from >= 0 && dims[from] === 0 ? args[from] as Tensor : whole(level, x);
        });
        const { forBackward, forForward, dirty, nonDifferentiable, materializes } = outside.engine;
        Object.assign(context, outside);
        context.saveForBackward(...forBackward);
        context.saveForForward(...forForward);
        context.markDirty(...dirty);
        context.markNonDifferentiable(...nonDifferentiable);
        context.setMaterializeGrads(materializes);
      }),
    backward: (context, cotangents) =>
      atLevel((level) => {
        const boxed = cotangents.map((g) => g === null ? null : level.batched(g));
        const gradients = original.backward(insideOf(level, context), boxed);
        return asList<unknown>(gradients).map((g, i) => {
          if (!(g instanceof Tensor)) return g;
          // All samples contribute to what they share.
          return dims[i] === 0 ? whole(level, g) : sum(whole(level, g), 0);
        });
      }),
    jvp: (context, tangents) =>
      atLevel((level) => {
        const boxed = tangents.map((t, i) => t !== null && dims[i] === 0 ? level.batched(t) : t);
        const outputs = original.jvp(insideOf(level, context), boxed);
        return asList<unknown>(outputs).map((t) => t instanceof Tensor ? whole(level, t) : t);
      }),
  };
}
