/**
 * Training and testing of a digit classifier.
 *
 * @module
 */
import { arange, data, nn, noGrad, optim, randint, type Tensor } from "../../mod.ts";
import { type Digits, SIDE } from "./data.ts";
import type { BatchLoss, EpochResult } from "./report.ts";

const BATCH = 64;
const LEARNING_RATE = 3e-3;
const WEIGHT_DECAY = 1e-2;
/** Training images are moved by at most this many pixels, so that the network learns shapes rather than places. */
const SHIFT = 1;

/** What the network makes of a set of digits. */
export interface Reading {
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Share of the digits that are read correctly. */
  readonly accuracy: number;
  /** The most probable digit for each image. */
  readonly predicted: Int32Array;
  /** The probability of that digit. */
  readonly confidence: Float32Array;
}

/** How far a training is. */
export interface Progress {
  readonly epoch: number;
  readonly batch: number;
  readonly batchCount: number;
  readonly loss: number;
}

/** The course of a training. */
interface History {
  readonly batches: readonly BatchLoss[];
  readonly epochs: readonly EpochResult[];
}

/** The images, each moved by its own random offset of at most `SHIFT` pixels in each direction. */
function shift(images: Tensor): Tensor {
  const wide = SIDE + 2 * SHIFT;
  const side = arange(SIDE, { dtype: "int32" });
  const window = side.mul(wide).unsqueeze(1).add(side).flatten();
  const draw = (): Tensor => randint(0, 2 * SHIFT + 1, [images.size(0), 1]);
  const pixels = window.add(draw().mul(wide)).add(draw());
  return nn.functional.pad(images, [SHIFT, SHIFT, SHIFT, SHIFT]).flatten(1).gather(1, pixels).reshape(images.shape);
}

/** Reads all `digits` with `model`, where it is, in evaluation mode. */
export async function read(model: nn.Module, digits: Digits): Promise<Reading> {
  model.eval();
  const { device } = model.parameters()[0];
  const [images, labels] = [digits.images.to(device), digits.labels.to(device)];
  const [loss, accuracy, predicted, confidence] = noGrad(() => {
    const logits = model.call(images);
    const { values, indices } = nn.functional.softmax(logits, 1).max(1);
    return [nn.functional.crossEntropy(logits, labels), indices.eq(labels).float().mean(), indices, values];
  });
  return {
    loss: (await loss.data())[0],
    accuracy: (await accuracy.data())[0],
    predicted: Int32Array.from(await predicted.data()),
    confidence: Float32Array.from(await confidence.data()),
  };
}

/**
 * Trains `model`, where it is, with AdamW, its learning rate falling along half a cosine wave, and tests it after every
 * epoch. `onBatch` and `onEpoch` are told how it goes.
 */
export async function train(
  model: nn.Module,
  digits: { readonly train: Digits; readonly test: Digits },
  options: {
    epochs: number;
    onBatch: (progress: Progress) => void;
    onEpoch: (result: EpochResult) => void;
  },
): Promise<History> {
  const { device } = model.parameters()[0];
  const dataset = new data.TensorDataset(digits.train.images, digits.train.labels);
  const loader = new data.DataLoader(dataset, { batchSize: BATCH, shuffle: true });
  const optimizer = new optim.AdamW(model.parameters(), { lr: LEARNING_RATE, weightDecay: WEIGHT_DECAY });
  const batchCount = Math.ceil(digits.train.labels.numel / BATCH);
  const batches: BatchLoss[] = [];
  const epochs: EpochResult[] = [];
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    model.train();
    let total = 0;
    let batch = 0;
    for (const [images, labels] of loader) {
      const done = (epoch - 1 + batch / batchCount) / options.epochs;
      for (const group of optimizer.paramGroups) {
        group.lr = LEARNING_RATE * (1 + Math.cos(Math.PI * done)) / 2;
      }
      optimizer.zeroGrad();
      const logits = model.call(shift(images).to(device));
      const loss = nn.functional.crossEntropy(logits, labels.to(device));
      loss.backward();
      optimizer.step();
      const [value] = await loss.data();
      total += value;
      batch++;
      batches.push({ epoch: epoch - 1 + batch / batchCount, loss: value });
      options.onBatch({ epoch, batch, batchCount, loss: value });
    }
    const { loss, accuracy } = await read(model, digits.test);
    const result = { epoch, trainLoss: total / batchCount, testLoss: loss, testAccuracy: accuracy };
    epochs.push(result);
    options.onEpoch(result);
  }
  return { batches, epochs };
}
