// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Packing copies a block of a matrix into panels, the layout in which the register tile reads it.
//
// A panel is `width` rows of A (or columns of B) by `depth` steps of k; element (w, k) lies at `k * width + w`. Whatever the
// strides of the matrix are, the tile sees contiguous memory, so that a transposed operand costs no more than a plain one.

/**
 * Packs one panel of `width` lines (an even constant), of which `valid` exist; the others are filled with zeros.
 * Element (w, k) is read at `source + w * line + k * step`, both in bytes.
 */
// @ts-ignore: decorator
@inline
export function packPanel<T>(
  panel: usize,
  width: i32,
  source: usize,
  line: usize,
  step: usize,
  valid: i32,
  depth: i32,
): void {
  const S = sizeof<T>();
  if (line == S && valid == width) {
    packContiguous<T>(panel, width, source, step, depth);
    return;
  }
  let w = 0;
  for (; w + 2 <= valid; w += 2, source += 2 * line) {
    packPair<T>(panel + <usize> w * S, width, source, line, step, depth);
  }
  if (w < valid) {
    const pitch = <usize> width * S;
    let p = panel + <usize> w * S;
    for (let k = 0; k < depth; k++, p += pitch) store<T>(p, load<T>(source + <usize> k * step));
    w++;
  }
  for (; w < width; w++) {
    const pitch = <usize> width * S;
    let p = panel + <usize> w * S;
    for (let k = 0; k < depth; k++, p += pitch) store<T>(p, 0);
  }
}

/** Lines next to each other: each step is a short contiguous copy. */
// @ts-ignore: decorator
@inline
function packContiguous<T>(panel: usize, width: i32, source: usize, step: usize, depth: i32): void {
  const bytes = <usize> width * sizeof<T>();
  for (let k = 0; k < depth; k++, panel += bytes, source += step) {
    v128.store(panel, v128.load(source));
    if (bytes >= 32) v128.store(panel, v128.load(source, 16), 16);
    if (bytes >= 48) v128.store(panel, v128.load(source, 32), 32);
    if (bytes % 16) store<u64>(panel + (bytes & ~15), load<u64>(source + (bytes & ~15)));
  }
}

/** Two lines; where the steps of k are next to each other, a vector of each is interleaved at a time. */
// @ts-ignore: decorator
@inline
function packPair<T>(p: usize, width: i32, source: usize, line: usize, step: usize, depth: i32): void {
  const S = sizeof<T>(), pitch = <usize> width * S;
  let k = 0;
  if (step == S) {
    if (S == 4) {
      for (; k + 4 <= depth; k += 4, source += 16, p += 4 * pitch) {
        const x = v128.load(source), y = v128.load(source + line);
        const low = v128.shuffle<i32>(x, y, 0, 4, 1, 5), high = v128.shuffle<i32>(x, y, 2, 6, 3, 7);
        v128.store64_lane(p, low, 0);
        v128.store64_lane(p + pitch, low, 1);
        v128.store64_lane(p + 2 * pitch, high, 0);
        v128.store64_lane(p + 3 * pitch, high, 1);
      }
    } else {
      for (; k + 2 <= depth; k += 2, source += 16, p += 2 * pitch) {
        const x = v128.load(source), y = v128.load(source + line);
        v128.store(p, v128.shuffle<i64>(x, y, 0, 2));
        v128.store(p + pitch, v128.shuffle<i64>(x, y, 1, 3));
      }
    }
  }
  for (; k < depth; k++, source += step, p += pitch) {
    store<T>(p, load<T>(source));
    store<T>(p + S, load<T>(source + line));
  }
}
