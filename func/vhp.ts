/**
 * Products of a vector and the Hessian of a scalar function, reverse over reverse.
 *
 * @module
 */
import { grad } from "./grad.ts";
import { pullTree, trace } from "./vjp.ts";

/**
 * `cotangents` times the Hessian of a scalar function at `primals`: an array with one tree per primal.
 *
 * The numbers are those of {@linkcode hvp}, as Hessians are symmetric. This one runs reverse mode twice and keeps the
 * residuals of both passes: prefer `hvp` unless an op in `f` has no forward rule.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const cubes = (x: Tensor): Tensor => x.pow(3).sum();
 * const [product] = func.vhp(cubes, [tensor([1, 2])], [tensor([1, 0.5])]);
 * assertEquals(product.toArray(), [6, 6]);
 * ```
 *
 * @param f A function of trees of tensors that returns a tensor of one element.
 * @param primals Arguments of `f`.
 * @param cotangents Trees of the same structure and shapes.
 * @throws GradError if `f` returns anything else than one tensor of one element.
 */
export function vhp<P extends readonly unknown[]>(
  f: (...primals: never[]) => unknown,
  primals: readonly [...P],
  cotangents: readonly unknown[],
): [...P] {
  const traced = trace("vhp", grad(f, { argnums: primals.map((_, i) => i) }), primals, false);
  return traced.close(pullTree("vhp", traced, primals, cotangents, false));
}
