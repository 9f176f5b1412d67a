/**
 * Options of the layers. Types only: programs do not load this file.
 *
 * @module
 */
import type {
  ConvolutionOptions,
  ConvTransposeOptions,
  EmbeddingBagOptions,
  EmbeddingOptions,
} from "../ops/functional_types.ts";
import type { Generator } from "../ops/random.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Device, Tensor } from "../tensor/tensor.ts";
import type { Module } from "./module.ts";

/** Options of {@linkcode PReLU}. */
export interface PReLUOptions extends ModuleOptions {
  /** 1, or the number of channels for a slope per channel. Default: 1. */
  numParameters?: number;
  /** Initial slope. Default: 0.25. */
  init?: number;
}

/** Options of {@linkcode RReLU}. */
export interface RReLUOptions {
  /** Smallest slope. Default: 1 / 8. */
  lower?: number;
  /** Largest slope. Default: 1 / 3. */
  upper?: number;
}

/** Options of {@linkcode MultiheadAttention}. */
export interface MultiheadAttentionOptions extends BiasOptions {
  /** Probability of a weight to be dropped in training. Default: 0. */
  dropout?: number;
  /** Add a learned key and value. Default: false. */
  addBiasKv?: boolean;
  /** Add a key and value of zeros. Default: false. */
  addZeroAttn?: boolean;
  /** Features of the keys. Default: embedDim. */
  kdim?: number;
  /** Features of the values. Default: embedDim. */
  vdim?: number;
  /** Inputs are [N, L, E] instead of [L, N, E]. Default: false. */
  batchFirst?: boolean;
}

/** Options of a call of {@linkcode MultiheadAttention}. In bool masks true means: do not look. */
export interface AttentionCallOptions {
  /** Keys to leave out, [N, S]: bool, or numbers to add to the scores. */
  keyPaddingMask?: Tensor | null;
  /** Pairs to leave out, [L, S] or [N heads, L, S]: bool, or numbers to add to the scores. */
  attnMask?: Tensor | null;
  /** Also return the weights. Default: true. */
  needWeights?: boolean;
  /** Return the mean of the weights over the heads. Default: true. */
  averageAttnWeights?: boolean;
}

/** Options of {@linkcode Conv1d}, {@linkcode Conv2d} and {@linkcode Conv3d}. */
export interface ConvOptions extends ConvolutionOptions, BiasOptions {
  /** What lies beyond the edges. Default: "zeros". */
  paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
}

/** Options of {@linkcode ConvTranspose1d}, {@linkcode ConvTranspose2d} and {@linkcode ConvTranspose3d}. */
export interface ConvTransposeLayerOptions extends ConvTransposeOptions, BiasOptions {
  /** Only "zeros". */
  paddingMode?: "zeros";
}

/** Where random values come from. */
export interface InitOptions {
  /** The stream to draw from. Default: the one that `manualSeed` seeds. */
  generator?: Generator;
}

/** Functions whose gain {@linkcode calculateGain} knows. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** Options of {@linkcode kaimingUniform_} and {@linkcode kaimingNormal_}. */
export interface KaimingOptions extends InitOptions {
  /** Negative slope of the rectifier behind the layer, for "leakyRelu". Default: 0. */
  a?: number;
  /** Which variance is kept: "fanIn" that of the forward pass, "fanOut" that of the backward pass. Default: "fanIn". */
  mode?: "fanIn" | "fanOut";
  /** Function behind the layer. Default: "leakyRelu". */
  nonlinearity?: Nonlinearity;
}

/** Options of {@linkcode truncNormal_}. */
export interface TruncNormalOptions extends InitOptions {
  /** Mean before truncation. Default: 0. */
  mean?: number;
  /** Standard deviation before truncation. Default: 1. */
  std?: number;
  /** Least value. Default: -2. */
  a?: number;
  /** Largest value. Default: 2. */
  b?: number;
}

/** Options of layers with a bias. */
export interface BiasOptions extends ModuleOptions {
  /** Add a learned bias. Default: true. */
  bias?: boolean;
}

/** Options of the recurrent layers. */
export interface RecurrentOptions extends BiasOptions {
  /** Layers on top of each other. Default: 1. */
  numLayers?: number;
  /** The input is [N, T, ...] instead of [T, N, ...]. Default: false. */
  batchFirst?: boolean;
  /** Probability of dropout between layers, in training. Default: 0. */
  dropout?: number;
  /** Also run backwards in time; both outputs are joined. Default: false. */
  bidirectional?: boolean;
}

