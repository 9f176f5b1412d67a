import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import type { DType, TypedArray } from "../dtype.ts";
import { kernel } from "../kernels.ts";
import { i32 } from "../memory.ts";
import { fillRandom as fillReference, philoxBlock } from "../reference/random.ts";
import { setNumThreads, threads } from "../threads.ts";
import { scratch } from "./address.ts";
import { fillRandom } from "./random.ts";
import { forEachFloat, type Tolerance, withTwins } from "./twin_testing.ts";

type Kind = Parameters<typeof fillRandom>[0];

const ONES = 0xffffffff;

// Vectors published with the Random123 library (kat_vectors, philox4x32 10).
const KNOWN_ANSWERS: readonly { counter: number[]; key: number[]; block: number[] }[] = [
  { counter: [0, 0, 0, 0], key: [0, 0], block: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  { counter: [ONES, ONES, ONES, ONES], key: [ONES, ONES], block: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
];

Deno.test("philox gives the published words", () => {
  const words = scratch(64);
  for (const { counter, key, block } of KNOWN_ANSWERS) {
    kernel("philox")(words.address, 1, ...counter, ...key);
    const start = words.address >>> 2;
    assertEquals([...i32.subarray(start, start + 4)].map((word) => word >>> 0), block);
    assertEquals(philoxBlock(counter.map(BigInt), key.map(BigInt)).map(Number), block);
  }
  words.release();
});

Deno.test("philox counts blocks across 32 bits", () => {
  const words = scratch(32 * 4);
  kernel("philox")(words.address, 8, ONES - 2, 7, 1, 2, 3, 4);
  const start = words.address >>> 2;
  for (let block = 0; block < 8; block++) {
    const counter = 7n * 2n ** 32n + BigInt(ONES - 2 + block);
    const expected = philoxBlock([counter % 2n ** 32n, counter / 2n ** 32n, 1n, 2n], [3n, 4n]).map(Number);
    const actual = [...i32.subarray(start + 4 * block, start + 4 * block + 4)].map((word) => word >>> 0);
    assertEquals(actual, expected);
  }
  words.release();
});

function check(kind: Kind, dtype: DType, size: number, a: number, b: number, tolerance?: Tolerance): void {
  withTwins((twin) => {
    const out = twin(dtype, [size], () => 0);
    const [seed, offset] = [2 ** 52 + 12345, 2 ** 33 - 2];
    fillRandom(kind, out.wasm, seed, offset, a, b);
    fillReference(kind, out.reference, seed, offset, a, b);
    out.check(`${dtype} ${kind} ${size} (${a}, ${b})`, tolerance);
  });
}

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 1023, 1030];

Deno.test("every distribution is the documented function of the words", () => {
  forEachFloat(4, (dtype, tolerance) => {
    for (const size of SIZES) {
      check("uniform", dtype, size, 0, 1);
      check("uniform", dtype, size, -3, 5, tolerance);
      check("normal", dtype, size, 0, 1, { absolute: 4 * tolerance.absolute, relative: tolerance.relative });
      check("normal", dtype, size, 2, 3, { absolute: 16 * tolerance.absolute, relative: tolerance.relative });
      check("integer", dtype, size, -5, 12);
      check("bernoulli", dtype, size, 0.3, 0);
    }
  });
  for (const size of SIZES) {
    check("integer", "int32", size, -5, 12);
    check("integer", "int32", size, 7, 8);
    check("integer", "int32", size, -(2 ** 31), 2 ** 31);
    check("integer", "int32", size, 0, 3 * 2 ** 29);
    for (const dtype of ["bool", "uint8", "int32"] as const) check("bernoulli", dtype, size, 0.3, 0);
  }
});

/** The numbers that one call gives. */
function draw(kind: Kind, dtype: DType, size: number, a: number, b: number, seed = 1, offset = 0): TypedArray {
  let result: TypedArray = new Float32Array();
  withTwins((twin) => {
    const out = twin(dtype, [size], () => 0);
    fillRandom(kind, out.wasm, seed, offset, a, b);
    result = out.result();
  });
  return result;
}

Deno.test("an element depends on the seed, the offset and its index alone", () => {
  const all = draw("normal", "float32", 100, 0, 1);
  assertEquals(draw("normal", "float32", 37, 0, 1), all.slice(0, 37));
  assertEquals(draw("normal", "float32", 60, 0, 1, 1, 10), all.slice(40));
  assertNotEquals(draw("normal", "float32", 100, 0, 1, 2), all);
  assertEquals(draw("uniform", "float64", 60, 0, 1, 1, 20), draw("uniform", "float64", 100, 0, 1).slice(40));
});

Deno.test("uniform never gives the upper bound", () => {
  const tiny = 2 ** -20;
  for (const [a, b] of [[1, 1 + tiny], [-1 - tiny, -1], [-1e-30, 0], [2 ** 24, 2 ** 24 + 4]]) {
    const values = draw("uniform", "float32", 100_000, a, b);
    assert(values.every((value) => value >= Math.fround(a) && value < b), `[${a}, ${b})`);
  }
});

Deno.test("bernoulli of 0 and 1 is certain", () => {
  assert(draw("bernoulli", "bool", 10_000, 0, 0).every((value) => value === 0));
  assert(draw("bernoulli", "bool", 10_000, 1, 0).every((value) => value === 1));
});

function mean(values: TypedArray, power: number): number {
  let sum = 0;
  for (const value of values) sum += value ** power;
  return sum / values.length;
}

// Bounds are five standard errors of each moment.
Deno.test("moments are those of the distributions", () => {
  const size = 200_000;
  for (const dtype of ["float32", "float64"] as const) {
    const normal = draw("normal", dtype, size, 0, 1);
    const moments = [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]];
    for (const [power, expected, variance] of moments) {
      assertAlmostEquals(mean(normal, power), expected, 5 * Math.sqrt(variance / size));
    }
    assert(normal.some((value) => Math.abs(value) > 4));
    assertAlmostEquals(mean(draw("uniform", dtype, size, 0, 1), 1), 0.5, 5 * Math.sqrt(1 / 12 / size));
    assertAlmostEquals(mean(draw("bernoulli", dtype, size, 0.2, 0), 1), 0.2, 5 * Math.sqrt(0.16 / size));
    assertAlmostEquals(mean(draw("integer", dtype, size, 0, 10), 1), 4.5, 5 * Math.sqrt(8.25 / size));
  }
});

Deno.test("numbers do not depend on the number of threads", () => {
  const before = threads();
  setNumThreads(1);
  const kinds: readonly [Kind, DType][] = [
    ["uniform", "float64"],
    ["normal", "float32"],
    ["integer", "int32"],
    ["bernoulli", "bool"],
  ];
  const expected = kinds.map(([kind, dtype]) => draw(kind, dtype, 300_001, 0, 1));
  setNumThreads(5);
  kinds.forEach(([kind, dtype], i) => {
    const differs = draw(kind, dtype, 300_001, 0, 1).findIndex((value, at) => value !== expected[i][at]);
    assertEquals(differs, -1, `${dtype} ${kind}: first element that differs`);
  });
  setNumThreads(before);
});
