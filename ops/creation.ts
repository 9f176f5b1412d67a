/**
 * Functions that make tensors of given values.
 *
 * @module
 */
import { checkOptions } from "../tensor/arguments.ts";
import { checkDType, type DType, isFloating } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { checkShape, type Shape } from "../tensor/shape.ts";
import { backendOf, freshTensor, type Tensor, type TensorOptions } from "../tensor/tensor.ts";
import { convert, fromTyped, hostValues, like } from "./tensor_data.ts";

function allocate(op: string, shape: Shape, dtype: DType, options: TensorOptions): Tensor {
  checkShape(op, shape);
  checkOptions(op, options, "dtype");
  checkDType(op, dtype);
  return freshTensor(backendOf(options.device), [...shape], dtype, options.requiresGrad === true);
}

/**
 * A tensor of the given shape filled with one value: float32, or bool for a boolean.
 *
 * ```ts
 * import { full } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(full([2, 2], 7).toArray(), [[7, 7], [7, 7]]);
 * assertEquals(full([2], true).dtype, "bool");
 * ```
 */
export function full(shape: Shape, value: number | boolean, options: TensorOptions = {}): Tensor {
  return filled("full", shape, value, options);
}

function filled(op: string, shape: Shape, value: number | boolean, options: TensorOptions): Tensor {
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new ArgumentError(`${op}: expected a number or boolean to fill with, got ${typeof value}`);
  }
  const dtype = options?.dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  if (!isFloating(dtype)) {
    checkDType(op, dtype);
    convert(op, [value], dtype);
  }
  const out = allocate(op, shape, dtype, options);
  out.storage.backend.fill(out, Number(value));
  return options.requiresGrad ? out.requiresGrad_() : out;
}

/** A tensor of the given shape whose elements are whatever the memory held. */
export function empty(shape: Shape, options: TensorOptions = {}): Tensor {
  const out = allocate("empty", shape, options?.dtype ?? "float32", options);
  return options.requiresGrad ? out.requiresGrad_() : out;
}

/**
 * Zeros.
 *
 * ```ts
 * import { zeros } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zeros([2, 3], { dtype: "int32" }).toArray(), [[0, 0, 0], [0, 0, 0]]);
 * ```
 */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/**
 * Ones.
 *
 * ```ts
 * import { ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ones([3]).sum().item(), 3);
 * ```
 */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/** Zeros of the shape, dtype and device of `input`. */
export function zerosLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return full(input?.shape, 0, like("zerosLike", input, options));
}

/** Ones of the shape, dtype and device of `input`. */
export function onesLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return full(input?.shape, 1, like("onesLike", input, options));
}

/** One value in the shape, dtype and device of `input`. */
export function fullLike(input: Tensor, value: number | boolean, options: TensorOptions = {}): Tensor {
  return full(input?.shape, value, like("fullLike", input, options));
}

/** Uninitialised memory of the shape, dtype and device of `input`. */
export function emptyLike(input: Tensor, options: TensorOptions = {}): Tensor {
  return empty(input?.shape, like("emptyLike", input, options));
}

/** The identity matrix with `n` rows and `m` columns (`n` where not given). */
export function eye(n: number, m: number | TensorOptions = n, options: TensorOptions = {}): Tensor {
  if (typeof m !== "number") return eye(n, n, m);
  const dtype = options.dtype ?? "float32";
  const values = hostValues("eye", dtype, [n, m], options);
  for (let i = 0; i < Math.min(n, m); i++) values[i * (m + 1)] = 1;
  return fromTyped(values, [n, m], dtype, options);
}

/**
 * The numbers from `start` up to, but not including, `end`, by `step`: int32 if all three are integers, else float32.
 *
 * ```ts
 * import { arange } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(4).toArray(), [0, 1, 2, 3]);
 * assertEquals(arange(1, 2, 0.5).toArray(), [1, 1.5]);
 * ```
 */
export function arange(end: number, options?: TensorOptions): Tensor;
/** The numbers from `start` up to, but not including, `end`, by `step`: int32 if all three are integers, else float32. */
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
/** The numbers from `start` up to, but not including, `end`, by `step`: int32 if all three are integers, else float32. */
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: readonly (number | TensorOptions | undefined)[]): Tensor {
  const bounds = args.filter((arg) => typeof arg === "number" || typeof arg === "boolean").map(Number);
  const options = args.find((arg): arg is TensorOptions => typeof arg === "object") ?? {};
  const [start, end, step = 1] = bounds.length === 1 ? [0, bounds[0]] : bounds;
  const dtype = options.dtype ?? ([start, end, step].every(Number.isInteger) ? "int32" : "float32");
  // Integer dtypes round the bounds and the step first, as PyTorch does.
  const [from, to, by] = isFloating(dtype) ? [start, end, step] : [start, end, step].map(Math.trunc);
  const steps = (to - from) / by;
  if (!Number.isFinite(steps) || steps < 0) {
    throw new ArgumentError(
      `arange: expected finite bounds and a step that leads from start to end, got start ${start}, end ${end}, step ${step}`,
    );
  }
  const length = Math.ceil(steps);
  const values = hostValues("arange", dtype, [length], options);
  convert("arange", [from, from + Math.max(length - 1, 0) * by], dtype);
  for (let i = 0; i < length; i++) values[i] = from + i * by;
  return fromTyped(values, [length], dtype, options);
}

/** Values of `steps` points from `start` to `end`, mapped by `f`; counted from the nearer end, so that both are exact. */
function spaced(
  op: string,
  start: number,
  end: number,
  steps: number,
  f: (x: number) => number,
  options: TensorOptions,
): Tensor {
  if (!Number.isInteger(steps) || steps < 0) {
    throw new ArgumentError(`${op}: expected steps that is a non-negative integer, got ${steps}`);
  }
  const dtype = options.dtype ?? "float32";
  checkDType(op, dtype);
  const values = hostValues(op, isFloating(dtype) ? dtype : "float64", [steps], options);
  // Integer dtypes round the bounds before the points, as in PyTorch.
  const [from, to] = isFloating(dtype) ? [start, end] : [Math.trunc(start), Math.trunc(end)];
  const step = (to - from) / (steps - 1);
  for (let i = 0; i < steps; i++) {
    values[i] = f(i === 0 ? from : i < steps / 2 ? from + step * i : to - step * (steps - 1 - i));
  }
  return fromTyped(convert(op, values, dtype), [steps], dtype, options);
}

/**
 * `steps` evenly spaced numbers from `start` to `end`, both included.
 *
 * ```ts
 * import { linspace } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
 * ```
 *
 * @throws ArgumentError unless `steps` is a non-negative integer.
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  return spaced("linspace", start, end, steps, (x) => x, options);
}

/** `base` (10 unless given) to the powers of `steps` evenly spaced exponents from `start` to `end`. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options: TensorOptions & { base?: number } = {},
): Tensor {
  const { base = 10, ...rest } = options;
  return spaced("logspace", start, end, steps, (x) => base ** x, rest);
}
