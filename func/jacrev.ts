/**
 * Jacobians by reverse mode.
 *
 * @module
 */
import { checkFunction, checkOptions } from "../tensor/arguments.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf, unflatten } from "../tensor/tree.ts";
import { splitRows, standardBasis } from "./basis.ts";
import { disposeOwned, normalizeArgnums, replaceArguments } from "./levels.ts";
import type { JacrevOptions } from "./types.ts";
import { trace } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/**
 * A function that gives the Jacobian of `f`, one row per output element, by vmap of the vjp.
 *
 * The result has the structure of the output, each tensor replaced by the structure of the differentiated arguments;
 * every block has the shape of the output followed by that of the input.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const jacobian = func.jacrev((x: Tensor) => x.square())(tensor([1.5, 2]));
 * assertEquals(jacobian.toArray(), [[3, 0], [0, 4]]);
 * ```
 */
export function jacrev(
  f: (...args: never[]) => unknown,
  options: JacrevOptions = {},
  // The nested structure of outputs and inputs is beyond the type system.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => any {
  checkFunction("jacrev", f);
  checkOptions("jacrev", options, "argnums");
  const { argnums = 0, hasAux = false, chunkSize } = options;
  return (...args) => {
    const numbers = normalizeArgnums("jacrev", argnums, args.length);
    const primals = numbers.map((n) => args[n]);
    const traced = trace("jacrev", replaceArguments(f, args, numbers), primals, hasAux);
    const outputs = leavesOf(traced.output);
    // Chunks go through the graph one after the other.
    const pull = (...cotangents: Tensor[]): Tensor[] => traced.pull(cotangents, chunkSize !== undefined);
    const basis = standardBasis(outputs);
    const images: Tensor[] = vmap(pull, { chunkSize })(...basis);
    const rows = images.map((image) => splitRows(image, outputs));
    const blocks = outputs.map((_, o) => {
      const inner = unflatten(primals, rows.map((row) => row[o])) as unknown[];
      return typeof argnums === "number" ? inner[0] : inner;
    });
    const jacobian = unflatten(traced.output, blocks);
    disposeOwned([...basis, ...images], jacobian);
    return traced.close(hasAux ? [jacobian, traced.aux] : jacobian);
  };
}
