/**
 * Comparing results with PyTorch's numbers.
 *
 * @module
 */
import type { Tensor } from "../../mod.ts";
import { callMethod, type Device, DTYPES, isTensor } from "./api.ts";
import type { FileNumber, FileOutput, FileTensor } from "./format.ts";
import { Mismatch } from "./outcome.ts";

/** `|a - b| <= tolerance (1 + |b|)` in float64, by the kind of computation; the format's own suggestions. */
export const TOLERANCES = {
  elementwise: 1e-10,
  products: 1e-9,
  special: 1e-8,
  linalg: 1e-7,
  secondOrder: 1e-7,
} as const;

const FLOAT32_TOLERANCE = 1e-4;

/** What is asked of results that were computed on a device in its widest float type. */
export function toleranceOn(device: Device, tolerance: number): number {
  return device.doubles ? tolerance : Math.max(tolerance, FLOAT32_TOLERANCE);
}

/** Options of a comparison. */
export interface Comparison {
  readonly tolerance: number;
  readonly device: Device;
  /** PyTorch's value is NaN or infinite though its inputs are not: such entries are skipped. */
  readonly skipNonFinite?: boolean;
  /** Compare (m + m^T) / 2 instead of m. */
  readonly symmetrize?: boolean;
}

/** Reads a tensor's elements in logical order. */
export async function readValues(tensor: Tensor): Promise<ArrayLike<number>> {
  const values = tensor.device === "cpu" ? callMethod(tensor, "dataSync") : await callMethod(tensor, "data");
  return values as ArrayLike<number>;
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** (m + m^T) / 2 of each matrix in the last two axes. */
function symmetrized(values: ArrayLike<number>, shape: readonly number[]): number[] {
  const n = shape[shape.length - 1];
  return Array.from({ length: values.length }, (_, at) => {
    const matrix = Math.floor(at / (n * n)) * n * n;
    const row = Math.floor((at - matrix) / n);
    const column = (at - matrix) % n;
    return (values[at] + values[matrix + column * n + row]) / 2;
  });
}

function compareValues(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, skip: boolean): void {
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i];
    const b = expected[i];
    if (Object.is(a, b) || a === b || (skip && !Number.isFinite(b))) continue;
    if (Math.abs(a - b) <= tolerance * (1 + Math.abs(b)) && Number.isFinite(b)) continue;
    throw new Mismatch(`element ${i}: expected ${b}, got ${a}`);
  }
}

/** Compares a gradient or tangent. Null on either side stands for zeros. */
export async function compareGradient(
  actual: unknown,
  expected: FileTensor | null,
  options: Comparison,
): Promise<void> {
  if (actual === null || actual === undefined) {
    if (expected !== null) {
      compareValues(
        new Float64Array(expected.data.length),
        expected.data.map(Number),
        0,
        options.skipNonFinite === true,
      );
    }
  } else if (expected !== null) {
    await compareTensor(actual, expected, options);
  } else if (!isTensor(actual)) {
    throw new Mismatch(`expected a tensor or null, got ${typeof actual}`);
  } else {
    const values = await readValues(actual);
    compareValues(values, new Float64Array(values.length), 0, false);
  }
}

/** Compares shape, dtype and values. */
export async function compareTensor(actual: unknown, expected: FileTensor, options: Comparison): Promise<void> {
  if (!isTensor(actual)) throw new Mismatch(`expected a tensor, got ${typeof actual}`);
  const expectedShape = formatShape(expected.shape);
  if (formatShape(actual.shape) !== expectedShape) {
    throw new Mismatch(`expected shape ${expectedShape}, got ${formatShape(actual.shape)}`);
  }
  // Creation ops that are not told a device make doubles on the CPU.
  const isRounded = expected.dtype === "float64" && !options.device.doubles && actual.device !== "cpu";
  const dtype = isRounded ? "float32" : DTYPES[expected.dtype];
  if (actual.dtype !== dtype) throw new Mismatch(`expected dtype ${dtype}, got ${actual.dtype}`);
  let values = await readValues(actual);
  let reference: ArrayLike<number> = expected.data.map(Number);
  if (options.symmetrize) {
    values = symmetrized(values, expected.shape);
    reference = symmetrized(reference, expected.shape);
  }
  const tolerance = dtype === "float32" ? FLOAT32_TOLERANCE : options.tolerance;
  compareValues(values, reference, tolerance, options.skipNonFinite === true);
}

/** Compares a number with a tolerance. */
export function compareNumber(actual: unknown, expected: FileNumber, tolerance: number): void {
  if (typeof actual !== "number" && typeof actual !== "boolean") {
    throw new Mismatch(`expected the number ${expected}, got ${typeof actual}`);
  }
  compareValues([Number(actual)], [Number(expected)], tolerance, false);
}

/** Compares an output: a tensor, or a plain number or boolean where PyTorch gives a Python scalar. */
export async function compareOutput(actual: unknown, expected: FileOutput, options: Comparison): Promise<void> {
  if ("scalar" in expected) compareNumber(actual, expected.scalar, options.tolerance);
  else await compareTensor(actual, expected, options);
}

/** Compares all outputs of a call. */
export async function compareOutputs(
  actual: readonly unknown[],
  expected: readonly FileOutput[],
  options: Comparison,
): Promise<void> {
  if (actual.length !== expected.length) {
    throw new Mismatch(`expected ${expected.length} outputs, got ${actual.length}`);
  }
  for (let i = 0; i < expected.length; i++) await compareOutput(actual[i], expected[i], options);
}
