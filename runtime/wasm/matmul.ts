/**
 * Matrix products with the kernels of assembly/matmul.ts: strides are folded into a batch of matrices, the kernel is chosen
 * and the work is shared among threads.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { MatmulBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT } from "../dtype.ts";
import { dtypeKernel, dtypeKernelName } from "../kernels.ts";
import { runShares } from "../threads.ts";
import { address, scratch } from "./address.ts";
import { contiguousAddress } from "./contiguous.ts";
import { gemmShareCount, partOf, SHARE_COLUMNS, TILE_ROWS } from "./gemm_shares.ts";
import type { BatchAxis, MatrixProduct, ProductShare } from "./types.ts";

/** The same elements of C, computed as the transposed product. Needs n = 1, so that C is contiguous along its rows too. */
function transposed(p: MatrixProduct): MatrixProduct {
  return {
    ...p,
    m: p.n,
    n: p.m,
    a: p.b,
    aBatch: p.bBatch,
    aRow: p.bCol,
    aCol: p.bRow,
    b: p.a,
    bBatch: p.aBatch,
    bRow: p.aCol,
    bCol: p.aRow,
    cRow: 1,
    biasRow: p.biasCol,
    biasCol: p.biasRow,
  };
}

/** True where summing along contiguous k beats packing tiles: costs in units of a tile's multiply-add, as measured. */
function prefersDots(m: number, n: number, k: number, tileColumns: number): boolean {
  if (k < 4) return false;
  const tiles = Math.ceil(m / TILE_ROWS) * TILE_ROWS * Math.ceil(n / tileColumns) * tileColumns;
  return 1.7 * m * n < tiles + 3.3 * (m + n);
}

/**
 * Cuts a product into at most `count` shares: by matrices first, then into a grid of rows and columns that makes the
 * largest share cheapest, its packing included.
 */
function cut(p: MatrixProduct, count: number): ProductShare[] {
  const batchParts = Math.min(p.batch, count);
  const gridParts = Math.floor(count / batchParts);
  const rowBlocks = Math.ceil(p.m / TILE_ROWS);
  const colBlocks = Math.ceil(p.n / SHARE_COLUMNS);
  let rowParts = 1;
  let colParts = 1;
  let least = Infinity;
  for (let parts = 1; parts <= Math.min(gridParts, rowBlocks); parts++) {
    const otherParts = Math.min(Math.floor(gridParts / parts), colBlocks);
    const rows = Math.ceil(rowBlocks / parts) * TILE_ROWS;
    const cols = Math.ceil(colBlocks / otherParts) * SHARE_COLUMNS;
    const cost = rows * cols + 4 * (rows + cols);
    if (cost < least) [least, rowParts, colParts] = [cost, parts, otherParts];
  }
  const shares: ProductShare[] = [];
  for (let i = 0; i < batchParts; i++) {
    const [batchBegin, batchEnd] = partOf(p.batch, 1, batchParts, i);
    for (let j = 0; j < rowParts; j++) {
      const [rowBegin, rowEnd] = partOf(p.m, TILE_ROWS, rowParts, j);
      for (let l = 0; l < colParts; l++) {
        const [colBegin, colEnd] = partOf(p.n, SHARE_COLUMNS, colParts, l);
        shares.push({ batchBegin, batchEnd, rowBegin, rowEnd, colBegin, colEnd });
      }
    }
  }
  return shares;
}

/** The product that a share stands for: the same one with its pointers moved. */
function part(p: MatrixProduct, s: ProductShare): MatrixProduct {
  const bytes = BYTES_PER_ELEMENT[p.dtype];
  return {
    ...p,
    batch: s.batchEnd - s.batchBegin,
    m: s.rowEnd - s.rowBegin,
    n: s.colEnd - s.colBegin,
    a: p.a + (s.batchBegin * p.aBatch + s.rowBegin * p.aRow) * bytes,
    b: p.b + (s.batchBegin * p.bBatch + s.colBegin * p.bCol) * bytes,
    c: p.c + (s.batchBegin * p.cBatch + s.rowBegin * p.cRow + s.colBegin) * bytes,
    bias: p.bias + (s.rowBegin * p.biasRow + s.colBegin * p.biasCol) * bytes,
  };
}

