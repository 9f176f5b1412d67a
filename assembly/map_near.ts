// deno-fmt-ignore-file: it drops the decorators of functions.
// Loops of `map.ts` for operations that have a shorter form where an operand is small.
//
// Such an operation has, besides `map`, `limit<T>()` and three steps that must give the bits of `map` where the magnitude
// of x, the last operand, is at most the limit: t = `first<T>(x)`, r = `second<T>(x, t)` and `near<T>` of the operands, t
// and r. Four vectors whose elements all are in that range take the short form together, so that one test and one load of
// each constant serve them; others take `map`. The steps before the test start four chains of dependent operations at
// once, which the compiler would put one behind the other.
import { bits, MAGNITUDE } from "./constants";
import { eachRow, mapLong, MapLongRow } from "./map";

/** Whether the magnitudes of four vectors are all at most `limit`. That of NaN is not. */
// @ts-ignore: decorator
@inline
function allWithin<T>(x0: v128, x1: v128, x2: v128, x3: v128, limit: v128): bool {
  const m = bits<T>(MAGNITUDE);
  if (sizeof<T>() == 4) {
    // Magnitudes are in the order of their bits.
    const low = i32x4.max_s(v128.and(x0, m), v128.and(x1, m)), high = i32x4.max_s(v128.and(x2, m), v128.and(x3, m));
    return !v128.any_true(i32x4.gt_s(i32x4.max_s(low, high), limit));
  }
  const low = v128.and(v128.le<T>(v128.and(x0, m), limit), v128.le<T>(v128.and(x1, m), limit));
  const high = v128.and(v128.le<T>(v128.and(x2, m), limit), v128.le<T>(v128.and(x3, m), limit));
  return i32x4.all_true(v128.and(low, high));
}

/** As `mapUnary`, for operations with a short form. */
export function mapNear<T, Op>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  const op = changetype<Op>(0);
  const s0 = v128.splat<T>(<T>p0), s1 = v128.splat<T>(<T>p1);
  const end = x + (<usize>n << alignof<T>());
  for (; x < end; x += 64, y += 64) {
    if (x + 64 <= end) {
      const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
      const t0 = op.first<T>(x0), t1 = op.first<T>(x1), t2 = op.first<T>(x2), t3 = op.first<T>(x3);
      const r0 = op.second<T>(x0, t0), r1 = op.second<T>(x1, t1), r2 = op.second<T>(x2, t2), r3 = op.second<T>(x3, t3);
      if (allWithin<T>(x0, x1, x2, x3, op.limit<T>())) {
        const y0 = op.near<T>(x0, t0, r0);
        const y1 = op.near<T>(x1, t1, r1);
        const y2 = op.near<T>(x2, t2, r2);
        const y3 = op.near<T>(x3, t3, r3);
        v128.store(y, y0);
        v128.store(y, y1, 16);
        v128.store(y, y2, 32);
        v128.store(y, y3, 48);
        continue;
      }
    }
    // A block with an element beyond the limit, or what is left of the operand.
    mapLong<T, Op>(x, y, <i32>(min<usize>(end - x, 64) >> alignof<T>()), p0, p1);
  }
}

/** A row of `mapBinaryNear`. */
@unmanaged
class MapNearRow<Op> {
  @inline
  run<T>(a: usize, b: usize, out: usize, bytes: usize, aCol: i32, bCol: i32, s0: v128, s1: v128): void {
    const op = changetype<Op>(0);
    const long = changetype<MapLongRow<Op>>(0);
    if (!aCol || !bCol) return long.run<T>(a, b, out, bytes, aCol, bCol, s0, s1);
    for (let i: usize = 0; i < bytes; i += 64) {
      if (i + 64 <= bytes) {
        const x = b + i;
        const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
        const t0 = op.first<T>(x0), t1 = op.first<T>(x1), t2 = op.first<T>(x2), t3 = op.first<T>(x3);
        const r0 = op.second<T>(x0, t0), r1 = op.second<T>(x1, t1), r2 = op.second<T>(x2, t2), r3 = op.second<T>(x3, t3);
        if (allWithin<T>(x0, x1, x2, x3, op.limit<T>())) {
          const y0 = op.near<T>(v128.load(a + i), x0, t0, r0);
          const y1 = op.near<T>(v128.load(a + i, 16), x1, t1, r1);
          const y2 = op.near<T>(v128.load(a + i, 32), x2, t2, r2);
          const y3 = op.near<T>(v128.load(a + i, 48), x3, t3, r3);
          v128.store(out + i, y0);
          v128.store(out + i, y1, 16);
          v128.store(out + i, y2, 32);
          v128.store(out + i, y3, 48);
          continue;
        }
      }
      long.run<T>(a + i, b + i, out + i, min<usize>(bytes - i, 64), aCol, bCol, s0, s1);
    }
  }
}

/** As `mapBinary`, for operations with a short form. */
export function mapBinaryNear<T, Op>(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  eachRow<T, MapNearRow<Op>>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, sizeof<T>(), p0, p1);
}
