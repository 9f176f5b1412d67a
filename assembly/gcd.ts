// deno-fmt-ignore-file: it drops the decorators of functions.
// The greatest common divisor and the least common multiple:
// `i32_<name>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1)`, see `mapBinary` for the layout. What exceeds 32 bits
// wraps.
import { mapScalars } from "./map";

/** Euclid's algorithm, on the magnitudes. */
@unmanaged
class Gcd {
  @inline
  apply<T>(a: T, b: T, multiple: bool): T {
    let x = <u32>abs(a), y = <u32>abs(b);
    while (y != 0) {
      const rest = x % y;
      x = y;
      y = rest;
    }
    return multiple && x != 0 ? <T>abs(a / <T>x * b) : <T>x;
  }
}

export function i32_gcd(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<i32, Gcd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, false);
}

export function i32_lcm(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapScalars<i32, Gcd>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, true);
}
