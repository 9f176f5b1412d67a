/**
 * Derivatives of all orders along a curve.
 *
 * @module
 */
import { JetLevel } from "../autograd/jet.ts";
import { mul } from "../ops/binary.ts";
import { zerosLike } from "../ops/creation.ts";
import { stack } from "../ops/join.ts";
import { scoped } from "../ops/scoped.ts";
import { select } from "../ops/slicing.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { type Tensor, unbox } from "../tensor/tensor.ts";
import { tidy } from "../tensor/tidy.ts";
import { leavesOf, mapTree, unflatten } from "../tensor/tree.ts";
import { checkTangents } from "./jvp.ts";
import { freeingWithin, outputTensors } from "./levels.ts";

/**
 * Taylor mode: the derivatives of f(x(t)) at t = 0, of orders 1 to K, in one pass over f.
 *
 * The curve x(t) is given by its value x(0) = `primals` and its derivatives x'(0), x''(0), ... = `series`, and the result is
 * `[f(x(0)), [d/dt f(x(t)), d2/dt2 f(x(t)), ...]]`. With the series [v, 0, 0, ...] the results are the derivatives of f in the
 * direction v. Nesting {@linkcode jvp} gives the same numbers at a cost that doubles with every order.
 *
 * ```ts
 * import { type Tensor, tensor } from "@dualtape/dualtape";
 * import * as func from "@dualtape/dualtape/func";
 * import { assertEquals } from "@std/assert";
 *
 * const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
 * const [value, series] = func.jet(cube, [tensor(2)], [[tensor(1), tensor(0), tensor(0)]]);
 * assertEquals(value.item(), 8);
 * assertEquals(series.map((derivative) => derivative.item()), [12, 12, 6]);
 * ```
 *
 * @param primals Arguments of `f`: trees of tensors.
 * @param series For each argument K trees of its structure and shapes: its derivatives by t, the first order first.
 * @throws ArgumentError for series of different lengths or none.
 */
export function jet<R>(
  f: (...primals: never[]) => R,
  primals: readonly unknown[],
  series: readonly (readonly unknown[])[],
): [R, R[]] {
  const order = series.length === 0 ? 0 : series[0].length;
  if (series.length !== primals.length || order === 0 || series.some((list) => list.length !== order)) {
    throw new ArgumentError(
      `jet: expected one list of derivatives per argument (${primals.length}), all of one length of at least 1, got lists of ` +
        `${series.map((list) => list.length).join(", ") || "none"}`,
    );
  }
  const inputs = leavesOf(primals);
  const factorials = [1];
  for (let k = 1; k <= order; k++) factorials.push(k * factorials[k - 1]);
  const level = new JetLevel("jet", order);
  return freeingWithin(level, () => {
    // The coefficients of each leaf, stacked.
    const stacks = tidy(() => {
      // By order first: the k-th list holds the k-th coefficients of all leaves.
      const coefficients = Array.from({ length: order }, (_, k) => {
        const flat = leavesOf(series.map((list) => list[k]));
        if (flat.length !== inputs.length) {
          throw new ArgumentError(`jet: expected ${inputs.length} derivatives of order ${k + 1}, got ${flat.length}`);
        }
        return checkTangents("jet", inputs, flat).map((x) => mul(x, 1 / factorials[k + 1]));
      });
      return inputs.map((_, i) => stack(coefficients.map((list) => list[i])));
    });
    const boxed = unflatten(primals, inputs.map((x, i) => level.jet(x, stacks[i])));
    // Transforms do not constrain the parameter types of the functions they take.
    const output = (f as (...args: readonly unknown[]) => R)(...boxed);
    outputTensors("jet", output);
    const value = (x: Tensor): Tensor => x.level === level ? unbox(x) : x;
    const derivative = (k: number) => (x: Tensor): Tensor => {
      const stacked = level.coefficientsOf(x);
      return stacked === null ? zerosLike(value(x)) : scoped(() => mul(select(stacked, 0, k - 1), factorials[k]));
    };
    return [mapTree(output, value), Array.from({ length: order }, (_, k) => mapTree(output, derivative(k + 1)))];
  });
}
