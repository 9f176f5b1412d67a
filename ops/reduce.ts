/**
 * Sums, means, products and other reductions over axes. Extrema are in `max_min.ts`, variances in `statistics.ts`.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { ShapeError } from "../tensor/errors.ts";
import type { Op, Sample } from "../tensor/op.ts";
import { keepDims, normalizeDims, removeDims, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { isnan, logicalNot, ne } from "./compare.ts";
import { ones, zerosLike } from "./creation.ts";
import { clamp } from "./extrema.ts";
import { linear } from "./families.ts";
import { cat } from "./join.ts";
import { amax } from "./max_min.ts";
import { floatOperand, toFloat } from "./promote.ts";
import { flip } from "./rearrange.ts";
import { cumprod } from "./scan.ts";
import { expand, movedim, reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import { defineOp } from "./table.ts";
import { where } from "./ternary.ts";
import type { ReducedDims, ReduceDTypeOptions, ReduceOptions } from "./types.ts";
import { exp, log } from "./unary.ts";

/** Parameters of reduction records: axes that are sorted, unique and non-negative, and whether they stay with size 1. */
export interface Reduced {
  readonly dims: readonly number[];
  readonly keepdim: boolean;
}

/** As many as PyTorch reduces. */
const MOST_AXES = 64;

/** Parameters of a reduction from the arguments of its public function. */
export function reduced(
  op: string,
  input: Tensor,
  dim: ReducedDims | undefined,
  options: ReduceOptions,
): Reduced {
  checkTensor(op, input);
  checkOptions(op, options, "keepdim");
  if (input.ndim > MOST_AXES) {
    throw new ShapeError(`${op}: expected at most ${MOST_AXES} dimensions, got ${input.ndim}; reshape it`);
  }
  return { dims: normalizeDims(op, dim, input.ndim), keepdim: options.keepdim === true };
}

/** Shape of a reduction of `shape`. */
export function reducedShape(shape: Shape, { dims, keepdim }: Reduced): Shape {
  return keepdim ? keepDims(shape, dims) : removeDims(shape, dims);
}

/** A result of the reduction of `shape` in a shape that broadcasts against it. */
export function restoreDims(result: Tensor, shape: Shape, { dims, keepdim }: Reduced): Tensor {
  return keepdim || result.ndim === 0 ? result : reshape(result, keepDims(shape, dims));
}

/** The same reduction of an input with an extra leading axis. */
export function behindBatch({ dims, keepdim }: Reduced): Reduced {
  return { dims: dims.map((d) => d + 1), keepdim };
}

/** Calls that suit every reduction; `empty` for those that take axes of size 0. */
export function reduceSamples(empty: boolean): Sample<Reduced>[] {
  const calls: [Shape, readonly number[], boolean][] = [
    [[2, 3, 4], [1], false],
    [[2, 3, 4], [0, 2], true],
    [[5], [0], false],
    [[], [], false],
    [[0, 3], empty ? [0] : [1], false],
  ];
  return calls.map(([shape, dims, keepdim]) => ({ inputs: [{ shape }], params: { dims, keepdim } }));
}

/** Number of elements behind each result. */
function reducedCount(shape: Shape, dims: readonly number[]): number {
  let count = 1;
  for (const d of dims) count *= shape[d];
  return count;
}

const sumOp: Op<Reduced> = linear<Reduced>({
  forward: {
    name: "sum",
    gradName: "Sum",
    kind: "kernel",
    shape: ([x], p) => ({ shape: reducedShape(x.shape, p), dtype: x.dtype }),
    run: (backend, [x], [out], { dims }) => backend.reduce("sum", x, out, dims),
    samples: () => reduceSamples(true),
  },
  transpose: (g, c) => expand(restoreDims(g, c.shape(0), c.params), c.shape(0)),
  batch: (x, p) => apply(sumOp, [x], behindBatch(p)),
});

