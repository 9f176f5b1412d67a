/**
 * Matrix products straight from their definition, summed in double precision.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MatmulBackend } from "../backend.ts";
import { elements } from "./storage.ts";

/** Position in the storage of the first element of matrix number `index` in the row-major order of the batch axes. */
function matrixOffset(x: ArrayRef, index: number): number {
  let position = x.offset;
  for (let d = x.shape.length - 3; d >= 0; d--) {
    position += index % x.shape[d] * x.strides[d];
    index = Math.floor(index / x.shape[d]);
  }
  return position;
}

/** `out[.., i, j] = sum_k a[.., i, k] b[.., k, j] (+ bias[j])`; with `accumulate`, added to `out`. int32 wraps. */
export function matmul(a: ArrayRef, b: ArrayRef, out: ArrayRef, bias: ArrayRef | null, accumulate: boolean): void {
  const rank = out.shape.length;
  const [m, n] = out.shape.slice(-2);
  const k = a.shape[rank - 1];
  const multiply = out.dtype === "int32" ? Math.imul : (x: number, y: number) => x * y;
  const aValues = elements(a);
  const bValues = elements(b);
  const outValues = elements(out);
  for (let position = 0; position < out.numel; position++) {
    const matrix = Math.floor(position / (m * n));
    const i = Math.floor(position / n) % m;
    const j = position % n;
    const aRow = matrixOffset(a, matrix) + i * a.strides[rank - 2];
    const bColumn = matrixOffset(b, matrix) + j * b.strides[rank - 1];
    let sum = accumulate ? outValues[out.offset + position] : 0;
    if (bias !== null) sum += elements(bias)[bias.offset + j * bias.strides[0]];
    for (let p = 0; p < k; p++) {
      sum += multiply(aValues[aRow + p * a.strides[rank - 1]], bValues[bColumn + p * b.strides[rank - 2]]);
    }
    outValues[out.offset + position] = sum;
  }
}

/** Matrix products by definition. */
export const matmulFamily: MatmulBackend = { matmul };
