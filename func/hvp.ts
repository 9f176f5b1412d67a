/**
 * Products of the Hessian of a scalar function and a vector, forward over reverse.
 *
 * @module
 */
import { grad } from "./grad.ts";
import { push } from "./jvp.ts";

/**
 * The Hessian of a scalar function at `primals` times `tangents`: an array with one tree per primal.
 *
 * Forward mode runs over the gradient, so the cost is that of a few evaluations of `f` and nothing of the size of the
 * Hessian is ever made.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const cubes = (x: Tensor): Tensor => x.pow(3).sum();
 * const [product] = func.hvp(cubes, [tensor([1, 2])], [tensor([1, 0.5])]);
 * assertEquals(product.toArray(), [6, 6]);
 * ```
 *
 * @param f A function of trees of tensors that returns a tensor of one element.
 * @param primals Arguments of `f`.
 * @param tangents Trees of the same structure and shapes.
 * @throws GradError if `f` returns anything else than one tensor of one element.
 */
export function hvp<P extends readonly unknown[]>(
  f: (...primals: never[]) => unknown,
  primals: readonly [...P],
  tangents: readonly unknown[],
): [...P] {
  // The gradients have the structure of the primals, and so have their tangents.
  return push(grad(f, { argnums: primals.map((_, i) => i) }), primals, tangents, {}, false)[1] as [...P];
}
