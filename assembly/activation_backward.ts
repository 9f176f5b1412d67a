// deno-fmt-ignore-file: it drops the decorators of functions.
// Derivatives that take a series, times a gradient: as backward.ts. `saved` is x, the operand of the function.
import { HALF, ONE, scalar, TWO, ZERO } from "./constants";
import { interval, offset, piecewise, piecewiseLimit, verfc } from "./erf";
import { onePlusExpReduced, shiftedOpposite, shiftedSum, vexp } from "./exp_log";
import { vtanh } from "./hyperbolic";
import { mapBinaryLong } from "./map";
import { mapBinaryNear } from "./map_near";
import { sigmoidNearLimit, vsigmoid } from "./sigmoid";
import { entry, fma, fnma, polynomial } from "./simd";
import { vcos, vsin } from "./trig";

/** g cos(x). */
@unmanaged
class SinBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.mul<T>(g, vcos<T>(x));
  }
}

/** -g sin(x). */
@unmanaged
class CosBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return v128.neg<T>(v128.mul<T>(g, vsin<T>(x)));
  }
}

/** g s (1 + x (1 - s)) with s = sigmoid(x). */
@unmanaged
class SiLUBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    return this.at<T>(g, x, vsigmoid<T>(x));
  }

  @inline
  first<T>(x: v128): v128 {
    return shiftedOpposite<T>(x);
  }

  @inline
  second<T>(x: v128, t: v128): v128 {
    return shiftedSum<T>(x, t);
  }

  @inline
  near<T>(g: v128, x: v128, t: v128, r: v128): v128 {
    return this.at<T>(g, x, v128.div<T>(scalar<T>(ONE), onePlusExpReduced<T>(t, r)));
  }

  @inline
  limit<T>(): v128 {
    return sigmoidNearLimit<T>();
  }

  @inline
  private at<T>(g: v128, x: v128, s: v128): v128 {
    return v128.mul<T>(g, v128.mul<T>(s, fma<T>(x, v128.sub<T>(scalar<T>(ONE), s), scalar<T>(ONE))));
  }
}

/** g where x > 0, else g p0 exp(x). */
@unmanaged
class ELUBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    const below = v128.mul<T>(g, v128.mul<T>(p0, vexp<T>(x)));
    return v128.bitselect(g, below, v128.gt<T>(x, scalar<T>(ZERO)));
  }
}

/** g sigmoid(p0 x), which is taken to be 1 where p0 x > p1. */
@unmanaged
class SoftplusBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    const scaled = v128.mul<T>(p0, x);
    return v128.bitselect(g, v128.mul<T>(g, vsigmoid<T>(scaled)), v128.gt<T>(scaled, p1));
  }
}

/** -1 / sqrt(2), 1 / sqrt(2 pi). */
const NORMAL_F32 = memory.data<f32>([-0.7071067811865476, 0.3989422804014327], 16);
const NORMAL_F64 = memory.data<f64>([-0.7071067811865476, 0.3989422804014327], 16);

// @ts-ignore: decorator
@inline
function normal<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? NORMAL_F32 : NORMAL_F64, i);
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: b1 to b5, then p. Absolute error below 7.5e-8. */
const NORMAL_TAIL_F32 = memory.data<f32>([
  0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429, 0.2316419,
], 16);

/** The normal distribution at x, given its density there: as accurate as 1 is in T. */
// @ts-ignore: decorator
@inline
function normalDistribution<T>(x: v128, density: v128): v128 {
  if (sizeof<T>() == 8) return v128.mul<T>(scalar<T>(HALF), verfc<T>(v128.mul<T>(x, normal<T>(0))));
  const one = scalar<T>(ONE);
  const t = v128.div<T>(one, fma<T>(v128.abs<T>(x), entry<T>(NORMAL_TAIL_F32, 5), one));
  const tail = v128.mul<T>(v128.mul<T>(density, t), polynomial<T>(t, NORMAL_TAIL_F32, 5));
  return v128.bitselect(v128.sub<T>(one, tail), tail, v128.gt<T>(x, scalar<T>(ZERO)));
}

/** P - a Z of GELUBackward at -a: a table of `piecewise` in a / 2, fitted for absolute error. */
const GELU_SLOPE_F32 = memory.data<f32>([
  0.1325324922800064, -0.12747064232826233, -0.03761442378163338, -0.0028221614193171263,
  -1.2322877645492554, 0.06472831964492798, 0.1489993929862976, 0.017892250791192055,
  1.3201717138290405, 0.6800448894500732, -0.1971929967403412, -0.05040272697806358,
  1.0856900215148926, -1.1548854112625122, -0.01609833724796772, 0.07949390262365341,
  -1.7968871593475342, 0.21844597160816193, 0.3415382504463196, -0.06783857941627502,
  -0.5853650569915771, 0.9375281929969788, -0.3744392991065979, 0.010175897739827633,
  1.4465454816818237, -0.6683074235916138, 0.06242581456899643, 0.04752696678042412,
  0.1553894281387329, -0.3040536344051361, 0.19914081692695618, -0.05636797100305557,
  -0.7683976888656616, 0.4627290368080139, -0.14600427448749542, 0.022106537595391273,
], 16);

