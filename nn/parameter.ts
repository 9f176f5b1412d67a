/**
 * Tensors that modules learn.
 *
 * @module
 */
import { empty, Tensor } from "../tensor/tensor.ts";
import { forget } from "../tensor/scope.ts";

/**
 * A leaf that requires grad and that a {@linkcode Module} lists among its parameters. Its values are a copy in memory
 * of its own, so that it does not hold the pages of temporary tensors.
 */
export class Parameter extends Tensor {
  /**
   * @param data Initial values, any shape, floating point.
   * @param requiresGrad Whether the parameter is learned. Default: true.
   */
  constructor(data: Tensor, requiresGrad: boolean = true) {
    const own = empty(data.storage.backend, data.shape, data.dtype, true);
    own.storage.backend.copy(data, own);
    super(own.storage, own.dtype, own.shape, own.strides, 0, own.numel);
    own.dispose();
    forget(this);
    this.requiresGrad_(requiresGrad);
  }
}
