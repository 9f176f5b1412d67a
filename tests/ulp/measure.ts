/**
 * Errors in units in the last place, and the points to take them at.
 *
 * @module
 */
import { abs, fromNumber, magnitude, type Real, sub, toNumber } from "./real.ts";

/** A floating-point format: bits of the significand and the exponents of its smallest and largest binades. */
export interface Format {
  readonly name: "f32" | "f64";
  readonly digits: number;
  readonly minExponent: number;
  readonly maxExponent: number;
}

/** The formats of the kernels. */
export const FORMATS: { readonly f32: Format; readonly f64: Format } = {
  f32: { name: "f32", digits: 24, minExponent: -126, maxExponent: 127 },
  f64: { name: "f64", digits: 53, minExponent: -1022, maxExponent: 1023 },
};

/**
 * |computed - exact| in units of the last place that the format has at `exact`. Infinity counts as the value that would
 * follow the largest finite one, so overflow is right exactly where rounding makes it so.
 */
export function ulpError(computed: number, exact: Real, format: Format): number {
  if (Number.isNaN(computed)) return Infinity;
  const overflow = fromNumber(2 ** 1000);
  const limit = { mantissa: overflow.mantissa, exponent: overflow.exponent - 1000 + format.maxExponent + 1 };
  const size = Math.min(Math.max(magnitude(exact), format.minExponent), format.maxExponent);
  const value = Number.isFinite(computed)
    ? fromNumber(computed)
    : computed > 0
    ? limit
    : { ...limit, mantissa: -limit.mantissa };
  const clamped = magnitude(exact) > format.maxExponent
    ? (exact.mantissa > 0n ? limit : { ...limit, mantissa: -limit.mantissa })
    : exact;
  const miss = abs(sub(value, clamped));
  return toNumber({ mantissa: miss.mantissa, exponent: miss.exponent - size + format.digits - 1 });
}

/** `ulpError` where a double is exact enough: for f32, against a result of double precision. */
export function ulpErrorOfSingle(computed: number, exact: number): number {
  if (Number.isNaN(exact) || Number.isNaN(computed)) return Object.is(computed, exact) ? 0 : Infinity;
  const limit = 2 ** 128;
  const value = Math.max(-limit, Math.min(limit, computed));
  const clamped = Math.max(-limit, Math.min(limit, exact));
  const size = Math.min(Math.max(Math.floor(Math.log2(Math.abs(clamped) || 2 ** -200)), -126), 127);
  return Math.abs(value - clamped) / 2 ** (size - 23);
}

/** A small deterministic generator of uniform numbers in [0, 1) (Marsaglia's xorshift32). */
export function generator(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}

const words = new DataView(new ArrayBuffer(8));

/** Position of x in the ordered sequence of all floats of the format. */
function order(x: number, format: Format): number {
  if (format.name === "f32") words.setFloat32(0, Math.abs(x));
  else words.setFloat64(0, Math.abs(x));
  const n = format.name === "f32" ? words.getUint32(0) : Number(words.getBigUint64(0));
  return x < 0 ? -n : n;
}

function ofOrder(n: number, format: Format): number {
  if (format.name === "f32") words.setUint32(0, Math.abs(Math.round(n)));
  else words.setBigUint64(0, BigInt(Math.abs(Math.round(n))));
  const x = format.name === "f32" ? words.getFloat32(0) : words.getFloat64(0);
  return n < 0 ? -x : x;
}

/** `count` points of [low, high] in the format: half of them evenly spread over the values, half over the encodings. */
export function points(low: number, high: number, count: number, format: Format, random: () => number): number[] {
  const first = order(low, format), last = order(high, format);
  const result = [low, high];
  while (result.length < count) {
    const u = random() + random() * 2 ** -32;
    const x = result.length & 1 ? low * (1 - u) + high * u : ofOrder(first + (last - first) * u, format);
    result.push(format.name === "f32" ? Math.min(Math.max(Math.fround(x), low), high) : x);
  }
  return result;
}
