/**
 * Checks for tests of functions that are to be differentiated.
 *
 * @module
 */
import "../autograd/engine.ts";

export { gradcheck, GradcheckError, gradgradcheck } from "../autograd/gradcheck.ts";
export type { CheckedFunction, GradcheckOptions, GradgradcheckOptions } from "../autograd/check_types.ts";
