/**
 * Pooling on the kernels of assembly/pool.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { PoolGeometry, PoolingBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, KERNEL_PREFIX } from "../dtype.ts";
import type { Scratch } from "../heap.ts";
import { i32 } from "../memory.ts";
import { address, scratch } from "./address.ts";
import { runRanges } from "./split.ts";

/** Spatial axes that the general kernels work on; missing leading ones have size 1. */
const KERNEL_RANK = 3;

/** Integers that describe one axis to a kernel, in the order of WindowAxis in assembly/window_axis.ts. */
const INTEGERS_PER_AXIS = 6;

function spatialSize(x: ArrayRef): number {
  return x.shape.slice(2).reduce((product, size) => product * size, 1);
}

/** Writes the geometry where a kernel can read it. */
function describe(x: ArrayRef, y: ArrayRef, geometry: PoolGeometry): Scratch {
  const rank = geometry.kernel.length;
  const description = scratch(KERNEL_RANK * INTEGERS_PER_AXIS * BYTES_PER_ELEMENT.int32);
  for (let axis = 0; axis < KERNEL_RANK; axis++) {
    const d = axis - (KERNEL_RANK - rank);
    const integers = d < 0 ? [1, 1, 1, 1, 0, 1] : [
      x.shape[d + 2],
      y.shape[d + 2],
      geometry.kernel[d],
      geometry.stride[d],
      geometry.padding[d],
      geometry.dilation[d],
    ];
    i32.set(integers, (description.address >>> 2) + axis * INTEGERS_PER_AXIS);
  }
  return description;
}

/** True when `f32_max_pool_2x2` can do the job. */
function isPlain2x2(x: ArrayRef, y: ArrayRef, { kernel, stride, padding, dilation }: PoolGeometry): boolean {
  return x.dtype === "float32" && kernel.length === 2 && y.shape[3] >= 4 &&
    [0, 1].every((d) =>
      kernel[d] === 2 && stride[d] === 2 && padding[d] === 0 && dilation[d] === 1 &&
      2 * y.shape[d + 2] <= x.shape[d + 2]
    );
}

/** See {@linkcode PoolingBackend.maxPool}. */
export function maxPool(x: ArrayRef, y: ArrayRef, indices: ArrayRef, geometry: PoolGeometry): void {
  if (y.numel === 0) return;
  const planes = x.shape[0] * x.shape[1];
  const bytes = BYTES_PER_ELEMENT[x.dtype];
  const inputSize = spatialSize(x);
  const outputSize = spatialSize(y);
  const xAddress = address(x);
  const yAddress = address(y);
  const indicesAddress = address(indices);
  const operands = (begin: number, end: number): number[] => [
    xAddress + begin * inputSize * bytes,
    yAddress + begin * outputSize * bytes,
    indicesAddress + begin * outputSize * BYTES_PER_ELEMENT.int32,
    end - begin,
  ];
  if (isPlain2x2(x, y, geometry)) {
    const sizes = [x.shape[2], x.shape[3], y.shape[2], y.shape[3]];
    runRanges("f32_max_pool_2x2", planes, inputSize, (begin, end) => [...operands(begin, end), ...sizes]);
    return;
  }
  const windowSize = geometry.kernel.reduce((product, size) => product * size, 1);
  const description = describe(x, y, geometry);
  runRanges(
    `${KERNEL_PREFIX[x.dtype]}_max_pool`,
    planes,
    outputSize * windowSize,
    (begin, end) => [...operands(begin, end), description.address],
  );
  description.release();
}

/** See {@linkcode PoolingBackend.maxPoolBackward}. */
export function maxPoolBackward(dy: ArrayRef, indices: ArrayRef, dx: ArrayRef): void {
  const bytes = BYTES_PER_ELEMENT[dx.dtype];
  const inputSize = spatialSize(dx);
  const outputSize = spatialSize(dy);
  const dyAddress = address(dy);
  const indicesAddress = address(indices);
  const dxAddress = address(dx);
  runRanges(
    `${KERNEL_PREFIX[dx.dtype]}_max_pool_backward`,
    dx.shape[0] * dx.shape[1],
    inputSize,
    (begin, end) => [
      dyAddress + begin * outputSize * bytes,
      indicesAddress + begin * outputSize * BYTES_PER_ELEMENT.int32,
      dxAddress + begin * inputSize * bytes,
      end - begin,
      inputSize,
      outputSize,
    ],
  );
}

/** Runs an avg_pool kernel, whose first two operands are `first` and `second`, over the planes of x and y. */
function runAvgPool(
  name: string,
  x: ArrayRef,
  y: ArrayRef,
  [first, second]: readonly [ArrayRef, ArrayRef],
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  const bytes = BYTES_PER_ELEMENT[x.dtype];
  const firstSize = spatialSize(first);
  const secondSize = spatialSize(second);
  const firstAddress = address(first);
  const secondAddress = address(second);
  const windowSize = geometry.kernel.reduce((product, size) => product * size, 1);
  const description = describe(x, y, geometry);
  runRanges(
    `${KERNEL_PREFIX[x.dtype]}_${name}`,
    x.shape[0] * x.shape[1],
    spatialSize(y) * windowSize,
    (begin, end) => [
      firstAddress + begin * firstSize * bytes,
      secondAddress + begin * secondSize * bytes,
      end - begin,
      description.address,
      Number(countIncludePad),
      divisor,
    ],
  );
  description.release();
}

/** See {@linkcode PoolingBackend.avgPool}. */
export function avgPool(
  x: ArrayRef,
  y: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  runAvgPool("avg_pool", x, y, [x, y], geometry, countIncludePad, divisor);
}

/** See {@linkcode PoolingBackend.avgPoolBackward}. */
export function avgPoolBackward(
  dy: ArrayRef,
  dx: ArrayRef,
  geometry: PoolGeometry,
  countIncludePad: boolean,
  divisor: number,
): void {
  runAvgPool("avg_pool_backward", dx, dy, [dy, dx], geometry, countIncludePad, divisor);
}

/** Pooling of the wasm backend. */
export const pooling: PoolingBackend = { maxPool, maxPoolBackward, avgPool, avgPoolBackward };
