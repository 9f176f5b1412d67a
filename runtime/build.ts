/**
 * Picks the fastest build of the kernels that the host accepts. Only the chosen module is fetched, except on hosts that
 * refuse one.
 *
 * @module
 */

/** Which build of the kernels runs: baseline SIMD, relaxed SIMD (fused multiply-add), or that with shared memory. */
export type KernelBuild = "simd" | "relaxed" | "threads";

interface Choice {
  readonly build: KernelBuild;
  readonly module: WebAssembly.Module;
}

async function choose(): Promise<Choice> {
  if (typeof SharedArrayBuffer !== "undefined") {
    try {
      return { build: "threads", module: (await import("../assembly/build/threads.js")).default };
    } catch {
      // The host lacks shared memory or relaxed SIMD: it could not compile the module.
    }
  }
  try {
    return { build: "relaxed", module: (await import("../assembly/build/relaxed.js")).default };
  } catch {
    return { build: "simd", module: (await import("../assembly/build/simd.js")).default };
  }
}

const choice: Choice = await choose();

/** The build that was picked. */
export const kernelBuild: KernelBuild = choice.build;

/** The compiled kernels. */
export const kernelModule: WebAssembly.Module = choice.module;
