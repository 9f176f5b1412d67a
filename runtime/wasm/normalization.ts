/**
 * Softmax and normalisations on the kernels of assembly/softmax.ts, layer_norm.ts and batch_norm.ts.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { NormalizationBackend } from "../backend.ts";
import { BYTES_PER_ELEMENT, KERNEL_PREFIX } from "../dtype.ts";
import { address, scratch } from "./address.ts";
import { runRanges } from "./split.ts";
import type { ChunkSums } from "./types.ts";

/** Cost of an element of softmax in plain elementwise operations, for cutting the work into shares. */
const SOFTMAX_COST = 4;

/** Bytes of a vector. */
const VECTOR_BYTES = 16;

/** Channels of a [batch, channels] array that a share begins at a multiple of: a cache line. */
const CHANNEL_MULTIPLE = 16;

/** Rows whose dweight and dbias are summed before chunks are added up: at least this many ... */
const CHUNK_ROWS = 32;

/** ... and so many that there are at most this many chunks. */
const MAX_CHUNKS = 64;

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** Address of an optional operand, 0 for none. */
function addressOrZero(x: ArrayRef | null): number {
  return x === null ? 0 : address(x);
}

/** Runs the row or the column kernel of the softmax family over arrays of one shape. */
function alongAxis(name: string, arrays: readonly ArrayRef[], dim: number): void {
  const { dtype, shape, numel } = arrays[0];
  if (numel === 0) return;
  const bytes = BYTES_PER_ELEMENT[dtype];
  const outer = product(shape.slice(0, dim));
  const n = shape[dim] ?? 1;
  const inner = product(shape.slice(dim + 1));
  const addresses = arrays.map(address);
  const kernel = `${KERNEL_PREFIX[dtype]}_${name}`;
  if (inner === 1) {
    const rowBytes = n * bytes;
    runRanges(
      `${kernel}_rows`,
      outer,
      n * SOFTMAX_COST,
      (begin, end) => [...addresses.map((start) => start + begin * rowBytes), end - begin, n],
    );
  } else {
    const lanes = VECTOR_BYTES / bytes;
    runRanges(
      `${kernel}_columns`,
      outer * Math.ceil(inner / lanes),
      n * lanes * SOFTMAX_COST,
      (begin, end) => [...addresses, n, inner, begin, end],
    );
  }
}

/** See {@linkcode NormalizationBackend.softmax}. */
export function softmax(x: ArrayRef, out: ArrayRef, dim: number, log: boolean): void {
  alongAxis(log ? "log_softmax" : "softmax", [x, out], dim);
}

/** See {@linkcode NormalizationBackend.softmaxBackward}. */
export function softmaxBackward(g: ArrayRef, y: ArrayRef, out: ArrayRef, dim: number, log: boolean): void {
  alongAxis(log ? "log_softmax_backward" : "softmax_backward", [g, y, out], dim);
}

/** See {@linkcode NormalizationBackend.layerNorm}. */
export function layerNorm(
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  const rows = mean.numel;
  const n = x.numel / rows;
  const bytes = BYTES_PER_ELEMENT[x.dtype];
  const xAddress = address(x);
  const weightAddress = addressOrZero(weight);
  const biasAddress = addressOrZero(bias);
  const yAddress = address(y);
  const meanAddress = address(mean);
  const rstdAddress = address(rstd);
  runRanges(
    `${KERNEL_PREFIX[x.dtype]}_layer_norm`,
    rows,
    n,
    (begin, end) => [
      xAddress + begin * n * bytes,
      weightAddress,
      biasAddress,
      yAddress + begin * n * bytes,
      meanAddress + begin * bytes,
      rstdAddress + begin * bytes,
      end - begin,
      n,
      eps,
    ],
  );
}

