/**
 * Vector-Jacobian products.
 *
 * @module
 */
import { rootCotangent, runBackward, type Target } from "../autograd/backward.ts";
import { nodeOf, TapeLevel } from "../autograd/tape.ts";
import { zerosLike } from "../ops/creation.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError } from "../tensor/errors.ts";
import { gradMode } from "../tensor/grad_mode.ts";
import type { Node } from "../tensor/node.ts";
import { type Tensor, unbox } from "../tensor/tensor.ts";
import { leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { outputTensors, recordingWithin } from "./levels.ts";

/** Options of {@linkcode vjp}. */
export interface VjpOptions {
  /** The function returns `[output, aux]`; aux is handed through without derivative. Default: false. */
  hasAux?: boolean;
}

/** What a traced call leaves behind: its output without boxes, and the way back. */
export interface Pullback {
  /** Output tree, unboxed. */
  readonly output: unknown;
  /** Auxiliary output, unboxed; undefined without `hasAux`. */
  readonly aux: unknown;
  /** Gradients of the flattened primals for the flattened cotangents of the outputs. */
  pull(cotangents: readonly (Tensor | null)[], retainGraph: boolean): Tensor[];
  /** {@linkcode pull} with null for primals that no output with a cotangent depends on. */
  pullOrNull(cotangents: readonly (Tensor | null)[], retainGraph: boolean): (Tensor | null)[];
}

/** Runs `f` on a fresh tape. */
export function trace(
  op: string,
  f: (...primals: never[]) => unknown,
  primals: readonly unknown[],
  hasAux: boolean,
): Pullback {
  const level = new TapeLevel(op);
  const leaves: Tensor[] = [];
  // The function may write to its arguments, which then are no leaves any more.
  const targets: Target[] = [];
  const boxed = mapTree(primals, (x) => {
    if (!isFloating(x.dtype)) {
      throw new DTypeError(
        `${op}: expected floating-point tensors to differentiate, got ${x.dtype}; convert with float()`,
      );
    }
    const leaf = level.leaf(x);
    leaves.push(leaf);
    targets.push({ node: leaf.node!, index: 0 });
    return leaf;
  });
  let outputs: Tensor[] = [];
  const strip = (x: Tensor): Tensor => x.level === level ? unbox(x) : x;
  const [output, aux] = recordingWithin(level, (): [unknown, unknown] => {
    // Transforms do not constrain the parameter types of the functions they take.
    let aux: unknown;
    let result = (f as (...args: readonly unknown[]) => unknown)(...boxed);
    if (hasAux) {
      if (!Array.isArray(result) || result.length !== 2) {
        throw new ArgumentError(
          `${op}: expected a function that returns [output, aux] with hasAux, got ${typeof result}`,
        );
      }
      aux = mapTree(result[1], strip);
      result = result[0];
    }
    outputs = outputTensors(op, result);
    return [mapTree(result, strip), aux];
  });
  const roots = outputs.map((x) => ({ node: nodeOf(x, level), index: x.outputIndex }));
  const pullOrNull: Pullback["pullOrNull"] = (cotangents, retainGraph) => {
    const active = roots.flatMap(({ node, index }, i) => {
      const cotangent = cotangents[i];
      return node === null || cotangent === null ? [] : [{ node: node as Node, index, cotangent }];
    });
    return runBackward(active, { retainGraph, createGraph: false, mode: gradMode, targets });
  };
  return {
    output,
    aux,
    pull: (cotangents, retainGraph) =>
      pullOrNull(cotangents, retainGraph).map((g, i) => g ?? zerosLike(unbox(leaves[i]))),
    pullOrNull,
  };
}

/**
 * The output of `f` and a function from cotangents to gradients: `[out, vjpFn]`, or `[out, vjpFn, aux]` with `hasAux`.
 *
 * `vjpFn(cotangent)` takes a tree like the output and gives an array with one gradient tree per primal. It may be called
 * any number of times. A last argument that is an object with `hasAux` is taken as the options.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [output, pull] = func.vjp((x: Tensor) => x.mul(x), tensor([1.5, 2]));
 * const [gradient] = pull(tensor([1, 10.5])) as Tensor[];
 * assertEquals((output as Tensor).toArray(), [2.25, 4]);
 * assertEquals(gradient.toArray(), [3, 42]);
 * ```
 */
export function vjp(
  f: (...primals: never[]) => unknown,
  ...args: unknown[]
): [unknown, (...cotangents: unknown[]) => unknown[], unknown?] {
  const last = args[args.length - 1];
  const options: VjpOptions = isOptions(last) ? args.pop() as VjpOptions : {};
  const traced = trace("vjp", f, args, options.hasAux ?? false);
  const outputs = leavesOf(traced.output);
  const vjpFn = (...cotangents: unknown[]): unknown[] => {
    const given = leavesOf(cotangents);
    if (given.length !== outputs.length) {
      throw new ArgumentError(`vjp: expected ${outputs.length} cotangents, one per output, got ${given.length}`);
    }
    const checked = given.map((cotangent, i) => rootCotangent("vjp", outputs[i], cotangent));
    return unflatten(args, traced.pull(checked, true)) as unknown[];
  };
  return options.hasAux ? [traced.output, vjpFn, traced.aux] : [traced.output, vjpFn];
}

function isOptions(value: unknown): value is VjpOptions {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype &&
    Object.keys(value).length === 1 && "hasAux" in value;
}
