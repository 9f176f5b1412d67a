// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The register tile of the matrix product, the only part of it that is tuned to the machine.
//
// MR x NR elements of C live in twelve vectors; with two vectors of B and one broadcast element of A they fill fifteen of
// the sixteen registers of x86-64, and V8 keeps the last for itself. Of eight shapes from 2x5 to 6x2 vectors this one was
// the fastest for both float types (f32 51, f64 24.7 GFLOP/s where 59 and 29.5 are the machine's peak); unrolling k was
// slower.

import { loadPartial, storePartial } from "./map";
import { fma, lanes, splat } from "./simd";

/** Rows of a register tile: without fusion the product takes a register of its own, and the sixth row would spill. */
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** Columns of a register tile: two vectors. */
// @ts-ignore: decorator
@inline
export function NR<T>(): i32 {
  return 2 * lanes<T>();
}

/** `a * b + c` for any element type; integers wrap. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (isFloat<T>()) return fma<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

/** The element at `p` in every lane. */
// @ts-ignore: decorator
@inline
export function loadSplat<T>(p: usize): v128 {
  return sizeof<T>() == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
}

/**
 * One row of the epilogue: `c = x + (accumulate ? c : 0) + bias` for `cols` elements. `bias` is 0 for none;
 * `biasCol` is the byte distance of the biases of neighbouring columns, 0 or one element.
 */
// @ts-ignore: decorator
@inline
export function storeRow<T>(c: usize, x: v128, y: v128, cols: i32, accumulate: bool, bias: usize, biasCol: usize): void {
  if (cols == NR<T>()) {
    if (accumulate) {
      x = v128.add<T>(x, v128.load(c));
      y = v128.add<T>(y, v128.load(c, 16));
    }
    if (bias) {
      x = v128.add<T>(x, biasCol ? v128.load(bias) : loadSplat<T>(bias));
      y = v128.add<T>(y, biasCol ? v128.load(bias, 16) : loadSplat<T>(bias));
    }
    v128.store(c, x);
    v128.store(c, y, 16);
  } else {
    storeColumns<T>(c, x, min(cols, lanes<T>()), accumulate, bias, biasCol);
    if (cols > lanes<T>()) {
      storeColumns<T>(c + 16, y, cols - lanes<T>(), accumulate, bias + biasCol * <usize> lanes<T>(), biasCol);
    }
  }
}

/** The epilogue of up to one vector: `count` is 1 to lanes. Lane by lane the same sum as in a full row. */
export function storeColumns<T>(c: usize, x: v128, count: i32, accumulate: bool, bias: usize, biasCol: usize): void {
  const whole = count == lanes<T>();
  if (accumulate) x = v128.add<T>(x, whole ? v128.load(c) : loadPartial<T>(c, count));
  if (bias) {
    const b = !biasCol ? loadSplat<T>(bias) : whole ? v128.load(bias) : loadPartial<T>(bias, count);
    x = v128.add<T>(x, b);
  }
  if (whole) v128.store(c, x);
  else storePartial<T>(c, x, count);
}

/**
 * `C[rows, cols] (+)= A[MR, depth] B[depth, NR] (+ bias)`.
 *
 * Step k reads MR consecutive elements at `a + k * aStep` and NR at `b + k * bStep` (all steps in bytes), rows of C lie
 * `cRow` bytes apart. Operands are read in full whatever `rows` and `cols` are; C is touched only inside them. Each
 * element is the chain of multiply-adds in the order of k, started from zero, so it does not depend on its place in
 * the tile.
 */
