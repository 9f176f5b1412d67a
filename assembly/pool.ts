// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Pooling of planes [depth, height, width]; lower ranks have leading axes of size 1.
 *
 * `geometry` points at three WindowAxis records: depth, height, width. Kernels work on whole planes, so a share is a range of
 * planes and all pointers are those of its first plane.
 */

import { axis, WindowAxis } from "./window_axis";

/** First position at or after `start`, in steps of `dilation`, that is not negative. */
// @ts-ignore: decorator
@inline
function firstInside(start: i32, dilation: i32): i32 {
  return start >= 0 ? start : start + (dilation - 1 - start) / dilation * dilation;
}

// @ts-ignore: decorator
@inline
function planeSize(d: WindowAxis, h: WindowAxis, w: WindowAxis): usize {
  return <usize>d.input * <usize>h.input * <usize>w.input;
}

/**
 * A later element replaces the maximum if it is greater or NaN, so the first of equal maxima and the last NaN win. A window
 * wholly in the padding gives -infinity and index -1.
 */
// @ts-ignore: decorator
@inline
function maxPool<T>(x: usize, y: usize, indices: usize, planes: i32, geometry: usize): void {
  const d = axis(geometry, 0);
  const h = axis(geometry, 1);
  const w = axis(geometry, 2);
  const planeBytes = planeSize(d, h, w) * sizeof<T>();
  const width = w.input;
  const outWidth = w.output;
  const stride = w.stride;
  const dilation = w.dilation;
  const span = w.span();
  for (let plane = 0; plane < planes; plane++) {
    for (let outD = 0; outD < d.output; outD++) {
      const beginD = firstInside(d.start(outD), d.dilation);
      const endD = min(d.start(outD) + d.span(), d.input);
      for (let outH = 0; outH < h.output; outH++) {
        const beginH = firstInside(h.start(outH), h.dilation);
        const endH = min(h.start(outH) + h.span(), h.input);
        let start = w.start(0);
        for (let outW = 0; outW < outWidth; outW++) {
          const beginW = firstInside(start, dilation);
          const endW = min(start + span, width);
          start += stride;
          let best: T = <T>-Infinity;
          let bestIndex = -1;
          for (let atD = beginD; atD < endD; atD += d.dilation) {
            for (let atH = beginH; atH < endH; atH += h.dilation) {
              const row = (atD * h.input + atH) * width;
              for (let atW = beginW; atW < endW; atW += dilation) {
                const value = load<T>(x + <usize>(row + atW) * sizeof<T>());
                if (value > best || value != value || bestIndex < 0) {
                  best = value;
                  bestIndex = row + atW;
                }
              }
            }
          }
          store<T>(y, best);
          store<i32>(indices, bestIndex);
          y += sizeof<T>();
          indices += 4;
        }
      }
    }
    x += planeBytes;
  }
}

/** Positions of the left elements of four 2-wide windows. */
const EVEN = memory.data<i32>([0, 2, 4, 6], 16);
const ONE = memory.data<i32>([1, 1, 1, 1], 16);

/** Four outputs of 2x2 windows with stride 2: `x` points at their top left element, `corner` is its index. */
// @ts-ignore: decorator
@inline
function maxPool2x2Vector(x: usize, y: usize, indices: usize, corner: i32, width: i32): void {
  const below = x + <usize>width * 4;
  const top0 = v128.load(x);
  const top1 = v128.load(x, 16);
  const bottom0 = v128.load(below);
  const bottom1 = v128.load(below, 16);
  const one = v128.load(ONE);

  let best = v128.shuffle<f32>(top0, top1, 0, 2, 4, 6);
  let index = i32x4.add(i32x4.splat(corner), v128.load(EVEN));
  let bestIndex = index;

  let value = v128.shuffle<f32>(top0, top1, 1, 3, 5, 7);
  index = i32x4.add(index, one);
  let better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, better);
  bestIndex = v128.bitselect(index, bestIndex, better);

  value = v128.shuffle<f32>(bottom0, bottom1, 0, 2, 4, 6);
  index = i32x4.add(index, i32x4.splat(width - 1));
  better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  best = v128.bitselect(value, best, better);
  bestIndex = v128.bitselect(index, bestIndex, better);

  value = v128.shuffle<f32>(bottom0, bottom1, 1, 3, 5, 7);
  index = i32x4.add(index, one);
  better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
  v128.store(y, v128.bitselect(value, best, better));
  v128.store(indices, v128.bitselect(index, bestIndex, better));
}

/**
 * Max pooling of planes [height, width] with 2x2 windows and stride 2, none of which hangs over the end: needs
 * `2 outHeight <= height`, `2 outWidth <= width` and `outWidth >= 4`. The last vector of a row overlaps the one before it.
 */
export function f32_max_pool_2x2(
  x: usize,
  y: usize,
  indices: usize,
  planes: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const last = outWidth - 4;
  for (let plane = 0; plane < planes; plane++) {
    for (let outH = 0; outH < outHeight; outH++) {
      const corner = 2 * outH * width;
      const row = x + <usize>corner * 4;
      for (let outW = 0; outW < last; outW += 4) {
        const shift = <usize>outW * 4;
        maxPool2x2Vector(row + 2 * shift, y + shift, indices + shift, corner + 2 * outW, width);
      }
      const shift = <usize>last * 4;
      maxPool2x2Vector(row + 2 * shift, y + shift, indices + shift, corner + 2 * last, width);
      y += <usize>outWidth * 4;
      indices += <usize>outWidth * 4;
    }
    x += <usize>height * <usize>width * 4;
  }
}

