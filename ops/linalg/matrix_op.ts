/**
 * The family of ops on stacks of small matrices, which run on the JavaScript heap in double precision.
 *
 * @module
 */
import { newTypedArray } from "../../runtime/dtype.ts";
import { applyOp } from "../../tensor/apply.ts";
import { checkTensor } from "../../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../../tensor/errors.ts";
import {
  type BatchRule,
  type KernelForward,
  type MaybeTensor,
  type Op,
  SAVES_NOTHING,
  type Spec,
} from "../../tensor/op.ts";
import { broadcastShapes, formatShape, numelOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { add, mul } from "../binary.ts";
import { checkSameDType, floatOperand } from "../promote.ts";
import { expand, transpose } from "../shape.ts";
import { defineOp } from "../table.ts";
import type { Matrix, MatrixRow } from "./types.ts";

/** The record of an op on stacks of matrices: all inputs have the same leading axes. */
export function matrixOp<P>(row: MatrixRow<P>): Op<P> {
  const specs = (inputs: readonly Tensor[], params: P): Spec[] => {
    const [first] = inputs;
    const batch = first.shape.slice(0, -2);
    const sizes = inputs.map((x) => [x.shape[x.ndim - 2], x.shape[x.ndim - 1]] as const);
    return row.outputs(sizes, params).map(({ shape, dtype }) => ({
      shape: [...batch, ...shape],
      dtype: dtype ?? first.dtype,
    }));
  };
  const forward = {
    name: row.name,
    gradName: row.gradName,
    statistics: row.statistics,
    kind: "kernel",
    shape: (inputs, params) => {
      const all = specs(inputs, params);
      return all.length === 1 ? all[0] : all;
    },
    run: (backend, inputs, outputs, params) => {
      const values = inputs.map((x) => Float64Array.from(backend.read(x, row.name)));
      const targets = outputs.map((out) => newTypedArray(out.dtype, out.numel));
      const count = numelOf(inputs[0].shape.slice(0, -2));
      for (let i = 0; i < count; i++) {
        const matrices = inputs.map((x, k): Matrix => {
          const [rows, columns] = [x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
          return { rows, columns, data: values[k].subarray(i * rows * columns, (i + 1) * rows * columns) };
        });
        row.compute(matrices, params).forEach((result, k) => targets[k].set(result, i * targets[k].length / count));
      }
      outputs.forEach((out, k) => backend.write(out, targets[k]));
    },
    batch: (size, batched, inputs, params) =>
      applyOp(op, inputs.map((x, i) => batched[i] ? x : expand(x, [size, ...x.shape])), params),
    samples: row.samples,
  } satisfies Pick<Op<P>, "name" | "gradName" | "statistics" | "samples"> & KernelForward<P> & { batch: BatchRule<P> };
  const op: Op<P> = defineOp<P>(
    "decompose" in row
      ? { ...forward, rules: "fused", saves: SAVES_NOTHING, vjp: null, jvp: null, decompose: row.decompose }
      : { ...forward, rules: "full", saves: row.saves, vjp: row.vjp, jvp: row.jvp },
  );
  return op;
}

/** The matrix transpose of a stack. */
export function mT(x: Tensor): Tensor {
  return transpose(x, -2, -1);
}

/** (x + x^T) / 2. */
export function symmetric(x: Tensor): Tensor {
  return mul(add(x, mT(x)), 0.5);
}

/** a + b, where null stands for zeros. */
export function plus(a: MaybeTensor, b: MaybeTensor): MaybeTensor {
  return a === null ? b : b === null ? a : add(a, b);
}

/**
 * Refuses what is not a stack of matrices and, unless it is `multiplied` only, what has integers or cannot be read at once.
 */
export function checkMatrices(op: string, x: Tensor, multiplied: boolean = false): void {
  checkTensor(op, x);
  if (x.ndim < 2) {
    throw new ShapeError(`${op}: expected a matrix or a stack of matrices, got shape ${formatShape(x.shape)}`);
  }
  if (!multiplied) floatOperand(op, x);
  const { backend } = x.storage;
  if (!backend.readsAtOnce && !multiplied) backend.read(x, op);
}

/** Refuses what is not a stack of square matrices, as {@linkcode checkMatrices} does. */
export function checkSquare(op: string, x: Tensor, multiplied: boolean = false): void {
  checkMatrices(op, x, multiplied);
  if (x.shape[x.ndim - 1] === x.shape[x.ndim - 2]) return;
  throw new ShapeError(`${op}: expected square matrices, got shape ${formatShape(x.shape)}`);
}

/** Two stacks of matrices with the leading axes of both. */
export function broadcastStacks(op: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  checkSameDType(op, [a, b]);
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [expand(a, [...batch, ...a.shape.slice(-2)]), expand(b, [...batch, ...b.shape.slice(-2)])];
}

/** The error for a matrix without an inverse. */
export function singular(op: string, pivot: number): ArgumentError {
  return new ArgumentError(
    `${op}: expected invertible matrices, got one that is singular (no pivot in column ${pivot}); use linalg.pinv() or ` +
      "linalg.lstsq()",
  );
}