/** Most products that one job holds; each has scratch of its own. */
const JOB = 64;

/** Into how many shares a product is worth cutting. */
function worthwhileShares({ batch, m, n, k }: MatrixProduct): number {
  return gemmShareCount(batch * m * n * k);
}

/** Arguments of the kernel `matmul` for the product `p`. */
function tileArguments(p: MatrixProduct, scratchAddress: number): number[] {
  // deno-fmt-ignore
  return [
    p.batch, p.m, p.n, p.k,
    p.a, p.aBatch, p.aRow, p.aCol,
    p.b, p.bBatch, p.bRow, p.bCol,
    p.c, p.cBatch, p.cRow,
    p.bias, p.biasRow, p.biasCol,
    p.accumulate ? 1 : 0, scratchAddress,
  ];
}

/** Runs products of one shape in register tiles, each of them a share of the work. */
function multiplyTiles(parts: readonly MatrixProduct[]): void {
  const scratchBytes = dtypeKernel("matmul_scratch", parts[0].dtype);
  if (parts.length === 1) {
    const [p] = parts;
    const packed = scratch(scratchBytes(p.m, p.n, p.k));
    dtypeKernel("matmul", p.dtype)(...tileArguments(p, packed.address));
    packed.release();
    return;
  }
  const bytes = Math.max(...parts.map(({ m, n, k }) => scratchBytes(m, n, k)));
  const packed = scratch(bytes * parts.length);
  runShares(
    dtypeKernelName("matmul", parts[0].dtype),
    parts.length,
    (i) => tileArguments(parts[i], packed.address + i * bytes),
  );
  packed.release();
}

/** Arguments of the kernel `dots`: of the product, or of the transposed one, which is the same to this kernel. */
function dotArguments(p: MatrixProduct, transpose: boolean): number[] {
  const accumulate = p.accumulate ? 1 : 0;
  // deno-fmt-ignore
  return transpose
    ? [
      p.batch, p.n, p.m, p.k,
      p.b, p.bBatch, p.bCol,
      p.a, p.aBatch, p.aRow,
      p.c, p.cBatch, 1, p.cRow,
      p.bias, p.biasCol, p.biasRow, accumulate,
    ]
    : [
      p.batch, p.m, p.n, p.k,
      p.a, p.aBatch, p.aRow,
      p.b, p.bBatch, p.bCol,
      p.c, p.cBatch, p.cRow, 1,
      p.bias, p.biasRow, p.biasCol, accumulate,
    ];
}

/**
 * Runs products whose k is contiguous in both operands as dot products, each of them a share of the work; the longer side
 * of C goes along columns where `transpose` says so.
 */
function multiplyDots(parts: readonly MatrixProduct[], transpose: boolean): void {
  if (parts.length === 1) dtypeKernel("dots", parts[0].dtype)(...dotArguments(parts[0], transpose));
  else runShares(dtypeKernelName("dots", parts[0].dtype), parts.length, (i) => dotArguments(parts[i], transpose));
}

/** Runs products of one shape and layout on as many threads as they are worth. */
export function multiply(products: readonly MatrixProduct[]): void {
  const { batch, m, n, k, dtype, aCol, bRow, aRow } = products[0];
  if (batch === 0 || m === 0 || n === 0) return;
  const dots = aCol === 1 && bRow === 1 && dtype !== "int32" && prefersDots(m, n, k, 32 / BYTES_PER_ELEMENT[dtype]);
  const transposes = !dots && n === 1 && m > 1 && aRow === 1;
  const run = (parts: readonly MatrixProduct[]): void => dots ? multiplyDots(parts, m > n) : multiplyTiles(parts);
  const all = transposes ? products.map(transposed) : products;
  // Products too small to cut are shares themselves, some dozens in a job.
  const together = gemmShareCount(batch * m * n * k) === 1 && gemmShareCount(all.length * batch * m * n * k) > 1;
  if (together) { for (let i = 0; i < all.length; i += JOB) run(all.slice(i, i + JOB)); }
  else {
    for (const p of all) {
      const count = worthwhileShares(p);
      run(count === 1 ? [p] : cut(p, count).map((share) => part(p, share)));
    }
  }
}

