/**
 * Functions that make tensors.
 *
 * @module
 */
import { backendOf, empty, type Tensor, type TensorOptions } from "../tensor/tensor.ts";
import { checkDType, type DType } from "../tensor/dtype.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";

/** A tensor of the given shape filled with one value. */
export function full(shape: Shape, value: number | boolean, options: TensorOptions = {}): Tensor {
  const dtype = options.dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  checkShape("full", shape);
  checkDType("full", dtype);
  const backend = backendOf(options.device);
  const out = empty(backend, [...shape], dtype, options.requiresGrad === true);
  backend.fill(out, Number(value));
  return options.requiresGrad ? out.requiresGrad_() : out;
}

/** Zeros. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** Ones. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

function like(input: Tensor, options: TensorOptions): TensorOptions & { dtype: DType } {
  return {
    dtype: options.dtype ?? input.dtype,
    device: options.device ?? input.device,
    requiresGrad: options.requiresGrad,
  };
}

/** Zeros of the shape, dtype and device of `input`. */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return full(input.shape, 0, like(input, options));
}

/** Ones of the shape, dtype and device of `input`. */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return full(input.shape, 1, like(input, options));
}
