/**
 * Compiles `assembly/kernels.ts` to the WebAssembly modules that the engine ships. Run with the name of a build as its
 * argument, it writes the module to standard output.
 *
 * @module
 */
import asc from "assemblyscript/asc";

/** A build of the one kernel source, by the features it may use. */
export type KernelBuild = "simd" | "relaxed" | "threads" | "debug";

/** The builds that are committed, in the order in which the runtime prefers them last to first. */
export const COMMITTED_BUILDS: readonly KernelBuild[] = ["simd", "relaxed", "threads"];

/** Repository root as a URL ending in a slash. */
export const ROOT: URL = new URL("../", import.meta.url);

/** Path of a build's output, relative to the repository root. */
export function outputPath(build: KernelBuild): string {
  return `assembly/build/kernels_${build}.wasm`;
}

const COMMON_FLAGS = [
  "--runtime=stub",
  "--importMemory",
  "--noExportMemory",
  "--initialMemory=16",
  "--noAssert",
  "-O3",
  // A ninth smaller when compressed, and no slower in any bench.
  "--shrinkLevel=1",
];

// 65,536 pages of 64 KiB are the 4 GiB that 32-bit addresses reach; a shared memory must state its maximum.
const BUILD_FLAGS: Readonly<Record<KernelBuild, readonly string[]>> = {
  simd: ["--enable=simd"],
  relaxed: ["--enable=simd,relaxed-simd"],
  threads: ["--enable=simd,relaxed-simd,threads", "--sharedMemory", "--maximumMemory=65536"],
  debug: ["--enable=simd,relaxed-simd,threads", "--sharedMemory", "--maximumMemory=65536"],
};

/** What one compilation gives: the module, and its text form when asked for. */
interface CompiledKernels {
  readonly binary: Uint8Array<ArrayBuffer>;
  readonly text: string;
}

/**
 * Compiles one build in memory. File names are relative to the repository root, so the output holds no path of the
 * machine it was made on.
 *
 * @throws Error with the compiler's messages when the source does not compile.
 */
export async function compileKernels(build: KernelBuild): Promise<CompiledKernels> {
  const outputs = new Map<string, string | Uint8Array>();
  const { error, stderr } = await asc.main(
    [
      "assembly/kernels.ts",
      "--outFile=kernels.wasm",
      ...(build === "debug" ? ["--textFile=kernels.wat"] : []),
      "--noColors",
      ...COMMON_FLAGS,
      ...BUILD_FLAGS[build],
    ],
    {
      readFile: (name) => Deno.readTextFile(new URL(name, ROOT)).catch(() => null),
      writeFile: (name, contents) => void outputs.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`compileKernels(${build}): ${error.message}\n${stderr.toString()}`);
  const binary = outputs.get("kernels.wasm");
  if (!(binary instanceof Uint8Array)) throw new Error(`compileKernels(${build}): the compiler wrote no module`);
  const text = outputs.get("kernels.wat");
  return { binary: new Uint8Array(binary), text: typeof text === "string" ? text : "" };
}

if (import.meta.main) {
  const build = Deno.args[0];
  if (build !== "simd" && build !== "relaxed" && build !== "threads") {
    console.error(`compile_kernels: expected simd, relaxed or threads, got ${build}`);
    Deno.exit(2);
  }
  try {
    const { binary } = await compileKernels(build);
    for (let written = 0; written < binary.length;) written += Deno.stdout.writeSync(binary.subarray(written));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
