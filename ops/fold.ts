/**
 * Sliding blocks of images as columns, and back.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import type { FoldOptions } from "./functional_types.ts";
import { indexAdd, indexSelect } from "./index_select.ts";
import { pad } from "./pad.ts";
import { scoped } from "./scoped.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { perAxis, type Spatial } from "./spatial.ts";
import { fromTyped } from "./tensor_data.ts";
import type { Blocks } from "./window_types.ts";

function blocksOf(op: string, size: Shape, kernelSize: Spatial, options: FoldOptions): Blocks {
  const kernel = perAxis(op, "kernelSize", kernelSize, 2, 1);
  const dilation = perAxis(op, "dilation", options.dilation ?? 1, 2, 1);
  const padding = perAxis(op, "padding", options.padding ?? 0, 2, 0);
  const stride = perAxis(op, "stride", options.stride ?? 1, 2, 1);
  const padded = size.map((n, i) => n + 2 * padding[i]);
  const steps = padded.map((n, i) => Math.floor((n - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1);
  if (steps.some((n) => n < 1)) {
    throw new ShapeError(
      `${op}: expected a kernel no larger than the padded image, got kernel ${formatShape(kernel)} on ${
        formatShape(padded)
      }`,
    );
  }
  const [elements, count] = [numelOf(kernel), numelOf(steps)];
  const positions = new Int32Array(elements * count);
  for (let k = 0; k < elements; k++) {
    const [ky, kx] = [Math.floor(k / kernel[1]) * dilation[0], (k % kernel[1]) * dilation[1]];
    for (let l = 0; l < count; l++) {
      const [y, x] = [Math.floor(l / steps[1]) * stride[0], (l % steps[1]) * stride[1]];
      positions[k * count + l] = (y + ky) * padded[1] + x + kx;
    }
  }
  return { padded, padding, elements, count, positions };
}

/**
 * The blocks that a kernel sees, as columns.
 *
 * @param input [N, C, H, W] or [C, H, W].
 * @returns [N, C kernel elements, blocks] or without N.
 */
export function unfold(input: Tensor, kernelSize: Spatial, options: FoldOptions = {}): Tensor {
  if (input.ndim !== 3 && input.ndim !== 4) {
    throw new ShapeError(`unfold: expected an image [N, C, H, W] or [C, H, W], got ${formatShape(input.shape)}`);
  }
  const lead = input.shape.slice(0, -2);
  const { padded, padding, elements, count, positions } = blocksOf(
    "unfold",
    input.shape.slice(-2),
    kernelSize,
    options,
  );
  return scoped(() => {
    const image = padding.every((p) => p === 0) ? input : pad(input, [padding[1], padding[1], padding[0], padding[0]]);
    const index = fromTyped(positions, [positions.length], "int32", { device: input.device });
    const columns = indexSelect(reshape(image, [...lead, numelOf(padded)]), lead.length, index);
    return reshape(columns, [...lead.slice(0, -1), lead[lead.length - 1] * elements, count]);
  });
}

/**
 * The sum of blocks put back in place: the transpose of {@linkcode unfold}.
 *
 * @param input [N, C kernel elements, blocks] or without N.
 * @param outputSize Height and width of the image.
 * @returns [N, C, H, W] or [C, H, W].
 */
export function fold(
  input: Tensor,
  outputSize: Spatial,
  kernelSize: Spatial,
  options: FoldOptions = {},
): Tensor {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new ShapeError(`fold: expected columns [N, C k, L] or [C k, L], got ${formatShape(input.shape)}`);
  }
  const size = perAxis("fold", "outputSize", outputSize, 2, 1);
  const { padded, padding, elements, count, positions } = blocksOf("fold", size, kernelSize, options);
  const [rows, blocks] = input.shape.slice(-2);
  if (rows % elements !== 0) {
    throw new ArgumentError(`fold: expected rows divisible by the ${elements} elements of the kernel, got ${rows}`);
  }
  if (blocks !== count) {
    throw new ShapeError(
      `fold: expected ${count} blocks for an image ${formatShape(size)}, got ${blocks} in ${formatShape(input.shape)}`,
    );
  }
  const lead = [...input.shape.slice(0, -2), rows / elements];
  return scoped(() => {
    const { dtype, device } = input;
    const index = fromTyped(positions, [positions.length], "int32", { device });
    const empty = zeros([...lead, numelOf(padded)], { dtype, device });
    const planes = indexAdd(empty, lead.length, index, reshape(input, [...lead, positions.length]));
    const image = reshape(planes, [...lead, ...padded]);
    const rowsInside = narrow(image, lead.length, padding[0], size[0]);
    return narrow(rowsInside, lead.length + 1, padding[1], size[1]);
  });
}
