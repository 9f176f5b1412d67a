/**
 * Taking a tensor apart into views along one axis.
 *
 * @module
 */
import { applyMany } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { type MaybeTensor, type Op, type RuleContext, SAVES_NOTHING, type ViewSpec } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { zeros } from "./creation.ts";
import { cat, stack } from "./join.ts";
import type { SplitParams } from "./record_types.ts";
import { axisOf, sliceAlong } from "./slicing.ts";
import { defineOp } from "./table.ts";

/** The cotangents of all outputs; zeros where one is a symbolic zero. */
function wholeCotangents(c: RuleContext<unknown>, cotangents: readonly MaybeTensor[]): Tensor[] {
  const { device } = cotangents.find((g) => g !== null)!;
  return cotangents.map((g, i) => {
    const { shape, dtype } = c.outputSpec(i);
    return g ?? zeros(shape, { dtype, device });
  });
}

const splitOp: Op<SplitParams> = defineOp<SplitParams>({
  name: "split",
  gradName: "Split",
  kind: "view",
  view: (x, { dim, sizes }): ViewSpec[] => {
    let start = 0;
    return sizes.map((size) => {
      const shape = x.shape.with(dim, size);
      const offset = x.offset + (size > 0 ? start * x.strides[dim] : 0);
      start += size;
      return { shape, strides: x.strides, offset };
    });
  },
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, cotangents) => [cat(wholeCotangents(c, cotangents), c.params.dim)],
  jvp: (c, [t]) => applyMany(splitOp, [t!], c.params),
  batch: (_size, _batched, [x], { dim, sizes }) => applyMany(splitOp, [x], { dim: dim + 1, sizes }),
  samples: () => [
    { inputs: [{ shape: [5, 2] }], params: { dim: 0, sizes: [2, 0, 3] } },
    { inputs: [{ shape: [2, 4] }], params: { dim: 1, sizes: [4] } },
  ],
});

const unbindOp: Op<number> = defineOp<number>({
  name: "unbind",
  gradName: "Unbind",
  kind: "view",
  view: (x, dim): ViewSpec[] => {
    const shape = x.shape.toSpliced(dim, 1);
    const strides = x.strides.toSpliced(dim, 1);
    return Array.from({ length: x.shape[dim] }, (_, i) => ({ shape, strides, offset: x.offset + i * x.strides[dim] }));
  },
  rules: "full",
  saves: SAVES_NOTHING,
  vjp: (c, cotangents) => [stack(wholeCotangents(c, cotangents), c.params)],
  jvp: (c, [t]) => applyMany(unbindOp, [t!], c.params),
  batch: (_size, _batched, [x], dim) => applyMany(unbindOp, [x], dim + 1),
  samples: () => [{ inputs: [{ shape: [3, 2] }], params: 0 }, { inputs: [{ shape: [2, 3] }], params: 1 }],
});

/** Views along `dim` of the given sizes, which add up to the axis; or, for a number, of that size each, the last may be smaller. */
export function split(input: Tensor, sizes: number | readonly number[], dim: number = 0): Tensor[] {
  const axis = axisOf("split", input, dim);
  const length = input.shape[axis];
  if (typeof sizes !== "number") {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total !== length || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
      throw new ShapeError(
        `split: expected sizes that add up to the ${length} elements of axis ${axis} of shape ${
          formatShape(input.shape)
        }, got ${formatShape(sizes)}`,
      );
    }
    return [...applyMany(splitOp, [input], { dim: axis, sizes })];
  }
  if (!Number.isInteger(sizes) || sizes < 0 || (sizes === 0 && length > 0)) {
    throw new ArgumentError(`split: expected a positive integer size, got ${sizes} for an axis of ${length} elements`);
  }
  const count = Math.max(1, Math.ceil(length / Math.max(sizes, 1)));
  const parts = Array.from({ length: count }, (_, i) => Math.min(sizes, length - i * sizes));
  return [...applyMany(splitOp, [input], { dim: axis, sizes: parts })];
}

/** Views along `dim` of the given sizes, which add up to the axis. */
export function splitWithSizes(input: Tensor, sizes: readonly number[], dim: number = 0): Tensor[] {
  return split(input, sizes, dim);
}

/** At most `chunks` views of equal size along `dim`; the last may be smaller. */
export function chunk(input: Tensor, chunks: number, dim: number = 0): Tensor[] {
  const axis = axisOf("chunk", input, dim);
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ArgumentError(`chunk: expected a positive integer number of chunks, got ${chunks}`);
  }
  const length = input.shape[axis];
  if (length === 0) return split(input, new Array<number>(chunks).fill(0), axis);
  return split(input, Math.ceil(length / chunks), axis);
}

/** The slices at every index along `dim`, without that axis. */
export function unbind(input: Tensor, dim: number = 0): Tensor[] {
  const axis = axisOf("unbind", input, dim);
  return input.shape[axis] === 0 ? [] : [...applyMany(unbindOp, [input], axis)];
}

/** Sizes that differ by at most one. */
function evenSizes(length: number, sections: number): number[] {
  const [small, larger] = [Math.floor(length / sections), length % sections];
  return Array.from({ length: sections }, (_, i) => i < larger ? small + 1 : small);
}

/**
 * Views along `dim`: as many as `sections` says, of sizes that differ by at most one, or cut at the given indices (an
 * array or a vector). A 0-d tensor counts as a number of sections.
 */
export function tensorSplit(
  input: Tensor,
  sections: number | readonly number[] | Tensor,
  dim: number = 0,
): Tensor[] {
  const axis = axisOf("tensorSplit", input, dim);
  const plain = sections instanceof Tensor
    ? (sections.ndim === 0 ? sections.item() : [...sections.read("tensorSplit")])
    : sections;
  if (typeof plain === "number") {
    if (!Number.isInteger(plain) || plain < 1) {
      throw new ArgumentError(`tensorSplit: expected a positive integer number of sections, got ${plain}`);
    }
    return split(input, evenSizes(input.shape[axis], plain), axis);
  }
  const cuts = [0, ...plain, Infinity];
  return cuts.slice(1).map((end, i) => sliceAlong(input, axis, cuts[i], end));
}

function splitAlong(
  op: string,
  input: Tensor,
  sections: number | readonly number[],
  dim: number,
  leastRank: number,
): Tensor[] {
  if (input.ndim < leastRank) {
    throw new ShapeError(
      `${op}: expected a tensor of at least ${leastRank} dimensions, got shape ${formatShape(input.shape)}`,
    );
  }
  if (typeof sections === "number" && !(sections > 0 && input.shape[dim] % sections === 0)) {
    throw new ShapeError(
      `${op}: expected a number of sections that divides the ${
        input.shape[dim]
      } elements of axis ${dim}, got ${sections}; ` +
        `use tensorSplit() for uneven sections`,
    );
  }
  return tensorSplit(input, sections, dim);
}

/** Splits columns: axis 1, or axis 0 of a vector, into equal sections or at indices. */
export function hsplit(input: Tensor, sections: number | readonly number[]): Tensor[] {
  return splitAlong("hsplit", input, sections, input.ndim === 1 ? 0 : 1, 1);
}

/** Splits rows: axis 0 of a tensor of at least two dimensions, into equal sections or at indices. */
export function vsplit(input: Tensor, sections: number | readonly number[]): Tensor[] {
  return splitAlong("vsplit", input, sections, 0, 2);
}

/** Splits along axis 2 of a tensor of at least three dimensions, into equal sections or at indices. */
export function dsplit(input: Tensor, sections: number | readonly number[]): Tensor[] {
  return splitAlong("dsplit", input, sections, 2, 3);
}
