/**
 * Reverse mode on the base tape, and what helps to write and to check derivatives.
 *
 * @module
 */
export { detectAnomaly } from "./anomaly.ts";
export { CustomFunction as Function, onceDifferentiable } from "./function.ts";
export { FunctionContext } from "./function_context.ts";
export { backward, grad, gradOrNull } from "./grad.ts";
export { gradcheck, GradcheckError, gradgradcheck } from "./gradcheck.ts";
export * as graph from "./graph.ts";
export { makeDot } from "./make_dot.ts";
export type { CheckedFunction, GradcheckOptions, GradgradcheckOptions } from "./check_types.ts";
export type { VmapInfo } from "./function_types.ts";
export type { Dot, DotOptions, GradOptions } from "./types.ts";
