/**
 * Runs conformance files and counts what became of their cases.
 *
 * @module
 */
import type { Device } from "./api.ts";
import { runErrorCase } from "./error_case.ts";
import type { ConformanceFile } from "./format.ts";
import { runModuleCase } from "./module_case.ts";
import { runOpCase } from "./op_case.ts";
import { runOptimizerCase, runSchedulerCase } from "./optimizer_case.ts";
import type { Failure, Outcome } from "./outcome.ts";
import { runTransformCase } from "./transform_case.ts";

/** How many cases ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly notImplemented: number;
}

/** The result of one file. */
export interface FileReport extends Counts {
  readonly file: string;
  readonly kind: ConformanceFile["kind"];
  readonly group: string;
  readonly op: string;
  readonly failures: readonly Failure[];
}

/** The result of a run. */
export interface Report {
  readonly files: readonly FileReport[];
  readonly total: Counts & { readonly cases: number };
}

/** The cases of a file as functions that run them. */
function runners(file: ConformanceFile, device: Device): { id: string; run: () => Promise<Outcome> }[] {
  switch (file.kind) {
    case "op":
      return file.cases.map((c) => ({ id: c.id, run: () => runOpCase(c, file.group, device) }));
    case "error":
      return file.cases.map((c) => ({ id: c.id, run: () => runErrorCase(c, device) }));
    case "transform":
      return file.cases.map((c) => ({ id: c.id, run: () => runTransformCase(c, device) }));
    case "optimizer":
      return file.cases.map((c) => ({ id: c.id, run: () => runOptimizerCase(c, device) }));
    case "scheduler":
      return file.cases.map((c) => ({ id: c.id, run: () => runSchedulerCase(c, device) }));
    case "module":
      return file.cases.map((c) => ({ id: c.id, run: () => runModuleCase(c, device) }));
  }
}

/** Sums counts. */
export function sum(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((total, { passed }) => total + passed, 0),
    failed: counts.reduce((total, { failed }) => total + failed, 0),
    notImplemented: counts.reduce((total, { notImplemented }) => total + notImplemented, 0),
  };
}

/** Runs cases one by one or, where most of the time is spent waiting for a device, side by side. */
async function runAll(runs: readonly (() => Promise<Outcome>)[], oneByOne: boolean): Promise<Outcome[]> {
  if (!oneByOne) return await Promise.all(runs.map((run) => run()));
  const outcomes: Outcome[] = [];
  for (const run of runs) outcomes.push(await run());
  return outcomes;
}

/** Runs all cases whose id, or whose file's path, matches `only`. */
export async function runFiles(
  files: ReadonlyMap<string, ConformanceFile>,
  device: Device,
  only: RegExp | null = null,
): Promise<Report> {
  const reports: FileReport[] = [];
  for (const [path, file] of files) {
    const whole = only === null || only.test(path);
    const selected = runners(file, device).filter(({ id }) => whole || only?.test(id));
    if (selected.length === 0) continue;
    const outcomes = await runAll(selected.map(({ run }) => run), device.name === "cpu" || file.kind === "error");
    const count = (status: Outcome["status"]): number => outcomes.filter((outcome) => outcome.status === status).length;
    reports.push({
      file: path,
      kind: file.kind,
      group: file.group,
      op: file.op ?? file.name ?? path.replace(/^.*\/|\.json$/g, ""),
      passed: count("passed"),
      failed: count("failed"),
      notImplemented: count("notImplemented"),
      failures: outcomes.flatMap(({ failures }) => failures),
    });
  }
  const total = sum(reports);
  return { files: reports, total: { ...total, cases: total.passed + total.failed + total.notImplemented } };
}

function line(name: string, { passed, failed, notImplemented }: Counts): string {
  const cells = [passed, failed, notImplemented].map((count) => String(count).padStart(7));
  return `${name.padEnd(44)}${cells.join("")}`;
}

/** The report as a table: per group and op, passed, failed, not implemented. */
export function formatReport(report: Report, withFailures: boolean): string {
  const groups = Map.groupBy(report.files, ({ group }) => group);
  const lines = [`${"".padEnd(44)}${["passed", "failed", "absent"].map((title) => title.padStart(7)).join("")}`];
  for (const [group, files] of groups) {
    lines.push(line(group, sum(files)));
    for (const file of files) {
      lines.push(line(`  ${file.op}`, file));
      if (!withFailures) continue;
      for (const { id, part, reason } of file.failures) lines.push(`      ${id} ${part}: ${reason}`);
    }
  }
  const { passed, cases } = report.total;
  lines.push(line("total", report.total));
  lines.push(`coverage: ${passed} of ${cases} cases (${((100 * passed) / Math.max(cases, 1)).toFixed(1)} %)`);
  return lines.join("\n");
}
