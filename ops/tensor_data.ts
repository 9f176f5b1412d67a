/**
 * Tensors from JavaScript values: numbers, nested arrays, typed arrays.
 *
 * @module
 */
import { newTypedArray } from "../runtime/dtype.ts";
import { checkOptions, checkTensor, describeValue } from "../tensor/arguments.ts";
import { BYTES_PER_ELEMENT, checkDType, type DType, type TypedArray } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { checkShape, numelOf, type Shape } from "../tensor/shape.ts";
import { backendOf, freshTensor, Tensor, type TensorOptions } from "../tensor/tensor.ts";
import type { NestedArray } from "../tensor/types.ts";
import { cast, to } from "./cast.ts";
import { clone } from "./shape.ts";

/** What {@linkcode tensor} makes tensors from. */
export type TensorData = number | boolean | NestedArray | TypedArray | Tensor;

/** Elements in row-major order with their shape and natural dtype. */
interface Parsed {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: ArrayLike<number | boolean>;
}

function typedArrayDType(data: TypedArray): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return "uint8";
}

function isTypedArray(data: unknown): data is TypedArray {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array ||
    data instanceof Uint8Array;
}

/** Deeper nesting is taken for an array that contains itself. */
const MOST_AXES = 1000;

/** The shape that the first elements of nested arrays suggest; {@linkcode parseNested} checks the rest against it. */
function firstShape(data: NestedArray): number[] {
  const shape: number[] = [];
  let level: number | boolean | NestedArray = data;
  while (Array.isArray(level)) {
    if (shape.push(level.length) > MOST_AXES) {
      throw new ArgumentError(
        `tensor: expected arrays nested at most ${MOST_AXES} deep, got one inside itself`,
      );
    }
    level = level[0];
  }
  return shape;
}

function parseNested(data: NestedArray): Parsed {
  const shape = firstShape(data);
  const values: (number | boolean)[] = [];
  let onlyBooleans = true;
  const path: number[] = [];
  const visit = (node: number | boolean | NestedArray, axis: number): void => {
    if (Array.isArray(node)) {
      if (axis === shape.length || node.length !== shape[axis]) {
        throw new ShapeError(
          `tensor: expected rows of equal length, got ${
            axis === shape.length
              ? "an array beside a number"
              : `${node.length} elements where others have ${shape[axis]}`
          } at data${path.map((i) => `[${i}]`).join("")}; pad the rows to one length`,
        );
      }
      for (let i = 0; i < node.length; i++) {
        path.push(i);
        visit(node[i], axis + 1);
        path.pop();
      }
      return;
    }
    const where = `data${path.map((i) => `[${i}]`).join("")}`;
    if (typeof node !== "number" && typeof node !== "boolean") {
      throw new ArgumentError(
        `tensor: expected numbers or booleans in arrays, got ${describeValue(node)} at ${where}` +
          (node as unknown instanceof Tensor ? "; join tensors with stack() or cat()" : ""),
      );
    }
    if (axis !== shape.length) {
      throw new ShapeError(
        `tensor: expected an array of ${shape[axis]} elements as in the first row, got the number ${node} at ${where}`,
      );
    }
    if (typeof node === "number") onlyBooleans = false;
    values.push(node);
  };
  visit(data, 0);
  return { shape, dtype: onlyBooleans && values.length > 0 ? "bool" : "float32", values };
}

function parse(data: Exclude<TensorData, Tensor>): Parsed {
  if (typeof data === "number") return { shape: [], dtype: "float32", values: [data] };
  if (typeof data === "boolean") return { shape: [], dtype: "bool", values: [data] };
  if (Array.isArray(data)) return parseNested(data);
  if (isTypedArray(data)) return { shape: [data.length], dtype: typedArrayDType(data), values: data };
  throw new ArgumentError(
    `tensor: expected a number, a boolean, nested arrays of them, or a Float32Array, Float64Array, Int32Array or ` +
      `Uint8Array, got ${describeValue(data)}`,
  );
}

/** Values in the typed array of `dtype`: floats truncate to integers, what is not 0 is true. Nothing wraps around. */
export function convert(op: string, values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  if (isTypedArray(values) && dtype !== "bool" && typedArrayDType(values) === dtype) return values;
  const out = newTypedArray(dtype, values.length);
  const [low, high] = dtype === "int32"
    ? [-(2 ** 31), 2 ** 31 - 1]
    : dtype === "uint8"
    ? [0, 255]
    : [-Infinity, Infinity];
  const integral = Number.isFinite(high);
  for (let i = 0; i < out.length; i++) {
    const value = Number(values[i]);
    if (integral && !(Math.trunc(value) >= low && Math.trunc(value) <= high)) {
      throw new ArgumentError(
        `${op}: expected numbers from ${low} to ${high} for ${dtype}, got ${value} at element ${i}; use a floating-point dtype`,
      );
    }
    out[i] = dtype === "bool" ? Number(value !== 0) : value;
  }
  return out;
}

/**
 * A tensor of the given values: a number, nested arrays (one level per axis), a typed array, or a copy of a tensor.
 * Numbers become float32 and booleans bool; typed arrays keep their type.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * assertEquals([x.dtype, x.shape], ["float32", [2, 2]]);
 * assertEquals(tensor([0, 2], { dtype: "int32" }).toArray(), [0, 2]);
 * assertEquals(tensor(new Float64Array(3)).dtype, "float64");
 * ```
 *
 * @throws ShapeError for rows of unequal length; ArgumentError for values that are no numbers.
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, "dtype");
  if (data instanceof Tensor) {
    const copy = to(clone(cast(data.detach(), options.dtype ?? data.dtype)), options.device ?? data.device).detach();
    return options.requiresGrad ? copy.requiresGrad_() : copy;
  }
  const { shape, dtype: natural, values } = parse(data);
  const dtype = options.dtype ?? natural;
  checkDType("tensor", dtype);
  return fromTyped(convert("tensor", values, dtype), shape, dtype, options);
}

/** Bytes of the largest tensor: all of wasm memory. */
const MOST_BYTES = 2 ** 32;

/** Zeros for the elements of a tensor, after the checks that keep the array from being too large for the host. */
export function hostValues(op: string, dtype: DType, shape: Shape, options: TensorOptions): TypedArray {
  checkOptions(op, options, "dtype");
  checkShape(op, shape);
  checkDType(op, dtype);
  const numel = numelOf(shape);
  if (numel * BYTES_PER_ELEMENT[dtype] > MOST_BYTES) {
    throw new ArgumentError(`${op}: expected a tensor of at most 4 GiB, got ${numel} elements of ${dtype}`);
  }
  return newTypedArray(dtype, numel);
}

/** A tensor of elements in row-major order. */
export function fromTyped(
  values: TypedArray,
  shape: readonly number[],
  dtype: DType,
  options: TensorOptions = {},
): Tensor {
  if (options.requiresGrad && dtype !== "float32" && dtype !== "float64") {
    throw new DTypeError(`tensor: expected a floating-point dtype for requiresGrad, got ${dtype}`);
  }
  const backend = backendOf(options.device);
  const out = freshTensor(backend, shape, dtype, options.requiresGrad === true);
  backend.write(out, values);
  return options.requiresGrad ? out.requiresGrad_() : out;
}

/** The options of `op`, with the dtype and device of `input` where they name none. */
export function like(op: string, input: Tensor, options: TensorOptions): TensorOptions & { dtype: DType } {
  checkTensor(op, input);
  checkOptions(op, options, "dtype");
  return {
    dtype: options.dtype ?? input.dtype,
    device: options.device ?? input.device,
    requiresGrad: options.requiresGrad,
  };
}
