/**
 * Starting the backward pass: `backward()` and `grad()`.
 *
 * @module
 */
import { zerosLike } from "../ops/creation.ts";
import { expand } from "../ops/shape.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { ArgumentError, GradError, ShapeError } from "../tensor/errors.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import { formatShape } from "../tensor/shape.ts";
import { checkUsable, type Tensor, unbox } from "../tensor/tensor.ts";
import { asList } from "../tensor/tree.ts";
import type { BackwardOptions } from "../tensor/types.ts";
import { accumulateGrad, cutsOf, rootCotangent, rootNode, runBackward } from "./backward.ts";
import { BatchLevel } from "./batch.ts";
import { DualLevel } from "./dual.ts";
import { gradOfBatches, gradOfDuals, gradOnTape, leavesBehind } from "./grad_levels.ts";
import type { GradCall, Root, Target } from "./pass_types.ts";
import { newestLevel, nodeOf, TapeLevel } from "./tape.ts";
import type { GradOptions } from "./types.ts";

/** The graph nodes of inputs; an error for one that does not require grad. */
function targetsOf(op: string, inputs: readonly Tensor[]): Target[] {
  return inputs.map((input, i) => {
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

/** The cotangents of outputs: given ones, checked, or ones. */
function cotangentsOf(
  op: string,
  outputs: readonly Tensor[],
  given: Tensor | null | readonly (Tensor | null)[] | undefined,
): Tensor[] {
  const list: readonly (Tensor | null)[] = given === null || given === undefined
    ? outputs.map(() => null)
    : asList<Tensor | null>(given);
  if (list.length !== outputs.length) {
    throw new ArgumentError(`${op}: expected one gradient per output (${outputs.length}), got ${list.length}`);
  }
  return outputs.map((output, i) => {
    checkUsable(op, output);
    return rootCotangent(op, output, list[i]);
  });
}

/**
 * Adds the gradients of `outputs` to the `grad` of the leaves they depend on.
 *
 * ```ts
 * import { autograd, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1.5, 2.5], { requiresGrad: true });
 * autograd.backward([x.sum(), x.prod()]);
 * assertEquals(x.grad!.toArray(), [3.5, 2.5]);
 * ```
 *
 * @param outputs One tensor or several.
 * @param gradTensors Their cotangents; null stands for ones on outputs of one element.
 */
export function backward(
  outputs: Tensor | readonly Tensor[],
  gradTensors: Tensor | null | readonly (Tensor | null)[] = null,
  options: BackwardOptions = {},
): void {
  const list = asList(outputs);
  const cotangents = cotangentsOf("backward", list, gradTensors);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const level = newestLevel(list);
  if (level !== null && !(level instanceof DualLevel && options.inputs === undefined)) {
    throw new GradError(
      `backward: expected a tensor outside transforms, got a result inside func.${level.transform}, whose gradients ` +
        `belong to the transform; use func.grad, or autograd.grad of its arguments`,
    );
  }
  const call = { outputs: list, cotangents, retainGraph, createGraph, cuts: [] };
  const inputs = level === null ? options.inputs && [...new Set(options.inputs)] : leavesBehind(list);
  const targets = level === null && inputs !== undefined ? targetsOf("backward", inputs) : null;
  // What is no leaf keeps its gradient by a hook, in later passes too.
  if (targets !== null) { for (const input of inputs!) input.retainGrad(); }
  const gradients = level === null ? gradOnBaseTape("backward", call, targets) : gradAt({ ...call, inputs: inputs! });
  withGradMode(createGraph ? "enabled" : "disabled", () =>
    gradients.forEach((gradient, i) => {
      const input = inputs![i];
      if (gradient !== null && (level !== null || input.isLeaf)) accumulateGrad(input, gradient, createGraph);
    }));
}

/**
 * Gradients of `outputs` with respect to `inputs`, one tensor per input, without touching any `grad`.
 *
 * With `allowUnused`, an input that the outputs do not depend on gives zeros of its shape; use {@linkcode gradOrNull} to
 * see the difference. Inside transforms the gradient is taken on the tape of the innermost one; gradients of dual
 * tensors are dual.
 *
 * ```ts
 * import { autograd, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([2.5], { requiresGrad: true });
 * const [first] = autograd.grad(x.pow(3), x, { createGraph: true });
 * assertEquals(first.item(), 18.75);
 * assertEquals(autograd.grad(first, x)[0].item(), 15);
 * ```
 *
 * @throws GradError for inputs that need no gradient or, without `allowUnused`, that the outputs do not depend on.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor[] {
  const wanted = asList(inputs);
  return gradOrNull(outputs, wanted, options).map((gradient, i) => gradient ?? zerosLike(wanted[i]));
}

/** {@linkcode grad} with null for inputs that the outputs do not depend on (with `allowUnused`). */
export function gradOrNull(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  checkOptions("grad", options, "gradOutputs");
  const list = asList(outputs);
  const wanted = asList(inputs);
  for (const input of wanted) checkUsable("grad", input);
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const call = { outputs: list, inputs: wanted, retainGraph, createGraph, cuts: [] };
  const gradients = options.isGradsBatched
    ? batchedGrad(call, options.gradOutputs)
    : gradAt({ ...call, cotangents: cotangentsOf("grad", list, options.gradOutputs) });
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

/** The gradients at the newest level among the tensors of a call. */
function gradAt(call: GradCall): (Tensor | null)[] {
  const level = newestLevel([...call.outputs, ...call.inputs]);
  if (level instanceof TapeLevel) return gradOnTape(level, call);
  if (level instanceof DualLevel) return gradOfDuals(level, call, gradAt);
  if (level instanceof BatchLevel) return gradOfBatches(level, call, gradAt);
  return gradOnBaseTape("grad", call, targetsOf("grad", call.inputs));
}

function gradOnBaseTape(
  op: string,
  { outputs, cotangents, retainGraph, createGraph, cuts }: Omit<GradCall, "inputs">,
  targets: readonly Target[] | null,
): (Tensor | null)[] {
  const roots = outputs.map((output, i): Root => ({
    node: rootNode(op, output),
    index: output.outputIndex,
    cotangent: cotangents[i],
  }));
  return runBackward(roots, {
    retainGraph,
    createGraph,
    mode: createGraph ? "enabled" : "disabled",
    tape: null,
    targets,
    cuts: cutsOf(cuts, null),
  });
}

/** One pass for many cotangents, which lie along axis 0. */
function batchedGrad(
  call: Omit<GradCall, "cotangents">,
  gradOutputs: GradOptions["gradOutputs"],
): (Tensor | null)[] {
  const given = gradOutputs === null || gradOutputs === undefined ? [] : asList(gradOutputs);
  const [first] = given;
  if (!first || first.ndim === 0) {
    throw new ArgumentError(
      "grad: expected gradOutputs with a leading batch axis (isGradsBatched), got none; pass them",
    );
  }
  const size = first.shape[0];
  const level = new BatchLevel(size);
  return level.run(() => {
    const boxed = given.map((cotangent) => {
      if (cotangent === null || cotangent.shape[0] !== size) {
        throw new ShapeError(
          `grad: expected gradOutputs with a leading axis of ${size} (isGradsBatched), got ${
            cotangent === null ? "null" : `shape ${formatShape(cotangent.shape)}`
          }`,
        );
      }
      return level.batched(cotangent);
    });
    const gradients = gradAt({ ...call, cotangents: cotangentsOf("grad", call.outputs, boxed) });
    const rows = gradients.map((gradient) => {
      if (gradient === null) return null;
      return gradient.level === level ? unbox(gradient) : expand(gradient, [size, ...gradient.shape]);
    });
    for (const box of [...boxed, ...gradients]) if (box?.level === level) box.dispose();
    return rows;
  });
}
