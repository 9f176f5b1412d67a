/**
 * Data sets: samples by number.
 *
 * @module
 */
import { stack } from "../ops/join.ts";
import { indexSelect } from "../ops/index_select.ts";
import { randperm } from "../ops/random.ts";
import { scoped } from "../ops/scoped.ts";
import { select } from "../ops/slicing.ts";
import { tensor } from "../ops/tensor_data.ts";
import { ArgumentError, IndexError, ShapeError } from "../tensor/errors.ts";
import type { Generator } from "../tensor/generator.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tidy } from "../tensor/tidy.ts";

/** Samples by number; each is a list of tensors, such as an input and its target. */
export abstract class Dataset {
  /** Number of samples. */
  abstract readonly length: number;

  /** Sample `index`, counted from 0. */
  abstract get(index: number): Tensor[];

  /** Several samples, each tensor stacked along a new first axis. */
  batch(indices: Int32Array): Tensor[] {
    const samples = Array.from(indices, (index) => this.get(index));
    return samples[0].map((_, part) => stack(samples.map((sample) => sample[part])));
  }
}

/** Throws unless `index` is one of `length` samples. */
function checkIndex(name: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new IndexError(`${name}: expected a sample in [0, ${length - 1}], got ${index}`);
}

/** Samples along the first axis of tensors, as `torch.utils.data.TensorDataset`. */
export class TensorDataset extends Dataset {
  /** Number of samples. */
  override readonly length: number;
  /** The tensors, whose first axes have one size. */
  readonly tensors: readonly Tensor[];

  /** Throws ShapeError for no tensors, 0-d tensors or first axes of different sizes. */
  constructor(...tensors: readonly Tensor[]) {
    super();
    const shapes = tensors.map(({ shape }) => formatShape(shape)).join(", ");
    if (tensors.length === 0 || tensors.some(({ shape }) => shape.length === 0 || shape[0] !== tensors[0].shape[0])) {
      throw new ShapeError(
        `TensorDataset: expected tensors with first axes of one size, got shapes ${shapes || "of no tensors"}`,
      );
    }
    this.tensors = tensors;
    this.length = tensors[0].shape[0];
  }

  /** Views of sample `index`. Throws IndexError for a sample that does not exist. */
  override get(index: number): Tensor[] {
    checkIndex("TensorDataset", index, this.length);
    return this.tensors.map((t) => select(t, 0, index));
  }

  /** Copies of several samples. */
  override batch(indices: Int32Array): Tensor[] {
    return this.tensors.map((t) => scoped(() => indexSelect(t, 0, tensor(indices, { device: t.device }))));
  }
}

/** Some samples of another data set, as `torch.utils.data.Subset`. */
export class Subset extends Dataset {
  /** Numbers of the samples in the other data set. */
  readonly indices: Int32Array;

  /** Throws IndexError for samples that the data set has not. */
  constructor(readonly dataset: Dataset, indices: ArrayLike<number>) {
    super();
    for (const index of Array.from(indices)) checkIndex("Subset", index, dataset.length);
    this.indices = Int32Array.from(indices);
  }

  /** Number of samples. */
  override get length(): number {
    return this.indices.length;
  }

  /** Sample `index` of the subset. */
  override get(index: number): Tensor[] {
    checkIndex("Subset", index, this.length);
    return this.dataset.get(this.indices[index]);
  }

  /** Several samples of the subset. */
  override batch(indices: Int32Array): Tensor[] {
    return this.dataset.batch(indices.map((index) => this.indices[index]));
  }
}

/** Sizes of the parts: as they are, or from fractions of the whole; what is left goes to the first parts one by one. */
function partSizes(total: number, lengths: readonly number[]): number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (lengths.every((length) => Number.isInteger(length) && length >= 0) && sum === total) return [...lengths];
  if (!(Math.abs(sum - 1) < 1e-9 && lengths.every((part) => part >= 0 && part <= 1))) {
    throw new ArgumentError(
      `randomSplit: expected lengths that add up to ${total} or fractions that add up to 1, got ${lengths.join(", ")}`,
    );
  }
  const sizes = lengths.map((part) => Math.floor(total * part));
  const rest = total - sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => size + Number(i < rest));
}

/**
 * Splits a data set at random into parts without common samples, as `torch.utils.data.random_split`.
 *
 * ```ts
 * import { arange, data, manualSeed } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * manualSeed(0);
 * const [train, test] = data.randomSplit(new data.TensorDataset(arange(10)), [0.8, 0.2]);
 * assertEquals([train.length, test.length], [8, 2]);
 * ```
 *
 * @param lengths Sizes of the parts, or fractions of the whole.
 * @param options The generator to draw from; the default one unless given.
 * @throws ArgumentError for lengths that do not add up.
 */
export function randomSplit(
  dataset: Dataset,
  lengths: readonly number[],
  options: { generator?: Generator } = {},
): Subset[] {
  const sizes = partSizes(dataset.length, lengths);
  const indices = tidy(() => randperm(dataset.length, options).dataSync());
  let start = 0;
  return sizes.map((size) => new Subset(dataset, indices.subarray(start, start += size)));
}
