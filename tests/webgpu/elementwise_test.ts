/**
 * Every elementwise kernel of the op table on the GPU, against its own definition in double precision: over ranges with the
 * bounds of `accuracy.ts`, at special values, and for every dtype.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ElementwiseKernel } from "../../runtime/backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../../runtime/dtype.ts";
import { backendOf, empty } from "../../tensor/tensor.ts";
import { generator } from "../ops/support.ts";
import { ACCURACY, type AccuracyRow, accuracyTable, type Range } from "./accuracy.ts";
import { KERNEL_CASES, type KernelCase } from "./kernels.ts";
import { gpuTest } from "./support.ts";

/** Points per kernel and range. */
const POINTS = 400;

/** Least normal number: what is smaller may be taken for 0. */
const LEAST_NORMAL = 2 ** -126;

const SPECIAL: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2,
  -2,
  2.5,
  3,
  -3.5,
  100,
  -100,
  1e10,
];

/** Special values of single functions that are not tested, and why. */
const LEFT_OUT: Readonly<Record<string, (operands: readonly number[]) => boolean>> = {
  // PyTorch's sign of NaN is 0, that of the definition NaN.
  absBackward: ([, x]) => Number.isNaN(x),
  // PyTorch's step of NaN is 0, that of the definition NaN.
  heaviside: ([x]) => Number.isNaN(x),
  // PyTorch rounds a tiny negative quotient down to -1, the definition underflows to -0.
  floorDivide: ([, y]) => Math.abs(y) === Infinity,
  // The definition sums a series that does not end.
  zeta: () => true,
  // The definition takes the exponential of a small difference of large numbers.
  igamma: ([a]) => a > 1e9,
  igammac: ([a]) => a > 1e9,
  // The definition integrates infinity times 0.
  i0: ([x]) => Math.abs(x) > 1e3,
  i0e: ([x]) => Math.abs(x) > 1e3,
  i1: ([x]) => Math.abs(x) > 1e3 || x === 0,
  i1e: ([x]) => Math.abs(x) > 1e3 || x === 0,
  // The definition takes the sine of a rounded multiple of pi.
  sinc: ([x]) => x !== 0 && Number.isInteger(x),
  // Infinity times a slope that is 0 in single precision only.
  eluBackward: ([g]) => Math.abs(g) === Infinity,
  softplusBackward: ([g]) => Math.abs(g) === Infinity,
  // The definition takes the logarithm of a number that has vanished.
  logNdtr: ([x]) => x < -35,
};

/** Values between the ends: half of them evenly spread, half evenly over the exponents. */
function sample([low, high]: Range, random: () => number): Float32Array<ArrayBuffer> {
  const least = Math.min(...[low, high].filter((x) => x !== 0).map(Math.abs), low < 0 && high > 0 ? 1e-9 : Infinity);
  return Float32Array.from({ length: POINTS }, (_, i) => {
    if (i % 2 === 0) return low + (high - low) * random();
    const end = low < 0 && (high <= 0 || random() < 0.5) ? low : high;
    return end * (least / Math.abs(end)) ** random();
  });
}

/** Every combination of special values, operand by operand. */
function specials({ op, arity }: KernelCase): Float32Array<ArrayBuffer>[] {
  const few = arity === 3 ? SPECIAL.slice(0, 10) : SPECIAL;
  let tuples: number[][] = [[]];
  for (let k = 0; k < arity; k++) tuples = tuples.flatMap((head) => few.map((x) => [...head, x]));
  tuples = tuples.filter((operands) => !LEFT_OUT[op]?.(operands));
  return Array.from({ length: arity }, (_, k) => Float32Array.from(tuples, (operands) => operands[k]));
}

