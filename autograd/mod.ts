/**
 * Reverse mode on the base tape, and what helps to write and to check derivatives.
 *
 * @module
 */
export { detectAnomaly } from "./anomaly.ts";
export { CustomFunction as Function, onceDifferentiable, type VmapInfo } from "./function.ts";
export { FunctionContext } from "./function_context.ts";
export { backward, grad, type GradOptions, gradOrNull } from "./grad.ts";
export {
  type CheckedFunction,
  gradcheck,
  GradcheckError,
  type GradcheckOptions,
  gradgradcheck,
  type GradgradcheckOptions,
} from "./gradcheck.ts";
export * as graph from "./graph.ts";
export { type Dot, type DotOptions, makeDot } from "./make_dot.ts";
