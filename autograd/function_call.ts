/**
 * Calling custom functions: how each level handles them.
 *
 * @module
 */
import { movedim } from "../ops/shape.ts";
import { zeros, zerosLike } from "../ops/creation.ts";
import { isFloating } from "../tensor/dtype.ts";
import { GradError, VmapError } from "../tensor/errors.ts";
import { gradMode, runningTape, seenUpTo, withGradMode } from "../tensor/grad_mode.ts";
import type { Level } from "../tensor/level.ts";
import { hasDerivative, type MaybeTensor, type Op, SAVES_NOTHING } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { alias, box, checkUsable, resurrect, Tensor, unbox } from "../tensor/tensor.ts";
import { asList, broadcastPrefix, leavesOf, unflatten } from "../tensor/tree.ts";
import { checkDerivative } from "./backward.ts";
import { BatchLevel } from "./batch.ts";
import { DualLevel } from "./dual.ts";
import { FunctionContext } from "./function_context.ts";
import type { CallResult, FunctionDefinition } from "./function_types.ts";
import { batchedDefinition } from "./function_vmap.ts";
import { borrowing, write } from "./inplace.ts";
import { newestLevel, recordCall, TapeLevel } from "./tape.ts";

const tensorsOf = (args: readonly unknown[]): Tensor[] => args.filter((x): x is Tensor => x instanceof Tensor);

/** Gradients or tangents as a user's rule returned them: one value or an array, of tensors and nothings. */
function listOf(rule: string, result: unknown): MaybeTensor[] {
  return asList(result).map((x) => {
    if (x instanceof Tensor) return x;
    if (x === null || x === undefined) return null;
    throw new GradError(`${rule}: expected tensors and nulls, got ${typeof x}`);
  });
}

/** The tensors of a result, in which inputs of the call, or views of them, become handles without a base. */
function freshOutputs(
  definition: FunctionDefinition,
  result: CallResult,
  args: readonly unknown[],
  tracked: boolean,
): CallResult {
  const { output, context } = result;
  const outputs = leavesOf(output);
  const inputs = tensorsOf(args);
  if (!outputs.some((x) => isShared(x, inputs))) return result;
  const { dirty } = (context ?? contextAt(definition, result, args, args, outputs)).engine;
  const fresh = outputs.map((x) => {
    if (!isShared(x, inputs) || dirty.includes(x)) return x;
    const handle = x.detach();
    if (tracked) borrowing.add(handle);
    return handle;
  });
  const seen = (x: Tensor): Tensor => args.includes(x) ? x : fresh[outputs.indexOf(x)] ?? x;
  return { output: unflatten(output, fresh), context: context && context.translated(seen) };
}

/** True for an output in the memory of an input. */
function isShared(output: Tensor, inputs: readonly Tensor[]): boolean {
  return inputs.some(({ storage }) => storage === output.storage);
}

/** The context for a level whose tensors are `args` and `outputs`, made from that of the level below. */
function contextAt(
  definition: FunctionDefinition,
  below: CallResult,
  innerArgs: readonly unknown[],
  args: readonly unknown[],
  outputs: readonly Tensor[],
): FunctionContext {
  if (definition.setup !== null) {
    const context = new FunctionContext();
    definition.setup(context, args, unflatten(below.output, outputs));
    return context;
  }
  // A vmap rule has no context to fill: forward itself, on the batched values, says what it saves.
  const { output: innerOutput, context } = below.context !== null
    ? below
    : withGradMode("disabled", () => definition.forward(innerArgs));
  const innerOutputs = leavesOf(innerOutput);
  return context!.translated((tensor) => {
    const output = innerOutputs.indexOf(tensor);
    if (output >= 0) return outputs[output];
    const input = innerArgs.indexOf(tensor);
    return input >= 0 ? args[input] as Tensor : tensor;
  });
}

/** The result of a level for the levels above, which see its tensors instead of those below. */
function seenFrom(
  definition: FunctionDefinition,
  below: CallResult,
  innerArgs: readonly unknown[],
  args: readonly unknown[],
  outputs: readonly Tensor[],
): CallResult {
  // Where a level fills its own context, that of another level is of no use to it.
  const context = definition.setup === null ? contextAt(definition, below, innerArgs, args, outputs) : null;
  return { output: unflatten(below.output, outputs), context };
}