/** What the GPU makes of the operands. */
async function compute(
  found: KernelCase,
  operands: readonly TypedArray[],
  dtype: DType,
  [p0, p1]: readonly [number, number],
): Promise<TypedArray> {
  const gpu = backendOf("webgpu");
  const n = operands[0].length;
  const [a, b, c] = operands.map((values, k) => {
    const x = empty(gpu, [n], found.conditional && k === 0 ? "bool" : dtype);
    gpu.write(x, values);
    return x;
  });
  const out = empty(gpu, [n], found.output(dtype));
  if (found.arity === 1) gpu.unary(found.kernel, a, out, p0, p1);
  else if (found.arity === 2) gpu.binary(found.kernel, a, b, out, p0, p1);
  else gpu.ternary(found.kernel, a, b, c, out, p0, p1);
  return await gpu.download(out);
}

/** The condition of a `where` for a float, or the float. */
function operandsOf(found: KernelCase, values: readonly Float32Array<ArrayBuffer>[]): TypedArray[] {
  return values.map((x, k) => found.conditional && k === 0 ? Uint8Array.from(x, (v) => Number(v > 0)) : x);
}

/** Distance between two floats of one ulp at `x`. */
function ulpOf(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}

/** Error of `actual` in the unit of the row; infinite where a value that is not finite or a zero should be another. */
function errorOf(actual: number, exact: number, unit: AccuracyRow["unit"]): number {
  const rounded = Math.fround(exact);
  if (actual === rounded || Object.is(actual, rounded)) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(actual)) return Infinity;
  if (unit === "ulp" && Math.abs(exact) < LEAST_NORMAL) return Math.abs(actual) <= LEAST_NORMAL ? 0 : Infinity;
  const size = unit === "ulp" ? ulpOf(exact) : 2 ** -24 * (1 + Math.abs(exact));
  return Math.abs(actual - exact) / size;
}

/** The largest error over operands, and where it is. */
async function worstOf(
  found: KernelCase,
  operands: readonly TypedArray[],
  scalars: readonly [number, number],
  unit: AccuracyRow["unit"],
): Promise<{ error: number; at: string }> {
  const actual = await compute(found, operands, "float32", scalars);
  let worst = { error: 0, at: "" };
  actual.forEach((y: number, i: number) => {
    const [a, b = 0, c = 0] = operands.map((values) => values[i]);
    const exact = found.kernel.reference(a, b, c, Math.fround(scalars[0]), Math.fround(scalars[1]), "float32");
    const error = errorOf(y, exact, unit);
    if (error > worst.error) worst = { error, at: `(${a}, ${b}, ${c}) = ${exact}, got ${y}` };
  });
  return worst;
}

const rows = new Map(ACCURACY.map((row) => [row.op, row]));

for (const found of KERNEL_CASES.filter(({ dtypes }) => dtypes.includes("float32"))) {
  const { op, arity } = found;
  const row = rows.get(op);
  gpuTest(`${op} on webgpu keeps its bound`, async () => {
    const ranges = row?.ranges ?? new Array<Range>(arity).fill([-10, 10]);
    const { bound, unit } = row ?? { bound: 0, unit: "ulp" };
    for (const scalars of found.scalars) {
      const random = generator(20240229);
      const points = operandsOf(found, ranges.map((range) => sample(range, random)));
      const worst = await worstOf(found, points, scalars, unit);
      assert(worst.error <= bound, `${op}: expected an error of at most ${bound}, got ${worst.error}: ${worst.at}`);
      const edge = await worstOf(found, operandsOf(found, specials(found)), scalars, unit);
      assert(edge.error <= bound, `${op}: expected an error of at most ${bound}, got ${edge.error}: ${edge.at}`);
    }
  });
}

/** Values of an integer type: the edges, small ones, some others. */
function integers(dtype: DType, random: () => number): number[] {
  if (dtype === "bool") return [0, 1];
  if (dtype === "uint8") return [0, 1, 2, 3, 7, 8, 31, 32, 127, 128, 200, 254, 255];
  const some = Array.from({ length: 6 }, () => Math.floor((random() - 0.5) * 2 ** 32));
  return [0, 1, -1, 2, -2, 3, -3, 7, 31, 32, 33, 255, -256, 65536, 2 ** 31 - 1, -(2 ** 31), ...some];
}

