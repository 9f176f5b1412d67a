// deno-fmt-ignore-file: it drops the decorators of functions.
// Loops that carry an elementwise operation over memory, 16 bytes at a time.
//
// An operation is a class without fields whose method takes and gives whole vectors; `changetype<Op>(0)` is an instance of
// it that needs no memory, and every call on it is resolved when the loop is compiled for that operation. The last,
// incomplete vector goes through the same method with its spare lanes set to zero, so an element's result never depends
// on where it lies, and no byte outside the operands is touched.
//
// Operations: `map<T>(x, p0, p1)`, `map<T>(a, b, p0, p1)` or `map<T>(a, b, c, p0, p1)` give a vector of T; `test<T>(x)` or
// `test<T>(a, b)` give a mask, which the loop stores as one byte (0 or 1) per element.

/** Byte mask that turns the all-ones of a comparison into 1. */
const ONE_BYTES = memory.data<u64>([0x0101010101010101, 0x0101010101010101], 16);

/** Loads `count` elements, 0 < count < 16 / sizeof<T>(), into the low lanes; the other lanes are zero. */
export function loadPartial<T>(x: usize, count: i32): v128 {
  if (sizeof<T>() == 8) return v128.load64_zero(x);
  if (sizeof<T>() == 4) {
    if (count == 1) return v128.load32_zero(x);
    const low = v128.load64_zero(x);
    return count == 2 ? low : v128.load32_lane(x + 8, low, 2);
  }
  let low: u64 = 0;
  let high: u64 = 0;
  for (let i = 0; i < count; i++) {
    const byte = <u64>load<u8>(x + i);
    if (i < 8) low |= byte << (8 * i);
    else high |= byte << (8 * (i - 8));
  }
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

/** Stores the `count` low lanes, 0 < count < 16 / sizeof<T>(). */
export function storePartial<T>(y: usize, value: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(y, value, 0);
  } else if (sizeof<T>() == 4) {
    if (count == 1) {
      v128.store32_lane(y, value, 0);
    } else {
      v128.store64_lane(y, value, 0);
      if (count == 3) v128.store32_lane(y + 8, value, 2);
    }
  } else {
    const low = i64x2.extract_lane(value, 0);
    const high = i64x2.extract_lane(value, 1);
    for (let i = 0; i < count; i++) {
      store<u8>(y + i, <u8>(i < 8 ? low >> (8 * i) : high >> (8 * (i - 8))));
    }
  }
}

/** `Op.apply<T>(a, b)` for the elements of each lane: for what has no vector instructions. T has 4 or 8 bytes. */
export function mapLanes<T, Op>(a: v128, b: v128): v128 {
  const op = changetype<Op>(0);
  let out = v128.replace_lane<T>(a, 0, op.apply<T>(v128.extract_lane<T>(a, 0), v128.extract_lane<T>(b, 0)));
  out = v128.replace_lane<T>(out, 1, op.apply<T>(v128.extract_lane<T>(a, 1), v128.extract_lane<T>(b, 1)));
  if (sizeof<T>() == 4) {
    out = v128.replace_lane<T>(out, 2, op.apply<T>(v128.extract_lane<T>(a, 2), v128.extract_lane<T>(b, 2)));
    out = v128.replace_lane<T>(out, 3, op.apply<T>(v128.extract_lane<T>(a, 3), v128.extract_lane<T>(b, 3)));
  }
  return out;
}

/** Stores the `count` low lanes of a mask as bytes 0 or 1. */
function storeMask<T>(out: usize, mask: v128, count: i32): void {
  const bits = sizeof<T>() == 8 ? i64x2.bitmask(mask) : sizeof<T>() == 4 ? i32x4.bitmask(mask) : i8x16.bitmask(mask);
  for (let i = 0; i < count; i++) store<u8>(out + i, <u8>((bits >> i) & 1));
}

/** Stores four whole masks as bytes 0 or 1. */
// @ts-ignore: decorator
@inline
function storeMasks<T>(out: usize, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const one = v128.load(ONE_BYTES);
  if (sizeof<T>() == 1) {
    v128.store(out, v128.and(m0, one));
    v128.store(out, v128.and(m1, one), 16);
    v128.store(out, v128.and(m2, one), 32);
    v128.store(out, v128.and(m3, one), 48);
  } else if (sizeof<T>() == 4) {
    const low = i16x8.narrow_i32x4_s(m0, m1);
    const high = i16x8.narrow_i32x4_s(m2, m3);
    v128.store(out, v128.and(i8x16.narrow_i16x8_s(low, high), one));
  } else {
    const low = v128.shuffle<i32>(m0, m1, 0, 2, 4, 6);
    const high = v128.shuffle<i32>(m2, m3, 0, 2, 4, 6);
    const words = i16x8.narrow_i32x4_s(low, high);
    v128.store64_lane(out, v128.and(i8x16.narrow_i16x8_s(words, words), one), 0);
  }
}

