/**
 * Every op of the table against the plain TypeScript reference: float32 and float64, contiguous and strided inputs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { opTable } from "../../ops/table.ts";
import { callsOf, describe, distance, fromValues, inputValues, run, strided } from "./support.ts";

/** Agreement |a - b| <= tolerance (1 + |b|) that is asked of a kernel. */
const TOLERANCE = { float32: 2e-5, float64: 1e-11, int32: 0, uint8: 0, bool: 0 } as const;

/** Ops whose meaning depends on the strides of their input, so that only contiguous inputs can be compared. */
const CONTIGUOUS_ONLY: ReadonlySet<string> = new Set(["view", "asStrided"]);

for (const op of opTable()) {
  Deno.test(`${op.name}: values agree with the reference`, () => {
    for (const [i, call] of callsOf(op, ["float32", "float64"]).entries()) {
      const inputs = inputValues(call, i + 1);
      const on = (device: "cpu" | "reference") => inputs.map((x) => fromValues(x.values, x.shape, x.dtype, device));
      const expected = run(op, on("reference"), call.sample.params);
      for (const layout of ["contiguous", "strided"] as const) {
        if (layout === "strided" && CONTIGUOUS_ONLY.has(op.name)) continue;
        const tensors = layout === "strided" ? on("cpu").map(strided) : on("cpu");
        const actual = run(op, tensors, call.sample.params);
        const where = `${describe(call)} ${layout}`;
        assertEquals(actual.length, expected.length, where);
        actual.forEach((out, k) => {
          assertEquals(out.shape, expected[k].shape, where);
          assertEquals(out.dtype, expected[k].dtype, where);
          const error = distance(out.dataSync(), expected[k].dataSync());
          if (!(error <= TOLERANCE[out.dtype])) {
            throw new Error(`${where}: output ${k} differs by ${error}\n${out}\nexpected\n${expected[k]}`);
          }
        });
      }
    }
  });
}
