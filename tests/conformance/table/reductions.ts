/**
 * Reductions, scans, sorting, statistics, and calls that end in a Python scalar.
 *
 * @module
 */
import type { Table, TorchCall } from "../arguments.ts";
import { without } from "./adapters.ts";

/** `torch.var(x, dim, unbiased, keepdim)`: `unbiased` is the older spelling of `correction`, and `dim` may be missing. */
function unbiasedToCorrection({ args, kwargs }: TorchCall): TorchCall {
  const { unbiased: named, ...others } = kwargs;
  const [unbiased = named, keepdim] = args.filter((value) => typeof value === "boolean");
  return {
    args: args.filter((value) => typeof value !== "boolean"),
    kwargs: {
      ...(unbiased === undefined ? {} : { correction: unbiased === true ? 1 : 0 }),
      ...(keepdim === undefined ? {} : { keepdim }),
      ...others,
    },
  };
}

export const REDUCTIONS: Table = {
  "torch.all": "all(input, dim; keepdim)",
  "torch.allclose": "allclose(input, other; rtol, atol, equal_nan)",
  "torch.amax": "amax(input, dim; keepdim)",
  "torch.amin": "amin(input, dim; keepdim)",
  "torch.aminmax": "aminmax(input, dim; keepdim) -> min, max",
  "torch.any": "any(input, dim; keepdim)",
  "torch.argmax": "argmax(input, dim; keepdim)",
  "torch.argmin": "argmin(input, dim; keepdim)",
  "torch.argsort": "argsort(input, dim; descending, stable)",
  "torch.bincount": "bincount(input; weights, minlength)",
  "torch.bucketize": "bucketize(input, boundaries; out_int32, right)",
  "torch.corrcoef": "corrcoef(input)",
  "torch.count_nonzero": "countNonzero(input, dim)",
  "torch.cov": "cov(input; correction, fweights, aweights)",
  "torch.cummax": "cummax(input, dim) -> values, indices",
  "torch.cummin": "cummin(input, dim) -> values, indices",
  "torch.cumprod": "cumprod(input, dim; dtype)",
  "torch.cumsum": "cumsum(input, dim; dtype)",
  "torch.cumulative_trapezoid": "cumulativeTrapezoid(y, x; dx, dim)",
  "torch.diff": "diff(input, n; dim, prepend, append)",
  "torch.dist": "dist(input, other, p)",
  "torch.equal": "equal(input, other)",
  "torch.gradient": "gradient(input; spacing, dim, edge_order)",
  "torch.histc": "histc(input; bins, min, max)",
  "torch.isin": { row: "isin(elements, test_elements; invert)", adapt: without("assume_unique") },
  "torch.kthvalue": "kthvalue(input, k, dim; keepdim) -> values, indices",
  "torch.log_softmax": "logSoftmax(input, dim; dtype)",
  "torch.logcumsumexp": "logcumsumexp(input, dim)",
  "torch.logsumexp": "logsumexp(input, dim; keepdim)",
  "torch.max": "max(input, dim; keepdim) -> values, indices",
  "torch.mean": "mean(input, dim; keepdim, dtype)",
  "torch.median": "median(input, dim; keepdim) -> values, indices",
  "torch.min": "min(input, dim; keepdim) -> values, indices",
  "torch.mode": "mode(input, dim; keepdim) -> values, indices",
  "torch.msort": "msort(input)",
  "torch.nanmean": "nanmean(input, dim; keepdim, dtype)",
  "torch.nanmedian": "nanmedian(input, dim; keepdim) -> values, indices",
  "torch.nanquantile": "nanquantile(input, q, dim; keepdim, interpolation)",
  "torch.nansum": "nansum(input, dim; keepdim, dtype)",
  "torch.norm": "norm(input, p, dim; keepdim, dtype)",
  "torch.prod": "prod(input, dim; keepdim, dtype)",
  "torch.quantile": "quantile(input, q, dim; keepdim, interpolation)",
  "torch.renorm": "renorm(input, p, dim, maxnorm)",
  "torch.searchsorted": "searchsorted(sorted_sequence, input; out_int32, right, side, sorter)",
  "torch.softmax": "softmax(input, dim; dtype)",
  "torch.sort": "sort(input, dim; descending, stable) -> values, indices",
  "torch.std": { row: "std(input, dim; correction, keepdim)", adapt: unbiasedToCorrection },
  "torch.std_mean": { row: "stdMean(input, dim; correction, keepdim)", adapt: unbiasedToCorrection },
  "torch.sum": "sum(input, dim; keepdim, dtype)",
  "torch.topk": "topk(input, k, dim; largest, sorted) -> values, indices",
  "torch.trapezoid": "trapezoid(y, x; dx, dim)",
  "torch.unique": "unique(input; sorted, return_inverse, return_counts, dim)",
  "torch.var": { row: "var(input, dim; correction, keepdim)", adapt: unbiasedToCorrection },
  "torch.var_mean": { row: "varMean(input, dim; correction, keepdim)", adapt: unbiasedToCorrection },
};