/** `y[i] = Op.map(x[i], p0, p1)` for i < n. `y` may be `x`. */
export function mapUnary<T, Op>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  const op = changetype<Op>(0);
  const s0 = v128.splat<T>(<T>p0);
  const s1 = v128.splat<T>(<T>p1);
  const end = x + (<usize>n << alignof<T>());
  for (; x + 64 <= end; x += 64, y += 64) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const x2 = v128.load(x, 32);
    const x3 = v128.load(x, 48);
    v128.store(y, op.map<T>(x0, s0, s1));
    v128.store(y, op.map<T>(x1, s0, s1), 16);
    v128.store(y, op.map<T>(x2, s0, s1), 32);
    v128.store(y, op.map<T>(x3, s0, s1), 48);
  }
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, op.map<T>(v128.load(x), s0, s1));
  if (x < end) {
    const count = <i32>((end - x) >> alignof<T>());
    storePartial<T>(y, op.map<T>(loadPartial<T>(x, count), s0, s1), count);
  }
}

/**
 * As `mapUnary`, for operations so long that the loop should hold a single copy of them, which also takes the incomplete
 * last vector, and that leave overlapping the iterations to the processor.
 */
// @ts-ignore: decorator
@inline
export function mapLong<T, Op>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  const op = changetype<Op>(0);
  const s0 = v128.splat<T>(<T>p0), s1 = v128.splat<T>(<T>p1);
  const end = x + (<usize>n << alignof<T>());
  for (; x < end; x += 16, y += 16) {
    const partial = x + 16 > end;
    const count = <i32>((end - x) >> alignof<T>());
    const value = op.map<T>(partial ? loadPartial<T>(x, count) : v128.load(x), s0, s1);
    if (partial) storePartial<T>(y, value, count);
    else v128.store(y, value);
  }
}

/** `y[i] = Op.test(x[i])`, one byte each, for i < n. */
export function testUnary<T, Op>(x: usize, y: usize, n: i32): void {
  const op = changetype<Op>(0);
  const lanes = <i32>(16 / sizeof<T>());
  const end = x + (<usize>n << alignof<T>());
  for (; x + 64 <= end; x += 64, y += 4 * lanes) {
    const m0 = op.test<T>(v128.load(x));
    const m1 = op.test<T>(v128.load(x, 16));
    const m2 = op.test<T>(v128.load(x, 32));
    const m3 = op.test<T>(v128.load(x, 48));
    storeMasks<T>(y, m0, m1, m2, m3);
  }
  for (; x + 16 <= end; x += 16, y += lanes) storeMask<T>(y, op.test<T>(v128.load(x)), lanes);
  if (x < end) {
    const count = <i32>((end - x) >> alignof<T>());
    storeMask<T>(y, op.test<T>(loadPartial<T>(x, count)), count);
  }
}

/** Whether the rows of an operand follow each other as its columns do, so that all of it is one long row. */
// @ts-ignore: decorator
@inline
function isFlat(rows: i32, cols: i32, row: i32, col: i32): bool {
  return rows == 1 || row == cols * col;
}

/** Calls `Row.run` for each row of `bytes` bytes of T, or once if rows follow each other; results have `outSize` bytes. */
// @ts-ignore: decorator
@inline
export function eachRow<T, Row>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32, bRow: i32,
  bCol: i32, outSize: usize, p0: f64, p1: f64): void {
  const row = changetype<Row>(0);
  const s0 = v128.splat<T>(<T>p0);
  const s1 = v128.splat<T>(<T>p1);
  if (rows == 0 || cols == 0) return;
  if (isFlat(rows, cols, aRow, aCol) && isFlat(rows, cols, bRow, bCol)) {
    cols *= rows;
    rows = 1;
  }
  const bytes = <usize>cols << alignof<T>();
  const outStep = <usize>cols * outSize;
  const aStep = <usize>aRow << alignof<T>();
  const bStep = <usize>bRow << alignof<T>();
  for (let i = 0; i < rows; i++) {
    row.run<T>(a, b, out, bytes, aCol, bCol, s0, s1);
    a += aStep;
    b += bStep;
    out += outStep;
  }
}

