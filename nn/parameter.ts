/**
 * Tensors that modules hold: parameters, which they learn, and buffers.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import type { DType } from "../tensor/dtype.ts";
import { forget } from "../tensor/scope.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import { backendOf, type Device, freshTensor, Tensor } from "../tensor/tensor.ts";

/**
 * A leaf that requires grad and that a {@linkcode Module} lists among its parameters. Its values are a copy in memory
 * of its own, so that it does not hold the pages of temporary tensors.
 */
export class Parameter extends Tensor {
  /**
   * Copies `data`, without its history.
   *
   * @param data Initial values, any shape, floating point.
   * @param requiresGrad Whether the parameter is learned. Default: true.
   */
  constructor(data: Tensor, requiresGrad: boolean = true) {
    checkTensor("Parameter", data);
    const own = freshTensor(data.storage.backend, data.shape, data.dtype, true);
    own.storage.backend.copy(data, own);
    super(own.storage, own.dtype, own.shape, own.strides, 0, own.numel);
    own.dispose();
    forget(this);
    this.requiresGrad_(requiresGrad);
  }
}

/** Where the parameters and buffers of a module live. */
export interface ModuleOptions {
  /** Element type of the parameters. Default: float32. */
  dtype?: DType;
  /** Device of the parameters. Default: "cpu". */
  device?: Device;
}

/** A parameter of any values, which its module is about to set. */
export function emptyParameter(shape: Shape, options: ModuleOptions): Parameter {
  checkShape("Parameter", shape);
  const values = freshTensor(backendOf(options.device), shape, options.dtype ?? "float32");
  const parameter = new Parameter(values);
  values.dispose();
  return parameter;
}

/** A buffer filled with one value, in memory of its own, that outlives the scopes around it. */
export function filledBuffer(shape: Shape, value: number, options: ModuleOptions): Tensor {
  const buffer = freshTensor(backendOf(options.device), shape, options.dtype ?? "float32", true);
  buffer.storage.backend.fill(buffer, value);
  forget(buffer);
  return buffer;
}
