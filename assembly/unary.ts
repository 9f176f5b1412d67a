// Exports of the transcendental elementwise kernels: `y[i] = f(x[i], p0, p1)` for i < n; y may be x.
import { ONE, scalar } from "./constants";
import { geluInterval, geluNear, geluOffset, piecewiseLimit, verf, verfc, vgelu } from "./erf";
import {
  expNearLimit, expReduced, onePlusExpReduced, shifted, shiftedOpposite, shiftedRemainder, shiftedSum, vexp, vexp2, vexpm1,
  vlog, vlog10, vlog1p, vlog2,
} from "./exp_log";
import { vacosh, vasinh, vatanh, vcosh, vsinh, vtanh } from "./hyperbolic";
import { mapLong } from "./map";
import { mapNear } from "./map_near";
import { vpow } from "./pow";
import {
  sigmoidNearLimit, vcelu, velu, vgeluTanh, vlogSigmoid, vmish, vselu, vsigmoid, vsilu, vsoftplus,
} from "./sigmoid";
import { vacos, vasin, vatan, vcos, vsin, vtan } from "./trig";

@unmanaged class Exp {
  @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vexp<T>(x); }
  @inline first<T>(x: v128): v128 { return shifted<T>(x); }
  @inline second<T>(x: v128, t: v128): v128 { return shiftedRemainder<T>(x, t); }
  @inline near<T>(x: v128, t: v128, r: v128): v128 { return expReduced<T>(t, r); }
  @inline limit<T>(): v128 { return expNearLimit<T>(); }
}
@unmanaged class Exp2 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vexp2<T>(x); } }
@unmanaged class Expm1 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vexpm1<T>(x); } }
@unmanaged class Log { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlog<T>(x); } }
@unmanaged class Log2 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlog2<T>(x); } }
@unmanaged class Log10 { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlog10<T>(x); } }
@unmanaged class Log1p { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlog1p<T>(x); } }
@unmanaged class Sin { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsin<T>(x); } }
@unmanaged class Cos { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vcos<T>(x); } }
@unmanaged class Tan { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vtan<T>(x); } }
@unmanaged class Asin { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vasin<T>(x); } }
@unmanaged class Acos { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vacos<T>(x); } }
@unmanaged class Atan { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vatan<T>(x); } }
@unmanaged class Sinh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsinh<T>(x); } }
@unmanaged class Cosh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vcosh<T>(x); } }
@unmanaged class Tanh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vtanh<T>(x); } }
@unmanaged class Asinh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vasinh<T>(x); } }
@unmanaged class Acosh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vacosh<T>(x); } }
@unmanaged class Atanh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vatanh<T>(x); } }
@unmanaged class Sigmoid {
  @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsigmoid<T>(x); }
  @inline first<T>(x: v128): v128 { return shiftedOpposite<T>(x); }
  @inline second<T>(x: v128, t: v128): v128 { return shiftedSum<T>(x, t); }
  @inline near<T>(x: v128, t: v128, r: v128): v128 { return v128.div<T>(scalar<T>(ONE), onePlusExpReduced<T>(t, r)); }
  @inline limit<T>(): v128 { return sigmoidNearLimit<T>(); }
}
@unmanaged class LogSigmoid { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vlogSigmoid<T>(x); } }
@unmanaged class Softplus { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsoftplus<T>(x, p0, p1); } }
@unmanaged class Silu {
  @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vsilu<T>(x); }
  @inline first<T>(x: v128): v128 { return shiftedOpposite<T>(x); }
  @inline second<T>(x: v128, t: v128): v128 { return shiftedSum<T>(x, t); }
  @inline near<T>(x: v128, t: v128, r: v128): v128 { return v128.div<T>(x, onePlusExpReduced<T>(t, r)); }
  @inline limit<T>(): v128 { return sigmoidNearLimit<T>(); }
}
@unmanaged class Mish { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vmish<T>(x); } }
@unmanaged class GeluTanh { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vgeluTanh<T>(x); } }
@unmanaged class Elu { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return velu<T>(x, p0); } }
@unmanaged class Celu { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vcelu<T>(x, p0); } }
@unmanaged class Selu { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vselu<T>(x); } }
@unmanaged class Erf { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return verf<T>(x); } }
@unmanaged class Erfc { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return verfc<T>(x); } }
@unmanaged class Gelu {
  @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vgelu<T>(x); }
  // For f32 alone.
  @inline first<T>(x: v128): v128 { return geluInterval(x); }
  @inline second<T>(x: v128, t: v128): v128 { return geluOffset(x, t); }
  @inline near<T>(x: v128, t: v128, u: v128): v128 { return geluNear(x, t, u); }
  @inline limit<T>(): v128 { return piecewiseLimit(); }
}
@unmanaged class PowScalar { @inline map<T>(x: v128, p0: v128, p1: v128): v128 { return vpow<T>(x, p0); } }

