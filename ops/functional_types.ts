/**
 * Options of the functions of neural networks. Types only: programs do not load this file.
 *
 * @module
 */
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Generator } from "./random.ts";
import type { Spatial } from "./spatial.ts";

/** The range of `hardtanh`. */
export interface HardtanhOptions {
  /** Lower bound. Default: -1. */
  minVal?: number;
  /** Upper bound. Default: 1. */
  maxVal?: number;
}

/** The slope of `leakyRelu`. */
export interface LeakyReluOptions {
  /** Slope below 0. Default: 0.01. */
  negativeSlope?: number;
}

/** The scale of `elu` and `celu`. */
export interface EluOptions {
  /** Minus the limit towards minus infinity. Default: 1. */
  alpha?: number;
}

/** The form of `gelu`. */
export interface GeluOptions {
  /** "tanh" for the approximation by tanh. Default: "none". */
  approximate?: "none" | "tanh";
}

/** The shape of `softplus`. */
export interface SoftplusOptions {
  /** How sharp the bend is. Default: 1. */
  beta?: number;
  /** Where beta x exceeds this, the result is x. Default: 20. */
  threshold?: number;
}

/** The dead zone of the shrinking functions. */
export interface ShrinkOptions {
  /** Half its width. Default: 0.5. */
  lambd?: number;
}

/** Output sizes: one for all spatial axes, or one per axis, where null keeps the size. */
export type AdaptiveSize = number | null | readonly (number | null)[];

/** Options of the adaptive maxima. */
export interface AdaptiveMaxPoolOptions {
  /** Also return where the elements come from. Default: false. */
  returnIndices?: boolean;
}

/** Options of the power averages. */
export interface LpPoolOptions {
  /** Step of the window. Default: the kernel size. */
  stride?: Spatial | null;
  /** Let the last window hang over the end. Default: false. */
  ceilMode?: boolean;
}

/** Options of {@linkcode scaledDotProductAttention}. */
export interface AttentionOptions {
  /** Broadcasts against the weights [..., L, S]: a bool mask keeps where it is true, a floating one is added. */
  attnMask?: Tensor | null;
  /** Probability of a weight to be dropped. Default: 0. */
  dropoutP?: number;
  /** Let position i see positions up to i only; excludes `attnMask`. Default: false. */
  isCausal?: boolean;
  /** Also return the weights. Default: false. */
  needAttnWeights?: boolean;
}

/** Options of the convolutions. */
export interface ConvolutionOptions {
  /** Step of the window. Default: 1. */
  stride?: Spatial;
  /** Zeros around the input; "same" keeps its size (stride 1), "valid" adds none. Default: 0. */
  padding?: Spatial | "same" | "valid";
  /** Distance between kernel elements. Default: 1. */
  dilation?: Spatial;
  /** Number of groups of channels that do not see each other. Default: 1. */
  groups?: number;
}

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends Omit<ConvolutionOptions, "padding"> {
  /** Zeros that the matching convolution would add. Default: 0. */
  padding?: Spatial;
  /** Extra size on one side of the output. Default: 0. */
  outputPadding?: Spatial;
}

/** Options of {@linkcode cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** Axis of the vectors. Default: 1. */
  dim?: number;
  /** Least product of the norms. Default: 1e-8. */
  eps?: number;
}

/** Options of {@linkcode normalize}. */
export interface NormalizeOptions {
  /** Which norm. Default: 2. */
  p?: number;
  /** Axis of the vectors. Default: 1. */
  dim?: number;
  /** Least norm. Default: 1e-12. */
  eps?: number;
}

/** Options of {@linkcode pairwiseDistance}. */
export interface PairwiseDistanceOptions {
  /** Which norm. Default: 2. */
  p?: number;
  /** Added to the differences. Default: 1e-6. */
  eps?: number;
  /** Keep the last axis with size 1. Default: false. */
  keepdim?: boolean;
}

/** Options of the dropout functions. */
export interface DropoutOptions {
  /** Probability of an element (or channel) to become zero. Default: 0.5. */
  p?: number;
  /** Whether to drop at all; false returns the input. Default: true. */
  training?: boolean;
  /** The stream to draw from. Default: the one that `manualSeed` seeds. */
  generator?: Generator;
}

