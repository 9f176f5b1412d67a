/**
 * Linearisation: the derivative at one point as a function of its own.
 *
 * @module
 */
import { zerosLike } from "../ops/creation.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { endings } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf, unflatten } from "../tensor/tree.ts";
import { checkTangents } from "./jvp.ts";
import { disposeOwned } from "./levels.ts";
import { trace } from "./vjp.ts";

/**
 * The output of `f` at `primals` and its derivative there as a linear function: `[out, jvpFn]`, where
 * `jvpFn(...tangents)` takes one tangent tree per primal and gives a tree like the output. `f` runs once, here; each call
 * of `jvpFn` costs no more than a backward pass through a backward pass.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [output, push] = func.linearize((x: Tensor) => x.mul(x), tensor([1.5, 2]));
 * assertEquals(output.toArray(), [2.25, 4]);
 * assertEquals(push(tensor([1, 0])).toArray(), [3, 0]);
 * assertEquals(push(tensor([0, 1])).toArray(), [0, 4]);
 * ```
 */
export function linearize<R>(
  f: (...primals: never[]) => R,
  ...primals: unknown[]
): [R, (...tangents: unknown[]) => R] {
  const forward = trace("linearize", f, primals, false);
  const inputs = leavesOf(primals);
  // The pullback is linear in its cotangents, so its own pullback, at any of them, is the derivative of `f`.
  const zeros = leavesOf(forward.output).map((output) => zerosLike(output));
  const pull = (...cotangents: Tensor[]): Tensor[] => forward.pull(cotangents, true);
  const transposed = trace("linearize", pull, zeros, false);
  forward.close([forward.output, transposed.output]);
  disposeOwned([...zeros, ...leavesOf(transposed.output)], forward.output);
  // The output of the traced call is that of `f` without boxes.
  const output = forward.output as R;
  const push = (...tangents: unknown[]): R => {
    const given = leavesOf(tangents);
    if (given.length !== inputs.length) {
      throw new ArgumentError(`linearize: expected ${inputs.length} tangents, one per primal, got ${given.length}`);
    }
    return unflatten(output, transposed.pull(checkTangents("linearize", inputs, given), true));
  };
  endings.at(-1)?.push(() => transposed.close(transposed.output));
  return [output, push];
}
