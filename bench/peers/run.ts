/**
 * Measures this engine and the libraries that a user could take instead, side by side in one run.
 *
 * All peers stay alive and take turns, one batch each per round and workload, so that what else the machine does hits
 * all of them alike.
 *
 * @example
 * ```sh
 * deno task bench:peers --only '^matmul' --peers ours,torch --batch-ms 40
 * ```
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Measurements } from "./bars.ts";
import { Contest } from "./contest.ts";
import { measureColdStart, measureDownload, measureMemoryGrowth } from "./footprint.ts";
import { peerCommands, PEERS } from "./peer_commands.ts";
import { barsTable, document, timesTable } from "./report.ts";

const HELP = `Compares this engine with the peers that this machine has.

  --only <regex>     workloads whose name matches; RESULTS.md is then left as it is
  --peers <list>     some of ${PEERS.join(", ")} (default all that can start)
  --batch-ms <n>     milliseconds per batch (default 120)
  --rounds <n>       batches per workload and peer (default 5)
  --help             prints this text`;

interface Options {
  readonly only: RegExp | null;
  readonly peers: readonly string[];
  readonly milliseconds: number;
  readonly rounds: number;
}

/** Reads the command line; ends the process where it makes no sense. */
function parseOptions(args: string[]): Options {
  const fail = (message: string): never => {
    console.error(`error: ${message}\n\n${HELP}`);
    Deno.exit(2);
  };
  const parsed = parseArgs(args, {
    string: ["only", "peers", "batch-ms", "rounds"],
    boolean: ["help"],
    default: { peers: PEERS.join(","), "batch-ms": "120", rounds: "5" },
    unknown: (name: string): never => fail(`unknown option "${name}"`),
  });
  if (parsed.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const positive = (name: string, text: string): number =>
    Number(text) > 0 ? Number(text) : fail(`--${name}: expected a positive number, got "${text}"`);
  const peers: string[] = parsed.peers.split(",");
  const stranger = peers.find((name) => !PEERS.includes(name));
  if (stranger !== undefined) fail(`--peers: expected some of ${PEERS.join(", ")}, got "${stranger}"`);
  return {
    only: parsed.only === undefined ? null : new RegExp(parsed.only),
    peers,
    milliseconds: positive("batch-ms", parsed["batch-ms"]),
    rounds: Math.ceil(positive("rounds", parsed.rounds)),
  };
}

/** A line about the processor, the memory and the system. */
async function describeMachine(): Promise<string> {
  const cpu = Deno.build.os === "linux"
    ? /model name\s*: (.*)/.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch
    : Deno.build.arch;
  const memory = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${navigator.hardwareConcurrency} cores of ${cpu}, ${memory} GiB, ${Deno.build.os} ${Deno.osRelease()}`;
}

const options = parseOptions(Deno.args);
const load = Deno.loadavg()[0];
const contest = await Contest.start(await peerCommands(options.peers));
// What this engine lacks has nothing to be compared with. The peak is measured in any case: bars are stated in it.
const peaks = contest.workloads("native").filter((name) => name.startsWith("peak"));
const chosen = contest.workloads("ours").filter((name) => !peaks.includes(name) && (options.only?.test(name) ?? true));
for (const [index, workload] of [...peaks, ...chosen].entries()) {
  console.error(`${index + 1}/${peaks.length + chosen.length} ${workload}`);
  await contest.measure(workload, options.rounds, options.milliseconds);
}
await contest.stop();

const whole = options.only === null && options.peers.includes("ours");
const measurements: Measurements = {
  threads: navigator.hardwareConcurrency,
  time: (peer, workload) => contest.time(peer, workload),
  coldStart: whole ? await measureColdStart() : null,
  memoryGrowth: whole ? await measureMemoryGrowth() : {},
  download: whole ? await measureDownload() : null,
};
const setting = {
  machine: await describeMachine(),
  versions: [`Deno ${Deno.version.deno} (V8 ${Deno.version.v8})`, ...contest.versions],
  load,
};
const text = document(setting, {
  times: timesTable(measurements, chosen),
  bars: barsTable(measurements, whole),
  differences: contest.differences(),
});
console.log(text);
if (whole) {
  const path = `${import.meta.dirname}/../RESULTS.md`;
  await Deno.writeTextFile(path, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}
