/**
 * The tests of ops and kernels under the bounds-checked build: an op whose kernel reads or writes a byte outside of the
 * op's operands fails here with a KernelError.
 *
 * @module
 */
import { checkKernels } from "../runtime/checked_kernels.ts";
import { setNumThreads } from "../runtime/threads.ts";
import { compileChecked } from "../tools/instrument_kernels.ts";

// The other threads would run kernels that are not checked.
setNumThreads(1);
checkKernels(new WebAssembly.Module(await compileChecked()));

// Families look their kernels up when they are loaded, so everything else comes after the switch.
await import("./ops/values_test.ts");
for (
  const family of [
    "convolution",
    "elementwise",
    "indexing",
    "matmul",
    "movement",
    "normalization",
    "optimizer",
    "pooling",
    "random",
    "reduction",
  ]
) await import(`../runtime/wasm/${family}_test.ts`);
