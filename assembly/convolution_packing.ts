// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The matrix of windows of a convolution, read from the image (and added to it) on the fly.
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

/**
 * Adds G[taps, positions], whose rows are `row` bytes apart, to the elements of the image that X has there (col2im). Taps
 * that are `channel` apart belong to different channels; they go first, because neighbouring taps of one channel add to
 * the same elements, and a load so soon after a store to some of its bytes would wait.
 */
export function addWindows<T>(
  image: usize,
  g: usize,
  row: usize,
  origin: usize,
  positions: i32,
  tap: usize,
  taps: i32,
  channel: i32,
): void {
  for (let first = 0; first < min(channel, taps); first++) {
    for (let t = first; t < taps; t += channel) {
      addWindow<T>(image + offset(tap, t), g + <usize> t * row, origin, positions);
    }
  }
}

/** Adds one row of G to the elements at the origins of a tap. */
// @ts-ignore: decorator
@inline
function addWindow<T>(window: usize, g: usize, origin: usize, positions: i32): void {
  const S = sizeof<T>(), L = lanes<T>();
  for (; positions >= L; positions -= L, g += 16, origin += 4 * L) {
    if (neighbours<T>(origin)) {
      const to = window + offset(origin, 0);
      v128.store(to, v128.add<T>(v128.load(to), v128.load(g)));
    } else {
      for (let lane = 0; lane < L; lane++) {
        const to = window + offset(origin, lane);
        store<T>(to, load<T>(to) + load<T>(g + <usize> lane * S));
      }
    }
  }
  for (; positions > 0; positions--, g += S, origin += 4) {
    const to = window + offset(origin, 0);
    store<T>(to, load<T>(to) + load<T>(g));
  }
}

/**
 * Copies `planes` planes into the middle of larger ones, or back if `out` is set. `extents` holds nine 32-bit counts: the
 * three sizes of a plane, of what precedes it in the larger one, and of the larger one. The margin is left as it is.
 */
export function copyMiddle<T>(larger: usize, plain: usize, planes: i32, extents: usize, out: bool): void {
  const size0 = load<i32>(extents), size1 = load<i32>(extents, 4), size2 = load<i32>(extents, 8);
  const before0 = load<i32>(extents, 12), before1 = load<i32>(extents, 16), before2 = load<i32>(extents, 20);
  const larger0 = load<i32>(extents, 24), larger1 = load<i32>(extents, 28), larger2 = load<i32>(extents, 32);
  const S = sizeof<T>(), pitch = <usize> larger2 * S, bytes = <usize> size2 * S;
  for (let plane = 0; plane < planes; plane++) {
    for (let i = 0; i < size0; i++) {
      let p = larger + <usize> (((plane * larger0 + before0 + i) * larger1 + before1) * larger2 + before2) * S;
      for (let j = 0; j < size1; j++, p += pitch, plain += bytes) {
        copyRow<T>(out ? p : plain, out ? plain : p, size2);
      }
    }
  }
}

/** Elements of one plane of the larger image. */
// @ts-ignore: decorator
@inline
export function largerPlane(extents: usize): i32 {
  return load<i32>(extents, 24) * load<i32>(extents, 28) * load<i32>(extents, 32);
}
