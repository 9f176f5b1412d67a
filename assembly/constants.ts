// Scalars of the vector functions, once per float type, and the bit patterns of its encoding.

/** Positions in the table of scalars. */
export const ONE = 0;
export const TWO = 1;
export const HALF = 2;
export const LOG2_E = 3;
/** 1.5 * 2^p + bias for a mantissa of p bits: adding it rounds to an integer n and leaves n + bias in the low bits. */
export const SHIFTER = 4;
/** ln 2 = LN2_HIGH + LN2_LOW; the product of LN2_HIGH and an exponent is exact. */
export const LN2_HIGH = 5;
export const LN2_LOW = 6;
export const LN2 = 7;
/** For |x| up to here exp(x) and 1 / exp(x) are normal numbers. */
export const EXP_SAFE = 8;
/** From here on exp(x) is infinite; up to there even x exp(x) is zero. */
export const EXP_OVERFLOW = 9;
export const EXP_UNDERFLOW = 10;
export const MIN_NORMAL = 11;
export const INFINITE = 12;
/** 2^p + bias: what 2^p with a biased exponent or-ed into its low bits exceeds the exponent by. */
export const EXPONENT_OFFSET = 13;
/** A power of two that makes denormals normal, and its exponent. */
export const DENORMAL_SCALE = 14;
export const DENORMAL_EXPONENT = 15;
export const ZERO = 16;
export const SQRT_HALF = 17;
export const NOT_A_NUMBER = 18;
/** 2^p: a number below 2^p or-ed into its bits is added to it. */
export const INTEGER_BASE = 19;
/** exp2 as EXP_SAFE and EXP_OVERFLOW; minus the latter is far enough down too. */
export const EXP2_SAFE = 20;
export const EXP2_LIMIT = 21;
/** Up to here exp(x) - 1 is -1. */
export const EXPM1_MINUS_ONE = 22;

const SCALARS_F32 = memory.data<f32>([
  1, 2, 0.5, 1.4426950408889634, 12583039, 0.693359375, -2.12194440054690583e-4, 0.6931471805599453, 87, 90, -120,
  1.1754943508222875e-38, Infinity, 8388735, 33554432, 25, 0, 0.7071067811865476, NaN, 8388608, 126, 160, -20,
], 16);
const SCALARS_F64 = memory.data<f64>([
  1, 2, 0.5, 1.4426950408889634, 6755399441056767, 6.93147180369123816490e-1, 1.90821492927058770002e-10,
  0.6931471805599453, 708, 711, -760, 2.2250738585072014e-308, Infinity, 4503599627371519, 18014398509481984, 54, 0,
  0.7071067811865476, NaN, 4503599627370496, 1022, 1100, -40,
], 16);

/** The scalar at position `i` in every lane. */
// @ts-ignore: decorator
@inline
export function scalar<T>(i: i32): v128 {
  const p = (sizeof<T>() == 4 ? SCALARS_F32 : SCALARS_F64) + i * sizeof<T>();
  return sizeof<T>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
}

/** Positions in the table of bit patterns. */
export const SIGN = 0;
export const MAGNITUDE = 1;
export const MANTISSA = 2;
/** The upper half of the significand (12 bits of 24, 26 of 53): products of two such numbers are exact. */
export const UPPER_HALF = 3;
/** One bit less than UPPER_HALF. */
export const UPPER_PART = 6;
/** Bits of sqrt(1/2). */
export const SQRT_HALF_BITS = 4;
/** Bits of 1 less those of sqrt(1/2). */
export const SQRT_HALF_TO_ONE = 5;

const BITS_F32 = memory.data<u32>([
  0x80000000, 0x7fffffff, 0x007fffff, 0xfffff000, 0x3f3504f3, 0x004afb0d, 0xffffe000,
], 16);
const BITS_F64 = memory.data<u64>([
  0x8000000000000000, 0x7fffffffffffffff, 0x000fffffffffffff, 0xfffffffff8000000, 0x3fe6a09e667f3bcd,
  0x00095f619980c433, 0xfffffffff0000000,
], 16);

/** The bit pattern at position `i` in every lane. */
// @ts-ignore: decorator
@inline
export function bits<T>(i: i32): v128 {
  const p = (sizeof<T>() == 4 ? BITS_F32 : BITS_F64) + i * sizeof<T>();
  return sizeof<T>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
}
