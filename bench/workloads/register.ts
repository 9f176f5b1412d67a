/**
 * Registers workloads with `deno bench`.
 *
 * @module
 */
import type { Workload, Workloads } from "../peers/measure.ts";

/** Registers those of `workloads` whose name matches `pattern` in one group; each is set up by its first run. */
export function register(group: string, workloads: Workloads, pattern: RegExp = /./): void {
  for (const [name, setUp] of Object.entries(workloads)) {
    if (!pattern.test(name)) continue;
    let workload: Workload | null = null;
    Deno.bench(name, { group }, () => {
      workload ??= setUp();
      workload.run();
    });
  }
}
