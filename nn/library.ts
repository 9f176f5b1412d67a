/**
 * Which modules are known not to keep what passes through them.
 *
 * @module
 */
import { Module } from "./module.ts";

const layers = new WeakSet<object>();

/** Registers the module classes among the exports of a file: their `forward` keeps neither argument nor result. */
export function registerLayers(exports: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(exports)) {
    if (typeof value === "function" && value.prototype instanceof Module) layers.add(value);
  }
}

/** True if `module` is of a registered class itself, not of a subclass, and has no hooks that see its tensors. */
export function keepsNothing(module: Module): boolean {
  return layers.has(module.constructor) && !module.hasForwardHooks;
}
