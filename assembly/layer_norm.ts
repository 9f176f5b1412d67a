// deno-fmt-ignore-file: it drops the decorators of functions.
/**
 * Layer normalisation of rows: Ba, Kiros, Hinton, "Layer normalization", 2016.
 *
 * A share of the forward pass is a range of rows. The backward pass sums dweight and dbias over chunks of a number of rows
 * that does not depend on the threads; a share is a range of chunks, and `sum_chunks` adds the chunks up.
 */
import { loadRow, squaredDeviationsRow, storeRow, sumLanes, sumRow } from "./row";
import { fma, lanes, splat } from "./simd";

/** One vector of `y = (x - mean) * rstd * weight + bias`, without what is absent. */
// @ts-ignore: decorator
@inline
function normalizeVector<T>(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  left: i32,
  means: v128,
  rstds: v128,
  weighted: bool,
  biased: bool,
): void {
  let value = v128.mul<T>(v128.sub<T>(loadRow<T>(x, left), means), rstds);
  if (weighted) value = v128.mul<T>(value, loadRow<T>(weight, left));
  if (biased) value = v128.add<T>(value, loadRow<T>(bias, left));
  storeRow<T>(y, value, left);
}

/** `y = (x - mean) * rstd * weight + bias` for each row, `rstd = 1 / sqrt(variance + eps)`; weight and bias may be 0. */
// @ts-ignore: decorator
@inline
function layerNorm<T>(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  rows: i32,
  n: i32,
  eps: T,
): void {
  const rowBytes = <usize>n * sizeof<T>();
  const left = n & (lanes<T>() - 1);
  const wholeBytes = <usize>(n - left) * sizeof<T>();
  const weighted = weight != 0;
  const biased = bias != 0;
  for (let row = 0; row < rows; row++) {
    const rowMean: T = sumRow<T>(x, n) / <T>n;
    const variance: T = squaredDeviationsRow<T>(x, n, rowMean) / <T>n;
    const rowRstd: T = 1 / sqrt<T>(variance + eps);
    const means = splat<T>(rowMean);
    const rstds = splat<T>(rowRstd);
    let at: usize = 0;
    for (; at < wholeBytes; at += 16) {
      normalizeVector<T>(x + at, weight + at, bias + at, y + at, lanes<T>(), means, rstds, weighted, biased);
    }
    if (left > 0) normalizeVector<T>(x + at, weight + at, bias + at, y + at, left, means, rstds, weighted, biased);
    store<T>(mean, rowMean);
    store<T>(rstd, rowRstd);
    mean += sizeof<T>();
    rstd += sizeof<T>();
    x += rowBytes;
    y += rowBytes;
  }
}

/** `g * weight`, or g without weight. */
// @ts-ignore: decorator
@inline
function weightedGradient<T>(g: usize, weight: usize, left: i32, weighted: bool): v128 {
  const gradient = loadRow<T>(g, left);
  return weighted ? v128.mul<T>(gradient, loadRow<T>(weight, left)) : gradient;
}

/** One vector of `dx = rstd * (u + shift + (x - mean) * slope)`. */
// @ts-ignore: decorator
@inline
function inputGradientVector<T>(
  g: usize,
  x: usize,
  weight: usize,
  dx: usize,
  left: i32,
  means: v128,
  rstds: v128,
  shift: v128,
  slope: v128,
  weighted: bool,
): void {
  const deviation = v128.sub<T>(loadRow<T>(x, left), means);
  const u = weightedGradient<T>(g, weight, left, weighted);
  storeRow<T>(dx, v128.mul<T>(fma<T>(deviation, slope, v128.add<T>(u, shift)), rstds), left);
}

/** The gradient of x for one row: `dx = rstd * (u - mean(u) - h * mean(u * h))`. */
// @ts-ignore: decorator
@inline
function inputGradientRow<T>(g: usize, x: usize, weight: usize, dx: usize, n: i32, mean: T, rstd: T): void {
  const weighted = weight != 0;
  const means = splat<T>(mean);
  let sum0 = splat<T>(0);
  let sum1 = sum0;
  let product0 = sum0;
  let product1 = sum0;
  let at: usize = 0;
  let left = n;
  for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
    const u0 = weightedGradient<T>(g + at, weight + at, lanes<T>(), weighted);
    const u1 = weightedGradient<T>(g + at + 16, weight + at + 16, lanes<T>(), weighted);
    sum0 = v128.add<T>(sum0, u0);
    sum1 = v128.add<T>(sum1, u1);
    product0 = fma<T>(u0, v128.sub<T>(v128.load(x + at), means), product0);
    product1 = fma<T>(u1, v128.sub<T>(v128.load(x + at, 16), means), product1);
    at += 32;
  }
  for (; left > 0; left -= lanes<T>()) {
    const u = weightedGradient<T>(g + at, weight + at, left, weighted);
    sum0 = v128.add<T>(sum0, u);
    product0 = fma<T>(u, v128.sub<T>(loadRow<T>(x + at, left), means), product0);
    at += 16;
  }
  const meanU: T = sumLanes<T>(v128.add<T>(sum0, sum1)) / <T>n;
  const meanUH: T = sumLanes<T>(v128.add<T>(product0, product1)) * rstd / <T>n;
  const rstds = splat<T>(rstd);
  const shift = splat<T>(-meanU);
  const slope = splat<T>(-meanUH * rstd);
  at = 0;
  for (left = n; left >= lanes<T>(); left -= lanes<T>()) {
    inputGradientVector<T>(g + at, x + at, weight + at, dx + at, lanes<T>(), means, rstds, shift, slope, weighted);
    at += 16;
  }
  if (left > 0) {
    inputGradientVector<T>(g + at, x + at, weight + at, dx + at, left, means, rstds, shift, slope, weighted);
  }
}

