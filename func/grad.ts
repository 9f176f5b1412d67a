/**
 * Gradients of scalar functions.
 *
 * @module
 */
import { rootCotangent } from "../autograd/backward.ts";
import { checkFunction, checkOptions } from "../tensor/arguments.ts";
import { GradError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { leavesOf, unflatten } from "../tensor/tree.ts";
import { normalizeArgnums, replaceArguments } from "./levels.ts";
import type { GradOptions } from "./types.ts";
import { trace } from "./vjp.ts";

/** One call of {@linkcode gradAndValue}; what is not part of `pick` of it is given back. */
function evaluate<R>(
  f: (...args: never[]) => unknown,
  options: GradOptions,
  args: readonly unknown[],
  pick: (gradient: unknown, value: unknown, aux: unknown) => R,
): R {
  checkFunction("grad", f);
  checkOptions("grad", options, "argnums");
  const { argnums = 0, hasAux = false } = options;
  const numbers = normalizeArgnums("grad", argnums, args.length);
  const primals = numbers.map((n) => args[n]);
  const traced = trace("grad", replaceArguments(f, args, numbers), primals, hasAux);
  const outputs = leavesOf(traced.output);
  if (outputs.length !== 1 || outputs[0].numel !== 1) {
    throw new GradError(
      `grad: expected a function that returns one tensor of one element, got ${
        outputs.length === 1 ? `shape ${formatShape(outputs[0].shape)}` : `${outputs.length} tensors`
      }; reduce it with sum(), or use jacrev`,
    );
  }
  const gradients = unflatten(primals, traced.pull([rootCotangent("grad", outputs[0], null)], false)) as unknown[];
  return traced.close(pick(typeof argnums === "number" ? gradients[0] : gradients, traced.output, traced.aux));
}

/**
 * A function that gives `[gradient, value]` of `f`, or `[gradient, [value, aux]]` with `hasAux`.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [gradient, value] = func.gradAndValue((x: Tensor) => x.square().sum())(tensor([1.5, 2]));
 * assertEquals(gradient.toArray(), [3, 4]);
 * assertEquals(value.item(), 6.25);
 * ```
 *
 * @param f A function of trees of tensors that returns a tensor of one element.
 */
export function gradAndValue<R>(
  f: (...args: never[]) => R,
  options: GradOptions = {},
  // As for grad.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => [gradient: any, value: R] {
  // The value, with aux, is what `f` returns.
  return (...args) =>
    evaluate(f, options, args, (gradient, value, aux) => [gradient, (options.hasAux ? [value, aux] : value) as R]);
}

/**
 * A function that gives the gradient of `f`, or `[gradient, aux]` with `hasAux`.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const cube = (x: Tensor): Tensor => x.pow(3);
 * assertEquals(func.grad(cube)(tensor(2.5)).item(), 18.75);
 * assertEquals(func.grad(func.grad(cube))(tensor(2.5)).item(), 15);
 * ```
 *
 * @param f A function of trees of tensors that returns a tensor of one element.
 * @throws GradError unless `f` returns one tensor of one element.
 */
export function grad(
  f: (...args: never[]) => unknown,
  options: GradOptions = {},
  // The gradient has the structure of the differentiated argument, which the type system cannot follow through argnums.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => any {
  return (...args) => evaluate(f, options, args, (gradient, _, aux) => options.hasAux ? [gradient, aux] : gradient);
}
