import { assertEquals } from "@std/assert";
import type { ScatterMode } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { indexing as reference } from "../reference/indexing.ts";
import { setNumThreads, threads } from "../threads.ts";
import { indexing as wasm } from "./indexing.ts";
import { type Twin, uniformGenerator, withTwins } from "./twin_testing.ts";
import { randomView } from "./view_testing.ts";

const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const MODES: readonly ScatterMode[] = ["set", "add", "mul", "max", "min"];

/** Quarters in a small range, so that sums and products are exact in any type; now and then NaN. */
function valuesFor(dtype: DType, random: () => number): () => number {
  return () => {
    if (dtype === "bool") return Number(random() < 0.5);
    if (dtype === "uint8") return Math.floor(random() * 256);
    if (dtype === "int32") return Math.floor((random() - 0.5) * 2 ** 32);
    return random() < 0.02 ? NaN : Math.round((random() - 0.5) * 8) / 2;
  };
}

/** Random shape without empty axes. */
function randomShape(random: () => number, rank: number, largest = 6): number[] {
  return Array.from({ length: rank }, () => 1 + Math.floor(random() * largest));
}

/** The types and ranks of `rounds` rounds. */
function* randomCases(seed: number, rounds: number): Generator<{ dtype: DType; rank: number; random: () => number }> {
  const random = uniformGenerator(seed);
  for (let round = 0; round < rounds; round++) {
    yield { dtype: DTYPES[round % DTYPES.length], rank: 1 + Math.floor(random() * 6), random };
  }
}

Deno.test("gather follows the reference for any strides and a smaller index", () => {
  for (const { dtype, rank, random } of randomCases(1, 300)) {
    const shape = randomShape(random, rank, 4);
    const dim = Math.floor(random() * rank);
    const places = shape.map((size, d) => d === dim ? Math.floor(random() * 7) : Math.ceil(random() * size));
    const indexOf = (): number => Math.floor(random() * shape[dim]);
    withTwins((twin) => {
      const x = randomView(twin, dtype, shape, random, valuesFor(dtype, random), { broadcast: true }).view;
      const index = randomView(twin, "int32", places, random, indexOf, { broadcast: true }).view;
      const out = twin(dtype, places, () => 9);
      wasm.gather(x.wasm, index.wasm, out.wasm, dim);
      reference.gather(x.reference, index.reference, out.reference, dim);
      out.check(`gather [${places}] from ${dtype} [${shape}] along ${dim}`);
    });
  }
});

Deno.test("scatter follows the reference in every mode, repeated indices included", () => {
  for (const { dtype, rank, random } of randomCases(2, 400)) {
    const mode = MODES[Math.floor(random() * MODES.length)];
    const shape = randomShape(random, rank, 4);
    const dim = Math.floor(random() * rank);
    const places = shape.map((size, d) => d === dim ? Math.floor(random() * 7) : Math.ceil(random() * size));
    const sourceShape = places.map((size) => size + Math.floor(random() * 2));
    const indexOf = (): number => Math.floor(random() * shape[dim]);
    withTwins((twin) => {
      const out = twin(dtype, shape, valuesFor(dtype, random));
      const index = randomView(twin, "int32", places, random, indexOf, { broadcast: true }).view;
      const source = randomView(twin, dtype, sourceShape, random, valuesFor(dtype, random), { broadcast: true }).view;
      wasm.scatter(out.wasm, index.wasm, source.wasm, dim, mode);
      reference.scatter(out.reference, index.reference, source.reference, dim, mode);
      out.check(`scatter ${mode} [${places}] into ${dtype} [${shape}] along ${dim}`);
    });
  }
});

Deno.test("indexSelect and indexReduce follow the reference", () => {
  for (const { dtype, rank, random } of randomCases(3, 400)) {
    const mode = MODES[Math.floor(random() * MODES.length)];
    const shape = randomShape(random, Math.min(rank, 4));
    if (random() < 0.3) shape.push(1 + Math.floor(random() * 200));
    const dim = Math.floor(random() * shape.length);
    const count = Math.floor(random() * 8);
    withTwins((twin) => {
      const x = randomView(twin, dtype, shape, random, valuesFor(dtype, random), { broadcast: true }).view;
      const index = randomView(twin, "int32", [count], random, () => Math.floor(random() * shape[dim])).view;
      const taken = shape.with(dim, count);
      const selected = twin(dtype, taken, () => 9);
      wasm.indexSelect(x.wasm, index.wasm, selected.wasm, dim);
      reference.indexSelect(x.reference, index.reference, selected.reference, dim);
      selected.check(`indexSelect ${count} of ${dtype} [${shape}] along ${dim}`);
      const out = twin(dtype, shape, valuesFor(dtype, random));
      const source = randomView(twin, dtype, taken, random, valuesFor(dtype, random), { broadcast: true }).view;
      wasm.indexReduce(out.wasm, index.wasm, source.wasm, dim, mode);
      reference.indexReduce(out.reference, index.reference, source.reference, dim, mode);
      out.check(`indexReduce ${mode} ${count} of ${dtype} [${shape}] along ${dim}`);
    });
  }
});

Deno.test("countNonzero and nonzero find NaN and skip both zeros", () => {
  for (const { dtype, rank, random } of randomCases(4, 200)) {
    const shape = Array.from({ length: rank - 1 }, () => Math.floor(random() * 7));
    const value = valuesFor(dtype, random);
    const sparse = (): number => random() < 0.6 ? (dtype.startsWith("float") ? -0 : 0) : value();
    withTwins((twin) => {
      const x = randomView(twin, dtype, shape, random, sparse, { broadcast: true }).view;
      const count = reference.countNonzero(x.reference, "test");
      assertEquals(wasm.countNonzero(x.wasm, "test"), count);
      const out = twin("int32", [count], () => -1);
      wasm.nonzero(x.wasm, out.wasm);
      reference.nonzero(x.reference, out.reference);
      out.check(`nonzero of ${dtype} [${shape}]`);
    });
  }
});

Deno.test("indexRange finds the smallest and the largest index", () => {
  const random = uniformGenerator(5);
  for (let n = 0; n < 40; n++) {
    withTwins((twin) => {
      const index = twin("int32", [n], () => Math.floor((random() - 0.5) * 2 ** 32));
      assertEquals(wasm.indexRange(index.wasm, null), reference.indexRange(index.reference, null));
    });
  }
});

Deno.test("results have the same bits on any number of threads", () => {
  const before = threads();
  const random = uniformGenerator(6);
  const [rows, columns, count] = [50, 300, 4000];
  withTwins((twin) => {
    const index = twin("int32", [count], () => Math.floor(random() * rows));
    const source = twin("float32", [count, columns], () => random() - 0.5);
    const run = (threadCount: number): Twin => {
      setNumThreads(threadCount);
      const out = twin("float32", [rows, columns], () => 0);
      wasm.indexReduce(out.wasm, index.wasm, source.wasm, 0, "add");
      return out;
    };
    const expected = run(1).resultBytes();
    for (const threadCount of [2, 3, 4]) assertEquals(run(threadCount).resultBytes(), expected);
  });
  setNumThreads(before);
});
