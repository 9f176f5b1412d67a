// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Packing copies a block of a matrix into panels, the layout in which the register tile reads it.
//
// A panel is `width` rows of A (or columns of B) by `depth` steps of k; element (w, k) lies at `k * width + w`. Whatever the
// strides of the matrix are, the tile sees contiguous memory, so that a transposed operand costs no more than a plain one.

import { lanes } from "./simd";

/**
 * Packs one panel of `width` lines (a constant), of which `valid` exist; the others are filled with zeros.
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
    if (bytes & 8) store<u64>(panel + (bytes & ~15), load<u64>(source + (bytes & ~15)));
    if (bytes & 4) store<u32>(panel + (bytes & ~7), load<u32>(source + (bytes & ~7)));
  }
}

/** Two lines; where the steps of k are next to each other, a vector of each is interleaved at a time. */
// @ts-ignore: decorator
@inline
function packPair<T>(p: usize, width: i32, source: usize, line: usize, step: usize, depth: i32): void {
  const S = sizeof<T>(), L = lanes<T>(), pitch = <usize> width * S;
  let k = 0;
  if (step == S) {
    for (; k + L <= depth; k += L, source += 16, p += <usize> L * pitch) interleave<T>(p, pitch, source, source + line);
  }
  for (; k < depth; k++, source += step, p += pitch) {
    store<T>(p, load<T>(source));
    store<T>(p + S, load<T>(source + line));
  }
}

/** Stores pairs of the vectors at `x` and `y`, lane by lane, `pitch` bytes apart. */
// @ts-ignore: decorator
@inline
export function interleave<T>(to: usize, pitch: usize, x: usize, y: usize): void {
  const a = v128.load(x), b = v128.load(y);
  if (sizeof<T>() == 4) {
    const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5), high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    v128.store64_lane(to, low, 0);
    v128.store64_lane(to + pitch, low, 1);
    v128.store64_lane(to + 2 * pitch, high, 0);
    v128.store64_lane(to + 3 * pitch, high, 1);
  } else {
    v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
    v128.store(to + pitch, v128.shuffle<i64>(a, b, 1, 3));
  }
}
