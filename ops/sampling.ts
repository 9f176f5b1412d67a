/**
 * Random tensors whose distributions are given by tensors. No gradient reaches those.
 *
 * @module
 */
import { checkOptions, refused } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { broadcastShapes, type Shape } from "../tensor/shape.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { add, div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { gt } from "./compare.ts";
import { clamp, clampMin } from "./extrema.ts";
import { amin } from "./max_min.ts";
import { promote, toFloat } from "./promote.ts";
import { rand, randn } from "./random.ts";
import { isReadable } from "./readable.ts";
import { sum } from "./reduce.ts";
import { cumsum } from "./scan.ts";
import { scoped } from "./scoped.ts";
import { searchsorted } from "./search.ts";
import { narrow } from "./slicing.ts";
import { topk } from "./sort.ts";
import type { RandomOptions } from "./types.ts";
import { log1p, neg } from "./unary.ts";

/**
 * Numbers of the normal distribution, each with its own mean and standard deviation.
 *
 * @param shape Default: that of `mean` and `std`, broadcast.
 * @throws ArgumentError for negative standard deviations.
 */
export function normal(
  mean: TensorLike,
  std: TensorLike = 1,
  shape: Shape | null = null,
  options: RandomOptions = {},
): Tensor {
  const [centre, spread] = [mean, std].map((x) => x instanceof Tensor ? x.detach() : x);
  const [means, deviations] = promote(centre, spread, true, "normal");
  if (isReadable(deviations) && !clampMin(deviations, 0).equal(deviations)) {
    throw new ArgumentError("normal: expected standard deviations of 0 or more, got others");
  }
  const { dtype, device } = means;
  const { requiresGrad = false, ...others } = options;
  const full = shape ?? broadcastShapes("normal", means.shape, deviations.shape);
  const result = scoped(() => {
    const standard = randn(full, { dtype, device, ...others });
    return cast(add(mul(standard, spread), centre), standard.dtype);
  });
  return requiresGrad ? result.requiresGrad_() : result;
}

/**
 * Positions along the last axis, drawn with probabilities in proportion to `input`: int32, `numSamples` for each row.
 *
 * @param replacement Whether a position may be drawn again. Default: false.
 * @throws ArgumentError for negative or infinite weights, and where too few are positive.
 */
export function multinomial(
  input: Tensor,
  numSamples: number,
  replacement: boolean = false,
  options: Partial<Pick<RandomOptions, "generator">> = {},
): Tensor {
  if (typeof replacement !== "boolean") throw refused("multinomial", "true or false as replacement", replacement);
  checkOptions("multinomial", options, "generator");
  const weights = toFloat(input, "multinomial").detach();
  const { shape, dtype, device } = weights;
  if (shape.length === 0) throw new ShapeError("multinomial: expected weights with axes, got a 0-d tensor");
  const rows = shape.slice(0, -1);
  if (!(Number.isInteger(numSamples) && numSamples > 0)) {
    throw refused("multinomial", "a whole numSamples above 0", numSamples);
  }
  const needed = replacement ? 1 : numSamples;
  if (
    isReadable(weights) && weights.numel > 0 &&
    !(clamp(weights, 0, 3e38).equal(weights) && amin(sum(gt(weights, 0), -1)).item() >= needed)
  ) {
    throw new ArgumentError(
      `multinomial: expected finite weights of 0 or more, in each row at least ${needed} above 0, got others`,
    );
  }
  const uniform = (count: number): Tensor => rand([...rows, count], { dtype, device, ...options });
  return scoped(() => {
    if (replacement) {
      const sums = cumsum(weights, -1);
      return searchsorted(sums, mul(uniform(numSamples), narrow(sums, -1, -1, 1)), { right: true });
    }
    // The shortest of exponential waiting times with the weights as rates.
    const waits = clampMin(neg(log1p(neg(uniform(shape[rows.length])))), 1e-30);
    return topk(div(weights, waits), numSamples).indices;
  });
}
