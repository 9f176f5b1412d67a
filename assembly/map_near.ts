// deno-fmt-ignore-file: it drops the decorators of functions.
// Loops of `map.ts` for operations that have a shorter form where an operand is small.
//
// Such an operation has, besides `map`, `limit<T>()` and `near<T>` with the operands of `map`, which must give the bits of
// `map` where the magnitude of the last operand is at most the limit. Four vectors whose elements all are in that range
// take the short form together, so that one test serves them; others take `map`.
import { bits, MAGNITUDE } from "./constants";
import { eachRow, mapLong, MapLongRow } from "./map";

/** Whether the magnitudes of four vectors are all at most `limit`. That of NaN is not. */
// @ts-ignore: decorator
@inline
function allWithin<T>(x0: v128, x1: v128, x2: v128, x3: v128, limit: v128): bool {
  const m = bits<T>(MAGNITUDE);
  const low = v128.and(v128.le<T>(v128.and(x0, m), limit), v128.le<T>(v128.and(x1, m), limit));
  const high = v128.and(v128.le<T>(v128.and(x2, m), limit), v128.le<T>(v128.and(x3, m), limit));
  return i32x4.all_true(v128.and(low, high));
}

/** As `mapUnary`, for operations with a short form. */
export function mapNear<T, Op>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  const op = changetype<Op>(0);
  const s0 = v128.splat<T>(<T>p0), s1 = v128.splat<T>(<T>p1);
  const end = x + (<usize>n << alignof<T>());
  while (x < end) {
    for (; x + 64 <= end; x += 64, y += 64) {
      const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
      if (!allWithin<T>(x0, x1, x2, x3, op.limit<T>())) break;
      const y0 = op.near<T>(x0, s0, s1);
      const y1 = op.near<T>(x1, s0, s1);
      const y2 = op.near<T>(x2, s0, s1);
      const y3 = op.near<T>(x3, s0, s1);
      v128.store(y, y0);
      v128.store(y, y1, 16);
      v128.store(y, y2, 32);
      v128.store(y, y3, 48);
    }
    // The block that ended the loop, or what is left of the operand.
    mapLong<T, Op>(x, y, <i32>(min<usize>(end - x, 64) >> alignof<T>()), p0, p1);
    x += 64;
    y += 64;
  }
}

/** A row of `mapBinaryNear`. */
@unmanaged
class MapNearRow<Op> {
  @inline
  run<T>(a: usize, b: usize, out: usize, bytes: usize, aCol: i32, bCol: i32, s0: v128, s1: v128): void {
    const op = changetype<Op>(0);
    const long = changetype<MapLongRow<Op>>(0);
    const both = aCol && bCol;
    for (let i: usize = 0; i < bytes;) {
      for (; both && i + 64 <= bytes; i += 64) {
        const b0 = v128.load(b + i), b1 = v128.load(b + i, 16), b2 = v128.load(b + i, 32), b3 = v128.load(b + i, 48);
        if (!allWithin<T>(b0, b1, b2, b3, op.limit<T>())) break;
        const y0 = op.near<T>(v128.load(a + i), b0, s0, s1);
        const y1 = op.near<T>(v128.load(a + i, 16), b1, s0, s1);
        const y2 = op.near<T>(v128.load(a + i, 32), b2, s0, s1);
        const y3 = op.near<T>(v128.load(a + i, 48), b3, s0, s1);
        v128.store(out + i, y0);
        v128.store(out + i, y1, 16);
        v128.store(out + i, y2, 32);
        v128.store(out + i, y3, 48);
      }
      if (i == bytes) return;
      const rest = both ? min<usize>(bytes - i, 64) : bytes;
      long.run<T>(a + i, b + i, out + i, rest, aCol, bCol, s0, s1);
      i += rest;
    }
  }
}

/** As `mapBinary`, for operations with a short form. */
export function mapBinaryNear<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  eachRow<T, MapNearRow<Op>>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, sizeof<T>(), p0, p1);
}
