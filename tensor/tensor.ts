/**
 * The tensor: a strided window on a storage, with its place in the reverse-mode graph or its box at a level.
 *
 * @module
 */
import type { Backend } from "../runtime/backend.ts";
import type { Storage } from "../runtime/storage.ts";
import { backend as backendByName } from "../runtime/registry.ts";
import { beginOp } from "../runtime/heap.ts";
import { cpu } from "../runtime/wasm/mod.ts";
import { checkFunction, checkTensor } from "./arguments.ts";
import { AutogradMeta } from "./autograd_meta.ts";
import { type DType, isFloating, type TypedArray } from "./dtype.ts";
import { engine } from "./engine.ts";
import {
  ArgumentError,
  DeviceError,
  DisposedError,
  DTypeError,
  EscapedTensorError,
  GradError,
  ShapeError,
  VmapError,
} from "./errors.ts";
import { gradMode } from "./grad_mode.ts";
import type { TensorHook } from "./hook_types.ts";
import type { Level } from "./level.ts";
import type { BackwardOptions, Device, GradFn, HookHandle, NestedNumbers } from "./types.ts";
import { unwrap } from "./unboxing.ts";
import type { TensorMethods } from "./methods.ts";
import type { Node } from "./node.ts";
import { created } from "./scope.ts";
import { contiguousStrides, formatShape, isRowMajor, numelOf, sameShape, type Shape } from "./shape.ts";
import { formatTensor } from "./print.ts";

export type { Device, TensorOptions } from "./types.ts";

/** Values that ops accept where they take a tensor. */
export type TensorLike = Tensor | number | boolean;

/**
 * A multi-dimensional array of one element type. Make one with `tensor`, `zeros`, `randn` and the like.
 *
 * Its methods are the ops: `x.sin()` is `sin(x)`. Memory needs no care: nothing has to be disposed.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]], { requiresGrad: true });
 * const y = x.mul(2).sum(1);
 * assertEquals(y.toArray(), [12, 30]);
 * assertEquals(y.gradFn!.name, "SumBackward0");
 * ```
 */
export class Tensor {
  /** Sizes of the axes. */
  readonly shape: Shape;
  /** Steps between neighbours along each axis, in elements. */
  strides: readonly number[];
  /** Position of the first element in the storage, in elements. */
  offset: number;
  /** Element type. */
  readonly dtype: DType;
  /** Number of elements. */
  readonly numel: number;
  /** @internal The bytes, shared with views. */
  storage: Storage;
  /** True after `dispose()`. */
  disposed = false;
  /** @internal True if the base tape records what is done with the tensor. */
  tracked = false;
  /** @internal True for a tensor made from a bare number: it never widens the dtype of the tensors it meets. */
  isWrappedNumber = false;
  /** True if made in inference mode: it cannot be saved for a backward pass. */
  isInference = false;
  /** @internal The level that boxed the tensor, or null for a plain one. */
  level: Level | null = null;
  /** @internal What the box holds: the same value at an older level. Set by `setBox`. */
  value: Tensor | null = null;
  /** @internal The tangent of a forward-mode box. Set by `setBox`. */
  tangent: Tensor | null = null;
  /** @internal Boxes and residuals that need this handle: its bytes outlive its disposal until they let go. */
  owners = 0;
  /** @internal The node that computed the tensor; null for leaves and untracked tensors. */
  node: Node | null = null;
  /** @internal Which output of the node the tensor is. */
  outputIndex = 0;
  /** @internal Gradient, hooks; null until the tensor needs them. */
  meta: AutogradMeta | null = null;
  /** @internal The tensor whose storage this is a view of; null for a tensor that owns its storage. */
  base: Tensor | null = null;
  /** @internal Version of the storage at which `node` of a view was up to date. */
  viewVersion = 0;
  /** @internal Slots of the running backward pass that hold this gradient; -1 when the pass does not own it. */
  uses = -1;

  /** @internal Use `tensor`, `zeros`, ... A handle is one hold on its storage. */
  constructor(
    storage: Storage,
    dtype: DType,
    shape: Shape,
    strides: readonly number[],
    offset: number,
    numel: number,
  ) {
    this.storage = storage;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.numel = numel;
    storage.holds++;
    if (created !== null) created.push(this);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Where the tensor lives. */
  get device(): Device {
    // Backends are registered under the names of devices only.
    return this.storage.backend.name as Device;
  }

  /** The sizes of all axes. */
  size(): Shape;
  /** The size of axis `dim`; a negative one counts from the end. */
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    const axis = dim < 0 ? dim + this.ndim : dim;
    if (!(axis in this.shape)) {
      throw new ArgumentError(`size: expected a dim in [${-this.ndim}, ${this.ndim - 1}], got ${dim}`);
    }
    return this.shape[axis];
  }