/** What an integer kernel gives where the definition, in doubles, does not wrap or divides by zero. */
const INTEGER_FORMS: Readonly<Record<string, ElementwiseKernel["reference"]>> = {
  mul: (a, b) => Math.imul(a, b),
  square: (a) => Math.imul(a, a),
  addcmul: (a, b, c, p0) => a + Math.imul(Math.imul(Math.trunc(p0), b), c) | 0,
  addScaled: (a, b, _c, p0) => a + Math.imul(Math.trunc(p0), b) | 0,
  fmod: (a, b) => b === 0 ? 0 : a % b,
  remainder: (a, b) => b === 0 ? 0 : a - b * Math.floor(a / b),
  floorDivide: (a, b) => b === 0 ? 0 : Math.floor(a / b),
  truncDivide: (a, b) => b === 0 ? 0 : Math.trunc(a / b),
  pow: (a, b) => {
    if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
    return Number(BigInt.asIntN(32, b > 4096 ? bigPower(BigInt(a), b) : BigInt(a) ** BigInt(b)));
  },
};

/** a^b modulo 2^32. */
function bigPower(a: bigint, b: number): bigint {
  let power = 1n;
  for (let rest = BigInt(b), base = a; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = BigInt.asIntN(32, power * base);
    base = BigInt.asIntN(32, base * base);
  }
  return power;
}

for (const dtype of ["int32", "uint8", "bool"] as const) {
  gpuTest(`all elementwise kernels on webgpu are exact for ${dtype}`, async () => {
    for (const found of KERNEL_CASES.filter(({ dtypes }) => dtypes.includes(dtype))) {
      const few = found.arity === 3 ? 9 : 22;
      const values = integers(dtype, generator(3)).slice(0, few);
      let tuples: number[][] = [[]];
      for (let k = 0; k < found.arity; k++) {
        const own = found.conditional && k === 0 ? [0, 1] : values;
        tuples = tuples.flatMap((head) => own.map((x) => [...head, x]));
      }
      const operands = Array.from({ length: found.arity }, (_, k) => {
        const column = newTypedArray(found.conditional && k === 0 ? "bool" : dtype, tuples.length);
        column.set(tuples.map((tuple) => tuple[k]));
        return column;
      });
      for (const scalars of found.scalars) {
        const [p0, p1] = scalars.map(Math.trunc);
        const define = INTEGER_FORMS[found.op] ?? found.kernel.reference;
        const expected = newTypedArray(found.output(dtype), tuples.length);
        expected.set(tuples.map(([a, b = 0, c = 0]) => define(a, b, c, p0, p1, dtype)));
        const actual = await compute(found, operands, dtype, scalars);
        const wrong = tuples.findIndex((_, i) => actual[i] !== expected[i]);
        assertEquals(wrong, -1, `${found.op}(${tuples[wrong]}): expected ${expected[wrong]}, got ${actual[wrong]}`);
      }
    }
  });
}

gpuTest("signs of zero are kept on webgpu", async () => {
  const odd = ["neg", "expm1", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "log1p", "sqrt"];
  for (const op of odd) {
    const found = KERNEL_CASES.find((other) => other.op === op)!;
    const expected = op === "neg" ? [-0, 0] : [0, -0];
    assertEquals([...await compute(found, [Float32Array.of(0, -0)], "float32", [0, 0])], expected, op);
  }
});

Deno.test("docs/webgpu_accuracy.md shows the bounds that are tested", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/webgpu_accuracy.md", import.meta.url));
  assert(page.includes(accuracyTable()), `docs/webgpu_accuracy.md: expected this table:\n${accuracyTable()}`);
  const known = new Set(KERNEL_CASES.map(({ op }) => op));
  assertEquals(ACCURACY.filter(({ op }) => !known.has(op)), []);
});
