/**
 * `torch.nn.functional`.
 *
 * @module
 */
import type { Table } from "../arguments.ts";
import { without } from "./adapters.ts";

const ROWS: readonly string[] = [
  "adaptiveAvgPool1d(input, output_size)",
  "adaptiveAvgPool2d(input, output_size)",
  "adaptiveMaxPool1d(input, output_size; return_indices) -> values, indices",
  "adaptiveMaxPool2d(input, output_size; return_indices) -> values, indices",
  "avgPool1d(input, kernel_size; stride, padding, ceil_mode, count_include_pad)",
  "avgPool2d(input, kernel_size; stride, padding, ceil_mode, count_include_pad, divisor_override)",
  "avgPool3d(input, kernel_size; stride, padding, ceil_mode, count_include_pad, divisor_override)",
  "batchNorm(input, running_mean, running_var; weight, bias, training, momentum, eps)",
  "bilinear(input1, input2, weight, bias)",
  "binaryCrossEntropy(input, target; weight, reduction)",
  "binaryCrossEntropyWithLogits(input, target; weight, reduction, pos_weight)",
  "celu(input; alpha)",
  "conv1d(input, weight, bias; stride, padding, dilation, groups)",
  "conv2d(input, weight, bias; stride, padding, dilation, groups)",
  "conv3d(input, weight, bias; stride, padding, dilation, groups)",
  "convTranspose1d(input, weight, bias; stride, padding, output_padding, groups, dilation)",
  "convTranspose2d(input, weight, bias; stride, padding, output_padding, groups, dilation)",
  "convTranspose3d(input, weight, bias; stride, padding, output_padding, groups, dilation)",
  "cosineEmbeddingLoss(input1, input2, target; margin, reduction)",
  "cosineSimilarity(x1, x2; dim, eps)",
  "crossEntropy(input, target; weight, ignore_index, reduction, label_smoothing)",
  "ctcLoss(log_probs, targets, input_lengths, target_lengths; blank, reduction, zero_infinity)",
  "dropout(input; p, training)",
  "elu(input; alpha)",
  "fold(input, output_size, kernel_size; dilation, padding, stride)",
  "gaussianNllLoss(input, target, var; full, eps, reduction)",
  "gelu(input; approximate)",
  "glu(input, dim)",
  "gridSample(input, grid; mode, padding_mode, align_corners)",
  "groupNorm(input, num_groups; weight, bias, eps)",
  "hardshrink(input; lambd)",
  "hardsigmoid(input)",
  "hardswish(input)",
  "hardtanh(input; min_val, max_val)",
  "hingeEmbeddingLoss(input, target; margin, reduction)",
  "huberLoss(input, target; reduction, delta)",
  "instanceNorm(input; running_mean, running_var, weight, bias, use_input_stats, momentum, eps)",
  "interpolate(input; size, scale_factor, mode, align_corners, recompute_scale_factor)",
  "klDiv(input, target; reduction, log_target)",
  "l1Loss(input, target; reduction)",
  "layerNorm(input, normalized_shape; weight, bias, eps)",
  "leakyRelu(input; negative_slope)",
  "linear(input, weight, bias)",
  "localResponseNorm(input, size; alpha, beta, k)",
  "logsigmoid(input)",
  "marginRankingLoss(input1, input2, target; margin, reduction)",
  "maxPool1d(input, kernel_size; stride, padding, dilation, ceil_mode, return_indices) -> values, indices",
  "maxPool2d(input, kernel_size; stride, padding, dilation, ceil_mode, return_indices) -> values, indices",
  "maxPool3d(input, kernel_size; stride, padding, dilation, ceil_mode, return_indices) -> values, indices",
  "mish(input)",
  "mseLoss(input, target; reduction)",
  "multiMarginLoss(input, target; p, margin, weight, reduction)",
  "multilabelMarginLoss(input, target; reduction)",
  "multilabelSoftMarginLoss(input, target; weight, reduction)",
  "nllLoss(input, target; weight, ignore_index, reduction)",
  "normalize(input; p, dim, eps)",
  "oneHot(input, num_classes)",
  "pad(input, pad; mode, value)",
  "pairwiseDistance(x1, x2; p, eps, keepdim)",
  "pdist(input, p)",
  "pixelShuffle(input, upscale_factor)",
  "pixelUnshuffle(input, downscale_factor)",
  "poissonNllLoss(input, target; log_input, full, eps, reduction)",
  "prelu(input, weight)",
  "relu(input)",
  "relu6(input)",
  "selu(input)",
  "silu(input)",
  "smoothL1Loss(input, target; reduction, beta)",
  "softMarginLoss(input, target; reduction)",
  "softmin(input, dim; dtype)",
  "softplus(input; beta, threshold)",
  "softshrink(input; lambd)",
  "softsign(input)",
  "tanhshrink(input)",
  "threshold(input, threshold, value)",
  "tripletMarginLoss(anchor, positive, negative; margin, p, eps, swap, reduction)",
  "unfold(input, kernel_size; dilation, padding, stride)",
];

/** `adaptiveAvgPool1d` as PyTorch spells it: digits belong to the word before them. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export const NN_FUNCTIONAL: Table = {
  ...Object.fromEntries(ROWS.map((row) => {
    const name = row.slice(0, row.indexOf("("));
    return [`torch.nn.functional.${snakeCase(name)}`, `nn.functional.${row}`];
  })),
  "torch.nn.functional.embedding": {
    row: "nn.functional.embedding(input, weight; padding_idx, max_norm, norm_type, scale_grad_by_freq)",
    adapt: without("sparse"),
  },
  "torch.nn.functional.embedding_bag": {
    row:
      "nn.functional.embeddingBag(input, weight; offsets, max_norm, norm_type, scale_grad_by_freq, mode, per_sample_weights, include_last_offset, padding_idx)",
    adapt: without("sparse"),
  },
  "torch.nn.functional._scaled_dot_product_attention": {
    row:
      "nn.functional.scaledDotProductAttention(query, key, value; attn_mask, dropout_p, need_attn_weights, is_causal)",
    // PyTorch 1.13 returns the weights whether they are asked for or not.
    adapt: ({ args, kwargs }) => ({
      args: args.map((arg, i) => i === 5 ? true : arg),
      kwargs: { ...kwargs, need_attn_weights: true },
    }),
  },
  "torch.nn.functional.scaled_dot_product_attention":
    "nn.functional.scaledDotProductAttention(query, key, value; attn_mask, dropout_p, is_causal)",
};
