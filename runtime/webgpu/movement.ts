/**
 * Moving and casting bytes on a GPU.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MovementBackend } from "../backend.ts";
import { type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { contiguousCopy, COPY, enqueue, FILL, type Formula } from "./elementwise.ts";
import type { Gpu } from "./gpu.ts";
import { collapse, isGapless } from "./program.ts";
import { storageOf } from "./storage.ts";

/** How an element of one type becomes one of another; see `to_int` in the library for the float to integer rules. */
function cast(from: DType, to: DType): Formula {
  if (to === "bool") return { name: "cast", wgsl: "is_nonzero(a)" };
  if (from !== "float32" || to === "float32") return COPY;
  return { name: "cast", wgsl: to === "int32" ? "to_int(a)" : "to_byte(a)" };
}

/** True if the elements of `x` lie in row-major order without gaps. */
export function isContiguous(x: ArrayRef): boolean {
  return isGapless(collapse(x));
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
  enqueue(gpu, cast(source.dtype, target.dtype), [source], target);
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
      } else enqueue(gpu, FILL, [], target, element[0]);
    },
    read: (source, reader) => {
      throw unreadable(reader, source);
    },
    download: (source) => download(gpu, source),
    write: (target, values) => gpu.write(target, values),
  };
}
