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
import { fromFileUrl } from "@std/path";
import type { Measurements } from "./bars.ts";
import { measureColdStart, measureDownload, measureMemoryGrowth } from "./footprint.ts";
import { type PeerCommand, PeerError, PeerProcess } from "./peer_process.ts";
import { barsTable, document, timesTable } from "./report.ts";

const HELP = `Compares this engine with the peers that this machine has.

  --only <regex>     workloads whose name matches; RESULTS.md is then left as it is
  --peers <list>     some of ours, ours-all, torch, jax, tfjs, native (default all that can start)
  --batch-ms <n>     milliseconds per batch (default 120)
  --rounds <n>       batches per workload and peer (default 5)
  --help             prints this text`;

const local = (path: string): string => fromFileUrl(new URL(path, import.meta.url));

const ALL_PEERS = ["ours", "ours-all", "torch", "jax", "tfjs", "native"];

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
    default: { peers: ALL_PEERS.join(","), "batch-ms": "120", rounds: "5" },
    unknown: (name: string): never => fail(`unknown option "${name}"`),
  });
  if (parsed.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const positive = (name: string, text: string): number =>
    Number(text) > 0 ? Number(text) : fail(`--${name}: expected a positive number, got "${text}"`);
  const peers = parsed.peers.split(",");
  const stranger = peers.find((name) => !ALL_PEERS.includes(name));
  if (stranger !== undefined) fail(`--peers: expected some of ${ALL_PEERS.join(", ")}, got "${stranger}"`);
  return {
    only: parsed.only === undefined ? null : new RegExp(parsed.only),
    peers,
    milliseconds: positive("batch-ms", parsed["batch-ms"]),
    rounds: Math.ceil(positive("rounds", parsed.rounds)),
  };
}

/** Whether a command runs and succeeds. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The first Python that has PyTorch. */
async function findTorch(): Promise<string | null> {
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (await succeeds(python, "-c", "import torch")) return python;
  }
  return null;
}

/** Compiles `native.c`; null where there is no C compiler. */
async function buildNative(): Promise<string | null> {
  const program = await Deno.makeTempFile({ prefix: "native_peak_" });
  const flags = ["-O3", "-march=native", "-ffp-contract=fast", "-fno-tree-vectorize", "-fno-tree-slp-vectorize"];
  return await succeeds("gcc", ...flags, local("./native.c"), "-o", program) ? program : null;
}

/** How to start the peers `names` as far as this machine has them. */
async function commands(names: readonly string[]): Promise<PeerCommand[]> {
  const deno = (file: string, ...args: string[]): string[] => [Deno.execPath(), "run", "-A", local(file), ...args];
  const python = names.includes("torch") ? await findTorch() : null;
  const native = names.includes("native") ? await buildNative() : null;
  const known: PeerCommand[] = [
    { name: "ours", command: deno("./ours_peer.ts", "1") },
    { name: "ours-all", command: deno("./ours_peer.ts", String(navigator.hardwareConcurrency)) },
    { name: "torch", command: python === null ? [] : [python, local("./torch_peer.py")] },
    { name: "jax", command: deno("./jax_peer.ts") },
    { name: "tfjs", command: deno("./tfjs_peer.ts") },
    { name: "native", command: native === null ? [] : [native] },
  ];
  const chosen = known.filter(({ name }) => names.includes(name));
  for (const { name } of chosen.filter(({ command }) => command.length === 0)) {
    console.error(`${name}: not on this machine`);
  }
  return chosen.filter(({ command }) => command.length > 0);
}

/** A peer that takes part, with the workloads that it can still be asked for. */
interface Contestant {
  readonly process: PeerProcess;
  readonly workloads: Set<string>;
}

/** What one peer achieved at one workload. */
interface Result {
  fastest: number;
  readonly check: number | null;
}

const key = (peer: string, workload: string): string => `${peer} | ${workload}`;

/** Measures one workload with all peers in turn. */
async function measureWorkload(
  workload: string,
  contestants: readonly Contestant[],
  { rounds, milliseconds }: Options,
  results: Map<string, Result>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const { process, workloads } of contestants) {
      if (!workloads.has(workload)) continue;
      try {
        const answer = await process.ask({ workload, milliseconds });
        if ("error" in answer) {
          console.error(`${process.name}: ${workload}: ${answer.error}`);
          workloads.delete(workload);
          continue;
        }
        const result = results.get(key(process.name, workload));
        if (result) result.fastest = Math.min(result.fastest, answer.microseconds);
        else results.set(key(process.name, workload), { fastest: answer.microseconds, check: answer.check });
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        console.error(`${workload}: ${error.message}`);
        workloads.clear();
      }
    }
  }
}

/** Results that differ from PyTorch's by more than 0.1 %. */
function findDifferences(
  results: ReadonlyMap<string, Result>,
  peers: readonly string[],
  names: readonly string[],
): string[] {
  return names.flatMap((workload) => {
    const expected = results.get(key("torch", workload))?.check;
    if (expected === undefined || expected === null) return [];
    return peers.flatMap((peer) => {
      const check = results.get(key(peer, workload))?.check;
      if (check === undefined || check === null || Math.abs(check - expected) <= 1e-3 * Math.abs(expected)) return [];
      return [`${peer}, ${workload}: ${check} instead of ${expected}`];
    });
  });
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
const versions: Record<string, string> = { deno: `Deno ${Deno.version.deno} (V8 ${Deno.version.v8})` };
const contestants: Contestant[] = [];
const names = new Set<string>();
for (const command of await commands(options.peers)) {
  try {
    const { peer, introduction } = await PeerProcess.start(command);
    contestants.push({ process: peer, workloads: new Set(introduction.workloads) });
    versions[command.name] = introduction.version;
    for (const name of introduction.workloads) names.add(name);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    console.error(error.message);
  }
}

const results = new Map<string, Result>();
// Every bar of the arithmetic needs the peak, so it is measured in any case.
const chosen = [...names].filter((name) => name.startsWith("peak") || (options.only?.test(name) ?? true));
for (const [index, workload] of chosen.entries()) {
  console.error(`${index + 1}/${chosen.length} ${workload}`);
  await measureWorkload(workload, contestants, options, results);
}
await Promise.all(contestants.map(({ process }) => process.stop()));

const whole = options.only === null && options.peers.includes("ours");
const measurements: Measurements = {
  threads: navigator.hardwareConcurrency,
  time: (peer, workload) => results.get(key(peer, workload))?.fastest ?? null,
  coldStart: whole ? await measureColdStart() : null,
  memoryGrowth: whole ? { plain: await measureMemoryGrowth("plain"), mixed: await measureMemoryGrowth("mixed") } : {},
  downloadBytes: whole ? await measureDownload() : null,
};
const peers = contestants.map(({ process }) => process.name);
const text = document({ machine: await describeMachine(), versions, load }, {
  times: timesTable(measurements, chosen.filter((name) => !name.startsWith("peak"))),
  bars: barsTable(measurements),
  differences: findDifferences(results, peers, chosen),
});
console.log(text);
if (whole) await Deno.writeTextFile(local("../RESULTS.md"), text);
