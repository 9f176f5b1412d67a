/**
 * Inputs that every peer computes for itself: the same formulas stand in `torch_peer.py`.
 *
 * @module
 */

/** `count` values in `[-scale / 2, scale / 2)`, a repeating but unordered sequence. */
export function values(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => (((i * 7919 + seed * 104729) % 2003) / 2003 - 0.5) * scale);
}

/** The class of sample `index`, 0 to 9. */
export function label(index: number): number {
  return (index * 7) % 10;
}

/** Mean absolute value in double precision: what peers compare of an array result. */
export function meanAbsolute(result: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < result.length; i++) sum += Math.abs(result[i]);
  return sum / result.length;
}

/** Number of elements of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
