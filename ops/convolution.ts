/**
 * Convolution over one to three spatial axes, and the transposed convolution.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { cast } from "./cast.ts";
import { conv, convInput, outputSizes, overChannels } from "./convolution_op.ts";
import { zeros } from "./creation.ts";
import type { ConvolutionOptions, ConvTransposeOptions } from "./functional_types.ts";
import { cat } from "./join.ts";
import { checkSameDType } from "./promote.ts";
import { reshape } from "./shape.ts";
import { perAxis } from "./spatial.ts";
import type { ConvolutionParams } from "./window_types.ts";

/** Checks operands, adds a batch axis to a single image, and runs `body` on the batch. */
function withBatchAxis(op: string, rank: number, input: Tensor, body: (x: Tensor) => Tensor): Tensor {
  if (input.ndim === rank + 2) return body(input);
  if (input.ndim !== rank + 1) {
    throw new ShapeError(
      `${op}: expected an input of ${rank + 1} (one image) or ${rank + 2} (batch) dimensions, got ${
        formatShape(input.shape)
      }`,
    );
  }
  const y = body(reshape(input, [1, ...input.shape]));
  return reshape(y, y.shape.slice(1));
}

/**
 * Runs `body` on floating-point operands, which must have one dtype. Integers go through doubles, which are exact below 2^53, and back.
 */
function onFloats(op: string, operands: readonly Tensor[], body: (operands: readonly Tensor[]) => Tensor): Tensor {
  checkSameDType(op, operands);
  const { dtype } = operands[0];
  if (isFloating(dtype)) return body(operands);
  if (dtype === "bool") throw new DTypeError(`${op}: expected numbers, got bool; convert with float() or int()`);
  return cast(body(operands.map((x) => cast(x, "float64"))), dtype);
}

/** Refuses a weight of another number of axes, and a kernel without elements. */
function checkWeight(op: string, rank: number, weight: Tensor): void {
  if (weight.ndim === rank + 2 && !weight.shape.includes(0, 2)) return;
  throw new ShapeError(
    `${op}: expected a weight of ${rank + 2} dimensions and a kernel with elements, got ${formatShape(weight.shape)}`,
  );
}

function checkGroups(op: string, groups: number, channels: number, side: string): void {
  if (Number.isInteger(groups) && groups > 0 && channels % groups === 0) return;
  throw new ArgumentError(`${op}: expected groups that divide ${channels} ${side} channels, got ${groups}`);
}

function checkBias(op: string, bias: Tensor | null, channels: number): void {
  if (bias === null || (bias.ndim === 1 && bias.shape[0] === channels)) return;
  throw new ShapeError(`${op}: expected a bias of shape [${channels}], got ${formatShape(bias.shape)}`);
}

function convolve(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvolutionOptions,
): Tensor {
  checkTensor(op, input);
  checkOptions(op, options, "stride");
  const { groups = 1 } = options;
  const stride = perAxis(op, "stride", options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, rank, 1);
  checkWeight(op, rank, weight);
  const kernel = weight.shape.slice(2);
  return onFloats(
    op,
    bias === null ? [input, weight] : [input, weight, bias],
    (operands) =>
      withBatchAxis(op, rank, operands[0], (x) => {
        const spatial = x.shape.slice(2);
        let source = x;
        let padding: number[];
        if (options.padding === "same") {
          if (stride.some((s) => s !== 1)) throw new ArgumentError(`${op}: expected stride 1 with padding "same"`);
          const whole = kernel.map((k, i) => dilation[i] * (k - 1));
          padding = whole.map((w) => Math.floor(w / 2));
          // An odd total leaves one zero more at the end of the axis.
          for (const [i, w] of whole.entries()) if (w % 2 === 1) source = padEnd(source, i + 2);
        } else padding = perAxis(op, "padding", options.padding === "valid" ? 0 : options.padding ?? 0, rank, 0);
        checkGroups(op, groups, weight.shape[0], "output");
        if (x.shape[1] !== weight.shape[1] * groups) {
          throw new ShapeError(
            `${op}: expected ${weight.shape[1] * groups} input channels (weight ${
              formatShape(weight.shape)
            }, groups ${groups}), ` +
              `got ${x.shape[1]} in axis 1 of ${formatShape(x.shape)}`,
          );
        }
        checkBias(op, bias, weight.shape[0]);
        const p: ConvolutionParams = { stride, padding, dilation, groups, kernel, input: source.shape.slice(2) };
        const sizes = outputSizes(p);
        if (sizes.some((n) => n < 1)) {
          throw new ShapeError(
            `${op}: expected a kernel no larger than the padded input, got kernel ${formatShape(kernel)} (dilation ${
              formatShape(dilation)
            }) on ${formatShape(spatial)} with padding ${formatShape(padding)}`,
          );
        }
        return conv(source, operands[1], p, operands[2] ?? null);
      }),
  );
}

