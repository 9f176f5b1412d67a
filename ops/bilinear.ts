/**
 * The bilinear form of a layer.
 *
 * @module
 */
import { ShapeError } from "../tensor/errors.ts";
import { formatShape, numelOf, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./binary.ts";
import { matmul } from "./matmul.ts";
import { promoteAll } from "./promote.ts";
import { scoped } from "./scoped.ts";
import { permute, reshape } from "./shape.ts";

/**
 * y[o] = sum over i, j of input1[i] weight[o, i, j] input2[j], plus bias[o].
 *
 * @param input1 [..., I].
 * @param input2 [..., J].
 * @param weight [O, I, J].
 * @param bias [O] or none.
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [outputs, first, second] = weight.shape;
  const lead = input1.shape.slice(0, -1);
  if (
    weight.ndim !== 3 || input1.ndim === 0 || input1.shape[input1.ndim - 1] !== first ||
    !sameShape(input2.shape, [...lead, second])
  ) {
    throw new ShapeError(
      `bilinear: expected inputs [..., I], [..., J] and a weight [O, I, J], got ${formatShape(input1.shape)}, ${
        formatShape(input2.shape)
      } and ${formatShape(weight.shape)}`,
    );
  }
  if (bias !== null && !sameShape(bias.shape, [outputs])) {
    throw new ShapeError(`bilinear: expected a bias of shape [${outputs}], got ${formatShape(bias.shape)}`);
  }
  const [x, z, w, b] = promoteAll(bias === null ? [input1, input2, weight] : [input1, input2, weight, bias]);
  return scoped(() => {
    const rows = numelOf(lead);
    const table = reshape(permute(w, [1, 0, 2]), [first, outputs * second]);
    const halves = reshape(matmul(reshape(x, [rows, first]), table), [rows, outputs, second]);
    const y = reshape(matmul(halves, reshape(z, [rows, second, 1])), [...lead, outputs]);
    return b === undefined ? y : add(y, b);
  });
}
