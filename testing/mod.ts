/**
 * Checks for tests of functions that are to be differentiated.
 *
 * @module
 */
import "../autograd/engine.ts";

export {
  type CheckedFunction,
  gradcheck,
  GradcheckError,
  type GradcheckOptions,
  gradgradcheck,
  type GradgradcheckOptions,
} from "../autograd/gradcheck.ts";
