// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Batch normalisation of x [batch, channels, size] in training: Ioffe and Szegedy, "Batch normalization", 2015.
 *
 * A share is a range of channels, begin to end. With size 1 a vector holds neighbouring channels, otherwise neighbouring
 * elements of one channel. weight and bias may be 0.
 */
import { loadRow, squaredDeviationsRow, storeRow, sumLanes, sumRow } from "./row";
import { fma, lanes, splat } from "./simd";

/** Rows whose sum is taken before it is added to that of the rows before, so that rounding errors stay small. */
const BLOCK_ROWS: i32 = 64;

/** What `sumColumns` sums: x, (x - means)^2 or g * (x - means). */
const VALUES: i32 = 0;
const SQUARES: i32 = 1;
const PRODUCTS: i32 = 2;

/** Sum over `batch` rows, `rowBytes` apart, of VALUES, SQUARES or PRODUCTS: one total per lane. */
// @ts-ignore: decorator
@inline
function sumColumns<T>(
  x: usize,
  g: usize,
  means: v128,
  batch: i32,
  rowBytes: usize,
  left: i32,
  what: i32,
): v128 {
  let total = splat<T>(0);
  for (let first = 0; first < batch; first += BLOCK_ROWS) {
    let sum = splat<T>(0);
    const end = min(first + BLOCK_ROWS, batch);
    for (let row = first; row < end; row++) {
      const value = loadRow<T>(x, left);
      if (what == VALUES) {
        sum = v128.add<T>(sum, value);
      } else {
        const deviation = v128.sub<T>(value, means);
        sum = fma<T>(deviation, what == SQUARES ? deviation : loadRow<T>(g, left), sum);
      }
      x += rowBytes;
      g += rowBytes;
    }
    total = v128.add<T>(total, sum);
  }
  return total;
}

/** One vector of `y = (x - mean) * scale + shift`. */
// @ts-ignore: decorator
@inline
function normalizeVector<T>(x: usize, y: usize, left: i32, means: v128, scale: v128, shift: v128): void {
  storeRow<T>(y, fma<T>(v128.sub<T>(loadRow<T>(x, left), means), scale, shift), left);
}

/** One vector of `dx = (g - meanG + (x - mean) * slope) * scale`. */
// @ts-ignore: decorator
@inline
function inputGradientVector<T>(
  g: usize,
  x: usize,
  dx: usize,
  left: i32,
  means: v128,
  meanG: v128,
  slope: v128,
  scale: v128,
): void {
  const deviation = v128.sub<T>(loadRow<T>(x, left), means);
  const centred = fma<T>(deviation, slope, v128.sub<T>(loadRow<T>(g, left), meanG));
  storeRow<T>(dx, v128.mul<T>(centred, scale), left);
}

// @ts-ignore: decorator
@inline
function batchNormColumns<T>(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  batch: i32,
  channels: i32,
  begin: i32,
  end: i32,
  eps: T,
): void {
  const rowBytes = <usize>channels * sizeof<T>();
  const count = splat<T>(<T>batch);
  const ones = splat<T>(1);
  for (let channel = begin; channel < end; channel += lanes<T>()) {
    const left = end - channel;
    const at = <usize>channel * sizeof<T>();
    const means = v128.div<T>(sumColumns<T>(x + at, 0, ones, batch, rowBytes, left, VALUES), count);
    const variance = v128.div<T>(sumColumns<T>(x + at, 0, means, batch, rowBytes, left, SQUARES), count);
    const rstds = v128.div<T>(ones, v128.sqrt<T>(v128.add<T>(variance, splat<T>(eps))));
    const scale = weight != 0 ? v128.mul<T>(rstds, loadRow<T>(weight + at, left)) : rstds;
    const shift = bias != 0 ? loadRow<T>(bias + at, left) : splat<T>(0);
    let offset = at;
    for (let row = 0; row < batch; row++) {
      normalizeVector<T>(x + offset, y + offset, left, means, scale, shift);
      offset += rowBytes;
    }
    storeRow<T>(mean + at, means, left);
    storeRow<T>(rstd + at, rstds, left);
  }
}

/** The sums over the rows of a channel are added in double precision: one addition a row, at no cost. */
// @ts-ignore: decorator
@inline
function batchNorm<T>(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
  eps: T,
): void {
  if (size == 1) {
    batchNormColumns<T>(x, weight, bias, y, mean, rstd, batch, channels, begin, end, eps);
    return;
  }
  const stride = <usize>channels * <usize>size * sizeof<T>();
  const count = <f64>batch * <f64>size;
  const left = size & (lanes<T>() - 1);
  const wholeBytes = <usize>(size - left) * sizeof<T>();
  for (let channel = begin; channel < end; channel++) {
    const at = <usize>channel * sizeof<T>();
    const first = at * <usize>size;
    let sum: f64 = 0;
    let from = x + first;
    for (let row = 0; row < batch; row++) {
      sum += <f64>sumRow<T>(from, size);
      from += stride;
    }
    const channelMean = <T>(sum / count);
    sum = 0;
    from = x + first;
    for (let row = 0; row < batch; row++) {
      sum += <f64>squaredDeviationsRow<T>(from, size, channelMean);
      from += stride;
    }
    const channelRstd: T = 1 / sqrt<T>(<T>(sum / count) + eps);
    const means = splat<T>(channelMean);
    const scale = splat<T>(weight != 0 ? channelRstd * load<T>(weight + at) : channelRstd);
    const shift = splat<T>(bias != 0 ? load<T>(bias + at) : 0);
    let start = first;
    for (let row = 0; row < batch; row++) {
      let offset = start;
      for (const end = start + wholeBytes; offset < end; offset += 16) {
        normalizeVector<T>(x + offset, y + offset, lanes<T>(), means, scale, shift);
      }
      if (left > 0) normalizeVector<T>(x + offset, y + offset, left, means, scale, shift);
      start += stride;
    }
    store<T>(mean + at, channelMean);
    store<T>(rstd + at, channelRstd);
  }
}

