/**
 * Convolutions of the GPU and their two transposes against the definition.
 *
 * The elements are small integers, so that float32 sums are exact in any order and the results must be equal.
 *
 * @module
 */
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import type { ConvolutionGeometry } from "../../runtime/backend.ts";
import { numelOf } from "../../tensor/shape.ts";
import { backendOf, type Device, Tensor } from "../../tensor/tensor.ts";
import { fromValues, generator } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** Sizes of a convolution; geometry that is not said is that of no padding and steps of 1. */
interface Case extends Partial<ConvolutionGeometry> {
  readonly images: number;
  readonly channels: number;
  readonly outputs: number;
  readonly plane: readonly number[];
  readonly kernel: readonly number[];
  /** Added to the sizes that no window covers: those of a transposed convolution with output padding. */
  readonly offset?: number;
}

/** The three maps and the forward one without a bias on a device. */
function results(device: Device, seed: number, c: Case): Record<string, Tensor> {
  const random = generator(seed);
  const { images, channels, outputs, plane, kernel, groups = 1, offset = 0 } = c;
  const ones = plane.map(() => 1);
  const { stride = ones, padding = plane.map(() => 0), dilation = ones } = c;
  const geometry = { stride, padding, dilation, groups };
  const tensor = (shape: readonly number[]): Tensor => {
    const numel = numelOf(shape);
    const values = Float32Array.from({ length: offset + numel + 1 }, () => Math.floor(9 * random()) - 4);
    const { storage } = fromValues(values, [values.length], "float32", device);
    return new Tensor(storage, "float32", shape, shape.map((_, d) => numelOf(shape.slice(d + 1))), offset, numel);
  };
  const places = plane.map((n, d) =>
    Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1
  );
  const [xShape, weightShape, yShape] = [
    [images, channels, ...plane],
    [outputs, channels / groups, ...kernel],
    [images, outputs, ...places],
  ];
  const [x, weight, bias, dy] = [tensor(xShape), tensor(weightShape), tensor([outputs]), tensor(yShape)];
  const out = { y: tensor(yShape), plain: tensor(yShape), dx: tensor(xShape), dweight: tensor(weightShape) };
  const backend = backendOf(device);
  backend.convolution(x, weight, bias, out.y, geometry);
  backend.convolution(x, weight, null, out.plain, geometry);
  backend.convolutionInput(dy, weight, out.dx, geometry);
  backend.convolutionWeight(x, dy, out.dweight, geometry);
  return out;
}

function convolutionTest(name: string, cases: readonly Case[]): void {
  gpuTest(`convolution and its transposes: ${name}`, async () => {
    for (const [i, c] of cases.entries()) {
      const actual = results("webgpu", i + 1, c);
      const expected = results("reference", i + 1, c);
      for (const key of Object.keys(actual)) {
        await assertAgrees(actual[key], expected[key], 0, `${key} ${JSON.stringify(c)}`);
      }
    }
  });
}

convolutionTest("one axis", [
  { images: 2, channels: 3, outputs: 5, plane: [40], kernel: [5] },
  { images: 3, channels: 4, outputs: 6, plane: [33], kernel: [4], stride: [3], padding: [2], dilation: [2], groups: 2 },
]);

convolutionTest("two axes, several tiles", [
  { images: 2, channels: 8, outputs: 36, plane: [16, 16], kernel: [3, 3], padding: [1, 1] },
  { images: 1, channels: 20, outputs: 70, plane: [11, 9], kernel: [2, 3], padding: [1, 0], offset: 3 },
  { images: 3, channels: 6, outputs: 8, plane: [13, 14], kernel: [3, 2], stride: [2, 1], padding: [1, 1] },
]);

convolutionTest("strides, with taps that no input meets and inputs that no window covers", [
  { images: 2, channels: 6, outputs: 7, plane: [15, 16], kernel: [3, 4], stride: [2, 2], padding: [1, 2] },
  { images: 1, channels: 5, outputs: 6, plane: [12, 13], kernel: [2, 1], stride: [3, 4] },
  { images: 2, channels: 5, outputs: 6, plane: [14, 17], kernel: [3, 3], stride: [2, 3], dilation: [2, 2] },
  {
    images: 1,
    channels: 5,
    outputs: 6,
    plane: [3, 16],
    kernel: [3, 4],
    stride: [5, 4],
    dilation: [1, 3],
    padding: [1, 2],
  },
]);

convolutionTest("kernels of one element", [
  { images: 2, channels: 16, outputs: 12, plane: [8, 8], kernel: [1, 1] },
  { images: 2, channels: 7, outputs: 9, plane: [7, 7], kernel: [1, 1], stride: [2, 2], groups: 1 },
]);

convolutionTest("groups and depthwise", [
  { images: 2, channels: 12, outputs: 24, plane: [10, 10], kernel: [3, 3], padding: [1, 1], groups: 2 },
  { images: 2, channels: 16, outputs: 16, plane: [20, 12], kernel: [3, 3], padding: [1, 1], groups: 16 },
  { images: 2, channels: 6, outputs: 12, plane: [9, 12], kernel: [5, 3], stride: [2, 2], padding: [2, 1], groups: 6 },
]);

convolutionTest("three axes", [
  { images: 2, channels: 3, outputs: 6, plane: [6, 7, 8], kernel: [3, 3, 3], padding: [1, 1, 1] },
  {
    images: 1,
    channels: 4,
    outputs: 6,
    plane: [5, 6, 7],
    kernel: [2, 3, 2],
    stride: [2, 1, 2],
    padding: [1, 0, 1],
    dilation: [1, 2, 1],
    groups: 2,
  },
]);

convolutionTest("long sums and no images", [
  { images: 12, channels: 3, outputs: 6, plane: [16, 16], kernel: [3, 3], padding: [1, 1] },
  { images: 0, channels: 3, outputs: 6, plane: [6, 6], kernel: [3, 3] },
]);
