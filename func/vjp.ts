/**
 * Vector-Jacobian products.
 *
 * @module
 */
import { rootCotangent, runBackward } from "../autograd/backward.ts";
import type { Target } from "../autograd/pass_types.ts";
import { nodeOf, TapeLevel } from "../autograd/tape.ts";
import { zerosLike } from "../ops/creation.ts";
import { checkFunction } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError } from "../tensor/errors.ts";
import { gradMode, runningTape } from "../tensor/grad_mode.ts";
import { endings } from "../tensor/scope.ts";
import type { Node } from "../tensor/node.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { disposeOwned, open, outputTensors, recordingWithin, withAux } from "./levels.ts";
import type { Pullback, VjpOptions } from "./types.ts";

/** Runs `f` on a fresh tape. */
export function trace(
  op: string,
  f: (...primals: never[]) => unknown,
  primals: readonly unknown[],
  hasAux: boolean,
): Pullback {
  checkFunction(op, f);
  const level = new TapeLevel(op);
  const owned: Tensor[] = [];
  // The function may write to its arguments, which then are no leaves any more.
  const targets: Target[] = [];
  const leaf = (x: Tensor): Tensor => {
    if (!isFloating(x.dtype)) {
      throw new DTypeError(
        `${op}: expected floating-point tensors to differentiate, got ${x.dtype}; convert with float()`,
      );
    }
    const box = level.leaf(x);
    targets.push({ node: box.node!, index: 0 });
    return box;
  };
  let roots: { node: Node | null; index: number }[] = [];
  const strip = (x: Tensor): Tensor => x.level === level ? open(x.value!, owned) : x;
  const call = (): [unknown, unknown] => {
    // Transforms do not constrain the parameter types of the functions they take.
    let aux: unknown;
    let result = (f as (...args: readonly unknown[]) => unknown)(...mapTree(primals, leaf));
    if (hasAux) {
      [result, aux] = withAux(op, result);
      aux = mapTree(aux, strip);
    }
    roots = outputTensors(op, result).map((x) => ({ node: nodeOf(x, level), index: x.outputIndex }));
    return [mapTree(result, strip), aux];
  };
  const [output, aux] = recordingWithin(level, owned, call);
  const pullOrNull: Pullback["pullOrNull"] = (cotangents, retainGraph) => {
    const active = roots.flatMap(({ node, index }, i) => {
      const cotangent = cotangents[i];
      return node === null || cotangent === null ? [] : [{ node: node as Node, index, cotangent }];
    });
    return runBackward(active, { retainGraph, createGraph: false, mode: gradMode, tape: runningTape, targets });
  };
  return {
    output,
    aux,
    pull: (cotangents, retainGraph) =>
      pullOrNull(cotangents, retainGraph).map((g, i) => g ?? zerosLike(leavesOf(primals)[i])),
    pullOrNull,
    close: (result) => {
      level.free();
      disposeOwned(owned, result);
      return result;
    },
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
 * const [gradient] = pull(tensor([1, 10.5]));
 * assertEquals(output.toArray(), [2.25, 4]);
 * assertEquals(gradient.toArray(), [3, 42]);
 * ```
 */
export function vjp<R, A, P extends readonly unknown[]>(
  f: (...primals: never[]) => readonly [R, A],
  ...args: [...primals: P, options: { hasAux: true }]
): [R, (...cotangents: unknown[]) => P, A];
/** {@linkcode vjp} without an auxiliary output. */
export function vjp<R, P extends readonly unknown[]>(
  f: (...primals: never[]) => R,
  ...primals: P
): [R, (...cotangents: unknown[]) => P];
export function vjp(f: (...primals: never[]) => unknown, ...args: unknown[]): unknown[] {
  const last = args[args.length - 1];
  const options: VjpOptions = isOptions(last) ? args.pop() as VjpOptions : {};
  const traced = trace("vjp", f, args, options.hasAux ?? false);
  const vjpFn = (...cotangents: unknown[]): unknown[] => pullTree("vjp", traced, args, cotangents, true);
  endings.at(-1)?.push(() => traced.close([traced.output, traced.aux]));
  return options.hasAux ? [traced.output, vjpFn, traced.aux] : [traced.output, vjpFn];
}

/** The gradients of `primals` for a tree of cotangents like the output of a traced call. */
export function pullTree<P extends readonly unknown[]>(
  op: string,
  { output, pull }: Pullback,
  primals: readonly [...P],
  cotangents: readonly unknown[],
  retainGraph: boolean,
): [...P] {
  const outputs = leavesOf(output);
  const given = leavesOf(cotangents);
  if (given.length !== outputs.length) {
    throw new ArgumentError(`${op}: expected ${outputs.length} cotangents, one per output, got ${given.length}`);
  }
  const checked = given.map((cotangent, i) => rootCotangent(op, outputs[i], cotangent));
  return unflatten([...primals], pull(checked, retainGraph));
}

function isOptions(value: unknown): value is VjpOptions {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype &&
    Object.keys(value).length === 1 && "hasAux" in value;
}
