/**
 * Jacobians by forward mode.
 *
 * @module
 */
import { movedim } from "../ops/shape.ts";
import { select } from "../ops/slicing.ts";
import { checkFunction, checkOptions } from "../tensor/arguments.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { splitRows, standardBasis } from "./basis.ts";
import { push } from "./jvp.ts";
import { disposeOwned, normalizeArgnums, replaceArguments } from "./levels.ts";
import type { JacfwdOptions } from "./types.ts";
import { vmap } from "./vmap.ts";

/**
 * A function that gives the Jacobian of `f`, one column per input element, by vmap of the jvp. The result is that of
 * jacrev.
 *
 * ```ts
 * import { func, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const jacobian = func.jacfwd((x: Tensor) => x.square())(tensor([1.5, 2]));
 * assertEquals(jacobian.toArray(), [[3, 0], [0, 4]]);
 * ```
 */
export function jacfwd(
  f: (...args: never[]) => unknown,
  options: JacfwdOptions = {},
  // The nested structure of outputs and inputs is beyond the type system.
  // deno-lint-ignore no-explicit-any
): (...args: unknown[]) => any {
  checkFunction("jacfwd", f);
  checkOptions("jacfwd", options, "argnums");
  const { argnums = 0, hasAux = false, randomness, chunkSize } = options;
  return (...args) => {
    const numbers = normalizeArgnums("jacfwd", argnums, args.length);
    const primals = numbers.map((n) => args[n]);
    const inputs = leavesOf(primals);
    const partial = replaceArguments(f, args, numbers);
    // Of the tree of tangents, which is that of the outputs, only the structure lives longer than its level.
    let structure: unknown;
    const column = (...tangents: Tensor[]): [Tensor[], unknown] => {
      const [, tangentOut, aux = null] = push(
        partial,
        primals,
        unflatten(primals, tangents) as unknown[],
        { hasAux },
        false,
      );
      structure = tangentOut;
      return [leavesOf(tangentOut), aux];
    };
    const basis = standardBasis(inputs);
    const [images, repeated]: [Tensor[], unknown] = vmap(column, { randomness, chunkSize })(...basis);
    // Every column computed the same auxiliary output.
    const aux = mapTree(repeated, (x) => select(x, 0, 0));
    const intermediates = [...basis, ...images, ...leavesOf(repeated)];
    const blocks = images.map((image) => {
      const columns = splitRows(image, inputs).map((column, i) => {
        // [...input, ...output] with the input's axes moved behind the output's.
        const rank = inputs[i].ndim;
        const axes = Array.from({ length: rank }, (_, d) => d);
        intermediates.push(column);
        return movedim(column, axes, axes.map((d) => column.ndim - rank + d));
      });
      const inner = unflatten(primals, columns) as unknown[];
      return typeof argnums === "number" ? inner[0] : inner;
    });
    const jacobian = unflatten(structure, blocks);
    disposeOwned(intermediates, jacobian);
    return hasAux ? [jacobian, aux] : jacobian;
  };
}
