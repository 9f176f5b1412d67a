/**
 * The committed modules outside of the engine: AssemblyScript's own loader instantiates each on a memory of its own.
 *
 * @module
 */
import { instantiateSync } from "@assemblyscript/loader";
import { assertEquals, assertLess } from "@std/assert";
import { COMMITTED_BUILDS, outputPath, ROOT } from "../tools/compile_kernels.ts";

/** The functions of a build on a fresh memory, by name. */
function load(build: string, memory: WebAssembly.Memory): Record<string, (...args: number[]) => number> {
  const bytes = Deno.readFileSync(new URL(build, ROOT));
  return instantiateSync<Record<string, (...args: number[]) => number>>(bytes, { env: { memory } }).exports;
}

for (const build of COMMITTED_BUILDS) {
  const shared = build === "threads";
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared });
  const kernels = load(outputPath(build), memory);

  Deno.test(`the build "${build}" runs on any memory and needs nothing else of its host`, () => {
    const values = new Float32Array(memory.buffer);
    const from = kernels.heap_base();
    const to = from + 64;
    const xs = [-80, -1.5, -0, 0.25, 1, 10, 88];
    values.set(xs, from / 4);
    values[to / 4 + xs.length] = 7;
    kernels.f32_exp(from, to, xs.length, 0, 0);
    xs.forEach((x, i) => assertLess(Math.abs(values[to / 4 + i] / Math.exp(x) - 1), 2 ** -22));
    assertEquals(values[to / 4 + xs.length], 7);
  });

  Deno.test(`the build "${build}" has the kernels of the baseline, in the same order`, () => {
    const baseline = load(outputPath("simd"), new WebAssembly.Memory({ initial: 16 }));
    const names = (exports: object): string[] => Object.keys(exports).filter((name) => name.includes("_"));
    assertEquals(names(kernels), names(baseline));
  });
}
