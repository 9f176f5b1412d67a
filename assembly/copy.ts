// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Strided copies, casts and fills.
//
// Every kernel walks a box of four axes, outermost first (n0 to n3, leading axes padded with 1), with strides in
// elements: xs0 to xs3 for the source and ys0 to ys3 for the target. The caller orders axes so that the target moves
// through memory with the last axis; where the source has stride 1 along another axis it comes third, which makes a
// plane a transpose.

import { copyRow } from "./copy_row";

/**
 * Rows and columns of the blocks of a transposed copy. The rows are written side by side: where they are a power of two
 * apart they fall into one set of the nearest cache, which has room for 8.
 */
const BLOCK_ROWS: i32 = 8;
const BLOCK_COLUMNS: i32 = 64;

/** True where source and target have the same type: such copies are written in the unsigned integer of its width. */
// @ts-ignore: decorator
@inline
function movesBits<S, D>(): bool {
  return isInteger<S>() && !isSigned<S>() && isInteger<D>() && !isSigned<D>() && !isBoolean<D>() &&
    sizeof<S>() == sizeof<D>();
}

/** A number of type S as a D: truncation saturates, NaN becomes 0, and a bool tells whether the number is not 0. */
// @ts-ignore: decorator
@inline
function convert<S, D>(x: S): D {
  if (isBoolean<D>()) return <D>(x != <S>0);
  if (isFloat<S>() && sizeof<D>() == 1) return <D>max<i32>(0, min<i32>(255, <i32>x));
  return <D>x;
}

/** True where four elements can be cast in vectors. */
// @ts-ignore: decorator
@inline
function converts4<S, D>(): bool {
  return !(isFloat<S>() && sizeof<S>() == 8 && sizeof<D>() == 1);
}

/** Four floats or integers of type S as 32-bit lanes: f32 from floats, i32 from integers. */
// @ts-ignore: decorator
@inline
function load4<S>(x: usize): v128 {
  if (sizeof<S>() == 4) return v128.load(x);
  if (sizeof<S>() == 1) return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x)));
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(v128.load(x)), f32x4.demote_f64x2_zero(v128.load(x, 16)), 0, 2);
}

/** Four 32-bit lanes as numbers that narrowing with saturation turns into elements of the 1-byte type D. */
// @ts-ignore: decorator
@inline
function toByteLanes<S, D>(v: v128): v128 {
  if (isBoolean<D>()) {
    const isTrue = isFloat<S>() ? f32x4.ne(v, f32x4.splat(0)) : i32x4.ne(v, i32x4.splat(0));
    return v128.and(isTrue, i32x4.splat(1));
  }
  return isFloat<S>() ? i32x4.trunc_sat_f32x4_s(v) : v128.and(v, i32x4.splat(255));
}

/** Casts four contiguous elements. */
// @ts-ignore: decorator
@inline
function convert4<S, D>(x: usize, y: usize): void {
  if (isFloat<D>() && sizeof<D>() == 8) {
    const v = load4<S>(x);
    const high = sizeof<S>() == 4 ? v128.load64_zero(x, 8) : v128.shuffle<i64>(v, v, 1, 1);
    v128.store(y, isFloat<S>() ? f64x2.promote_low_f32x4(v) : f64x2.convert_low_i32x4_s(v));
    v128.store(y, isFloat<S>() ? f64x2.promote_low_f32x4(high) : f64x2.convert_low_i32x4_s(high), 16);
  } else if (isFloat<S>() && sizeof<S>() == 8 && isInteger<D>()) {
    const low = i32x4.trunc_sat_f64x2_s_zero(v128.load(x));
    const high = i32x4.trunc_sat_f64x2_s_zero(v128.load(x, 16));
    v128.store(y, v128.shuffle<i64>(low, high, 0, 2));
  } else {
    const v = load4<S>(x);
    if (sizeof<D>() == 1) {
      const half = i16x8.narrow_i32x4_s(toByteLanes<S, D>(v), i32x4.splat(0));
      v128.store32_lane(y, i8x16.narrow_i16x8_u(half, half), 0);
    } else if (isFloat<S>() && isInteger<D>()) {
      v128.store(y, i32x4.trunc_sat_f32x4_s(v));
    } else if (isInteger<S>() && isFloat<D>()) {
      v128.store(y, f32x4.convert_i32x4_s(v));
    } else {
      v128.store(y, v);
    }
  }
}

/** Casts sixteen contiguous 4-byte elements to bytes. */
// @ts-ignore: decorator
@inline
function convert16<S, D>(x: usize, y: usize): void {
  let a = toByteLanes<S, D>(v128.load(x));
  let b = toByteLanes<S, D>(v128.load(x, 16));
  const c = toByteLanes<S, D>(v128.load(x, 32));
  const d = toByteLanes<S, D>(v128.load(x, 48));
  a = i16x8.narrow_i32x4_s(a, b);
  b = i16x8.narrow_i32x4_s(c, d);
  a = i8x16.narrow_i16x8_u(a, b);
  v128.store(y, a);
}

