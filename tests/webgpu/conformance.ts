/**
 * PyTorch's cases on the GPU, in float32: every fourth of them, all with `DUALTAPE_SOAK=1`. Cases that ask for float64, hold
 * numbers that float32 has not, or call what needs the CPU do not count as passed; see `deno task conformance --device webgpu`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { runFiles } from "../conformance/report.ts";
import type { ConformanceFile } from "../conformance/format.ts";
import { readFiles } from "../conformance/source.ts";
import { gpuTest } from "./support.ts";

/** What does not agree, by reason. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  "one tensor of running statistics cannot hold a value per sample of a vmap; the same on the CPU": [
    "nn.functional.batch_norm/p02",
    "nn.functional.instance_norm/p00",
    "nn.functional.instance_norm/p01",
  ],
  "int32 is the type of indices, which PyTorch refuses; the same on the CPU": [
    "errors/p047",
    "errors/p050",
    "errors/p053",
  ],
  "exp(x - y) of numbers near 10,000, whose last place is 1e-3 in float32": ["logcumsumexp/p01"],
  "the largest finite number is that of float32": ["nan_to_num/p08", "nan_to_num/p09"],
};

/** Groups that take as long as all others together. */
export const TRAINING_GROUPS: readonly string[] = ["optim", "nn", "modules", "loss"];

/** True if every case is asked for. */
const ALL = Deno.env.get("DUALTAPE_SOAK") === "1";

/** Makes a test of each group of cases that is chosen. */
export async function conformanceTests(isChosen: (group: string) => boolean): Promise<void> {
  const groups = Map.groupBy(await readFiles(null), ([, { group }]) => group);
  for (const [group, members] of groups) {
    if (isChosen(group)) groupTest(group, new Map(members));
  }
}

function groupTest(group: string, members: Map<string, ConformanceFile>): void {
  gpuTest(`conformance on webgpu: ${group}`, async () => {
    const report = await runFiles(members, { name: "webgpu", doubles: false }, ALL ? /./ : /[048]$/);
    const { passed, cases, notImplemented } = report.total;
    console.log(`conformance on webgpu ${group}: ${passed} of ${cases} pass, ${notImplemented} are not for the device`);
    const known = new Set(Object.values(KNOWN).flat());
    const failures = report.files.flatMap(({ failures }) => failures).filter(({ id }) => !known.has(id));
    assertEquals(failures, []);
    assert(passed > 0 || notImplemented === cases, "nothing ran");
  });
}
