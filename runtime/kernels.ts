/**
 * The kernels of the main thread, by name.
 *
 * @module
 */
import { kernelBuild, kernelModule } from "./build.ts";
import { type DType, KERNEL_PREFIX } from "./dtype.ts";
import { KernelError } from "./errors.ts";
import { memory } from "./memory.ts";

export { kernelBuild, kernelModule };
export type { KernelBuild } from "./build.ts";

/** An exported wasm function: byte addresses, element counts and scalars in, at most one number out. */
export type Kernel = (...args: number[]) => number;

let exports: WebAssembly.Exports = new WebAssembly.Instance(kernelModule, { env: { memory } }).exports;

/** All exports in the order of the module, which is the same in the instances of other threads. */
export let kernelTable: readonly WebAssembly.ExportValue[] = Object.values(exports);

const positions: ReadonlyMap<string, number> = new Map(Object.keys(exports).map((name, position) => [name, position]));

/**
 * The kernel exported as `name`, for example `f32_exp`.
 *
 * @throws {KernelError} when the wasm module has no such function.
 */
export function kernel(name: string): Kernel {
  const found = exports[name];
  if (typeof found !== "function") throw missing(name);
  return found as Kernel;
}

/** Kernels that were looked up before, by dtype and then by name. */
const known: Readonly<Record<DType, Map<string, Kernel>>> = {
  float32: new Map(),
  float64: new Map(),
  int32: new Map(),
  uint8: new Map(),
  bool: new Map(),
};

/** The exported name of the kernel `name` for elements of `dtype`: `f32_exp` for `exp` and float32. */
export function dtypeKernelName(name: string, dtype: DType): string {
  return `${KERNEL_PREFIX[dtype]}_${name}`;
}

/**
 * The kernel `name` for elements of `dtype`. For small operands, where building its exported name on each call would cost
 * as much as the kernel.
 *
 * @throws {KernelError} when the wasm module has no such function.
 */
export function dtypeKernel(name: string, dtype: DType): Kernel {
  const kernels = known[dtype];
  let found = kernels.get(name);
  if (found === undefined) {
    found = kernel(dtypeKernelName(name, dtype));
    kernels.set(name, found);
  }
  return found;
}

/**
 * Position of the kernel `name` in {@linkcode kernelTable}, by which other threads know it.
 *
 * @throws {KernelError} when the wasm module has no such function.
 */
export function kernelPosition(name: string): number {
  const position = positions.get(name);
  if (position === undefined || typeof kernelTable[position] !== "function") throw missing(name);
  return position;
}

function missing(name: string): KernelError {
  return new KernelError(`kernel("${name}"): expected a function exported by the ${kernelBuild} build, got none`);
}

/** First byte above the kernels' constant tables. */
export const heapBase: number = kernel("heap_base")();

/**
 * Debugging aid: from now on this thread takes its kernels from `module`, a build of the same source that calls
 * `access(address, byteLength, isWrite)` before it touches memory. Kernels that were looked up before stay as they are.
 */
export function instrumentKernels(
  module: WebAssembly.Module,
  access: (address: number, byteLength: number, isWrite: number) => void,
): void {
  exports = new WebAssembly.Instance(module, { env: { memory, access } }).exports;
  kernelTable = Object.values(exports);
}