  /** True if the elements lie in row-major order without gaps. */
  isContiguous(): boolean {
    return isRowMajor(this.shape, this.strides);
  }

  /** True if operations on the tensor are recorded for `backward()`. */
  get requiresGrad(): boolean {
    return this.tracked || (this.value !== null && (this.node !== null || this.value.requiresGrad));
  }

  set requiresGrad(on: boolean) {
    this.requiresGrad_(on);
  }

  /**
   * Starts (or stops, for leaves) the recording of operations on this tensor. Floating-point tensors only.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1.5]).requiresGrad_();
   * x.square().backward();
   * assertEquals(x.grad!.item(), 3);
   * ```
   *
   * @throws DTypeError for integers and bools.
   * @throws GradError for results of ops (to stop) and tensors made in inference mode.
   */
  requiresGrad_(on = true): this {
    checkUsable("requiresGrad_", this);
    if (on && !isFloating(this.dtype)) {
      throw new DTypeError(
        `requiresGrad_: expected a floating-point tensor, got ${this.dtype}; convert it with float()`,
      );
    }
    if (!on && this.node !== null) {
      throw new GradError("requiresGrad_: expected a leaf tensor, got the result of an op; use detach() instead");
    }
    if (on && this.isInference) {
      throw new GradError("requiresGrad_: expected a normal tensor, got one made in inference mode; clone() it first");
    }
    if (this.level !== null) {
      this.value!.requiresGrad_(on);
      return this;
    }
    this.tracked = on;
    return this;
  }

  /** True if the tensor was made by the user rather than by a recorded op. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }

  /** The node that computed this tensor, or null for leaves. */
  get gradFn(): GradFn | null {
    return engine.gradFn(this);
  }

  /** The gradient that `backward()` accumulated, or null. Assign null to clear it. */
  get grad(): Tensor | null {
    if (this.meta === null) return null;
    this.meta.exposed = true;
    return this.meta.grad;
  }

  set grad(gradient: Tensor | null) {
    if (gradient !== null) {
      checkTensor("grad", gradient, "a tensor or null");
      checkUsable("grad", gradient);
      if (gradient.device !== this.device) {
        throw new DeviceError(
          `grad: expected a gradient on ${this.device}, got one on ${gradient.device}; move it with to()`,
        );
      }
      if (!sameShape(gradient.shape, this.shape)) {
        throw new ShapeError(
          `grad: expected a gradient of shape ${formatShape(this.shape)}, got ${formatShape(gradient.shape)}`,
        );
      }
      if (gradient.dtype !== this.dtype) {
        throw new DTypeError(`grad: expected a gradient of dtype ${this.dtype}, got ${gradient.dtype}`);
      }
    }
    const meta = this.meta ??= new AutogradMeta();
    if (meta.grad !== null && !meta.exposed && meta.grad !== gradient) meta.grad.dispose();
    meta.grad = gradient;
    meta.exposed = gradient !== null;
  }

  /**
   * Keeps `grad` of this tensor although it is not a leaf.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1.5], { requiresGrad: true });
   * const y = x.mul(2);
   * y.retainGrad();
   * y.square().backward();
   * assertEquals(y.grad!.item(), 6);
   * ```
   */
  retainGrad(): void {
    engine.retainGrad(this);
  }

  /**
   * Calls `hook` with each gradient of this tensor; a tensor of the same shape and dtype that it returns replaces the
   * gradient.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([3, -4], { requiresGrad: true });
   * const handle = x.registerHook((gradient) => gradient.mul(10));
   * x.sum().backward();
   * handle.remove();
   * assertEquals(x.grad!.toArray(), [10, 10]);
   * ```
   */
  registerHook(hook: TensorHook): HookHandle {
    checkFunction("registerHook", hook);
    return engine.registerHook(this, hook);
  }

