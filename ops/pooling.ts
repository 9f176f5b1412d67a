/**
 * Pooling over one to three spatial axes.
 *
 * @module
 */
import { apply, applyMany } from "../tensor/apply.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { linear } from "./families.ts";
import type {
  AvgPoolOptions,
  MaxPoolOptions,
  MaxPoolResult,
  PlainMaxPoolOptions,
  PoolOptions,
} from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { rowMajor } from "./layout.ts";
import { expand, reshape } from "./shape.ts";
import { perAxis, type Spatial } from "./spatial.ts";
import { defineOp } from "./table.ts";
import type { AveragePoolParams, PoolParams } from "./window_types.ts";

const withSpatial = (x: Tensor, spatial: Shape): number[] => [x.shape[0], x.shape[1], ...spatial];

/** [B, N, ...] to [B N, ...] and back around `body`: samples are images. */
function folded(x: Tensor, body: (x: Tensor) => Tensor): Tensor {
  const y = body(reshape(x, [x.shape[0] * x.shape[1], ...x.shape.slice(2)]));
  return reshape(y, [x.shape[0], x.shape[1], ...y.shape.slice(1)]);
}

const SAMPLES: PoolParams[] = [
  { input: [6], output: [3], kernel: [2], stride: [2], padding: [0], dilation: [1] },
  { input: [5, 4], output: [3, 3], kernel: [3, 2], stride: [2, 2], padding: [1, 1], dilation: [1, 1] },
  {
    input: [3, 3, 3],
    output: [2, 2, 2],
    kernel: [2, 2, 2],
    stride: [1, 1, 1],
    padding: [0, 0, 0],
    dilation: [1, 1, 1],
  },
];

const maxPoolOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "maxPool",
  gradName: "MaxPoolWithIndices",
  kind: "kernel",
  shape: ([x], p) => [
    { shape: withSpatial(x, p.output), dtype: x.dtype },
    { shape: withSpatial(x, p.output), dtype: "int32" },
  ],
  run: (backend, [x], [y, indices], p) => backend.maxPool(rowMajor(backend, x), y, indices, p),
  rules: "full",
  saves: { inputs: [], outputs: [1] },
  vjp: (c, [g]) => [apply(maxPoolBackwardOp, [g!, c.output(1)], c.params)],
  jvp: (c, [t]) => [pick(t!, c.output(1)), null],
  batch: (size, _batched, [x], p) => {
    const [y, indices] = applyMany(maxPoolOp, [reshape(x, [size * x.shape[1], ...x.shape.slice(2)])], p);
    const shape = [size, x.shape[1], ...y.shape.slice(1)];
    return [reshape(y, shape), reshape(indices, shape)];
  },
  samples: () => SAMPLES.map((params) => ({ inputs: [{ shape: [2, 2, ...params.input] }], params })),
});

/** Sends each window's gradient to the element that won it. */
const maxPoolBackwardOp: Op<PoolParams> = defineOp<PoolParams>({
  name: "maxPoolBackward",
  gradName: "MaxPoolBackward",
  kind: "kernel",
  shape: ([g], p) => ({ shape: withSpatial(g, p.input), dtype: g.dtype }),
  run: (backend, [g, indices], [dx]) => backend.maxPoolBackward(rowMajor(backend, g), rowMajor(backend, indices), dx),
  rules: "full",
  saves: { inputs: [1], outputs: [] },
  vjp: (c, [g]) => [pick(g!, c.input(1)), null],
  jvp: (c, [t]) => [apply(maxPoolBackwardOp, [t!, c.input(1)], c.params)],
  batch: (size, batched, [g, indices], p) => {
    const both = [g, indices].map((x, i) => {
      const whole = batched[i] ? x : expand(x, [size, ...x.shape]);
      return reshape(whole, [size * whole.shape[1], ...whole.shape.slice(2)]);
    });
    const dx = apply(maxPoolBackwardOp, both, p);
    return reshape(dx, [size, g.shape[batched[0] ? 1 : 0], ...dx.shape.slice(1)]);
  },
  samples: () =>
    SAMPLES.map((params) => {
      const shape = [2, 2, ...params.output];
      return { inputs: [{ shape }, { shape, dtype: "int32", low: 0, high: numelOf(params.input) }], params };
    }),
});

/** The elements of each spatial plane of `x` at flat `indices`. */
function pick(x: Tensor, indices: Tensor): Tensor {
  const planes = indices.shape.slice(0, 2);
  const picked = gather(
    reshape(x, [...planes, numelOf(x.shape.slice(2))]),
    2,
    reshape(indices, [...planes, numelOf(indices.shape.slice(2))]),
  );
  return reshape(picked, indices.shape);
}

