/**
 * Gradients and parameters of whole models, as in `torch.nn.utils`.
 *
 * @module
 */
import { noGrad } from "../autograd/modes.ts";
import { add, div, mul } from "../ops/binary.ts";
import { clamp, clampMax } from "../ops/extrema.ts";
import { copy_ } from "../ops/inplace.ts";
import { cat, stack } from "../ops/join.ts";
import { pNorm } from "../ops/norm.ts";
import { scoped } from "../ops/scoped.ts";
import { reshape } from "../ops/shape.ts";
import { narrow } from "../ops/slicing.ts";
import { zeros } from "../ops/creation.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tensorsOf } from "./parameter.ts";
import type { ClipGradNormOptions } from "./types.ts";

export type { ClipGradNormOptions };

/** The gradients of parameters, read past the accessor: those that only the engine has seen can be freed later. */
function gradientsOf(op: string, parameters: Tensor | Iterable<Tensor>): Tensor[] {
  const list = parameters instanceof Tensor ? [parameters] : tensorsOf(op, parameters);
  return list.flatMap((parameter) => parameter.meta?.grad ?? []);
}

/**
 * Scales all gradients, in place, so that the norm of all together is at most `maxNorm`.
 *
 * @returns The norm before, 0-d.
 * @throws ArgumentError with `errorIfNonfinite` if that norm is NaN or infinite.
 */
export function clipGradNorm_(
  parameters: Tensor | Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  const { normType = 2, errorIfNonfinite = false } = options;
  const gradients = gradientsOf("clipGradNorm_", parameters);
  if (gradients.length === 0) return zeros([]);
  const total = noGrad(() =>
    scoped(() => pNorm(stack(gradients.map((g) => pNorm(g, normType, undefined, false))), normType, undefined, false))
  );
  if (errorIfNonfinite) {
    const [norm] = total.read("clipGradNorm_");
    if (!Number.isFinite(norm)) {
      throw new ArgumentError(`clipGradNorm_: expected finite gradients, got the norm ${norm}`);
    }
  }
  noGrad(() => {
    // A tensor, so that the numbers need not be read back; 1e-6 keeps it finite, as in PyTorch.
    using coefficient = scoped(() => clampMax(div(maxNorm, add(total, 1e-6)), 1));
    for (const gradient of gradients) {
      using scaled = mul(gradient, coefficient);
      copy_(gradient, scaled);
    }
  });
  return total;
}

/** Limits each element of all gradients, in place, to [-clipValue, clipValue]. */
export function clipGradValue_(parameters: Tensor | Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    for (const gradient of gradientsOf("clipGradValue_", parameters)) {
      using limited = clamp(gradient, -clipValue, clipValue);
      copy_(gradient, limited);
    }
  });
}

/** All parameters as one vector; differentiable. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  const list = tensorsOf("parametersToVector", parameters);
  return scoped(() => cat(list.map((parameter) => reshape(parameter, [parameter.numel]))));
}

/** Copies the parts of a vector into parameters, the reverse of {@linkcode parametersToVector}. */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const list = tensorsOf("vectorToParameters", parameters);
  checkTensor("vectorToParameters", vector);
  const count = list.reduce((n, parameter) => n + parameter.numel, 0);
  if (vector.ndim !== 1 || vector.numel !== count) {
    throw new ShapeError(
      `vectorToParameters: expected a vector of ${count} elements, got shape ${formatShape(vector.shape)}`,
    );
  }
  noGrad(() => {
    let start = 0;
    for (const parameter of list) {
      copy_(parameter, reshape(narrow(vector, 0, start, parameter.numel), parameter.shape));
      start += parameter.numel;
    }
  });
}
