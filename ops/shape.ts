/**
 * Views and copies that rearrange elements.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op, ViewSpec } from "../tensor/op.ts";
import {
  broadcastStrides,
  checkShape,
  contiguousStrides,
  formatShape,
  normalizeDim,
  numelOf,
  sameShape,
  type Shape,
} from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { linear } from "./families.ts";
import { sum } from "./reduce.ts";

/**
 * Strides that present a strided window in another shape without moving elements, or null where a copy is needed: each
 * run of axes that is contiguous in itself may be cut anew, but no new axis may cross two runs.
 */
function viewStrides(shape: Shape, strides: readonly number[], target: Shape): readonly number[] | null {
  if (numelOf(shape) === 0) return contiguousStrides(target);
  const out = new Array<number>(target.length);
  let t = target.length - 1;
  let run = 1; // elements in the current contiguous run
  let done = 1; // elements of the run that target axes have taken
  let step = shape.length > 0 ? strides[shape.length - 1] : 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    run *= shape[i];
    const runEnds = i === 0 || (shape[i - 1] !== 1 && strides[i - 1] !== run * step);
    if (!runEnds) continue;
    while (t >= 0 && (done < run || target[t] === 1)) {
      out[t] = done * step;
      done *= target[t];
      t--;
    }
    if (done !== run) return null;
    if (i > 0) {
      step = strides[i - 1];
      run = 1;
      done = 1;
    }
  }
  for (; t >= 0; t--) out[t] = step;
  return out;
}

const viewOp: Op<Shape> = linear<Shape>({
  forward: {
    name: "view",
    gradName: "View",
    kind: "view",
    view: (x, shape): ViewSpec => {
      const strides = viewStrides(x.shape, x.strides, shape);
      if (strides === null) {
        throw new ShapeError(
          `view: expected strides that allow shape ${formatShape(shape)}, got shape ${formatShape(x.shape)} with ` +
            `strides ${formatShape(x.strides)}; use reshape(), which copies where it must`,
        );
      }
      return { shape, strides, offset: x.offset };
    },
    samples: () => [{ inputs: [{ shape: [2, 3] }], params: [3, 2] }, { inputs: [{ shape: [] }], params: [1, 1] }],
  },
  transpose: (g, c) => reshape(g, c.shape(0)),
  // A tangent may lie in memory in another way than its primal, so that no view of it has the shape.
  tangent: (t, shape) => reshape(t, shape),
  batch: (x, shape) => reshape(x, [x.shape[0], ...shape]),
});

const cloneOp: Op<null> = linear<null>({
  forward: {
    name: "clone",
    gradName: "Clone",
    kind: "kernel",
    shape: ([x]) => x,
    run: (backend, [x], [out]) => backend.copy(x, out),
    samples: () => [{ inputs: [{ shape: [2, 3] }], params: null }],
  },
  transpose: (g) => g,
  batch: (x) => clone(x),
});

const expandOp: Op<Shape> = linear<Shape>({
  forward: {
    name: "expand",
    gradName: "Expand",
    kind: "view",
    view: (x, shape) => ({ shape, strides: broadcastStrides("expand", x.shape, x.strides, shape), offset: x.offset }),
    samples: () => [{ inputs: [{ shape: [2, 1] }], params: [3, 2, 4] }, { inputs: [{ shape: [] }], params: [2] }],
  },
  transpose: (g, c) => sumTo(g, c.shape(0)),
  batch: (x, shape) => {
    const padding = new Array<number>(shape.length - (x.ndim - 1)).fill(1);
    return expand(reshape(x, [x.shape[0], ...padding, ...x.shape.slice(1)]), [x.shape[0], ...shape]);
  },
});

const permuteOp: Op<readonly number[]> = linear<readonly number[]>({
  forward: {
    name: "permute",
    gradName: "Permute",
    kind: "view",
    view: (x, dims) => ({
      shape: dims.map((d) => x.shape[d]),
      strides: dims.map((d) => x.strides[d]),
      offset: x.offset,
    }),
    samples: () => [{ inputs: [{ shape: [2, 3, 4] }], params: [2, 0, 1] }],
  },
  transpose: (g, c) => {
    const inverse = new Array<number>(c.params.length);
    c.params.forEach((d, i) => inverse[d] = i);
    return apply(permuteOp, [g], inverse);
  },
  batch: (x, dims) => apply(permuteOp, [x], [0, ...dims.map((d) => d + 1)]),
});

const transposeOp: Op<readonly [number, number]> = linear<readonly [number, number]>({
  forward: {
    name: "transpose",
    gradName: "Transpose",
    kind: "view",
    view: (x, [a, b]) => ({ shape: swapped(x.shape, a, b), strides: swapped(x.strides, a, b), offset: x.offset }),
    samples: () => [{ inputs: [{ shape: [2, 3, 4] }], params: [0, 2] }],
  },
  transpose: (g, c) => apply(transposeOp, [g], c.params),
  batch: (x, [a, b]) => apply(transposeOp, [x], [a + 1, b + 1]),
});

/** `values` with entries `a` and `b` exchanged. */
function swapped(values: readonly number[], a: number, b: number): number[] {
  const out = [...values];
  if (a !== b) [out[a], out[b]] = [out[b], out[a]];
  return out;
}

/** A copy with the same values and history, in fresh contiguous memory. */
export function clone(input: Tensor): Tensor {
  return apply(cloneOp, [input], null);
}

