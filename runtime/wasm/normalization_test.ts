import { assert, assertEquals } from "@std/assert";
import type { DType } from "../dtype.ts";
import * as reference from "../reference/normalization.ts";
import { setNumThreads, threads } from "../threads.ts";
import {
  batchNorm,
  batchNormBackward,
  layerNorm,
  layerNormBackward,
  softmax,
  softmaxBackward,
} from "./normalization.ts";
import { forEachFloat, signedGenerator, type Tolerance, type Twin, withTwins } from "./twin_testing.ts";

const SHAPES: readonly (readonly number[])[] = [
  [],
  [1],
  [7],
  [5, 1],
  [1, 9],
  [4, 10],
  [3, 31],
  [2, 3, 4],
  [3, 5, 2],
  [2, 17, 5],
  [3, 2, 3, 7],
  [2, 130],
  [0, 4],
  [4, 0],
  [2, 0, 3],
];

Deno.test("softmax, log-softmax and their gradients match the definition along every axis", () => {
  forEachFloat(16, (dtype, tolerance) => {
    for (const shape of SHAPES) {
      for (let dim = 0; dim < Math.max(1, shape.length); dim++) {
        for (const log of [false, true]) {
          withTwins((twin) => {
            const what = `${dtype} softmax [${shape}] along ${dim}, log ${log}`;
            const next = signedGenerator(dim + 1);
            const x = twin(dtype, shape, () => 10 * next());
            const y = twin(dtype, shape, () => 7);
            softmax(x.wasm, y.wasm, dim, log);
            reference.softmax(x.reference, y.reference, dim, log);
            y.check(what, tolerance);

            const g = twin(dtype, shape, signedGenerator(9));
            const dx = twin(dtype, shape, () => 7);
            softmaxBackward(g.wasm, y.wasm, dx.wasm, dim, log);
            reference.softmaxBackward(g.reference, y.reference, dx.reference, dim, log);
            dx.check(`${what} backward`, { ...tolerance, absolute: 8 * tolerance.absolute });
          });
        }
      }
    }
  });
});

