/**
 * Elementwise maps with the kernels of assembly/: operands are brought into the few layouts that kernels know.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { ElementwiseBackend, ElementwiseKernel } from "../backend.ts";
import { BYTES_PER_ELEMENT, type DType } from "../dtype.ts";
import { dtypeKernel, dtypeKernelName } from "../kernels.ts";
import { address } from "./address.ts";
import { collapse, expand, expandedStrides } from "./broadcast.ts";
import { contiguousAddress, contiguousStrides, isContiguous } from "./contiguous.ts";
import { runRanges } from "./split.ts";
import type { BinaryOperation, BroadcastAxes, ContiguousElements, TernaryOperand } from "./types.ts";

/** Elements from which on several threads are worth a thought. */
const LARGE = 1 << 16;

/** Shares of a row begin at multiples of this many elements, so that no two threads write to one cache line. */
const SHARE_UNIT = 64;

/** Rows from which on a plane is shared by rows instead of within each row. */
const MANY_ROWS = 32;

/** `out = f(x, p0, p1)`; `x` may have any strides. */
export function unary(kernel: ElementwiseKernel, x: ArrayRef, out: ArrayRef, p0: number, p1: number): void {
  if (out.numel === 0) return;
  if (isContiguous(x)) {
    unaryContiguous(kernel.name, x.dtype, address(x), out, p0, p1);
    return;
  }
  const elements = contiguousAddress(x);
  unaryContiguous(kernel.name, x.dtype, elements.address, out, p0, p1);
  elements.release();
}

function unaryContiguous(name: string, dtype: DType, x: number, out: ArrayRef, p0: number, p1: number): void {
  const n = out.numel;
  const y = address(out);
  if (n < LARGE) {
    dtypeKernel(name, dtype)(x, y, n, p0, p1);
    return;
  }
  const xBytes = BYTES_PER_ELEMENT[dtype];
  const yBytes = BYTES_PER_ELEMENT[out.dtype];
  const range = (begin: number, end: number) => [x + begin * xBytes, y + begin * yBytes, end - begin, p0, p1];
  runRanges(dtypeKernelName(name, dtype), n, 1, range, SHARE_UNIT);
}

function binaryOperation(
  { name }: ElementwiseKernel,
  { dtype }: ArrayRef,
  out: ArrayRef,
  p0: number,
  p1: number,
): BinaryOperation {
  return { name, dtype, bytes: BYTES_PER_ELEMENT[dtype], outBytes: BYTES_PER_ELEMENT[out.dtype], p0, p1 };
}

/** True if all elements are one and the same in memory: a scalar, or one that was expanded. */
function isUniform(x: ArrayRef): boolean {
  for (let i = 0; i < x.shape.length; i++) if (x.strides[i] !== 0 && x.shape[i] !== 1) return false;
  return true;
}

/** `out = f(a, b, p0, p1)`; `a` and `b` broadcast to the shape of `out` and may have any strides. */
export function binary(
  kernel: ElementwiseKernel,
  a: ArrayRef,
  b: ArrayRef,
  out: ArrayRef,
  p0: number,
  p1: number,
): void {
  const n = out.numel;
  if (n === 0) return;
  const aFlat = a.numel === n && isContiguous(a);
  const bFlat = b.numel === n && isContiguous(b);
  if ((aFlat || isUniform(a)) && (bFlat || isUniform(b))) {
    const aCol = aFlat ? 1 : 0;
    const bCol = bFlat ? 1 : 0;
    if (n < LARGE) {
      dtypeKernel(kernel.name, a.dtype)(address(a), address(b), address(out), 1, n, 0, aCol, 0, bCol, p0, p1);
    } else {
      runRow(binaryOperation(kernel, a, out, p0, p1), address(a), address(b), address(out), n, aCol, bCol);
    }
    return;
  }
  const shape = out.shape;
  let aStrides = expandedStrides(a.shape, a.strides, shape);
  let bStrides = expandedStrides(b.shape, b.strides, shape);
  let axes = collapse(shape, aStrides, bStrides);
  let aElements: ContiguousElements | null = null;
  let bElements: ContiguousElements | null = null;
  if (axes.a[0] > 1 || axes.b[0] > 1) {
    if (axes.a[0] > 1) {
      aElements = contiguousAddress(a);
      aStrides = expandedStrides(a.shape, contiguousStrides(a.shape), shape);
    }
    if (axes.b[0] > 1) {
      bElements = contiguousAddress(b);
      bStrides = expandedStrides(b.shape, contiguousStrides(b.shape), shape);
    }
    axes = collapse(shape, aStrides, bStrides);
  }
  const operation = binaryOperation(kernel, a, out, p0, p1);
  runPlanes(operation, aElements?.address ?? address(a), bElements?.address ?? address(b), address(out), axes);
  aElements?.release();
  bElements?.release();
}

