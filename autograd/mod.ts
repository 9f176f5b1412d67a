/**
 * Reverse mode on the base tape.
 *
 * @module
 */
export { backward, grad, gradOrNull, type GradOptions } from "./grad.ts";
