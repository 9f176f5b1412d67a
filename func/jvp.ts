/**
 * Jacobian-vector products.
 *
 * @module
 */
import { DualLevel } from "../autograd/dual.ts";
import { zerosLike } from "../ops/creation.ts";
import { cast } from "../ops/cast.ts";
import { checkFunction } from "../tensor/arguments.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { resurrect, type Tensor, unbox } from "../tensor/tensor.ts";
import { leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { freeingWithin, outputTensors, withAux } from "./levels.ts";
import type { JvpOptions } from "./types.ts";

/**
 * The output of `f` at `primals` and its derivative in the direction `tangents`: `[out, tangentOut]`, or
 * `[out, tangentOut, aux]` with `hasAux`.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const square = (x: Tensor): Tensor => x.mul(x);
 * const [output, tangent] = func.jvp(square, [tensor([1.5, 2])], [tensor([1, 0.5])]);
 * assertEquals(output.toArray(), [2.25, 4]);
 * assertEquals(tangent.toArray(), [3, 2]);
 * ```
 *
 * @param primals Arguments of `f`: trees of tensors.
 * @param tangents Trees of the same structure and shapes.
 */
export function jvp<R, A>(
  f: (...primals: never[]) => readonly [R, A],
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: JvpOptions & { hasAux: true },
): [R, R, A];
/** {@linkcode jvp} without an auxiliary output. */
export function jvp<R>(
  f: (...primals: never[]) => R,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options?: JvpOptions & { hasAux?: false },
): [R, R];
export function jvp(
  f: (...primals: never[]) => unknown,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: JvpOptions = {},
): unknown[] {
  return push(f, primals, tangents, options, true);
}

/** {@linkcode jvp}; without `wantsPrimal` the output itself is null, and its memory is given back at once. */
export function push(
  f: (...primals: never[]) => unknown,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  options: JvpOptions,
  wantsPrimal: boolean,
): unknown[] {
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new ArgumentError("jvp: expected arrays of primals and tangents, got other values; pass [x] and [v]");
  }
  checkFunction("jvp", f);
  const inputs = leavesOf(primals);
  const flat = leavesOf(tangents);
  if (flat.length !== inputs.length) {
    throw new ArgumentError(`jvp: expected one tangent per primal tensor (${inputs.length}), got ${flat.length}`);
  }
  const level = new DualLevel("jvp");
  return freeingWithin(level, () => {
    const checked = checkTangents("jvp", inputs, flat);
    const boxed = unflatten(primals, inputs.map((x, i) => level.dual(x, checked[i])));
    let output = (f as (...args: readonly unknown[]) => unknown)(...boxed);
    let aux: unknown;
    if (options.hasAux) [output, aux] = withAux("jvp", output);
    outputTensors("jvp", output);
    const primal = (x: Tensor): Tensor => x.level === level ? unbox(x) : x;
    const tangent = (x: Tensor): Tensor => {
      if (x.level === level && x.tangent !== null) return resurrect(x.tangent);
      if (options.strict) {
        throw new ArgumentError(
          `jvp: expected outputs that depend on the inputs (strict), got one of shape ${
            formatShape(x.shape)
          } that does not`,
        );
      }
      return zerosLike(x);
    };
    const result = [wantsPrimal ? mapTree(output, primal) : null, mapTree(output, tangent)];
    return options.hasAux ? [...result, mapTree(aux, primal)] : result;
  });
}

/** Tangents in the dtypes of their primals; an error for one of another shape. */
export function checkTangents(op: string, primals: readonly Tensor[], tangents: readonly Tensor[]): Tensor[] {
  return primals.map((primal, i) => {
    if (!isFloating(primal.dtype)) {
      throw new DTypeError(`${op}: expected floating-point primals, got ${primal.dtype}; convert with float()`);
    }
    if (!sameShape(primal.shape, tangents[i].shape)) {
      throw new ShapeError(
        `${op}: expected a tangent of shape ${formatShape(primal.shape)}, got ${formatShape(tangents[i].shape)}`,
      );
    }
    return cast(tangents[i], primal.dtype);
  });
}
