/**
 * Reductions, scans, sorts, copies and gathers straight on the wasm backend, one thread, without the cost of tensors.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { BYTES_PER_ELEMENT, type DType, newTypedArray } from "../runtime/dtype.ts";
import { allocate, beginOp } from "../runtime/heap.ts";
import { setNumThreads } from "../runtime/threads.ts";
import { indexing } from "../runtime/wasm/indexing.ts";
import { movement } from "../runtime/wasm/movement.ts";
import { reduction } from "../runtime/wasm/reduction.ts";

setNumThreads(1);

/** A contiguous array of scattered integers in [0, `limit`), moved to be centred at 0 in the float types. */
function array(dtype: DType, shape: readonly number[], limit = 1_000_003): ArrayRef {
  const numel = shape.reduce((a, b) => a * b, 1);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((a, b) => a * b, 1));
  const x: ArrayRef = { dtype, shape, strides, offset: 0, numel, storage: allocate(numel * BYTES_PER_ELEMENT[dtype]) };
  const shift = dtype === "int32" ? 0 : limit / 2;
  const values = newTypedArray(dtype, numel);
  for (let i = 0; i < numel; i++) values[i] = (i * 7919 % 1_000_003) % limit - shift;
  movement.write(x, values);
  return x;
}

function permute(x: ArrayRef, order: readonly number[]): ArrayRef {
  return { ...x, shape: order.map((d) => x.shape[d]), strides: order.map((d) => x.strides[d]) };
}

function bench(group: string, name: string, run: () => void): void {
  Deno.bench(name, { group }, () => {
    beginOp();
    run();
  });
}

const square = array("float32", [1000, 1000]);
const flat: ArrayRef = { ...square, shape: [1_000_000], strides: [1] };
const scalar = array("float32", []);
const vector = array("float32", [1000]);
const squares = array("float32", [1000]);
const positions = array("int32", [1000]);
const result = array("float32", [1000, 1000]);
const indices = array("int32", [1000, 1000], 1000);
const flatResult: ArrayRef = { ...flat, storage: result.storage };
const order = array("int32", [1_000_000]);

bench("reduce 1000x1000", "sum", () => reduction.reduce("sum", square, scalar, [0, 1]));
for (const dim of [0, 1]) {
  bench("reduce 1000x1000", `sum over ${dim}`, () => reduction.reduce("sum", square, vector, [dim]));
  bench("reduce 1000x1000", `max over ${dim}`, () => reduction.reduce("max", square, vector, [dim]));
  bench("reduce 1000x1000", `arg max along ${dim}`, () => reduction.argReduce("max", square, vector, positions, dim));
  bench("reduce 1000x1000", `moments over ${dim}`, () => reduction.moments(square, vector, squares, [dim], 1));
}

const images = array("float32", [32, 64, 28, 28]);
const channels = array("float32", [64]);
bench("reduce 1000x1000", "sum of images over all but channels", () => {
  reduction.reduce("sum", images, channels, [0, 2, 3]);
});

for (const dim of [0, 1]) {
  bench("scan 1000x1000", `cumsum along ${dim}`, () => reduction.scan("sum", square, result, null, dim));
  bench("scan 1000x1000", `cummax along ${dim}`, () => reduction.scan("max", square, result, indices, dim));
}

const best = array("float32", [1000, 10]);
const bestPositions = array("int32", [1000, 10]);
bench("sort", "1000000", () => reduction.sort(flat, flatResult, order, 0, false));
bench("sort", "1000x1000 along 1", () => reduction.sort(square, result, indices, 1, false));
bench("sort", "topk 10 of 1000x1000 along 1", () => reduction.topk(square, best, bestPositions, 1, true));

const heads = array("float32", [8, 128, 8, 64]);
const headsResult = array("float32", [8, 8, 128, 64]);
const imagesResult = array("float32", [32, 28, 28, 64]);
bench("copy", "contiguous 1000x1000", () => movement.copy(square, result));
bench("copy", "transposed 1000x1000", () => movement.copy(permute(square, [1, 0]), result));
bench("copy", "attention heads 8x128x8x64", () => movement.copy(permute(heads, [0, 2, 1, 3]), headsResult));
bench("copy", "images to channels last", () => movement.copy(permute(images, [0, 2, 3, 1]), imagesResult));

const table = array("float32", [10_000, 256]);
const tokens = array("int32", [4096], 10_000);
const embedded = array("float32", [4096, 256]);
const lookups = array("int32", [1000, 1000], 1000);
bench("gather", "4096 rows of 10000x256", () => indexing.indexSelect(table, tokens, embedded, 0));
bench("gather", "add 4096 rows to 10000x256", () => indexing.indexReduce(table, tokens, embedded, 0, "add"));
bench("gather", "1000x1000 along 1", () => indexing.gather(square, lookups, result, 1));
