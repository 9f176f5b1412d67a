/**
 * How operands of different dtypes, and bare numbers, meet: PyTorch's type promotion.
 *
 * @module
 */
import type { Backend } from "../runtime/backend.ts";
import { checkTensor, refused } from "../tensor/arguments.ts";
import { category, type DType, isFloating, promoteTypes, scalarDType } from "../tensor/dtype.ts";
import { DTypeError } from "../tensor/errors.ts";
import { backendOf, Tensor, type TensorLike, wrapNumber } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";

/** Dtypes of operands by how strongly they count: tensors with axes, 0-d tensors, bare numbers. */
interface Ranked {
  dimensioned: DType | null;
  zeroDim: DType | null;
  wrapped: DType | null;
}

function combine(higher: DType | null, lower: DType | null): DType | null {
  if (higher === null) return lower;
  if (lower === null || category(lower) <= category(higher)) return higher;
  // A lower class may change the category only: int tensor with float number gives the default float.
  return promoteTypes(higher, lower);
}

function widen(a: DType | null, b: DType): DType {
  return a === null ? b : promoteTypes(a, b);
}

/** The dtype in which `operands` meet (`torch.result_type`). */
export function resultType(...operands: readonly TensorLike[]): DType {
  const ranked: Ranked = { dimensioned: null, zeroDim: null, wrapped: null };
  for (const x of operands) {
    if (!(x instanceof Tensor)) ranked.wrapped = widen(ranked.wrapped, scalarDType(x));
    else if (x.isWrappedNumber) ranked.wrapped = widen(ranked.wrapped, x.dtype);
    else if (x.ndim === 0) ranked.zeroDim = widen(ranked.zeroDim, x.dtype);
    else ranked.dimensioned = widen(ranked.dimensioned, x.dtype);
  }
  return combine(ranked.dimensioned, combine(ranked.zeroDim, ranked.wrapped)) ?? "float32";
}

/** The backend that the tensors among the operands live on; the CPU's for bare numbers. */
function operandBackend(...operands: readonly TensorLike[]): Backend {
  for (const x of operands) if (x instanceof Tensor) return x.storage.backend;
  return backendOf("cpu");
}

/** A bare operand of `op` as a tensor. */
function wrap(x: number | boolean, dtype: DType, backend: Backend, op: string = "operand"): Tensor {
  if (typeof x === "number" || typeof x === "boolean") {
    if (dtype === "int32" && typeof x === "number" && (x | 0) !== Math.trunc(x)) throw refused(op, "an int32", x);
    return wrapNumber(x, dtype, backend);
  }
  throw refused(op, "a tensor, a number or a boolean", x, "; see tensor()");
}

/** `x` as a tensor of `dtype`, for `op`. */
export function asTensor(x: TensorLike, dtype: DType, backend: Backend, op?: string): Tensor {
  return x instanceof Tensor ? cast(x, dtype) : wrap(x, dtype, backend, op);
}

/** One operand for a function of floating-point numbers: integers and bools become float32. */
export function toFloat(x: TensorLike, op?: string): Tensor {
  if (!(x instanceof Tensor)) return wrap(x, "float32", backendOf("cpu"), op);
  return isFloating(x.dtype) ? x : cast(x, "float32");
}

/** One operand as a tensor of its own dtype. */
export function toTensor(x: TensorLike, op?: string): Tensor {
  return x instanceof Tensor ? x : wrap(x, scalarDType(x), backendOf("cpu"), op);
}

/** An operand of `op` that must be of floating-point numbers, in `dtype` where one was asked for. */
export function floatOperand(op: string, x: Tensor, dtype?: DType): Tensor {
  checkTensor(op, x);
  const converted = dtype === undefined ? x : cast(x, dtype);
  if (isFloating(converted.dtype)) return converted;
  throw new DTypeError(`${op}: expected floating-point numbers, got ${converted.dtype}; convert them with float()`);
}

/** Refuses operands that are no tensors, or of different dtypes, for an op that does not promote. */
export function checkSameDType(op: string, operands: readonly Tensor[]): void {
  for (const x of operands) {
    checkTensor(op, x);
    const { dtype } = operands[0];
    if (x.dtype !== dtype) {
      throw new DTypeError(`${op}: expected operands of one dtype, got ${dtype} and ${x.dtype}; convert one with to()`);
    }
  }
}

/** Two operands in their common dtype; `floating` widens integers to float32, as true division does. */
export function promote(a: TensorLike, b: TensorLike, floating = false, op?: string): [Tensor, Tensor] {
  if (a instanceof Tensor) {
    if (b instanceof Tensor) {
      if (a.dtype === b.dtype && (!floating || isFloating(a.dtype))) return [a, b];
    } else if (isFloating(a.dtype)) return [a, wrap(b, a.dtype, a.storage.backend, op)];
  } else if (b instanceof Tensor && isFloating(b.dtype)) return [wrap(a, b.dtype, b.storage.backend, op), b];
  let dtype = resultType(a, b);
  if (floating && !isFloating(dtype)) dtype = "float32";
  const backend = operandBackend(a, b);
  return [asTensor(a, dtype, backend, op), asTensor(b, dtype, backend, op)];
}

/** Any number of operands in their common dtype. */
export function promoteAll(operands: readonly TensorLike[], floating = false, op?: string): Tensor[] {
  let dtype = resultType(...operands);
  if (floating && !isFloating(dtype)) dtype = "float32";
  const backend = operandBackend(...operands);
  return operands.map((x) => asTensor(x, dtype, backend, op));
}
