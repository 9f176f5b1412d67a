/**
 * Reversing, rolling and turning.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { formatShape, normalizeDim, normalizeDims } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { flatten } from "./dimensions.ts";
import { linear } from "./families.ts";
import { cat } from "./join.ts";
import { clone, reshape, transpose } from "./shape.ts";
import { narrow } from "./slicing.ts";

const flipOp: Op<readonly number[]> = linear<readonly number[]>({
  forward: {
    name: "flip",
    gradName: "Flip",
    kind: "kernel",
    shape: ([x]) => x,
    run: (backend, [x], [out], dims) => {
      let source = x;
      for (const [i, dim] of dims.entries()) {
        const size = x.shape[dim];
        const index = empty(backend, [size], "int32");
        backend.write(index, Int32Array.from({ length: size }, (_, k) => size - 1 - k));
        const target = i === dims.length - 1 ? out : empty(backend, x.shape, x.dtype);
        backend.indexSelect(source, index, target, dim);
        source = target;
      }
    },
    samples: () => [{ inputs: [{ shape: [2, 3] }], params: [1] }, { inputs: [{ shape: [2, 1, 3] }], params: [0, 2] }],
  },
  transpose: (g, c) => apply(flipOp, [g], c.params),
  batch: (x, dims) => apply(flipOp, [x], dims.map((d) => d + 1)),
});

/** Reverses the order of the elements along `dims`. Always a copy. */
export function flip(input: Tensor, ...dims: readonly (number | readonly number[])[]): Tensor {
  const list = dims.flat() as number[];
  const axes = list.length === 0 || input.ndim === 0 ? [] : normalizeDims("flip", list, input.ndim);
  return axes.length === 0 ? clone(input) : apply(flipOp, [input], axes);
}

/** Reverses the columns: axis 1. */
export function fliplr(input: Tensor): Tensor {
  if (input.ndim < 2) {
    throw new ShapeError(`fliplr: expected a tensor of at least 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  return flip(input, 1);
}

/** Reverses the rows: axis 0. */
export function flipud(input: Tensor): Tensor {
  if (input.ndim < 1) throw new ShapeError("flipud: expected a tensor of at least 1 dimension, got a 0-d tensor");
  return flip(input, 0);
}

function rollAxis(x: Tensor, shift: number, axis: number): Tensor {
  const size = x.shape[axis];
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  if (by === 0) return clone(x);
  return cat([narrow(x, axis, size - by, by), narrow(x, axis, 0, size - by)], axis);
}

/** Moves the elements along `dims` by `shifts`; what leaves at one end comes in at the other. Without `dims` in row-major order. */
export function roll(
  input: Tensor,
  shifts: number | readonly number[],
  dims: number | readonly number[] = [],
): Tensor {
  const by = typeof shifts === "number" ? [shifts] : shifts;
  const along = typeof dims === "number" ? [dims] : dims;
  if (by.length === 0) throw new ArgumentError("roll: expected at least one shift, got none");
  if (along.length === 0 && by.length === 1) return reshape(rollAxis(flatten(input), by[0], 0), input.shape);
  if (along.length !== by.length) {
    throw new ArgumentError(
      `roll: expected as many dims as shifts, got shifts ${formatShape(by)} and dims ${formatShape(along)}`,
    );
  }
  const axes = along.map((d) => normalizeDim("roll", d, input.ndim));
  return input.ndim === 0 ? clone(input) : axes.reduce((x, axis, i) => rollAxis(x, by[i], axis), input);
}

/** Turns the plane of two axes by `k` right angles, from the first towards the second. */
export function rot90(input: Tensor, k: number = 1, dims: readonly number[] = [0, 1]): Tensor {
  if (dims.length !== 2) throw new ArgumentError(`rot90: expected two dims, got ${formatShape(dims)}`);
  if (input.ndim < 2) {
    throw new ShapeError(`rot90: expected a tensor of at least 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  const [a, b] = dims.map((d) => normalizeDim("rot90", d, input.ndim));
  if (a === b) throw new ArgumentError(`rot90: expected two different dims, got ${formatShape(dims)}`);
  switch (((k % 4) + 4) % 4) {
    case 1:
      return transpose(flip(input, b), a, b);
    case 2:
      return flip(input, a, b);
    case 3:
      return transpose(flip(input, a), a, b);
    default:
      return clone(input);
  }
}
