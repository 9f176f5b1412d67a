/**
 * Conversion between dtypes and devices.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { checkDType, type DType, isFloating, type TypedArray } from "../tensor/dtype.ts";
import { type Op, SAVES_NOTHING } from "../tensor/op.ts";
import { backendOf, type Device, type Tensor } from "../tensor/tensor.ts";
import { linear } from "./families.ts";
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
  if (x?.dtype === dtype) return x;
  checkTensor("to", x);
  checkDType("to", dtype);
  const converted = apply(isFloating(dtype) && isFloating(x.dtype) ? floatCastOp : integerCastOp, [x], dtype);
  converted.isWrappedNumber = x.isWrappedNumber;
  return converted;
}

/** A move between devices, and the way back for gradients. */
interface Move {
  readonly from: Device;
  readonly to: Device;
  /** The elements, where they were read before. */
  readonly values: TypedArray | null;
}

const moveOp: Op<Move> = linear<Move>({
  forward: {
    name: "move",
    gradName: "ToCopy",
    kind: "kernel",
    shape: ([x], { to }) => ({ shape: x.shape, dtype: x.dtype, backend: backendOf(to) }),
    run: (backend, [x], [out], { values }) => out.storage.backend.write(out, values ?? backend.read(x, "to")),
    samples: () => [{ inputs: [{ shape: [2, 3] }], params: { from: "cpu", to: "cpu", values: null } }],
  },
  transpose: (g, { params: { from, to } }) => apply(moveOp, [g], { from: to, to: from, values: null }),
  batch: (x, params) => apply(moveOp, [x], params),
});

/** Names of devices. */
export const DEVICES: ReadonlySet<string> = new Set<Device>(["cpu", "webgpu", "reference"]);

/**
 * The tensor with another dtype or on another device; the tensor itself where nothing changes. Between float32 and
 * float64, and between devices, gradients flow. Leaving a GPU takes time: `await x.cpu()`.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([1.7, -1.7]).to("int32").toArray(), [1, -1]);
 * ```
 *
 * @param target A dtype or a device.
 */
export function to(input: Tensor, target: DType | Device): Tensor {
  if (!DEVICES.has(target)) return cast(input, target as DType);
  const move: Move = { from: input.device, to: target as Device, values: null };
  return move.from === move.to ? input : apply(moveOp, [input], move);
}

/**
 * The same values on the CPU; gradients flow back to where they came from.
 *
 * @throws {EscapedTensorError} inside a transform that hides the numbers.
 */
export async function cpu(input: Tensor): Promise<Tensor> {
  if (input.device === "cpu") return input;
  const values = await input.data();
  return apply(moveOp, [input], { from: input.device, to: "cpu", values });
}

/** The elements as float32. */
export function float(input: Tensor): Tensor {
  return cast(input, "float32");
}

/** The elements as float64. */
export function double(input: Tensor): Tensor {
  return cast(input, "float64");
}

/** The elements as int32: the whole part of floating-point numbers. */
export function int(input: Tensor): Tensor {
  return cast(input, "int32");
}

/** The elements as int32, which stands in for PyTorch's int64. */
export function long(input: Tensor): Tensor {
  return cast(input, "int32");
}

/** Whether each element is nonzero. */
export function bool(input: Tensor): Tensor {
  return cast(input, "bool");
}
