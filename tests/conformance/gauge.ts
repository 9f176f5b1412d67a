/**
 * Signs of decompositions: singular vectors, eigenvectors and QR factors are defined up to a sign per column. Ours are
 * multiplied by the signs that bring them nearest to PyTorch's; as constants, so that derivatives follow.
 *
 * @module
 */
import type { Tensor } from "../../mod.ts";
import { type Device, isTensor, lookup, makeTensor } from "./api.ts";
import { readValues } from "./compare.ts";
import type { FileOutput, FileTensor, OpCase } from "./format.ts";

/** A factor per output; null leaves the output as it is. */
export type Factors = readonly (Tensor | null)[];

/** sign(<reference vector, ours>) of each column (axis -1) or row (axis -2) of a batch of matrices. */
async function signs(ours: Tensor, reference: FileTensor, axis: -1 | -2): Promise<number[]> {
  const values = await readValues(ours);
  const [rows, columns] = ours.shape.slice(-2);
  const count = axis === -1 ? columns : rows;
  const matrices = values.length / Math.max(rows * columns, 1);
  const products = new Array<number>(matrices * count).fill(0);
  for (let i = 0; i < values.length; i++) {
    const matrix = Math.floor(i / (rows * columns));
    const at = axis === -1 ? i % columns : Math.floor(i / columns) % rows;
    products[matrix * count + at] += values[i] * Number(reference.data[i]);
  }
  return products.map((product) => product < 0 ? -1 : 1);
}

/** Signs as a tensor that multiplies columns (axis -1) or rows (axis -2), cut or padded with ones to `count`. */
function factor(
  batch: readonly number[],
  source: readonly number[],
  from: number,
  count: number,
  axis: -1 | -2,
  device: Device,
  dtype: FileTensor["dtype"],
): Tensor {
  const matrices = batch.reduce((product, size) => product * size, 1);
  const data = Array.from({ length: matrices * count }, (_, i) => {
    const at = i % count;
    return at < from ? source[Math.floor(i / count) * from + at] : 1;
  });
  const shape = axis === -1 ? [...batch, 1, count] : [...batch, count, 1];
  return makeTensor({ dtype, shape, data }, device);
}

/** The signs that align `outputs` with the reference. */
export async function alignment(
  gauge: OpCase["gauge"],
  outputs: readonly unknown[],
  expected: readonly FileOutput[],
  device: Device,
): Promise<Factors> {
  if (gauge === undefined) return outputs.map(() => null);
  // Outputs: svd (U, S, Vh), eigh (eigenvalues, eigenvectors), qr (Q, R); Q is empty when only R is asked for.
  const first = gauge === "eigh" ? 1 : 0;
  const second = gauge === "svd" ? 2 : 1;
  const vectors = outputs[first];
  const partner = outputs[second];
  const reference = expected[first];
  const partnerReference = expected[second];
  if (
    !isTensor(vectors) || !isTensor(partner) || "scalar" in reference || "scalar" in partnerReference ||
    vectors.shape.join() !== reference.shape.join() || partner.shape.join() !== partnerReference.shape.join()
  ) {
    return outputs.map(() => null);
  }
  const factors: (Tensor | null)[] = outputs.map(() => null);
  const batch = partner.shape.slice(0, -2);
  if (vectors.numel === 0) {
    const count = partner.shape[partner.shape.length - 2];
    factors[second] = factor(
      batch,
      await signs(partner, partnerReference, -2),
      count,
      count,
      -2,
      device,
      reference.dtype,
    );
    return factors;
  }
  const count = vectors.shape[vectors.shape.length - 1];
  const bySign = await signs(vectors, reference, -1);
  factors[first] = factor(batch, bySign, count, count, -1, device, reference.dtype);
  if (gauge !== "eigh") {
    factors[second] = factor(
      batch,
      bySign,
      count,
      partner.shape[partner.shape.length - 2],
      -2,
      device,
      reference.dtype,
    );
  }
  return factors;
}

/** Multiplies outputs by their factors. */
export function align(outputs: readonly unknown[], factors: Factors): unknown[] {
  return outputs.map((output, i) => factors[i] ? lookup("mul")(output, factors[i]) : output);
}