export function f32_exp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f32, Exp>(x, y, n, p0, p1); }
export function f64_exp(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f64, Exp>(x, y, n, p0, p1); }
export function f32_exp2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Exp2>(x, y, n, p0, p1); }
export function f64_exp2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Exp2>(x, y, n, p0, p1); }
export function f32_expm1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Expm1>(x, y, n, p0, p1); }
export function f64_expm1(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Expm1>(x, y, n, p0, p1); }
export function f32_log(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Log>(x, y, n, p0, p1); }
export function f64_log(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Log>(x, y, n, p0, p1); }
export function f32_log2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Log2>(x, y, n, p0, p1); }
export function f64_log2(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Log2>(x, y, n, p0, p1); }
export function f32_log10(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Log10>(x, y, n, p0, p1); }
export function f64_log10(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Log10>(x, y, n, p0, p1); }
export function f32_log1p(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Log1p>(x, y, n, p0, p1); }
export function f64_log1p(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Log1p>(x, y, n, p0, p1); }
export function f32_sin(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Sin>(x, y, n, p0, p1); }
export function f64_sin(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Sin>(x, y, n, p0, p1); }
export function f32_cos(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Cos>(x, y, n, p0, p1); }
export function f64_cos(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Cos>(x, y, n, p0, p1); }
export function f32_tan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Tan>(x, y, n, p0, p1); }
export function f64_tan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Tan>(x, y, n, p0, p1); }
export function f32_asin(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Asin>(x, y, n, p0, p1); }
export function f64_asin(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Asin>(x, y, n, p0, p1); }
export function f32_acos(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Acos>(x, y, n, p0, p1); }
export function f64_acos(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Acos>(x, y, n, p0, p1); }
export function f32_atan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Atan>(x, y, n, p0, p1); }
export function f64_atan(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Atan>(x, y, n, p0, p1); }
export function f32_sinh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Sinh>(x, y, n, p0, p1); }
export function f64_sinh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Sinh>(x, y, n, p0, p1); }
export function f32_cosh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Cosh>(x, y, n, p0, p1); }
export function f64_cosh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Cosh>(x, y, n, p0, p1); }
export function f32_tanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Tanh>(x, y, n, p0, p1); }
export function f64_tanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Tanh>(x, y, n, p0, p1); }
export function f32_asinh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Asinh>(x, y, n, p0, p1); }
export function f64_asinh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Asinh>(x, y, n, p0, p1); }
export function f32_acosh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Acosh>(x, y, n, p0, p1); }
export function f64_acosh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Acosh>(x, y, n, p0, p1); }
export function f32_atanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Atanh>(x, y, n, p0, p1); }
export function f64_atanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Atanh>(x, y, n, p0, p1); }
export function f32_sigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f32, Sigmoid>(x, y, n, p0, p1); }
export function f64_sigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f64, Sigmoid>(x, y, n, p0, p1); }
export function f32_log_sigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, LogSigmoid>(x, y, n, p0, p1); }
export function f64_log_sigmoid(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, LogSigmoid>(x, y, n, p0, p1); }
export function f32_softplus(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Softplus>(x, y, n, p0, p1); }
export function f64_softplus(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Softplus>(x, y, n, p0, p1); }
export function f32_silu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f32, Silu>(x, y, n, p0, p1); }
export function f64_silu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f64, Silu>(x, y, n, p0, p1); }
export function f32_mish(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Mish>(x, y, n, p0, p1); }
export function f64_mish(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Mish>(x, y, n, p0, p1); }
export function f32_gelu_tanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, GeluTanh>(x, y, n, p0, p1); }
export function f64_gelu_tanh(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, GeluTanh>(x, y, n, p0, p1); }
export function f32_elu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Elu>(x, y, n, p0, p1); }
export function f64_elu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Elu>(x, y, n, p0, p1); }
export function f32_celu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Celu>(x, y, n, p0, p1); }
export function f64_celu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Celu>(x, y, n, p0, p1); }
export function f32_selu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Selu>(x, y, n, p0, p1); }
export function f64_selu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Selu>(x, y, n, p0, p1); }
export function f32_erf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Erf>(x, y, n, p0, p1); }
export function f64_erf(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Erf>(x, y, n, p0, p1); }
export function f32_erfc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, Erfc>(x, y, n, p0, p1); }
export function f64_erfc(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Erfc>(x, y, n, p0, p1); }
export function f32_gelu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapNear<f32, Gelu>(x, y, n, p0, p1); }
export function f64_gelu(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, Gelu>(x, y, n, p0, p1); }
export function f32_pow_scalar(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f32, PowScalar>(x, y, n, p0, p1); }
export function f64_pow_scalar(x: usize, y: usize, n: i32, p0: f64, p1: f64): void { mapLong<f64, PowScalar>(x, y, n, p0, p1); }
