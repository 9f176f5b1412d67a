/**
 * Recording commands into batches, so that many ops cost one submit.
 *
 * @module
 */

import type { KernelTimer } from "./timing.ts";

/** Bytes of parameters that one batch can hold. */
const UNIFORM_BYTES = 256 * 1024;

/** Dispatches after which a batch is submitted, so that a GPU has something to do while the program goes on. */
export const BATCH_LIMIT = 256;

/** What a dispatch runs: a pipeline and the layout of its bindings, the parameters first. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Bytes of the parameters. */
  readonly uniformBytes: number;
  /** What profiles call it. */
  readonly label: string;
}

/** Counts since the device was opened. */
export interface CommandStatistics {
  /** Batches given to the queue. */
  readonly submits: number;
  /** Compute dispatches in them. */
  readonly dispatches: number;
}

/** The command stream of one device: the batch being recorded, and the parameters of its dispatches. */
export class Commands {
  readonly #device: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #staged = new Uint8Array(UNIFORM_BYTES);
  readonly #alignment: number;
  #stagedBytes = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;
  #timer: KernelTimer | null = null;
  #batchDispatches = 0;
  readonly #used = new Set<GPUBuffer>();
  #submits = 0;
  #dispatches = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#alignment = device.limits.minUniformBufferOffsetAlignment;
    this.#uniforms = device.createBuffer({
      size: UNIFORM_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /** Counts of the moment. */
  get statistics(): CommandStatistics {
    return { submits: this.#submits, dispatches: this.#dispatches };
  }

  /** Has every later dispatch timed, or none. */
  set timer(timer: KernelTimer | null) {
    this.submit();
    this.#timer = timer;
  }

  /** True if the batch being recorded reads or writes `buffer`. */
  uses(buffer: GPUBuffer): boolean {
    return this.#used.has(buffer);
  }

  /** Records one dispatch of `groups` workgroups. `uniforms` are copied. */
  dispatch(
    program: Pipeline,
    uniforms: Uint8Array,
    buffers: readonly GPUBuffer[],
    groups: readonly [number, number],
  ): void {
    if (this.#batchDispatches === BATCH_LIMIT || this.#stagedBytes + uniforms.byteLength > UNIFORM_BYTES) this.submit();
    const offset = this.#stagedBytes;
    this.#staged.set(uniforms, offset);
    this.#stagedBytes = Math.ceil((offset + uniforms.byteLength) / this.#alignment) * this.#alignment;
    const bindings = this.#device.createBindGroup({
      layout: program.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#uniforms, size: program.uniformBytes } },
        ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    });
    if (this.#timer !== null) {
      this.#endPass();
      this.#pass = this.#commandEncoder().beginComputePass({ timestampWrites: this.#timer.writes(program.label) });
    }
    this.#pass ??= this.#commandEncoder().beginComputePass();
    if (this.#pipeline !== program.pipeline) {
      this.#pass.setPipeline(program.pipeline);
      this.#pipeline = program.pipeline;
    }
    this.#pass.setBindGroup(0, bindings, [offset]);
    this.#pass.dispatchWorkgroups(groups[0], groups[1]);
    this.#batchDispatches++;
    for (const buffer of buffers) this.#used.add(buffer);
  }

  /** Records a copy between two buffers. Offsets and length in bytes, multiples of 4. */
  copy(source: GPUBuffer, sourceOffset: number, target: GPUBuffer, targetOffset: number, byteLength: number): void {
    this.#endPass();
    this.#used.add(source).add(target);
    this.#commandEncoder().copyBufferToBuffer(source, sourceOffset, target, targetOffset, byteLength);
  }

  /** Gives what was recorded to the queue. */
  submit(): void {
    if (this.#encoder === null) return;
    this.#endPass();
    const collect = this.#timer?.resolve(this.#encoder);
    const commands = this.#encoder.finish();
    this.#encoder = null;
    this.#device.queue.writeBuffer(this.#uniforms, 0, this.#staged, 0, this.#stagedBytes);
    this.#device.queue.submit([commands]);
    collect?.();
    this.#dispatches += this.#batchDispatches;
    this.#submits++;
    this.#batchDispatches = 0;
    this.#stagedBytes = 0;
    this.#used.clear();
  }

  #commandEncoder(): GPUCommandEncoder {
    return this.#encoder ??= this.#device.createCommandEncoder();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
  }
}
