/**
 * Running one function on the GPU and on another device.
 *
 * @module
 */
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import { type DType, newTypedArray, type TypedArray } from "../../runtime/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { drawValues, fromValues, generator } from "../ops/support.ts";
import { assertAgrees } from "./support.ts";

/** The elements of an input, in row-major order, with its shape and dtype. */
export interface Given {
  readonly values: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Random elements, the same in every run. */
export function drawn(
  shape: readonly number[],
  options: { dtype?: DType; low?: number; high?: number; seed?: number } = {},
): Given {
  const { dtype = "float32", low, high, seed = 1 } = options;
  return { values: drawValues({ shape, low, high }, dtype, generator(seed)), shape, dtype };
}

/** Stated elements. */
export function stated(values: readonly number[], shape: readonly number[], dtype: DType = "float32"): Given {
  const elements = newTypedArray(dtype, values.length);
  elements.set(values);
  return { values: elements, shape, dtype };
}

/** An input on the GPU. */
export function onGpu({ values, shape, dtype }: Given): Tensor {
  return fromValues(values, shape, dtype, "webgpu");
}

/**
 * Throws unless `f` gives the same on the GPU and on `other`, up to `tolerance` (1 + |x|). The CPU is for long rows, for
 * some of which the reference takes quadratic time.
 */
export async function assertSame(
  f: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Given[],
  tolerance: number,
  where: string,
  other: "reference" | "cpu" = "reference",
): Promise<void> {
  const expected = f(...inputs.map(({ values, shape, dtype }) => fromValues(values, shape, dtype, other)));
  const actual = f(...inputs.map(onGpu));
  for (const [k, out] of actual.entries()) await assertAgrees(out, expected[k], tolerance, `${where}, output ${k}`);
}
