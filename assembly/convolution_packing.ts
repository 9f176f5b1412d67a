// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Packing for convolutions: the panels of the matrix of windows, read from the image on the fly.
//
// The matrix of windows X (im2col) is never stored. Its element for tap k (a channel and a place in the kernel) and output
// position p lies in the image at `tap[k] + origin[p]`: the tap's distance from the corner of a window, and where the window
// of p begins. Both tables hold 32-bit byte offsets, which makes stride, dilation, rank and padding (the image is padded
// first) nobody's business here.

import { MR, NR } from "./gemm_microkernel";
import { copyRow } from "./copy_row";
import { packA } from "./gemm";
import { lanes } from "./simd";

/** Entry `i` of an offset table. */
// @ts-ignore: decorator
@inline
function offset(table: usize, i: i32): usize {
  return <usize> load<i32>(table + (<usize> i << 2));
}

/** True where the lanes() entries from `table` on are neighbouring elements. */
// @ts-ignore: decorator
@inline
function neighbours<T>(table: usize): bool {
  // Offsets grow with the position, so that the distance of the ends tells.
  return offset(table, lanes<T>() - 1) - offset(table, 0) == <usize> (lanes<T>() - 1) * sizeof<T>();
}

/** Packs X[taps, positions] as panels of NR positions. */
export function packWindows<T>(to: usize, image: usize, origin: usize, positions: i32, tap: usize, taps: i32): void {
  const L = lanes<T>(), pitch = <usize> NR<T>() * sizeof<T>();
  for (; positions > 0; positions -= NR<T>(), origin += 4 * NR<T>(), to += <usize> taps * pitch) {
    packVector<T>(to, pitch, image, origin, positions, tap, taps);
    packVector<T>(to + 16, pitch, image, origin + 4 * L, positions - L, tap, taps);
  }
}

/** One vector of positions of a panel; where fewer than lanes() are left (possibly none) the others are zero. */
function packVector<T>(
  to: usize,
  pitch: usize,
  image: usize,
  origin: usize,
  positions: i32,
  tap: usize,
  taps: i32,
): void {
  const L = lanes<T>(), end = tap + (<usize> taps << 2);
  if (positions >= L && neighbours<T>(origin)) {
    const window = image + offset(origin, 0);
    for (; tap < end; tap += 4, to += pitch) v128.store(to, v128.load(window + offset(tap, 0)));
    return;
  }
  for (let lane = 0; lane < L; lane++, to += sizeof<T>()) {
    let p = to;
    if (lane < positions) {
      const window = image + offset(origin, lane);
      for (let t = tap; t < end; t += 4, p += pitch) store<T>(p, load<T>(window + offset(t, 0)));
    } else {
      for (let t = tap; t < end; t += 4, p += pitch) store<T>(p, 0);
    }
  }
}

/** Packs X^T[positions, taps] as panels of NR taps. */
export function packTaps<T>(to: usize, image: usize, origin: usize, positions: i32, tap: usize, taps: i32): void {
  const S = sizeof<T>(), pitch = <usize> NR<T>() * S;
  for (; taps > 0; taps -= NR<T>(), tap += 4 * NR<T>(), to += <usize> positions * pitch) {
    for (let w = 0; w < NR<T>(); w += 2) {
      const p = to + <usize> w * S;
      if (w + 1 < taps) {
        packTapPair<T>(p, pitch, image + offset(tap, w), image + offset(tap, w + 1), origin, positions);
      } else {
        const window = image + (w < taps ? offset(tap, w) : 0);
        for (let i = 0; i < positions; i++) {
          store<T>(p + <usize> i * pitch, w < taps ? load<T>(window + offset(origin, i)) : 0);
          store<T>(p + <usize> i * pitch + S, 0);
        }
      }
    }
  }
}