/** Options of {@linkcode embedding}. */
export interface EmbeddingOptions {
  /** The row that gets no gradient; negative ones count from the end. */
  paddingIdx?: number;
  /** Rows longer than this are first scaled down to it, in place. */
  maxNorm?: number;
  /** Which norm `maxNorm` means. Default: 2. */
  normType?: number;
  /** Divide the gradient of a row by how often it was looked up. Default: false. */
  scaleGradByFreq?: boolean;
}

/** Options of {@linkcode embeddingBag}. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where each bag starts in a 1-d input, int32, beginning with 0. */
  offsets?: Tensor | null;
  /** How the embeddings of a bag are combined. Default: "mean". */
  mode?: "sum" | "mean" | "max";
  /** Factors of the embeddings, of the shape of the input; for "sum" only. */
  perSampleWeights?: Tensor | null;
  /** The last offset is the end of the last bag. Default: false. */
  includeLastOffset?: boolean;
}

/** Options of {@linkcode fold} and {@linkcode unfold}. */
export interface FoldOptions {
  /** Distance between kernel elements. Default: 1. */
  dilation?: Spatial;
  /** Zeros around the image. Default: 0. */
  padding?: Spatial;
  /** Step of the window. Default: 1. */
  stride?: Spatial;
}

/** Options of {@linkcode gridSample}. */
export interface GridSampleOptions {
  /** How values between elements are found. Default: "bilinear". */
  mode?: "bilinear" | "nearest" | "bicubic";
  /** What lies outside of the image. Default: "zeros". */
  paddingMode?: "zeros" | "border" | "reflection";
  /** -1 and 1 are the centres of the corner elements instead of their outer edges. Default: false. */
  alignCorners?: boolean;
}

/** Options of {@linkcode ctcLoss}. */
export interface CtcLossOptions extends LossOptions {
  /** The class that stands for no label. Default: 0. */
  blank?: number;
  /** Infinite losses, of targets that do not fit, become zero. Default: false. */
  zeroInfinity?: boolean;
}

/** How losses are reduced: not at all, to their mean, or to their sum. */
export type LossReduction = "none" | "mean" | "sum";

/** Options that all losses share. */
export interface LossOptions {
  /** How the losses of single elements are reduced. Default: "mean". */
  reduction?: LossReduction;
}

/** Options of {@linkcode binaryCrossEntropy}. */
export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Weight of each loss; broadcasts. Default: 1. */
  weight?: Tensor | null;
}

/** Options of {@linkcode binaryCrossEntropyWithLogits}. */
export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Weight of the positive answers, per class; broadcasts. Default: 1. */
  posWeight?: Tensor | null;
}

/** Options of {@linkcode klDiv}. */
export interface KlDivOptions {
  /** "batchmean" divides the sum by the size of axis 0: the divergence as mathematics has it. Default: "mean". */
  reduction?: LossReduction | "batchmean";
  /** The target is given as logarithms. Default: false. */
  logTarget?: boolean;
}

/** Options of {@linkcode nllLoss}. */
export interface NllLossOptions extends LossOptions {
  /** Weight of each class, [C]. Default: 1. */
  weight?: Tensor | null;
  /** Targets of this value count for nothing. Default: -100. */
  ignoreIndex?: number;
}

/** Options of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target that is spread evenly over all classes, in [0, 1]. Default: 0. */
  labelSmoothing?: number;
}

/** Options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  /** The margin. */
  margin?: number;
}

/** Options of {@linkcode tripletMarginLoss}. */
export interface TripletMarginLossOptions extends MarginLossOptions {
  /** Which norm. Default: 2. */
  p?: number;
  /** Added to the differences. Default: 1e-6. */
  eps?: number;
  /** Also keep the negative away from the positive. Default: false. */
  swap?: boolean;
}

/** Options of {@linkcode multiMarginLoss}. */
export interface MultiMarginLossOptions extends MarginLossOptions {
  /** Exponent, 1 or 2. Default: 1. */
  p?: number;
  /** Weight of each class, [C]. Default: 1. */
  weight?: Tensor | null;
}

/** Options of {@linkcode smoothL1Loss}. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Distance at which the square becomes a line. Default: 1. */
  beta?: number;
}

/** Options of {@linkcode huberLoss}. */
export interface HuberLossOptions extends LossOptions {
  /** Distance at which the square becomes a line. Default: 1. */
  delta?: number;
}

/** Options of {@linkcode gaussianNllLoss}. */
export interface GaussianNllLossOptions extends LossOptions {
  /** Include the constant log(2 pi) / 2. Default: false. */
  full?: boolean;
  /** Least variance. Default: 1e-6. */
  eps?: number;
}