/** A row of `mapBinary`: operands with a column stride of 0 stay in registers. */
@unmanaged
class MapRow<Op> {
  @inline
  run<T>(a: usize, b: usize, out: usize, bytes: usize, aCol: i32, bCol: i32, s0: v128, s1: v128): void {
    const op = changetype<Op>(0);
    let i: usize = 0;
    // Apart from the case of a scalar operand, whose branches and loop-carried values would cost this loop a third. One
    // running address and stores between the loads are worth another eighth.
    if (aCol & bCol) {
      const whole = bytes & ~63;
      const end = a + whole;
      const toB = b - a, toOut = out - a;
      for (let p = a; p < end; p += 64) {
        const a0 = v128.load(p), b0 = v128.load(p + toB);
        v128.store(p + toOut, op.map<T>(a0, b0, s0, s1));
        const a1 = v128.load(p, 16), b1 = v128.load(p + toB, 16);
        v128.store(p + toOut, op.map<T>(a1, b1, s0, s1), 16);
        const a2 = v128.load(p, 32), b2 = v128.load(p + toB, 32);
        v128.store(p + toOut, op.map<T>(a2, b2, s0, s1), 32);
        const a3 = v128.load(p, 48), b3 = v128.load(p + toB, 48);
        v128.store(p + toOut, op.map<T>(a3, b3, s0, s1), 48);
      }
      i = whole;
    }
    let a0 = v128.load_splat<T>(a);
    let b0 = v128.load_splat<T>(b);
    if (!bCol) {
      for (; i + 32 <= bytes; i += 32) {
        if (aCol) a0 = v128.load(a + i);
        v128.store(out + i, op.map<T>(a0, b0, s0, s1));
        if (aCol) a0 = v128.load(a + i, 16);
        v128.store(out + i, op.map<T>(a0, b0, s0, s1), 16);
      }
    }
    for (; i + 16 <= bytes; i += 16) {
      if (aCol) a0 = v128.load(a + i);
      if (bCol) b0 = v128.load(b + i);
      v128.store(out + i, op.map<T>(a0, b0, s0, s1));
    }
    if (i < bytes) {
      const count = <i32>((bytes - i) >> alignof<T>());
      if (aCol) a0 = loadPartial<T>(a + i, count);
      if (bCol) b0 = loadPartial<T>(b + i, count);
      storePartial<T>(out + i, op.map<T>(a0, b0, s0, s1), count);
    }
  }
}

/** A row of `mapBinaryLong`. */
@unmanaged
export class MapLongRow<Op> {
  @inline
  run<T>(a: usize, b: usize, out: usize, bytes: usize, aCol: i32, bCol: i32, s0: v128, s1: v128): void {
    const op = changetype<Op>(0);
    let va = v128.load_splat<T>(a);
    let vb = v128.load_splat<T>(b);
    for (let i: usize = 0; i < bytes; i += 16) {
      const partial = i + 16 > bytes;
      const count = <i32>((bytes - i) >> alignof<T>());
      if (aCol) va = partial ? loadPartial<T>(a + i, count) : v128.load(a + i);
      if (bCol) vb = partial ? loadPartial<T>(b + i, count) : v128.load(b + i);
      const value = op.map<T>(va, vb, s0, s1);
      if (partial) storePartial<T>(out + i, value, count);
      else v128.store(out + i, value);
    }
  }
}

