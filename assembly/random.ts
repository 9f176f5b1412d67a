// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Fills of random numbers. Element i depends on (key, first block, i) alone, so any part of a fill can be made by any thread.
 *
 * uniform and normal use one 32-bit word per 4-byte element and two per 8-byte element; integer always uses two, bernoulli
 * always one. Every kernel makes words into `words`, WORDS_PER_CHUNK of scratch, and maps those to elements. A share of a
 * fill starts at a multiple of 16 elements and passes the block that its first word is in.
 */
import { vlog } from "./exp_log";
import { philox } from "./philox";
import { storeRow } from "./row";
import { lanes, splat } from "./simd";
import { vcos, vsin } from "./trig";

/** Words that are made before they are mapped: small enough to stay in the first-level cache. */
const WORDS_PER_CHUNK: i32 = 1024;

/**
 * Makes words number `first` and on, `count` of them rounded up to a multiple of 16; word 0 is the first one of block
 * (block1, block0).
 */
// @ts-ignore: decorator
@inline
function makeWords(words: usize, first: i64, count: i32, key0: u32, key1: u32, block0: u32, block1: u32): void {
  const block = ((<u64>block1 << 32) | <u64>block0) + <u64>(first >> 2);
  philox(words, (count + 3) >> 2, <u32>block, <u32>(block >> 32), 0, 0, key0, key1);
}

/** The lower words of two 64-bit lanes, as doubles. */
// @ts-ignore: decorator
@inline
function lowWords(x: v128): v128 {
  return f64x2.convert_low_i32x4_u(v128.shuffle<i32>(x, x, 0, 2, 0, 2));
}

/** The upper words of two 64-bit lanes, as doubles. */
// @ts-ignore: decorator
@inline
function highWords(x: v128): v128 {
  return f64x2.convert_low_i32x4_u(v128.shuffle<i32>(x, x, 1, 3, 1, 3));
}

/** The upper 24 (f32) or 53 (f64) bits of each lane as an integer of type T, which holds it exactly. */
// @ts-ignore: decorator
@inline
function mantissa<T>(bits: v128): v128 {
  if (sizeof<T>() == 4) return f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8));
  const integer = i64x2.shr_u(bits, 11);
  return f64x2.add(f64x2.mul(highWords(integer), f64x2.splat(4294967296.0)), lowWords(integer));
}

/** What `mantissa` is to be multiplied with for numbers in [0, 1): 2^-24 or 2^-53. */
// @ts-ignore: decorator
@inline
function ulp<T>(): T {
  return sizeof<T>() == 4 ? <T>5.9604644775390625e-8 : <T>1.1102230246251565e-16;
}

/** The largest number below `x`. */
// @ts-ignore: decorator
@inline
function below<T>(x: T): T {
  if (sizeof<T>() == 4) {
    const bits = reinterpret<i32>(<f32>x);
    return <T>reinterpret<f32>(x == 0 ? <i32>0x80000001 : bits + (bits < 0 ? 1 : -1));
  }
  const bits = reinterpret<i64>(<f64>x);
  return <T>reinterpret<f64>(x == 0 ? <i64>0x8000000000000001 : bits + (bits < 0 ? 1 : -1));
}

/** Uniform in [a, b). Rounding may carry `a + u (b - a)` up to b, so the result is capped below it. */
// @ts-ignore: decorator
@inline
function uniform<T>(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: T,
  b: T,
  words: usize,
): void {
  const scale = splat<T>((b - a) * ulp<T>());
  const origin = splat<T>(a);
  const limit = splat<T>(below<T>(b));
  const wordsPerElement = <i32>sizeof<T>() >> 2;
  const chunk = WORDS_PER_CHUNK / wordsPerElement;
  for (let first = 0; first < n; first += chunk) {
    const count = min(n - first, chunk);
    makeWords(words, <i64>first * wordsPerElement, count * wordsPerElement, key0, key1, block0, block1);
    let from = words;
    for (let left = count; left > 0; left -= lanes<T>()) {
      const value = v128.pmin<T>(v128.add<T>(v128.mul<T>(mantissa<T>(v128.load(from)), scale), origin), limit);
      storeRow<T>(out, value, left);
      from += 16;
      out += 16;
    }
  }
}