/** Options of {@linkcode poissonNllLoss}. */
export interface PoissonNllLossOptions extends LossOptions {
  /** The input is the logarithm of the rate. Default: true. */
  logInput?: boolean;
  /** Include Stirling's approximation of log(target!). Default: false. */
  full?: boolean;
  /** Keeps log(input + eps) finite. Default: 1e-8. */
  eps?: number;
}

/** Options of the norms with learned scale and shift. */
export interface AffineOptions {
  /** Scale. Default: none. */
  weight?: Tensor | null;
  /** Shift. Default: none. */
  bias?: Tensor | null;
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
}

/** Options of {@linkcode batchNorm}. */
export interface BatchNormOptions extends AffineOptions {
  /** Normalise by the statistics of the batch, and update the running ones. Default: false. */
  training?: boolean;
  /** Weight of the batch in the running statistics. Default: 0.1. */
  momentum?: number | Tensor;
}

/** Options of {@linkcode instanceNorm}. */
export interface InstanceNormOptions extends AffineOptions {
  /** Running means to update or, without `useInputStats`, to normalise by. */
  runningMean?: Tensor | null;
  /** Running variances. */
  runningVar?: Tensor | null;
  /** Normalise by the statistics of the input. Default: true. */
  useInputStats?: boolean;
  /** Weight of the input in the running statistics. Default: 0.1. */
  momentum?: number | Tensor;
}

/** Options of {@linkcode localResponseNorm}. */
export interface LocalResponseNormOptions {
  /** Factor of the mean square. Default: 1e-4. */
  alpha?: number;
  /** Exponent. Default: 0.75. */
  beta?: number;
  /** Added to the mean square. Default: 1. */
  k?: number;
}

/** How {@linkcode pad} fills. */
export interface PadOptions {
  /** "constant": with `value`; "reflect": mirrored without the edge; "replicate": the edge; "circular": the other end. Default: "constant". */
  mode?: "constant" | "reflect" | "replicate" | "circular";
  /** The constant. Default: 0. */
  value?: number;
}

/** Options that all pooling functions share. */
export interface PoolOptions {
  /** Step of the window. Default: the kernel size. */
  stride?: Spatial | null;
  /** Implicit padding on both sides, at most half the kernel. Default: 0. */
  padding?: Spatial;
  /** Let the last window hang over the end. Default: false. */
  ceilMode?: boolean;
}

/** Options of the maximum. */
export interface MaxPoolOptions extends PoolOptions {
  /** Distance between window elements. Default: 1. */
  dilation?: Spatial;
  /** Also return where the elements come from. Default: false. */
  returnIndices?: boolean;
}

/** Options of a maximum that returns values only. */
export type PlainMaxPoolOptions = MaxPoolOptions & { returnIndices?: false };

/** Options of the average. */
export interface AvgPoolOptions extends PoolOptions {
  /** Count padding in the average. Default: true. */
  countIncludePad?: boolean;
  /** Divide by this instead of the window size. */
  divisorOverride?: number | null;
}

/** Largest elements and their flat positions in the spatial plane of the input. */
export interface MaxPoolResult {
  /** Largest element of each window. */
  values: Tensor;
  /** Its position, int32. */
  indices: Tensor;
}

/** What a layer of maxima with `Options` returns: {@linkcode MaxPoolResult} where `returnIndices` is set. */
export type MaxPoolOutput<Options> = Options extends { returnIndices?: infer On }
  ? unknown extends On ? Tensor : true extends On ? false extends On ? Tensor | MaxPoolResult : MaxPoolResult : Tensor
  : Tensor;

/** How {@linkcode interpolate} fills in values. */
export type InterpolationMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area";

/** Options of {@linkcode interpolate}. */
export interface InterpolateOptions {
  /** Sizes of the spatial axes of the output; this or `scaleFactor`. */
  size?: number | Shape | null;
  /** Factors of the sizes of the spatial axes. */
  scaleFactor?: number | readonly number[] | null;
  /** "linear" for [N, C, L], "bilinear" and "bicubic" for images, "trilinear" for volumes. Default: "nearest". */
  mode?: InterpolationMode;
  /** Place the corner elements of input and output on each other, in the linear and cubic modes. Default: false. */
  alignCorners?: boolean | null;
  /** Sample by the ratio of the sizes instead of the given factor. Default: false. */
  recomputeScaleFactor?: boolean | null;
}