/** The derivative of gelu for |x| / 2 <= `piecewiseLimit`, in f32: that at -|x|, and 1 less that above 0. */
// @ts-ignore: decorator
@inline
function geluSlopeNear(x: v128, t: v128, u: v128): v128 {
  const below = piecewise(t, u, GELU_SLOPE_F32, 8);
  return v128.bitselect(v128.sub<f32>(scalar<f32>(ONE), below), below, v128.gt<f32>(x, scalar<f32>(ZERO)));
}

/** g (P + x Z) with Z = exp(-x^2 / 2) / sqrt(2 pi), the density of the normal distribution, and P, its integral to x. */
@unmanaged
class GELUBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    if (sizeof<T>() == 8) return v128.mul<T>(g, this.slope<T>(x));
    const t = this.first<T>(x);
    const near = geluSlopeNear(x, t, this.second<T>(x, t));
    const beyond = v128.gt<T>(v128.abs<T>(x), this.limit<T>());
    return v128.mul<T>(g, v128.any_true(beyond) ? v128.bitselect(this.slope<T>(x), near, beyond) : near);
  }

  @inline
  private slope<T>(x: v128): v128 {
    const exponential = vexp<T>(v128.neg<T>(v128.mul<T>(scalar<T>(HALF), v128.mul<T>(x, x))));
    const density = v128.mul<T>(normal<T>(1), exponential);
    return fma<T>(x, density, normalDistribution<T>(x, density));
  }

  /** For f32 alone. */
  @inline
  near<T>(g: v128, x: v128, t: v128, u: v128): v128 {
    return v128.mul<T>(g, geluSlopeNear(x, t, u));
  }

  @inline
  first<T>(x: v128): v128 {
    return interval(this.half<T>(x));
  }

  @inline
  second<T>(x: v128, t: v128): v128 {
    return offset(this.half<T>(x), t);
  }

  @inline
  private half<T>(x: v128): v128 {
    return v128.mul<T>(v128.abs<T>(x), scalar<T>(HALF));
  }

  @inline
  limit<T>(): v128 {
    return v128.mul<T>(piecewiseLimit(), scalar<T>(TWO));
  }
}

/** sqrt(2 / pi), 0.044715, three times that. */
const GELU_TANH_F32 = memory.data<f32>([0.7978845608028654, 0.044715, 0.134145], 16);
const GELU_TANH_F64 = memory.data<f64>([0.7978845608028654, 0.044715, 0.134145], 16);

// @ts-ignore: decorator
@inline
function geluTanh<T>(i: i32): v128 {
  return entry<T>(sizeof<T>() == 4 ? GELU_TANH_F32 : GELU_TANH_F64, i);
}

/** g ((1 + t) + x (1 - t^2) k (1 + 3 c x^2)) / 2 with t = tanh(k (x + c x^3)), k = sqrt(2 / pi), c = 0.044715. */
@unmanaged
class GELUTanhBackward {
  @inline
  map<T>(g: v128, x: v128, p0: v128, p1: v128): v128 {
    const one = scalar<T>(ONE);
    const square = v128.mul<T>(x, x);
    const k = geluTanh<T>(0);
    const t = vtanh<T>(v128.mul<T>(v128.mul<T>(k, x), fma<T>(geluTanh<T>(1), square, one)));
    const slope = v128.mul<T>(k, fma<T>(geluTanh<T>(2), square, one));
    const bent = v128.mul<T>(v128.mul<T>(x, fnma<T>(t, t, one)), slope);
    return v128.mul<T>(g, v128.mul<T>(scalar<T>(HALF), v128.add<T>(v128.add<T>(one, t), bent)));
  }
}

export function f32_sin_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, SinBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_sin_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, SinBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_cos_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, CosBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_cos_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, CosBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_silu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryNear<f32, SiLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_silu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryNear<f64, SiLUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_elu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, ELUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_elu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, ELUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_softplus_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, SoftplusBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_softplus_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, SoftplusBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_gelu_tanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f32, GELUTanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_gelu_tanh_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, GELUTanhBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f32_gelu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryNear<f32, GELUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}

export function f64_gelu_backward(a: usize, b: usize, out: usize, rows: i32, cols: i32, aRow: i32, aCol: i32,
  bRow: i32, bCol: i32, p0: f64, p1: f64): void {
  mapBinaryLong<f64, GELUBackward>(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
}
