// Exports of the transcendental elementwise kernels: `y[i] = f(x[i], p0, p1)` for i < n; y may be x.
import { loadPartial, storePartial } from "./map";
import { vexp, vexp2, vexpm1, vlog, vlog10, vlog1p, vlog2 } from "./exp_log";
import { splat } from "./simd";

/**
 * Maps `Op`, a class as those of map.ts, over an array. These operations are long, so the loop holds one copy of them,
 * which also takes the incomplete last vector, and leaves overlapping the iterations to the processor.
 */
// @ts-ignore: decorator

function mapLong<T, Op>(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  const op = changetype<Op>(0);
  const s0 = splat<T>(<T> p0), s1 = splat<T>(<T> p1);
  const end = x + (<usize> n << alignof<T>());
  for (; x < end; x += 16, y += 16) {
    const partial = x + 16 > end;
    const count = <i32> ((end - x) >> alignof<T>());
    const value = op.map<T>(partial ? loadPartial<T>(x, count) : v128.load(x), s0, s1);
    if (partial) storePartial<T>(y, value, count);
    else v128.store(y, value);
  }
}

@unmanaged
class Exp {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vexp<T>(x);
  }
}
@unmanaged
class Exp2 {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vexp2<T>(x);
  }
}
@unmanaged
class Expm1 {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vexpm1<T>(x);
  }
}
@unmanaged
class Log {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vlog<T>(x);
  }
}
@unmanaged
class Log2 {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vlog2<T>(x);
  }
}
@unmanaged
class Log10 {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vlog10<T>(x);
  }
}
@unmanaged
class Log1p {
  @inline
  map<T>(x: v128, p0: v128, p1: v128): v128 {
    return vlog1p<T>(x);
  }
}

export function f32_exp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Exp>(x, y, n, p0, p1);
}
export function f64_exp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Exp>(x, y, n, p0, p1);
}
export function f32_exp2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Exp2>(x, y, n, p0, p1);
}
export function f64_exp2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Exp2>(x, y, n, p0, p1);
}
export function f32_expm1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Expm1>(x, y, n, p0, p1);
}
export function f64_expm1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Expm1>(x, y, n, p0, p1);
}
export function f32_log(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Log>(x, y, n, p0, p1);
}
export function f64_log(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Log>(x, y, n, p0, p1);
}
export function f32_log2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Log2>(x, y, n, p0, p1);
}
export function f64_log2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Log2>(x, y, n, p0, p1);
}
export function f32_log10(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Log10>(x, y, n, p0, p1);
}
export function f64_log10(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Log10>(x, y, n, p0, p1);
}
export function f32_log1p(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f32, Log1p>(x, y, n, p0, p1);
}
export function f64_log1p(x: usize, y: usize, n: i32, p0: f64, p1: f64): void {
  mapLong<f64, Log1p>(x, y, n, p0, p1);
}
