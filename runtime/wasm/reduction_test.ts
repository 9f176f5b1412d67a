import { assert, assertEquals } from "@std/assert";
import type { Reduction, Scan } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { reduction as reference } from "../reference/reduction.ts";
import { setNumThreads, threads } from "../threads.ts";
import { reduction as wasm } from "./reduction.ts";
import { signedGenerator, type Tolerance, uniformGenerator, withTwins } from "./twin_testing.ts";
import { randomView } from "./view_testing.ts";

const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];
const KINDS: readonly Reduction[] = ["sum", "prod", "mean", "max", "min", "any", "all"];
/** Element types that each reduction is defined for. */
const TYPES: Readonly<Record<Reduction, readonly DType[]>> = {
  sum: NUMBERS,
  prod: NUMBERS,
  mean: ["float32", "float64"],
  max: [...NUMBERS, "uint8", "bool"],
  min: [...NUMBERS, "uint8", "bool"],
  any: [...NUMBERS, "uint8", "bool"],
  all: [...NUMBERS, "uint8", "bool"],
};
const SCANS: readonly Scan[] = ["sum", "prod", "max", "min", "logsumexp"];

/** Rounding errors of results near 1 in magnitude, for `epsilons` operations. */
function toleranceOf(dtype: DType, epsilons: number): Tolerance {
  if (dtype !== "float32" && dtype !== "float64") return { absolute: 0, relative: 0 };
  const epsilon = dtype === "float32" ? 2 ** -24 : 2 ** -53;
  return { absolute: epsilons * epsilon, relative: epsilons * epsilon };
}

/** Many ties, zeros, and now and then a NaN or an infinity in the float types. */
function valuesFor(dtype: DType, random: () => number, hasSpecial = true): () => number {
  return () => {
    const v = Math.round((random() * 4 - 2) * 4) / 4;
    if (dtype === "bool") return Number(v > 0);
    if (dtype === "uint8") return Math.floor(random() * 6);
    if (dtype === "int32") return Math.trunc(v * 2) + (random() < 0.1 ? 2 ** 30 : 0);
    if (!hasSpecial || random() < 0.97) return v;
    return [NaN, Infinity, -Infinity, -0][Math.floor(random() * 4)];
  };
}

/** Random shape with at least one axis and no empty one; of two axes at most if they may be long. */
function randomShape(random: () => number, largest: number): number[] {
  const rank = 1 + Math.floor(random() * (largest > 10 ? 2 : 4));
  return Array.from({ length: rank }, () => random() < 0.2 ? 1 : 1 + Math.floor(random() * largest));
}

function without(shape: readonly number[], dims: readonly number[]): number[] {
  return shape.filter((_, d) => !dims.includes(d));
}

Deno.test("reduce follows the reference for any axes, strides and type", () => {
  const random = uniformGenerator(1);
  for (let round = 0; round < 600; round++) {
    const kind = KINDS[round % KINDS.length];
    const types = TYPES[kind];
    const dtype = types[Math.floor(random() * types.length)];
    const shape = randomShape(random, round % 5 === 0 ? 24 : 6);
    const dims = [...shape.keys()].filter(() => random() < 0.6);
    withTwins((twin) => {
      const { view } = randomView(twin, dtype, shape, random, valuesFor(dtype, random), { broadcast: true });
      const out = twin(kind === "any" || kind === "all" ? "bool" : dtype, without(shape, dims), () => 9);
      wasm.reduce(kind, view.wasm, out.wasm, dims);
      reference.reduce(kind, view.reference, out.reference, dims);
      const isExact = kind !== "sum" && kind !== "prod" && kind !== "mean";
      const tolerance = isExact ? undefined : toleranceOf(dtype, 256);
      out.check(`round ${round}: ${kind} of ${dtype} [${shape}] over [${dims}]`, tolerance);
    });
  }
});

