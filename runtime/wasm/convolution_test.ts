import { assertEquals } from "@std/assert";
import type { ConvolutionGeometry } from "../backend.ts";
import type { DType } from "../dtype.ts";
import * as reference from "../reference/convolution.ts";
import { setNumThreads, threads } from "../threads.ts";
import { convolution, convolutionInput, convolutionWeight } from "./convolution.ts";
import { type Twin, uniformGenerator, withTwins } from "./twin_testing.ts";

/** A convolution of `samples` images with `channels` to `outputs` channels. */
interface Case {
  readonly samples: number;
  readonly channels: number;
  readonly outputs: number;
  readonly sizes: readonly number[];
  readonly kernel: readonly number[];
  readonly geometry: ConvolutionGeometry;
}

function product(values: readonly number[]): number {
  return values.reduce((result, value) => result * value, 1);
}

/** Output sizes by PyTorch's formula. */
function outputSizes({ sizes, kernel, geometry: { stride, padding, dilation } }: Case): number[] {
  return sizes.map((size, d) =>
    Math.floor((size + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1
  );
}

/** A case with the same geometry along every axis; null where the kernel does not fit into the padded image. */
function uniformCase(
  rank: number,
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  groups: number,
): Case | null {
  const all = (value: number) => new Array<number>(rank).fill(value);
  const result: Case = {
    samples: 2,
    channels: 2 * groups,
    outputs: 3 * groups,
    sizes: all(size),
    kernel: all(kernel),
    geometry: { stride: all(stride), padding: all(padding), dilation: all(dilation), groups },
  };
  return outputSizes(result).every((length) => length > 0) ? result : null;
}

/** The arrays of a case. */
interface Operands {
  readonly x: Twin;
  readonly weight: Twin;
  readonly bias: Twin;
  readonly y: Twin;
  readonly dy: Twin;
  readonly dx: Twin;
  readonly dweight: Twin;
}

/** Calls `body` with random operands of a case, results included. */
function withOperands(c: Case, dtype: DType, body: (operands: Operands) => void): void {
  const xShape = [c.samples, c.channels, ...c.sizes];
  const weightShape = [c.outputs, c.channels / c.geometry.groups, ...c.kernel];
  const yShape = [c.samples, c.outputs, ...outputSizes(c)];
  const uniform = uniformGenerator(product(xShape) + product(weightShape));
  withTwins((twin) => {
    const random = (shape: readonly number[]) => twin(dtype, shape, () => 2 * uniform() - 1);
    body({
      x: random(xShape),
      weight: random(weightShape),
      bias: random([c.outputs]),
      y: random(yShape),
      dy: random(yShape),
      dx: random(xShape),
      dweight: random(weightShape),
    });
  });
}

/** Runs all three kernels on both backends and compares. */
function check(c: Case, dtype: DType): void {
  const { geometry } = c;
  const what = `${dtype} ${JSON.stringify(c)}`;
  const epsilon = dtype === "float32" ? 2 ** -24 : 2 ** -53;
  // Every term is at most 1 in absolute value, so any order of summation of `terms` is off by no more than this.
  const within = (terms: number) => ({ absolute: (terms + 2) ** 2 * epsilon, relative: 0 });
  withOperands(c, dtype, ({ x, weight, bias, y, dy, dx, dweight }) => {
    const taps = product(weight.shape.slice(1));
    for (const withBias of [false, true]) {
      convolution(x.wasm, weight.wasm, withBias ? bias.wasm : null, y.wasm, geometry);
      reference.convolution(x.reference, weight.reference, withBias ? bias.reference : null, y.reference, geometry);
      y.check(`convolution ${what}`, within(taps + 1));
    }
    convolutionInput(dy.wasm, weight.wasm, dx.wasm, geometry);
    reference.convolutionInput(dy.reference, weight.reference, dx.reference, geometry);
    dx.check(`convolutionInput ${what}`, within(product(weight.shape) / weight.shape[1]));

    convolutionWeight(x.wasm, dy.wasm, dweight.wasm, geometry);
    reference.convolutionWeight(x.reference, dy.reference, dweight.reference, geometry);
    dweight.check(`convolutionWeight ${what}`, within(dy.wasm.numel / c.outputs));
  });
}

for (const rank of [1, 2, 3]) {
  Deno.test(`convolution: every combination of geometry, rank ${rank}`, () => {
    const sizes = rank === 1 ? [1, 2, 5, 8, 9, 17, 33] : rank === 2 ? [1, 4, 7, 10] : [3, 5];
    for (const size of sizes) {
      for (const kernel of rank === 3 ? [1, 2, 3] : [1, 2, 3, 5]) {
        for (const stride of [1, 2, 3]) {
          for (const padding of rank === 3 ? [0, 1] : [0, 1, 3]) {
            for (const dilation of [1, 2, 3]) {
              for (const groups of rank === 1 ? [1, 2] : [(size + kernel + stride) % 2 + 1]) {
                const c = uniformCase(rank, size, kernel, stride, padding, dilation, groups);
                if (c !== null) check(c, (stride + dilation) % 2 === 0 ? "float32" : "float64");
              }
            }
          }
        }
      }
    }
  });
}

/** All pairs of the values. */
function pairs(values: readonly number[]): number[][] {
  return values.flatMap((a) => values.map((b) => [a, b]));
}

Deno.test("convolution: sizes, kernels and strides that differ between the axes, axes of one element among them", () => {
  const dilation = [1, 1, 1];
  for (const sizes of pairs([1, 2, 5])) {
    for (const kernel of pairs([1, 2])) {
      for (const stride of pairs([1, 2, 4])) {
        for (const padding of pairs([0, 1])) {
          for (const front of [0, 1]) {
            // In front of the pair an axis of three planes, or none.
            const three = (value: number, pair: readonly number[]) => front === 1 ? [value, ...pair] : [...pair];
            const c: Case = {
              samples: 1,
              channels: 2,
              outputs: 2,
              sizes: three(3, sizes),
              kernel: three(1, kernel),
              geometry: {
                stride: three(1, stride),
                padding: three(0, padding),
                dilation: dilation.slice(1 - front),
                groups: 1,
              },
            };
            const fits = outputSizes(c).every((length) => length > 0);
            if (fits) check(c, stride[0] === stride[1] ? "float64" : "float32");
          }
        }
      }
    }
  }
});

/** Shapes of networks, other sizes along each axis, and sizes beyond a block of the matrix product. */
const SHAPES: readonly Case[] = [
  {
    samples: 3,
    channels: 1,
    outputs: 6,
    sizes: [28, 28],
    kernel: [5, 5],
    geometry: { stride: [1, 1], padding: [2, 2], dilation: [1, 1], groups: 1 },
  },
  {
    samples: 9,
    channels: 6,
    outputs: 16,
    sizes: [14, 14],
    kernel: [5, 5],
    geometry: { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
  },
  {
    samples: 1,
    channels: 40,
    outputs: 13,
    sizes: [9, 6],
    kernel: [3, 3],
    geometry: { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 1 },
  },
  {
    samples: 2,
    channels: 8,
    outputs: 8,
    sizes: [13, 11],
    kernel: [3, 2],
    geometry: { stride: [1, 3], padding: [1, 0], dilation: [2, 1], groups: 8 },
  },
  {
    samples: 3,
    channels: 6,
    outputs: 6,
    sizes: [19, 21],
    kernel: [3, 3],
    geometry: { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 6 },
  },
  {
    samples: 2,
    channels: 10,
    outputs: 2,
    sizes: [40],
    kernel: [7],
    geometry: { stride: [1], padding: [3], dilation: [1], groups: 2 },
  },
  {
    samples: 2,
    channels: 4,
    outputs: 8,
    sizes: [20],
    kernel: [4],
    geometry: { stride: [4], padding: [6], dilation: [2], groups: 4 },
  },
  {
    samples: 1,
    channels: 2,
    outputs: 250,
    sizes: [1100],
    kernel: [3],
    geometry: { stride: [1], padding: [1], dilation: [1], groups: 1 },
  },
  {
    samples: 1,
    channels: 2,
    outputs: 3,
    sizes: [5, 4, 9],
    kernel: [2, 3, 1],
    geometry: { stride: [1, 2, 3], padding: [0, 1, 2], dilation: [3, 1, 1], groups: 1 },
  },
  // Larger than what is lowered at a time.
  {
    samples: 1,
    channels: 10,
    outputs: 2,
    sizes: [53, 59],
    kernel: [3, 5],
    geometry: { stride: [1, 1], padding: [2, 1], dilation: [1, 1], groups: 1 },
  },
  {
    samples: 1,
    channels: 20,
    outputs: 2,
    sizes: [97, 52],
    kernel: [3, 4],
    geometry: { stride: [2, 1], padding: [3, 0], dilation: [3, 1], groups: 1 },
  },
  {
    samples: 1,
    channels: 50,
    outputs: 2,
    sizes: [2800],
    kernel: [3],
    geometry: { stride: [1], padding: [1], dilation: [1], groups: 1 },
  },
];

Deno.test("convolution: shapes of networks and beyond a block", () => {
  for (const c of SHAPES) {
    check(c, "float32");
    check(c, "float64");
  }
});

Deno.test("convolution: the same bits on any number of threads", () => {
  const before = threads();
  const pointwise: Case = { ...SHAPES[0], samples: 8, channels: 24, outputs: 40, kernel: [1, 1] };
  const large: readonly Case[] = [
    { ...SHAPES[0], samples: 64 },
    { ...SHAPES[0], samples: 1, channels: 12, outputs: 24 },
    { ...SHAPES[1], samples: 24 },
    { ...SHAPES[0], samples: 6, channels: 36, outputs: 36, geometry: { ...SHAPES[0].geometry, groups: 6 } },
    { ...SHAPES[4], samples: 90 },
    { ...SHAPES[4], samples: 1, channels: 100, outputs: 1, geometry: { ...SHAPES[4].geometry, groups: 1 } },
    { ...pointwise, geometry: { ...SHAPES[0].geometry, padding: [0, 0] } },
    { ...SHAPES[0], samples: 3, channels: 14, outputs: 14, geometry: { ...SHAPES[0].geometry, stride: [2, 2] } },
  ];
  try {
    for (const c of large) {
      withOperands(c, "float32", ({ x, weight, bias, y, dy, dx, dweight }) => {
        const results = () => {
          convolution(x.wasm, weight.wasm, bias.wasm, y.wasm, c.geometry);
          convolutionInput(dy.wasm, weight.wasm, dx.wasm, c.geometry);
          convolutionWeight(x.wasm, dy.wasm, dweight.wasm, c.geometry);
          return [y.resultBytes(), dx.resultBytes(), dweight.resultBytes()];
        };
        setNumThreads(1);
        const alone = results();
        for (const count of [2, 3, 4, 7]) {
          setNumThreads(count);
          const together = results();
          const same = alone.map((bytes, i) => bytes.every((byte, j) => byte === together[i][j]));
          assertEquals(same, [true, true, true], `${count} threads: ${JSON.stringify(c)}`);
        }
      });
    }
  } finally {
    setNumThreads(before);
  }
});

Deno.test("convolution: no samples, and no channels", () => {
  check({ ...SHAPES[0], samples: 0 }, "float32");
  check({ ...SHAPES[0], channels: 0 }, "float32");
});
