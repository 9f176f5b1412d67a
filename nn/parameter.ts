/**
 * Tensors that modules hold: parameters, which they learn, and buffers.
 *
 * @module
 */
import { checkTensor, refused } from "../tensor/arguments.ts";
import { forget } from "../tensor/scope.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import { backendOf, freshTensor, Tensor } from "../tensor/tensor.ts";
import type { ModuleOptions } from "./types.ts";

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

/** A parameter of any values, which its `owner`, whom errors name, is about to set. */
export function emptyParameter(owner: object, shape: Shape, options: ModuleOptions): Parameter {
  checkShape(owner.constructor.name, shape);
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

/** The elements of a list; throws ArgumentError for what is none. */
export function listOf<T>(op: string, values: Iterable<T>, what: string = "parameters"): T[] {
  if (values instanceof Tensor || typeof Object(values)[Symbol.iterator] !== "function") {
    throw refused(op, `a list of ${what}`, values, "; pass [...]");
  }
  return [...values];
}

/** The tensors of a list; throws ArgumentError for anything else. */
export function tensorsOf(op: string, values: Iterable<Tensor>): Tensor[] {
  const list = listOf(op, values);
  for (const value of list) checkTensor(op, value, "tensors");
  return list;
}
