/**
 * Products of the generalised Gauss-Newton matrix and a vector.
 *
 * @module
 */
import { leavesOf } from "../tensor/tree.ts";
import { hvp } from "./hvp.ts";
import { jvp } from "./jvp.ts";
import { disposeOwned } from "./levels.ts";
import { pullTree, trace } from "./vjp.ts";

/**
 * The generalised Gauss-Newton matrix of `loss(model(...primals))` times `tangents`: J^T H (J v) with the Jacobian J of the
 * model and the Hessian H of the loss at the output of the model (Schraudolph 2002). An array with one tree per primal.
 *
 * The matrix is positive semi-definite where the loss is convex, unlike the Hessian. Neither J nor H is made, and the model
 * runs once, so that random functions in it draw once.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const model = (x: Tensor): Tensor => x.square();
 * const loss = (y: Tensor): Tensor => y.square().sum().div(2);
 * const [product] = func.gnvp(model, loss, [tensor([1, 2])], [tensor([1, 1])]);
 * assertEquals(product.toArray(), [4, 16]);
 * ```
 *
 * @param model A function of trees of tensors that returns a tree of tensors.
 * @param loss A function of that tree that returns a tensor of one element.
 * @param primals Arguments of `model`.
 * @param tangents Trees of the same structure and shapes.
 */
export function gnvp<P extends readonly unknown[]>(
  model: (...primals: never[]) => unknown,
  loss: (output: never) => unknown,
  primals: readonly [...P],
  tangents: readonly unknown[],
): [...P] {
  // The tape is outside: the tangent of the output passes it as an auxiliary output that nothing is pulled from.
  const pushForward = (...inner: unknown[]): [unknown, unknown] => {
    const [output, tangent] = jvp(model, inner, tangents);
    return [output, tangent];
  };
  const traced = trace("gnvp", pushForward, primals, true);
  const curved = hvp(loss, [traced.output], [traced.aux]);
  const product = pullTree("gnvp", traced, primals, curved, false);
  // A tangent that went through unchanged may be the user's own.
  disposeOwned(leavesOf(curved), [product, traced.aux]);
  return traced.close(product);
}
