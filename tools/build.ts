/**
 * Builds what is generated and committed: the WebAssembly kernels and `tensor/methods.ts`.
 *
 *     deno task build            compile and write
 *     deno task build --check    compile and compare with the committed files; write nothing
 *     deno task build --kernels  the kernels alone
 *
 * @module
 */
import { COMMITTED_BUILDS, type KernelBuild, outputPath, ROOT } from "./compile_kernels.ts";
import { gzipSize } from "./gzip.ts";
import { generateMethods } from "./generate_methods.ts";

const FLAGS: readonly string[] = ["--check", "--kernels"];

/** Runs one compilation in a process of its own, so that the builds proceed in parallel. */
async function compileInProcess(build: KernelBuild): Promise<Uint8Array<ArrayBuffer>> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./compile_kernels.ts", import.meta.url).href, build],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`build: the kernels do not compile (${build})`);
  return stdout;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Makes every committed artefact in memory: path relative to the root -> bytes. */
async function generate(kernelsOnly: boolean): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const methods = kernelsOnly ? null : generateMethods();
  const kernels = await Promise.all(COMMITTED_BUILDS.map(compileInProcess));
  const files = new Map(COMMITTED_BUILDS.map((build, i) => [outputPath(build), kernels[i]]));
  for (const [path, text] of methods === null ? [] : await methods) files.set(path, new TextEncoder().encode(text));
  return files;
}

async function main(flags: readonly string[]): Promise<number> {
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) {
    console.error(`build: expected ${FLAGS.join(", ")}, got ${unknown}`);
    return 2;
  }
  const start = performance.now();
  const files = await generate(flags.includes("--kernels"));
  const stale: string[] = [];
  await Deno.mkdir(new URL("assembly/build", ROOT), { recursive: true });
  for (const [path, bytes] of files) {
    const committed = await Deno.readFile(new URL(path, ROOT)).catch(() => new Uint8Array());
    if (!sameBytes(committed, bytes)) {
      stale.push(path);
      if (!flags.includes("--check")) await Deno.writeFile(new URL(path, ROOT), bytes);
    }
    console.log(`${path}: ${bytes.length} bytes, ${await gzipSize(bytes)} gzipped`);
  }
  console.log(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (flags.includes("--check") && stale.length > 0) {
    console.error(`build --check: stale: ${stale.join(", ")}. Run \`deno task build\` and commit the result.`);
    return 1;
  }
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
