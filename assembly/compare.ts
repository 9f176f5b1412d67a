// deno-fmt-ignore-file: it drops the decorators of functions.
// Comparisons and logic of two operands, one byte, 0 or 1, per element: `<p>_<name>(a, b, out, rows, cols, aRow, aCol, bRow,
// bCol, p0, p1)`, see `mapBinary` for the layout. The parameters are not used; they are there so that every elementwise
// kernel of two operands is called alike. `out` may be an operand of bytes.
import { testBinary } from "./map";

@unmanaged
class Equal {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.eq<T>(a, b);
  }
}

@unmanaged
class NotEqual {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.ne<T>(a, b);
  }
}

@unmanaged
class Less {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.lt<T>(a, b);
  }
}

@unmanaged
class LessEqual {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.le<T>(a, b);
  }
}

@unmanaged
class Greater {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.gt<T>(a, b);
  }
}

@unmanaged
class GreaterEqual {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.ge<T>(a, b);
  }
}

/** Truth of a number: everything but zero, NaN included. */
// @ts-ignore: decorator
@inline
function isTrue<T>(x: v128): v128 {
  return v128.ne<T>(x, v128.splat<T>(<T>0));
}

@unmanaged
class LogicalAnd {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.and(isTrue<T>(a), isTrue<T>(b));
  }
}

@unmanaged
class LogicalOr {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.or(isTrue<T>(a), isTrue<T>(b));
  }
}

@unmanaged
class LogicalXor {
  @inline
  test<T>(a: v128, b: v128): v128 {
    return v128.xor(isTrue<T>(a), isTrue<T>(b));
  }
}

export function f32_eq(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, Equal>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_eq(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, Equal>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_eq(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, Equal>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_eq(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, Equal>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_ne(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, NotEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_ne(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, NotEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_ne(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, NotEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_ne(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, NotEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_lt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, Less>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_lt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, Less>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_lt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, Less>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_lt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, Less>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_le(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, LessEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_le(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, LessEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_le(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, LessEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_le(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, LessEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_gt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, Greater>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_gt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, Greater>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_gt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, Greater>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_gt(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, Greater>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_ge(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, GreaterEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_ge(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, GreaterEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_ge(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, GreaterEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_ge(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, GreaterEqual>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_logical_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, LogicalAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_logical_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, LogicalAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_logical_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, LogicalAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_logical_and(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, LogicalAnd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_logical_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, LogicalOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_logical_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, LogicalOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_logical_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, LogicalOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_logical_or(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, LogicalOr>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f32_logical_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f32, LogicalXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function f64_logical_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<f64, LogicalXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function i32_logical_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<i32, LogicalXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}

export function u8_logical_xor(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  testBinary<u8, LogicalXor>(a, b, out, rows, cols, aRow, aCol, bRow, bCol);
}