Deno.test("reduce of nothing gives the identity", () => {
  for (const [kind, dtype] of [["sum", "float32"], ["prod", "int32"], ["any", "bool"], ["all", "bool"]] as const) {
    withTwins((twin) => {
      const x = twin(dtype, [2, 0, 3], () => 0);
      const out = twin(dtype, [2, 3], () => 9);
      const none = twin(dtype, [0, 3], () => 9);
      wasm.reduce(kind, x.wasm, out.wasm, [1]);
      reference.reduce(kind, x.reference, out.reference, [1]);
      wasm.reduce(kind, x.wasm, none.wasm, [0]);
      out.check(`${kind} of nothing`);
      none.check(`${kind} into nothing`);
    });
  }
});

Deno.test("reduce handles 0-d arrays", () => {
  withTwins((twin) => {
    const x = twin("float32", [], () => 2.5);
    for (const kind of ["sum", "prod", "max", "min"] as const) {
      const out = twin("float32", [], () => 9);
      wasm.reduce(kind, x.wasm, out.wasm, []);
      assertEquals([...out.result()], [2.5]);
    }
  });
});

Deno.test("int32 sums and products wrap", () => {
  withTwins((twin) => {
    const x = twin("int32", [3, 50], (i) => 2 ** 30 + i);
    for (const kind of ["sum", "prod"] as const) {
      for (const dims of [[0], [1], [0, 1]]) {
        const out = twin("int32", without([3, 50], dims), () => 0);
        wasm.reduce(kind, x.wasm, out.wasm, dims);
        reference.reduce(kind, x.reference, out.reference, dims);
        out.check(`${kind} over [${dims}]`);
      }
    }
  });
});

Deno.test("a NaN anywhere is the maximum and the minimum", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const n of [1, 3, 8, 33, 300]) {
      for (const at of [0, n >> 1, n - 1]) {
        withTwins((twin) => {
          const x = twin(dtype, [n], (i) => i === at ? NaN : i);
          for (const kind of ["max", "min"] as const) {
            const out = twin(dtype, [], () => 0);
            const index = twin("int32", [], () => -1);
            wasm.reduce(kind, x.wasm, out.wasm, [0]);
            assertEquals([...out.result()], [NaN]);
            wasm.argReduce(kind, x.wasm, null, index.wasm, 0);
            assertEquals([...index.result()], [at]);
          }
        });
      }
    }
  }
});

Deno.test("float32 sums of many numbers stay accurate", () => {
  withTwins((twin) => {
    const random = uniformGenerator(4);
    for (
      const [shape, dims] of [[[700_001], [0]], [[70_001, 10], [0]], [[3, 200_001], [1]], [[1000, 20, 30], [0, 2]]]
    ) {
      const x = twin("float32", shape, random);
      const out = twin("float32", without(shape, dims), () => 0);
      wasm.reduce("sum", x.wasm, out.wasm, dims);
      reference.reduce("sum", x.reference, out.reference, dims);
      out.check(`sum of [${shape}] over [${dims}]`, { absolute: 0, relative: 8 * 2 ** -24 });
    }
  });
});

Deno.test("argReduce gives the first extremum", () => {
  const random = uniformGenerator(2);
  for (let round = 0; round < 300; round++) {
    const dtype = ([...NUMBERS, "uint8", "bool"] as const)[round % 5];
    const kind = random() < 0.5 ? "max" : "min";
    const shape = randomShape(random, round % 4 === 0 ? 40 : 6);
    const dim = Math.floor(random() * shape.length);
    withTwins((twin) => {
      const { view } = randomView(twin, dtype, shape, random, valuesFor(dtype, random), { broadcast: true });
      const values = random() < 0.7 ? twin(dtype, without(shape, [dim]), () => 9) : null;
      const indices = twin("int32", without(shape, [dim]), () => -1);
      wasm.argReduce(kind, view.wasm, values?.wasm ?? null, indices.wasm, dim);
      reference.argReduce(kind, view.reference, values?.reference ?? null, indices.reference, dim);
      const what = `round ${round}: arg ${kind} of ${dtype} [${shape}] along ${dim}`;
      values?.check(what);
      indices.check(what);
    });
  }
});

