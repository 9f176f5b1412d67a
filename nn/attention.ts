/**
 * Attention with several heads.
 *
 * @module
 */
import { attentionWeights } from "../ops/attention.ts";
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { logicalAnd, logicalNot } from "../ops/compare.ts";
import { zeros } from "../ops/creation.ts";
import { dropout } from "../ops/dropout.ts";
import { cat } from "../ops/join.ts";
import { linear } from "../ops/linear.ts";
import { matmul } from "../ops/matmul.ts";
import { pad } from "../ops/pad.ts";
import { mean } from "../ops/reduce.ts";
import { expand, reshape, transpose } from "../ops/shape.ts";
import { narrow } from "../ops/slicing.ts";
import { chunk } from "../ops/split.ts";
import { where } from "../ops/ternary.ts";
import { checkOptions } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Linear } from "./linear.ts";
import { Layer } from "./layer.ts";
import { emptyParameter, type Parameter } from "./parameter.ts";
import type { AttentionCallOptions, MultiheadAttentionOptions } from "./types.ts";

/** A bool mask as numbers to add to scores. */
function additive(mask: Tensor, like: Tensor): Tensor {
  return mask.dtype === "bool"
    ? where(mask, -Infinity, zeros([], { dtype: like.dtype, device: like.device }))
    : cast(mask, like.dtype);
}

/**
 * Attention over `numHeads` projections of queries, keys and values (Vaswani et al. 2017).
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const attention = new nn.MultiheadAttention(8, 2, { batchFirst: true });
 * const x = ones([1, 5, 8]);
 * const [output, weights] = attention.call(x, x, x);
 * assertEquals([output.shape, weights?.shape], [[1, 5, 8], [1, 5, 5]]);
 * ```
 */
export class MultiheadAttention extends Layer {
  /** Weights of query, key and value on top of each other, [3 embedDim, embedDim]; null where their sizes differ. */
  inProjWeight: Parameter | null = null;
  /** [embedDim, embedDim] where sizes differ. */
  qProjWeight: Parameter | null = null;
  /** [embedDim, kdim] where sizes differ. */
  kProjWeight: Parameter | null = null;
  /** [embedDim, vdim] where sizes differ. */
  vProjWeight: Parameter | null = null;
  /** [3 embedDim]. */
  inProjBias: Parameter | null;
  /** The learned key, [1, 1, embedDim]. */
  biasK: Parameter | null = null;
  /** The learned value, [1, 1, embedDim]. */
  biasV: Parameter | null = null;
  /** Joins the heads. */
  outProj: Linear;

  /** `numHeads` must divide `embedDim`. */
  constructor(readonly embedDim: number, readonly numHeads: number, readonly options: MultiheadAttentionOptions = {}) {
    super(options, "dropout");
    if (!(numHeads > 0) || embedDim % numHeads !== 0) {
      throw new ArgumentError(`MultiheadAttention: expected heads that divide ${embedDim} features, got ${numHeads}`);
    }
    const { kdim = embedDim, vdim = embedDim, bias = true, addBiasKv = false } = options;
    if (kdim === embedDim && vdim === embedDim) {
      this.inProjWeight = emptyParameter(this, [3 * embedDim, embedDim], options);
    } else {
      this.qProjWeight = emptyParameter(this, [embedDim, embedDim], options);
      this.kProjWeight = emptyParameter(this, [embedDim, kdim], options);
      this.vProjWeight = emptyParameter(this, [embedDim, vdim], options);
    }
    this.inProjBias = bias ? emptyParameter(this, [3 * embedDim], options) : null;
    this.outProj = new Linear(embedDim, embedDim, options);
    if (addBiasKv) {
      this.biasK = emptyParameter(this, [1, 1, embedDim], options);
      this.biasV = emptyParameter(this, [1, 1, embedDim], options);
    }
    this.resetParameters();
  }

