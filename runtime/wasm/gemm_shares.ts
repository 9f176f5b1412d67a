/**
 * How work that ends in the matrix product's register tiles is cut for threads.
 *
 * @module
 */

import { kernel } from "../kernels.ts";
import { shareCount } from "../threads.ts";

/** Multiply-adds worth waking a thread for: about 40 us. */
const WORTHWHILE = 1 << 20;

/** Multiply-adds of a share from which on cutting it in two costs little: about 300 us. */
const LARGE = 1 << 23;

/** Into how many shares so many multiply-adds are cut; 1 where threads are not worth it. */
export function gemmShareCount(multiplyAdds: number): number {
  const count = shareCount(multiplyAdds, WORTHWHILE);
  // Two shares per thread: a thread that is done early takes one from another that was held up.
  return count > 1 && multiplyAdds >= count * LARGE ? 2 * count : count;
}

/** Rows of a register tile, and the unit in which rows are shared. */
export const TILE_ROWS: number = kernel("tile_rows")();

/** Unit in which columns are shared: whole register tiles of every dtype, and a cache line of float32. */
export const SHARE_COLUMNS = 16;

/** Part `i` of `parts` of [0, n), cut at multiples of `unit`. */
export function partOf(n: number, unit: number, parts: number, i: number): [begin: number, end: number] {
  const blocks = Math.ceil(n / unit);
  return [Math.floor(blocks * i / parts) * unit, Math.min(n, Math.floor(blocks * (i + 1) / parts) * unit)];
}
