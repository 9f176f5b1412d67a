/**
 * Transformer layers (Vaswani et al. 2017).
 *
 * @module
 */
import { gelu, relu } from "../ops/activation.ts";
import { add } from "../ops/binary.ts";
import { ones, zeros } from "../ops/creation.ts";
import { triu } from "../ops/triangular.ts";
import { where } from "../ops/ternary.ts";
import { checkOptions, refused } from "../tensor/arguments.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor, TensorOptions } from "../tensor/tensor.ts";
import { MultiheadAttention } from "./attention.ts";
import { ModuleList } from "./containers.ts";
import { Dropout } from "./dropout.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { LayerNorm } from "./normalization.ts";
import type { DecoderMasks, EncoderMasks, TransformerLayerOptions, TransformerOptions } from "./types.ts";

function activationOf(activation: TransformerLayerOptions["activation"] = "relu"): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return (x) => gelu(x);
  throw new ArgumentError(`TransformerLayer: expected activation "relu", "gelu" or a function, got "${activation}"`);
}

/** What the layers share. */
abstract class TransformerLayer extends Layer {
  /** @internal For the layers only. */
  constructor(readonly dModel: number, readonly nhead: number, readonly options: TransformerLayerOptions) {
    super(options, "dimFeedforward");
  }

  /** A layer of the same class in the same state, with values of its own. */
  copy(): this {
    const { dModel, nhead, options } = this;
    const parameters = this.parameters();
    const [{ dtype, device }] = parameters;
    const copy: this = Reflect.construct(this.constructor, [dModel, nhead, { ...options, dtype, device }]);
    copy.loadStateDict(this.stateDict());
    copy.parameters().forEach((parameter, i) => parameter.requiresGrad_(parameters[i].requiresGrad));
    return copy.train(this.training);
  }
}