/** Zeroes `planes` planes of `inputSize` elements and adds each of `outputSize` gradients at its index; -1 is skipped. */
// @ts-ignore: decorator
@inline
function maxPoolBackward<T>(
  dy: usize,
  indices: usize,
  dx: usize,
  planes: i32,
  inputSize: i32,
  outputSize: i32,
): void {
  const planeBytes = <usize>inputSize * sizeof<T>();
  for (let plane = 0; plane < planes; plane++) {
    memory.fill(dx, 0, planeBytes);
    for (let i = 0; i < outputSize; i++) {
      const index = load<i32>(indices);
      if (index >= 0) {
        const at = dx + <usize>index * sizeof<T>();
        store<T>(at, load<T>(at) + load<T>(dy));
      }
      dy += sizeof<T>();
      indices += 4;
    }
    dx += planeBytes;
  }
}

/** What a window that starts at `start` and has `inside` positions in x counts along its axis. */
// @ts-ignore: decorator
@inline
function countAlong(axis: WindowAxis, start: i32, inside: i32, countIncludePad: bool): i32 {
  return countIncludePad ? min(start + axis.kernel, axis.input + axis.padding) - start : inside;
}

/**
 * Mean of every window (forward) or its transpose. `divisor` 0 divides by the number of elements in the window: those
 * in the padding count if `countIncludePad`, those beyond it never do (PyTorch's avg_pool2d). A window that has no element
 * in x gives 0.
 */
// @ts-ignore: decorator
@inline
function avgPool<T>(
  x: usize,
  y: usize,
  planes: i32,
  geometry: usize,
  countIncludePad: bool,
  divisor: i32,
  backward: bool,
): void {
  const d = axis(geometry, 0);
  const h = axis(geometry, 1);
  const w = axis(geometry, 2);
  const planeBytes = planeSize(d, h, w) * sizeof<T>();
  const width = w.input;
  const outWidth = w.output;
  const stride = w.stride;
  const kernel = w.kernel;
  for (let plane = 0; plane < planes; plane++) {
    if (backward) memory.fill(x, 0, planeBytes);
    for (let outD = 0; outD < d.output; outD++) {
      const startD = d.start(outD);
      const beginD = max(startD, 0);
      const endD = min(startD + d.kernel, d.input);
      const countD = countAlong(d, startD, endD - beginD, countIncludePad);
      for (let outH = 0; outH < h.output; outH++) {
        const startH = h.start(outH);
        const beginH = max(startH, 0);
        const endH = min(startH + h.kernel, h.input);
        const countDH = countD * countAlong(h, startH, endH - beginH, countIncludePad);
        let start = w.start(0);
        for (let outW = 0; outW < outWidth; outW++) {
          const begin = max(start, 0);
          const end = min(start + kernel, width);
          const empty = beginD >= endD || beginH >= endH || begin >= end;
          const count = divisor != 0 ? divisor : countDH * countAlong(w, start, end - begin, countIncludePad);
          const share: T = backward && !empty ? load<T>(y) / <T>count : 0;
          let sum: T = 0;
          for (let atD = beginD; atD < endD; atD++) {
            for (let atH = beginH; atH < endH; atH++) {
              const row = x + <usize>((atD * h.input + atH) * width) * sizeof<T>();
              const last = row + <usize>end * sizeof<T>();
              for (let at = row + <usize>begin * sizeof<T>(); at < last; at += sizeof<T>()) {
                if (backward) store<T>(at, load<T>(at) + share);
                else sum += load<T>(at);
              }
            }
          }
          if (!backward) store<T>(y, empty ? 0 : sum / <T>count);
          y += sizeof<T>();
          start += stride;
        }
      }
    }
    x += planeBytes;
  }
}

export function f32_max_pool(x: usize, y: usize, indices: usize, planes: i32, geometry: usize): void {
  maxPool<f32>(x, y, indices, planes, geometry);
}

export function f64_max_pool(x: usize, y: usize, indices: usize, planes: i32, geometry: usize): void {
  maxPool<f64>(x, y, indices, planes, geometry);
}

export function f32_max_pool_backward(
  dy: usize,
  indices: usize,
  dx: usize,
  planes: i32,
  inputSize: i32,
  outputSize: i32,
): void {
  maxPoolBackward<f32>(dy, indices, dx, planes, inputSize, outputSize);
}

export function f64_max_pool_backward(
  dy: usize,
  indices: usize,
  dx: usize,
  planes: i32,
  inputSize: i32,
  outputSize: i32,
): void {
  maxPoolBackward<f64>(dy, indices, dx, planes, inputSize, outputSize);
}

export function f32_avg_pool(
  x: usize,
  y: usize,
  planes: i32,
  geometry: usize,
  countIncludePad: bool,
  divisor: i32,
): void {
  avgPool<f32>(x, y, planes, geometry, countIncludePad, divisor, false);
}

export function f64_avg_pool(
  x: usize,
  y: usize,
  planes: i32,
  geometry: usize,
  countIncludePad: bool,
  divisor: i32,
): void {
  avgPool<f64>(x, y, planes, geometry, countIncludePad, divisor, false);
}

export function f32_avg_pool_backward(
  dy: usize,
  dx: usize,
  planes: i32,
  geometry: usize,
  countIncludePad: bool,
  divisor: i32,
): void {
  avgPool<f32>(dx, dy, planes, geometry, countIncludePad, divisor, true);
}

export function f64_avg_pool_backward(
  dy: usize,
  dx: usize,
  planes: i32,
  geometry: usize,
  countIncludePad: bool,
  divisor: i32,
): void {
  avgPool<f64>(dx, dy, planes, geometry, countIncludePad, divisor, true);
}
