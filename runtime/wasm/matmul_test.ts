import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { ArrayRef } from "../array.ts";
import { BYTES_PER_ELEMENT, type DType, newTypedArray, type TypedArray } from "../dtype.ts";
import { allocate, type HeapStorage } from "../heap.ts";
import { f32, f64, i32 } from "../memory.ts";
import { matmul as matmulByDefinition } from "../reference/matmul.ts";
import { elements as referenceElements, ReferenceStorage } from "../reference/storage.ts";
import { setNumThreads, threads } from "../threads.ts";
import { contiguousStrides } from "./contiguous.ts";
import { matmul } from "./matmul.ts";
import { uniformGenerator } from "./twin_testing.ts";

/** Elements before and after each result that must keep their value. */
const GUARD = 16;

const EPSILON: Readonly<Record<"float32" | "float64" | "int32", number>> = {
  float32: 2 ** -24,
  float64: 2 ** -53,
  int32: 0,
};

type Numeric = keyof typeof EPSILON;

/** Deterministic integers in [0, below). */
function generator(seed: number): (below: number) => number {
  const uniform = uniformGenerator(seed);
  return (below) => Math.floor(uniform() * below);
}

/** The bytes of a heap storage as elements of `dtype`. */
function heapElements(dtype: DType, storage: HeapStorage): TypedArray {
  const view = dtype === "float32" ? f32 : dtype === "float64" ? f64 : i32;
  const begin = storage.address / BYTES_PER_ELEMENT[dtype];
  return view.subarray(begin, begin + storage.byteLength / BYTES_PER_ELEMENT[dtype]);
}

/** The same array on the heap and on the reference device. */
interface Pair {
  readonly wasm: ArrayRef & { readonly storage: HeapStorage };
  readonly reference: ArrayRef;
}

/** Both arrays of `shape` as a window on `values`. */
function pair(
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  values: TypedArray,
): Pair {
  const numel = shape.reduce((product, length) => product * length, 1);
  const storage = allocate(values.byteLength);
  heapElements(dtype, storage).set(values);
  const reference = { dtype, shape, strides, offset, numel, storage: new ReferenceStorage(values.byteLength) };
  referenceElements(reference).set(values);
  return { wasm: { dtype, shape, strides, offset, numel, storage }, reference };
}

function randomValues(dtype: Numeric, length: number, random: (below: number) => number): TypedArray {
  const values = newTypedArray(dtype, length);
  for (let i = 0; i < length; i++) values[i] = dtype === "int32" ? random(2001) - 1000 : random(2001) / 1000 - 1;
  return values;
}

/** How the last two axes of an operand lie in memory. */
type Layout = "plain" | "transposed" | "sliced" | "row broadcast" | "column broadcast";

const LAYOUTS: readonly Layout[] = ["plain", "transposed", "sliced", "row broadcast", "column broadcast"];

/** A random operand; batch axes named in `broadcast` get stride 0. */
function operand(
  dtype: Numeric,
  shape: readonly number[],
  layout: Layout,
  broadcast: readonly number[],
  random: (below: number) => number,
): Pair {
  const rank = shape.length;
  const [rows, cols] = shape.slice(-2);
  const matrix: Record<Layout, [row: number, col: number, size: number]> = {
    plain: [cols, 1, rows * cols],
    transposed: [1, rows, rows * cols],
    sliced: [3 * cols, 2, 3 * rows * cols],
    "row broadcast": [0, 1, cols],
    "column broadcast": [1, 0, rows],
  };
  const [row, col, size] = matrix[layout];
  const strides = new Array<number>(rank).fill(0);
  [strides[rank - 2], strides[rank - 1]] = [row, col];
  let length = size;
  for (let d = rank - 3; d >= 0; d--) {
    if (broadcast.includes(d)) continue;
    strides[d] = length;
    length *= shape[d];
  }
  const offset = random(4);
  return pair(dtype, shape, strides, offset, randomValues(dtype, offset + length, random));
}

interface Case {
  readonly dtype: Numeric;
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly aLayout: Layout;
  readonly bLayout: Layout;
  readonly aBroadcast: readonly number[];
  readonly bBroadcast: readonly number[];
  readonly biasStride: number | null;
  readonly accumulate: boolean;
}

const PLAIN = {
  batch: [],
  aLayout: "plain",
  bLayout: "plain",
  aBroadcast: [],
  bBroadcast: [],
  biasStride: null,
  accumulate: false,
} as const;

/** Operands and result of a case, on both devices. */
class Run {
  readonly a: Pair;
  readonly b: Pair;
  readonly bias: Pair | null;
  readonly out: Pair;
  readonly before: TypedArray;

