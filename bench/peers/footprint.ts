/**
 * Measurements that need processes of their own: cold start, memory over a long loop, size of the download.
 *
 * @module
 */
const script = (path: string): string => `${import.meta.dirname}/${path}`;

/** Runs `deno` to its end and returns what it printed. */
async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Median milliseconds of a process, started without a permission flag, that imports the engine and takes a gradient. */
export async function measureColdStart(runs = 11): Promise<number> {
  const times: number[] = [];
  // The first run fills Deno's cache of stripped modules.
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    await deno("run", "--no-prompt", script("../workloads/cold_start.ts"));
    if (run > 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[runs >> 1];
}

/**
 * V8 doubles its young generation, up to 16 MiB, whenever as much as it holds has survived since the last time. With this
 * flag it begins at that size, so that what is left of a growth is the engine's.
 */
const FULL_YOUNG_GENERATION = "--v8-flags=--min-semi-space-size=16";

/** Long loops by name: the argument of `memory_loop.ts`, and flags of the process. */
export const MEMORY_LOOPS: Readonly<Record<string, readonly [loop: string, ...flags: string[]]>> = {
  "plain": ["plain"],
  "mixed": ["mixed"],
  "plain, full young generation": ["plain", FULL_YOUNG_GENERATION],
  "mixed, full young generation": ["mixed", FULL_YOUNG_GENERATION],
};

/** Resident memory at the end of each of {@linkcode MEMORY_LOOPS} over that after its first tenth. */
export async function measureMemoryGrowth(steps = 200_000): Promise<Record<string, number>> {
  const growth: Record<string, number> = {};
  for (const [name, [loop, ...flags]] of Object.entries(MEMORY_LOOPS)) {
    const { early, late }: { early: number; late: number } = JSON.parse(
      await deno("run", "--no-prompt", ...flags, script("memory_loop.ts"), loop, String(steps)),
    );
    growth[name] = late / early;
  }
  return growth;
}

/** Compressed bytes of the modules that `mod.ts` loads and of the largest wasm build. */
export interface Download {
  /** As one gzip archive, which is how packages are published. */
  readonly together: number;
  /** Each file compressed on its own, as a web server sends them. */
  readonly apart: number;
}

/** Runs the tool that measures the download. */
export async function measureDownload(): Promise<Download> {
  // The tool fails where its own limit is passed, and has printed the sizes by then.
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script("../../tools/size.ts")] })
    .output();
  const total = /total: (\d+) bytes as a package, (\d+) file by file/.exec(new TextDecoder().decode(stdout));
  if (total === null) throw new Error("tools/size.ts printed no total");
  return { together: Number(total[1]), apart: Number(total[2]) };
}
