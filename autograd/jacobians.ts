/**
 * Jacobians of a function by finite differences, by reverse mode and by forward mode, for {@linkcode gradcheck}.
 *
 * @module
 */
import { fromTyped } from "../ops/tensor_data.ts";
import { isFloating, type TypedArray } from "../tensor/dtype.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { Tensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { CheckedFunction, JacobianTable, Problem } from "./check_types.ts";
import { dualLevel, makeDual, unpackDual } from "./forward_ad.ts";
import { gradOrNull } from "./grad.ts";

function floatingOutputs(f: CheckedFunction, args: readonly unknown[]): Tensor[] {
  return leavesOf(f(...args)).filter((output) => isFloating(output.dtype));
}

/** States the problem of checking `f` at `args`. */
export function problemOf(f: CheckedFunction, args: readonly unknown[]): Problem {
  const inputs = args.filter((x): x is Tensor => x instanceof Tensor && x.requiresGrad);
  const outputs = floatingOutputs(f, args);
  const indices = [...outputs.keys()];
  const recorded = indices.filter((i) => outputs[i].requiresGrad);
  return { f, args, inputs, compared: recorded.length > 0 ? recorded : indices };
}

/** Runs the function; its compared outputs. */
export function outputsOf({ f, args, compared }: Problem): Tensor[] {
  const outputs = floatingOutputs(f, args);
  return compared.map((i) => outputs[i]);
}

function emptyTable(outputs: readonly Tensor[], inputs: readonly Tensor[]): JacobianTable {
  return outputs.map(({ numel: rows }) =>
    inputs.map(({ numel: columns }) => ({ rows, columns, data: new Float64Array(rows * columns) }))
  );
}

/** The element values of the outputs at the point where `input` holds `values`; the input is restored by the caller. */
function valuesAt(problem: Problem, input: Tensor, values: TypedArray): TypedArray[] {
  withGradMode("disabled", () => input.copy_(fromTyped(values, input.shape, input.dtype)));
  return outputsOf(problem).map((output) => output.detach().read("gradcheck"));
}

/** (f(x + eps u) - f(x - eps u)) / (2 eps) for one input in the direction `u`, per output. */
export function directionalDifference(
  problem: Problem,
  input: Tensor,
  u: ArrayLike<number>,
  eps: number,
): Float64Array[] {
  const original = input.read("gradcheck");
  const { version } = input.storage;
  const moved = (step: number): TypedArray => original.map((x: number, i: number) => x + step * u[i]) as TypedArray;
  try {
    const above = valuesAt(problem, input, moved(eps));
    const below = valuesAt(problem, input, moved(-eps));
    return above.map((values, o) => Float64Array.from(values, (y, k) => (y - below[o][k]) / (2 * eps)));
  } finally {
    withGradMode("disabled", () => input.copy_(fromTyped(original, input.shape, input.dtype)));
    // The input is as it was: graphs that have saved it stay usable.
    input.storage.version = version;
  }
}

/** By central differences, one input element at a time. */
export function numericJacobian(problem: Problem, eps: number): JacobianTable {
  const table = emptyTable(outputsOf(problem), problem.inputs);
  problem.inputs.forEach((input, i) => {
    const direction = new Float64Array(input.numel);
    for (let column = 0; column < input.numel; column++) {
      direction[column] = 1;
      directionalDifference(problem, input, direction, eps).forEach((difference, o) => {
        const { columns, data } = table[o][i];
        difference.forEach((value, row) => data[row * columns + column] = value);
      });
      direction[column] = 0;
    }
  });
  return table;
}

/** One unit vector as a tensor like `x`. */
export function unit(x: Tensor, index: number): Tensor {
  const values = x.dtype === "float32" ? new Float32Array(x.numel) : new Float64Array(x.numel);
  values[index] = 1;
  return fromTyped(values, x.shape, x.dtype);
}

/** The gradients of outputs for cotangents, null where nothing depends; outputs without a history do not count. */
export function gradientsOf(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs: readonly Tensor[],
  isGradsBatched = false,
): MaybeTensor[] {
  const recorded = [...outputs.keys()].filter((i) => outputs[i].requiresGrad);
  if (recorded.length === 0) return inputs.map(() => null);
  return gradOrNull(recorded.map((i) => outputs[i]), inputs, {
    gradOutputs: recorded.map((i) => gradOutputs[i]),
    retainGraph: true,
    allowUnused: true,
    isGradsBatched,
  });
}

/** By reverse mode, one output element at a time. */
export function reverseJacobian({ inputs }: Problem, outputs: readonly Tensor[]): JacobianTable {
  const table = emptyTable(outputs, inputs);
  outputs.forEach((output, o) => {
    for (let row = 0; row < output.numel; row++) {
      gradientsOf([output], inputs, [unit(output, row)]).forEach((gradient, i) => {
        const { columns, data } = table[o][i];
        if (gradient !== null) data.set(gradient.detach().read("gradcheck"), row * columns);
      });
    }
  });
  return table;
}

/** The tangents of the outputs for a tangent of one input; null for zeros. */
export function tangentsOf(problem: Problem, input: Tensor, tangent: Tensor): MaybeTensor[] {
  return dualLevel(() => {
    const dual = makeDual(input, tangent);
    const args = problem.args.map((arg) => arg === input ? dual : arg);
    return outputsOf({ ...problem, args }).map((output) => unpackDual(output).tangent?.detach() ?? null);
  });
}

/** By forward mode, one input element at a time. */
export function forwardJacobian(problem: Problem): JacobianTable {
  const { inputs } = problem;
  const table = emptyTable(outputsOf(problem), inputs);
  inputs.forEach((input, i) => {
    for (let column = 0; column < input.numel; column++) {
      tangentsOf(problem, input, unit(input, column)).forEach((tangent, o) => {
        if (tangent === null) return;
        const { columns, data } = table[o][i];
        tangent.read("gradcheck").forEach((value, row) => data[row * columns + column] = value);
      });
    }
  });
  return table;
}
