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

/** Compressed bytes of all modules that `mod.ts` imports and of the largest wasm build. */
export async function measureDownload(): Promise<number> {
  // The tool fails where its own limit is passed, and has printed the size by then.
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script("../../tools/size.ts")] })
    .output();
  const total = /total: (\d+) bytes/.exec(new TextDecoder().decode(stdout))?.[1];
  if (total === undefined) throw new Error("tools/size.ts printed no total");
  return Number(total);
}