/** The record of one call, for the node on a tape. */
function recordOf(
  definition: FunctionDefinition,
  context: FunctionContext,
  args: readonly unknown[],
  outputs: readonly Tensor[],
): Op<null> {
  const { nonDifferentiable, materializes, forBackward } = context.engine;
  const positions = [...args.keys()].filter((i) => args[i] instanceof Tensor);
  return {
    name: definition.name,
    gradName: definition.name,
    statistics: outputs.flatMap((output, i) => nonDifferentiable.includes(output) ? [i] : []),
    samples: () => [],
    kind: "kernel",
    shape: () => outputs.map(({ shape, dtype }) => ({ shape, dtype })),
    run: () => {},
    rules: "full",
    saves: SAVES_NOTHING,
    vjp: (node, cotangents) => {
      const device = cotangents.find((g) => g !== null)?.device;
      const given = cotangents.map((g, i) => {
        const { shape, dtype } = node.outputSpec(i);
        return g ?? (materializes ? zeros(shape, { dtype, device }) : null);
      });
      const needs = args.map((_, i) => positions.includes(i) && node.needs(positions.indexOf(i)));
      // Saved tensors lie behind the outputs of the node.
      const read = (): MaybeTensor[] => forBackward.map((t, i) => t === null ? null : node.output(i));
      const rule = `${definition.name}.backward`;
      const gradients = listOf(rule, definition.backward(context.open(read, () => needs), given));
      if (gradients.length < args.length && gradients.length === positions.length) return gradients;
      if (gradients.length < args.length || gradients.some((g, i) => g !== null && !positions.includes(i))) {
        throw new GradError(
          `${rule}: expected one gradient per argument of forward (${args.length}), got ` +
            `${gradients.length}; return null for arguments without one`,
        );
      }
      return positions.map((i) => gradients[i]);
    },
    jvp: () => [],
    batch: () => [],
  };
}

/** Hangs the outputs of a call on a node of the tape of `level`. */
function record(
  definition: FunctionDefinition,
  level: TapeLevel | null,
  context: FunctionContext,
  args: readonly unknown[],
  outputs: readonly Tensor[],
): void {
  const op = recordOf(definition, context, args, outputs);
  recordCall(level, op, tensorsOf(args), outputs, null);
  const node = outputs.find((output, i) => hasDerivative(op, i, output.dtype))?.node;
  if (!node) return;
  node.userRule = true;
  context.keepFor(node);
}

/** On plain tensors and the base tape. */
function callPlain(definition: FunctionDefinition, args: readonly unknown[]): CallResult {
  const inputs = tensorsOf(args);
  const tracked = gradMode === "enabled" && inputs.some((x) => x.requiresGrad);
  const result = freshOutputs(definition, withGradMode("disabled", () => definition.forward(args)), args, tracked);
  const outputs = leavesOf(result.output);
  const context = contextAt(definition, result, args, args, outputs);
  for (const x of context.engine.dirty) {
    if (tracked && x.requiresGrad && x.isLeaf) {
      throw new GradError(
        `${definition.name}: expected no in-place change of a leaf that requires grad, got markDirty() of one; clone() it first`,
      );
    }
  }
  if (tracked && outputs.length > 0) {
    // A view that was written has its base to tell.
    const written = outputs.filter((x) => x.base !== null && context.engine.dirty.includes(x));
    const recorded = outputs.map((x) => written.includes(x) ? x.detach() : x);
    record(definition, null, context, args, recorded);
    for (const x of written) write(definition.name, x, recorded[outputs.indexOf(x)]);
  }
  return { output: result.output, context };
}

/** Without the boxes of `level`. */
function unboxed(level: Level, args: readonly unknown[]): unknown[] {
  return args.map((x) => x instanceof Tensor && x.level === level ? unbox(x) : x);
}

function refuseDirty(definition: FunctionDefinition, { context }: CallResult): void {
  if (context !== null && context.engine.dirty.length > 0) {
    throw new GradError(
      `${definition.name}: expected no in-place change of inputs inside a transform, got markDirty(); use out-of-place operations`,
    );
  }
}

