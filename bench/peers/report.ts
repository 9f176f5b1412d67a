/**
 * The comparison as markdown tables.
 *
 * @module
 */
import { type Bar, bars, holds, type Measurements } from "./bars.ts";

/** What ran where. */
interface Setting {
  readonly machine: string;
  readonly versions: readonly string[];
  /** Load average before the run. */
  readonly load: number;
}

/** Peers in the order of the columns, with their headings. */
const COLUMNS: readonly (readonly [name: string, heading: string])[] = [
  ["ours", "ours, 1 thread"],
  ["ours-all", "ours, all cores"],
  ["torch", "PyTorch, 1 thread"],
  ["torch-all", "PyTorch, BLAS on all cores"],
  ["jax", "jax-js"],
  ["tfjs", "tfjs wasm"],
];

/** How this engine is used in a workload; the others have one way only. */
const MEMORY_SUFFIX = / in (?:a plain loop|tidy)$/;

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Times in microseconds and, for the other libraries, how many times ours they take. */
export function timesTable(measurements: Measurements, workloads: readonly string[]): string {
  const present = COLUMNS.filter(([peer]) => workloads.some((name) => measurements.time(peer, name) !== null));
  const lines = workloads.map((workload) => {
    const ours = measurements.time("ours", workload);
    return row([
      workload,
      ...present.map(([peer]) => {
        const compared = ours !== null && !peer.startsWith("ours");
        const time = measurements.time(peer, compared ? workload.replace(MEMORY_SUFFIX, "") : workload);
        if (time === null) return "";
        return compared ? `${number(time)} (${number(time / ours)}x)` : number(time);
      }),
    ]);
  });
  return [
    row(["us", ...present.map(([, heading]) => heading)]),
    `|---|${"--:|".repeat(present.length)}`,
    ...lines,
  ].join("\n");
}

function verdict(bar: Bar, value: number | null): string {
  if (value === null) return "not measured";
  return holds(bar, value) ? "pass" : "**fail**";
}

/** Every promise with what was measured; those that were not measured only where `all` asks for them. */
export function barsTable(measurements: Measurements, all: boolean): string {
  const lines = bars(measurements.threads).flatMap((bar) => {
    const value = bar.measure(measurements);
    if (value === null && !all) return [];
    return row([
      bar.what,
      value === null ? "" : number(value),
      `${bar.kind} ${bar.limit} ${bar.unit}`,
      verdict(bar, value),
    ]);
  });
  return [row(["what", "measured", "bar", "verdict"]), "|---|--:|---|---|", ...lines].join("\n");
}

/** Where results differ from PyTorch's; null if it was not measured. */
function agreementOf(differences: readonly string[] | null): string {
  if (differences === null) return "PyTorch was not measured, so no results were compared.";
  if (differences.length === 0) return "All results agree with PyTorch's within 0.1 %.";
  return `Results that differ from PyTorch's by more than 0.1 %:\n\n${differences.map((d) => `- ${d}`).join("\n")}`;
}

/** The whole of `bench/RESULTS.md`. */
export function document(
  setting: Setting,
  tables: { times: string; bars: string; differences: readonly string[] | null },
): string {
  const versions = setting.versions.map((version) => `- ${version}`).join("\n");
  return `# Benchmark results

Written by \`deno task bench:peers\`; [peers/README.md](peers/README.md) says how it measures.

- ${setting.machine}; load average ${setting.load.toFixed(2)} before the run
${versions}

## Bars

${tables.bars}

## Times

Microseconds of the fastest batch; in brackets how many times ours on one thread that is. The wasm backend of tfjs has no
filter gradient of convolutions, so it cannot train LeNet.

${tables.times}

${agreementOf(tables.differences)}
`;
}
