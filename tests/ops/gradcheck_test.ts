/**
 * `gradcheck` and `gradgradcheck` with all their checks on every differentiable op of the table, in float64: full
 * Jacobians of both modes against central differences, batches of cotangents and tangents against loops.
 *
 * @module
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import "../../mod.ts";
import { opTable } from "../../ops/table.ts";
import { hasDerivative } from "../../tensor/op.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type CheckedFunction, gradcheck, type GradcheckOptions, gradgradcheck } from "../../testing/mod.ts";
import { type AnyOp, type Call, callsOf, describe, inputTensors, isDifferentiated, PARTLY, run } from "./support.ts";

/** Ops that are exempt, each with the reason. */
const EXEMPT: Readonly<Record<string, string>> = {
  layerNormBackward: "its statistics must fit its other inputs; it is checked as the derivative of layerNorm",
  batchNormBackward: "its statistics must fit its other inputs; it is checked as the derivative of batchNorm",
  to: "its samples round to float32, which is coarser than the step of the differences",
};

const EVERYTHING: GradcheckOptions = {
  checkForwardAD: true,
  checkBatchedGrad: true,
  checkBatchedForwardGrad: true,
  checkUndefinedGrad: true,
  checkGradDtypes: true,
};

/** The call as a function of all its inputs, of which the floating-point ones are differentiated. */
function problemOf(call: Call): { f: CheckedFunction; inputs: Tensor[] } | null {
  const inputs = inputTensors(call, 51);
  const active = inputs.filter((x, i) => isDifferentiated(call.op, i, x.dtype));
  if (active.length === 0) return null;
  for (const x of active) x.requiresGrad_();
  const f = (...xs: Tensor[]): Tensor[] =>
    run(call.op, xs, call.sample.params).filter((out, i) => hasDerivative(call.op, i, out.dtype));
  return { f: f as CheckedFunction, inputs };
}

/** The calls of an op that can be differentiated. */
function differentiable(op: AnyOp): Call[] {
  return op.rules === "none" ? [] : callsOf(op, ["float64"]).filter((call) => problemOf(call) !== null);
}

const checked: string[] = [];

for (const op of opTable()) {
  const calls = differentiable(op);
  if (calls.length === 0 || op.name in EXEMPT) continue;
  checked.push(op.name);
  Deno.test(`${op.name}: gradcheck and gradgradcheck`, () => {
    for (const call of calls) {
      const { f, inputs } = problemOf(call)!;
      try {
        assert(gradcheck(f, inputs, EVERYTHING));
        assert(gradgradcheck(f, inputs, EVERYTHING));
      } catch (error) {
        throw new Error(`${describe(call)}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

Deno.test("three ops are exempt, three are checked in part, all others are checked", () => {
  const differentiable = opTable().filter((op) => op.rules !== "none").map(({ name }) => name);
  for (const name of [...Object.keys(EXEMPT), ...Object.keys(PARTLY)]) assert(differentiable.includes(name), name);
  assertEquals([Object.keys(EXEMPT).length, Object.keys(PARTLY).length], [3, 3]);
  assertEquals(checked.length, differentiable.length - 3, "an op without samples is not checked");
  // 210 when this was written: a family that disappears from the table would not be missed otherwise.
  assertGreater(differentiable.length, 200);
});
