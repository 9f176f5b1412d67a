/**
 * What the tests that walk the op table share: inputs from samples, calls on a device, finite differences.
 *
 * @module
 */
import { applyOp } from "../../tensor/apply.ts";
import { type DType, isFloating, type TypedArray } from "../../tensor/dtype.ts";
import type { Op, Sample, SampleInput } from "../../tensor/op.ts";
import { contiguousStrides, numelOf } from "../../tensor/shape.ts";
import { backendOf, type Device, empty, Tensor } from "../../tensor/tensor.ts";
import { newTypedArray } from "../../runtime/dtype.ts";

/** A record whose parameter type the table has erased. */
// deno-lint-ignore no-explicit-any
export type AnyOp = Op<any>;

/** Ops that are differentiated with respect to some inputs only, each with the reason. */
const NO_FORMULA = "no formula is known for the derivative in its first operand, which throws, as in PyTorch";

/** Ops that are differentiated with respect to some inputs only, each with the reason. */
export const PARTLY: Readonly<Record<string, { readonly inputs: readonly number[]; readonly reason: string }>> = {
  igamma: { inputs: [1], reason: NO_FORMULA },
  igammac: { inputs: [1], reason: NO_FORMULA },
  zeta: { inputs: [1], reason: NO_FORMULA },
};

/** True if the tests differentiate an op with respect to input `i`. */
export function isDifferentiated(op: AnyOp, i: number, dtype: DType): boolean {
  return isFloating(dtype) && (PARTLY[op.name]?.inputs.includes(i) ?? true);
}

/** A call of an op: its sample, and the dtype for inputs that do not fix one. */
export interface Call {
  readonly op: AnyOp;
  readonly sample: Sample<unknown>;
  readonly dtype: DType;
}

/** Numbers in [0, 1) from a seed: a linear congruential generator, the same on every machine. */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Values of one input, in row-major order. */
export function drawValues(input: SampleInput, dtype: DType, random: () => number): TypedArray {
  const { low = -1, high = 1 } = input;
  const values = newTypedArray(dtype, numelOf(input.shape));
  for (let i = 0; i < values.length; i++) {
    const x = low + (high - low) * random();
    values[i] = isFloating(dtype) ? x : dtype === "bool" ? Number(random() < 0.5) : Math.floor(x);
  }
  return values;
}

/** A contiguous tensor of values given in row-major order. */
export function fromValues(values: TypedArray, shape: readonly number[], dtype: DType, device: Device = "cpu"): Tensor {
  const backend = backendOf(device);
  const out = empty(backend, shape, dtype);
  backend.write(out, values);
  return out;
}

/** A tensor of the same values whose memory is laid out with reversed axes and gaps between elements. */
export function strided(x: Tensor): Tensor {
  const reversed = [...x.shape].reverse();
  const steps = contiguousStrides(reversed).map((s) => 2 * s).reverse();
  const host = empty(x.storage.backend, [2 * x.numel + 1], x.dtype);
  host.storage.backend.fill(host, 0);
  const out = new Tensor(host.storage, x.dtype, x.shape, steps, 1, x.numel);
  x.storage.backend.copy(x, out);
  return out;
}

/** The values of all inputs of a call. */
export function inputValues(
  call: Call,
  seed: number,
): { values: TypedArray; shape: readonly number[]; dtype: DType }[] {
  const random = generator(seed);
  return call.sample.inputs.map((input) => {
    const dtype = input.dtype ?? call.dtype;
    return { values: drawValues(input, dtype, random), shape: input.shape, dtype };
  });
}

/** The inputs of a call as tensors on a device. */
export function inputTensors(call: Call, seed: number, device: Device = "cpu"): Tensor[] {
  return inputValues(call, seed).map(({ values, shape, dtype }) => fromValues(values, shape, dtype, device));
}

/** Runs an op and gives its outputs as a list. */
export function run(op: AnyOp, inputs: readonly Tensor[], params: unknown): Tensor[] {
  const outputs = applyOp(op, inputs, params);
  return Array.isArray(outputs) ? [...outputs] : [outputs as Tensor];
}

/** `name [2, 3] x [3] {"dim":1}`: a call as test names show it. */
export function describe(call: Call): string {
  const shapes = call.sample.inputs.map((x) => `[${x.shape.join(", ")}]`).join(" x ");
  return `${call.op.name} ${shapes} ${JSON.stringify(call.sample.params)} ${call.dtype}`;
}

/** All calls of an op's samples in the given dtypes. A sample whose inputs all fix their dtype is one call. */
export function callsOf(op: AnyOp, dtypes: readonly DType[]): Call[] {
  return op.samples().flatMap((sample: Sample<unknown>) => {
    const free = sample.inputs.some((x) => x.dtype === undefined);
    return (free ? dtypes : dtypes.slice(0, 1)).map((dtype) => ({ op, sample, dtype }));
  });
}

/** Largest |a - b| / (1 + |b|); NaN and infinities must match exactly. */
export function distance(a: TypedArray, b: TypedArray): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    if (!Number.isFinite(a[i]) || !Number.isFinite(b[i])) return Infinity;
    worst = Math.max(worst, Math.abs(a[i] - b[i]) / (1 + Math.abs(b[i])));
  }
  return worst;
}
