export * from "./binary.ts";
export * from "./unary.ts";
export * from "./shape.ts";
export {
  all,
  any,
  countNonzero,
  logsumexp,
  mean,
  nanmean,
  nansum,
  prod,
  type ReducedDims,
  type ReduceDTypeOptions,
  type ReduceOptions,
  sum,
} from "./reduce.ts";
export { amax, amin, aminmax, argmax, argmin, max, min } from "./max_min.ts";
export { std, stdMean, variance as var, type VarianceOptions, varMean } from "./statistics.ts";
export * from "./median.ts";
export * from "./sort.ts";
export * from "./quantile.ts";
export * from "./histogram.ts";
export * from "./differences.ts";
export type { Selection } from "./selection.ts";
export * from "./scan.ts";
export * from "./creation.ts";
export { tensor, type TensorData } from "./tensor_data.ts";
export { asStrided, asStridedScatter } from "./as_strided.ts";
export * from "./matmul.ts";
export { chainMatmul, cross, kron, tensordot, type TensordotOptions, trace } from "./linear_algebra.ts";
export * from "./einsum.ts";
export { cdist, type CdistOptions, dist, norm, renorm } from "./norm.ts";
export { choleskySolve } from "./linalg/factor.ts";
export { matrixExp, matrixPower } from "./linalg/functions.ts";
export { det, logdet } from "./linalg/solve.ts";
export * from "./slicing.ts";
export * from "./join.ts";
export * from "./inplace.ts";
export * from "./softmax.ts";
export * from "./dimensions.ts";
export * from "./random.ts";
export * from "./rounding.ts";
export * from "./power.ts";
export * from "./extrema.ts";
export * from "./compare.ts";
export * from "./ternary.ts";
export * from "./bitwise.ts";
export * from "./special.ts";
export { bool, cpu, double, float, int, long, to } from "./cast.ts";
export { relu } from "./activation.ts";
export * from "./broadcast.ts";
export * from "./split.ts";
export * from "./rearrange.ts";
export * from "./diagonal.ts";
export * from "./triangular.ts";
export * from "./unfold.ts";
export { gather, scatter, scatterAdd, type ScatterOptions, takeAlongDim } from "./gather_scatter.ts";
export * from "./index_select.ts";
export { scatterReduce, type ScatterReduceOptions, type ScatterReduction } from "./scatter_reduce.ts";
export { argwhere, nonzero } from "./nonzero.ts";
export * from "./masked.ts";
export { indexPut, type IndexPutOptions, put, take } from "./advanced_indexing.ts";
export * from "./indexing.ts";
export * from "./unique.ts";
export * from "./search.ts";
export type { BinaryFunction, UnaryFunction } from "./families.ts";
