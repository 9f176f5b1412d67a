/**
 * Prints what a user downloads: the gzipped size of the module graph of `mod.ts` and of one kernel module.
 *
 * @module
 */
import { COMMITTED_BUILDS, outputPath, ROOT } from "./compile_kernels.ts";
import { gzipSize } from "./gzip.ts";

/** Upper bound in bytes of the graph and one kernel module, gzipped. */
const LIMIT = 400_000;

interface ModuleGraph {
  readonly modules: readonly { readonly specifier: string; readonly kind?: string; readonly local?: string }[];
}

const { code, stdout } = await new Deno.Command(Deno.execPath(), {
  args: ["info", "--json", new URL("mod.ts", ROOT).href],
  stdout: "piped",
  stderr: "inherit",
}).output();
if (code !== 0) Deno.exit(1);
const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));

let total = 0;
for (const { specifier, local } of graph.modules) {
  if (local === undefined || specifier.endsWith(".wasm")) continue;
  total += await gzipSize(await Deno.readFile(local));
}
console.log(`modules: ${total} bytes gzipped`);
const kernels = await Promise.all(
  COMMITTED_BUILDS.map(async (build) => gzipSize(await Deno.readFile(new URL(outputPath(build), ROOT)))),
);
COMMITTED_BUILDS.forEach((build, i) => console.log(`kernels_${build}.wasm: ${kernels[i]} bytes gzipped`));
total += Math.max(...kernels);
console.log(`total: ${total} bytes gzipped, limit ${LIMIT}`);
if (total > LIMIT) Deno.exit(1);