/** Uniform in (0, 1]: `(word + 1) / 2^32`, rounded, or `(mantissa + 1) / 2^53`. */
// @ts-ignore: decorator
@inline
function positiveUniform<T>(bits: v128): v128 {
  const integer = sizeof<T>() == 4 ? f32x4.convert_i32x4_u(bits) : mantissa<T>(bits);
  const scale: T = sizeof<T>() == 4 ? <T>2.3283064365386963e-10 : ulp<T>();
  return v128.mul<T>(v128.add<T>(integer, splat<T>(1)), splat<T>(scale));
}

/**
 * Normal numbers of the given mean and standard deviation: Box and Muller, "A note on the generation of random normal
 * deviates", 1958. Of two successive vectors of words one makes radii and the other angles; the cosines are the first
 * vector of elements and the sines the second. Fused and separate multiply-add may differ in the last bits.
 */
// @ts-ignore: decorator
@inline
function normal<T>(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  mean: T,
  deviation: T,
  words: usize,
): void {
  const means = splat<T>(mean);
  const deviations = splat<T>(deviation);
  const turn = splat<T>(<T>6.283185307179586 * ulp<T>());
  const minusTwo = splat<T>(-2);
  const wordsPerElement = <i32>sizeof<T>() >> 2;
  const chunk = WORDS_PER_CHUNK / wordsPerElement;
  for (let first = 0; first < n; first += chunk) {
    const count = min(n - first, chunk);
    makeWords(words, <i64>first * wordsPerElement, count * wordsPerElement, key0, key1, block0, block1);
    let from = words;
    for (let left = count; left > 0; left -= 2 * lanes<T>()) {
      const logarithm = vlog<T>(positiveUniform<T>(v128.load(from)));
      const radius = v128.mul<T>(deviations, v128.sqrt<T>(v128.mul<T>(minusTwo, logarithm)));
      const angle = v128.mul<T>(mantissa<T>(v128.load(from, 16)), turn);
      storeRow<T>(out, v128.add<T>(means, v128.mul<T>(radius, vcos<T>(angle))), left);
      if (left > lanes<T>()) {
        storeRow<T>(out + 16, v128.add<T>(means, v128.mul<T>(radius, vsin<T>(angle))), left - lanes<T>());
      }
      from += 32;
      out += 32;
    }
  }
}

/**
 * The upper half of `bits * (last + 1)` for two elements of 64 random bits, given as their low and high words in the lower
 * lanes. No sum exceeds 64 bits.
 */
// @ts-ignore: decorator
@inline
function integerUpTo(low: v128, high: v128, last: v128): v128 {
  const ones = i32x4.splat(1);
  const lowProduct = i64x2.add(i64x2.extmul_low_i32x4_u(low, last), i64x2.extmul_low_i32x4_u(low, ones));
  const highProduct = i64x2.add(i64x2.extmul_low_i32x4_u(high, last), i64x2.extmul_low_i32x4_u(high, ones));
  return i64x2.shr_u(i64x2.add(highProduct, i64x2.shr_u(lowProduct, 32)), 32);
}

/**
 * Integers in [a, a + range), 1 <= range <= 2^32; a value is favoured by at most 2^-32 of its probability. Floats are
 * rounded, but never up to a + range.
 */