/** Every second of 2 n contiguous 4-byte elements, without touching the one after the last. */
// @ts-ignore: decorator
@inline
function takeEven(x: usize, y: usize, n: i32): void {
  let i = 0;
  for (; i < n - 4; i += 4) {
    v128.store(y + i * 4, v128.shuffle<i32>(v128.load(x + i * 8), v128.load(x + i * 8, 16), 0, 2, 4, 6));
  }
  for (; i < n; i++) store<u32>(y + i * 4, load<u32>(x + i * 8));
}

/** One row of n elements. */
// @ts-ignore: decorator
@inline
function row<S, D>(x: usize, y: usize, n: i32, xs: i32, ys: i32): void {
  if (xs == 1 && ys == 1) {
    let i = 0;
    if (movesBits<S, D>()) {
      copyRow<S>(x, y, n);
      return;
    }
    if (converts4<S, D>()) {
      if (sizeof<S>() == 4 && sizeof<D>() == 1) {
        for (; i <= n - 16; i += 16) convert16<S, D>(x + i * sizeof<S>(), y + i);
      }
      for (; i <= n - 4; i += 4) convert4<S, D>(x + i * sizeof<S>(), y + i * sizeof<D>());
    }
    for (; i < n; i++) {
      store<D>(y + i * sizeof<D>(), convert<S, D>(load<S>(x + i * sizeof<S>())));
    }
  } else if (xs == 0 && ys == 1) {
    fillRow<D>(y, n, 1, convert<S, D>(load<S>(x)));
  } else if (xs == 2 && ys == 1 && movesBits<S, D>() && sizeof<S>() == 4) {
    takeEven(x, y, n);
  } else {
    const xStep = <usize>xs * sizeof<S>();
    const yStep = <usize>ys * sizeof<D>();
    for (let i = 0; i < n; i++) {
      store<D>(y, convert<S, D>(load<S>(x)));
      x += xStep;
      y += yStep;
    }
  }
}