/** The tensor itself if its elements lie in row-major order, else a copy that does. */
export function contiguous(input: Tensor): Tensor {
  return input.isContiguous() ? input : clone(input);
}

/** Replaces one -1 in `shape` by the size that makes the element counts equal. */
function inferShape(op: string, shape: Shape, input: Shape): Shape {
  const numel = numelOf(input);
  const hole = shape.indexOf(-1);
  if (hole < 0) {
    checkShape(op, shape);
    if (numelOf(shape) !== numel) {
      throw new ShapeError(
        `${op}: expected a shape of ${numel} elements for a tensor of shape ${formatShape(input)}, got ${
          formatShape(shape)
        }`,
      );
    }
    return shape;
  }
  const rest = shape.filter((_, i) => i !== hole);
  if (rest.includes(-1)) {
    throw new ShapeError(`${op}: expected at most one -1, the size to infer, got ${formatShape(shape)}`);
  }
  checkShape(op, rest);
  const known = numelOf(rest);
  if (known === 0 || numel % known !== 0) {
    throw new ShapeError(
      `${op}: expected sizes that divide ${numel} elements (shape ${formatShape(input)}), got ${formatShape(shape)}`,
    );
  }
  return shape.map((size, i) => i === hole ? numel / known : size);
}

/** Accepts `f(x, 2, 3)` and `f(x, [2, 3])`. */
function sizesOf(sizes: readonly (number | Shape)[]): Shape {
  return sizes.length === 1 && typeof sizes[0] !== "number" ? sizes[0] : sizes as readonly number[];
}

/**
 * The same elements in another shape; one size may be -1. A view where the strides allow it, else a copy.
 *
 * ```ts
 * import { arange } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(6).reshape(2, -1).toArray(), [[0, 1, 2], [3, 4, 5]]);
 * ```
 *
 * @throws ShapeError where the numbers of elements differ.
 */
export function reshape(input: Tensor, ...shape: readonly (number | Shape)[]): Tensor {
  const target = inferShape("reshape", sizesOf(shape), input.shape);
  if (sameShape(target, input.shape)) return apply(viewOp, [input], target);
  const viewable = viewStrides(input.shape, input.strides, target) !== null;
  return apply(viewOp, [viewable ? input : clone(input)], target);
}

/**
 * The same elements in another shape, sharing the storage; an error where that needs a copy.
 *
 * @throws ShapeError where the strides do not allow it; `reshape` copies then.
 */
export function view(input: Tensor, ...shape: readonly (number | Shape)[]): Tensor {
  return apply(viewOp, [input], inferShape("view", sizesOf(shape), input.shape));
}

/**
 * Broadcasts axes of size 1, and new leading axes, to `shape` without copying; -1 keeps a size.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([[1], [2]]).expand(-1, 3).toArray(), [[1, 1, 1], [2, 2, 2]]);
 * ```
 *
 * @throws ShapeError for an axis that is neither of size 1 nor of the new size.
 */
export function expand(input: Tensor, ...shape: readonly (number | Shape)[]): Tensor {
  const sizes = sizesOf(shape);
  const lead = sizes.length - input.ndim;
  const target = sizes.map((size, i) => size === -1 && i >= lead ? input.shape[i - lead] : size);
  if (sameShape(target, input.shape)) return input;
  checkShape("expand", target);
  return apply(expandOp, [input], target);
}

/**
 * Reorders the axes.
 *
 * ```ts
 * import { zeros } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(zeros([2, 3, 4]).permute(2, 0, 1).shape, [4, 2, 3]);
 * ```
 *
 * @throws ShapeError unless each axis is named once.
 */
export function permute(input: Tensor, ...dims: readonly (number | Shape)[]): Tensor {
  const order = sizesOf(dims).map((d) => normalizeDim("permute", d, input.ndim));
  if (order.length !== input.ndim || new Set(order).size !== order.length) {
    throw new ShapeError(
      `permute: expected each of the ${input.ndim} dims of shape ${formatShape(input.shape)} once, got ${
        formatShape(order)
      }`,
    );
  }
  return apply(permuteOp, [input], order);
}

/** Swaps two axes. */
export function transpose(input: Tensor, dim0: number, dim1: number): Tensor {
  const a = normalizeDim("transpose", dim0, input.ndim);
  const b = normalizeDim("transpose", dim1, input.ndim);
  return apply(transposeOp, [input], [a, b]);
}

/** Sums `g` down to `shape`, of which it is a broadcast: the transpose of {@linkcode expand}. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.ndim - shape.length;
  const dims = g.shape.flatMap((size, i) => i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []);
  return reshape(dims.length > 0 ? sum(g, dims) : g, shape);
}

/** Moves axes to new positions; the others keep their order. */
export function movedim(
  input: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const from = (typeof source === "number" ? [source] : source).map((d) => normalizeDim("movedim", d, input.ndim));
  const to = (typeof destination === "number" ? [destination] : destination)
    .map((d) => normalizeDim("movedim", d, input.ndim));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ShapeError(
      `movedim: expected as many distinct sources as destinations, got ${formatShape(from)} and ${formatShape(to)}`,
    );
  }
  if (from.every((d, i) => d === to[i])) return input;
  const order = new Array<number>(input.ndim).fill(-1);
  from.forEach((d, i) => order[to[i]] = d);
  const rest = input.shape.map((_, d) => d).filter((d) => !from.includes(d));
  for (const [i, d] of order.entries()) if (d === -1) order[i] = rest.shift()!;
  return apply(permuteOp, [input], order);
}
