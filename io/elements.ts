/**
 * How files store elements, and as which dtype they are read.
 *
 * @module
 */
import { typedArrayOn } from "../runtime/dtype.ts";
import { BYTES_PER_ELEMENT, type DType, type TypedArray } from "../tensor/dtype.ts";

/** A type of elements in files, all of them little-endian. */
export interface StoredType {
  /** Bytes of one element. */
  readonly bytes: number;
  /** The dtype of tensors that are read from it. */
  readonly dtype: DType;
  /** The elements in `bytes`, which may begin at any address; null where one does not fit the dtype. */
  read(bytes: Uint8Array): TypedArray | null;
}

/** A copy with an aligned buffer of its own. `slice` would not do: that of a Node buffer is a view of a pool. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function same(dtype: DType): StoredType {
  return { bytes: BYTES_PER_ELEMENT[dtype], dtype, read: (bytes) => typedArrayOn(dtype, bufferOf(bytes)) };
}

/** 64-bit integers become int32, the index type of this library, if all of them fit. */
function readInt64(bytes: Uint8Array): Int32Array | null {
  const words = new Int32Array(bufferOf(bytes));
  const values = new Int32Array(words.length / 2);
  for (let i = 0; i < values.length; i++) {
    values[i] = words[2 * i];
    if (words[2 * i + 1] !== values[i] >> 31) return null;
  }
  return values;
}

/** A bfloat16 is the upper half of a float32. */
function readBfloat16(bytes: Uint8Array): Float32Array {
  const upper = new Uint16Array(bufferOf(bytes));
  return new Float32Array(Uint32Array.from(upper, (half) => half << 16).buffer);
}

/** The stored types by NumPy's names. Narrower numbers than the dtypes of tensors are widened, which loses nothing. */
export const STORED_TYPES = {
  float64: same("float64"),
  float32: same("float32"),
  float16: { bytes: 2, dtype: "float32", read: (bytes) => Float32Array.from(new Float16Array(bufferOf(bytes))) },
  bfloat16: { bytes: 2, dtype: "float32", read: readBfloat16 },
  int64: { bytes: 8, dtype: "int32", read: readInt64 },
  int32: same("int32"),
  int16: { bytes: 2, dtype: "int32", read: (bytes) => Int32Array.from(new Int16Array(bufferOf(bytes))) },
  uint16: { bytes: 2, dtype: "int32", read: (bytes) => Int32Array.from(new Uint16Array(bufferOf(bytes))) },
  int8: { bytes: 1, dtype: "int32", read: (bytes) => Int32Array.from(new Int8Array(bufferOf(bytes))) },
  uint8: same("uint8"),
  bool: { bytes: 1, dtype: "bool", read: (bytes) => Uint8Array.from(bytes, (byte) => Number(byte !== 0)) },
} as const satisfies Readonly<Record<string, StoredType>>;