const averageSamples = (): AveragePoolParams[] =>
  SAMPLES.map((p, i) => ({ ...p, countIncludePad: i !== 1, divisor: i === 2 ? 3 : 0 }));

const avgPoolOp: Op<AveragePoolParams> = linear<AveragePoolParams>({
  forward: {
    name: "avgPool",
    gradName: "AvgPool",
    kind: "kernel",
    shape: ([x], p) => ({ shape: withSpatial(x, p.output), dtype: x.dtype }),
    run: (backend, [x], [y], p) => backend.avgPool(rowMajor(backend, x), y, p, p.countIncludePad, p.divisor),
    samples: () => averageSamples().map((params) => ({ inputs: [{ shape: [2, 2, ...params.input] }], params })),
  },
  transpose: (g, c) => apply(avgPoolBackwardOp, [g], c.params),
  batch: (x, p) => folded(x, (whole) => apply(avgPoolOp, [whole], p)),
});

const avgPoolBackwardOp: Op<AveragePoolParams> = linear<AveragePoolParams>({
  forward: {
    name: "avgPoolBackward",
    gradName: "AvgPoolBackward",
    kind: "kernel",
    shape: ([g], p) => ({ shape: withSpatial(g, p.input), dtype: g.dtype }),
    run: (backend, [g], [dx], p) => backend.avgPoolBackward(rowMajor(backend, g), dx, p, p.countIncludePad, p.divisor),
    samples: () => averageSamples().map((params) => ({ inputs: [{ shape: [2, 2, ...params.output] }], params })),
  },
  transpose: (g, c) => apply(avgPoolOp, [g], c.params),
  batch: (g, p) => folded(g, (whole) => apply(avgPoolBackwardOp, [whole], p)),
});

/** An empty list of steps means the default, as in PyTorch. */
function isGiven(stride: Spatial | null | undefined): stride is Spatial {
  return stride !== null && stride !== undefined && (typeof stride === "number" || stride.length > 0);
}

/** Checks an input and its window, and gives the geometry. */
function geometryOf(
  op: string,
  x: Tensor,
  kernelSize: Spatial,
  options: PoolOptions & { dilation?: Spatial },
): PoolParams {
  checkOptions(op, options, "stride");
  const rank = x.ndim - 2;
  const kernel = perAxis(op, "kernelSize", kernelSize, rank, 1);
  const stride = perAxis(op, "stride", isGiven(options.stride) ? options.stride : kernel, rank, 1);
  const padding = perAxis(op, "padding", options.padding ?? 0, rank, 0);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, rank, 1);
  if (padding.some((p, i) => p > kernel[i] / 2)) {
    throw new ArgumentError(
      `${op}: expected padding of at most half the kernel, got ${formatShape(padding)} for kernel ${
        formatShape(kernel)
      }`,
    );
  }
  const input = x.shape.slice(2);
  const output = input.map((n, i) => {
    const room = n + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    if (!options.ceilMode) return Math.floor(room / stride[i]) + 1;
    const size = Math.ceil(room / stride[i]) + 1;
    // The last window must begin inside the input or its left padding.
    return (size - 1) * stride[i] >= n + padding[i] ? size - 1 : size;
  });
  if (output.some((n) => n < 1)) {
    throw new ShapeError(
      `${op}: expected a window no larger than the padded input, got kernel ${formatShape(kernel)} on ${
        formatShape(input)
      }`,
    );
  }
  return { input, output, kernel, stride, padding, dilation };
}

/** Runs `body` on [N, C, ...]; a single image gets a batch axis for the time being. */
function onImages<T extends Tensor | readonly Tensor[]>(
  op: string,
  rank: number,
  input: Tensor,
  body: (x: Tensor) => T,
): T {
  if (!isFloating(input.dtype)) {
    throw new DTypeError(`${op}: expected a floating-point input, got ${input.dtype}; convert it with float()`);
  }
  if (input.ndim === rank + 2) return body(input);
  if (input.ndim !== rank + 1) {
    throw new ShapeError(
      `${op}: expected an input of ${rank + 1} or ${rank + 2} dimensions, got ${formatShape(input.shape)}`,
    );
  }
  const result = body(reshape(input, [1, ...input.shape]));
  const squeeze = (y: Tensor): Tensor => reshape(y, y.shape.slice(1));
  // The structure is the same on both sides: one tensor or a list of them.
  return (Array.isArray(result) ? result.map(squeeze) : squeeze(result as Tensor)) as T;
}

