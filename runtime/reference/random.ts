/**
 * Random numbers by Philox4x32-10 (Salmon et al., SC 2011), one block at a time on big integers.
 *
 * @module
 */
import type { ArrayRef } from "../array.ts";
import type { RandomBackend } from "../backend.ts";
import { contiguous } from "./contiguous.ts";

const WORD = 1n << 32n;

/** The block of four random words for a counter and a key. */
export function philoxBlock(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const product0 = 0xD2511F53n * c0;
    const product1 = 0xCD9E8D57n * c2;
    [c0, c1, c2, c3] = [
      (product1 / WORD) ^ c1 ^ k0,
      product1 % WORD,
      (product0 / WORD) ^ c3 ^ k1,
      product0 % WORD,
    ];
    k0 = (k0 + 0x9E3779B9n) % WORD;
    k1 = (k1 + 0xBB67AE85n) % WORD;
  }
  return [c0, c1, c2, c3];
}

/** Word number `i` of the stream of `seed` that starts at block `offset`. */
function word(seed: number, offset: number, i: number): bigint {
  const counter = BigInt(offset) + BigInt(Math.floor(i / 4));
  const key = BigInt(seed);
  return philoxBlock([counter % WORD, counter / WORD, 0n, 0n], [key % WORD, key / WORD])[i % 4];
}

/** The largest number of the type of `out` that is below `x`. */
function below(x: number, out: ArrayRef): number {
  const bytes = new DataView(new ArrayBuffer(8));
  if (out.dtype === "float64") {
    bytes.setFloat64(0, x);
    bytes.setBigInt64(0, x === 0 ? -0x7fffffffffffffffn : bytes.getBigInt64(0) + (x > 0 ? -1n : 1n));
    return bytes.getFloat64(0);
  }
  bytes.setFloat32(0, x);
  bytes.setInt32(0, x === 0 ? -0x7fffffff : bytes.getInt32(0) + (x > 0 ? -1 : 1));
  return bytes.getFloat32(0);
}

/** See {@linkcode RandomBackend.random}. `offset` counts blocks of four words. */
export function fillRandom(
  kind: "uniform" | "normal" | "integer" | "bernoulli",
  out: ArrayRef,
  seed: number,
  offset: number,
  a: number,
  b: number,
): void {
  const target = contiguous(out);
  const single = out.dtype === "float32";
  const float = single || out.dtype === "float64";
  const word32 = (i: number): bigint => word(seed, offset, i);
  const word64 = (i: number): bigint => word(seed, offset, 2 * i + 1) * WORD + word(seed, offset, 2 * i);
  const unit = (i: number): number => single ? Number(word32(i) >> 8n) / 2 ** 24 : Number(word64(i) >> 11n) / 2 ** 53;
  const positive = (i: number): number =>
    single ? (Number(word32(i)) + 1) / 2 ** 32 : (Number(word64(i) >> 11n) + 1) / 2 ** 53;
  // Box and Muller: a vector of radii and the vector of angles after it give cosines, then sines.
  const lanes = single ? 4 : 2;
  const normal = (i: number): number => {
    const first = i - i % (2 * lanes) + i % lanes;
    const radius = Math.sqrt(-2 * Math.log(positive(first)));
    const angle = 2 * Math.PI * unit(first + lanes);
    return radius * (i % (2 * lanes) < lanes ? Math.cos(angle) : Math.sin(angle));
  };
  const limit = float && kind !== "bernoulli" ? below(b, out) : Infinity;
  for (let i = 0; i < out.numel; i++) {
    switch (kind) {
      case "uniform":
        target[i] = Math.min(a + unit(i) * (b - a), limit);
        break;
      case "normal":
        target[i] = a + b * normal(i);
        break;
      case "integer":
        target[i] = Math.min(a + Number(word64(i) * BigInt(b - a) >> 64n), limit);
        break;
      case "bernoulli":
        target[i] = Number(word32(i)) / 2 ** 32 < a ? 1 : 0;
        break;
    }
  }
}

/** Random numbers by definition. */
export const random: RandomBackend = { random: fillRandom };
