/**
 * Hessians.
 *
 * @module
 */
import { checkOptions } from "../tensor/arguments.ts";
import { jacfwd } from "./jacfwd.ts";
import { jacrev } from "./jacrev.ts";
import type { HessianOptions } from "./types.ts";

/**
 * A function that gives the Hessian of `f` by forward over reverse mode; `H[i][j]` is d/darg_j of d/darg_i.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const second = func.hessian((x: Tensor) => x.prod())(tensor([2.5, 3]));
 * assertEquals(second.toArray(), [[0, 1], [1, 0]]);
 * ```
 */
export function hessian(
  f: (...args: never[]) => unknown,
  options: HessianOptions = {},
  // The nested structure of outputs and inputs is beyond the type system.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => any {
  checkOptions("hessian", options, "argnums");
  const { chunkSize, ...shared } = options;
  return jacfwd(jacrev(f, shared), { ...shared, chunkSize });
}
