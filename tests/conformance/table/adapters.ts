/**
 * Adapters that several rows share.
 *
 * @module
 */
import type { Adapter } from "../arguments.ts";

/** Leaves out a keyword argument that chooses how PyTorch computes, not what. */
export function without(name: string): Adapter {
  return ({ args, kwargs: { [name]: _, ...kwargs } }) => ({ args, kwargs });
}

/** Gives a keyword argument the name that another overload has for it. */
export function renamed(from: string, to: string): Adapter {
  return ({ args, kwargs: { [from]: value, ...kwargs } }) => ({
    args,
    kwargs: value === undefined ? kwargs : { ...kwargs, [to]: value },
  });
}