  constructor(readonly c: Case, seed: number) {
    const { dtype, batch, m, n, k, biasStride } = c;
    const random = generator(seed);
    this.a = operand(dtype, [...batch, m, k], c.aLayout, c.aBroadcast, random);
    this.b = operand(dtype, [...batch, k, n], c.bLayout, c.bBroadcast, random);
    this.bias = biasStride === null
      ? null
      : pair(dtype, [n], [biasStride], 1, randomValues(dtype, 2 + n * biasStride, random));
    const shape = [...batch, m, n];
    const numel = shape.reduce((product, length) => product * length, 1);
    this.out = pair(dtype, shape, contiguousStrides(shape), GUARD, randomValues(dtype, numel + 2 * GUARD, random));
    this.before = heapElements(dtype, this.out.wasm.storage).slice();
  }

  /** The result of the wasm kernels, after a look at what lies around it. */
  multiply(): TypedArray {
    const { a, b, bias, out, before, c } = this;
    heapElements(c.dtype, out.wasm.storage).set(before);
    matmul(a.wasm, b.wasm, out.wasm, bias?.wasm ?? null, c.accumulate);
    const got = heapElements(c.dtype, out.wasm.storage);
    const end = GUARD + out.wasm.numel;
    const label = JSON.stringify(c);
    assertEquals(got.slice(0, GUARD), before.slice(0, GUARD), `before the result: ${label}`);
    assertEquals(got.slice(end), before.slice(end), `after the result: ${label}`);
    return got.slice(GUARD, end);
  }

  release(): void {
    for (const operand of [this.a, this.b, this.bias, this.out]) operand?.wasm.storage.free();
  }
}

/** Compares a case with its definition. */
function check(c: Case, seed: number): void {
  const run = new Run(c, seed);
  const got = run.multiply();
  matmulByDefinition(run.a.reference, run.b.reference, run.out.reference, run.bias?.reference ?? null, c.accumulate);
  const expected = referenceElements(run.out.reference);
  // Every term is at most 1 in absolute value (float types), so any order of summation is off by no more than this.
  const bound = (c.k + 3) * (c.k + 2) * EPSILON[c.dtype];
  for (let i = 0; i < got.length; i++) {
    const error = Math.abs(got[i] - expected[GUARD + i]);
    assert(error <= bound, `element ${i}: ${got[i]}, not ${expected[GUARD + i]}, bound ${bound}: ${JSON.stringify(c)}`);
  }
  run.release();
}