/** Runs the two innermost axes as planes of rows and columns, once for each position along the others. */
function runPlanes(operation: BinaryOperation, a: number, b: number, out: number, axes: BroadcastAxes): void {
  const { bytes, outBytes } = operation;
  const cols = axes.sizes[0];
  const rows = axes.sizes.length > 1 ? axes.sizes[1] : 1;
  const plane = rows * cols * outBytes;
  const walk = (axis: number, a: number, b: number): void => {
    if (axis < 2) {
      runPlane(operation, a, b, out, rows, cols, axes.a[1] ?? 0, axes.a[0], axes.b[1] ?? 0, axes.b[0]);
      out += plane;
      return;
    }
    const aStep = axes.a[axis] * bytes;
    const bStep = axes.b[axis] * bytes;
    for (let i = 0; i < axes.sizes[axis]; i++) walk(axis - 1, a + i * aStep, b + i * bStep);
  };
  walk(axes.sizes.length - 1, a, b);
}

function runPlane(
  operation: BinaryOperation,
  a: number,
  b: number,
  out: number,
  rows: number,
  cols: number,
  aRow: number,
  aCol: number,
  bRow: number,
  bCol: number,
): void {
  const { name, dtype, bytes, outBytes, p0, p1 } = operation;
  if (rows * cols < LARGE) {
    dtypeKernel(name, dtype)(a, b, out, rows, cols, aRow, aCol, bRow, bCol, p0, p1);
  } else if (rows < MANY_ROWS) {
    for (let row = 0; row < rows; row++) {
      const outStart = out + row * cols * outBytes;
      runRow(operation, a + row * aRow * bytes, b + row * bRow * bytes, outStart, cols, aCol, bCol);
    }
  } else {
    runRanges(dtypeKernelName(name, dtype), rows, cols, (begin, end) => {
      const aStart = a + begin * aRow * bytes;
      const bStart = b + begin * bRow * bytes;
      const outStart = out + begin * cols * outBytes;
      return [aStart, bStart, outStart, end - begin, cols, aRow, aCol, bRow, bCol, p0, p1];
    });
  }
}

function runRow(
  operation: BinaryOperation,
  a: number,
  b: number,
  out: number,
  n: number,
  aCol: number,
  bCol: number,
): void {
  const { name, dtype, bytes, outBytes, p0, p1 } = operation;
  const range = (begin: number, end: number) => {
    const aStart = a + begin * aCol * bytes;
    const bStart = b + begin * bCol * bytes;
    return [aStart, bStart, out + begin * outBytes, 1, end - begin, 0, aCol, 0, bCol, p0, p1];
  };
  runRanges(dtypeKernelName(name, dtype), n, 1, range, SHARE_UNIT);
}

function ternaryOperand(x: ArrayRef, out: ArrayRef): TernaryOperand {
  const stride = x.numel === 1 ? 0 : 1;
  const elements = contiguousAddress(x.numel === 1 || x.numel === out.numel ? x : expand(x, out));
  return { elements, stride, bytes: stride * BYTES_PER_ELEMENT[x.dtype] };
}

/** `out = f(a, b, c, p0, p1)`; operands that are neither single numbers nor of the shape of `out` are expanded by copying. */
export function ternary(
  kernel: ElementwiseKernel,
  a: ArrayRef,
  b: ArrayRef,
  c: ArrayRef,
  out: ArrayRef,
  p0: number,
  p1: number,
): void {
  const n = out.numel;
  if (n === 0) return;
  const x = ternaryOperand(a, out);
  const y = ternaryOperand(b, out);
  const z = ternaryOperand(c, out);
  const start = address(out);
  const range = (begin: number, end: number) => [
    x.elements.address + begin * x.bytes,
    y.elements.address + begin * y.bytes,
    z.elements.address + begin * z.bytes,
    start + begin * BYTES_PER_ELEMENT[out.dtype],
    end - begin,
    x.stride,
    y.stride,
    z.stride,
    p0,
    p1,
  ];
  if (n < LARGE) dtypeKernel(kernel.name, out.dtype)(...range(0, n));
  else runRanges(dtypeKernelName(kernel.name, out.dtype), n, 1, range, SHARE_UNIT);
  for (const operand of [x, y, z]) operand.elements.release();
}

/** Elementwise maps on the CPU. */
export const elementwise: ElementwiseBackend = { unary, binary, ternary };
