/**
 * Pooling of the GPU against the definition: ties, NaN, windows that hang over, planes of several workgroups.
 *
 * @module
 */
import "../../mod.ts";
import "../../runtime/reference/mod.ts";
import type { PoolGeometry } from "../../runtime/backend.ts";
import { numelOf } from "../../tensor/shape.ts";
import { backendOf, type Device, empty, type Tensor } from "../../tensor/tensor.ts";
import { fromValues, generator } from "../ops/support.ts";
import { assertAgrees, gpuTest } from "./support.ts";

/** Sizes of a pooling; what is not said is that of no padding and no gaps. */
interface Case extends Partial<PoolGeometry> {
  readonly lead: readonly [images: number, channels: number];
  readonly plane: readonly number[];
  readonly kernel: readonly number[];
  /** Let the last window hang over the end. */
  readonly ceil?: boolean;
}

const CASES: readonly Case[] = [
  { lead: [2, 3], plane: [50], kernel: [3], stride: [2], padding: [1] },
  { lead: [1, 2], plane: [20], kernel: [4], stride: [3], padding: [2], dilation: [2] },
  { lead: [2, 70], plane: [12, 9], kernel: [2, 2], stride: [2, 2] },
  { lead: [2, 3], plane: [13, 14], kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceil: true },
  { lead: [1, 2], plane: [11, 12], kernel: [3, 2], stride: [1, 3], padding: [1, 0], dilation: [2, 3] },
  { lead: [1, 1], plane: [70, 80], kernel: [5, 5], stride: [1, 1], padding: [2, 2] },
  { lead: [1, 2], plane: [6, 7, 8], kernel: [3, 2, 3], stride: [2, 2, 1], padding: [1, 1, 1], ceil: true },
  { lead: [0, 2], plane: [6, 6], kernel: [2, 2], stride: [2, 2] },
];

interface Sizes {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly geometry: PoolGeometry;
}

function sizesOf({ lead, plane, kernel, ceil = false, ...given }: Case): Sizes {
  const ones = plane.map(() => 1);
  const geometry = { kernel, stride: ones, padding: plane.map(() => 0), dilation: ones, ...given };
  const places = plane.map((n, d) => {
    const { stride, padding, dilation } = geometry;
    const steps = (n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d];
    const places = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    // The last window begins inside the plane or in the padding before it.
    return (places - 1) * stride[d] >= n + padding[d] ? places - 1 : places;
  });
  return { x: [...lead, ...plane], y: [...lead, ...places], geometry };
}

/** Values with many ties, or with NaN and infinities among them. */
function valuesOf(shape: readonly number[], seed: number, isWild: boolean): Float32Array {
  const random = generator(seed);
  const special = [NaN, Infinity, -Infinity, -Infinity, 0, -0];
  return Float32Array.from({ length: numelOf(shape) }, () => {
    const value = Math.floor(7 * random()) - 3;
    return isWild && random() < 0.4 ? special[Math.floor(special.length * random())] : value;
  });
}

async function compare(of: (device: Device) => readonly Tensor[], tolerance: number, where: string): Promise<void> {
  const [actual, expected] = [of("webgpu"), of("reference")];
  for (const [k, out] of actual.entries()) await assertAgrees(out, expected[k], tolerance, `${where} output ${k}`);
}

for (const isWild of [false, true]) {
  gpuTest(`maximum pooling of values with ${isWild ? "NaN and infinities" : "ties"}, and back`, async () => {
    for (const [i, c] of CASES.entries()) {
      const { x: shape, y: places, geometry } = sizesOf(c);
      await compare(
        (device) => {
          const backend = backendOf(device);
          const x = fromValues(valuesOf(shape, i + 1, isWild), shape, "float32", device);
          const y = empty(backend, places, "float32");
          const indices = empty(backend, places, "int32");
          backend.maxPool(x, y, indices, geometry);
          const dy = fromValues(valuesOf(places, i + 50, false), places, "float32", device);
          const dx = fromValues(valuesOf(shape, i + 90, false), shape, "float32", device);
          backend.maxPoolBackward(dy, indices, dx);
          return [y, indices, dx];
        },
        0,
        JSON.stringify(c),
      );
    }
  });
}

gpuTest("the gradient of more windows than a loop of an adapter on the CPU may have turns", async () => {
  const shape = [1, 1, 260, 260];
  const gradient = (device: Device): Tensor => {
    const backend = backendOf(device);
    const dx = empty(backend, shape, "float32");
    const windows = Int32Array.from({ length: 260 * 260 }, (_, i) => i - i % 3);
    const indices = fromValues(windows, shape, "int32", device);
    backend.maxPoolBackward(fromValues(valuesOf(shape, 1, false), shape, "float32", device), indices, dx);
    return dx;
  };
  await assertAgrees(gradient("webgpu"), gradient("cpu"), 0, "67600 windows");
});

gpuTest("average pooling, and back", async () => {
  for (const [i, c] of CASES.entries()) {
    const { x: shape, y: places, geometry } = sizesOf(c);
    for (const [countIncludePad, divisor] of [[true, 0], [false, 0], [true, 3], [false, 2.5]] as const) {
      // Sums of small integers are exact; what is rounded is the quotient, and in dx the sum of a few of them.
      await compare(
        (device) => {
          const backend = backendOf(device);
          const x = fromValues(valuesOf(shape, i + 1, false), shape, "float32", device);
          const y = empty(backend, places, "float32");
          backend.avgPool(x, y, geometry, countIncludePad, divisor);
          const dy = fromValues(valuesOf(places, i + 50, false), places, "float32", device);
          const dx = empty(backend, shape, "float32");
          backend.avgPoolBackward(dy, dx, geometry, countIncludePad, divisor);
          return [y, dx];
        },
        1e-6,
        `${JSON.stringify(c)} ${countIncludePad} ${divisor}`,
      );
    }
  }
});
