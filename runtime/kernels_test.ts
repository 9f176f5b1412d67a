import { assertEquals, assertThrows } from "@std/assert";
import { runScript } from "../tests/run_script.ts";
import { KernelError } from "./errors.ts";
import { heapBase, kernel, kernelBuild, kernelPosition, kernelTable } from "./kernels.ts";

Deno.test("kernels are found by name and by position", () => {
  assertEquals(kernelBuild, "threads");
  assertEquals(kernel("heap_base")(), heapBase);
  assertEquals(kernelTable[kernelPosition("heap_base")], kernel("heap_base"));
});

Deno.test("a kernel that does not exist is named", () => {
  for (const lookup of [kernel, kernelPosition]) {
    assertThrows(() => lookup("f16_exp"), KernelError, 'kernel("f16_exp"): expected a function');
    assertThrows(() => lookup("toString"), KernelError, 'kernel("toString")');
  }
});

Deno.test("a host without shared memory runs the relaxed build on one thread", async () => {
  const { stdout, stderr } = await runScript(`
    import "data:text/javascript,delete globalThis.SharedArrayBuffer";
    import { allocate } from "${new URL("./heap.ts", import.meta.url)}";
    import { kernelBuild } from "${new URL("./kernels.ts", import.meta.url)}";
    import { f32 } from "${new URL("./memory.ts", import.meta.url)}";
    import { runShares, setNumThreads, threads } from "${new URL("./threads.ts", import.meta.url)}";
    setNumThreads(4);
    const y = allocate(64);
    runShares("f32_fill", 2, (share) => [y.address + 32 * share, 1, 1, 8, 0, 0, 1, 3]);
    console.log(kernelBuild, threads(), f32.subarray(y.address / 4, y.address / 4 + 16).every((x) => x === 3));`);
  assertEquals({ stdout, stderr }, { stdout: "relaxed 1 true", stderr: "" });
});
