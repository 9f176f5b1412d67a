/**
 * Starting the backward pass: `backward()` and `grad()` on the base tape.
 *
 * @module
 */
import { zerosLike } from "../ops/creation.ts";
import type { BackwardOptions } from "../tensor/engine.ts";
import { ArgumentError, GradError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { checkUsable, type Tensor } from "../tensor/tensor.ts";
import { accumulateGrad, type Root, rootCotangent, rootNode, runBackward } from "./backward.ts";
import { nodeOf } from "./tape.ts";

/** Options of {@linkcode grad}. */
export interface GradOptions {
  /** Cotangents of the outputs; null stands for ones on outputs of one element. */
  gradOutputs?: Tensor | readonly (Tensor | null)[] | null;
  /** Keep the saved residuals for another pass. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the pass, for higher derivatives. */
  createGraph?: boolean;
  /** Give null instead of an error for inputs that the outputs do not depend on. */
  allowUnused?: boolean;
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

function rootsOf(op: string, outputs: readonly Tensor[], cotangents: readonly (Tensor | null)[]): Root[] {
  if (cotangents.length !== outputs.length) {
    throw new ArgumentError(`${op}: expected one gradient per output (${outputs.length}), got ${cotangents.length}`);
  }
  return outputs.map((output, i) => {
    checkUsable(op, output);
    return {
      node: rootNode(op, output),
      index: output.outputIndex,
      cotangent: rootCotangent(op, output, cotangents[i]),
    };
  });
}

/** The graph nodes of inputs; an error for one that does not require grad. */
function targetsOf(
  op: string,
  inputs: readonly Tensor[],
): { node: NonNullable<ReturnType<typeof nodeOf>>; index: number }[] {
  return inputs.map((input, i) => {
    checkUsable(op, input);
    const node = nodeOf(input, null);
    if (node === null) {
      throw new GradError(
        `${op}: expected inputs that require grad, got input ${i} of shape ${
          formatShape(input.shape)
        } that does not; ` +
          `call requiresGrad_() on it before the forward pass`,
      );
    }
    return { node, index: input.node === null ? 0 : input.outputIndex };
  });
}

/**
 * Adds the gradients of `outputs` to the `grad` of the leaves they depend on.
 *
 * @param outputs One tensor or several.
 * @param gradTensors Their cotangents; null stands for ones on outputs of one element.
 */
export function backward(
  outputs: Tensor | readonly Tensor[],
  gradTensors: Tensor | null | readonly (Tensor | null)[] = null,
  options: BackwardOptions = {},
): void {
  const list = listOf(outputs);
  const cotangents = gradTensors === null ? list.map(() => null) : listOf(gradTensors);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const { inputs } = options;
  const targets = inputs === undefined ? null : targetsOf("backward", inputs);
  const gradients = runBackward(rootsOf("backward", list, cotangents), {
    retainGraph,
    createGraph,
    mode: createGraph ? "enabled" : "disabled",
    targets,
  });
  gradients.forEach((gradient, i) => {
    if (gradient !== null) accumulateGrad(inputs![i], gradient, createGraph);
  });
}

/**
 * Gradients of `outputs` with respect to `inputs`, one tensor per input, without touching any `grad`.
 *
 * With `allowUnused`, an input that the outputs do not depend on gives zeros of its shape where `materialize` habits of
 * PyTorch would give None; use {@linkcode gradOrNull} to see the difference.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  const wanted = listOf(inputs);
  return gradOrNull(outputs, wanted, options).map((gradient, i) => gradient ?? zerosLike(wanted[i]));
}

/** {@linkcode grad} with null for inputs that the outputs do not depend on (with `allowUnused`). */
export function gradOrNull(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const list = listOf(outputs);
  const wanted = listOf(inputs);
  const { gradOutputs = null } = options;
  const cotangents = gradOutputs === null ? list.map(() => null) : listOf(gradOutputs as Tensor | (Tensor | null)[]);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const targets = targetsOf("grad", wanted);
  const roots = rootsOf("grad", list, cotangents as readonly (Tensor | null)[]);
  const gradients = runBackward(roots, {
    retainGraph,
    createGraph,
    mode: createGraph ? "enabled" : "disabled",
    targets,
  });
  const unused = gradients.indexOf(null);
  if (unused >= 0 && !options.allowUnused) {
    throw new GradError(
      `grad: expected outputs that depend on every input, got input ${unused} of shape ${
        formatShape(wanted[unused].shape)
      } that they do not depend on; pass allowUnused: true if that is intended`,
    );
  }
  return gradients;
}
