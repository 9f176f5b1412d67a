/**
 * Every op of the table on the GPU against the plain TypeScript reference, with contiguous and strided inputs. What the
 * device does not do is an error that names the op.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { opTable } from "../../ops/table.ts";
import { BackendError } from "../../runtime/errors.ts";
import { DTypeError } from "../../tensor/errors.ts";
import { type Call, callsOf, describe, fromValues, inputValues, run, strided } from "../ops/support.ts";
import { CONTIGUOUS_ONLY, HOST_ONLY, toleranceOf } from "./expectations.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** Runs a call on the GPU in one layout and compares all its outputs with the reference. */
async function compare(call: Call, seed: number, layout: "contiguous" | "strided"): Promise<void> {
  const inputs = inputValues(call, seed);
  const on = (device: "webgpu" | "reference") => inputs.map((x) => fromValues(x.values, x.shape, x.dtype, device));
  const expected = run(call.op, on("reference"), call.sample.params);
  const tensors = layout === "strided" ? on("webgpu").map(strided) : on("webgpu");
  const actual = run(call.op, tensors, call.sample.params);
  assertEquals(actual.length, expected.length, describe(call));
  for (const [k, out] of actual.entries()) {
    await assertAgrees(
      out,
      expected[k],
      toleranceOf(call.op.name, out.dtype),
      `${describe(call)} ${layout} output ${k}`,
    );
  }
}

for (const op of opTable()) {
  gpuTest(`${op.name} on webgpu: values agree with the reference`, async () => {
    for (const [i, call] of callsOf(op, ["float32"]).entries()) {
      const dtypes = call.sample.inputs.map(({ dtype }) => dtype ?? call.dtype);
      if (dtypes.includes("float64") || call.sample.params === "float64") {
        await assertRejects(() => compare(call, i + 1, "contiguous"), DTypeError, "webgpu");
      } else if (HOST_ONLY.has(op.name)) {
        await assertRejects(() => compare(call, i + 1, "contiguous"), BackendError, HOST_ONLY.get(op.name)!);
      } else {
        await compare(call, i + 1, "contiguous");
        if (!CONTIGUOUS_ONLY.has(op.name)) await compare(call, i + 1, "strided");
      }
    }
  });
}
