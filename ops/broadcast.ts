/**
 * Broadcasting, repeating and grids.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { checkTensors } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { broadcastShapes, checkShape, formatShape, normalizeDim, numelOf, type Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { cat, stack } from "./join.ts";
import { checkIndexDType } from "./index_check.ts";
import { indexSelect } from "./index_select.ts";
import { overRows } from "./over_rows.ts";
import { pad } from "./pad.ts";
import { sum } from "./reduce.ts";
import { clone, expand, reshape, sumTo } from "./shape.ts";
import { flatten, unsqueeze } from "./dimensions.ts";
import { narrow } from "./slicing.ts";
import { defineOp } from "./table.ts";
import { fromTyped } from "./tensor_data.ts";
import type { CombinationsOptions, MeshgridOptions } from "./types.ts";

/** Broadcasts to `shape` without copying. */
export function broadcastTo(input: Tensor, ...shape: readonly (number | Shape)[]): Tensor {
  return expand(input, ...shape);
}

/** Broadcasts to the shape of `other` without copying. */
export function expandAs(input: Tensor, other: Tensor): Tensor {
  return expand(input, other.shape);
}

/** All tensors broadcast to their common shape. */
export function broadcastTensors(...tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.reduce<Shape>((common, x) => broadcastShapes("broadcastTensors", common, x.shape), []);
  return tensors.map((x) => expand(x, shape));
}

/** Sums down to a shape that broadcasts to that of `input`: the reverse of broadcasting. */
export function sumToSize(input: Tensor, ...size: readonly (number | Shape)[]): Tensor {
  const shape = size.length === 1 && typeof size[0] !== "number" ? size[0] : size as readonly number[];
  const lead = input.ndim - shape.length;
  if (lead < 0 || shape.some((s, i) => s !== 1 && s !== input.shape[lead + i])) {
    throw new ShapeError(
      `sumToSize: expected a shape that broadcasts to ${formatShape(input.shape)}, got ${formatShape(shape)}`,
    );
  }
  // A sum of booleans counts them, even of a single one.
  return shape.length === 0 ? sum(input) : sumTo(input, shape);
}

/** Repeats the whole tensor `repeats[i]` times along each axis; more repeats than axes add leading axes. */
export function repeat(input: Tensor, ...repeats: readonly (number | Shape)[]): Tensor {
  const counts = repeats.length === 1 && typeof repeats[0] !== "number" ? repeats[0] : repeats as readonly number[];
  checkShape("repeat", counts);
  const lead = counts.length - input.ndim;
  if (lead < 0) {
    throw new ShapeError(
      `repeat: expected at least one count per axis of shape ${formatShape(input.shape)}, got ${formatShape(counts)}`,
    );
  }
  const shape = [...new Array<number>(lead).fill(1), ...input.shape];
  const spread = expand(
    reshape(input, shape.flatMap((size) => [1, size])),
    shape.flatMap((size, i) => [counts[i], size]),
  );
  return reshape(clone(spread), shape.map((size, i) => size * counts[i]));
}

/** Repeats the whole tensor; fewer counts than axes count from the last axis. */
export function tile(input: Tensor, ...repeats: readonly (number | Shape)[]): Tensor {
  const counts = repeats.length === 1 && typeof repeats[0] !== "number" ? repeats[0] : repeats as readonly number[];
  return repeat(input, [...new Array<number>(Math.max(0, input.ndim - counts.length)).fill(1), ...counts]);
}

/** [2, 0, 1] gives [0, 0, 2]: which element of the source stands at each place. */
const repeatIndexOp: Op<null> = defineOp<null>({
  name: "repeatIndex",
  gradName: "RepeatInterleave",
  kind: "kernel",
  shape: ([counts]) => {
    const { backend } = counts.storage;
    let total = 0;
    for (const count of backend.read(counts, "repeatInterleave")) {
      if (count < 0) {
        throw new ArgumentError(`repeatInterleave: expected repeats that are not negative, got ${count}`);
      }
      total += count;
    }
    return { shape: [total], dtype: "int32" };
  },
  run: (backend, [counts], [out]) => {
    const index = new Int32Array(out.numel);
    let at = 0;
    backend.read(counts, "repeatInterleave").forEach((count, i) => {
      index.fill(i, at, at + count);
      at += count;
    });
    backend.write(out, index);
  },
  rules: "none",
  batch: (size, _batched, inputs) =>
    overRows("repeatInterleave", size, inputs, ([row]) => apply(repeatIndexOp, [row], null)),
  samples: () => [{ inputs: [{ shape: [3], low: 2, high: 2, dtype: "int32" }], params: null }],
});

