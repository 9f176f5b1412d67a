/**
 * Counting values.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { ge, le, logicalAnd } from "./compare.ts";
import { onesLike, zeros } from "./creation.ts";
import { clamp } from "./extrema.ts";
import { scatterAdd } from "./gather_scatter.ts";
import { max as largest, min as smallest } from "./max_min.ts";
import { floatOperand } from "./promote.ts";
import { floor } from "./rounding.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import type { BincountOptions, HistcOptions } from "./types.ts";

/** Smallest and largest element. */
function extremes(op: string, x: Tensor): [number, number] {
  return [smallest(x).read(op)[0], largest(x).read(op)[0]];
}

/** How often each of the numbers 0, 1, ... is in a vector of integers, as int32, or the sum of its weights. */
export function bincount(input: Tensor, options: BincountOptions = {}): Tensor {
  const { weights, minlength = 0 } = options;
  if (!(minlength >= 0)) throw new ArgumentError(`bincount: expected minlength of at least 0, got ${minlength}`);
  if (isFloating(input.dtype)) {
    throw new DTypeError(`bincount: expected integers, got ${input.dtype}; convert them with int()`);
  }
  if (input.ndim !== 1 || (weights !== undefined && weights.numel !== input.numel)) {
    throw new ShapeError(
      `bincount: expected a vector, and as many weights, got shape ${formatShape(input.shape)}` +
        (weights === undefined ? "" : ` and ${formatShape(weights.shape)}`),
    );
  }
  const index = cast(input, "int32");
  const [low, high] = index.numel === 0 ? [0, -1] : extremes("bincount", index);
  if (low < 0) throw new ArgumentError(`bincount: expected numbers of at least 0, got ${low}`);
  const length = Math.max(minlength, high + 1);
  const counted = weights === undefined
    ? onesLike(index)
    : cast(weights, weights.dtype === "float32" ? "float32" : "float64");
  return scatterAdd(zeros([length], { dtype: counted.dtype, device: input.device }), 0, index, counted);
}

/** How many elements fall into each of several bins of one width; what lies outside is not counted. */
export function histc(input: Tensor, options: HistcOptions = {}): Tensor {
  const { bins = 100 } = options;
  let { min = 0, max = 0 } = options;
  if (!Number.isInteger(bins) || bins < 1 || min > max) {
    throw new ArgumentError(
      `histc: expected bins of at least 1 and min up to max, got bins ${bins}, min ${min}, max ${max}`,
    );
  }
  const values = floatOperand("histc", input);
  if (min === max && values.numel > 0) [min, max] = extremes("histc", values);
  if (!Number.isFinite(max - min)) {
    throw new ArgumentError(`histc: expected a finite range, got ${formatShape([min, max])}`);
  }
  if (min === max) [min, max] = [min - 1, max + 1];
  const x = reshape(values.detach(), [values.numel]);
  const isInside = logicalAnd(ge(x, min), le(x, max));
  const place = clamp(floor(mul(div(sub(x, min), max - min), bins)), 0, bins - 1);
  const index = cast(where(isInside, place, 0), "int32");
  return scatterAdd(zeros([bins], { dtype: x.dtype, device: x.device }), 0, index, cast(isInside, x.dtype));
}