/** `x` with zeros at the end of an axis. */
function padEnd(x: Tensor, axis: number, count: number = 1): Tensor {
  return cat([x, zeros(x.shape.map((n, i) => i === axis ? count : n), { dtype: x.dtype, device: x.device })], axis);
}

function convolveTransposed(
  op: string,
  rank: number,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  checkTensor(op, input);
  checkOptions(op, options, "stride");
  const { groups = 1 } = options;
  const stride = perAxis(op, "stride", options.stride ?? 1, rank, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, rank, 1);
  const padding = perAxis(op, "padding", options.padding ?? 0, rank, 0);
  const extra = perAxis(op, "outputPadding", options.outputPadding ?? 0, rank, 0);
  checkWeight(op, rank, weight);
  for (const [i, e] of extra.entries()) {
    if (e >= Math.max(stride[i], dilation[i])) {
      throw new ArgumentError(`${op}: expected outputPadding below stride or dilation, got ${formatShape(extra)}`);
    }
  }
  return onFloats(
    op,
    bias === null ? [input, weight] : [input, weight, bias],
    (operands) =>
      withBatchAxis(op, rank, operands[0], (x) => {
        checkGroups(op, groups, weight.shape[0], "input");
        if (x.shape[1] !== weight.shape[0]) {
          throw new ShapeError(
            `${op}: expected ${weight.shape[0]} input channels (weight ${formatShape(weight.shape)}), got ` +
              `${x.shape[1]} in axis 1 of ${formatShape(x.shape)}`,
          );
        }
        checkBias(op, bias, weight.shape[1] * groups);
        const kernel = weight.shape.slice(2);
        const size = x.shape.slice(2).map((n, i) =>
          (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + extra[i] + 1
        );
        if (size.some((n) => n < 1)) {
          throw new ShapeError(`${op}: expected a positive output size, got ${formatShape(size)}; use less padding`);
        }
        const p: ConvolutionParams = { stride, padding, dilation, groups, kernel, input: size };
        // The convolution that this transposes finds more places than x has where outputPadding holds whole strides.
        const places = extra.map((e, i) => Math.floor(e / stride[i]));
        const padded = places.reduce((whole, count, i) => count === 0 ? whole : padEnd(whole, i + 2, count), x);
        const y = convInput(padded, operands[1], p);
        return bias === null ? y : add(y, overChannels(operands[2], p));
      }),
  );
}

/** 1-d convolution of [N, C, L] with weight [O, C / groups, k] and bias [O]. */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv1d", 1, input, weight, bias, options);
}

/**
 * 2-d convolution of [N, C, H, W] with weight [O, C / groups, kh, kw] and bias [O].
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const out = nn.functional.conv2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]));
 * assertEquals(out.toArray(), [[[[4, 4], [4, 4]]]]);
 * ```
 *
 * @throws ShapeError for shapes that do not fit.
 * @throws ArgumentError for strides, padding or groups out of range.
 */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv2d", 2, input, weight, bias, options);
}

/** 3-d convolution of [N, C, D, H, W] with weight [O, C / groups, kd, kh, kw] and bias [O]. */
export function conv3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolve("conv3d", 3, input, weight, bias, options);
}

/** Transpose of {@linkcode conv1d}: [N, C, L] with weight [C, O / groups, k]. */
export function convTranspose1d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose1d", 1, input, weight, bias, options);
}

/** Transpose of {@linkcode conv2d}: [N, C, H, W] with weight [C, O / groups, kh, kw]. */
export function convTranspose2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose2d", 2, input, weight, bias, options);
}

/** Transpose of {@linkcode conv3d}: [N, C, D, H, W] with weight [C, O / groups, kd, kh, kw]. */
export function convTranspose3d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  return convolveTransposed("convTranspose3d", 3, input, weight, bias, options);
}
