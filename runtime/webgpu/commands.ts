/**
 * Recording commands into batches, so that many ops cost one submit.
 *
 * @module
 */
import type { BufferPool } from "./buffers.ts";
import type { KernelTimer } from "./timing.ts";

/** Bytes of parameters that one batch can hold. */
const UNIFORM_BYTES = 256 * 1024;

/** Dispatches after which a batch is submitted, so that a GPU has something to do while the program goes on. */
export const BATCH_LIMIT = 256;

/** Bind groups that a pipeline keeps. */
const BIND_GROUP_LIMIT = 64;

/** What a dispatch runs: a pipeline and the layout of its bindings, the parameters first. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Bytes of the parameters. */
  readonly uniformBytes: number;
  /** Bind groups by the numbers of their buffers. */
  readonly bindGroups: Map<string, GPUBindGroup>;
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
  readonly #pool: BufferPool;
  readonly #uniforms: GPUBuffer;
  readonly #staged = new DataView(new ArrayBuffer(UNIFORM_BYTES));
  readonly #alignment: number;
  #stagedBytes = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;
  #timer: KernelTimer | null = null;
  #batchDispatches = 0;
  readonly #used = new Set<GPUBuffer>();
  /** The pipelines that have bind groups, and what `losses` of the pool was when they got them. */
  readonly #cachingPipelines = new Set<Pipeline>();
  #poolLosses = 0;
  #submits = 0;
  #dispatches = 0;

  constructor(device: GPUDevice, pool: BufferPool) {
    this.#device = device;
    this.#pool = pool;
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

  /** Records one dispatch of `groups` workgroups. `pack` writes its parameters; profiles call it `label`. */
  dispatch(
    program: Pipeline,
    pack: (bytes: DataView, at: number) => void,
    buffers: readonly GPUBuffer[],
    groups: readonly [number, number],
    label: string,
  ): void {
    if (this.#batchDispatches === BATCH_LIMIT || this.#stagedBytes + program.uniformBytes > UNIFORM_BYTES) {
      this.submit();
    }
    const offset = this.#stagedBytes;
    pack(this.#staged, offset);
    this.#stagedBytes = Math.ceil((offset + program.uniformBytes) / this.#alignment) * this.#alignment;
    const bindings = this.#bindGroup(program, buffers);
    if (this.#timer !== null) {
      this.#endPass();
      this.#pass = this.#commandEncoder().beginComputePass({ timestampWrites: this.#timer.writes(label) });
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
    this.#device.queue.writeBuffer(this.#uniforms, 0, this.#staged.buffer, 0, this.#stagedBytes);
    this.#device.queue.submit([commands]);
    collect?.();
    this.#dispatches += this.#batchDispatches;
    this.#submits++;
    this.#batchDispatches = 0;
    this.#stagedBytes = 0;
    this.#used.clear();
  }

  /**
   * The bind group of a pipeline and buffers. Making one takes longer than the rest of a dispatch, so those of buffers that
   * belong to the pool are kept: a training step meets them again. A bind group keeps its buffers alive; hence the pool
   * says when it has left one to the garbage collector, and all are forgotten.
   */
  #bindGroup(program: Pipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    if (this.#poolLosses !== this.#pool.losses) {
      this.#poolLosses = this.#pool.losses;
      for (const { bindGroups } of this.#cachingPipelines) bindGroups.clear();
      this.#cachingPipelines.clear();
    }
    let key: string | null = "";
    for (const buffer of buffers) {
      const number = this.#pool.numberOf(buffer);
      if (number === undefined) {
        key = null;
        break;
      }
      key += `${number},`;
    }
    const known = key === null ? undefined : program.bindGroups.get(key);
    if (known !== undefined) return known;
    const made = this.#device.createBindGroup({
      layout: program.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#uniforms, size: program.uniformBytes } },
        ...buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } })),
      ],
    });
    if (key === null) return made;
    if (program.bindGroups.size === BIND_GROUP_LIMIT) program.bindGroups.clear();
    program.bindGroups.set(key, made);
    this.#cachingPipelines.add(program);
    return made;
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
