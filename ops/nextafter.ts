/**
 * The neighbours of floats.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { FLOATS, NO_SCALARS } from "./constants.ts";
import { elementwise } from "./families.ts";
import { promote } from "./promote.ts";

/** The bits of a float, read as an integer, count its magnitude. */
function nextafterNumber(a: number, b: number, _c: number, _p0: number, _p1: number, dtype: DType): number {
  if (!(a < b || a > b)) return a === b ? b : NaN;
  const single = dtype === "float32";
  if (a === 0) return Math.sign(b) * (single ? 2 ** -149 : 2 ** -1074);
  const step = (a < b) === (a > 0) ? 1 : -1;
  const float = single ? Float32Array.of(a) : Float64Array.of(a);
  if (single) new Int32Array(float.buffer)[0] += step;
  else new BigInt64Array(float.buffer)[0] += BigInt(step);
  return float[0];
}

const nextafterOp = elementwise({
  name: "nextafter",
  reference: nextafterNumber,
  wgsl: "nextafter(a, b)",
  dtypes: FLOATS,
  partials: null,
}, 2);

/**
 * The float next to `input` on the way to `other`. Shapes broadcast. Floating-point tensors only; it has no derivative.
 *
 * @inplace
 */
export function nextafter(input: TensorLike, other: TensorLike): Tensor {
  return apply(nextafterOp, promote(input, other, false, "nextafter"), NO_SCALARS);
}
