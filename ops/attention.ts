/**
 * Scaled dot-product attention.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul } from "./binary.ts";
import { ones } from "./creation.ts";
import { dropout } from "./dropout.ts";
import type { AttentionOptions } from "./functional_types.ts";
import { matmul } from "./matmul.ts";
import { scoped } from "./scoped.ts";
import { transpose } from "./shape.ts";
import { softmax } from "./softmax.ts";
import { where } from "./ternary.ts";
import { tril } from "./triangular.ts";

/** The mask of scores [..., L, S], or null for none. */
function maskOf(scores: Tensor, { attnMask = null, isCausal = false }: AttentionOptions): Tensor | null {
  if (!isCausal) return attnMask;
  if (attnMask !== null) {
    throw new ArgumentError("scaledDotProductAttention: expected either attnMask or isCausal, got both");
  }
  return tril(ones(scores.shape.slice(-2), { dtype: "bool", device: scores.device }));
}

/** softmax(query key^T / sqrt(E) + mask): the attention weights [..., L, S]. */
export function attentionWeights(query: Tensor, key: Tensor, options: AttentionOptions): Tensor {
  const scale = 1 / Math.sqrt(query.shape[query.ndim - 1]);
  return scoped(() => {
    // The smaller operand is scaled: the scores have L S elements, the query L E.
    const scores = matmul(mul(query, scale), transpose(key, -2, -1));
    const mask = maskOf(scores, options);
    if (mask === null) return softmax(scores, -1);
    return softmax(mask.dtype === "bool" ? where(mask, scores, -Infinity) : add(scores, mask), -1);
  });
}

/**
 * softmax(query key^T / sqrt(E) + mask) value (Vaswani et al. 2017).
 *
 * @param query [..., L, E].
 * @param key [..., S, E].
 * @param value [..., S, V].
 * @returns [..., L, V]; with `needAttnWeights` also the weights [..., L, S].
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions & { needAttnWeights: true },
): [Tensor, Tensor];
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options?: AttentionOptions & { needAttnWeights?: false },
): Tensor;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor | [Tensor, Tensor] {
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2 || query.shape[query.ndim - 1] !== key.shape[key.ndim - 1]) {
    throw new ShapeError(
      `scaledDotProductAttention: expected query [..., L, E], key [..., S, E] and value [..., S, V], got ${
        formatShape(query.shape)
      }, ${formatShape(key.shape)} and ${formatShape(value.shape)}`,
    );
  }
  const { dropoutP = 0, needAttnWeights = false } = options;
  const weights = (): Tensor => dropout(attentionWeights(query, key, options), { p: dropoutP });
  if (!needAttnWeights) return scoped(() => matmul(weights(), value));
  const kept = weights();
  return [matmul(kept, value), kept];
}
