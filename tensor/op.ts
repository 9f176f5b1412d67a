/**
 * What op records share, beside their types.
 *
 * @module
 */
import { type DType, isFloating } from "./dtype.ts";
import type { Op, Saves } from "./op_types.ts";

export type * from "./op_types.ts";

/** Nothing to save. */
export const SAVES_NOTHING: Saves = { inputs: [], outputs: [] };

/** For products of two inputs: each is read by the gradient of the other. */
export const SAVES_FACTORS: Saves = { inputs: [0, 1], outputs: [], readers: [[1], [0]] };

/** True if output `i`, of the given dtype, has a derivative. */
export function hasDerivative<P>(op: Op<P>, i: number, dtype: DType): boolean {
  return isFloating(dtype) && !op.statistics?.includes(i);
}
