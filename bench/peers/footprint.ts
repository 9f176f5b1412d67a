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

/** Resident memory at the end of a long loop over that after its first tenth. */
export async function measureMemoryGrowth(loop: string, steps = 200_000): Promise<number> {
  const { early, late }: { early: number; late: number } = JSON.parse(
    await deno("run", "--no-prompt", script("memory_loop.ts"), loop, String(steps)),
  );
  return late / early;
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
