/**
 * Floating-point numbers of 224 bits: the arithmetic of the accuracy tests.
 *
 * A value is `mantissa * 2^exponent` in BigInt; every operation truncates to PRECISION bits, so results carry a relative
 * error below 2^-220 per operation.
 *
 * @module
 */

/** A finite real number. */
export interface Real {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Bits kept after every operation. */
export const PRECISION = 224;

const bytes = new DataView(new ArrayBuffer(8));

/** Number of bits of |n|. */
export function bitLength(n: bigint): number {
  const hex = (n < 0n ? -n : n).toString(16);
  return n === 0n ? 0 : 4 * hex.length - (Math.clz32(parseInt(hex[0], 16)) - 28);
}

/** The number `mantissa * 2^exponent`, truncated to `precision` bits. */
export function real(mantissa: bigint, exponent: number, precision = PRECISION): Real {
  const excess = bitLength(mantissa) - precision;
  return excess > 0
    ? { mantissa: mantissa >> BigInt(excess), exponent: exponent + excess }
    : { mantissa, exponent: mantissa === 0n ? 0 : exponent };
}

/** A finite double, exactly. */
export function fromNumber(x: number): Real {
  bytes.setFloat64(0, x);
  const word = bytes.getBigUint64(0);
  const field = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const magnitude = field === 0 ? fraction : fraction | 0x10000000000000n;
  return real(word >> 63n ? -magnitude : magnitude, Math.max(field, 1) - 1075);
}

/** Position of the leading bit: 2^magnitude(x) <= |x| < 2^(magnitude(x) + 1); -Infinity for 0. */
export function magnitude(x: Real): number {
  return x.mantissa === 0n ? -Infinity : bitLength(x.mantissa) - 1 + x.exponent;
}

/** The nearest double, up to one rounding too many. */
export function toNumber(x: Real): number {
  const short = real(x.mantissa, x.exponent, 64);
  const half = Math.trunc(short.exponent / 2);
  return Number(short.mantissa) * 2 ** half * 2 ** (short.exponent - half);
}

/** -x. */
export function neg(x: Real): Real {
  return { mantissa: -x.mantissa, exponent: x.exponent };
}

/** |x|. */
export function abs(x: Real): Real {
  return x.mantissa < 0n ? neg(x) : x;
}

/** x + y. */
export function add(x: Real, y: Real): Real {
  if (x.mantissa === 0n) return y;
  if (y.mantissa === 0n) return x;
  if (magnitude(x) - magnitude(y) > 2 * PRECISION) return x;
  if (magnitude(y) - magnitude(x) > 2 * PRECISION) return y;
  const exponent = Math.min(x.exponent, y.exponent);
  return real(
    (x.mantissa << BigInt(x.exponent - exponent)) + (y.mantissa << BigInt(y.exponent - exponent)),
    exponent,
  );
}

/** x - y. */
export function sub(x: Real, y: Real): Real {
  return add(x, neg(y));
}

/** x y. */
export function mul(x: Real, y: Real): Real {
  return real(x.mantissa * y.mantissa, x.exponent + y.exponent);
}

/** x 2^n. */
export function scale(x: Real, n: number): Real {
  return x.mantissa === 0n ? x : { mantissa: x.mantissa, exponent: x.exponent + n };
}

/** x / y. */
export function div(x: Real, y: Real): Real {
  const shift = Math.max(0, PRECISION + bitLength(y.mantissa) - bitLength(x.mantissa) + 2);
  return real((x.mantissa << BigInt(shift)) / y.mantissa, x.exponent - y.exponent - shift);
}

/** Square root of x >= 0. */
export function sqrt(x: Real): Real {
  if (x.mantissa === 0n) return x;
  let shift = Math.max(0, 2 * PRECISION - bitLength(x.mantissa));
  if ((x.exponent - shift) % 2 !== 0) shift++;
  const n = x.mantissa << BigInt(shift);
  let root = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return real(root, (x.exponent - shift) / 2);
    root = next;
  }
}

/** Nearest integer to x. */
export function round(x: Real): bigint {
  if (x.exponent >= 0) return x.mantissa << BigInt(x.exponent);
  const shift = BigInt(-x.exponent);
  return (x.mantissa + (1n << (shift - 1n))) >> shift;
}

/** -1, 0 or 1. */
export function sign(x: Real): number {
  return x.mantissa === 0n ? 0 : x.mantissa < 0n ? -1 : 1;
}