/** Largest element of each window, and its flat index in the spatial plane. */
function maxPool(op: string, rank: number, input: Tensor, kernel: Spatial, options: MaxPoolOptions): readonly Tensor[] {
  return onImages(op, rank, input, (x) => applyMany(maxPoolOp, [x], geometryOf(op, x, kernel, options)));
}

function avgPool(op: string, rank: number, input: Tensor, kernel: Spatial, options: AvgPoolOptions): Tensor {
  const { countIncludePad = true, divisorOverride = null } = options;
  if (input.dtype === "int32" || input.dtype === "uint8") {
    // Doubles are exact for these, and the cast back truncates as integer division does.
    return cast(avgPool(op, rank, cast(input, "float64"), kernel, options), input.dtype);
  }
  // Kernels take the divisor as a 32-bit integer.
  if (divisorOverride === 0 || divisorOverride !== null && divisorOverride !== (divisorOverride | 0)) {
    throw new ArgumentError(`${op}: expected divisorOverride as a 32-bit integer other than 0, got ${divisorOverride}`);
  }
  return onImages(
    op,
    rank,
    input,
    (x) =>
      apply(avgPoolOp, [x], { ...geometryOf(op, x, kernel, options), countIncludePad, divisor: divisorOverride ?? 0 }),
  );
}

function maxPoolResult(
  op: string,
  rank: number,
  input: Tensor,
  kernel: Spatial,
  options: MaxPoolOptions,
): Tensor | MaxPoolResult {
  const [values, indices] = maxPool(op, rank, input, kernel, options);
  if (options.returnIndices) return { values, indices };
  indices.dispose();
  return values;
}

/** Largest element of each window of [N, C, L] and its position (int32) in its plane. */
export function maxPool1d(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions & { returnIndices: true },
): MaxPoolResult;
/** Largest element of each window of [N, C, L]. */
export function maxPool1d(input: Tensor, kernelSize: Spatial, options?: PlainMaxPoolOptions): Tensor;
/** Largest element of each window of [N, C, L]; with its position if `returnIndices` is set. */
export function maxPool1d(input: Tensor, kernelSize: Spatial, options?: MaxPoolOptions): Tensor | MaxPoolResult;
export function maxPool1d(input: Tensor, kernelSize: Spatial, options: MaxPoolOptions = {}): Tensor | MaxPoolResult {
  return maxPoolResult("maxPool1d", 1, input, kernelSize, options);
}

/** Largest element of each window of [N, C, H, W] and its position (int32) in its plane. */
export function maxPool2d(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions & { returnIndices: true },
): MaxPoolResult;
/** Largest element of each window of [N, C, H, W]. */
export function maxPool2d(input: Tensor, kernelSize: Spatial, options?: PlainMaxPoolOptions): Tensor;
/** Largest element of each window of [N, C, H, W]; with its position if `returnIndices` is set. */
export function maxPool2d(input: Tensor, kernelSize: Spatial, options?: MaxPoolOptions): Tensor | MaxPoolResult;
export function maxPool2d(input: Tensor, kernelSize: Spatial, options: MaxPoolOptions = {}): Tensor | MaxPoolResult {
  return maxPoolResult("maxPool2d", 2, input, kernelSize, options);
}

/** Largest element of each window of [N, C, D, H, W] and its position (int32) in its plane. */
export function maxPool3d(
  input: Tensor,
  kernelSize: Spatial,
  options: MaxPoolOptions & { returnIndices: true },
): MaxPoolResult;
/** Largest element of each window of [N, C, D, H, W]. */
export function maxPool3d(input: Tensor, kernelSize: Spatial, options?: PlainMaxPoolOptions): Tensor;
/** Largest element of each window of [N, C, D, H, W]; with its position if `returnIndices` is set. */
export function maxPool3d(input: Tensor, kernelSize: Spatial, options?: MaxPoolOptions): Tensor | MaxPoolResult;
export function maxPool3d(input: Tensor, kernelSize: Spatial, options: MaxPoolOptions = {}): Tensor | MaxPoolResult {
  return maxPoolResult("maxPool3d", 3, input, kernelSize, options);
}

/** Average of each window of [N, C, L]. */
export function avgPool1d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool1d", 1, input, kernelSize, options);
}

/** Average of each window of [N, C, H, W]. */
export function avgPool2d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool2d", 2, input, kernelSize, options);
}

/** Average of each window of [N, C, D, H, W]. */
export function avgPool3d(input: Tensor, kernelSize: Spatial, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool3d", 3, input, kernelSize, options);
}
