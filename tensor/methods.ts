/**
 * The methods that ops give to `Tensor`. Generated from `ops/mod.ts` by `deno task build`: do not edit.
 *
 * @module
 */
import type { Shape } from "./shape.ts";
import type { Tensor, TensorLike, TensorOptions } from "./tensor.ts";

/** One method per op. */
export interface TensorMethods {
  /** Sum of two tensors, with `other` multiplied by `alpha` first. Shapes broadcast. */
  add(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** In-place form of `add`: writes the result into this tensor. */
  add_(other: TensorLike, options?: { alpha?: number }): Tensor;
  /** A view of the input's storage with explicit strides and offset, in elements. */
  asStrided(shape: Shape, strides: readonly number[], offset?: number): Tensor;
  /** A copy of `input` in which the window given by shape, strides and offset holds `source`. */
  asStridedScatter(source: Tensor, shape: Shape, strides: readonly number[], offset?: number): Tensor;
  /** A copy with the same values and history, in fresh contiguous memory. */
  clone(): Tensor;
  /** The tensor itself if its elements lie in row-major order, else a copy that does. */
  contiguous(): Tensor;
  /** Copies the values of `source`, which broadcasts and is converted, into this tensor. */
  copy_(source: TensorLike): Tensor;
  /** Quotient of two tensors as floating-point numbers. Shapes broadcast. */
  div(other: TensorLike): Tensor;
  /** In-place form of `div`: writes the result into this tensor. */
  div_(other: TensorLike): Tensor;
  /** Exponential of each element. */
  exp(): Tensor;
  /** In-place form of `exp`: writes the result into this tensor. */
  exp_(): Tensor;
  /** Broadcasts axes of size 1, and new leading axes, to `shape` without copying; -1 keeps a size. */
  expand(...shape: readonly (number | Shape)[]): Tensor;
  /** Sets every element to `value`. */
  fill_(value: TensorLike): Tensor;
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
  /** The same elements in another shape; one size may be -1. A view where the strides allow it, else a copy. */
  reshape(...shape: readonly (number | Shape)[]): Tensor;
  /** The slice at one index along `dim`, without that axis. */
  select(dim: number, index: number): Tensor;
  /** Every `step`th element from `start` up to `end` along `dim`; bounds may be negative or beyond the axis, as in Python. */
  sliceAlong(dim: number, start?: number, end?: number, step?: number): Tensor;
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
  /** Hyperbolic tangent of each element. */
  tanh(): Tensor;
  /** In-place form of `tanh`: writes the result into this tensor. */
  tanh_(): Tensor;
  /** Swaps two axes. */
  transpose(dim0: number, dim1: number): Tensor;
  /** The same elements in another shape, sharing the storage; an error where that needs a copy. */
  view(...shape: readonly (number | Shape)[]): Tensor;
  /** Sets every element to 0. */
  zero_(): Tensor;
  /** Zeros of the shape, dtype and device of `input`. */
  zerosLike(options?: TensorOptions): Tensor;
}

/** Names of the functions that are methods. */
export const METHOD_NAMES: readonly string[] = [
  "add",
  "asStrided",
  "asStridedScatter",
  "clone",
  "contiguous",
  "copy_",
  "div",
  "exp",
  "expand",
  "fill_",
  "logicalOr",
  "matmul",
  "movedim",
  "mul",
  "narrow",
  "neg",
  "onesLike",
  "permute",
  "reshape",
  "select",
  "sliceAlong",
  "square",
  "sub",
  "sum",
  "tanh",
  "transpose",
  "view",
  "zero_",
  "zerosLike",
];

/** Names of those that have an in-place form. */
export const IN_PLACE_NAMES: readonly string[] = ["add", "div", "exp", "mul", "neg", "square", "sub", "tanh"];