const meanOp: Op<Reduced> = linear<Reduced>({
  forward: {
    name: "mean",
    gradName: "Mean",
    kind: "kernel",
    shape: ([x], p) => ({ shape: reducedShape(x.shape, p), dtype: x.dtype }),
    run: (backend, [x], [out], { dims }) => backend.reduce("mean", x, out, dims),
    samples: () => reduceSamples(false),
  },
  transpose: (g, c) => {
    const shape = c.shape(0);
    return expand(restoreDims(div(g, reducedCount(shape, c.params.dims)), shape, c.params), shape);
  },
  batch: (x, p) => apply(meanOp, [x], behindBatch(p)),
});

/** Multiplies halves until one element is left: products only, so every derivative is right, zeros or not. */
function productByHalves(x: Tensor, p: Reduced): Tensor {
  // The sum of nothing is 0, and keeps the result on the tapes of x.
  if (x.numel === 0) return add(sumOver(x, p), 1);
  let y = x;
  for (const d of p.dims) {
    while (y.shape[d] > 1) {
      const size = y.shape[d];
      const half = size >> 1;
      const product = mul(narrow(y, d, 0, half), narrow(y, d, half, half));
      y = size % 2 === 0 ? product : cat([product, narrow(y, d, size - 1, 1)], d);
    }
  }
  return p.keepdim ? y : reshape(y, removeDims(x.shape, p.dims));
}

/** Products of 1 and the elements before each one along the last axis. */
function productsBefore(x: Tensor): Tensor {
  const n = x.shape[x.ndim - 1];
  const one = ones([...x.shape.slice(0, -1), 1], { dtype: x.dtype, device: x.device });
  return cumprod(cat([one, narrow(x, -1, 0, n - 1)], -1), -1);
}

/** For each element the product of the others that it is reduced with, without a division. */
function productOfOthers(x: Tensor, { dims }: Reduced): Tensor {
  const last = dims.map((_, i) => i - dims.length);
  const moved = movedim(x, dims, last);
  const lines = reshape(moved, [...moved.shape.slice(0, x.ndim - dims.length), reducedCount(x.shape, dims)]);
  const others = mul(productsBefore(lines), flip(productsBefore(flip(lines, -1)), -1));
  return movedim(reshape(others, moved.shape), last, dims);
}

const prodOp: Op<Reduced> = defineOp<Reduced>({
  name: "prod",
  gradName: "Prod",
  kind: "kernel",
  shape: ([x], p) => ({ shape: reducedShape(x.shape, p), dtype: x.dtype }),
  run: (backend, [x], [out], { dims }) => backend.reduce("prod", x, out, dims),
  rules: "fused",
  saves: { inputs: [0], outputs: [] },
  vjp: (c, [g]) => {
    const [x, p] = [c.input(0), c.params];
    if (x.numel === 0) return [zerosLike(x)];
    return [mul(restoreDims(g!, x.shape, p), productOfOthers(x, p))];
  },
  jvp: null,
  batch: (_size, _batched, [x], p) => apply(prodOp, [x], behindBatch(p)),
  decompose: ([x], p) => productByHalves(x, p),
  samples: () => reduceSamples(true),
});

/** A record of `any` or `all`. */
function truth(name: "any" | "all"): Op<Reduced> {
  const op: Op<Reduced> = defineOp<Reduced>({
    name,
    gradName: name === "any" ? "Any" : "All",
    kind: "kernel",
    shape: ([x], p) => ({ shape: reducedShape(x.shape, p), dtype: "bool" }),
    run: (backend, [x], [out], { dims }) => backend.reduce(name, x, out, dims),
    rules: "none",
    batch: (_size, _batched, [x], p) => apply(op, [x], behindBatch(p)),
    samples: () => reduceSamples(true),
  });
  return op;
}

const anyOp: Op<Reduced> = truth("any");
const allOp: Op<Reduced> = truth("all");

/** Sum over exactly the axes of `p`, of which there may be none; what rules call where `sum` would take none for all. */
export function sumOver(x: Tensor, p: Reduced): Tensor {
  return apply(sumOp, [x], p);
}

/** Mean over exactly the axes of `p`. */
export function meanOver(x: Tensor, p: Reduced): Tensor {
  return apply(meanOp, [x], p);
}

