/**
 * Runs conformance cases and prints what passed.
 *
 *     deno task conformance [folder] [--json] [--failures] [--record] [--device name] [--only regex]
 *
 * Without a folder the project's own copy runs. "absent" counts cases whose op or transform does not exist here.
 * `--record` rewrites `expected_failures.json` from the run.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { webgpu } from "../../runtime/webgpu/mod.ts";
import type { Device } from "./api.ts";
import { record } from "./expectations.ts";
import { formatReport, runFiles } from "./report.ts";
import { readFiles } from "./source.ts";

async function openDevice(name: string): Promise<Device> {
  if (name === "webgpu") await webgpu();
  else if (name !== "cpu") throw new TypeError(`conformance: expected --device cpu or webgpu, got ${name}`);
  return { name, doubles: name === "cpu" };
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      failures: { type: "boolean", default: false },
      device: { type: "string", default: "cpu" },
      record: { type: "boolean", default: false },
      only: { type: "string" },
    },
  });
  const files = await readFiles(positionals[0] ?? null);
  const only = values.only === undefined ? null : new RegExp(values.only);
  const report = await runFiles(files, await openDevice(values.device), only);
  if (values.record) {
    if (positionals.length > 0 || only !== null) {
      throw new TypeError("conformance: --record takes the whole packed copy");
    }
    await record(report);
  }
  console.log(values.json ? JSON.stringify(report) : formatReport(report, values.failures));
}
