// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The lowered image of a convolution, after Cho and Brand, "MEC: Memory-efficient Convolution for Deep Neural Network"
// (2017).
//
// The matrix of windows (im2col) has a row per tap and a column per output position. Rows whose taps differ in their place
// along the first spatial axis alone are shifts of each other, so that one copy, a plane of the lowered image, serves all of
// them: the row of any tap is the contiguous run of elements that begins `tap[k]` bytes into the lowered image. Strides,
// dilation and padding are gone, and nothing else is packed.
//
// A plane has a slot per output position along the first axis and per shift, and in it the positions along the others. With
// a stride s and a dilation d along the first axis, taps s / gcd(s, d) apart share a plane: there are that many phases.

import { lanes } from "./simd";
import { axis } from "./window_axis";

/**
 * What runtime/wasm/convolution_tables.ts says of a convolution, followed by its axes. Channels and outputs are those of
 * a group.
 */
@unmanaged
export class Convolution {
  groups: i32;
  channels: i32;
  outputs: i32;
  /** Taps of one channel. */
  taps: i32;
  /** Elements of a plane of x and of one of y. */
  plane: i32;
  positions: i32;
  /** Channels, and slots of outputs along the first axis, that are lowered at a time. */
  block: i32;
  rows: i32;
  /** Samples that are lowered together for the gradient of the weight. */
  batch: i32;
  /** Positions of one slot, slots that the last tap is shifted by, and phases. */
  inner: i32;
  shift: i32;
  phases: i32;
  /** Bytes from one plane of the lowered image to the next, and of all of it. */
  pitch: usize;
  bytes: usize;
  /** Tables of byte offsets: of the block's taps in the lowered image, and of the planes of y. */
  tap: usize;
  output: usize;
}

/** Entry `i` of a table of offsets. */
// @ts-ignore: decorator
@inline
export function offset(table: usize, i: i32): usize {
  return <usize> load<u32>(table + (<usize> i << 2));
}

/** First of the positions `start + i * step` that is at least `bound`. */
// @ts-ignore: decorator
@inline
function firstFrom(start: i32, step: i32, bound: i32): i32 {
  return start >= bound ? 0 : (bound - start + step - 1) / step;
}

/** Sixteen bytes of zeros and as many of ones: the mask of the last n lanes is n lanes from its beginning. */
export const LAST = memory.data<u64>([0, 0, -1, -1], 16);

/**
 * Moves one element, one vector or four: copies them to the lowered image, or adds them to the image, a single vector under the
 * mask. All loads come before the stores: one that follows a store to an address with the same low bits would wait for it.
 */
// @ts-ignore: decorator
@inline
function move<T>(lowered: usize, image: usize, bytes: i32, back: bool, mask: v128): void {
  const from = back ? lowered : image, to = back ? image : lowered, four = bytes == 64;
  if (bytes < 16) {
    store<T>(to, back ? load<T>(to) + load<T>(from) : load<T>(from));
    return;
  }
  let x0 = v128.load(from), x1 = x0, x2 = x0, x3 = x0;
  if (four) {
    x1 = v128.load(from, 16);
    x2 = v128.load(from, 32);
    x3 = v128.load(from, 48);
  }
  if (back) x0 = v128.add<T>(v128.load(to), four ? x0 : v128.and(x0, mask));
  if (back && four) {
    x1 = v128.add<T>(v128.load(to, 16), x1);
    x2 = v128.add<T>(v128.load(to, 32), x2);
    x3 = v128.add<T>(v128.load(to, 48), x3);
  }
  v128.store(to, x0);
  if (!four) return;
  v128.store(to, x1, 16);
  v128.store(to, x2, 32);
  v128.store(to, x3, 48);
}

/** `bytes` (a constant) of every row. */
// @ts-ignore: decorator
@inline
function moveColumn<T>(
  lowered: usize,
  image: usize,
  bytes: i32,
  slots: i32,
  slotPitch: usize,
  slotStep: usize,
  rows: i32,
  rowPitch: usize,
  rowStep: usize,
  back: bool,
  mask: v128,
): void {
  for (; slots > 0; slots--, lowered += slotPitch, image += slotStep) {
    let to = lowered, from = image;
    for (let i = rows; i > 0; i--, to += rowPitch, from += rowStep) move<T>(to, from, bytes, back, mask);
  }
}

/**
 * Moves rows of `count` elements between a plane of the lowered image and one of the image, where elements are `step` bytes
 * apart: column by column, since rows are often short.
 */
