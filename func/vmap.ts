/**
 * Vectorisation.
 *
 * @module
 */
import { BatchLevel } from "../autograd/batch.ts";
import { cat, movedim, narrow } from "../ops/mod.ts";
import { checkFunction, checkOptions } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { defaultGenerator } from "../tensor/generator.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import type { Randomness } from "../tensor/random_mode.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastPrefix, leavesOf, unflatten } from "../tensor/tree.ts";
import { expand } from "../ops/shape.ts";
import { disposeOwned, freeingWithin, open, outputTensors } from "./levels.ts";
import type { Dims, VmapOptions } from "./types.ts";

const RANDOMNESS: readonly Randomness[] = ["error", "different", "same"];

const isDim = (value: unknown): value is number | null => typeof value === "number" || value === null;

/**
 * A function that applies `f` to every slice of its arguments at once.
 *
 * ```ts
 * import { func, ones, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const dot = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();
 * const rows = tensor([[1, 2], [3, 4]]);
 * assertEquals(func.vmap(dot, { inDims: [0, null] })(rows, ones([2])).toArray(), [3, 7]);
 * ```
 *
 * @param f A function of trees of tensors that sees tensors without the mapped axis.
 * @throws ShapeError for mapped axes of different sizes.
 * @throws VmapError for what a batch cannot do, such as reading numbers.
 */
export function vmap<R>(f: (...args: never[]) => R, options: VmapOptions = {}): (...args: unknown[]) => R {
  checkFunction("vmap", f);
  checkOptions("vmap", options, "inDims");
  const { inDims = 0, outDims = 0, randomness = "error", chunkSize } = options;
  if (chunkSize !== undefined && !(Number.isInteger(chunkSize) && chunkSize > 0)) {
    throw new ArgumentError(`vmap: expected a positive integer chunkSize, got ${chunkSize}`);
  }
  if (!RANDOMNESS.includes(randomness)) {
    throw new ArgumentError(`vmap: expected randomness ${RANDOMNESS.join(", ")}, got ${randomness}`);
  }
  return (...args) => {
    const tensors = leavesOf(args);
    const dims = broadcastPrefix("vmap", inDims, args, isDim)
      .map((dim, i) => dim === null ? null : normalizeDim("vmap", dim, tensors[i].ndim));
    const size = batchSize(tensors, dims);
    const front = tensors.map((x, i) => dims[i] === null || dims[i] === 0 ? x : movedim(x, dims[i], 0));
    const moved = front.filter((x, i) => x !== tensors[i]);
    const owned: Tensor[] = [];
    const step = Math.min(chunkSize ?? size, size);
    const done = (result: unknown): R => {
      disposeOwned([...moved, ...owned], result);
      // The structure is that of what `f` returns.
      return result as R;
    };
    if (step === size) return done(runOnce(f, args, front, dims, size, randomness, outDims, owned));
    const start = defaultGenerator().getState();
    const chunks: unknown[] = [];
    for (let first = 0; first < size; first += step) {
      const length = Math.min(step, size - first);
      const part = front.map((x, i) => dims[i] === null ? x : narrow(x, 0, first, length));
      if (randomness === "same") defaultGenerator().setState(start);
      chunks.push(runOnce(f, args, part, dims, length, randomness, outDims, owned));
      owned.push(...part.filter((x, i) => x !== front[i]));
    }
    return done(joinChunks(chunks, outDims));
  };
}

/** The common size of the mapped axes. */
function batchSize(tensors: readonly Tensor[], dims: readonly (number | null)[]): number {
  let size: number | null = null;
  for (const [i, dim] of dims.entries()) {
    if (dim === null) continue;
    const { shape } = tensors[i];
    if (shape.length === 0) {
      throw new ShapeError(
        `vmap: expected an axis to map over (inDims ${dim}), got a 0-d tensor for argument leaf ${i}`,
      );
    }
    if (size !== null && shape[dim] !== size) {
      throw new ShapeError(
        `vmap: expected mapped axes of one size, got ${size} and ${shape[dim]} (argument leaf ${i}, shape ${
          formatShape(shape)
        }, inDims ${dim})`,
      );
    }
    size = shape[dim];
  }
  if (size === null) {
    throw new ArgumentError("vmap: expected at least one argument with a mapped axis, got inDims null for all");
  }
  return size;
}

/** One call of `f` under a batch level. */
function runOnce(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  tensors: readonly Tensor[],
  dims: readonly (number | null)[],
  size: number,
  randomness: Randomness,
  outDims: Dims,
  owned: Tensor[],
): unknown {
  const level = new BatchLevel(size, randomness);
  return freeingWithin(level, () =>
    level.run(() => {
      const boxed = unflatten(args, tensors.map((x, i) => dims[i] === null ? x : level.batched(x)));
      // Transforms do not constrain the parameter types of the functions they take.
      const output = (f as (...args: readonly unknown[]) => unknown)(...boxed);
      const leaves = outputTensors("vmap", output);
      const places = broadcastPrefix("vmap", outDims, output, isDim);
      return unflatten(output, leaves.map((x, i) => place(level, x, places[i], owned)));
    }), owned);
}

/** An output without its box, with the batch axis where `dim` wants it. */
function place(level: BatchLevel, x: Tensor, dim: number | null, owned: Tensor[]): Tensor {
  if (dim === null) {
    if (x.level !== level) return x;
    throw new ArgumentError(
      `vmap: expected an output that is the same for all samples where outDims is null, got a batched one of shape ${
        formatShape(x.shape)
      }; pass the axis where the batch belongs`,
    );
  }
  const batched = x.level === level ? open(x.value!, owned) : expand(x, [level.size, ...x.shape]);
  if (x.level !== level) owned.push(batched);
  const axis = normalizeDim("vmap", dim, batched.ndim);
  const placed = axis === 0 ? batched : movedim(batched, 0, axis);
  if (placed !== batched) owned.push(placed);
  return placed;
}

/** The outputs of all chunks along their batch axes. */
function joinChunks(chunks: readonly unknown[], outDims: Dims): unknown {
  const leaves = chunks.map(leavesOf);
  const places = broadcastPrefix("vmap", outDims, chunks[0], isDim);
  const joined = leaves[0].map((first, i) => {
    const dim = places[i];
    return dim === null ? first : cat(leaves.map((chunk) => chunk[i]), normalizeDim("vmap", dim, first.ndim));
  });
  return unflatten(chunks[0], joined);
}
