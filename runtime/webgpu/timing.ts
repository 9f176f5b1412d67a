/**
 * How long kernels take on the GPU itself, by timestamp queries.
 *
 * @module
 */
import type { KernelTime } from "../backend.ts";

/** Bytes of one timestamp, in nanoseconds. */
const TIMESTAMP_BYTES = 8;

/** The timed dispatches between the beginning and the end of a profile. */
export class KernelTimer {
  readonly #device: GPUDevice;
  readonly #batchLimit: number;
  /** Labels of the dispatches of the batch being recorded. */
  #labels: string[] = [];
  #queries: GPUQuerySet;
  /** Timestamps on their way to the CPU. */
  readonly #results: Promise<void>[] = [];
  readonly #times = new Map<string, { count: number; time: number }>();

  /** For batches of at most `batchLimit` dispatches. */
  constructor(device: GPUDevice, batchLimit: number) {
    this.#device = device;
    this.#batchLimit = batchLimit;
    this.#queries = this.#makeQueries();
  }

  /** Where the pass of the next dispatch notes its beginning and end. */
  writes(label: string): GPUComputePassTimestampWrites {
    const at = 2 * this.#labels.length;
    this.#labels.push(label);
    return { querySet: this.#queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** At the end of a batch: records the way of its timestamps to the CPU. Call the result after submitting it. */
  resolve(encoder: GPUCommandEncoder): () => void {
    const labels = this.#labels;
    if (labels.length === 0) return () => {};
    const size = 2 * labels.length * TIMESTAMP_BYTES;
    const resolved = this.#device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    const target = this.#device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.resolveQuerySet(this.#queries, 0, 2 * labels.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, target, 0, size);
    this.#labels = [];
    this.#queries = this.#makeQueries();
    return () => {
      this.#results.push(this.#collect(labels, target));
    };
  }

  /** Sums per label, once the GPU is done with everything that was submitted. */
  async times(): Promise<KernelTime[]> {
    await Promise.all(this.#results);
    return [...this.#times].map(([name, { count, time }]) => ({ name, count, time }));
  }

  #makeQueries(): GPUQuerySet {
    return this.#device.createQuerySet({ type: "timestamp", count: 2 * this.#batchLimit });
  }

  async #collect(labels: readonly string[], target: GPUBuffer): Promise<void> {
    await target.mapAsync(GPUMapMode.READ);
    const timestamps = new BigInt64Array(target.getMappedRange());
    labels.forEach((label, i) => {
      const sums = this.#times.get(label) ?? { count: 0, time: 0 };
      sums.count++;
      sums.time += Number(timestamps[2 * i + 1] - timestamps[2 * i]) / 1000;
      this.#times.set(label, sums);
    });
    target.destroy();
  }
}
