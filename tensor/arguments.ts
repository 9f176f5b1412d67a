/**
 * Checks of what callers pass, for programs that no type checker has seen.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";
import { formatShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** What errors call a value. */
export function describeValue(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape ${formatShape(value.shape)}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return `"${value}"`;
  return typeof value === "object" && value !== null ? value.constructor?.name ?? "an object" : String(value);
}

/** The error of an op that got `value` where it takes `what`. */
export function refused(op: string, what: string, value: unknown, fix: string = ""): ArgumentError {
  return new ArgumentError(`${op}: expected ${what}, got ${describeValue(value)}${fix}`);
}

/** Throws {@linkcode ArgumentError} unless `value` is a tensor. */
export function checkTensor(op: string, value: unknown, what: string = "a tensor"): void {
  if (!(value instanceof Tensor)) {
    throw refused(op, what, value, "; make one with tensor()");
  }
}

/** Throws {@linkcode ArgumentError} unless `value` is an array of at least one tensor. */
export function checkTensors(op: string, value: readonly unknown[]): void {
  if (!Array.isArray(value)) {
    throw refused(op, "an array of tensors", value, "; pass [a, b]");
  }
  if (value.length === 0) throw new ArgumentError(`${op}: expected at least one tensor, got an empty array`);
  for (const element of value) checkTensor(op, element, "tensors in the array");
}

/** Throws {@linkcode ArgumentError} unless `value` is an object of options; the error shows the call for `option`. */
export function checkOptions(op: string, value: unknown, option: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Tensor) {
    const got = describeValue(value);
    const shown = typeof value === "object" || value === undefined ? "..." : got;
    throw new ArgumentError(`${op}: expected an object of options, got ${got}; pass { ${option}: ${shown} }`);
  }
  for (const name in value) {
    if (name.includes("_")) throw new ArgumentError(`${op}: expected options in camelCase, got ${name}`);
  }
}

/** Throws {@linkcode ArgumentError} unless `value` is a function. */
export function checkFunction(op: string, value: unknown): void {
  if (typeof value !== "function") throw refused(op, "a function", value);
}