// @ts-ignore: decorator
@inline
function moveRows<T>(
  lowered: usize,
  image: usize,
  slots: i32,
  slotPitch: usize,
  slotStep: usize,
  rows: i32,
  rowPitch: usize,
  rowStep: usize,
  count: i32,
  step: usize,
  back: bool,
): void {
  const S = sizeof<T>(), L = lanes<T>(), all = i32x4.splat(-1);
  if (step == S) {
    const rest = count > L ? count & (L - 1) : 0;
    if (slots == 1 && rows == 1) {
      for (; count >= 4 * L; count -= 4 * L, lowered += 64, image += 64) move<T>(lowered, image, 64, back, all);
    }
    for (; count >= 4 * L; count -= 4 * L, lowered += 64, image += 64) {
      moveColumn<T>(lowered, image, 64, slots, slotPitch, slotStep, rows, rowPitch, rowStep, back, all);
    }
    for (; count >= L; count -= L, lowered += 16, image += 16) {
      moveColumn<T>(lowered, image, 16, slots, slotPitch, slotStep, rows, rowPitch, rowStep, back, all);
    }
    if (rest) {
      // The last vector overlaps the one before it.
      const over = <usize> (rest - L) * S, mask = v128.load(LAST + <usize> rest * S);
      moveColumn<T>(lowered + over, image + over, 16, slots, slotPitch, slotStep, rows, rowPitch, rowStep, back, mask);
      return;
    }
  }
  for (; count > 0; count--, lowered += S, image += step) {
    moveColumn<T>(lowered, image, S, slots, slotPitch, slotStep, rows, rowPitch, rowStep, back, all);
  }
}

/** Copies rows to the lowered image. */
function lowerRows<T>(
  lowered: usize,
  image: usize,
  slots: i32,
  slotPitch: usize,
  slotStep: usize,
  rows: i32,
  rowPitch: usize,
  rowStep: usize,
  count: i32,
  step: usize,
): void {
  moveRows<T>(lowered, image, slots, slotPitch, slotStep, rows, rowPitch, rowStep, count, step, false);
}

/** Adds rows to the image. */
function addRows<T>(
  lowered: usize,
  image: usize,
  slots: i32,
  slotPitch: usize,
  slotStep: usize,
  rows: i32,
  rowPitch: usize,
  rowStep: usize,
  count: i32,
  step: usize,
): void {
  moveRows<T>(lowered, image, slots, slotPitch, slotStep, rows, rowPitch, rowStep, count, step, true);
}

/**
 * Lowers `channels` planes of the image for `rows` outputs along the first axis, from `first` on; with `back` the transpose,
 * which adds the lowered image to them. The lowered image is zeros at first, and zeros remain where x is padded: only slots
 * that are padding in one block and not in another are cleared.
 */
export function lower<T>(
  g: Convolution,
  lowered: usize,
  image: usize,
  channels: i32,
  first: i32,
  rows: i32,
  back: bool,
): void {
  const S = sizeof<T>(), axes = changetype<usize>(g) + offsetof<Convolution>();
  const a = axis(axes, 0), b = axis(axes, 1), c = axis(axes, 2), slots = rows + g.shift;
  const clear = !back && g.rows < a.output, begin = first * a.stride - a.padding;
  const row = <usize> c.input * S, plane = <usize> b.input * row, slotPitch = <usize> g.inner * S;
  const slotStep = <usize> a.stride * plane;
  const channelPitch = <usize> (g.phases * b.kernel * c.kernel) * g.pitch;
  for (let phase = 0; phase < g.phases; phase++) {
    const start = begin + phase * a.dilation;
    const low = firstFrom(start, a.stride, 0), high = min(slots, firstFrom(start, a.stride, a.input));
    for (let kb = 0; kb < b.kernel; kb++) {
      const startB = kb * b.dilation - b.padding, lowB = firstFrom(startB, b.stride, 0);
      for (let kc = 0; kc < c.kernel; kc++, lowered += g.pitch) {
        const startC = kc * c.dilation - c.padding, lowC = firstFrom(startC, c.stride, 0);
        let outer = high - low, inner = min(b.output, firstFrom(startB, b.stride, b.input)) - lowB;
        let count = min(c.output, firstFrom(startC, c.stride, c.input)) - lowC;
        let innerPitch = <usize> c.output * S, innerStep = <usize> b.stride * row;
        if (b.output == 1 && inner == 1) {
          inner = outer;
          innerPitch = slotPitch;
          innerStep = slotStep;
          outer = 1;
        }
        let step = <usize> c.stride * S;
        if (innerPitch == S && innerStep == S && count == 1) {
          count = inner;
          inner = 1;
          step = S;
        }
        // Channels are innermost, since what has just been added to a place is not ready to be read from there.
        let target = lowered, from = image + <usize> (start + low * a.stride) * plane +
          <usize> (startB + lowB * b.stride) * row + <usize> (startC + lowC * c.stride) * S;
        for (let i = channels; i > 0; i--, target += channelPitch, from += <usize> a.input * plane) {
          if (clear) {
            memory.fill(target, 0, <usize> min(low, slots) * slotPitch);
            memory.fill(target + <usize> high * slotPitch, 0, <usize> (slots - high) * slotPitch);
          }
          const to = target + <usize> low * slotPitch + <usize> (lowB * c.output + lowC) * S;
          if (back) addRows<T>(to, from, outer, slotPitch, slotStep, inner, innerPitch, innerStep, count, step);
          else lowerRows<T>(to, from, outer, slotPitch, slotStep, inner, innerPitch, innerStep, count, step);
        }
      }
    }
  }
}
