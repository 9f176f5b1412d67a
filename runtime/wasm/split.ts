/**
 * Kernels over ranges that may be cut anywhere.
 *
 * @module
 */
import { runShares, shareCount } from "../threads.ts";

/** Elements worth waking a thread for, when an element costs a few arithmetic operations. */
const ELEMENTS_PER_SHARE = 32768;

/**
 * Runs the kernel `name` on [0, `count`), cut into contiguous ranges if there is work enough for several threads.
 *
 * @param elementsPerItem work of one of the `count` items, in elements that pass through the kernel
 * @param args arguments of the kernel for the range [begin, end), which is number `share`, less than `threads()`
 * @param multiple every range but the last begins and ends at a multiple of this
 */
export function runRanges(
  name: string,
  count: number,
  elementsPerItem: number,
  args: (begin: number, end: number, share: number) => readonly number[],
  multiple = 1,
): void {
  if (count === 0) return;
  const blocks = Math.ceil(count / multiple);
  const shares = Math.min(blocks, shareCount(count * elementsPerItem, ELEMENTS_PER_SHARE));
  const boundary = (share: number): number => Math.min(count, Math.floor(blocks * share / shares) * multiple);
  runShares(name, shares, (share) => args(boundary(share), boundary(share + 1), share));
}