/** One vector of `dweight += g * h; dbias += g`, without what is not wanted. */
// @ts-ignore: decorator
@inline
function parameterGradientVector<T>(
  g: usize,
  x: usize,
  dweight: usize,
  dbias: usize,
  left: i32,
  means: v128,
  rstds: v128,
  weighted: bool,
  biased: bool,
): void {
  const gradient = loadRow<T>(g, left);
  if (weighted) {
    const h = v128.mul<T>(v128.sub<T>(loadRow<T>(x, left), means), rstds);
    storeRow<T>(dweight, fma<T>(gradient, h, loadRow<T>(dweight, left)), left);
  }
  if (biased) storeRow<T>(dbias, v128.add<T>(loadRow<T>(dbias, left), gradient), left);
}

/**
 * With `h = (x - mean) * rstd` and `u = g * weight`: dx as above, and per chunk of `chunkRows` rows
 * `dweight = sum(g * h)`, `dbias = sum(g)`, each chunk's sums n elements after those of the one before.
 * dx, dweight, dbias and weight may be 0.
 */
// @ts-ignore: decorator
@inline
function layerNormBackward<T>(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  rows: i32,
  n: i32,
  chunkRows: i32,
): void {
  const rowBytes = <usize>n * sizeof<T>();
  const weighted = dweight != 0;
  const biased = dbias != 0;
  for (let row = 0; row < rows; row++) {
    if (row % chunkRows == 0) {
      const skipped = row == 0 ? 0 : rowBytes;
      if (weighted) memory.fill(dweight += skipped, 0, rowBytes);
      if (biased) memory.fill(dbias += skipped, 0, rowBytes);
    }
    const rowMean = load<T>(mean);
    const rowRstd = load<T>(rstd);
    if (dx != 0) {
      inputGradientRow<T>(g, x, weight, dx, n, rowMean, rowRstd);
      dx += rowBytes;
    }
    if (weighted || biased) {
      const means = splat<T>(rowMean);
      const rstds = splat<T>(rowRstd);
      let at: usize = 0;
      let left = n;
      for (; left >= lanes<T>(); left -= lanes<T>()) {
        const full = lanes<T>();
        parameterGradientVector<T>(g + at, x + at, dweight + at, dbias + at, full, means, rstds, weighted, biased);
        at += 16;
      }
      if (left > 0) {
        parameterGradientVector<T>(g + at, x + at, dweight + at, dbias + at, left, means, rstds, weighted, biased);
      }
    }
    g += rowBytes;
    x += rowBytes;
    mean += sizeof<T>();
    rstd += sizeof<T>();
  }
}

/** `out[j] = sum of partial[c][j]` over `chunks` rows of `n`. */
// @ts-ignore: decorator
@inline
function sumChunks<T>(partial: usize, out: usize, chunks: i32, n: i32): void {
  const rowBytes = <usize>n * sizeof<T>();
  for (let left = n; left > 0; left -= lanes<T>()) {
    let sum = splat<T>(0);
    let from = partial;
    for (let chunk = 0; chunk < chunks; chunk++) {
      sum = v128.add<T>(sum, loadRow<T>(from, left));
      from += rowBytes;
    }
    storeRow<T>(out, sum, left);
    partial += 16;
    out += 16;
  }
}

export function f32_layer_norm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  rows: i32,
  n: i32,
  eps: f32,
): void {
  layerNorm<f32>(x, weight, bias, y, mean, rstd, rows, n, eps);
}

export function f64_layer_norm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  rows: i32,
  n: i32,
  eps: f64,
): void {
  layerNorm<f64>(x, weight, bias, y, mean, rstd, rows, n, eps);
}

export function f32_layer_norm_backward(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  rows: i32,
  n: i32,
  chunkRows: i32,
): void {
  layerNormBackward<f32>(g, x, weight, mean, rstd, dx, dweight, dbias, rows, n, chunkRows);
}

export function f64_layer_norm_backward(
  g: usize,
  x: usize,
  weight: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  rows: i32,
  n: i32,
  chunkRows: i32,
): void {
  layerNormBackward<f64>(g, x, weight, mean, rstd, dx, dweight, dbias, rows, n, chunkRows);
}

export function f32_sum_chunks(partial: usize, out: usize, chunks: i32, n: i32): void {
  sumChunks<f32>(partial, out, chunks, n);
}

export function f64_sum_chunks(partial: usize, out: usize, chunks: i32, n: i32): void {
  sumChunks<f64>(partial, out, chunks, n);
}
