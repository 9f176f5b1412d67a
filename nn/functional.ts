/**
 * Functions of neural networks, as in `torch.nn.functional`.
 *
 * @module
 */
export { linear } from "../ops/linear.ts";
export { logSoftmax, softmax } from "../ops/softmax.ts";
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
export { normalizeLayers } from "../ops/normalization.ts";