Deno.test("softmax of special values is that of PyTorch", () => {
  const rows = [
    [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
    [-Infinity, 0, -Infinity, 0, -Infinity],
    [0, NaN, 0, 0, 0],
    [0, 0, 0, 0, NaN],
    [Infinity, 0, 0, 0, 0],
    [1000, 1000, 1000, 1000, -1000],
    [-1e30, -1e30, -1e30, -1e30, -1e30],
  ];
  const expected = [
    [NaN, NaN, NaN, NaN, NaN],
    [0, 0.5, 0, 0.5, 0],
    [NaN, NaN, NaN, NaN, NaN],
    [NaN, NaN, NaN, NaN, NaN],
    [NaN, NaN, NaN, NaN, NaN],
    [0.25, 0.25, 0.25, 0.25, 0],
    [0.2, 0.2, 0.2, 0.2, 0.2],
  ];
  forEachFloat(1, (dtype, tolerance) => {
    // Along the last axis, and the transposed array along the first.
    for (const along of [1, 0]) {
      withTwins((twin) => {
        const shape = along === 1 ? [7, 5] : [5, 7];
        const at = (table: readonly number[][], i: number): number =>
          along === 1 ? table[Math.floor(i / 5)][i % 5] : table[i % 7][Math.floor(i / 7)];
        const x = twin(dtype, shape, (i) => at(rows, i));
        const y = twin(dtype, shape, () => 7);
        softmax(x.wasm, y.wasm, along, false);
        reference.softmax(x.reference, y.reference, along, false);
        y.check(`${dtype} softmax of special values along ${along}`, tolerance);
        y.result().forEach((value, i) => {
          const wanted = at(expected, i);
          assert(Object.is(value, wanted) || Math.abs(value - wanted) < 1e-6, `element ${i}: ${value}, not ${wanted}`);
        });
      });
    }
  });
});

Deno.test("softmax of masked scores: exactly 0 far below the largest, denormal close to where exp vanishes", () => {
  // What element i is below the largest by: out of reach, or with a denormal power in float32 (-95) or float64 (-740).
  const depths = [0, 1e9, 3, Infinity, 95, 1, 740, 1e9, 1e9, 1e9, 1e9, 1e9, 104.5, 88];
  forEachFloat(1, (dtype, tolerance) => {
    for (const log of [false, true]) {
      for (const shape of [[3, 37], [37, 3]]) {
        withTwins((twin) => {
          const dim = shape.indexOf(37);
          const x = twin(dtype, shape, (i) => 2 - depths[i % depths.length]);
          const y = twin(dtype, shape, () => 7);
          softmax(x.wasm, y.wasm, dim, log);
          reference.softmax(x.reference, y.reference, dim, log);
          y.check(`${dtype} softmax [${shape}] of masked scores, log ${log}`, tolerance);
          if (!log) {
            y.result().forEach((value, i) => {
              const depth = depths[i % depths.length];
              if (depth >= 1e9) assertEquals(value, 0, `element ${i}`);
              else if (depth < 100) assert(value > 0, `element ${i}: ${value}`);
            });
          }
        });
      }
    }
  });
});

/** Calls `test` for each way in which each of `count` optional operands is given or not. */
function forEachPresence(count: number, test: (present: readonly boolean[]) => void): void {
  for (let bits = 0; bits < 2 ** count; bits++) {
    test(Array.from({ length: count }, (_, i) => (bits >> i & 1) === 1));
  }
}

type MakeTwin = (...parameters: ConstructorParameters<typeof Twin>) => Twin;

/** Element `i` of an array that stands for weights: around 1 and never the same. */
function weightValue(i: number): number {
  return 1 + Math.sin(i) / 2;
}

interface NormCase {
  readonly dtype: DType;
  readonly tolerance: Tolerance;
  readonly shape: readonly number[];
  /** Shape of mean and rstd. */
  readonly groups: readonly number[];
  /** Shape of weight and bias. */
  readonly parameters: readonly number[];
}

/** Compares one kind of normalisation and its gradient with the reference, for every set of optional operands. */
function checkNorm(
  name: "layerNorm" | "batchNorm",
  { dtype, tolerance, shape, groups, parameters }: NormCase,
): void {
  const forward = name === "layerNorm" ? layerNorm : batchNorm;
  const backward = name === "layerNorm" ? layerNormBackward : batchNormBackward;
  const optional = (twin: MakeTwin, present: boolean, value: (i: number) => number): Twin | null =>
    present ? twin(dtype, parameters, value) : null;
  forEachPresence(2, ([weighted, biased]) => {
    withTwins((twin) => {
      const what = `${dtype} ${name} [${shape}] ${weighted} ${biased}`;
      const next = signedGenerator(1);
      const x = twin(dtype, shape, () => 3 + next());
      const weight = optional(twin, weighted, weightValue);
      const bias = optional(twin, biased, Math.cos);
      const y = twin(dtype, shape, () => 7);
      const mean = twin(dtype, groups, () => 7);
      const rstd = twin(dtype, groups, () => 7);
      forward(x.wasm, weight && weight.wasm, bias && bias.wasm, y.wasm, mean.wasm, rstd.wasm, 1e-3);
      reference[name](
        x.reference,
        weight && weight.reference,
        bias && bias.reference,
        y.reference,
        mean.reference,
        rstd.reference,
        1e-3,
      );
      mean.check(`${what} mean`, tolerance);
      rstd.check(`${what} rstd`, tolerance);
      y.check(what, tolerance);
    });
  });
  forEachPresence(4, ([weighted, wantsX, wantsWeight, wantsBias]) => {
    withTwins((twin) => {
      const what = `${dtype} ${name} backward [${shape}] ${weighted} ${wantsX} ${wantsWeight} ${wantsBias}`;
      const g = twin(dtype, shape, signedGenerator(2));
      const x = twin(dtype, shape, signedGenerator(3));
      const weight = optional(twin, weighted, weightValue);
      const mean = twin(dtype, groups, (i) => Math.sin(i) / 4);
      const rstd = twin(dtype, groups, (i) => 1.5 + Math.cos(i) / 2);
      const dx = wantsX ? twin(dtype, shape, () => 7) : null;
      const dweight = optional(twin, wantsWeight, () => 7);
      const dbias = optional(twin, wantsBias, () => 7);
      backward(
        g.wasm,
        x.wasm,
        weight && weight.wasm,
        mean.wasm,
        rstd.wasm,
        dx && dx.wasm,
        dweight && dweight.wasm,
        dbias && dbias.wasm,
      );
      const referenceBackward = name === "layerNorm" ? reference.layerNormBackward : reference.batchNormBackward;
      referenceBackward(
        g.reference,
        x.reference,
        weight && weight.reference,
        mean.reference,
        rstd.reference,
        dx && dx.reference,
        dweight && dweight.reference,
        dbias && dbias.reference,
      );
      dx?.check(`${what} dx`, tolerance);
      dweight?.check(`${what} dweight`, tolerance);
      dbias?.check(`${what} dbias`, tolerance);
    });
  });
}

Deno.test("layerNorm and its gradients match the definition", () => {
  forEachFloat(128, (dtype, tolerance) => {
    for (const [rows, n] of [[1, 1], [3, 2], [5, 3], [2, 4], [7, 8], [4, 31], [100, 10], [2, 130], [0, 5]]) {
      checkNorm("layerNorm", { dtype, tolerance, shape: [rows, n], groups: [rows], parameters: [n] });
    }
    checkNorm("layerNorm", { dtype, tolerance, shape: [2, 3, 5, 2], groups: [2, 3], parameters: [5, 2] });
  });
});

Deno.test("batchNorm and its gradients match the definition", () => {
  forEachFloat(256, (dtype, tolerance) => {
    for (
      const shape of [[4, 1], [3, 7], [150, 5], [2, 33], [4, 3, 1], [3, 2, 2], [2, 5, 7], [5, 3, 4, 9], [70, 2, 3]]
    ) {
      const channels = [shape[1]];
      checkNorm("batchNorm", { dtype, tolerance, shape, groups: channels, parameters: channels });
    }
  });
});

Deno.test("the variance is accurate where the mean is large", () => {
  withTwins((twin) => {
    const values = (i: number): number => 4096 + (i % 2);
    const x = twin("float32", [64, 256], values);
    const y = twin("float32", [64, 256], () => 7);
    const mean = twin("float32", [64], () => 7);
    const rstd = twin("float32", [64], () => 7);
    layerNorm(x.wasm, null, null, y.wasm, mean.wasm, rstd.wasm, 0);
    assertEquals([...rstd.result()], Array(64).fill(2));
    const channelMean = twin("float32", [256], () => 7);
    const channelRstd = twin("float32", [256], () => 7);
    const transposed = twin("float32", [64, 256], (i) => values(Math.floor(i / 256)));
    batchNorm(transposed.wasm, null, null, y.wasm, channelMean.wasm, channelRstd.wasm, 0);
    assertEquals([...channelRstd.result()], Array(256).fill(2));
  });
});

/** The results of every normalisation of arrays that are large enough to be shared among threads. */
function largeResults(count: number): Uint8Array[] {
  setNumThreads(count);
  const results: Uint8Array[] = [];
  withTwins((twin) => {
    const shape = [1030, 513];
    const x = twin("float32", shape, signedGenerator(1));
    const g = twin("float32", shape, signedGenerator(2));
    const out = twin("float32", shape, () => 7);
    const columnMean = twin("float32", [513], () => 7);
    const columnRstd = twin("float32", [513], () => 7);
    const rowMean = twin("float32", [1030], () => 7);
    const rowRstd = twin("float32", [1030], () => 7);
    const dweight = twin("float32", [513], () => 7);
    const dbias = twin("float32", [513], () => 7);
    const record = (...twins: Twin[]): void => void results.push(...twins.map((each) => each.resultBytes()));
    for (const dim of [0, 1]) {
      softmax(x.wasm, out.wasm, dim, false);
      record(out);
      softmaxBackward(g.wasm, x.wasm, out.wasm, dim, false);
      record(out);
    }
    layerNorm(x.wasm, null, null, out.wasm, rowMean.wasm, rowRstd.wasm, 1e-5);
    record(out, rowMean, rowRstd);
    layerNormBackward(g.wasm, x.wasm, null, rowMean.wasm, rowRstd.wasm, out.wasm, dweight.wasm, dbias.wasm);
    record(out, dweight, dbias);
    batchNorm(x.wasm, null, null, out.wasm, columnMean.wasm, columnRstd.wasm, 1e-5);
    record(out, columnMean, columnRstd);
    batchNormBackward(g.wasm, x.wasm, null, columnMean.wasm, columnRstd.wasm, out.wasm, dweight.wasm, dbias.wasm);
    record(out, dweight, dbias);
  });
  return results;
}

Deno.test("results do not depend on the number of threads", () => {
  const before = threads();
  const expected = largeResults(1);
  for (const count of [2, 3, 7]) {
    largeResults(count).forEach((bytes, i) => {
      const differs = bytes.findIndex((byte, at) => byte !== expected[i][at]);
      assertEquals(differs, -1, `result ${i} on ${count} threads: first byte that differs`);
    });
  }
  setNumThreads(before);
});