Deno.test("moments are a mean and the squared deviations from it", () => {
  const random = uniformGenerator(3);
  const value = signedGenerator(6);
  for (let round = 0; round < 200; round++) {
    const dtype = round % 2 === 0 ? "float32" : "float64";
    const shape = randomShape(random, 12);
    const dims = [...shape.keys()].filter(() => random() < 0.6);
    withTwins((twin) => {
      const { view } = randomView(twin, dtype, shape, random, () => 10 + value(), { broadcast: true });
      const mean = twin(dtype, without(shape, dims), () => 9);
      const squares = twin(dtype, without(shape, dims), () => 9);
      const divisor = round % 3 === 0 ? 1 : 2.5;
      wasm.moments(view.wasm, mean.wasm, squares.wasm, dims, divisor);
      reference.moments(view.reference, mean.reference, squares.reference, dims, divisor);
      const what = `round ${round}: moments of ${dtype} [${shape}] over [${dims}]`;
      mean.check(what, toleranceOf(dtype, 16));
      // An error e of the mean changes the sum of squares by n e^2 and 2 e times the sum of deviations, which is near 0.
      squares.check(what, toleranceOf(dtype, 2048));
    });
  }
});

Deno.test("moments of nothing and of what is not finite", () => {
  withTwins((twin) => {
    const mean = twin("float32", [2], () => 9);
    const squares = twin("float32", [2], () => 9);
    wasm.moments(twin("float32", [2, 0], () => 0).wasm, mean.wasm, squares.wasm, [1], 1);
    assertEquals([...mean.result(), ...squares.result()], [NaN, NaN, 0, 0]);
    wasm.moments(twin("float32", [2, 1], (i) => i === 0 ? Infinity : 3).wasm, mean.wasm, squares.wasm, [1], 1);
    assertEquals([...mean.result(), ...squares.result()], [Infinity, 3, NaN, 0]);
  });
});

Deno.test("scan follows the reference", () => {
  const random = uniformGenerator(8);
  for (let round = 0; round < 400; round++) {
    const kind = SCANS[round % SCANS.length];
    const dtype = kind === "logsumexp" ? NUMBERS[round % 2] : NUMBERS[Math.floor(random() * 3)];
    const shape = randomShape(random, round % 4 === 0 ? 90 : 7);
    const dim = Math.floor(random() * shape.length);
    const isExtremum = kind === "max" || kind === "min";
    const hasSpecial = round % 3 === 0;
    withTwins((twin) => {
      const { view } = randomView(twin, dtype, shape, random, valuesFor(dtype, random, hasSpecial), {
        broadcast: true,
      });
      const out = twin(dtype, shape, () => 9);
      const indices = isExtremum && random() < 0.8 ? twin("int32", shape, () => -1) : null;
      wasm.scan(kind, view.wasm, out.wasm, indices?.wasm ?? null, dim);
      reference.scan(kind, view.reference, out.reference, indices?.reference ?? null, dim);
      const what = `round ${round}: scan ${kind} of ${dtype} [${shape}] along ${dim}`;
      out.check(what, isExtremum ? undefined : toleranceOf(dtype, 512));
      indices?.check(what);
    });
  }
});

Deno.test("a long float32 cumsum stays accurate", () => {
  withTwins((twin) => {
    const random = uniformGenerator(10);
    const n = 300_000;
    const x = twin("float32", [n], random);
    const out = twin("float32", [n], () => 0);
    wasm.scan("sum", x.wasm, out.wasm, null, 0);
    const actual = out.result();
    let sum = 0;
    x.expected().forEach((value, i) => {
      sum += value;
      assert(Math.abs(actual[i] - sum) <= 8 * 2 ** -24 * sum, `element ${i}: expected ${sum}, got ${actual[i]}`);
    });
  });
});