// @ts-ignore: decorator
@inline
function batchNormBackwardColumns<T>(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  batch: i32,
  channels: i32,
  begin: i32,
  end: i32,
): void {
  const rowBytes = <usize>channels * sizeof<T>();
  const reciprocal = splat<T>(1 / <T>batch);
  for (let channel = begin; channel < end; channel += lanes<T>()) {
    const left = end - channel;
    const at = <usize>channel * sizeof<T>();
    const means = loadRow<T>(mean + at, left);
    const rstds = loadRow<T>(rstd + at, left);
    const sumG = sumColumns<T>(g + at, 0, means, batch, rowBytes, left, VALUES);
    const sumGH = v128.mul<T>(sumColumns<T>(x + at, g + at, means, batch, rowBytes, left, PRODUCTS), rstds);
    if (dweight != 0) storeRow<T>(dweight + at, sumGH, left);
    if (dbias != 0) storeRow<T>(dbias + at, sumG, left);
    if (dx != 0) {
      const scale = weight != 0 ? v128.mul<T>(rstds, loadRow<T>(weight + at, left)) : rstds;
      const meanG = v128.mul<T>(sumG, reciprocal);
      const slope = v128.neg<T>(v128.mul<T>(v128.mul<T>(sumGH, reciprocal), rstds));
      let offset = at;
      for (let row = 0; row < batch; row++) {
        inputGradientVector<T>(g + offset, x + offset, dx + offset, left, means, meanG, slope, scale);
        offset += rowBytes;
      }
    }
  }
}

/** Sum of `g * (x - mean)` over `n` elements. */
// @ts-ignore: decorator
@inline
function dotDeviationsRow<T>(g: usize, x: usize, n: i32, means: v128): T {
  let sum0 = splat<T>(0);
  let sum1 = sum0;
  let left = n;
  for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
    sum0 = fma<T>(v128.load(g), v128.sub<T>(v128.load(x), means), sum0);
    sum1 = fma<T>(v128.load(g, 16), v128.sub<T>(v128.load(x, 16), means), sum1);
    g += 32;
    x += 32;
  }
  for (; left > 0; left -= lanes<T>()) {
    sum0 = fma<T>(loadRow<T>(g, left), v128.sub<T>(loadRow<T>(x, left), means), sum0);
    g += 16;
    x += 16;
  }
  return sumLanes<T>(v128.add<T>(sum0, sum1));
}

/**
 * With `h = (x - mean) * rstd` and means over a channel: `dx = weight * rstd * (g - mean(g) - h * mean(g * h))`,
 * `dweight = sum(g * h)`, `dbias = sum(g)`. dx, dweight and dbias may be 0.
 */
// @ts-ignore: decorator
@inline
function batchNormBackward<T>(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
): void {
  if (size == 1) {
    batchNormBackwardColumns<T>(g, x, weight, mean, rstd, dx, dweight, dbias, batch, channels, begin, end);
    return;
  }
  const stride = <usize>channels * <usize>size * sizeof<T>();
  const count = <f64>batch * <f64>size;
  const left = size & (lanes<T>() - 1);
  const wholeBytes = <usize>(size - left) * sizeof<T>();
  for (let channel = begin; channel < end; channel++) {
    const at = <usize>channel * sizeof<T>();
    const first = at * <usize>size;
    const means = splat<T>(load<T>(mean + at));
    const channelRstd = load<T>(rstd + at);
    let sumG: f64 = 0;
    let sumGH: f64 = 0;
    let start = first;
    for (let row = 0; row < batch; row++) {
      sumG += <f64>sumRow<T>(g + start, size);
      sumGH += <f64>dotDeviationsRow<T>(g + start, x + start, size, means);
      start += stride;
    }
    sumGH *= <f64>channelRstd;
    if (dweight != 0) store<T>(dweight + at, <T>sumGH);
    if (dbias != 0) store<T>(dbias + at, <T>sumG);
    if (dx != 0) {
      const scale = splat<T>(weight != 0 ? channelRstd * load<T>(weight + at) : channelRstd);
      const meanG = splat<T>(<T>(sumG / count));
      const slope = splat<T>(<T>(-sumGH / count) * channelRstd);
      start = first;
      for (let row = 0; row < batch; row++) {
        let offset = start;
        for (const end = start + wholeBytes; offset < end; offset += 16) {
          inputGradientVector<T>(g + offset, x + offset, dx + offset, lanes<T>(), means, meanG, slope, scale);
        }
        if (left > 0) {
          inputGradientVector<T>(g + offset, x + offset, dx + offset, left, means, meanG, slope, scale);
        }
        start += stride;
      }
    }
  }
}

export function f32_batch_norm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
  eps: f32,
): void {
  batchNorm<f32>(x, weight, bias, y, mean, rstd, batch, channels, size, begin, end, eps);
}

export function f64_batch_norm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
  eps: f64,
): void {
  batchNorm<f64>(x, weight, bias, y, mean, rstd, batch, channels, size, begin, end, eps);
}

export function f32_batch_norm_backward(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
): void {
  batchNormBackward<f32>(g, x, weight, mean, rstd, dx, dweight, dbias, batch, channels, size, begin, end);
}

export function f64_batch_norm_backward(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  batch: i32,
  channels: i32,
  size: i32,
  begin: i32,
  end: i32,
): void {
  batchNormBackward<f64>(g, x, weight, mean, rstd, dx, dweight, dbias, batch, channels, size, begin, end);
}
