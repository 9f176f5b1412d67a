/**
 * Functions of neural networks, as in `torch.nn.functional`.
 *
 * @module
 */
export * from "../ops/activation.ts";
export * from "../ops/adaptive_pooling.ts";
export { scaledDotProductAttention } from "../ops/attention.ts";
export { bilinear } from "../ops/bilinear.ts";
export { cosineSimilarity, normalize, pairwiseDistance, pdist } from "../ops/distance.ts";
export * from "../ops/dropout.ts";
export * from "../ops/embedding_bag.ts";
export * from "../ops/fold.ts";
export * from "../ops/grid_sample.ts";
export { linear } from "../ops/linear.ts";
export { ctcLoss } from "../ops/loss_ctc.ts";
export * from "../ops/losses_binary.ts";
export * from "../ops/losses_classification.ts";
export * from "../ops/losses_margin.ts";
export * from "../ops/losses_regression.ts";
export * from "../ops/norm_layers.ts";
export * from "../ops/pooling.ts";
export { interpolate, pixelShuffle, pixelUnshuffle, upsample } from "../ops/resample.ts";
export { logSoftmax, softmax } from "../ops/softmax.ts";
export { softmin } from "../ops/softmin.ts";
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "../ops/convolution.ts";
export type { Spatial } from "../ops/spatial.ts";
export { sigmoid, tanh } from "../ops/unary.ts";
export { embedding, oneHot } from "../ops/embedding.ts";
export { pad } from "../ops/pad.ts";
export type * from "../ops/functional_types.ts";
