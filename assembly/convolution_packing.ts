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
import { interleave } from "./packing";
import { lanes } from "./simd";

/** Entry `i` of an offset table. */
// @ts-ignore: decorator
@inline
export function offset(table: usize, i: i32): usize {
  return <usize> load<i32>(table + (<usize> i << 2));
}

/** True where the lanes() entries from `table` on are neighbouring elements. */
// @ts-ignore: decorator
@inline
export function neighbours<T>(table: usize): bool {
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
  const panel = <usize> (positions * NR<T>()) * sizeof<T>();
  for (; taps >= NR<T>(); taps -= NR<T>(), tap += 4 * NR<T>(), to += panel) {
    packTapPanel<T>(to, image, origin, positions, tap);
  }
  if (taps) {
    memory.fill(to, 0, panel);
    for (let i = 0; i < positions; i++, origin += 4, to += <usize> NR<T>() * sizeof<T>()) {
      gatherTaps<T>(to, image + offset(origin, 0), tap, taps);
    }
  }
}

/** One step of a panel: the elements of `taps` taps in one window. */
// @ts-ignore: decorator
@inline
function gatherTaps<T>(to: usize, window: usize, tap: usize, taps: i32): void {
  for (let w = 0; w < taps; w++) store<T>(to + <usize> w * sizeof<T>(), load<T>(window + offset(tap, w)));
}

/** A whole panel: where positions are neighbours, a vector of them at a time and transposed. */
function packTapPanel<T>(to: usize, image: usize, origin: usize, positions: i32, tap: usize): void {
  const S = sizeof<T>(), L = lanes<T>(), pitch = <usize> NR<T>() * S;
  const t0 = image + offset(tap, 0), t1 = image + offset(tap, 1), t2 = image + offset(tap, 2), t3 = image + offset(tap, 3);
  const four = NR<T>() == 4;
  const t4 = four ? 0 : image + offset(tap, 4), t5 = four ? 0 : image + offset(tap, 5);
  const t6 = four ? 0 : image + offset(tap, 6), t7 = four ? 0 : image + offset(tap, 7);
  for (; positions >= L; positions -= L, origin += 4 * L, to += <usize> L * pitch) {
    const window = offset(origin, 0);
    if (neighbours<T>(origin)) {
      interleave<T>(to, pitch, t0 + window, t1 + window);
      interleave<T>(to + 2 * S, pitch, t2 + window, t3 + window);
      if (!four) {
        interleave<T>(to + 4 * S, pitch, t4 + window, t5 + window);
        interleave<T>(to + 6 * S, pitch, t6 + window, t7 + window);
      }
    } else {
      for (let lane = 0; lane < L; lane++) {
        gatherTaps<T>(to + <usize> lane * pitch, image + offset(origin, lane), tap, NR<T>());
      }
    }
  }
  for (; positions > 0; positions--, origin += 4, to += pitch) {
    gatherTaps<T>(to, image + offset(origin, 0), tap, NR<T>());
  }
}

/** Adds a vector at `g` to the one at `to`. */
// @ts-ignore: decorator
@inline
function addVector<T>(to: usize, g: usize): void {
  v128.store(to, v128.add<T>(v128.load(to), v128.load(g)));
}

/** Adds `count` elements at `g` to those at the origins of a tap. */
// @ts-ignore: decorator
@inline
function addLanes<T>(window: usize, g: usize, origin: usize, count: i32): void {
  for (; count > 0; count--, g += sizeof<T>(), origin += 4) {
    const to = window + offset(origin, 0);
    store<T>(to, load<T>(to) + load<T>(g));
  }
}

/** Adds one row of G to the elements at the origins of a tap. */
// @ts-ignore: decorator
@inline
function addWindow<T>(window: usize, g: usize, origin: usize, positions: i32): void {
  for (; positions >= lanes<T>(); positions -= lanes<T>(), g += 16, origin += 4 * lanes<T>()) {
    if (neighbours<T>(origin)) addVector<T>(window + offset(origin, 0), g);
    else addLanes<T>(window, g, origin, lanes<T>());
  }
  addLanes<T>(window, g, origin, positions);
}
/** The same for four rows of G, `row` bytes apart, and their taps. */
// @ts-ignore: decorator
@inline
function addFourWindows<T>(
  w0: usize,
  w1: usize,
  w2: usize,
  w3: usize,
  g: usize,
  row: usize,
  origin: usize,
  positions: i32,
): void {
  for (; positions >= lanes<T>(); positions -= lanes<T>(), g += 16, origin += 4 * lanes<T>()) {
    const window = offset(origin, 0);
    if (neighbours<T>(origin)) {
      addVector<T>(w0 + window, g);
      addVector<T>(w1 + window, g + row);
      addVector<T>(w2 + window, g + 2 * row);
      addVector<T>(w3 + window, g + 3 * row);
    } else {
      addLanes<T>(w0, g, origin, lanes<T>());
      addLanes<T>(w1, g + row, origin, lanes<T>());
      addLanes<T>(w2, g + 2 * row, origin, lanes<T>());
      addLanes<T>(w3, g + 3 * row, origin, lanes<T>());
    }
  }
  addLanes<T>(w0, g, origin, positions);
  addLanes<T>(w1, g + row, origin, positions);
  addLanes<T>(w2, g + 2 * row, origin, positions);
  addLanes<T>(w3, g + 3 * row, origin, positions);
}

/**
 * Adds G[taps, positions], whose rows are `row` bytes apart, to the elements of the image that X has there (col2im). Taps
 * that are `channel` apart belong to different channels; the first is number `phase` of its own. Taps of one channel meet
 * in the same elements and are added in ascending order; four of different channels go side by side.
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
  phase: i32,
): void {
  for (let number = 0; number < channel; number++) {
    let t = number < phase ? number - phase + channel : number - phase;
    for (; t + 3 * channel < taps; t += 4 * channel) {
      addFourWindows<T>(
        image + offset(tap, t),
        image + offset(tap, t + channel),
        image + offset(tap, t + 2 * channel),
        image + offset(tap, t + 3 * channel),
        g + <usize> t * row,
        <usize> channel * row,
        origin,
        positions,
      );
    }
    for (; t < taps; t += channel) addWindow<T>(image + offset(tap, t), g + <usize> t * row, origin, positions);
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

/** Bytes of a padded image of `planes` planes, 0 without padding. */
// @ts-ignore: decorator
@inline
export function paddedBytes<T>(planes: i32, extents: usize): usize {
  return extents ? (<usize> (planes * largerPlane(extents)) * sizeof<T>() + 15) & ~15 : 0;
}