/** Transposes the 4 x 4 square of 4-byte elements at x into y; steps in bytes. */
// @ts-ignore: decorator
@inline
function transpose4(x: usize, y: usize, xStep: usize, yStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStep);
  const c = v128.load(x + 2 * xStep);
  const d = v128.load(x + 3 * xStep);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(y, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(y + yStep, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(y + 2 * yStep, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
  v128.store(y + 3 * yStep, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
}

/** Transposes the 2 x 2 square of 8-byte elements at x into y; steps in bytes. */
// @ts-ignore: decorator
@inline
function transpose2(x: usize, y: usize, xStep: usize, yStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStep);
  v128.store(y, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(y + yStep, v128.shuffle<i64>(a, b, 1, 3));
}

/** y[i][j] = x[j][i] for one block of rows x columns; steps in bytes. */
// @ts-ignore: decorator
@inline
function transposeBlock<S, D>(x: usize, y: usize, rows: i32, columns: i32, xStep: usize, yStep: usize): void {
  const side: i32 = movesBits<S, D>() && sizeof<S>() > 1 ? 16 / <i32>sizeof<S>() : 0;
  const fullRows = side > 0 ? rows & -side : 0;
  const fullColumns = side > 0 ? columns & -side : 0;
  if (side > 0) {
    for (let j = 0; j < fullColumns; j += side) {
      for (let i = 0; i < fullRows; i += side) {
        const from = x + i * sizeof<S>() + <usize>j * xStep;
        const to = y + <usize>i * yStep + j * sizeof<D>();
        if (sizeof<S>() == 4) transpose4(from, to, xStep, yStep);
        else transpose2(from, to, xStep, yStep);
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < fullRows ? fullColumns : 0; j < columns; j++) {
      const value = load<S>(x + i * sizeof<S>() + <usize>j * xStep);
      store<D>(y + <usize>i * yStep + j * sizeof<D>(), convert<S, D>(value));
    }
  }
}

/** y[i][j] = x[j][i], block by block: both sides stay in whole cache lines. */
// @ts-ignore: decorator
@inline
function transpose<S, D>(x: usize, y: usize, rows: i32, columns: i32, xStep: usize, yStep: usize): void {
  for (let i = 0; i < rows; i += BLOCK_ROWS) {
    for (let j = 0; j < columns; j += BLOCK_COLUMNS) {
      transposeBlock<S, D>(
        x + i * sizeof<S>() + <usize>j * xStep,
        y + <usize>i * yStep + j * sizeof<D>(),
        min(BLOCK_ROWS, rows - i),
        min(BLOCK_COLUMNS, columns - j),
        xStep,
        yStep,
      );
    }
  }
}

function copy<S, D>(
  x: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  xs0: i32, xs1: i32, xs2: i32, xs3: i32, ys0: i32, ys1: i32, ys2: i32, ys3: i32,
): void {
  const transposed = xs2 == 1 && ys3 == 1 && xs3 > 1 && n2 > 1;
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) {
      let from = x + <usize>(i * xs0 + j * xs1) * sizeof<S>();
      let to = y + <usize>(i * ys0 + j * ys1) * sizeof<D>();
      if (transposed) {
        transpose<S, D>(from, to, n2, n3, <usize>xs3 * sizeof<S>(), <usize>ys2 * sizeof<D>());
      } else {
        for (let k = 0; k < n2; k++) {
          row<S, D>(from, to, n3, xs3, ys3);
          from += <usize>xs2 * sizeof<S>();
          to += <usize>ys2 * sizeof<D>();
        }
      }
    }
  }
}

/** Sets n elements. */
// @ts-ignore: decorator
@inline
function fillRow<T>(y: usize, n: i32, ys: i32, value: T): void {
  if (ys == 1) {
    if (sizeof<T>() == 1) {
      memory.fill(y, <u8>value, <usize>n);
      return;
    }
    const lanes = 16 / <i32>sizeof<T>();
    const v = v128.splat<T>(value);
    let i = 0;
    for (; i <= n - 4 * lanes; i += 4 * lanes) {
      const p = y + i * sizeof<T>();
      v128.store(p, v);
      v128.store(p, v, 16);
      v128.store(p, v, 32);
      v128.store(p, v, 48);
    }
    for (; i <= n - lanes; i += lanes) v128.store(y + i * sizeof<T>(), v);
    for (; i < n; i++) store<T>(y + i * sizeof<T>(), value);
  } else {
    for (let i = 0; i < n; i++) store<T>(y + <usize>(i * ys) * sizeof<T>(), value);
  }
}

// Element types of a target, as the caller numbers them.
const TO_F32: i32 = 0;
const TO_F64: i32 = 1;
const TO_I32: i32 = 2;
const TO_U8: i32 = 3;
const TO_BOOL: i32 = 4;

/** Copies a box of f32 into elements of type `to`. */
export function f32_copy(
  to: i32,
  x: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  xs0: i32, xs1: i32, xs2: i32, xs3: i32, ys0: i32, ys1: i32, ys2: i32, ys3: i32,
): void {
  switch (to) {
    case TO_F32:
      copy<u32, u32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_F64:
      copy<f32, f64>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_I32:
      copy<f32, i32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_U8:
      copy<f32, u8>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_BOOL:
      copy<f32, bool>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
  }
}

/** Copies a box of f64 into elements of type `to`. */
export function f64_copy(
  to: i32,
  x: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  xs0: i32, xs1: i32, xs2: i32, xs3: i32, ys0: i32, ys1: i32, ys2: i32, ys3: i32,
): void {
  switch (to) {
    case TO_F32:
      copy<f64, f32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_F64:
      copy<u64, u64>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_I32:
      copy<f64, i32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_U8:
      copy<f64, u8>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_BOOL:
      copy<f64, bool>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
  }
}

/** Copies a box of i32 into elements of type `to`. */
export function i32_copy(
  to: i32,
  x: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  xs0: i32, xs1: i32, xs2: i32, xs3: i32, ys0: i32, ys1: i32, ys2: i32, ys3: i32,
): void {
  switch (to) {
    case TO_F32:
      copy<i32, f32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_F64:
      copy<i32, f64>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_I32:
      copy<u32, u32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_U8:
      copy<i32, u8>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_BOOL:
      copy<i32, bool>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
  }
}

/** Copies a box of u8 into elements of type `to`. */
export function u8_copy(
  to: i32,
  x: usize, y: usize, n0: i32, n1: i32, n2: i32, n3: i32,
  xs0: i32, xs1: i32, xs2: i32, xs3: i32, ys0: i32, ys1: i32, ys2: i32, ys3: i32,
): void {
  switch (to) {
    case TO_F32:
      copy<u8, f32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_F64:
      copy<u8, f64>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_I32:
      copy<u8, i32>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_U8:
      copy<u8, u8>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
    case TO_BOOL:
      copy<u8, bool>(x, y, n0, n1, n2, n3, xs0, xs1, xs2, xs3, ys0, ys1, ys2, ys3);
      break;
  }
}

function fill<T>(y: usize, n0: i32, n1: i32, n2: i32, s0: i32, s1: i32, s2: i32, value: T): void {
  for (let i = 0; i < n0; i++) {
    for (let j = 0; j < n1; j++) fillRow<T>(y + <usize>(i * s0 + j * s1) * sizeof<T>(), n2, s2, value);
  }
}

export function f32_fill(y: usize, n0: i32, n1: i32, n2: i32, s0: i32, s1: i32, s2: i32, value: f32): void {
  fill<f32>(y, n0, n1, n2, s0, s1, s2, value);
}

export function f64_fill(y: usize, n0: i32, n1: i32, n2: i32, s0: i32, s1: i32, s2: i32, value: f64): void {
  fill<f64>(y, n0, n1, n2, s0, s1, s2, value);
}

export function i32_fill(y: usize, n0: i32, n1: i32, n2: i32, s0: i32, s1: i32, s2: i32, value: i32): void {
  fill<i32>(y, n0, n1, n2, s0, s1, s2, value);
}

export function u8_fill(y: usize, n0: i32, n1: i32, n2: i32, s0: i32, s1: i32, s2: i32, value: u8): void {
  fill<u8>(y, n0, n1, n2, s0, s1, s2, value);
}
