/**
 * Measurements that need processes of their own: cold start, memory over a long loop, size of the download.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

const script = (path: string): string => fromFileUrl(new URL(path, import.meta.url));

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
    await deno("run", "--no-prompt", script("./memory_loop.ts"), loop, String(steps)),
  );
  return late / early;
}

/** The part of `deno info --json` that is used here. */
interface ModuleGraph {
  readonly modules: readonly { readonly local?: string }[];
}

async function compressedSize(path: string): Promise<number> {
  const file = await Deno.open(path);
  let size = 0;
  for await (const chunk of file.readable.pipeThrough(new CompressionStream("gzip"))) size += chunk.byteLength;
  return size;
}

/** Compressed bytes of all modules that `mod.ts` imports, counting the largest of the wasm builds. */
export async function measureDownload(): Promise<number> {
  const graph: ModuleGraph = JSON.parse(await deno("info", "--json", script("../../mod.ts")));
  const paths = graph.modules.flatMap(({ local }) => local ?? []);
  const sizes = await Promise.all(paths.map(async (path) => ({ path, size: await compressedSize(path) })));
  const wasm = sizes.filter(({ path }) => path.endsWith(".wasm")).map(({ size }) => size);
  const modules = sizes.filter(({ path }) => !path.endsWith(".wasm")).reduce((sum, { size }) => sum + size, 0);
  return modules + Math.max(0, ...wasm);
}
