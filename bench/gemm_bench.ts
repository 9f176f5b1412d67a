/**
 * Matrix products straight on the wasm backend: all four transpose combinations, skinny shapes, tiny calls, threads.
 * Divide 2 m n k by the time for the rate.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { BYTES_PER_ELEMENT, type DType } from "../runtime/dtype.ts";
import { allocate, beginOp } from "../runtime/heap.ts";
import { setNumThreads } from "../runtime/threads.ts";
import { matmul } from "../runtime/wasm/matmul.ts";
import { movement } from "../runtime/wasm/movement.ts";

const CORES = navigator.hardwareConcurrency;

/** A matrix of ones, stored by columns if `transposed`. */
function matrix(dtype: DType, rows: number, cols: number, transposed = false): ArrayRef {
  const numel = rows * cols;
  const strides = transposed ? [1, rows] : [cols, 1];
  const storage = allocate(numel * BYTES_PER_ELEMENT[dtype], true);
  const x = { dtype, shape: [rows, cols], strides, offset: 0, numel, storage };
  movement.fill(x, 1);
  return x;
}

interface Options {
  readonly dtype?: DType;
  readonly aTransposed?: boolean;
  readonly bTransposed?: boolean;
  readonly threads?: number;
  readonly baseline?: boolean;
}

function bench(group: string, name: string, m: number, n: number, k: number, options: Options = {}): void {
  const { dtype = "float32", aTransposed, bTransposed, threads = 1, baseline = false } = options;
  const a = matrix(dtype, m, k, aTransposed);
  const b = matrix(dtype, k, n, bTransposed);
  const out = matrix(dtype, m, n);
  Deno.bench(name, { group, baseline }, (context) => {
    setNumThreads(threads);
    beginOp();
    matmul(a, b, out, null, false); // starts the threads
    context.start();
    beginOp();
    matmul(a, b, out, null, false);
    context.end();
  });
}

/** Calls too short for the clock: a thousand per measurement. */
function benchThousand(group: string, name: string, m: number, n: number, k: number, baseline = false): void {
  const a = matrix("float32", m, k);
  const b = matrix("float32", k, n);
  const out = matrix("float32", m, n);
  Deno.bench(name, { group, baseline }, () => {
    setNumThreads(1);
    for (let i = 0; i < 1000; i++) {
      beginOp();
      matmul(a, b, out, null, false);
    }
  });
}

for (const dtype of ["float32", "float64"] as const) {
  for (const size of [512, 1024]) {
    const group = `${size} x ${size} ${dtype}`;
    bench(group, "A B", size, size, size, { dtype, baseline: true });
    bench(group, "A^T B", size, size, size, { dtype, aTransposed: true });
    bench(group, "A B^T", size, size, size, { dtype, bTransposed: true });
    bench(group, "A^T B^T", size, size, size, { dtype, aTransposed: true, bTransposed: true });
    bench(group, `A B on ${CORES} threads`, size, size, size, { dtype, threads: CORES });
  }
}

bench("layers", "forward 128x784 (256x784)^T", 128, 256, 784, { bTransposed: true, baseline: true });
bench("layers", "gradient of input 128x256 256x784", 128, 784, 256);
bench("layers", "gradient of weight (128x256)^T 128x784", 256, 784, 128, { aTransposed: true });
bench("layers", "forward 16x1000 (100x1000)^T", 16, 100, 1000, { bTransposed: true });
bench("layers", "one row 1x1000 1000x1000", 1, 1000, 1000);
bench("layers", "one row 1x1000 (1000x1000)^T", 1, 1000, 1000, { bTransposed: true });
bench("layers", "one column 1000x1000 1000x1", 1000, 1, 1000);

benchThousand("a thousand products", "4x4x4", 4, 4, 4, true);
benchThousand("a thousand products", "16x16x16", 16, 16, 16);
benchThousand("a thousand products", "64x64x64", 64, 64, 64);
