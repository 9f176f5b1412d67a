/**
 * Cases of kind "transform": an expression of nested transforms and its value.
 *
 * @module
 */
import { type Device, makeTensor } from "./api.ts";
import { compareOutput, type Comparison, TOLERANCES } from "./compare.ts";
import { evaluate, Scope } from "./expression.ts";
import type { FileOutput, FileStructure, TransformCase } from "./format.ts";
import { Mismatch, type Outcome, Parts } from "./outcome.ts";

const DERIVATIVE = /"(?:grad|grad_and_value|jacrev|jacfwd|hessian|vhp|hvp)"|"(?:vjp|jvp)":/g;

/** Second and higher derivatives, and linear algebra, lose more digits. */
function toleranceOf(expression: string): number {
  const order = expression.match(DERIVATIVE)?.length ?? 0;
  const second = order > 1 || /"(?:hessian|vhp|hvp)"/.test(expression);
  return second || expression.includes('"linalg.') || expression.includes('"det"')
    ? TOLERANCES.secondOrder
    : TOLERANCES.products;
}

/** Compares a tree with its reference. */
async function compareTree(
  value: unknown,
  structure: FileStructure,
  outputs: readonly FileOutput[],
  options: Comparison,
): Promise<void> {
  if (structure === null) {
    if (value !== null && value !== undefined) throw new Mismatch(`expected null, got ${typeof value}`);
  } else if (typeof structure === "number") {
    await compareOutput(value, outputs[structure], options);
  } else if ("dict" in structure) {
    for (const [key, inner] of Object.entries(structure.dict)) {
      await compareTree((value as Record<string, unknown>)?.[key], inner, outputs, options);
    }
  } else {
    const entries = "tuple" in structure ? structure.tuple : structure.list;
    if (!Array.isArray(value) || value.length !== entries.length) {
      throw new Mismatch(
        `expected an array of ${entries.length}, got ${Array.isArray(value) ? value.length : typeof value}`,
      );
    }
    for (const [i, inner] of entries.entries()) await compareTree(value[i], inner, outputs, options);
  }
}

/** Evaluates the expression and compares its value. */
export async function runTransformCase(transformCase: TransformCase, device: Device): Promise<Outcome> {
  const parts = new Parts(transformCase.id);
  await parts.run("value", async () => {
    const inputs = Object.entries(transformCase.inputs).map(([name, tensor]) => [name, makeTensor(tensor, device)]);
    const value = evaluate(transformCase.expr, new Scope(device, Object.fromEntries(inputs)));
    const tolerance = toleranceOf(JSON.stringify(transformCase.expr));
    await compareTree(value, transformCase.structure, transformCase.outputs, { tolerance, device });
  });
  return parts.outcome();
}