  /**
   * Computes the gradients of this tensor with respect to the leaves of its graph and adds them to their `grad`.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([1.5, 2.5], { requiresGrad: true });
   * x.mul(x).sum().backward();
   * assertEquals(x.grad!.toArray(), [3, 5]);
   * x.mul(2).backward(tensor([1.5, -1.5]));
   * assertEquals(x.grad!.toArray(), [6, 2]);
   * ```
   *
   * @param gradient The cotangent, of the shape of this tensor; may be left out for a tensor of one element.
   * @throws GradError without a history, for a pass whose residuals were freed, or without `gradient` for several elements.
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    if (gradient !== undefined && gradient !== null) checkTensor("backward", gradient, "a gradient that is a tensor");
    engine.backward(this, gradient ?? null, options);
  }

  /**
   * The same values without a history. Shares the storage.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([0.5, 2.5], { requiresGrad: true });
   * x.mul(x.detach()).sum().backward();
   * assertEquals(x.grad!.toArray(), [0.5, 2.5]);
   * ```
   */
  detach(): Tensor {
    return engine.detach(this);
  }

  /** Cuts the history of this tensor itself: it becomes a leaf that requires no gradient. */
  detach_(): this {
    checkUsable("detach_", this);
    if (this.level !== null || this.base !== null) {
      throw new GradError(
        `detach_: expected a tensor of its own, got ${
          this.level !== null ? `one inside ${this.level.transform}` : "a view"
        }; ` +
          `use detach()`,
      );
    }
    this.node = null;
    this.tracked = false;
    return this;
  }

  /** The elements in row-major order, as a copy. Reads at once; use `data()` for tensors on a GPU. */
  dataSync(): TypedArray {
    return this.read("dataSync");
  }

  /** @internal The elements for `reader`, the function that asks. */
  read(reader: string): TypedArray {
    const tensor = readable(reader, this);
    beginOp();
    return tensor.storage.backend.read(tensor, reader);
  }

  /** The elements in row-major order, as a copy. */
  async data(): Promise<TypedArray> {
    const tensor = readable("data", this);
    beginOp();
    return await tensor.storage.backend.download(tensor);
  }

  /**
   * The value of a tensor of one element, as a number (0 or 1 for bool).
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(tensor([[1, 2], [3, 4]]).sum().item(), 10);
   * ```
   *
   * @throws ShapeError for more or fewer elements.
   */
  item(): number {
    if (this.numel !== 1) {
      throw new ShapeError(
        `item: expected a tensor of one element, got shape ${
          formatShape(this.shape)
        }; use toArray() or reduce it first`,
      );
    }
    return this.read("item")[0];
  }

  /**
   * The elements as nested arrays; a number for a 0-d tensor. Booleans for bool tensors.
   *
   * ```ts
   * import { tensor } from "@dualtape/dualtape";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(tensor([[1, 2], [3, 4]]).gt(2).toArray(), [[false, false], [true, true]]);
   * ```
   */
  toArray(): NestedNumbers {
    const data = this.read("toArray");
    const asBool = this.dtype === "bool";
    let position = 0;
    const build = (axis: number): NestedNumbers => {
      if (axis === this.ndim) {
        const value = data[position++];
        return asBool ? value !== 0 : value;
      }
      return Array.from({ length: this.shape[axis] }, () => build(axis + 1));
    };
    return build(0);
  }

  /** Gives the memory back now. Never needed; using the tensor afterwards is an error. Views keep their bytes. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    if (this.owners === 0) this.#release();
  }

  /** @internal A box or a residual needs this handle. */
  own(): void {
    this.owners++;
  }

  /** @internal A box or a residual lets go of this handle. */
  disown(): void {
    if (--this.owners === 0 && this.disposed) this.#release();
  }

  /** @internal Makes the handle a box at `level`, or changes what it holds. */
  setBox(level: Level, value: Tensor, tangent: Tensor | null): void {
    value.own();
    tangent?.own();
    this.value?.disown();
    this.tangent?.disown();
    this.level = level;
    this.value = value;
    this.tangent = tangent;
  }

  #release(): void {
    this.storage.release();
    this.value?.disown();
    this.tangent?.disown();
  }

  /** `using x = ...` disposes at the end of the block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** PyTorch's print form; summarised beyond 1000 elements. */
  toString(): string {
    return formatTensor(this);
  }

  /** Text; throws ArgumentError where JavaScript wants a number. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint !== "number") return this.toString();
    throw new ArgumentError("Tensor: expected a method, got an operator; write x.mul(y), x.lt(1), x.item()");
  }

  /** How the Deno console shows the tensor. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** The ops as methods; written by `deno task build` from the functions in `ops/`. */
export interface Tensor extends TensorMethods {
  /** A view with the axes in reverse order: the transpose of a matrix. */
  readonly T: Tensor;
  /** A view with the last two axes swapped: the transposes of a stack of matrices. */
  readonly mT: Tensor;
  /** The slices along axis 0, as views: `for (const row of x)`. */
  [Symbol.iterator](): IterableIterator<Tensor>;
}

