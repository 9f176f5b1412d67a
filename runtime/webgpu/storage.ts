/**
 * The bytes of one tensor on a GPU.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Backend } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { BackendError, FreedStorageError } from "../errors.ts";
import { Storage } from "../storage.ts";
import type { BufferPool } from "./buffers.ts";

/** Every element takes four bytes, because WGSL has no smaller ones: bytes and bools are `u32`. */
export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 0,
  int32: 4,
  uint8: 4,
  bool: 4,
};

/** What storages need of their device. */
export interface StorageOwner {
  readonly backend: Backend;
  readonly pool: BufferPool;
  /** True if recorded work will still ask for the buffer of a freed storage; the owner then calls `drop` after it. */
  needs(storage: GpuStorage): boolean;
  /** Sets all elements of `storage`, whose buffer holds anything, to `value` of `dtype`. */
  fill(storage: GpuStorage, dtype: DType, value: number): void;
}

/** One value in all elements. */
export interface Constant {
  readonly dtype: DType;
  readonly value: number;
}

/**
 * A buffer, made when it is first asked for. An intermediate of a fused chain that dies before never gets one, nor does a
 * number that only elementwise ops read: it stays a {@linkcode Constant}.
 */
export class GpuStorage extends Storage {
  readonly #owner: StorageOwner;
  #buffer: GPUBuffer | null = null;
  #constant: Constant | null = null;

  constructor(byteLength: number, owner: StorageOwner) {
    super(byteLength);
    this.#owner = owner;
  }

  override get backend(): Backend {
    return this.#owner.backend;
  }

  /**
   * The buffer, which belongs to this storage alone.
   *
   * @throws {FreedStorageError} when the bytes were given back.
   */
  get buffer(): GPUBuffer {
    if (this.#buffer !== null) return this.#buffer;
    if (this.freed) throw new FreedStorageError("buffer: expected a storage in use, got one that was freed");
    this.#buffer = this.#owner.pool.take(this.byteLength, this);
    if (this.#constant !== null) this.#owner.fill(this, this.#constant.dtype, this.#constant.value);
    return this.#buffer;
  }

  /** What all elements are, or null when they are in the buffer. */
  get constant(): Constant | null {
    return this.#constant;
  }

  /** Makes all elements one value, without touching the device. */
  setConstant(constant: Constant): void {
    this.#constant = constant;
    if (this.#buffer !== null) this.#owner.pool.release(this.#buffer);
    this.#buffer = null;
  }

  /** Says that the elements are about to be written; the caller does so through `buffer`. */
  overwrite(): void {
    this.#constant = null;
  }

  override free(): void {
    this.freed = true;
    if (!this.#owner.needs(this)) this.drop();
  }

  /** Gives the buffer of a freed storage back. */
  drop(): void {
    if (this.#buffer !== null) this.#owner.pool.release(this.#buffer);
    this.#buffer = null;
  }
}

/**
 * The storage of `x`.
 *
 * @throws {BackendError} when `x` is on another device.
 */
export function storageOf(x: ArrayRef): GpuStorage {
  if (x.storage instanceof GpuStorage) return x.storage;
  throw new BackendError(`webgpu: expected an array on the device "webgpu", got one on "${x.storage.backend.name}"`);
}