/** Repeats every element `repeats` times along `dim`, or every slice its own number of times; without `dim` the elements in row-major order. */
export function repeatInterleave(input: Tensor, repeats: number | Tensor, dim?: number | null): Tensor {
  if (dim === undefined || dim === null) return repeatInterleave(flatten(input), repeats, 0);
  const axis = normalizeDim("repeatInterleave", dim, input.ndim);
  const x = input.ndim === 0 ? reshape(input, [1]) : input;
  if (!(repeats instanceof Tensor)) {
    if (!Number.isInteger(repeats) || repeats < 0) {
      throw new ArgumentError(`repeatInterleave: expected repeats that is a non-negative integer, got ${repeats}`);
    }
    const wide = unsqueeze(x, axis + 1);
    return flatten(clone(expand(wide, wide.shape.with(axis + 1, repeats))), axis, axis + 1);
  }
  checkIndexDType("repeatInterleave", repeats);
  const counts = repeats.numel === 1 ? expand(flatten(repeats), [x.shape[axis]]) : repeats;
  if (counts.ndim !== 1 || counts.shape[0] !== x.shape[axis]) {
    throw new ShapeError(
      `repeatInterleave: expected one count for each of the ${x.shape[axis]} slices of axis ${axis} of shape ${
        formatShape(input.shape)
      }, got repeats of shape ${formatShape(repeats.shape)}`,
    );
  }
  return indexSelect(x, axis, apply(repeatIndexOp, [counts], null));
}

/** The coordinates of a grid: from vectors of n, m, ... elements as many tensors of shape [n, m, ...]. */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  const { indexing = "ij" } = options;
  checkTensors("meshgrid", tensors);
  const wrong = tensors.find((x) => x.ndim > 1);
  if (wrong !== undefined) {
    throw new ShapeError(`meshgrid: expected vectors or 0-d tensors, got shape ${formatShape(wrong.shape)}`);
  }
  if (indexing !== "ij" && indexing !== "xy") {
    throw new ArgumentError(`meshgrid: expected indexing "ij" or "xy", got ${String(indexing)}`);
  }
  const place = (i: number): number => indexing === "xy" && tensors.length > 1 && i < 2 ? 1 - i : i;
  const shape = new Array<number>(tensors.length);
  tensors.forEach((x, i) => shape[place(i)] = x.numel);
  return tensors.map((x, i) => expand(reshape(x, shape.map((_, d) => d === place(i) ? x.numel : 1)), shape));
}

/** All tuples of one element from each vector, as rows; a single vector as it is. */
export function cartesianProd(...tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 1) return tensors[0];
  return stack(meshgrid(tensors).map((x) => flatten(x)), 1);
}

/** All combinations of `r` elements of a vector, as rows, in the order of their positions. */
export function combinations(input: Tensor, options: CombinationsOptions = {}): Tensor {
  const { r = 2, withReplacement = false } = options;
  if (input.ndim !== 1) throw new ShapeError(`combinations: expected a vector, got shape ${formatShape(input.shape)}`);
  if (!Number.isInteger(r) || r < 0) {
    throw new ArgumentError(`combinations: expected r that is a non-negative integer, got ${r}`);
  }
  if (r === 0) return narrow(input, 0, 0, 0);
  let rows: number[][] = [[]];
  for (let i = 0; i < r; i++) {
    rows = rows.flatMap((row) => {
      const first = row.length === 0 ? 0 : row[row.length - 1] + (withReplacement ? 0 : 1);
      return Array.from({ length: Math.max(0, input.numel - first) }, (_, k) => [...row, first + k]);
    });
  }
  const index = fromTyped(Int32Array.from(rows.flat()), [rows.length * r], "int32", { device: input.device });
  return reshape(indexSelect(input, 0, index), [rows.length, r]);
}

/** A matrix with the given matrices along its diagonal and zeros elsewhere; vectors count as rows. */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  const blocks = tensors.map((x) => x.ndim === 2 ? x : reshape(x, [1, numelOf(x.shape)]));
  const wrong = tensors.find((x) => x.ndim > 2);
  if (wrong !== undefined) {
    throw new ShapeError(`blockDiag: expected tensors of at most 2 dimensions, got shape ${formatShape(wrong.shape)}`);
  }
  const columns = blocks.reduce((sum, x) => sum + x.shape[1], 0);
  let start = 0;
  return cat(blocks.map((x) => {
    const row = pad(x, [start, columns - start - x.shape[1]]);
    start += x.shape[1];
    return row;
  }));
}