/** Runs a sum or product in the dtype that was asked for; integers and bools are reduced as int32. */
function accumulate(op: Op<Reduced>, input: Tensor, p: Reduced, dtype: DType | undefined): Tensor {
  const converted = dtype === undefined ? input : cast(input, dtype);
  if (isFloating(converted.dtype)) return apply(op, [converted], p);
  const result = apply(op, [cast(converted, "int32")], p);
  return dtype === undefined ? result : cast(result, dtype);
}

/**
 * Sum over `dim` (one axis, several, or all). Integers and bools give int32.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * assertEquals(x.sum().item(), 21);
 * assertEquals(x.sum(1, { keepdim: true }).toArray(), [[6], [15]]);
 * ```
 */
export function sum(input: Tensor, dim?: ReducedDims, options: ReduceDTypeOptions = {}): Tensor {
  return accumulate(sumOp, input, reduced("sum", input, dim, options), options.dtype);
}

/**
 * Mean over `dim` (one axis, several, or all); NaN for no elements.
 *
 * ```ts
 * import { tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([[1, 2], [3, 6]]).mean(0).toArray(), [2, 4]);
 * ```
 *
 * @throws DTypeError for integers and bools.
 */
export function mean(input: Tensor, dim?: ReducedDims, options: ReduceDTypeOptions = {}): Tensor {
  const x = floatOperand("mean", input, options.dtype);
  return meanOver(x, reduced("mean", x, dim, options));
}

/** Product over `dim` (one axis, several, or all). Integers and bools give int32. */
export function prod(input: Tensor, dim?: ReducedDims, options: ReduceDTypeOptions = {}): Tensor {
  return accumulate(prodOp, input, reduced("prod", input, dim, options), options.dtype);
}

/** Sum over `dim` of the elements that are not NaN. */
export function nansum(input: Tensor, dim?: ReducedDims, options: ReduceDTypeOptions = {}): Tensor {
  return sum(isFloating(input.dtype) ? where(isnan(input), 0, input) : input, dim, options);
}

/**
 * Mean over `dim` of the elements that are not NaN; NaN where there is none.
 *
 * @throws DTypeError for integers and bools.
 */
export function nanmean(input: Tensor, dim?: ReducedDims, options: ReduceDTypeOptions = {}): Tensor {
  const x = floatOperand("nanmean", input, options.dtype);
  const { keepdim } = options;
  return div(nansum(x, dim, { keepdim }), sum(logicalNot(isnan(x)), dim, { keepdim }));
}

/** True where any element along `dim` is nonzero. */
export function any(input: Tensor, dim?: ReducedDims, options: ReduceOptions = {}): Tensor {
  return apply(anyOp, [input], reduced("any", input, dim, options));
}

/** True where all elements along `dim` are nonzero. */
export function all(input: Tensor, dim?: ReducedDims, options: ReduceOptions = {}): Tensor {
  return apply(allOp, [input], reduced("all", input, dim, options));
}

/** Number of nonzero elements over `dim`, as int32. */
export function countNonzero(input: Tensor, dim?: ReducedDims): Tensor {
  return sum(ne(input, 0), dim);
}

/** Largest finite float32. */
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** log(sum(exp(x))) over `dim`, computed without overflow. */
export function logsumexp(input: Tensor, dim: ReducedDims, options: ReduceOptions = {}): Tensor {
  const x = toFloat(input, "logsumexp");
  const p = reduced("logsumexp", x, dim, options);
  if (reducedCount(x.shape, p.dims) === 0) return log(sumOver(exp(x), p));
  // The shift cancels in value and derivative, so it counts as a constant.
  const largest = amax(x.detach(), dim, { keepdim: true });
  const limit = x.dtype === "float32" ? MAX_FLOAT32 : Number.MAX_VALUE;
  // Infinities are left to exp and log: infinity less infinity would be NaN.
  const shift = clamp(largest, -limit, limit);
  const total = log(sumOver(exp(sub(x, shift)), p));
  return add(total, p.keepdim ? shift : reshape(shift, total.shape));
}