/** Two taps of a panel, interleaved a vector at a time where positions are neighbours. */
// @ts-ignore: decorator
@inline
function packTapPair<T>(p: usize, pitch: usize, x: usize, y: usize, origin: usize, positions: i32): void {
  const S = sizeof<T>(), L = lanes<T>();
  let i = 0;
  for (; i + L <= positions; i += L, origin += 4 * L, p += <usize> L * pitch) {
    if (neighbours<T>(origin)) {
      const window = offset(origin, 0);
      const a = v128.load(x + window), b = v128.load(y + window);
      if (S == 4) {
        const low = v128.shuffle<i32>(a, b, 0, 4, 1, 5), high = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
        v128.store64_lane(p, low, 0);
        v128.store64_lane(p + pitch, low, 1);
        v128.store64_lane(p + 2 * pitch, high, 0);
        v128.store64_lane(p + 3 * pitch, high, 1);
      } else {
        v128.store(p, v128.shuffle<i64>(a, b, 0, 2));
        v128.store(p + pitch, v128.shuffle<i64>(a, b, 1, 3));
      }
    } else {
      for (let lane = 0; lane < L; lane++) {
        store<T>(p + <usize> lane * pitch, load<T>(x + offset(origin, lane)));
        store<T>(p + <usize> lane * pitch + S, load<T>(y + offset(origin, lane)));
      }
    }
  }
  for (; i < positions; i++, origin += 4, p += pitch) {
    store<T>(p, load<T>(x + offset(origin, 0)));
    store<T>(p + S, load<T>(y + offset(origin, 0)));
  }
}

/** Bytes of one packed weight matrix. */
// @ts-ignore: decorator
@inline
export function packedWeightBytes<T>(rows: i32, depth: i32): usize {
  return <usize> ((rows + MR - 1) / MR * MR * depth) * sizeof<T>();
}

/**
 * Packs a weight matrix of `rows` x `depth` once for all images, in panels of MR rows by the whole depth. Element (r, k) lies
 * at `weight + r * row + column[k]` in bytes; without the table (0) at `k` elements.
 */
export function packWeight<T>(to: usize, weight: usize, row: usize, column: usize, rows: i32, depth: i32): void {
  const S = sizeof<T>();
  if (!column) {
    packA<T>(to, weight, row, S, rows, depth);
    return;
  }
  for (; rows > 0; rows -= MR, weight += <usize> MR * row) {
    for (let k = 0; k < depth; k++, to += <usize> MR * S) {
      const source = weight + offset(column, k);
      for (let r = 0; r < MR; r++) store<T>(to + <usize> r * S, r < rows ? load<T>(source + <usize> r * row) : 0);
    }
  }
}

/**
 * Copies `planes` planes into the middle of larger (or cropped) ones. `extents` holds nine 32-bit counts: the three sizes of
 * a plane, of what precedes it, and of the result. What lies outside the plane is left as it is.
 */
export function padPlanes<T>(to: usize, from: usize, planes: i32, extents: usize): void {
  const size0 = load<i32>(extents), size1 = load<i32>(extents, 4), size2 = load<i32>(extents, 8);
  const before0 = load<i32>(extents, 12), before1 = load<i32>(extents, 16), before2 = load<i32>(extents, 20);
  const to0 = load<i32>(extents, 24), to1 = load<i32>(extents, 28), to2 = load<i32>(extents, 32);
  const end0 = min(size0, to0 - before0), end1 = min(size1, to1 - before1), count = min(size2, to2 - before2);
  const S = sizeof<T>();
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < end0; i++) {
      const source = from + <usize> ((plane * size0 + i) * size1 * size2) * S;
      const target = to + <usize> (((plane * to0 + before0 + i) * to1 + before1) * to2 + before2) * S;
      for (let j = 0; j < end1; j++) copyRow<T>(source + <usize> (j * size2) * S, target + <usize> (j * to2) * S, count);
    }
  }
}

/** Elements of one padded plane. */
// @ts-ignore: decorator
@inline
export function paddedPlane(extents: usize): i32 {
  return load<i32>(extents, 24) * load<i32>(extents, 28) * load<i32>(extents, 32);
}
