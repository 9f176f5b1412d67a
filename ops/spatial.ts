/**
 * Sizes given once for all spatial axes, or one per axis.
 *
 * @module
 */
import { ArgumentError } from "../tensor/errors.ts";

/** A number for all spatial axes, or one per axis. */
export type Spatial = number | readonly number[];

/** Largest entry: kernels compute positions from sums of several in 32 bits. */
const MOST = 2 ** 28;

/** One entry per spatial axis; an error names `name` where the value is no integer from `least` to 2^28. */
export function perAxis(op: string, name: string, value: Spatial, rank: number, least: number): number[] {
  const given: readonly number[] = Array.isArray(value) ? value : [value];
  const list = given.length === 1 ? new Array<number>(rank).fill(given[0]) : [...given];
  if (list.length !== rank || list.some((v) => !Number.isInteger(v) || v < least || v > MOST)) {
    throw new ArgumentError(
      `${op}: expected ${name} as an integer from ${least} to ${MOST}, or ${rank} of them, got ${
        JSON.stringify(value)
      }`,
    );
  }
  return list;
}
