/**
 * Debugging aid: kernels that cannot touch what is not theirs.
 *
 * @module
 */
import { KernelError } from "./errors.ts";
import { operandRanges, setDebugChecks } from "./heap.ts";
import { heapBase, instrumentKernels } from "./kernels.ts";

/**
 * Switches this thread to the kernels of `module`, the bounds-checked build. From then on a kernel that reads or writes a
 * byte outside of the operands of the running op throws a KernelError before it does so; reading constant tables is
 * allowed. To be called on one thread and before the modules that look kernels up are loaded.
 */
export function checkKernels(module: WebAssembly.Module): void {
  setDebugChecks(true);
  instrumentKernels(module, (signedAddress, byteLength, isWrite) => {
    const begin = signedAddress >>> 0;
    const end = begin + byteLength;
    if (isWrite === 0 && end <= heapBase) return;
    const ranges = operandRanges();
    if (ranges.some((range) => range.begin <= begin && end <= range.end)) return;
    const listed = ranges.map((range) => `[${range.begin}, ${range.end})`).join(" ") || "none";
    throw new KernelError(
      `${isWrite === 0 ? "read" : "write"} of ${byteLength} bytes at ${begin}: expected one of the operands ${listed}`,
    );
  });
}
