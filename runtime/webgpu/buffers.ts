/**
 * GPU memory: buffers in size classes, reused as soon as they are free.
 *
 * A buffer comes back when its storage is freed, or, when the program yields to the event loop, when a finalizer finds
 * its storage dead. Finalizers do not run in a synchronous loop. There the buffers that no pool has a claim on are left
 * to the garbage collector, which destroys a dead `GPUBuffer` even then, if it only knew when to look: it does not
 * count the bytes of a GPU. So each such buffer makes an equally large array buffer pass through a short queue; those
 * grow old, die, and their bytes are what the collector counts.
 *
 * @module
 */
import { OutOfMemoryError } from "../errors.ts";

/** Smallest buffer. */
const LEAST_BYTES = 256;

/** Bytes that may wait for their finalizer; buffers beyond are the garbage collector's. */
const CLAIMED_LIMIT = 256 * 2 ** 20;

/** Bytes of unused buffers that the pool keeps. */
const POOLED_LIMIT = 512 * 2 ** 20;

/** Bytes of decoys alive at a time: long enough that two minor collections pass, after which only a major one frees them. */
const DECOY_LIMIT = 64 * 2 ** 20;

/** Bytes of one decoy. */
const DECOY_BYTES = 2 ** 20;

/** Counts of GPU memory. */
export interface BufferStatistics {
  /** Bytes of buffers that were taken and have not come back. Those that only the collector knows of are not in it. */
  readonly liveBytes: number;
  /** Bytes of buffers that wait in the pool. */
  readonly pooledBytes: number;
  /** Buffers that were created so far. */
  readonly created: number;
}

/** Rounds up to the next size class: four classes per power of two, so that at most a fifth is wasted. */
export function sizeClass(byteLength: number): number {
  if (byteLength <= LEAST_BYTES) return LEAST_BYTES;
  const step = 2 ** (Math.ceil(Math.log2(byteLength)) - 3);
  return Math.ceil(byteLength / step) * step;
}

/** The buffers of one device. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #claims: FinalizationRegistry<GPUBuffer>;
  /** Bytes of buffers whose storage is registered with `#claims`. */
  #claimedBytes = 0;
  #pooledBytes = 0;
  #liveBytes = 0;
  #created = 0;
  /** Numbers of the buffers that the pool has a claim on, or that wait in it. */
  readonly #numbers = new WeakMap<GPUBuffer, number>();
  #numbered = 0;
  #losses = 0;
  readonly #decoys: ArrayBuffer[] = [];
  #unclaimedBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#claims = new FinalizationRegistry((buffer) => {
      this.#claimedBytes -= buffer.size;
      this.#giveBack(buffer);
    });
  }

  /** Counts of the moment. */
  get statistics(): BufferStatistics {
    return { liveBytes: this.#liveBytes, pooledBytes: this.#pooledBytes, created: this.#created };
  }

  /** How often the pool has lost a buffer, which then lives as long as something refers to it. */
  get losses(): number {
    return this.#losses;
  }

  /** The number of a buffer that the pool keeps track of; undefined for one that it lost. */
  numberOf(buffer: GPUBuffer): number | undefined {
    return this.#numbers.get(buffer);
  }

  /**
   * A buffer of at least `byteLength` bytes of any contents, for `owner`, which must be the only one to know it. It comes
   * back by {@linkcode release} or once `owner` is dead.
   *
   * @throws {OutOfMemoryError} when it is larger than the device can bind.
   */
  take(byteLength: number, owner: WeakKey): GPUBuffer {
    const size = sizeClass(byteLength);
    const { maxStorageBufferBindingSize } = this.#device.limits;
    if (byteLength > maxStorageBufferBindingSize) {
      throw new OutOfMemoryError(
        byteLength,
        this.#liveBytes,
        maxStorageBufferBindingSize,
        [],
        `webgpu: expected an array of at most ${maxStorageBufferBindingSize} bytes, which the adapter lets one binding ` +
          `have, got one of ${byteLength}; work on parts of it`,
      );
    }
    let buffer = this.#free.get(size)?.pop();
    if (buffer !== undefined) this.#pooledBytes -= size;
    else {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      buffer = this.#device.createBuffer({ size, usage });
      this.#created++;
    }
    if (this.#claimedBytes + size <= CLAIMED_LIMIT) {
      this.#claimedBytes += size;
      this.#claims.register(owner, buffer, buffer);
      this.#liveBytes += size;
      if (!this.#numbers.has(buffer)) this.#numbers.set(buffer, ++this.#numbered);
    } else {
      this.#lose(buffer);
      this.#pushDecoys(size);
    }
    return buffer;
  }

  /** Takes back a buffer whose owner no longer needs it. Work that was recorded before still finds its bytes. */
  release(buffer: GPUBuffer): void {
    if (this.#claims.unregister(buffer)) {
      this.#claimedBytes -= buffer.size;
      this.#liveBytes -= buffer.size;
    }
    this.#keep(buffer);
  }

  #giveBack(buffer: GPUBuffer): void {
    this.#liveBytes -= buffer.size;
    this.#keep(buffer);
  }

  /** A buffer beyond the limit is dropped, not destroyed: commands that were not submitted yet may use it. */
  #keep(buffer: GPUBuffer): void {
    if (this.#pooledBytes + buffer.size > POOLED_LIMIT) {
      this.#lose(buffer);
      return;
    }
    this.#pooledBytes += buffer.size;
    const waiting = this.#free.get(buffer.size);
    if (waiting === undefined) this.#free.set(buffer.size, [buffer]);
    else waiting.push(buffer);
  }

  #lose(buffer: GPUBuffer): void {
    if (this.#numbers.delete(buffer)) this.#losses++;
  }

  #pushDecoys(byteLength: number): void {
    this.#unclaimedBytes += byteLength;
    for (; this.#unclaimedBytes >= DECOY_BYTES; this.#unclaimedBytes -= DECOY_BYTES) {
      this.#decoys.push(new ArrayBuffer(DECOY_BYTES));
      if (this.#decoys.length > DECOY_LIMIT / DECOY_BYTES) this.#decoys.shift();
    }
  }
}
