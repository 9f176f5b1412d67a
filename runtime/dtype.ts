/**
 * The element types that kernels know, and their layout in bytes.
 *
 * @module
 */

/** Element type of a tensor. `bool` is stored as one byte, 0 or 1. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

/** The typed array that holds the elements of a {@linkcode DType}. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Bytes per element. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

/** Prefix of kernel names that work on the type: `f32_exp`, `f64_exp`. `bool` shares the byte kernels. */
export const KERNEL_PREFIX: Readonly<Record<DType, "f32" | "f64" | "i32" | "u8">> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "u8",
  bool: "u8",
};

/** Allocates a zeroed typed array on the JavaScript heap for `length` elements of `dtype`. */
export function newTypedArray(dtype: DType, length: number): TypedArray {
  return typedArrayOn(dtype, new ArrayBuffer(length * BYTES_PER_ELEMENT[dtype]));
}

/** A typed array over all bytes of `buffer`. */
export function typedArrayOn(dtype: DType, buffer: ArrayBuffer): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer);
  }
}