  /** Draws new values for the parameters. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight]) {
      if (weight !== null) init.xavierUniform_(weight);
    }
    if (this.inProjBias !== null) init.zeros_(this.inProjBias);
    if (this.outProj.bias !== null) init.zeros_(this.outProj.bias);
    for (const bias of [this.biasK, this.biasV]) if (bias !== null) init.xavierNormal_(bias);
  }

  /**
   * What the queries find.
   *
   * @param query [L, N, embedDim], [N, L, embedDim] with `batchFirst`, or [L, embedDim].
   * @param key [S, N, kdim] likewise.
   * @param value [S, N, vdim] likewise.
   * @returns The output, shaped as the query, and the weights [N, L, S] ([N, heads, L, S] without averaging) or null.
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionCallOptions = {},
  ): [Tensor, Tensor | null] {
    checkOptions("MultiheadAttention", options, "attnMask");
    if (query.ndim !== 2 && query.ndim !== 3 || key.ndim !== query.ndim || value.ndim !== query.ndim) {
      throw new ShapeError(
        `MultiheadAttention: expected query, key and value of 2 or 3 dimensions, got ${formatShape(query.shape)}, ${
          formatShape(key.shape)
        } and ${formatShape(value.shape)}`,
      );
    }
    const { needWeights = true, averageAttnWeights = true } = options;
    const { dropout: p = 0, batchFirst = false } = this.options;
    const single = query.ndim === 2;
    const batchMajor = (x: Tensor): Tensor =>
      single ? reshape(x, [1, ...x.shape]) : batchFirst ? x : transpose(x, 0, 1);
    const [q, k, v] = this.#heads(query, key, value, batchMajor);
    const attnMask = this.#mask(q, k, single, options);
    const weights = dropout(attentionWeights(q, k, { attnMask }), { p, training: this.training });
    const found = transpose(matmul(weights, v), 1, 2);
    const joined = this.outProj.call(reshape(found, [found.shape[0], found.shape[1], this.embedDim]));
    const output = single ? reshape(joined, joined.shape.slice(1)) : batchFirst ? joined : transpose(joined, 0, 1);
    if (!needWeights) return [output, null];
    const shown = averageAttnWeights ? mean(weights, 1) : weights;
    return [output, single ? reshape(shown, shown.shape.slice(1)) : shown];
  }

  /** Projected query, key and value as [N, heads, positions, features of a head]. */
  #heads(query: Tensor, key: Tensor, value: Tensor, batchMajor: (x: Tensor) => Tensor): Tensor[] {
    const { addZeroAttn = false } = this.options;
    const [q, k, v] = this.#project(query, key, value).map(batchMajor);
    const samples = q.shape[0];
    const learned = (x: Tensor, extra: Tensor | null): Tensor =>
      extra === null ? x : cat([x, expand(extra, [samples, 1, this.embedDim])], 1);
    const zero = (x: Tensor): Tensor => addZeroAttn ? pad(x, [0, 0, 0, 1]) : x;
    return [q, zero(learned(k, this.biasK)), zero(learned(v, this.biasV))].map((x) =>
      transpose(reshape(x, [samples, x.shape[1], this.numHeads, this.embedDim / this.numHeads]), 1, 2)
    );
  }

  #project(query: Tensor, key: Tensor, value: Tensor): Tensor[] {
    const { inProjWeight, inProjBias, embedDim } = this;
    if (inProjWeight !== null && query === key && key === value) {
      return chunk(linear(query, inProjWeight, inProjBias), 3, -1);
    }
    const part = (x: Tensor | null, i: number): Tensor | null => x && narrow(x, 0, i * embedDim, embedDim);
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight];
    return [query, key, value].map((x, i) => linear(x, (own[i] ?? part(inProjWeight, i))!, part(inProjBias, i)));
  }

  /** The masks together: bool (true: look) if both are, else numbers to add. They broadcast against [N, heads, L, S]. */
  #mask(q: Tensor, k: Tensor, single: boolean, options: AttentionCallOptions): Tensor | null {
    const [N, heads, L] = q.shape;
    const added = Number(this.biasK !== null) + Number(this.options.addZeroAttn ?? false);
    const S = k.shape[2] - added;
    const { attnMask, keyPaddingMask } = options;
    const widened = (mask: Tensor, shape: Shape, view: Shape = shape): Tensor => {
      if (sameShape(mask.shape, shape)) return pad(reshape(mask, view), [0, added]);
      throw new ShapeError(
        `MultiheadAttention: expected a mask of shape ${formatShape(shape)}, got ${formatShape(mask.shape)}`,
      );
    };
    const masks: Tensor[] = [];
    if (attnMask?.ndim === 3) masks.push(widened(attnMask, [N * heads, L, S], [N, heads, L, S]));
    else if (attnMask) masks.push(widened(attnMask, [L, S]));
    if (keyPaddingMask) masks.push(widened(keyPaddingMask, single ? [S] : [N, S], [N, 1, 1, S]));
    if (masks.length === 0) return null;
    if (masks.every((mask) => mask.dtype === "bool")) return masks.map(logicalNot).reduce((a, b) => logicalAnd(a, b));
    return masks.map((mask) => additive(mask, q)).reduce((a, b) => add(a, b));
  }
}