function bits(values: TypedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function sameBits(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const DTYPES: readonly Numeric[] = ["float32", "float64", "int32"];

Deno.test("matmul: every small size", () => {
  const sizes = [1, 2, 3, 5, 6, 7, 8, 9, 13, 17];
  for (const dtype of DTYPES) {
    for (const m of sizes) {
      for (const n of sizes) for (const k of [1, 2, 4, 7, 19]) check({ ...PLAIN, dtype, m, n, k }, m * n + k);
    }
  }
});

Deno.test("matmul: sizes of zero", () => {
  for (const dtype of DTYPES) {
    for (const [m, n, k] of [[0, 3, 2], [3, 0, 2], [3, 2, 0], [0, 0, 0], [1, 1, 0], [1, 40, 0]]) {
      for (const accumulate of [false, true]) {
        for (const biasStride of [null, 1]) check({ ...PLAIN, dtype, m, n, k, accumulate, biasStride }, 1);
      }
    }
    check({ ...PLAIN, dtype, batch: [0], m: 2, n: 2, k: 2 }, 1);
    check({ ...PLAIN, dtype, batch: [2, 0, 3], m: 2, n: 2, k: 2 }, 1);
  }
});

Deno.test("matmul: every pair of layouts, with bias and accumulation", () => {
  let seed = 1;
  for (const dtype of DTYPES) {
    for (const [m, n, k] of [[1, 37, 21], [2, 70, 11], [41, 1, 23], [5, 4, 33], [31, 29, 37], [50, 3, 20]]) {
      for (const aLayout of LAYOUTS) {
        for (const bLayout of LAYOUTS) {
          for (const biasStride of [null, 0, 1, 2]) {
            check({ ...PLAIN, dtype, m, n, k, aLayout, bLayout, biasStride, accumulate: seed % 2 === 0 }, seed++);
          }
        }
      }
    }
  }
});

Deno.test("matmul: batches, broadcast and nested", () => {
  let seed = 1;
  for (const dtype of DTYPES) {
    for (const [m, n, k] of [[1, 9, 4], [3, 5, 7], [12, 16, 8], [4, 1, 6]]) {
      for (const batch of [[3], [1], [2, 3], [2, 1, 3], [2, 2, 2]]) {
        const axes = batch.map((_, d) => d);
        const broadcasts = [[], axes, [0], [axes.length - 1]];
        for (const aBroadcast of broadcasts) {
          for (const bBroadcast of broadcasts) {
            const layout = LAYOUTS[seed % LAYOUTS.length];
            const biasStride = seed % 3 === 0 ? 1 : null;
            check({ ...PLAIN, dtype, batch, m, n, k, aBroadcast, bBroadcast, bLayout: layout, biasStride }, seed++);
          }
        }
      }
    }
  }
});

Deno.test("matmul: sizes beyond a block in each direction", () => {
  const sizes = [[251, 17, 9], [7, 1031, 13], [13, 11, 517], [1, 33, 600], [2, 1100, 300], [250, 40, 300], [
    3,
    2,
    1025,
  ]];
  for (const dtype of DTYPES) {
    for (const [m, n, k] of sizes) {
      for (const aLayout of ["plain", "transposed"] as const) {
        for (const bLayout of ["plain", "transposed"] as const) {
          check({ ...PLAIN, dtype, m, n, k, aLayout, bLayout, biasStride: 1, accumulate: true }, m + n + k);
        }
      }
    }
  }
});

Deno.test("matmul: the same bits on any number of threads", () => {
  const before = threads();
  const cases = [
    { m: 157, n: 203, k: 300 },
    { m: 1, n: 3001, k: 1500 },
    { m: 3001, n: 1, k: 1500 },
    { m: 3, n: 2000, k: 1000 },
    { m: 40, n: 50, k: 101, batch: [2, 7] },
    { m: 100, n: 90, k: 300, batch: [3] },
  ];
  try {
    for (const dtype of DTYPES) {
      for (const size of cases) {
        for (const bLayout of ["plain", "transposed"] as const) {
          const run = new Run({ ...PLAIN, dtype, bLayout, biasStride: 1, ...size }, 7);
          setNumThreads(1);
          const alone = bits(run.multiply());
          for (const count of [2, 3, 4, 7]) {
            setNumThreads(count);
            assert(sameBits(alone, bits(run.multiply())), `${count} threads: ${JSON.stringify(run.c)}`);
          }
          run.release();
        }
      }
    }
  } finally {
    setNumThreads(before);
  }
});

Deno.test("matmul: blocks of k keep long float32 sums accurate", () => {
  const k = 1 << 16;
  const thirds = newTypedArray("float32", 16 * k).fill(1 / 3);
  const exact = k * Math.fround(1 / 3) ** 2;
  for (const [m, n] of [[1, 1], [6, 8], [16, 16]]) {
    for (const bStrides of [[1, 0], [0, 1]]) {
      const a = pair("float32", [m, k], [0, 1], 0, thirds);
      const b = pair("float32", [k, n], bStrides, 0, thirds);
      const out = pair("float32", [m, n], [n, 1], 0, newTypedArray("float32", m * n));
      matmul(a.wasm, b.wasm, out.wasm, null, false);
      const relative = Math.max(...heapElements("float32", out.wasm.storage).map((x) => Math.abs(x / exact - 1)));
      assertLessOrEqual(relative, 512 * EPSILON.float32, `two levels of 256 additions, ${m} x ${n}`);
    }
  }
});

Deno.test("matmul: the builds that this host does not prefer", async () => {
  const [m, n, k] = [30, 19, 300]; // whole tiles of 5 and of 6 rows
  const uniform = generator(11);
  const values = new Float32Array(m * k + k * n).map(() => uniform(2001) / 1000 - 1);
  for (const build of ["simd", "relaxed"]) {
    const module = await WebAssembly.compile(
      await Deno.readFile(new URL(`../../assembly/build/kernels_${build}.wasm`, import.meta.url)),
    );
    const memory = new WebAssembly.Memory({ initial: 64 });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const kernel = exports.f32_matmul as (...args: number[]) => void;
    const a = (exports.heap_base as () => number)() + 15 & ~15;
    const b = a + 4 * m * k;
    const c = b + 4 * k * n;
    const elements = new Float32Array(memory.buffer);
    elements.set(values, a / 4);
    for (const [aRow, aCol] of [[k, 1], [1, m]]) {
      for (const [bRow, bCol] of [[n, 1], [1, k]]) {
        kernel(1, m, n, k, a, 0, aRow, aCol, b, 0, bRow, bCol, c, 0, n, 0, 0, 0, 0, c + 4 * m * n);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let p = 0; p < k; p++) sum += values[i * aRow + p * aCol] * values[m * k + p * bRow + j * bCol];
            assertLessOrEqual(
              Math.abs(elements[c / 4 + i * n + j] - sum),
              k * k * EPSILON.float32,
              `${build} ${i} ${j}`,
            );
          }
        }
      }
    }
  }
});
