/**
 * Conversion between dtypes and devices.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkDType, type DType, isFloating } from "../tensor/dtype.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defineOp } from "./table.ts";

const SAMPLES = () => [
  { inputs: [{ shape: [2, 3] }], params: "float64" as DType },
  { inputs: [{ shape: [4] }], params: "float32" as DType },
];

/** Between floating-point types: linear, and its own transpose. */
const floatCastOp: Op<DType> = defineOp<DType>({
  name: "to",
  gradName: "ToCopy",
  kind: "kernel",
  shape: ([x], dtype) => ({ shape: x.shape, dtype }),
  run: (backend, [x], [out]) => backend.copy(x, out),
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, [g]) => [cast(g!, c.dtype(0))],
  jvp: (c, [t]) => [cast(t!, c.params)],
  batch: (_size, _batched, [x], dtype) => cast(x, dtype),
  samples: SAMPLES,
});

/** To or from integers and bools: no derivative. */
const integerCastOp: Op<DType> = defineOp<DType>({
  name: "toInteger",
  gradName: "ToCopy",
  kind: "kernel",
  shape: ([x], dtype) => ({ shape: x.shape, dtype }),
  run: (backend, [x], [out]) => backend.copy(x, out),
  rules: "none",
  batch: (_size, _batched, [x], dtype) => cast(x, dtype),
  samples: () => [{ inputs: [{ shape: [2, 3], low: -5, high: 5 }], params: "int32" }],
});

/** `x` with elements of `dtype`; `x` itself where it has that dtype already. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  checkDType("to", dtype);
  const converted = apply(isFloating(dtype) && isFloating(x.dtype) ? floatCastOp : integerCastOp, [x], dtype);
  converted.isWrappedNumber = x.isWrappedNumber;
  return converted;
}
