/**
 * Tables of vectors that are looked up by number.
 *
 * @module
 */
import { embedding } from "../ops/embedding.ts";
import { embeddingBag } from "../ops/embedding_bag.ts";
import type { EmbeddingOptions } from "../ops/functional_types.ts";
import { select } from "../ops/slicing.ts";
import { ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as init from "./init.ts";
import { Layer } from "./layer.ts";
import { emptyParameter, Parameter } from "./parameter.ts";
import type { EmbeddingBagLayerOptions, EmbeddingLayerOptions, ModuleOptions } from "./types.ts";

/** A table with a vector per row. */
abstract class Table extends Layer {
  /** [numEmbeddings, embeddingDim], drawn from the standard normal distribution; zeros at the padding row. */
  weight: Parameter;

  /** @internal For the layers only. */
  constructor(
    readonly numEmbeddings: number,
    readonly embeddingDim: number,
    options: ModuleOptions & EmbeddingOptions,
  ) {
    super(options, "paddingIdx");
    this.weight = emptyParameter(this, [numEmbeddings, embeddingDim], options);
    init.normal_(this.weight);
    if (options.paddingIdx !== undefined) init.zeros_(select(this.weight.detach(), 0, options.paddingIdx));
  }
}

/**
 * Rows of a learned table.
 *
 * ```ts
 * import { nn, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new nn.Embedding(10, 4);
 * assertEquals(layer.call(tensor([[1, 2, 3]], { dtype: "int32" })).shape, [1, 3, 4]);
 * ```
 */
export class Embedding extends Table {
  /** A table of `numEmbeddings` rows of `embeddingDim` elements. */
  constructor(numEmbeddings: number, embeddingDim: number, readonly options: EmbeddingLayerOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
  }

  /**
   * A layer with the values of a given table.
   *
   * @param options `freeze` (default true): do not learn the table.
   */
  static fromPretrained(table: Tensor, options: EmbeddingLayerOptions & { freeze?: boolean } = {}): Embedding {
    if (table.ndim !== 2) {
      throw new ShapeError(`Embedding: expected a table [rows, columns], got ${formatShape(table.shape)}`);
    }
    const { freeze = true, ...rest } = options;
    const layer = new Embedding(table.shape[0], table.shape[1], { dtype: table.dtype, device: table.device, ...rest });
    layer.weight = new Parameter(table, !freeze);
    return layer;
  }

  /** Row numbers of any shape to [..., embeddingDim]. */
  override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this.options);
  }
}

/** Sums, means or maxima of bags of rows of a learned table. */
export class EmbeddingBag extends Table {
  /** A table of `numEmbeddings` rows of `embeddingDim` elements. */
  constructor(numEmbeddings: number, embeddingDim: number, readonly options: EmbeddingBagLayerOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
  }

  /** Row numbers [B, n], or [n] with offsets [B], to [B, embeddingDim]. */
  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    return embeddingBag(input, this.weight, { ...this.options, offsets, perSampleWeights });
  }
}

export type { Table };
