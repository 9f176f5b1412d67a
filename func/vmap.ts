/**
 * Vectorisation.
 *
 * @module
 */
import { BatchLevel } from "../autograd/batch.ts";
import { cat, movedim, narrow } from "../ops/mod.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import { type Tensor, unbox } from "../tensor/tensor.ts";
import { broadcastPrefix, leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { expand } from "../ops/shape.ts";
import { outputTensors } from "./levels.ts";

/** An axis, null for "not batched", or a tree of them that follows the arguments. */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Options of {@linkcode vmap}. */
export interface VmapOptions {
  /** The axis to map over, per argument (a tree may go deeper); null for arguments that are the same for all. Default: 0. */
  inDims?: Dims;
  /** Where the mapped axis goes in the outputs. Default: 0. */
  outDims?: Dims;
  /** What random functions do inside. Default: "error". */
  randomness?: "error" | "different" | "same";
  /** Run in pieces of at most this many samples. Default: all at once. */
  chunkSize?: number;
}

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
 */
export function vmap(
  f: (...args: never[]) => unknown,
  options: VmapOptions = {},
  // The result has the structure that `f` returns, which the type system cannot follow.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => any {
  const { inDims = 0, outDims = 0, randomness = "error", chunkSize } = options;
  if (chunkSize !== undefined && !(Number.isInteger(chunkSize) && chunkSize > 0)) {
    throw new ArgumentError(`vmap: expected a positive integer chunkSize, got ${chunkSize}`);
  }
  return (...args) => {
    const tensors = leavesOf(args);
    const dims = broadcastPrefix("vmap", inDims, args, isDim)
      .map((dim, i) => dim === null ? null : normalizeDim("vmap", dim, tensors[i].ndim));
    const size = batchSize(tensors, dims);
    const front = tensors.map((x, i) => dims[i] === null ? x : movedim(x, dims[i], 0));
    if (chunkSize === undefined || chunkSize >= size) {
      return placeDims(runOnce(f, args, front, dims, size, randomness), outDims);
    }
    const chunks: unknown[] = [];
    for (let start = 0; start < size; start += chunkSize) {
      const length = Math.min(chunkSize, size - start);
      const part = front.map((x, i) => dims[i] === null ? x : narrow(x, 0, start, length));
      chunks.push(runOnce(f, args, part, dims, length, randomness));
    }
    const leaves = chunks.map(leavesOf);
    const joined = leaves[0].map((_, i) => cat(leaves.map((chunk) => chunk[i]), 0));
    return placeDims(unflatten(chunks[0], joined), outDims);
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

/** One call of `f` under a batch level; outputs have the batch at axis 0. */
function runOnce(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  tensors: readonly Tensor[],
  dims: readonly (number | null)[],
  size: number,
  randomness: NonNullable<VmapOptions["randomness"]>,
): unknown {
  const level = new BatchLevel(size, randomness);
  const boxed = unflatten(args, tensors.map((x, i) => dims[i] === null ? x : level.batched(x)));
  return level.run(() => {
    const output = (f as (...args: readonly unknown[]) => unknown)(...boxed);
    outputTensors("vmap", output);
    return mapTree(output, (x) => x.level === level ? unbox(x) : expand(x, [size, ...x.shape]));
  });
}

/** Moves the batch axis of every output where `outDims` wants it. */
function placeDims(output: unknown, outDims: Dims): unknown {
  const leaves = leavesOf(output);
  const dims = broadcastPrefix("vmap", outDims, output, isDim);
  return unflatten(
    output,
    leaves.map((x, i) => {
      const dim = dims[i];
      if (dim === null) {
        throw new ArgumentError("vmap: expected a number as outDims of a mapped output, got null");
      }
      return movedim(x, 0, normalizeDim("vmap", dim, x.ndim));
    }),
  );
}
