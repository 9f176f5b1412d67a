import { assert, assertEquals } from "@std/assert";
import type { PoolGeometry } from "../backend.ts";
import type { DType } from "../dtype.ts";
import * as reference from "../reference/pooling.ts";
import { avgPool, avgPoolBackward, maxPool, maxPoolBackward } from "./pooling.ts";
import {
  forEachFloat,
  signedGenerator,
  type Tolerance,
  type Twin,
  uniformGenerator,
  withTwins,
} from "./twin_testing.ts";

/** Size of the output of a pooling axis, as the op layer computes it. */
function outputSize(
  input: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  ceil: boolean,
): number {
  const span = input + 2 * padding - dilation * (kernel - 1) - 1;
  const size = (ceil ? Math.ceil(span / stride) : Math.floor(span / stride)) + 1;
  return ceil && (size - 1) * stride >= input + padding ? size - 1 : size;
}

interface Case {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly geometry: PoolGeometry;
}

/** A random geometry of `rank` axes; average pooling has no dilation. */
function randomCase(rank: number, seed: number, dilated: boolean): Case {
  const uniform = uniformGenerator(seed);
  const integer = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1));
  const ceil = uniform() < 0.5;
  const axes = Array.from({ length: rank }, () => {
    const kernel = integer(1, 4);
    const dilation = dilated ? integer(1, 2) : 1;
    const padding = integer(0, kernel >> 1);
    const stride = integer(1, 4);
    const input = dilation * (kernel - 1) + 1 + integer(0, 9);
    return {
      kernel,
      dilation,
      padding,
      stride,
      input,
      output: outputSize(input, kernel, stride, padding, dilation, ceil),
    };
  });
  const planes = [integer(1, 2), integer(1, 3)];
  return {
    inputShape: [...planes, ...axes.map(({ input }) => input)],
    outputShape: [...planes, ...axes.map(({ output }) => output)],
    geometry: {
      kernel: axes.map(({ kernel }) => kernel),
      stride: axes.map(({ stride }) => stride),
      padding: axes.map(({ padding }) => padding),
      dilation: axes.map(({ dilation }) => dilation),
    },
  };
}

const EXACT: Tolerance = { absolute: 0, relative: 0 };

/** Runs max pooling and its gradient on both backends; `value` fills x. */
function checkMaxPool(dtype: DType, tolerance: Tolerance, example: Case, value: (i: number) => number): void {
  const { inputShape, outputShape, geometry } = example;
  const what = `${dtype} maxPool ${JSON.stringify(example)}`;
  withTwins((twin) => {
    const x = twin(dtype, inputShape, value);
    const y = twin(dtype, outputShape, () => 7);
    const indices = twin("int32", outputShape, () => 7);
    maxPool(x.wasm, y.wasm, indices.wasm, geometry);
    reference.maxPool(x.reference, y.reference, indices.reference, geometry);
    y.check(what, EXACT);
    indices.check(what, EXACT);

    const dy = twin(dtype, outputShape, signedGenerator(3));
    const dx = twin(dtype, inputShape, () => 7);
    maxPoolBackward(dy.wasm, indices.wasm, dx.wasm);
    reference.maxPoolBackward(dy.reference, indices.reference, dx.reference);
    dx.check(`${what} backward`, tolerance);
  });
}

Deno.test("maxPool and its gradient match the definition for random geometries", () => {
  forEachFloat(16, (dtype, tolerance) => {
    for (const rank of [1, 2, 3]) {
      for (let seed = 0; seed < 40; seed++) {
        // Few distinct values, so that ties occur.
        const uniform = uniformGenerator(seed + 1000);
        const tied = (): number => Math.floor(uniform() * 5) - 2;
        checkMaxPool(dtype, tolerance, randomCase(rank, seed, true), tied);
      }
    }
  });
});

/** Pooling with 2x2 windows and stride 2. */
function case2x2(inputShape: readonly number[]): Case {
  const outputShape = inputShape.map((size, d) => d < 2 ? size : size >> 1);
  const two = [2, 2];
  return { inputShape, outputShape, geometry: { kernel: two, stride: two, padding: [0, 0], dilation: [1, 1] } };
}

