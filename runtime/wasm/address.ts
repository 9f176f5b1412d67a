/**
 * Byte addresses for kernels.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import { BYTES_PER_ELEMENT } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { HeapStorage, Scratch } from "../heap.ts";

/**
 * Address of the first element of `x`. It stays valid until the running op ends.
 *
 * @throws {BackendError} when `x` is not in wasm memory.
 * @throws {FreedStorageError} when the bytes of `x` were given back.
 * @throws {OutOfMemoryError} when the bytes had been moved out and there is no room to bring them back.
 */
export function address(x: ArrayRef): number {
  const storage = x.storage;
  if (!(storage instanceof HeapStorage)) {
    throw new BackendError(`address: expected an array on the device "cpu", got one on "${storage.backend.name}"`);
  }
  return x.offset === 0 ? storage.address : storage.address + x.offset * BYTES_PER_ELEMENT[x.dtype];
}

/** Borrows `byteLength` uninitialised bytes, aligned to a cache line, until `release` is called. */
export function scratch(byteLength: number): Scratch {
  return new Scratch(byteLength);
}