// @ts-ignore: decorator
@inline
function randomInteger<T>(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f64,
  range: f64,
  words: usize,
): void {
  const last = i32x4.splat(<u32>(<u64>range - 1));
  const chunk = WORDS_PER_CHUNK / 2;
  const origin = splat<T>(<T>a);
  const limit: v128 = isFloat<T>() ? splat<T>(below<T>(<T>(a + range))) : origin;
  for (let first = 0; first < n; first += chunk) {
    const count = min(n - first, chunk);
    makeWords(words, <i64>first * 2, count * 2, key0, key1, block0, block1);
    let from = words;
    for (let left = count; left > 0; left -= lanes<T>()) {
      const bits0 = v128.load(from);
      let value: v128;
      if (sizeof<T>() == 8) {
        const low = v128.shuffle<i32>(bits0, bits0, 0, 2, 0, 2);
        value = lowWords(integerUpTo(low, v128.shuffle<i32>(bits0, bits0, 1, 3, 1, 3), last));
        from += 16;
      } else {
        const bits1 = v128.load(from, 16);
        const low = v128.shuffle<i32>(bits0, bits1, 0, 2, 4, 6);
        const high = v128.shuffle<i32>(bits0, bits1, 1, 3, 5, 7);
        const front = integerUpTo(low, high, last);
        const back = integerUpTo(v128.shuffle<i64>(low, low, 1, 1), v128.shuffle<i64>(high, high, 1, 1), last);
        value = v128.shuffle<i32>(front, back, 0, 2, 4, 6);
        if (isFloat<T>()) value = f32x4.convert_i32x4_u(value);
        from += 32;
      }
      value = v128.add<T>(value, origin);
      if (isFloat<T>()) value = v128.pmin<T>(value, limit);
      storeRow<T>(out, value, left);
      out += 16;
    }
  }
}

/** 1 where a word, as a fraction of 2^32, is below `probability`, else 0. */
// @ts-ignore: decorator
@inline
function bernoulli<T>(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  probability: f64,
  words: usize,
): void {
  const threshold = <u64>ceil(probability * 4294967296.0);
  for (let first = 0; first < n; first += WORDS_PER_CHUNK) {
    const count = min(n - first, WORDS_PER_CHUNK);
    makeWords(words, first, count, key0, key1, block0, block1);
    for (let i = 0; i < count; i++) {
      store<T>(out, <T>i32(<u64>load<u32>(words + ((<usize>i) << 2)) < threshold));
      out += sizeof<T>();
    }
  }
}

export function f32_uniform(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f32,
  b: f32,
  words: usize,
): void {
  uniform<f32>(out, n, key0, key1, block0, block1, a, b, words);
}

export function f64_uniform(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f64,
  b: f64,
  words: usize,
): void {
  uniform<f64>(out, n, key0, key1, block0, block1, a, b, words);
}

export function i32_random_integer(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f64,
  range: f64,
  words: usize,
): void {
  randomInteger<i32>(out, n, key0, key1, block0, block1, a, range, words);
}

export function f32_random_integer(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f64,
  range: f64,
  words: usize,
): void {
  randomInteger<f32>(out, n, key0, key1, block0, block1, a, range, words);
}

export function f64_random_integer(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  a: f64,
  range: f64,
  words: usize,
): void {
  randomInteger<f64>(out, n, key0, key1, block0, block1, a, range, words);
}

export function u8_bernoulli(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  probability: f64,
  words: usize,
): void {
  bernoulli<u8>(out, n, key0, key1, block0, block1, probability, words);
}

export function i32_bernoulli(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  probability: f64,
  words: usize,
): void {
  bernoulli<i32>(out, n, key0, key1, block0, block1, probability, words);
}

export function f32_bernoulli(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  probability: f64,
  words: usize,
): void {
  bernoulli<f32>(out, n, key0, key1, block0, block1, probability, words);
}

export function f64_bernoulli(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  probability: f64,
  words: usize,
): void {
  bernoulli<f64>(out, n, key0, key1, block0, block1, probability, words);
}

export function f32_normal(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  mean: f32,
  deviation: f32,
  words: usize,
): void {
  normal<f32>(out, n, key0, key1, block0, block1, mean, deviation, words);
}

export function f64_normal(
  out: usize,
  n: i32,
  key0: u32,
  key1: u32,
  block0: u32,
  block1: u32,
  mean: f64,
  deviation: f64,
  words: usize,
): void {
  normal<f64>(out, n, key0, key1, block0, block1, mean, deviation, words);
}
