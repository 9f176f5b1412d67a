/**
 * Functions of neural networks, as in `torch.nn.functional`.
 *
 * @module
 */
export * from "../ops/activation.ts";
export * from "../ops/adaptive_pooling.ts";
export { type AttentionOptions, scaledDotProductAttention } from "../ops/attention.ts";
export { bilinear } from "../ops/bilinear.ts";
export {
  cosineSimilarity,
  type CosineSimilarityOptions,
  normalize,
  type NormalizeOptions,
  pairwiseDistance,
  type PairwiseDistanceOptions,
  pdist,
} from "../ops/distance.ts";
export * from "../ops/dropout.ts";
export * from "../ops/embedding_bag.ts";
export * from "../ops/fold.ts";
export * from "../ops/grid_sample.ts";
export { linear } from "../ops/linear.ts";
export { ctcLoss, type CtcLossOptions } from "../ops/loss_ctc.ts";
export type { LossOptions, LossReduction } from "../ops/loss_reduction.ts";
export * from "../ops/losses_binary.ts";
export * from "../ops/losses_classification.ts";
export * from "../ops/losses_margin.ts";
export * from "../ops/losses_regression.ts";
export * from "../ops/norm_layers.ts";
export * from "../ops/pooling.ts";
export {
  interpolate,
  type InterpolateOptions,
  type InterpolationMode,
  pixelShuffle,
  pixelUnshuffle,
  upsample,
} from "../ops/resample.ts";
export { logSoftmax, softmax } from "../ops/softmax.ts";
export { softmin } from "../ops/softmin.ts";
export {
  conv1d,
  conv2d,
  conv3d,
  type ConvolutionOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvTransposeOptions,
} from "../ops/convolution.ts";
export type { Spatial } from "../ops/spatial.ts";
export { sigmoid, tanh } from "../ops/unary.ts";
export { embedding, type EmbeddingOptions, oneHot } from "../ops/embedding.ts";
export { pad, type PadOptions } from "../ops/pad.ts";
