/**
 * One GPU as the op families see it: run a program, move bytes, wait.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { Backend, KernelTime, RangeGuard } from "../backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import type { Storage } from "../storage.ts";
import { BufferPool, type BufferStatistics } from "./buffers.ts";
import { BATCH_LIMIT, Commands, type CommandStatistics, type Pipeline } from "./commands.ts";
import { Faults } from "./faults.ts";
import {
  elementType,
  gridOf,
  packUniforms,
  prepare,
  type Prepared,
  type Program,
  sourceOf,
  u32,
  uniformBytes,
  WORKGROUP_SIZE,
} from "./program.ts";
import { Staging } from "./staging.ts";
import { KernelTimer } from "./timing.ts";
import { GpuStorage, storageOf, type StorageOwner } from "./storage.ts";
import { type AdapterKind, adapterKindOf, type Tuning, TUNINGS } from "./tuning.ts";

/** Work that is held back to be joined with what follows. */
export interface PendingWork {
  /** True if the work reads the storage, or has its result in it. */
  needs(storage: GpuStorage): boolean;
  /** Records the work. */
  emit(): void;
}

/** A GPU device with its memory, its pipelines and its command stream. */
export class Gpu implements StorageOwner {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  readonly commands: Commands;
  readonly faults: Faults;
  /** Layouts that suit the adapter. */
  readonly tuning: Tuning;
  /** Work that waits to be joined with what follows; every other command has it recorded first. */
  pending: PendingWork | null = null;
  readonly #staging: Staging;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #backend: Backend | null = null;
  /** Why nothing can run any more, or null. */
  #failure: Error | null = null;
  /** The first command since the last wait that the device refused, or null. */
  #refusal: BackendError | null = null;

  /** `kind` is stated by tests that want the layouts of another adapter. */
  constructor(device: GPUDevice, kind: AdapterKind = adapterKindOf(device)) {
    this.device = device;
    this.tuning = TUNINGS[kind];
    this.pool = new BufferPool(device);
    this.commands = new Commands(device, this.pool);
    this.#staging = new Staging(device);
    this.faults = new Faults(this.scratch([2], "int32"));
    device.addEventListener("uncapturederror", (event) => {
      if (!(event instanceof GPUUncapturedErrorEvent)) return;
      event.preventDefault();
      this.#refusal ??= new BackendError(`webgpu: expected commands that the device takes, got ${event.error.message}`);
    });
  }

  /** The backend that runs on this device. */
  get backend(): Backend {
    return this.#backend!;
  }

  set backend(backend: Backend) {
    this.#backend = backend;
  }

  /** Counts of memory and commands. */
  get statistics(): BufferStatistics & CommandStatistics & { readonly pipelines: number } {
    return { ...this.pool.statistics, ...this.commands.statistics, pipelines: this.#pipelines.size };
  }

  /** Lets every later use fail with `error`, unless there is one already. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Uninitialised bytes on the device. */
  allocate(byteLength: number): GpuStorage {
    this.#check();
    return new GpuStorage(byteLength, this);
  }

  needs(storage: GpuStorage): boolean {
    return this.pending?.needs(storage) ?? false;
  }

  /** Records what is held back. */
  emitPending(): void {
    const work = this.pending;
    this.pending = null;
    work?.emit();
  }

  /** Records one program, after the work that is held back. Nothing runs when it has no workgroups. */
  run(program: Program): void {
    this.emitPending();
    if (program.groups === 0) return;
    this.#check();
    const written = new Set<Storage>();
    for (const name in program.writes) written.add(program.writes[name].storage);
    let { reads } = program;
    const copies: GpuStorage[] = [];
    for (const name in program.reads) {
      const array = program.reads[name];
      if (!written.has(array.storage)) continue;
      // WebGPU does not let one dispatch read and write a buffer through two bindings.
      const copy = this.#copyOf(array);
      copies.push(copy);
      reads = { ...reads, [name]: { ...windowOf(array), storage: copy } };
    }
    const prepared = prepare(program, reads);
    const buffers = prepared.bindings.map(({ array }) => {
      const storage = storageOf(array);
      return written.has(storage) ? this.materialise(storage) : storage.buffer;
    });
    this.commands.dispatch(
      this.#pipeline(prepared),
      (bytes, at) => packUniforms(prepared, bytes, at),
      buffers,
      gridOf(program.groups),
      `webgpu ${program.label ?? program.key}`,
    );
    for (const copy of copies) copy.release();
  }

  /** A contiguous array in fresh memory; `release` its storage when the commands that use it are recorded. */
  scratch(shape: readonly number[], dtype: DType): ArrayRef {
    const numel = shape.reduce((product, n) => product * n, 1);
    const strides = new Array<number>(shape.length).fill(1);
    for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1] * shape[d + 1];
    const storage = this.allocate(4 * numel);
    storage.holds = 1;
    return { dtype, shape, strides, offset: 0, numel, storage };
  }

  /** Sets the elements of contiguous `target`. */
  write(target: ArrayRef, values: TypedArray): void {
    if (target.numel === 0) return;
    this.#check();
    const storage = storageOf(target);
    if (this.needs(storage)) this.emitPending();
    const { buffer } = storage;
    storage.overwrite();
    // The queue writes before the batch that is being recorded runs: its commands must not see the new bytes.
    if (this.commands.uses(buffer)) this.commands.submit();
    const isByte = target.dtype === "uint8" || target.dtype === "bool";
    const words = isByte ? Uint32Array.from(values) : values;
    this.device.queue.writeBuffer(
      buffer,
      4 * target.offset,
      words.buffer as ArrayBuffer,
      words.byteOffset,
      words.byteLength,
    );
  }