function callOnTape(level: TapeLevel, definition: FunctionDefinition, args: readonly unknown[]): CallResult {
  const recording = gradMode === "enabled" && tensorsOf(args).some((x) => x.level === level && x.node !== null);
  const inner = unboxed(level, args);
  const below = seenUpTo(level.id - 1, () => call(definition, inner));
  if (!recording) return seenFrom(definition, below, inner, args, leavesOf(below.output));
  refuseDirty(definition, below);
  const leaves = leavesOf(below.output);
  const outputs = leaves.map((out) => isFloating(out.dtype) ? box(level, alias(out)) : out);
  const context = contextAt(definition, below, inner, args, outputs);
  record(definition, level, context, args, outputs);
  return { output: unflatten(below.output, outputs), context };
}

function callDual(level: DualLevel, definition: FunctionDefinition, args: readonly unknown[]): CallResult {
  const inner = unboxed(level, args);
  const below = call(definition, inner);
  refuseDirty(definition, below);
  const leaves = leavesOf(below.output);
  const context = contextAt(definition, below, inner, inner, leaves);
  const { forForward, nonDifferentiable, materializes } = context.engine;
  const tangents = args.map((x): MaybeTensor => {
    if (!(x instanceof Tensor)) return null;
    if (x.level === level && x.tangent !== null) return resurrect(x.tangent);
    return materializes ? zerosLike(x) : null;
  });
  const needs = args.map((x) => x instanceof Tensor && x.level === level);
  const rule = `${definition.name}.jvp`;
  const results = listOf(rule, definition.jvp(context.open(() => forForward, () => needs), tangents));
  if (results.length !== leaves.length) {
    throw new GradError(
      `${rule}: expected one tangent per output (${leaves.length}), got ${results.length}; return null for zeros`,
    );
  }
  const outputs = leaves.map((out, i) => {
    const tangent = results[i];
    if (tangent === null || nonDifferentiable.includes(out)) return out;
    checkDerivative(rule, `tangent ${i}`, out, tangent);
    return level.dual(alias(out), alias(tangent));
  });
  return seenFrom(definition, below, inner, args, outputs);
}

function callBatched(level: BatchLevel, definition: FunctionDefinition, args: readonly unknown[]): CallResult {
  const dims = args.map((x): 0 | null => x instanceof Tensor && x.level === level ? 0 : null);
  const inner = unboxed(level, args);
  if (definition.vmap !== null) {
    const rule = `${definition.name}.vmap`;
    if (definition.generatesVmap) {
      throw new VmapError(`${rule}: expected no rule beside generateVmapRule = true; remove one of them`);
    }
    const result = definition.vmap(level, dims, inner);
    if (!Array.isArray(result) || result.length !== 2) {
      throw new VmapError(`${rule}: expected a pair [output, outDims]; return [output, 0]`);
    }
    const [output, outDims] = result;
    const isDim = (x: unknown): x is number | null => x === null || x === undefined || typeof x === "number";
    const places = broadcastPrefix(rule, outDims, output, isDim);
    const outputs = leavesOf(output).map((out, i) => {
      const place = places[i];
      if (typeof place !== "number") return out;
      if (out.shape.at(place) !== level.size) {
        throw new VmapError(
          `${rule}: expected a batch axis of ${level.size} at outDims ${place}, got shape ${formatShape(out.shape)}`,
        );
      }
      return level.batched(movedim(out, place, 0));
    });
    return { output: unflatten(output, outputs), context: null };
  }
  if (!definition.generatesVmap) {
    throw new VmapError(
      `${definition.name}: expected a rule for vmap, got none; define static vmap(info, inDims, ...args), or set static ` +
        `generateVmapRule = true`,
    );
  }
  const below = call(batchedDefinition(level, dims, definition), inner);
  const outputs = leavesOf(below.output).map((out) => level.batched(out));
  return { output: unflatten(below.output, outputs), context: null };
}

/** Calls a custom function: the newest level among its tensors handles it. */
export function call(definition: FunctionDefinition, args: readonly unknown[]): CallResult {
  const tensors = tensorsOf(args);
  for (const x of tensors) checkUsable(definition.name, x);
  const level = newestLevel(tensors);
  if (runningTape !== null && (level === null || level.id < runningTape.id)) {
    return seenUpTo(level?.id ?? 0, () => call(definition, args));
  }
  if (level instanceof TapeLevel) return callOnTape(level, definition, args);
  if (level instanceof DualLevel) return callDual(level, definition, args);
  if (level instanceof BatchLevel) return callBatched(level, definition, args);
  return callPlain(definition, args);
}