export function tile<T>(
  depth: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cRow: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
): void {
  const zero = splat<T>(0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  const S = sizeof<T>();
  for (; depth > 0; depth--) {
    const x = v128.load(b), y = v128.load(b, 16);
    let t = loadSplat<T>(a);
    c00 = multiplyAdd<T>(t, x, c00);
    c01 = multiplyAdd<T>(t, y, c01);
    t = loadSplat<T>(a + S);
    c10 = multiplyAdd<T>(t, x, c10);
    c11 = multiplyAdd<T>(t, y, c11);
    t = loadSplat<T>(a + 2 * S);
    c20 = multiplyAdd<T>(t, x, c20);
    c21 = multiplyAdd<T>(t, y, c21);
    t = loadSplat<T>(a + 3 * S);
    c30 = multiplyAdd<T>(t, x, c30);
    c31 = multiplyAdd<T>(t, y, c31);
    t = loadSplat<T>(a + 4 * S);
    c40 = multiplyAdd<T>(t, x, c40);
    c41 = multiplyAdd<T>(t, y, c41);
    if (MR > 5) {
      t = loadSplat<T>(a + 5 * S);
      c50 = multiplyAdd<T>(t, x, c50);
      c51 = multiplyAdd<T>(t, y, c51);
    }
    a += aStep;
    b += bStep;
  }
  storeRow<T>(c, c00, c01, cols, accumulate, bias, biasCol);
  if (rows > 1) storeRow<T>(c += cRow, c10, c11, cols, accumulate, bias += biasRow, biasCol);
  if (rows > 2) storeRow<T>(c += cRow, c20, c21, cols, accumulate, bias += biasRow, biasCol);
  if (rows > 3) storeRow<T>(c += cRow, c30, c31, cols, accumulate, bias += biasRow, biasCol);
  if (rows > 4) storeRow<T>(c += cRow, c40, c41, cols, accumulate, bias += biasRow, biasCol);
  if (MR > 5 && rows > 5) storeRow<T>(c + cRow, c50, c51, cols, accumulate, bias + biasRow, biasCol);
}

/** The body of the two indirect tiles. */
// @ts-ignore: decorator
@inline
function indirect<T>(
  tall: bool,
  depth: i32,
  a: usize,
  b: usize,
  places: usize,
  c: usize,
  rowPlaces: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
  bias: usize,
): void {
  const zero = splat<T>(0), S = sizeof<T>(), biasRow = bias ? S : 0;
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  for (const end = places + (<usize> depth << 2); places < end; places += 4, a += <usize> MR * S) {
    const place = b + <usize> load<u32>(places), x = v128.load(place), y = v128.load(place, 16);
    let t = loadSplat<T>(a);
    c00 = multiplyAdd<T>(t, x, c00);
    c01 = multiplyAdd<T>(t, y, c01);
    t = loadSplat<T>(a + S);
    c10 = multiplyAdd<T>(t, x, c10);
    c11 = multiplyAdd<T>(t, y, c11);
    t = loadSplat<T>(a + 2 * S);
    c20 = multiplyAdd<T>(t, x, c20);
    c21 = multiplyAdd<T>(t, y, c21);
    t = loadSplat<T>(a + 3 * S);
    c30 = multiplyAdd<T>(t, x, c30);
    c31 = multiplyAdd<T>(t, y, c31);
    if (tall) {
      t = loadSplat<T>(a + 4 * S);
      c40 = multiplyAdd<T>(t, x, c40);
      c41 = multiplyAdd<T>(t, y, c41);
      if (MR > 5) {
        t = loadSplat<T>(a + 5 * S);
        c50 = multiplyAdd<T>(t, x, c50);
        c51 = multiplyAdd<T>(t, y, c51);
      }
    }
  }
  storeRow<T>(c + <usize> load<u32>(rowPlaces), c00, c01, cols, accumulate, bias, 0);
  if (rows > 1) storeRow<T>(c + <usize> load<u32>(rowPlaces, 4), c10, c11, cols, accumulate, bias += biasRow, 0);
  if (rows > 2) storeRow<T>(c + <usize> load<u32>(rowPlaces, 8), c20, c21, cols, accumulate, bias += biasRow, 0);
  if (rows > 3) storeRow<T>(c + <usize> load<u32>(rowPlaces, 12), c30, c31, cols, accumulate, bias += biasRow, 0);
  if (!tall) return;
  storeRow<T>(c + <usize> load<u32>(rowPlaces, 16), c40, c41, cols, accumulate, bias += biasRow, 0);
  if (MR > 5 && rows > 5) {
    storeRow<T>(c + <usize> load<u32>(rowPlaces, 20), c50, c51, cols, accumulate, bias + biasRow, 0);
  }
}

/**
 * `tile` with indirection, as XNNPACK calls it, for at least five rows: step k reads MR elements of A where the last step ended
 * and NR of B at `b + places[k]`, and row i of C lies at `c + rowPlaces[i]`. Both tables hold 32-bit byte offsets.
 */
export function indirectTile<T>(
  depth: i32,
  a: usize,
  b: usize,
  places: usize,
  c: usize,
  rowPlaces: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
  bias: usize,
): void {
  indirect<T>(true, depth, a, b, places, c, rowPlaces, rows, cols, accumulate, bias);
}

/** The indirect tile for up to four rows; A has MR of them all the same. */
export function lowIndirectTile<T>(
  depth: i32,
  a: usize,
  b: usize,
  places: usize,
  c: usize,
  rowPlaces: usize,
  rows: i32,
  cols: i32,
  accumulate: bool,
  bias: usize,
): void {
  indirect<T>(false, depth, a, b, places, c, rowPlaces, rows, cols, accumulate, bias);
}