  fill(storage: GpuStorage, dtype: DType, value: number): void {
    const numel = storage.byteLength / 4;
    const out = { dtype, shape: [numel], strides: [1], offset: 0, numel, storage };
    if (numel === 1 && !this.commands.uses(storage.buffer)) {
      const values = newTypedArray(dtype, 1);
      values[0] = value;
      this.write(out, values);
      return;
    }
    this.run({
      key: "fill",
      reads: {},
      writes: { out },
      uniforms: { n: u32(numel), value: { type: dtype === "float32" ? "f32" : "i32", value } },
      groups: Math.ceil(numel / WORKGROUP_SIZE),
      body: () => `  if (id < u.n) { out[id] = ${elementType(dtype)}(u.value); }`,
    });
  }

  /** Brings the value of a constant storage into its buffer. */
  materialise(storage: GpuStorage): GPUBuffer {
    const { buffer } = storage;
    storage.overwrite();
    return buffer;
  }

  /** Copies the bytes of one storage over those of another of the same size. */
  copyBytes(source: GpuStorage, target: GpuStorage): void {
    this.emitPending();
    this.commands.copy(source.buffer, 0, target.buffer, 0, Math.ceil(source.byteLength / 4) * 4);
  }

  /** The elements of contiguous `source`, once the GPU has computed them. */
  async download(source: ArrayRef): Promise<TypedArray> {
    this.#check();
    this.emitPending();
    const { record } = this.faults;
    const byteLength = 4 * source.numel;
    const target = this.#staging.take(byteLength + 8);
    this.commands.copy(storageOf(record).buffer, 0, target, byteLength, 8);
    if (byteLength > 0) this.commands.copy(storageOf(source).buffer, 4 * source.offset, target, 0, byteLength);
    this.commands.submit();
    try {
      await target.mapAsync(GPUMapMode.READ, 0, byteLength + 8);
    } catch (cause) {
      this.#checkCommands();
      throw new BackendError("data: expected the buffer to become readable, got an error of the device", { cause });
    }
    const bytes = target.getMappedRange(0, byteLength + 8);
    const values = newTypedArray(source.dtype, source.numel);
    values.set(wordsOf(source.dtype, bytes, source.numel));
    const fault = this.faults.decode(new Int32Array(bytes.slice(byteLength)));
    target.unmap();
    this.#staging.giveBack(target);
    this.#checkCommands();
    if (fault !== null) {
      this.write(record, new Int32Array(2));
      throw fault;
    }
    return values;
  }

  /** Lets the next download throw the complaint of `guard` if an element of int32 `index` is outside its range. */
  guardRange(index: ArrayRef, guard: RangeGuard): void {
    this.faults.watch(this, index, guard);
  }

  /**
   * Begins to time every dispatch; the result ends it and gives the sums. Without the feature "timestamp-query" there are
   * none.
   */
  timeKernels(): () => Promise<readonly KernelTime[]> {
    this.emitPending();
    if (!this.device.features.has("timestamp-query")) return () => Promise.resolve([]);
    const timer = new KernelTimer(this.device, BATCH_LIMIT);
    this.commands.timer = timer;
    return async () => {
      this.emitPending();
      this.commands.timer = null;
      return await timer.times();
    };
  }

  /** Waits until the GPU has done everything recorded so far. */
  async finish(): Promise<void> {
    this.emitPending();
    this.commands.submit();
    await this.device.queue.onSubmittedWorkDone();
    this.#checkCommands();
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** After a wait: throws if something went wrong with the commands before it. */
  #checkCommands(): void {
    this.#check();
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal !== null) throw refusal;
  }

  #copyOf(array: ArrayRef): GpuStorage {
    const source = storageOf(array);
    const copy = this.allocate(source.byteLength);
    copy.holds = 1;
    this.copyBytes(source, copy);
    return copy;
  }

  #pipeline(prepared: Prepared): Pipeline {
    const known = this.#pipelines.get(prepared.key);
    if (known !== undefined) return known;
    const layout = this.#layout(prepared.bindings.map(({ access }) => access));
    const pipeline = this.device.createComputePipeline({
      label: prepared.key,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: this.device.createShaderModule({ label: prepared.key, code: sourceOf(prepared) }),
        entryPoint: "main",
      },
    });
    const made = { pipeline, layout, uniformBytes: uniformBytes(prepared), bindGroups: new Map() };
    this.#pipelines.set(prepared.key, made);
    return made;
  }

  #layout(access: readonly ("read" | "read_write")[]): GPUBindGroupLayout {
    const key = access.join();
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
          ...access.map((kind, i): GPUBindGroupLayoutEntry => ({
            binding: i + 1,
            visibility: GPUShaderStage.COMPUTE,
            buffer: { type: kind === "read" ? "read-only-storage" : "storage" },
          })),
        ],
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

/** Four bytes per element, as they lie on the device. */
function wordsOf(dtype: DType, bytes: ArrayBuffer, length: number): Float32Array | Int32Array | Uint32Array {
  if (dtype === "float32") return new Float32Array(bytes, 0, length);
  return dtype === "int32" ? new Int32Array(bytes, 0, length) : new Uint32Array(bytes, 0, length);
}

/** The window of `array` without its storage. */
export function windowOf({ dtype, shape, strides, offset, numel }: ArrayRef): Omit<ArrayRef, "storage"> {
  return { dtype, shape, strides, offset, numel };
}
