// deno-fmt-ignore-file: it drops the decorators of functions.
// Functions of three operands: `<p>_<name>(a, b, c, out, n, aStride, bStride, cStride, p0, p1)`, see `mapTernary` for the
// layout.
import { HALF, ONE, scalar } from "./constants";
import { loadPartial, mapTernary, storePartial } from "./map";
import { fma, fnma } from "./simd";

/** a + c (b - a), from whichever end is nearer, so that c = 0 and c = 1 give the ends exactly (PyTorch's `lerp`). */
@unmanaged
class Lerp {
  @inline
  map<T>(a: v128, b: v128, c: v128, p0: v128, p1: v128): v128 {
    const difference = v128.sub<T>(b, a);
    const fromStart = fma<T>(c, difference, a);
    const fromEnd = fnma<T>(difference, v128.sub<T>(scalar<T>(ONE), c), b);
    return v128.bitselect(fromStart, fromEnd, v128.lt<T>(v128.abs<T>(c), scalar<T>(HALF)));
  }
}

/** a + p0 b c. */
@unmanaged
class AddProduct {
  @inline
  map<T>(a: v128, b: v128, c: v128, p0: v128, p1: v128): v128 {
    const scaled = v128.mul<T>(p0, b);
    return isFloat<T>() ? fma<T>(scaled, c, a) : v128.add<T>(a, v128.mul<T>(scaled, c));
  }
}

/** a + p0 b / c. */
@unmanaged
class AddQuotient {
  @inline
  map<T>(a: v128, b: v128, c: v128, p0: v128, p1: v128): v128 {
    return v128.add<T>(a, v128.div<T>(v128.mul<T>(p0, b), c));
  }
}

/** min(max(a, b), c): NaN where any operand is NaN, c where b > c. */
@unmanaged
class ClampTensor {
  @inline
  map<T>(a: v128, b: v128, c: v128, p0: v128, p1: v128): v128 {
    return v128.min<T>(v128.max<T>(a, b), c);
  }
}

/** Widens the low bytes of `condition` to lanes of T: all ones where the byte is not 0. */
// @ts-ignore: decorator
@inline
function conditionMask<T>(condition: v128): v128 {
  const bytes = i8x16.ne(condition, i8x16.splat(0));
  if (sizeof<T>() == 1) return bytes;
  const words = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes));
  return sizeof<T>() == 4 ? words : i64x2.extend_low_i32x4_s(words);
}

/** Loads as many conditions as T has lanes. */
// @ts-ignore: decorator
@inline
function loadConditions<T>(a: usize): v128 {
  if (sizeof<T>() == 1) return v128.load(a);
  if (sizeof<T>() == 4) return v128.load32_zero(a);
  return v128.load16_lane(a, i32x4.splat(0), 0);
}

/** `out[i] = a[i * aStride] != 0 ? b[i * bStride] : c[i * cStride]` with bytes in `a`. */
function select<T>(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32, cStride: i32): void {
  if (n <= 0) return;
  const lanes = <i32>(16 / sizeof<T>());
  let mask = conditionMask<T>(v128.load8_splat(a));
  let vb = v128.load_splat<T>(b);
  let vc = v128.load_splat<T>(c);
  let i = 0;
  for (; i + lanes <= n; i += lanes) {
    const offset = <usize>i << alignof<T>();
    if (aStride) mask = conditionMask<T>(loadConditions<T>(a + i));
    if (bStride) vb = v128.load(b + offset);
    if (cStride) vc = v128.load(c + offset);
    v128.store(out + offset, v128.bitselect(vb, vc, mask));
  }
  if (i < n) {
    const offset = <usize>i << alignof<T>();
    if (aStride) mask = conditionMask<T>(loadPartial<u8>(a + i, n - i));
    if (bStride) vb = loadPartial<T>(b + offset, n - i);
    if (cStride) vc = loadPartial<T>(c + offset, n - i);
    storePartial<T>(out + offset, v128.bitselect(vb, vc, mask), n - i);
  }
}

export function f32_where(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  select<f32>(a, b, c, out, n, aStride, bStride, cStride);
}

export function f64_where(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  select<f64>(a, b, c, out, n, aStride, bStride, cStride);
}

export function i32_where(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  select<i32>(a, b, c, out, n, aStride, bStride, cStride);
}

export function u8_where(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  select<u8>(a, b, c, out, n, aStride, bStride, cStride);
}

export function f32_lerp(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f32, Lerp>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f64_lerp(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f64, Lerp>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f32_addcmul(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f32, AddProduct>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f64_addcmul(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f64, AddProduct>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function i32_addcmul(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<i32, AddProduct>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f32_addcdiv(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f32, AddQuotient>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f64_addcdiv(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f64, AddQuotient>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f32_clamp_tensor(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f32, ClampTensor>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function f64_clamp_tensor(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<f64, ClampTensor>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function i32_clamp_tensor(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<i32, ClampTensor>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}

export function u8_clamp_tensor(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  mapTernary<u8, ClampTensor>(a, b, c, out, n, aStride, bStride, cStride, p0, p1);
}
