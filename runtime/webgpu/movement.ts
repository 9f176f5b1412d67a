/**
 * Moving and casting bytes on a GPU.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MovementBackend } from "../backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { contiguousCopy, enqueue, type Expression } from "./elementwise.ts";
import type { Gpu } from "./gpu.ts";
import { collapse } from "./program.ts";
import { storageOf } from "./storage.ts";

/** How an element of one type becomes one of another; see `to_int` in the library for the float to integer rules. */
function castExpression(from: DType, to: DType): Expression {
  if (to === "bool") return "is_nonzero(a)";
  if (from !== "float32" || to === "float32") return "a";
  return to === "int32" ? "to_int(a)" : "to_byte(a)";
}

/** True if the elements of `x` lie in row-major order without gaps. */
export function isContiguous(x: ArrayRef): boolean {
  const { shape, strides } = collapse(x);
  return shape.length === 0 || (shape.length === 1 && strides[0] === 1);
}

/** The error for an op that wants numbers at once. */
export function unreadable(reader: string, x: ArrayRef): BackendError {
  return new BackendError(
    `${reader}: expected a tensor whose elements can be read at once, got shape [${
      x.shape.join(", ")
    }] on webgpu; use await x.data(), or await x.cpu() first`,
  );
}

/** Copies `source` into `target` of the same shape, casting where the types differ. */
export function copy(gpu: Gpu, source: ArrayRef, target: ArrayRef): void {
  enqueue(gpu, castExpression(source.dtype, target.dtype), [source], target);
}

async function download(gpu: Gpu, source: ArrayRef): Promise<TypedArray> {
  if (isContiguous(source)) return await gpu.download(source);
  const elements = contiguousCopy(gpu, source);
  try {
    return await gpu.download(elements);
  } finally {
    elements.storage.release();
  }
}

/** Moving bytes. Reading at once is refused: a GPU answers later. */
export function movementFamily(gpu: Gpu): MovementBackend {
  return {
    copy: (source, target) => copy(gpu, source, target),
    fill: (target, value) => {
      const element = newTypedArray(target.dtype, 1);
      element[0] = target.dtype === "bool" ? Number(value !== 0) : value;
      const storage = storageOf(target);
      if (4 * target.numel === storage.byteLength && isContiguous(target) && !gpu.needs(storage)) {
        storage.setConstant({ dtype: target.dtype, value: element[0] });
      } else enqueue(gpu, "p0", [], target, element[0]);
    },
    read: (source, reader) => {
      throw unreadable(reader, source);
    },
    download: (source) => download(gpu, source),
    write: (target, values) => gpu.write(target, values),
  };
}
