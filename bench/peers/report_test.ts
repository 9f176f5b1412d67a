import { assertStringIncludes } from "@std/assert";
import { document } from "./report.ts";

Deno.test("the report says whether results agree with PyTorch's, and only where it was measured", () => {
  const setting = { machine: "a machine", versions: [], load: 0 };
  const report = (differences: string[] | null): string => document(setting, { times: "", bars: "", differences });
  assertStringIncludes(report([]), "All results agree");
  assertStringIncludes(report(["jax, sum: 1 instead of 2"]), "differ from PyTorch's by more than 0.1 %:\n\n- jax, sum");
  assertStringIncludes(report(null), "PyTorch was not measured");
});