const NO_AXES: readonly BatchAxis[] = [];

const ONE_MATRIX: Readonly<BatchAxis> = { length: 1, a: 0, b: 0 };

/** The batch axes of `a` and `b`, merged where both walk them as one. */
function batchAxes(a: ArrayRef, b: ArrayRef): readonly BatchAxis[] {
  const axes: BatchAxis[] = [];
  for (let d = 0; d < a.shape.length - 2; d++) {
    const length = a.shape[d];
    if (length === 1) continue;
    const last = axes[axes.length - 1];
    if (last !== undefined && last.a === length * a.strides[d] && last.b === length * b.strides[d]) {
      last.length *= length;
      last.a = a.strides[d];
      last.b = b.strides[d];
    } else axes.push({ length, a: a.strides[d], b: b.strides[d] });
  }
  return axes;
}

/** `out[.., i, j] = sum_k a[.., i, k] b[.., k, j] (+ bias[j])`; with `accumulate`, added to `out`. int32 wraps. */
export function matmul(a: ArrayRef, b: ArrayRef, out: ArrayRef, bias: ArrayRef | null, accumulate: boolean): void {
  if (out.numel === 0) return;
  const rank = out.shape.length;
  const dtype = out.dtype;
  const bytes = BYTES_PER_ELEMENT[dtype];
  const m = out.shape[rank - 2];
  const n = out.shape[rank - 1];
  const k = a.shape[rank - 1];
  const axes = rank > 2 ? batchAxes(a, b) : NO_AXES;
  const inner = axes.length > 0 ? axes[axes.length - 1] : ONE_MATRIX;
  const aRow = a.strides[rank - 2];
  // One B for all, and rows of A that go on from one matrix to the next: a single taller matrix.
  const folds = inner.b === 0 && (m === 1 || inner.a === m * aRow);
  const biasElements = bias === null ? null : bias.strides[0] > 1 ? contiguousAddress(bias) : null;
  const product: MatrixProduct = {
    dtype,
    batch: folds ? 1 : inner.length,
    m: folds ? inner.length * m : m,
    n,
    k,
    a: address(a),
    aBatch: inner.a,
    aRow: folds && m === 1 ? inner.a : aRow,
    aCol: a.strides[rank - 1],
    b: address(b),
    bBatch: inner.b,
    bRow: b.strides[rank - 2],
    bCol: b.strides[rank - 1],
    c: address(out),
    cBatch: m * n,
    cRow: n,
    bias: bias === null ? 0 : biasElements?.address ?? address(bias),
    biasRow: 0,
    biasCol: bias === null || (n > 1 && bias.strides[0] === 0) ? 0 : 1,
    accumulate,
  };
  if (axes.length === 0) multiply([product]);
  else {
    const products: MatrixProduct[] = [];
    forEachMatrix(axes.slice(0, -1), (index, aOffset, bOffset) => {
      products.push({
        ...product,
        a: product.a + aOffset * bytes,
        b: product.b + bOffset * bytes,
        c: product.c + index * inner.length * m * n * bytes,
      });
    });
    multiply(products);
  }
  biasElements?.release();
}

/** Calls `visit` with every position along `axes` in row-major order and with the offsets of both operands there. */
function forEachMatrix(
  axes: readonly BatchAxis[],
  visit: (index: number, aOffset: number, bOffset: number) => void,
): void {
  const count = axes.reduce((product, { length }) => product * length, 1);
  for (let index = 0; index < count; index++) {
    let rest = index;
    let aOffset = 0;
    let bOffset = 0;
    for (let d = axes.length - 1; d >= 0; d--) {
      const position = rest % axes[d].length;
      rest = Math.floor(rest / axes[d].length);
      aOffset += position * axes[d].a;
      bOffset += position * axes[d].b;
    }
    visit(index, aOffset, bOffset);
  }
}

/** Matrix products on wasm kernels. */
export const matmulFamily: MatmulBackend = { matmul };
