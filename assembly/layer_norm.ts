/**
 * Layer normalisation of rows: Ba, Kiros, Hinton, "Layer normalization", 2016.
 *
 * A share of the forward pass is a range of rows. The backward pass sums dweight and dbias over chunks of a number of rows
 * that does not depend on the threads; a share is a range of chunks, and `sum_chunks` adds the chunks up.
 */
import { loadRow, squaredDeviationsRow, storeRow, sumLanes, sumRow } from "./row";
import { fma, lanes, splat } from "./simd";

/** `y = (x - mean) * rstd * weight + bias` for each row, `rstd = 1 / sqrt(variance + eps)`; weight and bias may be 0. */
// @ts-ignore: decorator

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
  const rowBytes = <usize> n * sizeof<T>();
  for (let row = 0; row < rows; row++) {
    const rowMean: T = sumRow<T>(x, n) / <T> n;
    const variance: T = squaredDeviationsRow<T>(x, n, rowMean) / <T> n;
    const rowRstd: T = 1 / sqrt<T>(variance + eps);
    const means = splat<T>(rowMean);
    const rstds = splat<T>(rowRstd);
    let at: usize = 0;
    for (let left = n; left > 0; left -= lanes<T>()) {
      let value = v128.mul<T>(v128.sub<T>(loadRow<T>(x + at, left), means), rstds);
      if (weight != 0) value = v128.mul<T>(value, loadRow<T>(weight + at, left));
      if (bias != 0) value = v128.add<T>(value, loadRow<T>(bias + at, left));
      storeRow<T>(y + at, value, left);
      at += 16;
    }
    store<T>(mean, rowMean);
    store<T>(rstd, rowRstd);
    mean += sizeof<T>();
    rstd += sizeof<T>();
    x += rowBytes;
    y += rowBytes;
  }
}

/**
 * With `h = (x - mean) * rstd` and `u = g * weight`: `dx = rstd * (u - mean(u) - h * mean(u * h))`, and per chunk of
 * `chunkRows` rows `dweight = sum(g * h)`, `dbias = sum(g)`, each chunk's sums n elements after those of the one before.
 * dx, dweight, dbias and weight may be 0.
 */
// @ts-ignore: decorator

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
  const rowBytes = <usize> n * sizeof<T>();
  const ones = splat<T>(1);
  for (let row = 0; row < rows; row++) {
    if (row % chunkRows == 0) {
      const skipped = row == 0 ? 0 : rowBytes;
      if (dweight != 0) {
        dweight += skipped;
        memory.fill(dweight, 0, rowBytes);
      }
      if (dbias != 0) {
        dbias += skipped;
        memory.fill(dbias, 0, rowBytes);
      }
    }
    const rowRstd = load<T>(rstd);
    const means = splat<T>(load<T>(mean));
    const rstds = splat<T>(rowRstd);
    if (dx != 0) {
      let sum0 = splat<T>(0);
      let sum1 = sum0;
      let product0 = sum0;
      let product1 = sum0;
      let at: usize = 0;
      let left = n;
      for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
        const u0 = v128.mul<T>(v128.load(g + at), weight != 0 ? v128.load(weight + at) : ones);
        const u1 = v128.mul<T>(v128.load(g + at, 16), weight != 0 ? v128.load(weight + at, 16) : ones);
        sum0 = v128.add<T>(sum0, u0);
        sum1 = v128.add<T>(sum1, u1);
        product0 = fma<T>(u0, v128.sub<T>(v128.load(x + at), means), product0);
        product1 = fma<T>(u1, v128.sub<T>(v128.load(x + at, 16), means), product1);
        at += 32;
      }
      for (; left > 0; left -= lanes<T>()) {
        const u = v128.mul<T>(loadRow<T>(g + at, left), weight != 0 ? loadRow<T>(weight + at, left) : ones);
        sum0 = v128.add<T>(sum0, u);
        product0 = fma<T>(u, v128.sub<T>(loadRow<T>(x + at, left), means), product0);
        at += 16;
      }
      const meanU: T = sumLanes<T>(v128.add<T>(sum0, sum1)) / <T> n;
      const meanUH: T = sumLanes<T>(v128.add<T>(product0, product1)) * rowRstd / <T> n;
      const shift = splat<T>(-meanU);
      const slope = splat<T>(-meanUH * rowRstd);
      at = 0;
      for (left = n; left > 0; left -= lanes<T>()) {
        const u = v128.mul<T>(loadRow<T>(g + at, left), weight != 0 ? loadRow<T>(weight + at, left) : ones);
        const centred = fma<T>(v128.sub<T>(loadRow<T>(x + at, left), means), slope, v128.add<T>(u, shift));
        storeRow<T>(dx + at, v128.mul<T>(centred, rstds), left);
        at += 16;
      }
      dx += rowBytes;
    }
    if (dweight != 0) {
      let at: usize = 0;
      for (let left = n; left > 0; left -= lanes<T>()) {
        const h = v128.mul<T>(v128.sub<T>(loadRow<T>(x + at, left), means), rstds);
        storeRow<T>(dweight + at, fma<T>(loadRow<T>(g + at, left), h, loadRow<T>(dweight + at, left)), left);
        at += 16;
      }
    }
    if (dbias != 0) {
      let at: usize = 0;
      for (let left = n; left > 0; left -= lanes<T>()) {
        storeRow<T>(dbias + at, v128.add<T>(loadRow<T>(dbias + at, left), loadRow<T>(g + at, left)), left);
        at += 16;
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

function sumChunks<T>(partial: usize, out: usize, chunks: i32, n: i32): void {
  const rowBytes = <usize> n * sizeof<T>();
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