/** Throws unless the handle may be used: not disposed, and boxed by a level that is still alive. */
export function checkUsable(op: string, tensor: Tensor): void {
  checkTensor(op, tensor);
  while (tensor.level !== null && !tensor.level.alive && tensor.level.unwraps) unwrap(tensor);
  if (tensor.level !== null && !tensor.level.alive) {
    throw new EscapedTensorError(
      `${op}: expected a tensor of a running transform, got one of shape ${
        formatShape(tensor.shape)
      } that escaped from ` +
        `${tensor.level.transform}, which has returned; return the value from the transformed function instead`,
    );
  }
  if (tensor.disposed) {
    throw new DisposedError(
      `${op}: expected a live tensor, got one of shape ${formatShape(tensor.shape)} that was disposed; ` +
        `return it from tidy(), or dispose it later`,
    );
  }
}

/** The plain tensor whose elements a box stands for; an error where a level forbids to look (vmap). */
function readable(op: string, tensor: Tensor): Tensor {
  checkUsable(op, tensor);
  let inner = tensor;
  while (inner.level !== null) {
    if (inner.level.unreadable !== null) throw new VmapError(`${op}: ${inner.level.unreadable}`);
    inner = inner.value!;
  }
  return inner;
}

/** Another handle on the same window, with the same history and box. */
export function alias(tensor: Tensor): Tensor {
  const copy = new Tensor(tensor.storage, tensor.dtype, tensor.shape, tensor.strides, tensor.offset, tensor.numel);
  copy.tracked = tensor.tracked;
  copy.isWrappedNumber = tensor.isWrappedNumber;
  copy.isInference = tensor.isInference;
  if (tensor.level !== null) copy.setBox(tensor.level, tensor.value!, tensor.tangent);
  copy.node = tensor.node;
  copy.outputIndex = tensor.outputIndex;
  copy.meta = tensor.meta;
  copy.base = tensor.base;
  copy.viewVersion = tensor.viewVersion;
  return copy;
}

/**
 * A usable handle for a window whose own handle may have been disposed while a residual or a box still owned it.
 * Leaves must not be replaced by a copy, or their gradient would be lost; they are never disposed by scopes.
 */
export function resurrect(tensor: Tensor): Tensor {
  return tensor.disposed ? alias(tensor) : tensor;
}

/** The inside of a box. */
export function unbox(box: Tensor): Tensor {
  return resurrect(box.value!);
}

/** A box at `level` around `value` and perhaps a tangent, seen with `shape`. */
export function box(
  level: Level,
  value: Tensor,
  tangent: Tensor | null = null,
  shape: Shape = value.shape,
  strides: readonly number[] = value.strides,
): Tensor {
  const boxed = new Tensor(value.storage, value.dtype, shape, strides, value.offset, numelOf(shape));
  boxed.setBox(level, value, tangent);
  return boxed;
}

/** An uninitialised contiguous tensor. */
export function empty(backend: Backend, shape: Shape, dtype: DType, persistent = false): Tensor {
  const numel = numelOf(shape);
  const size = backend.bytesPerElement[dtype];
  if (size === 0) {
    throw new DTypeError(`${backend.name}: expected a dtype of the device, got ${dtype}; convert with float()`);
  }
  // Kernels count elements in 32 bits, and so do int32 indices.
  if (numel >= 2 ** 31) {
    throw new ShapeError(`${backend.name}: expected fewer than 2^31 elements, got shape ${formatShape(shape)}`);
  }
  const storage = backend.allocate(numel * size, persistent);
  const out = new Tensor(storage, dtype, shape, contiguousStrides(shape), 0, numel);
  out.isInference = gradMode === "inference";
  return out;
}

/**
 * {@linkcode empty} as an op of its own, for tensors that are filled without one. Every op begins by letting the operands
 * of the op before it move; a loop that only made tensors would pin them all.
 */
export function freshTensor(backend: Backend, shape: Shape, dtype: DType, persistent = false): Tensor {
  beginOp();
  return empty(backend, shape, dtype, persistent);
}

/** The backend of a device name. */
export function backendOf(device: Device = "cpu"): Backend {
  if (device === "cpu") return cpu;
  try {
    return backendByName(device);
  } catch (cause) {
    throw new DeviceError((cause as Error).message, { cause });
  }
}

/** A 0-d constant for a number that meets tensors. */
export function wrapNumber(value: number | boolean, dtype: DType, backend: Backend): Tensor {
  const wrapped = freshTensor(backend, [], dtype);
  backend.fill(wrapped, Number(value));
  wrapped.isWrappedNumber = true;
  return wrapped;
}
