/**
 * The methods that ops give to `Tensor`. Generated from `ops/mod.ts` by `deno task build`: do not edit.
 *
 * @module
 */
import type { DType } from "./dtype.ts";
import type { Generator } from "./generator.ts";
import type { Index } from "./index_entry.ts";
import type { Shape } from "./shape.ts";
import type { Device, Tensor, TensorLike, TensorOptions } from "./tensor.ts";

/** One method per op. */
export interface TensorMethods {
  /** Absolute value of each element. The derivative at 0 is 0. */
  abs(): Tensor;
  /** In-place form of `abs`: writes the result into this tensor. */
  abs_(): Tensor;
  /** Arc cosine of each element. */
  acos(): Tensor;
  /** In-place form of `acos`: writes the result into this tensor. */
  acos_(): Tensor;
  /** Inverse hyperbolic cosine of each element. */
  acosh(): Tensor;
  /** In-place form of `acosh`: writes the result into this tensor. */
  acosh_(): Tensor;
  /** Sum of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. For bools, whether either is true. */
  add(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** In-place form of `add`: writes the result into this tensor. */
  add_(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** beta input + alpha times the sum of the products of two stacks of equally many matrices. The input broadcasts. */
  addbmm(batch1: Tensor, batch2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** In-place form of `addbmm`: writes the result into this tensor. */
  addbmm_(batch1: Tensor, batch2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** input + value tensor1 / tensor2. */
  addcdiv(tensor1: TensorLike, tensor2: TensorLike, options?: { value?: number }): Tensor;
  /** In-place form of `addcdiv`: writes the result into this tensor. */
  addcdiv_(tensor1: TensorLike, tensor2: TensorLike, options?: { value?: number }): Tensor;
  /** input + value tensor1 tensor2. */
  addcmul(tensor1: TensorLike, tensor2: TensorLike, options?: { value?: number }): Tensor;
  /** In-place form of `addcmul`: writes the result into this tensor. */
  addcmul_(tensor1: TensorLike, tensor2: TensorLike, options?: { value?: number }): Tensor;
  /** beta input + alpha mat1 mat2. The input broadcasts. */
  addmm(mat1: Tensor, mat2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** In-place form of `addmm`: writes the result into this tensor. */
  addmm_(mat1: Tensor, mat2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** beta input + alpha mat vec. The input broadcasts. */
  addmv(mat: Tensor, vec: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** In-place form of `addmv`: writes the result into this tensor. */
  addmv_(mat: Tensor, vec: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** beta input + alpha times the outer product of two vectors. The input broadcasts, and the operands are promoted to a common dtype. */
  addr(vec1: Tensor, vec2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** In-place form of `addr`: writes the result into this tensor. */
  addr_(vec1: Tensor, vec2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** True where all elements along `dim` are nonzero. */
  all(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** Whether |input - other| <= atol + rtol |other| everywhere. Shapes broadcast. */
  allclose(other: TensorLike, options?: { rtol?: number; atol?: number; equalNan?: boolean }): boolean;
  /** Largest element over `dim` (one axis, several, or all). Equal ones share the gradient evenly. NaN counts as largest. */
  amax(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** Smallest element over `dim` (one axis, several, or all). Equal ones share the gradient evenly. NaN counts as smallest. */
  amin(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** Both extrema over `dim` (one axis, or all). */
  aminmax(dim?: number | null, options?: { keepdim?: boolean }): { min: Tensor; max: Tensor };
  /** True where any element along `dim` is nonzero. */
  any(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** Index (int32) of the first largest element along `dim`; in row-major order where `dim` is not given. */
  argmax(dim?: number | null, options?: { keepdim?: boolean }): Tensor;
  /** Index (int32) of the first smallest element along `dim`; in row-major order where `dim` is not given. */
  argmin(dim?: number | null, options?: { keepdim?: boolean }): Tensor;
  /** Positions (int32) of the elements along `dim` in ascending order. */
  argsort(dim?: number, options?: { descending?: boolean; stable?: boolean }): Tensor;
  /** The coordinates of the elements that are not zero, one row each: another name of `nonzero`. */
  argwhere(): Tensor;
  /** A view of the input's storage with explicit strides and offset, in elements. */
  asStrided(shape: Shape, strides: readonly number[], offset?: number): Tensor;
  /** A copy of `input` in which the window given by shape, strides and offset holds `source`. */
  asStridedScatter(source: Tensor, shape: Shape, strides: readonly number[], offset?: number): Tensor;
  /** Arc sine of each element. */
  asin(): Tensor;
  /** In-place form of `asin`: writes the result into this tensor. */
  asin_(): Tensor;
  /** Inverse hyperbolic sine of each element. */
  asinh(): Tensor;
  /** In-place form of `asinh`: writes the result into this tensor. */
  asinh_(): Tensor;
  /** Arc tangent of each element. */
  atan(): Tensor;
  /** In-place form of `atan`: writes the result into this tensor. */
  atan_(): Tensor;
  /** Angle of the point (`other`, `input`), in radians, from -pi to pi. Shapes broadcast. */
  atan2(other: TensorLike): Tensor;
  /** In-place form of `atan2`: writes the result into this tensor. */
  atan2_(other: TensorLike): Tensor;
  /** Inverse hyperbolic tangent of each element. */
  atanh(): Tensor;
  /** In-place form of `atanh`: writes the result into this tensor. */
  atanh_(): Tensor;
  /** At least one axis: 0-d tensors become vectors. Takes a tensor or several. */
  atleast1d(): Tensor;
  /** At least two axes: vectors become rows. Takes a tensor or several. */
  atleast2d(): Tensor;
  /** At least three axes: [n] becomes [1, n, 1] and [n, m] becomes [n, m, 1]. Takes a tensor or several. */
  atleast3d(): Tensor;
  /** beta input + alpha batch1 batch2, for stacks of equally many matrices. The input broadcasts. */
  baddbmm(batch1: Tensor, batch2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** In-place form of `baddbmm`: writes the result into this tensor. */
  baddbmm_(batch1: Tensor, batch2: Tensor, options?: { beta?: number; alpha?: number }): Tensor;
  /** 1 with the probability that each element of `input` states, or with probability `p` for all; else 0. No gradient. */
  bernoulli(p?: number | null, options?: TensorOptions & { generator?: Generator }): Tensor;
  /** Fills the tensor with 1 with probability `p`, else 0. */
  bernoulli_(p?: number, options?: TensorOptions & { generator?: Generator }): Tensor;
  /** How often each of the numbers 0, 1, ... is in a vector of integers, as int32, or the sum of its weights. */
  bincount(options?: { weights?: Tensor; minlength?: number }): Tensor;
  /** Bits that are set in both. */
  bitwiseAnd(other: TensorLike): Tensor;
  /** In-place form of `bitwiseAnd`: writes the result into this tensor. */
  bitwiseAnd_(other: TensorLike): Tensor;
  /** `input` times 2 to the power `other`, within the bits of the dtype; 0 where `other` is no position of a bit. */
  bitwiseLeftShift(other: TensorLike): Tensor;
  /** In-place form of `bitwiseLeftShift`: writes the result into this tensor. */
  bitwiseLeftShift_(other: TensorLike): Tensor;
  /** All bits turned over; for bools, the opposite. */
  bitwiseNot(): Tensor;
  /** In-place form of `bitwiseNot`: writes the result into this tensor. */
  bitwiseNot_(): Tensor;
  /** Bits that are set in either. */
  bitwiseOr(other: TensorLike): Tensor;
  /** In-place form of `bitwiseOr`: writes the result into this tensor. */
  bitwiseOr_(other: TensorLike): Tensor;
  /** `input` divided by 2 to the power `other`, rounded down. */
  bitwiseRightShift(other: TensorLike): Tensor;
  /** In-place form of `bitwiseRightShift`: writes the result into this tensor. */
  bitwiseRightShift_(other: TensorLike): Tensor;
  /** Bits that are set in exactly one. */
  bitwiseXor(other: TensorLike): Tensor;
  /** In-place form of `bitwiseXor`: writes the result into this tensor. */
  bitwiseXor_(other: TensorLike): Tensor;
  /** Products of two stacks of equally many matrices: [b, n, m] and [b, m, p] give [b, n, p]. */
  bmm(mat2: Tensor): Tensor;
  /** Whether each element is nonzero. */
  bool(): Tensor;
  /** Broadcasts to `shape` without copying. */
  broadcastTo(...shape: readonly (number | Shape)[]): Tensor;
  /** Which interval between the ascending `boundaries` each element lies in: int32 in the shape of `input`. */
  bucketize(boundaries: Tensor, options?: { right?: boolean; outInt32?: boolean }): Tensor;
  /** Smallest integer not below each element. The derivative is 0. */
  ceil(): Tensor;
  /** In-place form of `ceil`: writes the result into this tensor. */
  ceil_(): Tensor;
  /** At most `chunks` views of equal size along `dim`; the last may be smaller. */
  chunk(chunks: number, dim?: number): Tensor[];
  /** Each element, or the bound that it crosses: `max` wins where `min` exceeds it. Shapes broadcast. */
  clamp(min?: TensorLike | null, max?: TensorLike | null): Tensor;
  /** In-place form of `clamp`: writes the result into this tensor. */
  clamp_(min?: TensorLike | null, max?: TensorLike | null): Tensor;
  /** Each element, or `max` where it is greater. Shapes broadcast. */
  clampMax(max: TensorLike): Tensor;
  /** In-place form of `clampMax`: writes the result into this tensor. */
  clampMax_(max: TensorLike): Tensor;
  /** Each element, or `min` where it is less. Shapes broadcast. */
  clampMin(min: TensorLike): Tensor;
  /** In-place form of `clampMin`: writes the result into this tensor. */
  clampMin_(min: TensorLike): Tensor;
  /** Another name of `clamp`. */
  clip(min?: TensorLike | null, max?: TensorLike | null): Tensor;
  /** In-place form of `clip`: writes the result into this tensor. */
  clip_(min?: TensorLike | null, max?: TensorLike | null): Tensor;
  /** A copy with the same values and history, in fresh contiguous memory. */
  clone(): Tensor;
  /** All combinations of `r` elements of a vector, as rows, in the order of their positions. */
  combinations(options?: { r?: number; withReplacement?: boolean }): Tensor;
  /** The tensor itself if its elements lie in row-major order, else a copy that does. */
  contiguous(): Tensor;
  /** Copies the values of `source`, which broadcasts, is converted and may be on another device, into this tensor. */
  copy_(source: TensorLike): Tensor;
  /** The magnitude of `input` with the sign of `other`. Shapes broadcast. The derivative at 0 is 0. */
  copysign(other: TensorLike): Tensor;
  /** In-place form of `copysign`: writes the result into this tensor. */
  copysign_(other: TensorLike): Tensor;
  /** Correlation coefficients of variables (rows) from observations (columns), in [-1, 1]. */
  corrcoef(): Tensor;
  /** Cosine of each element, in radians. */
  cos(): Tensor;
  /** In-place form of `cos`: writes the result into this tensor. */
  cos_(): Tensor;
  /** Hyperbolic cosine of each element. */
  cosh(): Tensor;
  /** In-place form of `cosh`: writes the result into this tensor. */
  cosh_(): Tensor;
  /** Number of nonzero elements over `dim`, as int32. */
  countNonzero(dim?: number | readonly number[] | null): Tensor;
  /** Covariances of variables (rows) from observations (columns). */
  cov(options?: { correction?: number; fweights?: Tensor; aweights?: Tensor }): Tensor;
  /** The same values on the CPU; gradients flow back to where they came from. */
  cpu(): Promise<Tensor>;
  /** Cross product of vectors of three elements along `dim`: by default the first axis of size 3. */
  cross(other: Tensor, dim?: number | null): Tensor;
  /** The largest of the first 1, 2, ... elements along `dim`, and where it last was. NaN stays from where it appears. */
  cummax(dim: number): { readonly values: Tensor; readonly indices: Tensor };
  /** The smallest of the first 1, 2, ... elements along `dim`, and where it last was. NaN stays from where it appears. */
  cummin(dim: number): { readonly values: Tensor; readonly indices: Tensor };
  /** Products of the first 1, 2, ... elements along `dim`. Integers and bools give int32. */
  cumprod(dim: number, options?: { dtype?: DType }): Tensor;
  /** In-place form of `cumprod`: writes the result into this tensor. */
  cumprod_(dim: number, options?: { dtype?: DType }): Tensor;
  /** Sums of the first 1, 2, ... elements along `dim`. Integers and bools give int32. */
  cumsum(dim: number, options?: { dtype?: DType }): Tensor;
  /** In-place form of `cumsum`: writes the result into this tensor. */
  cumsum_(dim: number, options?: { dtype?: DType }): Tensor;
  /** Degrees to radians. */
  deg2rad(): Tensor;
  /** In-place form of `deg2rad`: writes the result into this tensor. */
  deg2rad_(): Tensor;
  /** Determinants of square matrices. The gradient is right for singular ones too. */
  det(): Tensor;
  /** A matrix with the vector on its diagonal, or the diagonal of a matrix as a copy. */
  diag(offset?: number): Tensor;
  /** Matrices with the last axis of `input` on their diagonal and zeros elsewhere; `dim1` and `dim2` (-2 and -1) are axes of the result. */
  diagEmbed(options?: { offset?: number; dim1?: number; dim2?: number }): Tensor;
  /** A matrix with all elements on its diagonal. */
  diagflat(offset?: number): Tensor;
  /** A view of the diagonal of the axes `dim1` and `dim2` (0 and 1), which becomes the last axis. */
  diagonal(options?: { offset?: number; dim1?: number; dim2?: number }): Tensor;
  /** A copy of `input` in which the diagonal of `dim1` and `dim2` (0 and 1) holds `source`. */
  diagonalScatter(source: Tensor, options?: { offset?: number; dim1?: number; dim2?: number }): Tensor;
  /** Differences of neighbours along an axis, `n` times over. */
  diff(n?: number, options?: { dim?: number; prepend?: Tensor; append?: Tensor }): Tensor;
  /** Derivative of `lgamma` at each element. */
  digamma(): Tensor;
  /** In-place form of `digamma`: writes the result into this tensor. */
  digamma_(): Tensor;
  /** p-norm of the difference of two tensors that broadcast, over all elements. */
  dist(other: Tensor, p?: number): Tensor;
  /** Quotient of two tensors. Shapes broadcast. Integers become float32 unless a rounding mode keeps them whole. */
  div(other: TensorLike, options?: { roundingMode?: "trunc" | "floor" | null }): Tensor;
  /** In-place form of `div`: writes the result into this tensor. */
  div_(other: TensorLike, options?: { roundingMode?: "trunc" | "floor" | null }): Tensor;
  /** Sum of the products of the elements of two vectors. */
  dot(other: Tensor): Tensor;
  /** The elements as float64. */
  double(): Tensor;
  /** Splits along axis 2 of a tensor of at least three dimensions, into equal sections or at indices. */
  dsplit(sections: number | readonly number[]): Tensor[];
  /** Uninitialised memory of the shape, dtype and device of `input`. */
  emptyLike(options?: TensorOptions): Tensor;
  /** True where the elements are equal. */
  eq(other: TensorLike): Tensor;
  /** Whether two tensors have the same shape and equal elements. */
  equal(other: Tensor): boolean;
  /** The error function of each element. */
  erf(): Tensor;
  /** In-place form of `erf`: writes the result into this tensor. */
  erf_(): Tensor;
  /** 1 - erf(x) of each element, accurate where it is small. */
  erfc(): Tensor;
  /** In-place form of `erfc`: writes the result into this tensor. */
  erfc_(): Tensor;
  /** The number whose error function each element is. */
  erfinv(): Tensor;
  /** In-place form of `erfinv`: writes the result into this tensor. */
  erfinv_(): Tensor;
  /** Exponential of each element. */
  exp(): Tensor;
  /** In-place form of `exp`: writes the result into this tensor. */
  exp_(): Tensor;
  /** 2 to the power of each element. */
  exp2(): Tensor;
  /** In-place form of `exp2`: writes the result into this tensor. */
  exp2_(): Tensor;
  /** Broadcasts axes of size 1, and new leading axes, to `shape` without copying; -1 keeps a size. */
  expand(...shape: readonly (number | Shape)[]): Tensor;
  /** Broadcasts to the shape of `other` without copying. */
  expandAs(other: Tensor): Tensor;
  /** exp(x) - 1, accurate near 0. */
  expm1(): Tensor;
  /** In-place form of `expm1`: writes the result into this tensor. */
  expm1_(): Tensor;
  /** `value` (a number or a 0-d tensor) in the shape and dtype of `input`. */
  fill(value: TensorLike): Tensor;
  /** Sets every element to `value`. */
  fill_(value: TensorLike): Tensor;
  /** Merges the axes `startDim` to `endDim` into one; a 0-d tensor becomes a vector. */
  flatten(startDim?: number, endDim?: number): Tensor;
  /** Reverses the order of the elements along `dims`. Always a copy. */
  flip(...dims: readonly (number | readonly number[])[]): Tensor;
  /** Reverses the columns: axis 1. */
  fliplr(): Tensor;
  /** Reverses the rows: axis 0. */
  flipud(): Tensor;
  /** The elements as float32. */
  float(): Tensor;
  /** `input` to the power `exponent`, in float64. Shapes broadcast. */
  floatPower(exponent: TensorLike): Tensor;
  /** In-place form of `floatPower`: writes the result into this tensor. */
  floatPower_(exponent: TensorLike): Tensor;
  /** Largest integer not above each element. The derivative is 0. */
  floor(): Tensor;
  /** In-place form of `floor`: writes the result into this tensor. */
  floor_(): Tensor;
  /** Quotient rounded down. Shapes broadcast. The derivative is 0. */
  floorDivide(other: TensorLike): Tensor;
  /** In-place form of `floorDivide`: writes the result into this tensor. */
  floorDivide_(other: TensorLike): Tensor;
  /** The greater of two numbers; where one is NaN, the other. Of equal numbers the first gets the derivative. */
  fmax(other: TensorLike): Tensor;
  /** The lesser of two numbers; where one is NaN, the other. Of equal numbers the first gets the derivative. */
  fmin(other: TensorLike): Tensor;
  /** Remainder with the sign of the dividend, as in C. Shapes broadcast. */
  fmod(other: TensorLike): Tensor;
  /** In-place form of `fmod`: writes the result into this tensor. */
  fmod_(other: TensorLike): Tensor;
  /** What `trunc` takes away from each element. The derivative is 1. */
  frac(): Tensor;
  /** In-place form of `frac`: writes the result into this tensor. */
  frac_(): Tensor;
  /** One value in the shape, dtype and device of `input`. */
  fullLike(value: number | boolean, options?: TensorOptions): Tensor;
  /** Elements of `input` at the positions that `index` (int32, as many axes) names along `dim`; the result has its shape. */
  gather(dim: number, index: Tensor): Tensor;
  /** The greatest common divisor of two integers, 0 or more. Shapes broadcast. */
  gcd(other: TensorLike): Tensor;
  /** In-place form of `gcd`: writes the result into this tensor. */
  gcd_(other: TensorLike): Tensor;
  /** True where `input` is at least `other`. */
  ge(other: TensorLike): Tensor;
  /** {@linkcode outer} under its older name. */
  ger(vec2: Tensor): Tensor;
  /** A part of the tensor. Numbers, slices, null and {@linkcode ellipsis} give a view; masks, index tensors and arrays of integers give a copy whose shape follows PyTorch's rules of advanced indexing. */
  get(...index: readonly Index[]): Tensor;
  /** True where `input` is greater than `other`. */
  gt(other: TensorLike): Tensor;
  /** 0 where `input` is negative, 1 where it is positive and `values` where it is 0. Shapes broadcast. */
  heaviside(values: Tensor): Tensor;
  /** How many elements fall into each of several bins of one width; what lies outside is not counted. */
  histc(options?: { bins?: number; min?: number; max?: number }): Tensor;
  /** Splits columns: axis 1, or axis 0 of a vector, into equal sections or at indices. */
  hsplit(sections: number | readonly number[]): Tensor[];
  /** sqrt(input^2 + other^2) without overflow. Shapes broadcast. Floating-point tensors only. */
  hypot(other: TensorLike): Tensor;
  /** In-place form of `hypot`: writes the result into this tensor. */
  hypot_(other: TensorLike): Tensor;
  /** Modified Bessel function of the first kind, order 0, of each element. */
  i0(): Tensor;
  /** In-place form of `i0`: writes the result into this tensor. */
  i0_(): Tensor;
  /** The regularised lower incomplete gamma function: the integral of t^(input - 1) exp(-t) from 0 to `other`, by gamma(input). NaN for negative operands. It has no derivative with respect to `input`. */
  igamma(other: TensorLike): Tensor;
  /** In-place form of `igamma`: writes the result into this tensor. */
  igamma_(other: TensorLike): Tensor;
  /** 1 - igamma, accurate where it is small. It has no derivative with respect to `input`. */
  igammac(other: TensorLike): Tensor;
  /** In-place form of `igammac`: writes the result into this tensor. */
  igammac_(other: TensorLike): Tensor;
  /** A copy of `input` with the slices of `source`, times `alpha`, added to those that `index` names along `dim`. */
  indexAdd(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  /** In-place form of `indexAdd`: writes the result into this tensor. */
  indexAdd_(dim: number, index: Tensor, source: Tensor, options?: { alpha?: number }): Tensor;
  /** A copy of `input` with the slices of `source` in place of those that `index` names along `dim`. */
  indexCopy(dim: number, index: Tensor, source: Tensor): Tensor;
  /** In-place form of `indexCopy`: writes the result into this tensor. */
  indexCopy_(dim: number, index: Tensor, source: Tensor): Tensor;
  /** A copy of `input` with `value` (a number or a 0-d tensor) in the slices that `index` names along `dim`. */
  indexFill(dim: number, index: Tensor, value: TensorLike): Tensor;
  /** In-place form of `indexFill`: writes the result into this tensor. */
  indexFill_(dim: number, index: Tensor, value: TensorLike): Tensor;
  /** A copy of `input` with `values` at the places that index tensors and masks name, one entry per axis (null keeps it). */
  indexPut(indices: readonly (Tensor | null)[], values: Tensor, options?: { accumulate?: boolean }): Tensor;
  /** In-place form of `indexPut`: writes the result into this tensor. */
  indexPut_(indices: readonly (Tensor | null)[], values: Tensor, options?: { accumulate?: boolean }): Tensor;
  /** The slices that `index` (a vector of int32, or a 0-d tensor) names along `dim`, in its order. */
  indexSelect(dim: number, index: Tensor): Tensor;
  /** Sums of products over the last axes: [..., k] and [***, k] give [..., ***]. A 0-d operand scales the other. */
  inner(other: Tensor): Tensor;
  /** The elements as int32: the whole part of floating-point numbers. */
  int(): Tensor;
  /** True where |input - other| <= atol + rtol |other|. Shapes broadcast. */
  isclose(other: TensorLike, options?: { rtol?: number; atol?: number; equalNan?: boolean }): Tensor;
  /** True where the element is neither infinite nor NaN. */
  isfinite(): Tensor;
  /** True where the element is infinite. */
  isinf(): Tensor;
  /** True where the element is NaN. */
  isnan(): Tensor;
  /** True where the element is minus infinity. */
  isneginf(): Tensor;
  /** True where the element is infinity. */
  isposinf(): Tensor;
  /** Kronecker product: every element of `input` times the whole of `other`. */
  kron(other: Tensor): Tensor;
  /** The `k`-th smallest element along `dim`, counted from 1, and where it is. NaN counts as the largest. */
  kthvalue(
    k: number,
    dim?: number,
    options?: { keepdim?: boolean },
  ): { readonly values: Tensor; readonly indices: Tensor };
  /** The least common multiple of two integers, 0 or more. Shapes broadcast. */
  lcm(other: TensorLike): Tensor;
  /** In-place form of `lcm`: writes the result into this tensor. */
  lcm_(other: TensorLike): Tensor;
  /** `input` times 2 to the power `other`. Shapes broadcast. */
  ldexp(other: TensorLike): Tensor;
  /** True where `input` is at most `other`. */
  le(other: TensorLike): Tensor;
  /** input + weight (end - input). */
  lerp(end: TensorLike, weight: TensorLike): Tensor;
  /** In-place form of `lerp`: writes the result into this tensor. */
  lerp_(end: TensorLike, weight: TensorLike): Tensor;
  /** Logarithm of the absolute value of the gamma function of each element. */
  lgamma(): Tensor;
  /** In-place form of `lgamma`: writes the result into this tensor. */
  lgamma_(): Tensor;
  /** Natural logarithm of each element. */
  log(): Tensor;
  /** In-place form of `log`: writes the result into this tensor. */
  log_(): Tensor;
  /** Logarithm to base 10 of each element. */
  log10(): Tensor;
  /** In-place form of `log10`: writes the result into this tensor. */
  log10_(): Tensor;
  /** log(1 + x), accurate near 0. */
  log1p(): Tensor;
  /** In-place form of `log1p`: writes the result into this tensor. */
  log1p_(): Tensor;
  /** Logarithm to base 2 of each element. */
  log2(): Tensor;
  /** In-place form of `log2`: writes the result into this tensor. */
  log2_(): Tensor;
  /** log(softmax(x)) along `dim`, computed without cancellation. */
  logSoftmax(dim: number, options?: { dtype?: DType }): Tensor;
  /** log(exp(input) + exp(other)) without overflow. Shapes broadcast. Floating-point tensors only. */
  logaddexp(other: TensorLike): Tensor;
  /** log2(2^input + 2^other) without overflow. Shapes broadcast. Floating-point tensors only. */
  logaddexp2(other: TensorLike): Tensor;
  /** log(sum(exp(x))) of the first 1, 2, ... elements along `dim`, computed without overflow. */
  logcumsumexp(dim: number): Tensor;
  /** Logarithms of determinants; NaN for negative ones. */
  logdet(): Tensor;
  /** True where both elements are nonzero. */
  logicalAnd(other: TensorLike): Tensor;
  /** True where the element is zero. */
  logicalNot(): Tensor;
  /** True where either element is nonzero. */
  logicalOr(other: TensorLike): Tensor;
  /** True where exactly one element is nonzero. */
  logicalXor(other: TensorLike): Tensor;
  /** log(x / (1 - x)) of each element, the inverse of `sigmoid`. */
  logit(eps?: number | null): Tensor;
  /** In-place form of `logit`: writes the result into this tensor. */
  logit_(eps?: number | null): Tensor;
  /** log(sum(exp(x))) over `dim`, computed without overflow. */
  logsumexp(dim: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** The elements as int32, which stands in for PyTorch's int64. */
  long(): Tensor;
  /** True where `input` is less than `other`. */
  lt(other: TensorLike): Tensor;
  /** `input` with `value` (a number or a 0-d tensor) where `mask` is true. Shapes broadcast. */
  maskedFill(mask: Tensor, value: TensorLike): Tensor;
  /** In-place form of `maskedFill`: writes the result into this tensor. */
  maskedFill_(mask: Tensor, value: TensorLike): Tensor;
  /** `input` with the elements of `source`, in order, at the places where `mask` is true. Shapes of input and mask broadcast. */
  maskedScatter(mask: Tensor, source: Tensor): Tensor;
  /** In-place form of `maskedScatter`: writes the result into this tensor. */
  maskedScatter_(mask: Tensor, source: Tensor): Tensor;
  /** A vector of the elements where `mask` is true, in row-major order. Shapes broadcast. */
  maskedSelect(mask: Tensor): Tensor;
  /** Matrix product of two tensors, with broadcasting over leading axes; 1-d operands are vectors. */
  matmul(other: Tensor): Tensor;
  /** The exponential 1 + A + A A / 2 + ... of square matrices. */
  matrixExp(): Tensor;
  /** A multiplied by itself `n` times; the inverse of that for negative `n`. */
  matrixPower(n: number): Tensor;
  /** Largest element, as a 0-d tensor. Equal ones share the gradient evenly. */
  max(): Tensor;
  /** The larger of two tensors, element by element: `maximum`. */
  max(other: Tensor): Tensor;
  /** Largest element along `dim` and the index of its first occurrence, which takes the gradient. */
  max(dim: number, options?: { keepdim?: boolean }): { readonly values: Tensor; readonly indices: Tensor };
  /** The greater of two numbers; NaN if either is. Equal numbers get half of the derivative each. */
  maximum(other: TensorLike): Tensor;
  /** Mean over `dim` (one axis, several, or all); NaN for no elements. */
  mean(dim?: number | readonly number[] | null, options?: { keepdim?: boolean } & { dtype?: DType }): Tensor;
  /** The median: the lower of the middle two. NaN if there is one. Without `dim` of all elements, as a 0-d tensor; with `dim` along that axis, with the positions. */
  median(): Tensor;
  /** The median along `dim`, the lower of the middle two, and where it is. NaN if there is one. */
  median(dim: number, options?: { keepdim?: boolean }): { readonly values: Tensor; readonly indices: Tensor };
  /** Smallest element, as a 0-d tensor. Equal ones share the gradient evenly. */
  min(): Tensor;
  /** The smaller of two tensors, element by element: `minimum`. */
  min(other: Tensor): Tensor;
  /** Smallest element along `dim` and the index of its first occurrence, which takes the gradient. */
  min(dim: number, options?: { keepdim?: boolean }): { readonly values: Tensor; readonly indices: Tensor };
  /** The lesser of two numbers; NaN if either is. Equal numbers get half of the derivative each. */
  minimum(other: TensorLike): Tensor;
  /** Product of two matrices. */
  mm(mat2: Tensor): Tensor;
  /** The most frequent element along `dim`, the smallest of several, and where it last is. */
  mode(dim?: number, options?: { keepdim?: boolean }): { readonly values: Tensor; readonly indices: Tensor };
  /** Moves axes to new positions: another name of `movedim`. */
  moveaxis(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  /** Moves axes to new positions; the others keep their order. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  /** The elements along axis 0 in ascending order. */
  msort(): Tensor;
  /** Product of two tensors, element by element. Shapes broadcast. For bools, whether both are true. */
  mul(other: TensorLike): Tensor;
  /** In-place form of `mul`: writes the result into this tensor. */
  mul_(other: TensorLike): Tensor;
  /** Positions along the last axis, drawn with probabilities in proportion to `input`: int32, `numSamples` for each row. */
  multinomial(
    numSamples: number,
    replacement?: boolean,
    options?: Partial<Pick<TensorOptions & { generator?: Generator }, "generator">>,
  ): Tensor;
  /** Product of a matrix and a vector. */
  mv(vec: Tensor): Tensor;
  /** Logarithm of the multivariate gamma function of dimension `p` at each element, which must exceed (p - 1) / 2. */
  mvlgamma(p: number): Tensor;
  /** In-place form of `mvlgamma`: writes the result into this tensor. */
  mvlgamma_(p: number): Tensor;
  /** Replaces NaN and infinities by numbers. The derivative is 0 where it replaces. */
  nanToNum(options?: { nan?: number; posinf?: number; neginf?: number }): Tensor;
  /** In-place form of `nanToNum`: writes the result into this tensor. */
  nanToNum_(options?: { nan?: number; posinf?: number; neginf?: number }): Tensor;
  /** Mean over `dim` of the elements that are not NaN; NaN where there is none. */
  nanmean(dim?: number | readonly number[] | null, options?: { keepdim?: boolean } & { dtype?: DType }): Tensor;
  /** The median of the elements that are not NaN. Without `dim` of all of them, as a 0-d tensor; with `dim` along that axis, with the positions. */
  nanmedian(): Tensor;
  /** The median along `dim` of the elements that are not NaN, and where it is. */
  nanmedian(dim: number, options?: { keepdim?: boolean }): { readonly values: Tensor; readonly indices: Tensor };
  /** {@linkcode quantile} of the elements that are not NaN. */
  nanquantile(
    q: number | Tensor,
    dim?: number | null,
    options?: { keepdim?: boolean; interpolation?: "linear" | "lower" | "higher" | "nearest" | "midpoint" },
  ): Tensor;
  /** Sum over `dim` of the elements that are not NaN. */
  nansum(dim?: number | readonly number[] | null, options?: { keepdim?: boolean } & { dtype?: DType }): Tensor;
  /** `length` elements along `dim` from `start`, a number or a 0-d integer tensor. */
  narrow(dim: number, start: number | Tensor, length: number): Tensor;
  /** True where the elements differ; NaN differs from everything. */
  ne(other: TensorLike): Tensor;
  /** Negative of each element. */
  neg(): Tensor;
  /** In-place form of `neg`: writes the result into this tensor. */
  neg_(): Tensor;
  /** The float next to `input` on the way to `other`. Shapes broadcast. Floating-point tensors only; it has no derivative. */
  nextafter(other: TensorLike): Tensor;
  /** In-place form of `nextafter`: writes the result into this tensor. */
  nextafter_(other: TensorLike): Tensor;
  /** The coordinates of the elements that are not zero, one row each: int32 [count, dimensions]. */
  nonzero(options?: { asTuple?: false }): Tensor;
  /** The coordinates of the elements that are not zero, one vector per axis. */
  nonzero(options: { asTuple: true }): Tensor[];
  /** Norm of vectors or matrices: (sum |x|^p)^(1 / p) over `dim`. */
  norm(
    p?: number | "fro" | "nuc",
    dim?: number | readonly number[] | null,
    options?: { keepdim?: boolean } & { dtype?: DType },
  ): Tensor;
  /** Fills the tensor with numbers of the normal distribution. */
  normal_(mean?: number, std?: number, options?: TensorOptions & { generator?: Generator }): Tensor;
  /** Ones of the shape, dtype and device of `input`. */
  onesLike(options?: TensorOptions): Tensor;
  /** All products of an element of `input` and one of `vec2`: [n] and [m] give [n, m]. */
  outer(vec2: Tensor): Tensor;
  /** Reorders the axes. */
  permute(...dims: readonly (number | Shape)[]): Tensor;
  /** The elements as they are; refuses bools, as the operator does. */
  positive(): Tensor;
  /** `input` to the power `exponent`. Shapes broadcast. Integers give integers; the derivative with respect to an exponent is 0 at base 0. */
  pow(exponent: TensorLike): Tensor;
  /** In-place form of `pow`: writes the result into this tensor. */
  pow_(exponent: TensorLike): Tensor;
  /** Product over `dim` (one axis, several, or all). Integers and bools give int32. */
  prod(dim?: number | readonly number[] | null, options?: { keepdim?: boolean } & { dtype?: DType }): Tensor;
  /** A copy of `input` with the elements of `source` at row-major positions. */
  put(index: Tensor, source: Tensor, options?: { accumulate?: boolean }): Tensor;
  /** In-place form of `put`: writes the result into this tensor. */
  put_(index: Tensor, source: Tensor, options?: { accumulate?: boolean }): Tensor;
  /** Quantiles at the levels `q` in [0, 1], along `dim` or of all elements; a first axis for several levels. NaN spreads. */
  quantile(
    q: number | Tensor,
    dim?: number | null,
    options?: { keepdim?: boolean; interpolation?: "linear" | "lower" | "higher" | "nearest" | "midpoint" },
  ): Tensor;
  /** Radians to degrees. */
  rad2deg(): Tensor;
  /** In-place form of `rad2deg`: writes the result into this tensor. */
  rad2deg_(): Tensor;
  /** Numbers distributed uniformly over [0, 1), in the shape, dtype and device of `input`. */
  randLike(options?: TensorOptions & { generator?: Generator }): Tensor;
  /** Numbers of the standard normal distribution, in the shape, dtype and device of `input`. */
  randnLike(options?: TensorOptions & { generator?: Generator }): Tensor;
  /** All elements in one axis. */
  ravel(): Tensor;
  /** 1 / x of each element. */
  reciprocal(): Tensor;
  /** In-place form of `reciprocal`: writes the result into this tensor. */
  reciprocal_(): Tensor;
  /** max(x, 0). The derivative at 0 is 0. Takes integers too. */
  relu(): Tensor;
  /** In-place form of `relu`: writes the result into this tensor. */
  relu_(): Tensor;
  /** Remainder with the sign of the divisor, as in Python. Shapes broadcast. */
  remainder(other: TensorLike): Tensor;
  /** In-place form of `remainder`: writes the result into this tensor. */
  remainder_(other: TensorLike): Tensor;
  /** The tensor with each slice along `dim` scaled down to a p-norm of at most `maxnorm`. */
  renorm(p: number, dim: number, maxnorm: number): Tensor;
  /** Repeats the whole tensor `repeats[i]` times along each axis; more repeats than axes add leading axes. */
  repeat(...repeats: readonly (number | Shape)[]): Tensor;
  /** Repeats every element `repeats` times along `dim`, or every slice its own number of times; without `dim` the elements in row-major order. */
  repeatInterleave(repeats: number | Tensor, dim?: number | null): Tensor;
  /** The same elements in another shape; one size may be -1. A view where the strides allow it, else a copy. */
  reshape(...shape: readonly (number | Shape)[]): Tensor;
  /** The same elements in the shape of `other`; a copy where the strides need one. */
  reshapeAs(other: Tensor): Tensor;
  /** Moves the elements along `dims` by `shifts`; what leaves at one end comes in at the other. Without `dims` in row-major order. */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
  /** Turns the plane of two axes by `k` right angles, from the first towards the second. */
  rot90(k?: number, dims?: readonly number[]): Tensor;
  /** Nearest integer to each element, halves to the even one. The derivative is 0. */
  round(options?: { decimals?: number }): Tensor;
  /** In-place form of `round`: writes the result into this tensor. */
  round_(options?: { decimals?: number }): Tensor;
  /** Reciprocal square root of each element. */
  rsqrt(): Tensor;
  /** In-place form of `rsqrt`: writes the result into this tensor. */
  rsqrt_(): Tensor;
  /** `other` less `alpha` times `input`. Shapes broadcast. */
  rsub(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** A copy of `input` with the elements of `source` (a tensor, or one number) at the positions that `index` names along `dim`. Where indices repeat, one of the elements wins. */
  scatter(dim: number, index: Tensor, source: TensorLike, options?: { reduce?: "add" | "multiply" }): Tensor;
  /** In-place form of `scatter`: writes the result into this tensor. */
  scatter_(dim: number, index: Tensor, source: TensorLike, options?: { reduce?: "add" | "multiply" }): Tensor;
  /** A copy of `input` with the elements of `source` added at the positions that `index` names along `dim`. */
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
  /** In-place form of `scatterAdd`: writes the result into this tensor. */
  scatterAdd_(dim: number, index: Tensor, source: Tensor): Tensor;
  /** A copy of `input` in which each element meets the elements of `source` that `index` sends to it along `dim`. At ties of a maximum or minimum the gradient is shared equally. */
  scatterReduce(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: "sum" | "prod" | "mean" | "amax" | "amin",
    options?: { includeSelf?: boolean },
  ): Tensor;
  /** In-place form of `scatterReduce`: writes the result into this tensor. */
  scatterReduce_(
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: "sum" | "prod" | "mean" | "amax" | "amin",
    options?: { includeSelf?: boolean },
  ): Tensor;
  /** The slice at one index along `dim`, without that axis. */
  select(dim: number, index: number): Tensor;
  /** A copy of `input` in which the slice at one index along `dim` holds `source`. */
  selectScatter(source: Tensor, dim: number, index: number): Tensor;
  /** Writes `value`, which broadcasts and is converted, into a part of the tensor. */
  set_(index: Index | readonly Index[], value: TensorLike): Tensor;
  /** Sign of each element; the same as `sign` for real numbers. */
  sgn(): Tensor;
  /** In-place form of `sgn`: writes the result into this tensor. */
  sgn_(): Tensor;
  /** Logistic function 1 / (1 + exp(-x)) of each element. */
  sigmoid(): Tensor;
  /** In-place form of `sigmoid`: writes the result into this tensor. */
  sigmoid_(): Tensor;
  /** Sign of each element: -1, 0 or 1. */
  sign(): Tensor;
  /** In-place form of `sign`: writes the result into this tensor. */
  sign_(): Tensor;
  /** True where the sign bit is set: negative numbers, and -0. */
  signbit(): Tensor;
  /** Sine of each element, in radians. */
  sin(): Tensor;
  /** In-place form of `sin`: writes the result into this tensor. */
  sin_(): Tensor;
  /** sin(pi x) / (pi x) of each element, and 1 at 0. */
  sinc(): Tensor;
  /** In-place form of `sinc`: writes the result into this tensor. */
  sinc_(): Tensor;
  /** Hyperbolic sine of each element. */
  sinh(): Tensor;
  /** In-place form of `sinh`: writes the result into this tensor. */
  sinh_(): Tensor;
  /** Every `step`th element from `start` up to `end` along `dim`; bounds may be negative or beyond the axis, as in Python. */
  sliceAlong(dim: number, start?: number, end?: number, step?: number): Tensor;
  /** A copy of `input` in which a slice along `dim` holds `source`. */
  sliceScatter(source: Tensor, dim?: number, bounds?: { start?: number; end?: number; step?: number }): Tensor;
  /** exp(x) / sum(exp(x)) along `dim`, computed without overflow. */
  softmax(dim: number, options?: { dtype?: DType }): Tensor;
  /** The elements along `dim` in ascending order, and where they were. Equal elements keep their order; NaN is the largest. */
  sort(
    dim?: number,
    options?: { descending?: boolean; stable?: boolean },
  ): { readonly values: Tensor; readonly indices: Tensor };
  /** Views along `dim` of the given sizes, which add up to the axis; or, for a number, of that size each, the last may be smaller. */
  split(sizes: number | readonly number[], dim?: number): Tensor[];
  /** Views along `dim` of the given sizes, which add up to the axis. */
  splitWithSizes(sizes: readonly number[], dim?: number): Tensor[];
  /** Square root of each element. */
  sqrt(): Tensor;
  /** In-place form of `sqrt`: writes the result into this tensor. */
  sqrt_(): Tensor;
  /** Square of each element. Bools count as integers. */
  square(): Tensor;
  /** In-place form of `square`: writes the result into this tensor. */
  square_(): Tensor;
  /** A view without the axes of size 1: all of them, or those among `dim`. Axes of another size stay. */
  squeeze(dim?: number | readonly number[] | null): Tensor;
  /** Standard deviation over `dim` (one axis, several, or all). The derivative is 0 where it is 0. */
  std(
    dim?: number | readonly number[] | null,
    options?: { keepdim?: boolean } & { correction?: number; unbiased?: boolean },
  ): Tensor;
  /** Standard deviation and mean over `dim`, in this order. */
  stdMean(
    dim?: number | readonly number[] | null,
    options?: { keepdim?: boolean } & { correction?: number; unbiased?: boolean },
  ): [Tensor, Tensor];
  /** Difference of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. */
  sub(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** In-place form of `sub`: writes the result into this tensor. */
  sub_(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** Sum over `dim` (one axis, several, or all). Integers and bools give int32. */
  sum(dim?: number | readonly number[] | null, options?: { keepdim?: boolean } & { dtype?: DType }): Tensor;
  /** Sums down to a shape that broadcasts to that of `input`: the reverse of broadcasting. */
  sumToSize(...size: readonly (number | Shape)[]): Tensor;
  /** Swaps two axes: another name of `transpose`. */
  swapaxes(axis0: number, axis1: number): Tensor;
  /** Swaps two axes: another name of `transpose`. */
  swapdims(dim0: number, dim1: number): Tensor;
  /** The transpose of a matrix; vectors and 0-d tensors as they are. */
  t(): Tensor;
  /** Elements at row-major positions of `input`; negative positions count from the end. The result has the shape of `index`. */
  take(index: Tensor): Tensor;
  /** Elements that `index` names along `dim`, other axes broadcasting; without `dim` both count as vectors. */
  takeAlongDim(index: Tensor, dim?: number | null): Tensor;
  /** Tangent of each element, in radians. */
  tan(): Tensor;
  /** In-place form of `tan`: writes the result into this tensor. */
  tan_(): Tensor;
  /** Hyperbolic tangent of each element. */
  tanh(): Tensor;
  /** In-place form of `tanh`: writes the result into this tensor. */
  tanh_(): Tensor;
  /** Views along `dim`: as many as `sections` says, of sizes that differ by at most one, or cut at the given indices (an array or a vector). A 0-d tensor counts as a number of sections. */
  tensorSplit(sections: number | readonly number[] | Tensor, dim?: number): Tensor[];
  /** Repeats the whole tensor; fewer counts than axes count from the last axis. */
  tile(...repeats: readonly (number | Shape)[]): Tensor;
  /** The tensor with another dtype or on another device; the tensor itself where nothing changes. Between float32 and float64, and between devices, gradients flow. Leaving a GPU takes time: `await x.cpu()`. */
  to(target: DType | Device): Tensor;
  /** The `k` largest elements along `dim`, sorted, and where they are. NaN counts as the largest. */
  topk(
    k: number,
    dim?: number,
    options?: { largest?: boolean; sorted?: boolean },
  ): { readonly values: Tensor; readonly indices: Tensor };
  /** Sum of the diagonal of a matrix. */
  trace(): Tensor;
  /** Swaps two axes. */
  transpose(dim0: number, dim1: number): Tensor;
  /** The lower triangle of matrices, zeros above the given diagonal. */
  tril(diagonal?: number): Tensor;
  /** In-place form of `tril`: writes the result into this tensor. */
  tril_(diagonal?: number): Tensor;
  /** The upper triangle of matrices, zeros below the given diagonal. */
  triu(diagonal?: number): Tensor;
  /** In-place form of `triu`: writes the result into this tensor. */
  triu_(diagonal?: number): Tensor;
  /** Quotient of two tensors as floating-point numbers; the same as `div`. Shapes broadcast. */
  trueDivide(other: TensorLike): Tensor;
  /** In-place form of `trueDivide`: writes the result into this tensor. */
  trueDivide_(other: TensorLike): Tensor;
  /** Integer part of each element. The derivative is 0. */
  trunc(): Tensor;
  /** In-place form of `trunc`: writes the result into this tensor. */
  trunc_(): Tensor;
  /** The slices at every index along `dim`, without that axis. */
  unbind(dim?: number): Tensor[];
  /** Cuts axis `dim` into axes of the given sizes, of which one may be -1. */
  unflatten(dim: number, sizes: Shape): Tensor;
  /** A view of all windows of `size` elements, `step` apart, along `dim`; the window is a new last axis. */
  unfold(dim: number, size: number, step: number): Tensor;
  /** Fills the tensor with numbers distributed uniformly over [from, to). */
  uniform_(from?: number, to?: number, options?: TensorOptions & { generator?: Generator }): Tensor;
  /** The distinct elements in ascending order; with `dim` the distinct slices. */
  unique(
    options?: { sorted?: boolean; returnInverse?: boolean; returnCounts?: boolean; dim?: number | null } & {
      returnInverse?: false;
      returnCounts?: false;
    },
  ): Tensor;
  /** The distinct elements in ascending order; then, as asked for, the inverse and the counts, both int32. */
  unique(
    options: { sorted?: boolean; returnInverse?: boolean; returnCounts?: boolean; dim?: number | null },
  ): Tensor | Tensor[];
  /** A view with an axis of size 1 at `dim` of the result. */
  unsqueeze(dim: number): Tensor;
  /** Variance over `dim` (one axis, several, or all); NaN where the correction leaves nothing to divide by. */
  var(
    dim?: number | readonly number[] | null,
    options?: { keepdim?: boolean } & { correction?: number; unbiased?: boolean },
  ): Tensor;
  /** Variance and mean over `dim`, in this order. */
  varMean(
    dim?: number | readonly number[] | null,
    options?: { keepdim?: boolean } & { correction?: number; unbiased?: boolean },
  ): [Tensor, Tensor];
  /** Sum of the products of the elements of two vectors; the same as `dot` for real numbers. */
  vdot(other: Tensor): Tensor;
  /** The same elements in another shape, sharing the storage; an error where that needs a copy. */
  view(...shape: readonly (number | Shape)[]): Tensor;
  /** The same elements in the shape of `other`, sharing the storage. */
  viewAs(other: Tensor): Tensor;
  /** Splits rows: axis 0 of a tensor of at least two dimensions, into equal sections or at indices. */
  vsplit(sections: number | readonly number[]): Tensor[];
  /** input log(other), and 0 where input is 0. Shapes broadcast. */
  xlogy(other: TensorLike): Tensor;
  /** In-place form of `xlogy`: writes the result into this tensor. */
  xlogy_(other: TensorLike): Tensor;
  /** Sets every element to 0. */
  zero_(): Tensor;
  /** Zeros of the shape, dtype and device of `input`. */
  zerosLike(options?: TensorOptions): Tensor;
}
