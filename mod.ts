/**
 * Automatic differentiation for Deno: PyTorch's programming model on SIMD WebAssembly kernels.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * console.log(x.grad); // tensor([2., 4., 6.])
 * ```
 *
 * @module
 */
import "./autograd/engine.ts";
import { attachMethods } from "./ops/methods.ts";

export * from "./ops/mod.ts";
export * as special from "./ops/special_functions.ts";
export * from "./autograd/modes.ts";
export * from "./tensor/errors.ts";
export { Tensor, type TensorLike } from "./tensor/tensor.ts";
export type * from "./tensor/types.ts";
export type { TensorHook } from "./tensor/hook_types.ts";
export type { TensorMethods } from "./tensor/methods.ts";
export type { DType, TypedArray } from "./tensor/dtype.ts";
export type { Shape } from "./tensor/shape.ts";
export { setMemoryBudget } from "./runtime/heap.ts";
export { memory, type MemoryStatistics } from "./tensor/memory.ts";
export type * from "./runtime/memory_types.ts";
export { setNumThreads, threads } from "./runtime/threads.ts";
export { OutOfMemoryError } from "./runtime/errors.ts";
export { tidy } from "./tensor/tidy.ts";
export * as autograd from "./func/autograd_namespace.ts";
export * as linalg from "./ops/linalg/mod.ts";
export * as data from "./data/mod.ts";
export { gradcheck, GradcheckError, gradgradcheck } from "./autograd/gradcheck.ts";
export type { CheckedFunction, GradcheckOptions, GradgradcheckOptions } from "./autograd/check_types.ts";
export { checkpoint } from "./autograd/checkpoint.ts";
export * as forwardAD from "./autograd/forward_ad.ts";
export * as func from "./func/core.ts";
export * as nn from "./nn/mod.ts";
export * as optim from "./nn/optim/mod.ts";
export * as profiler from "./profiler/mod.ts";

attachMethods();