Deno.test("maxPool with 2x2 windows takes the first maximum and the last NaN", () => {
  const special = [0, -0, NaN, Infinity, -Infinity, 1, 1, 2];
  forEachFloat(16, (dtype, tolerance) => {
    for (const spatial of [[28, 28], [10, 10], [9, 11], [2, 8], [3, 9], [4, 6], [7, 33], [2, 2]]) {
      for (let seed = 0; seed < 5; seed++) {
        const uniform = uniformGenerator(seed);
        const value = (): number => special[Math.floor(uniform() * special.length)];
        checkMaxPool(dtype, tolerance, case2x2([2, 3, ...spatial]), value);
      }
    }
  });
});

Deno.test("maxPool gives -infinity and index -1 where a dilated window misses x", () => {
  const geometry = { kernel: [2], stride: [1], padding: [1], dilation: [5] };
  withTwins((twin) => {
    const x = twin("float32", [1, 1, 3], (i) => i);
    const y = twin("float32", [1, 1, 1], () => 7);
    const indices = twin("int32", [1, 1, 1], () => 7);
    maxPool(x.wasm, y.wasm, indices.wasm, geometry);
    assertEquals([...y.result(), ...indices.result()], [-Infinity, -1]);
    const dx = twin("float32", [1, 1, 3], () => 7);
    maxPoolBackward(y.wasm, indices.wasm, dx.wasm);
    assertEquals([...dx.result()], [0, 0, 0]);
  });
});

function checkAvgPool(
  dtype: DType,
  tolerance: Tolerance,
  { inputShape, outputShape, geometry }: Case,
  countIncludePad: boolean,
  divisor: number,
): void {
  const what = `${dtype} avgPool [${inputShape}] ${JSON.stringify(geometry)} ${countIncludePad} ${divisor}`;
  withTwins((twin) => {
    const x = twin(dtype, inputShape, signedGenerator(5));
    const y = twin(dtype, outputShape, () => 7);
    avgPool(x.wasm, y.wasm, geometry, countIncludePad, divisor);
    reference.avgPool(x.reference, y.reference, geometry, countIncludePad, divisor);
    y.check(what, tolerance);

    const dy = twin(dtype, outputShape, signedGenerator(6));
    const dx = twin(dtype, inputShape, () => 7);
    avgPoolBackward(dy.wasm, dx.wasm, geometry, countIncludePad, divisor);
    reference.avgPoolBackward(dy.reference, dx.reference, geometry, countIncludePad, divisor);
    dx.check(`${what} backward`, tolerance);
  });
}

Deno.test("avgPool and its gradient match the definition for random geometries", () => {
  forEachFloat(64, (dtype, tolerance) => {
    for (const rank of [1, 2, 3]) {
      for (let seed = 0; seed < 40; seed++) {
        checkAvgPool(dtype, tolerance, randomCase(rank, seed, false), seed % 2 === 0, seed % 3 === 0 ? 5 : 0);
      }
    }
  });
});

// Values of torch.nn.functional.avg_pool1d([1, 2, 3, 4, 5, 6], 3, stride=2, padding=1, ceil_mode=True).
Deno.test("avgPool counts padding as PyTorch does", () => {
  const geometry = { kernel: [3], stride: [2], padding: [1], dilation: [1] };
  for (const [countIncludePad, expected] of [[true, [1, 3, 5, 3]], [false, [1.5, 3, 5, 6]]] as const) {
    withTwins((twin) => {
      const x = twin("float64", [1, 1, 6], (i) => i + 1);
      const y = twin("float64", [1, 1, 4], () => 7);
      avgPool(x.wasm, y.wasm, geometry, countIncludePad, 0);
      assertEquals([...y.result()], [...expected]);
    });
  }
});

Deno.test("pooling accepts empty arrays and clears the gradient of one that is not", () => {
  const geometry = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
  withTwins((twin) => {
    const empty = (dtype: DType): Twin => twin(dtype, [0, 3, 4, 4], () => 0);
    maxPool(empty("float32").wasm, empty("float32").wasm, empty("int32").wasm, geometry);
    maxPoolBackward(empty("float32").wasm, empty("int32").wasm, empty("float32").wasm);
    avgPool(empty("float32").wasm, empty("float32").wasm, geometry, true, 0);
    avgPoolBackward(empty("float32").wasm, empty("float32").wasm, geometry, true, 0);
    const dx = twin("float32", [1, 1, 2, 2], () => 7);
    const dy = twin("float32", [1, 1, 0, 0], () => 7);
    maxPoolBackward(dy.wasm, twin("int32", [1, 1, 0, 0], () => 0).wasm, dx.wasm);
    assert(dx.result().every((value) => value === 0));
  });
});
