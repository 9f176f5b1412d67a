/**
 * Buffers that the CPU can read, reused.
 *
 * @module
 */
import { sizeClass } from "./buffers.ts";

/** Bytes of idle buffers that are kept. */
const KEPT_BYTES = 64 * 2 ** 20;

/** Mappable buffers of one device, by size class. */
export class Staging {
  readonly #device: GPUDevice;
  readonly #idle = new Map<number, GPUBuffer[]>();
  #idleBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** An unmapped buffer of at least `byteLength` bytes. */
  take(byteLength: number): GPUBuffer {
    const size = sizeClass(byteLength);
    const waiting = this.#idle.get(size)?.pop();
    if (waiting === undefined) {
      return this.#device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    }
    this.#idleBytes -= size;
    return waiting;
  }

  /** Takes an unmapped buffer back. */
  giveBack(buffer: GPUBuffer): void {
    if (this.#idleBytes + buffer.size > KEPT_BYTES) {
      buffer.destroy();
      return;
    }
    this.#idleBytes += buffer.size;
    const waiting = this.#idle.get(buffer.size);
    if (waiting === undefined) this.#idle.set(buffer.size, [buffer]);
    else waiting.push(buffer);
  }
}