/** One chunk is summed right in `out`; for several there are `chunks` partial results in scratch memory. */
function chunkSums(out: ArrayRef | null, chunks: number): ChunkSums {
  if (out === null || chunks === 1) return { address: addressOrZero(out), finish() {} };
  const n = out.numel;
  const bytes = BYTES_PER_ELEMENT[out.dtype];
  const partial = scratch(chunks * n * bytes);
  const finish = (): void => {
    const name = `${KERNEL_PREFIX[out.dtype]}_sum_chunks`;
    runRanges(name, 1, chunks * n, () => [partial.address, address(out), chunks, n]);
    partial.release();
  };
  return { address: partial.address, finish };
}

/** See {@linkcode NormalizationBackend.layerNormBackward}. */
export function layerNormBackward(
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  const rows = mean.numel;
  const n = x.numel / rows;
  const bytes = BYTES_PER_ELEMENT[x.dtype];
  const chunkRows = Math.max(CHUNK_ROWS, Math.ceil(rows / MAX_CHUNKS));
  const chunks = Math.ceil(rows / chunkRows);
  const weightSums = chunkSums(dweight, chunks);
  const biasSums = chunkSums(dbias, chunks);
  const gAddress = address(g);
  const xAddress = address(x);
  const weightAddress = addressOrZero(weight);
  const meanAddress = address(mean);
  const rstdAddress = address(rstd);
  const dxAddress = addressOrZero(dx);
  const shifted = (start: number, by: number): number => start === 0 ? 0 : start + by * bytes;
  runRanges(
    `${KERNEL_PREFIX[x.dtype]}_layer_norm_backward`,
    chunks,
    chunkRows * n,
    (beginChunk, endChunk) => {
      const begin = beginChunk * chunkRows;
      const end = Math.min(rows, endChunk * chunkRows);
      return [
        gAddress + begin * n * bytes,
        xAddress + begin * n * bytes,
        weightAddress,
        meanAddress + begin * bytes,
        rstdAddress + begin * bytes,
        shifted(dxAddress, begin * n),
        shifted(weightSums.address, beginChunk * n),
        shifted(biasSums.address, beginChunk * n),
        end - begin,
        n,
        chunkRows,
      ];
    },
  );
  weightSums.finish();
  biasSums.finish();
}

/** Runs a batch norm kernel over the channels of `x`; `addresses` are its operands, `tail` what follows the ranges. */
function overChannels(name: string, x: ArrayRef, addresses: readonly number[], tail: readonly number[]): void {
  const [batch, channels] = x.shape;
  const size = product(x.shape.slice(2));
  runRanges(
    `${KERNEL_PREFIX[x.dtype]}_${name}`,
    channels,
    batch * size,
    (begin, end) => [...addresses, batch, channels, size, begin, end, ...tail],
    size === 1 ? CHANNEL_MULTIPLE : 1,
  );
}

/** See {@linkcode NormalizationBackend.batchNorm}. */
export function batchNorm(
  x: ArrayRef,
  weight: ArrayRef | null,
  bias: ArrayRef | null,
  y: ArrayRef,
  mean: ArrayRef,
  rstd: ArrayRef,
  eps: number,
): void {
  const addresses = [x, weight, bias, y, mean, rstd].map(addressOrZero);
  overChannels("batch_norm", x, addresses, [eps]);
}

/** See {@linkcode NormalizationBackend.batchNormBackward}. */
export function batchNormBackward(
  g: ArrayRef,
  x: ArrayRef,
  weight: ArrayRef | null,
  mean: ArrayRef,
  rstd: ArrayRef,
  dx: ArrayRef | null,
  dweight: ArrayRef | null,
  dbias: ArrayRef | null,
): void {
  const addresses = [g, x, weight, mean, rstd, dx, dweight, dbias].map(addressOrZero);
  overChannels("batch_norm_backward", x, addresses, []);
}

/** Softmax and normalisations of the wasm backend. */
export const normalization: NormalizationBackend = {
  softmax,
  softmaxBackward,
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
};
