/**
 * Free address ranges.
 *
 * @module
 */

/**
 * Free ranges in address order, merged where they touch. Taking is first fit from the low end, which keeps the high end
 * whole (address-ordered first fit fragments least in Wilson et al., "Dynamic Storage Allocation", 1995).
 */
export class FreeRanges {
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];

  /** Takes `byteLength` bytes and returns their address, or -1 when no range is long enough. */
  take(byteLength: number): number {
    const begins = this.#begins;
    const ends = this.#ends;
    for (let i = 0; i < begins.length; i++) {
      const begin = begins[i];
      if (ends[i] - begin < byteLength) continue;
      if (ends[i] - begin === byteLength) {
        begins.splice(i, 1);
        ends.splice(i, 1);
      } else {
        begins[i] = begin + byteLength;
      }
      return begin;
    }
    return -1;
  }

  /** Gives back (or adds) the `byteLength` bytes at `begin`, which must not be free already. */
  give(begin: number, byteLength: number): void {
    const begins = this.#begins;
    const ends = this.#ends;
    const end = begin + byteLength;
    let low = 0;
    for (let high = begins.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (begins[middle] < begin) low = middle + 1;
      else high = middle;
    }
    const touchesBelow = low > 0 && ends[low - 1] === begin;
    const touchesAbove = low < begins.length && begins[low] === end;
    if (touchesBelow && touchesAbove) {
      ends[low - 1] = ends[low];
      begins.splice(low, 1);
      ends.splice(low, 1);
    } else if (touchesBelow) {
      ends[low - 1] = end;
    } else if (touchesAbove) {
      begins[low] = begin;
    } else {
      begins.splice(low, 0, begin);
      ends.splice(low, 0, end);
    }
  }

  /** Bytes that are free directly below `end`. */
  freeBelow(end: number): number {
    const last = this.#ends.length - 1;
    return last >= 0 && this.#ends[last] === end ? end - this.#begins[last] : 0;
  }
}
