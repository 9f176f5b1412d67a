/**
 * Constructors of `torch.nn` modules.
 *
 * @module
 */
import type { Table } from "../arguments.ts";

const CONVOLUTION = "in_channels, out_channels, kernel_size; stride, padding, dilation, groups, bias, padding_mode";
const TRANSPOSED =
  "in_channels, out_channels, kernel_size; stride, padding, output_padding, groups, bias, dilation, padding_mode";
const BATCH_NORM = "num_features; eps, momentum?, affine, track_running_stats";
const RECURRENT =
  "input_size, hidden_size; num_layers, nonlinearity, bias, batch_first, dropout, bidirectional, proj_size";
const CELL = "input_size, hidden_size; bias, nonlinearity";
const TRANSFORMER_LAYER =
  "d_model, nhead; dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first";
const MAX_POOL = "kernel_size; stride, padding, dilation, return_indices, ceil_mode";
const AVG_POOL = "kernel_size; stride, padding, ceil_mode, count_include_pad, divisor_override";

const PARAMETERS: Readonly<Record<string, string>> = {
  AdaptiveAvgPool1d: "output_size",
  AdaptiveAvgPool2d: "output_size",
  AdaptiveAvgPool3d: "output_size",
  AdaptiveMaxPool1d: "output_size; return_indices",
  AdaptiveMaxPool2d: "output_size; return_indices",
  AdaptiveMaxPool3d: "output_size; return_indices",
  AvgPool1d: AVG_POOL,
  AvgPool2d: AVG_POOL,
  AvgPool3d: AVG_POOL,
  BCELoss: "; weight, reduction",
  BCEWithLogitsLoss: "; weight, reduction, pos_weight",
  BatchNorm1d: BATCH_NORM,
  BatchNorm2d: BATCH_NORM,
  BatchNorm3d: BATCH_NORM,
  Bilinear: "in1_features, in2_features, out_features; bias",
  CELU: "; alpha",
  CTCLoss: "; blank, reduction, zero_infinity",
  Conv1d: CONVOLUTION,
  Conv2d: CONVOLUTION,
  Conv3d: CONVOLUTION,
  ConvTranspose1d: TRANSPOSED,
  ConvTranspose2d: TRANSPOSED,
  ConvTranspose3d: TRANSPOSED,
  CosineEmbeddingLoss: "; margin, reduction",
  CosineSimilarity: "; dim, eps",
  CrossEntropyLoss: "; weight, ignore_index, reduction, label_smoothing",
  Dropout: "; p",
  ELU: "; alpha",
  Embedding: "num_embeddings, embedding_dim; padding_idx, max_norm, norm_type, scale_grad_by_freq",
  EmbeddingBag: "num_embeddings, embedding_dim; max_norm, norm_type, mode, include_last_offset, padding_idx",
  Flatten: "start_dim, end_dim",
  Fold: "output_size, kernel_size; dilation, padding, stride",
  GELU: "; approximate",
  GLU: "dim",
  GRU: RECURRENT,
  GRUCell: CELL,
  GaussianNLLLoss: "; full, eps, reduction",
  GroupNorm: "num_groups, num_channels; eps, affine",
  Hardshrink: "; lambd",
  Hardsigmoid: "",
  Hardswish: "",
  Hardtanh: "; min_val, max_val",
  HingeEmbeddingLoss: "; margin, reduction",
  HuberLoss: "; reduction, delta",
  Identity: "",
  InstanceNorm1d: BATCH_NORM,
  InstanceNorm2d: BATCH_NORM,
  InstanceNorm3d: BATCH_NORM,
  KLDivLoss: "; reduction, log_target",
  L1Loss: "; reduction",
  LSTM: RECURRENT,
  LSTMCell: CELL,
  LayerNorm: "normalized_shape; eps, elementwise_affine",
  LeakyReLU: "; negative_slope",
  Linear: "in_features, out_features; bias",
  LocalResponseNorm: "size; alpha, beta, k",
  LogSigmoid: "",
  LogSoftmax: "dim",
  MSELoss: "; reduction",
  MarginRankingLoss: "; margin, reduction",
  MaxPool1d: MAX_POOL,
  MaxPool2d: MAX_POOL,
  MaxPool3d: MAX_POOL,
  Mish: "",
  MultiLabelMarginLoss: "; reduction",
  MultiLabelSoftMarginLoss: "; weight, reduction",
  MultiMarginLoss: "; p, margin, weight, reduction",
  MultiheadAttention: "embed_dim, num_heads; dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first",
  NLLLoss: "; weight, ignore_index, reduction",
  PReLU: "; num_parameters, init",
  PairwiseDistance: "; p, eps, keepdim",
  PixelShuffle: "upscale_factor",
  PixelUnshuffle: "downscale_factor",
  PoissonNLLLoss: "; log_input, full, eps, reduction",
  RNN: RECURRENT,
  RNNCell: CELL,
  ReLU: "",
  ReLU6: "",
  ReflectionPad1d: "padding",
  ReflectionPad2d: "padding",
  ReplicationPad1d: "padding",
  ReplicationPad2d: "padding",
  SELU: "",
  SiLU: "",
  Sigmoid: "",
  SmoothL1Loss: "; reduction, beta",
  SoftMarginLoss: "; reduction",
  Softmax: "dim",
  Softmax2d: "",
  Softmin: "dim",
  Softplus: "; beta, threshold",
  Softshrink: "; lambd",
  Softsign: "",
  Tanh: "",
  Tanhshrink: "",
  Threshold: "threshold, value",
  TransformerDecoderLayer: TRANSFORMER_LAYER,
  TransformerEncoderLayer: TRANSFORMER_LAYER,
  TripletMarginLoss: "; margin, p, eps, swap, reduction",
  Unflatten: "dim, unflattened_size",
  Unfold: "kernel_size; dilation, padding, stride",
  Upsample: "; size, scale_factor, mode, align_corners",
  ZeroPad2d: "padding",
};

export const MODULES: Table = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, parameters]) => [name, `nn.${name}(${parameters})`]),
);

/** Rows of `forward` where arguments are keywords in PyTorch's habit or results are tuples; all others are positional. */
export const FORWARD: Readonly<Record<string, string>> = {
  MaxPool1d: "forward(input) -> values, indices",
  MaxPool2d: "forward(input) -> values, indices",
  MaxPool3d: "forward(input) -> values, indices",
  MultiheadAttention: "forward(query, key, value; key_padding_mask, need_weights, attn_mask, average_attn_weights)",
  TransformerEncoderLayer: "forward(src; src_mask, src_key_padding_mask)",
  TransformerDecoderLayer: "forward(tgt, memory; tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)",
};
