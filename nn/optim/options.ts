/**
 * Checks that the optimizers share.
 *
 * @module
 */
import { checkOptions } from "../../tensor/arguments.ts";
import { ArgumentError } from "../../tensor/errors.ts";

/** `options`, if they are an object, without undefined ones. */
export function given<O extends object>(optimizer: { readonly name: string }, options: O): O {
  checkOptions(optimizer.name, options, "lr");
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

/** Throws unless all `values` are numbers of 0 or more. */
export function checkNonNegative(optimizer: string, values: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(values)) {
    if (!(value >= 0)) throw new ArgumentError(`${optimizer}: expected ${option} of 0 or more, got ${value}`);
  }
}

/** Throws unless both decay rates are in [0, 1). */
export function checkBetas(optimizer: string, betas: readonly [number, number]): void {
  if (betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1)) return;
  throw new ArgumentError(`${optimizer}: expected two betas in [0, 1), got [${betas.join(", ")}]`);
}
