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
function weightedGradient<T>(g: v128, weight: usize, left: i32, weighted: bool): v128 {
  return weighted ? v128.mul<T>(g, loadRow<T>(weight, left)) : g;
}

/** Over one row: lane 0 is the sum of u, lane 1 that of `u * (x - mean)`. */
// @ts-ignore: decorator
@inline
function rowSums<T>(g: usize, x: usize, weight: usize, n: i32, means: v128, weighted: bool): v128 {
  let sum0 = splat<T>(0);
  let sum1 = sum0;
  let product0 = sum0;
  let product1 = sum0;
  let at: usize = 0;
  let left = n;
  for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
    const u0 = weightedGradient<T>(v128.load(g + at), weight + at, lanes<T>(), weighted);
    const u1 = weightedGradient<T>(v128.load(g + at, 16), weight + at + 16, lanes<T>(), weighted);
    sum0 = v128.add<T>(sum0, u0);
    sum1 = v128.add<T>(sum1, u1);
    product0 = fma<T>(u0, v128.sub<T>(v128.load(x + at), means), product0);
    product1 = fma<T>(u1, v128.sub<T>(v128.load(x + at, 16), means), product1);
    at += 32;
  }
  for (; left > 0; left -= lanes<T>()) {
    const u = weightedGradient<T>(loadRow<T>(g + at, left), weight + at, left, weighted);
    sum0 = v128.add<T>(sum0, u);
    product0 = fma<T>(u, v128.sub<T>(loadRow<T>(x + at, left), means), product0);
    at += 16;
  }
  const sum: T = sumLanes<T>(v128.add<T>(sum0, sum1));
  const product: T = sumLanes<T>(v128.add<T>(product0, product1));
  return v128.replace_lane<T>(splat<T>(sum), 1, product);
}

/** One vector of `dx = rstd * (u + shift + (x - mean) * slope)`, `dweight += g * h`, `dbias += g`: those that are wanted. */
// @ts-ignore: decorator
@inline
function gradientVector<T>(
  g: usize,
  x: usize,
  weight: usize,
  dx: usize,
  dweight: usize,
  dbias: usize,
  left: i32,
  means: v128,
  rstds: v128,
  shift: v128,
  slope: v128,
  weighted: bool,
  wantsX: bool,
  wantsWeight: bool,
  wantsBias: bool,
): void {
  const gradient = loadRow<T>(g, left);
  const deviation = v128.sub<T>(loadRow<T>(x, left), means);
  if (wantsX) {
    const u = weightedGradient<T>(gradient, weight, left, weighted);
    storeRow<T>(dx, v128.mul<T>(fma<T>(deviation, slope, v128.add<T>(u, shift)), rstds), left);
  }
  if (wantsWeight) {
    storeRow<T>(dweight, fma<T>(gradient, v128.mul<T>(deviation, rstds), loadRow<T>(dweight, left)), left);
  }
  if (wantsBias) storeRow<T>(dbias, v128.add<T>(loadRow<T>(dbias, left), gradient), left);
}

/**
 * With `h = (x - mean) * rstd` and `u = g * weight`: `dx = rstd * (u - mean(u) - h * mean(u * h))`, and per chunk of
 * `chunkRows` rows `dweight = sum(g * h)`, `dbias = sum(g)`, each chunk's sums n elements after those of the one before.
 * weight may be 0, and so may be what is not wanted of dx, dweight and dbias.
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
  weighted: bool,
  wantsX: bool,
  wantsWeight: bool,
  wantsBias: bool,
): void {
  const rowBytes = <usize>n * sizeof<T>();
  const left = n & (lanes<T>() - 1);
  const wholeBytes = <usize>(n - left) * sizeof<T>();
  for (let row = 0; row < rows; row++) {
    if (row % chunkRows == 0) {
      const skipped: usize = row == 0 ? 0 : rowBytes;
      if (wantsWeight) memory.fill(dweight += skipped, 0, rowBytes);
      if (wantsBias) memory.fill(dbias += skipped, 0, rowBytes);
    }
    const rowRstd = load<T>(rstd);
    const means = splat<T>(load<T>(mean));
    const rstds = splat<T>(rowRstd);
    let shift = rstds;
    let slope = rstds;
    if (wantsX) {
      const sums = rowSums<T>(g, x, weight, n, means, weighted);
      const meanUH: T = v128.extract_lane<T>(sums, 1) * rowRstd / <T>n;
      shift = splat<T>(-v128.extract_lane<T>(sums, 0) / <T>n);
      slope = splat<T>(-meanUH * rowRstd);
    }
    let at: usize = 0;
    for (; at < wholeBytes; at += 16) {
      gradientVector<T>(
        g + at,
        x + at,
        weight + at,
        dx + at,
        dweight + at,
        dbias + at,
        lanes<T>(),
        means,
        rstds,
        shift,
        slope,
        weighted,
        wantsX,
        wantsWeight,
        wantsBias,
      );
    }
    if (left > 0) {
      gradientVector<T>(
        g + at,
        x + at,
        weight + at,
        dx + at,
        dweight + at,
        dbias + at,
        left,
        means,
        rstds,
        shift,
        slope,
        weighted,
        wantsX,
        wantsWeight,
        wantsBias,
      );
    }
    g += rowBytes;
    x += rowBytes;
    dx += rowBytes;
    mean += sizeof<T>();
    rstd += sizeof<T>();
  }
}

/** The usual case, everything given and wanted, has a loop without branches. */
// @ts-ignore: decorator
@inline
function chooseBackward<T>(
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
  const weighted = weight != 0;
  const wantsX = dx != 0;
  const wantsWeight = dweight != 0;
  const wantsBias = dbias != 0;
  if (weighted && wantsX && wantsWeight && wantsBias) {
    layerNormBackward<T>(g, x, weight, mean, rstd, dx, dweight, dbias, rows, n, chunkRows, true, true, true, true);
  } else {
    layerNormBackward<T>(
      g,
      x,
      weight,
      mean,
      rstd,
      dx,
      dweight,
      dbias,
      rows,
      n,
      chunkRows,
      weighted,
      wantsX,
      wantsWeight,
      wantsBias,
    );
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
  chooseBackward<f32>(g, x, weight, mean, rstd, dx, dweight, dbias, rows, n, chunkRows);
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
  chooseBackward<f64>(g, x, weight, mean, rstd, dx, dweight, dbias, rows, n, chunkRows);
}

export function f32_sum_chunks(partial: usize, out: usize, chunks: i32, n: i32): void {
  sumChunks<f32>(partial, out, chunks, n);
}

export function f64_sum_chunks(partial: usize, out: usize, chunks: i32, n: i32): void {
  sumChunks<f64>(partial, out, chunks, n);
}