/** A row of `testBinary`. */
@unmanaged
class TestRow<Op> {
  @inline
  run<T>(a: usize, b: usize, out: usize, bytes: usize, aCol: i32, bCol: i32, s0: v128, s1: v128): void {
    const op = changetype<Op>(0);
    const lanes = <i32>(16 / sizeof<T>());
    let a0 = v128.load_splat<T>(a), a1 = a0, a2 = a0, a3 = a0;
    let b0 = v128.load_splat<T>(b), b1 = b0, b2 = b0, b3 = b0;
    let i: usize = 0;
    for (; i + 64 <= bytes; i += 64, out += 4 * lanes) {
      if (aCol) {
        a0 = v128.load(a + i);
        a1 = v128.load(a + i, 16);
        a2 = v128.load(a + i, 32);
        a3 = v128.load(a + i, 48);
      }
      if (bCol) {
        b0 = v128.load(b + i);
        b1 = v128.load(b + i, 16);
        b2 = v128.load(b + i, 32);
        b3 = v128.load(b + i, 48);
      }
      storeMasks<T>(out, op.test<T>(a0, b0), op.test<T>(a1, b1), op.test<T>(a2, b2), op.test<T>(a3, b3));
    }
    for (; i < bytes; i += 16, out += lanes) {
      const partial = i + 16 > bytes;
      const count = partial ? <i32>((bytes - i) >> alignof<T>()) : lanes;
      if (aCol) a0 = partial ? loadPartial<T>(a + i, count) : v128.load(a + i);
      if (bCol) b0 = partial ? loadPartial<T>(b + i, count) : v128.load(b + i);
      storeMask<T>(out, op.test<T>(a0, b0), count);
    }
  }
}

/**
 * `out[i, j] = Op.map(a[i * aRow + j * aCol], b[i * bRow + j * bCol], p0, p1)` for i < rows, j < cols.
 *
 * `out` is contiguous; strides count elements; column strides are 0 or 1. `out` may be `a` or `b` where that operand is
 * contiguous too.
 */
export function mapBinary<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32, bRow: i32,
  bCol: i32, p0: f64, p1: f64): void {
  eachRow<T, MapRow<Op>>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, sizeof<T>(), p0, p1);
}

/** As `mapBinary`, for operations so long that the loop should hold a single copy of them. */
export function mapBinaryLong<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  eachRow<T, MapLongRow<Op>>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, sizeof<T>(), p0, p1);
}

/** As `mapBinary`, one element at a time: `Op.apply<T>(a, b, flag)`. */
export function mapScalars<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32, bRow: i32,
  bCol: i32, flag: bool): void {
  const op = changetype<Op>(0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, out += sizeof<T>()) {
      const left = a + (<usize>(i * aRow + j * aCol) << alignof<T>());
      const right = b + (<usize>(i * bRow + j * bCol) << alignof<T>());
      store<T>(out, op.apply<T>(load<T>(left), load<T>(right), flag));
    }
  }
}

/** `out[i, j] = Op.test(a[i * aRow + j * aCol], b[i * bRow + j * bCol])`, one byte each; operands as in `mapBinary`. */
export function testBinary<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32, bRow: i32,
  bCol: i32): void {
  eachRow<T, TestRow<Op>>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, 1, 0, 0);
}

/**
 * `out[i] = Op.map(a[i * aStride], b[i * bStride], c[i * cStride], p0, p1)` for i < n. Strides are 0 or 1; `out` may be
 * an operand of stride 1.
 */
export function mapTernary<T, Op>(a: usize, b: usize, c: usize, out: usize, n: i32, aStride: i32, bStride: i32,
  cStride: i32, p0: f64, p1: f64): void {
  if (n <= 0) return;
  const op = changetype<Op>(0);
  const s0 = v128.splat<T>(<T>p0);
  const s1 = v128.splat<T>(<T>p1);
  const bytes = <usize>n << alignof<T>();
  let a0 = v128.load_splat<T>(a), a1 = a0;
  let b0 = v128.load_splat<T>(b), b1 = b0;
  let c0 = v128.load_splat<T>(c), c1 = c0;
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    if (aStride) {
      a0 = v128.load(a + i);
      a1 = v128.load(a + i, 16);
    }
    if (bStride) {
      b0 = v128.load(b + i);
      b1 = v128.load(b + i, 16);
    }
    if (cStride) {
      c0 = v128.load(c + i);
      c1 = v128.load(c + i, 16);
    }
    v128.store(out + i, op.map<T>(a0, b0, c0, s0, s1));
    v128.store(out + i, op.map<T>(a1, b1, c1, s0, s1), 16);
  }
  for (; i < bytes; i += 16) {
    const partial = i + 16 > bytes;
    const count = <i32>((bytes - i) >> alignof<T>());
    if (aStride) a0 = partial ? loadPartial<T>(a + i, count) : v128.load(a + i);
    if (bStride) b0 = partial ? loadPartial<T>(b + i, count) : v128.load(b + i);
    if (cStride) c0 = partial ? loadPartial<T>(c + i, count) : v128.load(c + i);
    const value = op.map<T>(a0, b0, c0, s0, s1);
    if (partial) storePartial<T>(out + i, value, count);
    else v128.store(out + i, value);
  }
}