/** Options of {@linkcode RNN}. */
export interface RNNOptions extends RecurrentOptions {
  /** The function of the cell. Default: "tanh". */
  nonlinearity?: "tanh" | "relu";
}

/** Options of {@linkcode LSTM}. */
export interface LSTMOptions extends RecurrentOptions {
  /** Size that the hidden state is projected to; 0 for none. Default: 0. */
  projSize?: number;
}

/** Options of {@linkcode RNNCell}. */
export interface RNNCellOptions extends BiasOptions {
  /** The function of the cell. Default: "tanh". */
  nonlinearity?: "tanh" | "relu";
}

/** Options of {@linkcode EmbeddingBag}. */
export interface EmbeddingBagLayerOptions
  extends ModuleOptions, Omit<EmbeddingBagOptions, "offsets" | "perSampleWeights"> {}

/** Options of {@linkcode Embedding}. */
export interface EmbeddingLayerOptions extends ModuleOptions, EmbeddingOptions {}

/** Options of the transformer layers. */
export interface TransformerLayerOptions extends ModuleOptions {
  /** Width of the feed-forward network. Default: 2048. */
  dimFeedforward?: number;
  /** Probability of dropout. Default: 0.1. */
  dropout?: number;
  /** Function of the feed-forward network. Default: "relu". */
  activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Added to the variance in layer norms. Default: 1e-5. */
  layerNormEps?: number;
  /** Inputs are [N, L, E] instead of [L, N, E]. Default: false. */
  batchFirst?: boolean;
  /** Normalise before each part instead of behind it. Default: false. */
  normFirst?: boolean;
}

/** Masks of an encoder. In bool masks true means: do not look. */
export interface EncoderMasks {
  /** Pairs of positions, [L, L] or [N heads, L, L]. */
  srcMask?: Tensor | null;
  /** The same: PyTorch's `TransformerEncoder` calls it so. */
  mask?: Tensor | null;
  /** Positions that are padding, [N, L]. */
  srcKeyPaddingMask?: Tensor | null;
}

/** Masks of a decoder. In bool masks true means: do not look. */
export interface DecoderMasks {
  /** Pairs of target positions. */
  tgtMask?: Tensor | null;
  /** Pairs of a target and a memory position. */
  memoryMask?: Tensor | null;
  /** Target positions that are padding. */
  tgtKeyPaddingMask?: Tensor | null;
  /** Memory positions that are padding. */
  memoryKeyPaddingMask?: Tensor | null;
}

/** Options of {@linkcode Transformer}. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Features of a position. Default: 512. */
  dModel?: number;
  /** Heads. Default: 8. */
  nhead?: number;
  /** Encoder layers. Default: 6. */
  numEncoderLayers?: number;
  /** Decoder layers. Default: 6. */
  numDecoderLayers?: number;
}

/** Options of batch and instance norms. */
export interface BatchNormLayerOptions extends ModuleOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Weight of a batch in the running statistics; null for a plain average over all batches. Default: 0.1. */
  momentum?: number | null;
  /** Learn scale and shift. Default: true, for instance norms false. */
  affine?: boolean;
  /** Keep running statistics for evaluation. Default: true, for instance norms false. */
  trackRunningStats?: boolean;
}

/** Options of {@linkcode LayerNorm}. */
export interface LayerNormOptions extends ModuleOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learn scale and shift. Default: true. */
  elementwiseAffine?: boolean;
}

/** Options of {@linkcode GroupNorm}. */
export interface GroupNormOptions extends ModuleOptions {
  /** Added to the variance. Default: 1e-5. */
  eps?: number;
  /** Learn scale and shift. Default: true. */
  affine?: boolean;
}

/** Where the parameters and buffers of a module live. */
export interface ModuleOptions {
  /** Element type of the parameters. Default: float32. */
  dtype?: DType;
  /** Device of the parameters. Default: "cpu". */
  device?: Device;
}

/** Options of {@linkcode clipGradNorm_}. */
export interface ClipGradNormOptions {
  /** Which norm. Default: 2. */
  normType?: number;
  /** Throw if the norm is NaN or infinite. Default: false. */
  errorIfNonfinite?: boolean;
}

/** Called after `forward`; what it returns replaces the output. */
// Modules take and return what they like; a hook sees exactly that.
// deno-lint-ignore no-explicit-any
export type ForwardHook = (module: Module, args: readonly any[], output: any) => any;

/** Tensors by name, as `stateDict()` gives them. */
export type StateDict = Record<string, Tensor>;

/** Elements on all sides, or before and after each spatial axis, the last axis first. */
export type Padding = number | readonly number[];