Deno.test("sort and topk follow the reference, ties and NaN included", () => {
  const random = uniformGenerator(9);
  for (let round = 0; round < 400; round++) {
    const dtype = ([...NUMBERS, "uint8", "bool"] as const)[round % 5];
    const shape = randomShape(random, round % 4 === 0 ? 100 : 8);
    const dim = Math.floor(random() * shape.length);
    const descending = random() < 0.5;
    const isTopk = random() < 0.5;
    const k = isTopk ? Math.floor(random() * (shape[dim] + 1)) : shape[dim];
    withTwins((twin) => {
      const { view } = randomView(twin, dtype, shape, random, valuesFor(dtype, random), { broadcast: true });
      const values = twin(dtype, shape.with(dim, k), () => 9);
      const indices = twin("int32", shape.with(dim, k), () => -1);
      const method = isTopk ? "topk" : "sort";
      wasm[method](view.wasm, values.wasm, indices.wasm, dim, descending);
      reference[method](view.reference, values.reference, indices.reference, dim, descending);
      const what = `round ${round}: ${method} ${k} of ${dtype} [${shape}] along ${dim}, descending ${descending}`;
      values.check(what);
      indices.check(what);
    });
  }
});

Deno.test("sort orders the full range of each type", () => {
  for (const dtype of ["float32", "float64", "int32"] as const) {
    const random = uniformGenerator(12);
    const scale = (): number => (random() - 0.5) * 10 ** Math.floor(random() * 30 - 15);
    const value = dtype === "int32" ? () => Math.floor((random() - 0.5) * 2 ** 32) : scale;
    withTwins((twin) => {
      const x = twin(dtype, [3000], value);
      for (const descending of [false, true]) {
        const values = twin(dtype, [3000], () => 0);
        const indices = twin("int32", [3000], () => 0);
        wasm.sort(x.wasm, values.wasm, indices.wasm, 0, descending);
        reference.sort(x.reference, values.reference, indices.reference, 0, descending);
        values.check(`sort ${dtype}`);
        indices.check(`sort ${dtype}`);
      }
    });
  }
});

Deno.test("results have the same bits on any number of threads", () => {
  const before = threads();
  const random = uniformGenerator(13);
  withTwins((twin) => {
    const x = twin("float32", [60, 130, 90], () => random() * 2 - 1);
    const results = (count: number): Uint8Array[] => {
      setNumThreads(count);
      const reduced = [[0], [1], [2], [0, 1, 2], [0, 2]].flatMap((dims) => {
        const out = twin("float32", without(x.shape, dims), () => 0);
        const squares = twin("float32", without(x.shape, dims), () => 0);
        wasm.reduce("sum", x.wasm, out.wasm, dims);
        const sum = out.resultBytes();
        wasm.moments(x.wasm, out.wasm, squares.wasm, dims, 1);
        return [sum, out.resultBytes(), squares.resultBytes()];
      });
      const alongAxes = [0, 1, 2].flatMap((dim) => {
        const out = twin("float32", x.shape, () => 0);
        const indices = twin("int32", x.shape, () => 0);
        const first = twin("int32", without(x.shape, [dim]), () => 0);
        wasm.argReduce("max", x.wasm, null, first.wasm, dim);
        wasm.scan("sum", x.wasm, out.wasm, null, dim);
        const scanned = out.resultBytes();
        wasm.sort(x.wasm, out.wasm, indices.wasm, dim, true);
        return [first.resultBytes(), scanned, out.resultBytes(), indices.resultBytes()];
      });
      return [...reduced, ...alongAxes];
    };
    const expected = results(1);
    for (const count of [2, 3, 4]) {
      // Equal byte by byte; assertEquals would take seconds to say so.
      results(count).forEach((bytes, i) => assert(bytes.every((byte, j) => byte === expected[i][j]), `result ${i}`));
    }
  });
  setNumThreads(before);
});
