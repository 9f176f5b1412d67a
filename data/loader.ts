/**
 * Batches of a data set.
 *
 * @module
 */
import { randperm } from "../ops/random.ts";
import { checkOptions, refused } from "../tensor/arguments.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tidy } from "../tensor/tidy.ts";
import type { Dataset } from "./dataset.ts";
import type { DataLoaderOptions } from "./types.ts";

/**
 * The batches of a data set, as `torch.utils.data.DataLoader`: each `for ... of` loop is an epoch.
 *
 * ```ts
 * import { data, manualSeed, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const dataset = new data.TensorDataset(tensor([[1, 2], [3, 4], [5, 6]]), tensor([0, 1, 1]));
 * const shapes = [];
 * for (const [x, y] of new data.DataLoader(dataset, { batchSize: 2, shuffle: true })) shapes.push([x.shape, y.shape]);
 * assertEquals(shapes, [[[2, 2], [2]], [[1, 2], [1]]]);
 * ```
 */
export class DataLoader implements Iterable<Tensor[]> {
  readonly #options: DataLoaderOptions;

  /** Samples per batch. */
  readonly batchSize: number;

  /** Throws ArgumentError for a batch size that is no positive integer. */
  constructor(readonly dataset: Dataset, options: DataLoaderOptions = {}) {
    if (typeof dataset?.batch !== "function") {
      throw refused("DataLoader", "a Dataset", dataset, "; pass new TensorDataset(x, y)");
    }
    checkOptions("DataLoader", options, "batchSize");
    const { batchSize = 1 } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new ArgumentError(`DataLoader: expected batchSize to be a positive integer, got ${batchSize}`);
    }
    this.#options = options;
    this.batchSize = batchSize;
  }

  /** Number of batches of an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** An epoch: lists of tensors with the batch along their first axis. */
  *[Symbol.iterator](): IterableIterator<Tensor[]> {
    const order = this.#order();
    for (let i = 0; i < this.length; i++) {
      yield this.dataset.batch(order.subarray(i * this.batchSize, (i + 1) * this.batchSize));
    }
  }

  /** The numbers of all samples in the order of one epoch. */
  #order(): Int32Array {
    const { length } = this.dataset;
    if (!this.#options.shuffle) return Int32Array.from({ length }, (_, i) => i);
    return tidy(() => Int32Array.from(randperm(length, { generator: this.#options.generator }).dataSync()));
  }
}
