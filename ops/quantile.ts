/**
 * Quantiles and covariances.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape, normalizeDim } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { isnan, logicalNot, lt } from "./compare.ts";
import { full } from "./creation.ts";
import { diagonal } from "./diagonal.ts";
import { unsqueeze } from "./dimensions.ts";
import { clamp } from "./extrema.ts";
import { gather } from "./gather_scatter.ts";
import { matmul } from "./matmul.ts";
import { any, sum } from "./reduce.ts";
import { ceil, floor, round } from "./rounding.ts";
import { expand, movedim, reshape, transpose } from "./shape.ts";
import { sort } from "./sort.ts";
import { lerp, where } from "./ternary.ts";
import type { CovarianceOptions, QuantileOptions } from "./types.ts";
import { sqrt } from "./unary.ts";

/** Elements of sorted lines (last axis) at fractional places, which have the shape of the result. */
function interpolate(sorted: Tensor, place: Tensor, how: QuantileOptions["interpolation"]): Tensor {
  const at = (position: Tensor): Tensor => gather(sorted, -1, cast(position, "int32"));
  switch (how) {
    case "lower":
      return at(floor(place));
    case "higher":
      return at(ceil(place));
    case "nearest":
      return at(round(place));
    case "midpoint":
      return lerp(at(floor(place)), at(ceil(place)), full([], 0.5, { dtype: sorted.dtype, device: sorted.device }));
    case "linear":
    case undefined:
      return lerp(at(floor(place)), at(ceil(place)), sub(place, floor(place)));
    default:
      throw new ArgumentError(
        `quantile: expected the interpolation "linear", "lower", "higher", "nearest" or "midpoint", got "${how}"`,
      );
  }
}

function quantiles(
  op: string,
  input: Tensor,
  q: number | Tensor,
  dim: number | null | undefined,
  options: QuantileOptions,
  ignoreNaN: boolean,
): Tensor {
  const levels = q instanceof Tensor ? q : full([], q, { dtype: input.dtype, device: input.device });
  if (!isFloating(input.dtype) || levels.dtype !== input.dtype) {
    throw new DTypeError(`${op}: expected floats of one dtype, got ${input.dtype} and ${levels.dtype} for q`);
  }
  if (levels.ndim > 1 || (typeof q === "number" && !(q >= 0 && q <= 1))) {
    throw new ArgumentError(`${op}: expected q to be numbers in [0, 1] in at most one axis, got ${q}`);
  }
  const isWhole = dim === undefined || dim === null || input.ndim === 0;
  const axis = isWhole ? 0 : normalizeDim(op, dim, input.ndim);
  const lines = isWhole ? reshape(input, [input.numel]) : movedim(input, axis, -1);
  const n = lines.shape[lines.ndim - 1];
  if (lines.numel === 0) {
    throw new ShapeError(`${op}: expected at least one element, got shape ${formatShape(input.shape)}`);
  }
  const rows = lines.shape.slice(0, -1);
  const missing = isnan(lines);
  const last = ignoreNaN
    ? clamp(sub(cast(sum(logicalNot(missing), -1, { keepdim: true }), lines.dtype), 1), 0)
    : full([], n - 1, { dtype: lines.dtype, device: lines.device });
  const shape = [...rows, levels.numel];
  const place = expand(mul(reshape(levels, [levels.numel]), last), shape);
  // NaN sorts last, so the last place is where a line that has one finds it.
  const found = ignoreNaN ? place : where(any(missing, -1, { keepdim: true }), n - 1, place);
  const result = interpolate(sort(lines, -1).values, found, options.interpolation);
  const first = movedim(result, -1, 0);
  const kept = !options.keepdim
    ? first
    : isWhole
    ? reshape(first, [levels.numel, ...input.shape.map(() => 1)])
    : unsqueeze(first, axis + 1);
  return levels.ndim === 0 ? reshape(kept, kept.shape.slice(1)) : kept;
}

/** Quantiles at the levels `q` in [0, 1], along `dim` or of all elements; a first axis for several levels. NaN spreads. */
export function quantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null,
  options: QuantileOptions = {},
): Tensor {
  return quantiles("quantile", input, q, dim, options, false);
}

/** {@linkcode quantile} of the elements that are not NaN. */
export function nanquantile(
  input: Tensor,
  q: number | Tensor,
  dim?: number | null,
  options: QuantileOptions = {},
): Tensor {
  return quantiles("nanquantile", input, q, dim, options, true);
}

/** Weights of `n` observations, none of them negative; frequencies are integers and importances floats. */
function checkWeights(name: string, weights: Tensor | undefined, n: number, floating: boolean): Tensor | null {
  if (weights === undefined) return null;
  const { dtype, shape, level, storage: { backend } } = weights;
  if (isFloating(dtype) !== floating || dtype === "bool" || shape.length > 1 || weights.numel !== n) {
    throw new ArgumentError(
      `cov: expected ${n} ${floating ? "floats" : "integers"} as ${name}, got ${dtype} of shape ${formatShape(shape)}`,
    );
  }
  if (level === null && backend.readsAtOnce && any(lt(weights, 0)).item() !== 0) {
    throw new ArgumentError(`cov: expected ${name} of at least 0, got a negative one`);
  }
  return weights;
}

/** Covariances of variables (rows) from observations (columns). */
export function cov(input: Tensor, options: CovarianceOptions = {}): Tensor {
  if (input.ndim > 2) {
    throw new ShapeError(`cov: expected at most 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  if (input.dtype === "bool") throw new DTypeError("cov: expected numbers, got bool; convert them with float()");
  const { correction = 1, fweights, aweights } = options;
  const x = isFloating(input.dtype) ? input : cast(input, "float32");
  const rows = x.ndim === 2 ? x : reshape(x, [1, x.numel]);
  const n = rows.shape[1];
  const repeats = checkWeights("fweights", fweights, n, false);
  const shares = checkWeights("aweights", aweights, n, true);
  const weights = repeats === null ? shares : shares === null ? repeats : mul(repeats, shares);
  const total = weights === null ? full([], n, { dtype: x.dtype, device: x.device }) : sum(weights);
  const weighted = (y: Tensor): Tensor => weights === null ? y : mul(y, weights);
  const deviation = sub(rows, div(sum(weighted(rows), 1, { keepdim: true }), total));
  // Frequencies count as observations, importances take part of one away.
  const lost = weights === null || shares === null || correction === 0
    ? correction
    : mul(div(sum(mul(weights, shares)), total), correction);
  const divisor = clamp(sub(total, lost), 0);
  const result = div(matmul(weighted(deviation), transpose(deviation, 0, 1)), divisor);
  return result.numel === 1 ? reshape(result, []) : result;
}

/** Correlation coefficients of variables (rows) from observations (columns), in [-1, 1]. */
export function corrcoef(input: Tensor): Tensor {
  const c = cov(input);
  if (c.ndim === 0) return div(c, c);
  const deviations = sqrt(diagonal(c));
  return clamp(div(div(c, unsqueeze(deviations, 1)), unsqueeze(deviations, 0)), -1, 1);
}
