/**
 * Prints what a user downloads: the gzipped size of the module graph of `mod.ts` and of one kernel module.
 *
 * @module
 */
import { COMMITTED_BUILDS, outputPath, ROOT } from "./compile_kernels.ts";
import { gzipSize } from "./gzip.ts";

/** Upper bound in bytes of the graph and one kernel module as gzipped packages. */
const LIMIT = 400_000;

interface Module {
  readonly specifier: string;
  readonly local?: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier: string } }[];
}

interface ModuleGraph {
  readonly roots: readonly string[];
  readonly modules: readonly Module[];
}

const { code, stdout } = await new Deno.Command(Deno.execPath(), {
  args: ["info", "--json", new URL("mod.ts", ROOT).href],
  stdout: "piped",
  stderr: "inherit",
}).output();
if (code !== 0) Deno.exit(1);
const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));

// Running a program loads what code imports; modules that only types come from stay away.
const modules = new Map(graph.modules.map((module) => [module.specifier, module]));
const loaded = new Set(graph.roots);
for (const specifier of loaded) {
  for (const { code } of modules.get(specifier)?.dependencies ?? []) if (code !== undefined) loaded.add(code.specifier);
}
const sources: Uint8Array<ArrayBuffer>[] = [];
for (const specifier of [...loaded].sort()) {
  const local = modules.get(specifier)?.local;
  if (local !== undefined && !specifier.endsWith(".wasm")) sources.push(await Deno.readFile(local));
}
const together = await gzipSize(new Uint8Array(await new Blob(sources).arrayBuffer()));
let apart = 0;
for (const source of sources) apart += await gzipSize(source);
console.log(`modules: ${sources.length} files, ${together} bytes gzipped together, ${apart} one by one`);
const kernels = await Promise.all(
  COMMITTED_BUILDS.map(async (build) => gzipSize(await Deno.readFile(new URL(outputPath(build), ROOT)))),
);
COMMITTED_BUILDS.forEach((build, i) => console.log(`kernels_${build}.wasm: ${kernels[i]} bytes gzipped`));
const kernel = Math.max(...kernels);
console.log(
  `total: ${together + kernel} bytes as a package, ${apart + kernel} file by file; limit ${LIMIT} as a package`,
);
if (together + kernel > LIMIT) Deno.exit(1);