/** Self-attention and a feed-forward network, each with a residual connection and a norm. */
export class TransformerEncoderLayer extends TransformerLayer {
  /** Attention among the positions. */
  selfAttn: MultiheadAttention;
  /** First half of the feed-forward network. */
  linear1: Linear;
  /** Between the halves. */
  dropout: Dropout;
  /** Second half. */
  linear2: Linear;
  /** Norm of the attention. */
  norm1: LayerNorm;
  /** Norm of the feed-forward network. */
  norm2: LayerNorm;
  /** Behind the attention. */
  dropout1: Dropout;
  /** Behind the feed-forward network. */
  dropout2: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  /** `nhead` must divide `dModel`, the size of the last axis. */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps: eps = 1e-5, batchFirst, dtype, device } = options;
    const own = { dtype, device };
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...own });
    this.linear1 = new Linear(dModel, dimFeedforward, own);
    this.dropout = new Dropout({ p });
    this.linear2 = new Linear(dimFeedforward, dModel, own);
    this.norm1 = new LayerNorm(dModel, { eps, ...own });
    this.norm2 = new LayerNorm(dModel, { eps, ...own });
    this.dropout1 = new Dropout({ p });
    this.dropout2 = new Dropout({ p });
    this.#activation = activationOf(options.activation);
  }

  /** [L, N, E], or [N, L, E] with `batchFirst`, to the same shape. */
  override forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    checkOptions("TransformerEncoderLayer", masks, "srcMask");
    if (this.options.normFirst) {
      const x = add(src, this.#attend(this.norm1.call(src), masks));
      return add(x, this.#feedForward(this.norm2.call(x)));
    }
    const x = this.norm1.call(add(src, this.#attend(src, masks)));
    return this.norm2.call(add(x, this.#feedForward(x)));
  }

  #attend(x: Tensor, { mask, srcMask = mask, srcKeyPaddingMask }: EncoderMasks): Tensor {
    const options = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, needWeights: false };
    return this.dropout1.call(this.selfAttn.call(x, x, x, options)[0]);
  }

  #feedForward(x: Tensor): Tensor {
    return this.dropout2.call(this.linear2.call(this.dropout.call(this.#activation(this.linear1.call(x)))));
  }
}

/** Self-attention, attention to a memory and a feed-forward network, each with a residual connection and a norm. */
export class TransformerDecoderLayer extends TransformerLayer {
  /** Attention among the target positions. */
  selfAttn: MultiheadAttention;
  /** Attention to the memory. */
  multiheadAttn: MultiheadAttention;
  /** First half of the feed-forward network. */
  linear1: Linear;
  /** Between the halves. */
  dropout: Dropout;
  /** Second half. */
  linear2: Linear;
  /** Norm of the self-attention. */
  norm1: LayerNorm;
  /** Norm of the attention to the memory. */
  norm2: LayerNorm;
  /** Norm of the feed-forward network. */
  norm3: LayerNorm;
  /** Behind the self-attention. */
  dropout1: Dropout;
  /** Behind the attention to the memory. */
  dropout2: Dropout;
  /** Behind the feed-forward network. */
  dropout3: Dropout;
  readonly #activation: (x: Tensor) => Tensor;

  /** `nhead` must divide `dModel`, the size of the last axis. */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, nhead, options);
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps: eps = 1e-5, batchFirst, dtype, device } = options;
    const own = { dtype, device };
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...own });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout: p, batchFirst, ...own });
    this.linear1 = new Linear(dModel, dimFeedforward, own);
    this.dropout = new Dropout({ p });
    this.linear2 = new Linear(dimFeedforward, dModel, own);
    this.norm1 = new LayerNorm(dModel, { eps, ...own });
    this.norm2 = new LayerNorm(dModel, { eps, ...own });
    this.norm3 = new LayerNorm(dModel, { eps, ...own });
    this.dropout1 = new Dropout({ p });
    this.dropout2 = new Dropout({ p });
    this.dropout3 = new Dropout({ p });
    this.#activation = activationOf(options.activation);
  }

  /** Target [T, N, E] and memory [S, N, E], or [N, ., E] with `batchFirst`, to the shape of the target. */
  override forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    checkOptions("TransformerDecoderLayer", masks, "tgtMask");
    if (this.options.normFirst) {
      const x = add(tgt, this.#attend(this.norm1.call(tgt), masks));
      const y = add(x, this.#remember(this.norm2.call(x), memory, masks));
      return add(y, this.#feedForward(this.norm3.call(y)));
    }
    const x = this.norm1.call(add(tgt, this.#attend(tgt, masks)));
    const y = this.norm2.call(add(x, this.#remember(x, memory, masks)));
    return this.norm3.call(add(y, this.#feedForward(y)));
  }

  #attend(x: Tensor, { tgtMask, tgtKeyPaddingMask }: DecoderMasks): Tensor {
    const options = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, needWeights: false };
    return this.dropout1.call(this.selfAttn.call(x, x, x, options)[0]);
  }

  #remember(x: Tensor, memory: Tensor, { memoryMask, memoryKeyPaddingMask }: DecoderMasks): Tensor {
    const options = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, needWeights: false };
    return this.dropout2.call(this.multiheadAttn.call(x, memory, memory, options)[0]);
  }

  #feedForward(x: Tensor): Tensor {
    return this.dropout3.call(this.linear2.call(this.dropout.call(this.#activation(this.linear1.call(x)))));
  }
}

/** Copies of one layer, one after the other, and perhaps a last norm. */
abstract class TransformerStack<T extends TransformerLayer> extends Layer {
  /** The layers. */
  layers: ModuleList;
  /** Norm of the output. */
  norm: Module | null;

  /** Stacks `numLayers` layers that start with the same parameters as `layer`. */
  constructor(layer: T, readonly numLayers: number, options: { norm?: Module | null } = {}) {
    super(options, "norm");
    const { name } = this.constructor;
    if (typeof layer?.copy !== "function") throw refused(name, "a layer of a transformer", layer);
    if (!Number.isInteger(numLayers) || numLayers < 0) throw refused(name, "a number of layers", numLayers);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => layer.copy()));
    this.norm = options.norm ?? null;
  }

  /** @internal What the layers make of `x`. */
  protected run(x: Tensor, ...others: readonly unknown[]): Tensor {
    for (const layer of this.layers) x = layer.call(x, ...others);
    return this.norm === null ? x : this.norm.call(x);
  }
}

/** A stack of encoder layers, copies of one, and perhaps a last norm. */
export class TransformerEncoder extends TransformerStack<TransformerEncoderLayer> {
  /** The same shape as the input. */
  override forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    return this.run(src, masks);
  }
}

/** A stack of decoder layers, copies of one, and perhaps a last norm. */
export class TransformerDecoder extends TransformerStack<TransformerDecoderLayer> {
  /** The shape of the target. */
  override forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    return this.run(tgt, memory, masks);
  }
}

/** An encoder and a decoder; all matrices start with Glorot's distribution. */
export class Transformer extends Layer {
  /** Reads the source. */
  encoder: TransformerEncoder;
  /** Writes the target. */
  decoder: TransformerDecoder;

  /** Takes the sizes of all its layers. */
  constructor(options: TransformerOptions = {}) {
    super(options, "dModel");
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, ...layer } = options;
    const norm = (): LayerNorm =>
      new LayerNorm(dModel, { eps: layer.layerNormEps, dtype: layer.dtype, device: layer.device });
    this.encoder = new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, {
      norm: norm(),
    });
    this.decoder = new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, {
      norm: norm(),
    });
    for (const parameter of this.parameters()) if (parameter.ndim > 1) init.xavierUniform_(parameter);
  }

  /** Source [S, N, E] and target [T, N, E], or [N, ., E] with `batchFirst`, to the shape of the target. */
  override forward(src: Tensor, tgt: Tensor, masks: EncoderMasks & DecoderMasks = {}): Tensor {
    return this.decoder.call(tgt, this.encoder.call(src, masks), masks);
  }

  /** The mask [size, size] that lets a position see those before it: 0 there, -Infinity elsewhere. */
  static generateSquareSubsequentMask(size: number, options: TensorOptions = {}): Tensor {
    const { device } = options;
    const later = triu(ones([size, size], { dtype: "bool", device }), 1);
    return where(later, -Infinity, zeros([], { dtype: options.dtype ?? "float32", device }));
  }
}

export type { TransformerLayer, TransformerStack };
