/**
 * The methods that ops give to `Tensor`. Generated from `ops/mod.ts` by `deno task build`: do not edit.
 *
 * @module
 */
import type { Shape } from "./shape.ts";
import type { Tensor, TensorLike, TensorOptions } from "./tensor.ts";

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
  /** Sum of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. */
  add(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** In-place form of `add`: writes the result into this tensor. */
  add_(other: TensorLike, options?: { alpha?: number }): Tensor;
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
  /** Inverse hyperbolic tangent of each element. */
  atanh(): Tensor;
  /** In-place form of `atanh`: writes the result into this tensor. */
  atanh_(): Tensor;
  /** Smallest integer not below each element. The derivative is 0. */
  ceil(): Tensor;
  /** In-place form of `ceil`: writes the result into this tensor. */
  ceil_(): Tensor;
  /** A copy with the same values and history, in fresh contiguous memory. */
  clone(): Tensor;
  /** The tensor itself if its elements lie in row-major order, else a copy that does. */
  contiguous(): Tensor;
  /** Copies the values of `source`, which broadcasts and is converted, into this tensor. */
  copy_(source: TensorLike): Tensor;
  /** Cosine of each element, in radians. */
  cos(): Tensor;
  /** In-place form of `cos`: writes the result into this tensor. */
  cos_(): Tensor;
  /** Hyperbolic cosine of each element. */
  cosh(): Tensor;
  /** In-place form of `cosh`: writes the result into this tensor. */
  cosh_(): Tensor;
  /** Quotient of two tensors as floating-point numbers. Shapes broadcast. */
  div(other: TensorLike): Tensor;
  /** In-place form of `div`: writes the result into this tensor. */
  div_(other: TensorLike): Tensor;
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
  /** exp(x) - 1, accurate near 0. */
  expm1(): Tensor;
  /** In-place form of `expm1`: writes the result into this tensor. */
  expm1_(): Tensor;
  /** Sets every element to `value`. */
  fill_(value: TensorLike): Tensor;
  /** Largest integer not above each element. The derivative is 0. */
  floor(): Tensor;
  /** In-place form of `floor`: writes the result into this tensor. */
  floor_(): Tensor;
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
  /** True where either operand is nonzero. */
  logicalOr(other: TensorLike): Tensor;
  /** Matrix product of two tensors, with broadcasting over leading axes; 1-d operands are vectors (`torch.matmul`). */
  matmul(other: Tensor): Tensor;
  /** Moves axes to new positions; the others keep their order. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  /** Product of two tensors, element by element. Shapes broadcast. */
  mul(other: TensorLike): Tensor;
  /** In-place form of `mul`: writes the result into this tensor. */
  mul_(other: TensorLike): Tensor;
  /** `length` elements along `dim` from `start`. */
  narrow(dim: number, start: number, length: number): Tensor;
  /** Negative of each element. */
  neg(): Tensor;
  /** In-place form of `neg`: writes the result into this tensor. */
  neg_(): Tensor;
  /** Ones of the shape, dtype and device of `input`. */
  onesLike(options?: TensorOptions): Tensor;
  /** Reorders the axes. */
  permute(...dims: readonly (number | Shape)[]): Tensor;
  /** 1 / x of each element. */
  reciprocal(): Tensor;
  /** In-place form of `reciprocal`: writes the result into this tensor. */
  reciprocal_(): Tensor;
  /** The same elements in another shape; one size may be -1. A view where the strides allow it, else a copy. */
  reshape(...shape: readonly (number | Shape)[]): Tensor;
  /** Reciprocal square root of each element. */
  rsqrt(): Tensor;
  /** In-place form of `rsqrt`: writes the result into this tensor. */
  rsqrt_(): Tensor;
  /** The slice at one index along `dim`, without that axis. */
  select(dim: number, index: number): Tensor;
  /** Sign of each element: -1, 0 or 1. */
  sign(): Tensor;
  /** In-place form of `sign`: writes the result into this tensor. */
  sign_(): Tensor;
  /** Sine of each element, in radians. */
  sin(): Tensor;
  /** In-place form of `sin`: writes the result into this tensor. */
  sin_(): Tensor;
  /** Hyperbolic sine of each element. */
  sinh(): Tensor;
  /** In-place form of `sinh`: writes the result into this tensor. */
  sinh_(): Tensor;
  /** Every `step`th element from `start` up to `end` along `dim`; bounds may be negative or beyond the axis, as in Python. */
  sliceAlong(dim: number, start?: number, end?: number, step?: number): Tensor;
  /** Square root of each element. */
  sqrt(): Tensor;
  /** In-place form of `sqrt`: writes the result into this tensor. */
  sqrt_(): Tensor;
  /** Square of each element. */
  square(): Tensor;
  /** In-place form of `square`: writes the result into this tensor. */
  square_(): Tensor;
  /** Difference of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. */
  sub(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** In-place form of `sub`: writes the result into this tensor. */
  sub_(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** Sum over `dim` (one axis, several, or all). Integers and bools give int32. */
  sum(dim?: number | readonly number[] | null, options?: { keepdim?: boolean }): Tensor;
  /** Tangent of each element, in radians. */
  tan(): Tensor;
  /** In-place form of `tan`: writes the result into this tensor. */
  tan_(): Tensor;
  /** Hyperbolic tangent of each element. */
  tanh(): Tensor;
  /** In-place form of `tanh`: writes the result into this tensor. */
  tanh_(): Tensor;
  /** Swaps two axes. */
  transpose(dim0: number, dim1: number): Tensor;
  /** Integer part of each element. The derivative is 0. */
  trunc(): Tensor;
  /** In-place form of `trunc`: writes the result into this tensor. */
  trunc_(): Tensor;
  /** The same elements in another shape, sharing the storage; an error where that needs a copy. */
  view(...shape: readonly (number | Shape)[]): Tensor;
  /** Sets every element to 0. */
  zero_(): Tensor;
  /** Zeros of the shape, dtype and device of `input`. */
  zerosLike(options?: TensorOptions): Tensor;
}

/** Names of the functions that are methods. */
export const METHOD_NAMES: readonly string[] = [
  "abs",
  "acos",
  "acosh",
  "add",
  "asStrided",
  "asStridedScatter",
  "asin",
  "asinh",
  "atan",
  "atanh",
  "ceil",
  "clone",
  "contiguous",
  "copy_",
  "cos",
  "cosh",
  "div",
  "exp",
  "exp2",
  "expand",
  "expm1",
  "fill_",
  "floor",
  "log",
  "log10",
  "log1p",
  "log2",
  "logicalOr",
  "matmul",
  "movedim",
  "mul",
  "narrow",
  "neg",
  "onesLike",
  "permute",
  "reciprocal",
  "reshape",
  "rsqrt",
  "select",
  "sign",
  "sin",
  "sinh",
  "sliceAlong",
  "sqrt",
  "square",
  "sub",
  "sum",
  "tan",
  "tanh",
  "transpose",
  "trunc",
  "view",
  "zero_",
  "zerosLike",
];

/** Names of those that have an in-place form. */
export const IN_PLACE_NAMES: readonly string[] = [
  "abs",
  "acos",
  "acosh",
  "add",
  "asin",
  "asinh",
  "atan",
  "atanh",
  "ceil",
  "cos",
  "cosh",
  "div",
  "exp",
  "exp2",
  "expm1",
  "floor",
  "log",
  "log10",
  "log1p",
  "log2",
  "mul",
  "neg",
  "reciprocal",
  "rsqrt",
  "sign",
  "sin",
  "sinh",
  "sqrt",
  "square",
  "sub",
  "tan",
  "tanh",
  "trunc",
];
