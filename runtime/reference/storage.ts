/**
 * Bytes of the reference backend, on the JavaScript heap.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Backend } from "../backend.ts";
import type { TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { backend } from "../registry.ts";
import { Storage } from "../storage.ts";

/** Zeroed bytes that the garbage collector owns. */
export class ReferenceStorage extends Storage {
  readonly buffer: ArrayBuffer;

  constructor(byteLength: number) {
    super(byteLength);
    this.buffer = new ArrayBuffer(byteLength);
  }

  override get backend(): Backend {
    return backend("reference");
  }

  override free(): void {}
}

/**
 * The storage of `x` as elements of its type, counted from the beginning of the storage: element `x.offset` is the first
 * of `x`.
 *
 * @throws {BackendError} when `x` is on another device.
 */
export function elements(x: ArrayRef): TypedArray {
  const storage = x.storage;
  if (!(storage instanceof ReferenceStorage)) {
    throw new BackendError(
      `elements: expected an array on the device "reference", got one on "${storage.backend.name}"`,
    );
  }
  switch (x.dtype) {
    case "float32":
      return new Float32Array(storage.buffer);
    case "float64":
      return new Float64Array(storage.buffer);
    case "int32":
      return new Int32Array(storage.buffer);
    case "uint8":
    case "bool":
      return new Uint8Array(storage.buffer);
  }
}
