// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Entry points of the matrix products. Counts and strides are in elements; a batch stride may be 0.

import { gemm } from "./gemm";
import { packedBytesA, packedBytesB } from "./gemm_blocking";
import { MR } from "./gemm_microkernel";
import { multiplyDots, multiplyRow } from "./gemm_small";

/** Rows up to which a product with contiguous rows of B goes row by row. */
const ROW_BY_ROW: i32 = 2;

/** `C[i] = A[i] B[i] (+ C[i]) (+ bias)` for each i < batch: A is m x k, B k x n, both of any strides. */
// @ts-ignore: decorator
@inline
function matmul<T>(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  aCol: i32,
  b: usize,
  bBatch: i32,
  bRow: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
  scratch: usize,
): void {
  const S = sizeof<T>();
  const rowByRow = m <= ROW_BY_ROW && (bCol == 1 || n == 1);
  for (; batch > 0; batch--, a += <usize> aBatch * S, b += <usize> bBatch * S, c += <usize> cBatch * S) {
    if (rowByRow) {
      for (let i = 0; i < m; i++) {
        multiplyRow<T>(
          n,
          k,
          a + <usize> (i * aRow) * S,
          <usize> aCol * S,
          b,
          <usize> bRow * S,
          c + <usize> (i * cRow) * S,
          accumulate,
          bias + <usize> (i * biasRow) * S,
          <usize> biasCol * S,
        );
      }
    } else {
      gemm<T>(
        m,
        n,
        k,
        a,
        <usize> aRow * S,
        <usize> aCol * S,
        b,
        <usize> bRow * S,
        <usize> bCol * S,
        c,
        <usize> cRow * S,
        accumulate,
        bias,
        <usize> biasRow * S,
        <usize> biasCol * S,
        scratch,
      );
    }
  }
}

/** `C[i, j] = sum_k A[i, k] B[j, k] (+ C) (+ bias)` for each matrix of a batch, k contiguous in A and B. */
// @ts-ignore: decorator
@inline
function dots<T>(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  b: usize,
  bBatch: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  cCol: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
): void {
  const S = sizeof<T>();
  for (; batch > 0; batch--, a += <usize> aBatch * S, b += <usize> bBatch * S, c += <usize> cBatch * S) {
    multiplyDots<T>(
      m,
      n,
      k,
      a,
      <usize> aRow * S,
      b,
      <usize> bCol * S,
      c,
      <usize> cRow * S,
      <usize> cCol * S,
      accumulate,
      bias,
      <usize> biasRow * S,
      <usize> biasCol * S,
    );
  }
}

/** Rows of a register tile: shares of a product best begin at multiples of it. */
export function tile_rows(): i32 {
  return MR;
}

export function f32_matmul(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  aCol: i32,
  b: usize,
  bBatch: i32,
  bRow: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
  scratch: usize,
): void {
  matmul<f32>(
    batch,
    m,
    n,
    k,
    a,
    aBatch,
    aRow,
    aCol,
    b,
    bBatch,
    bRow,
    bCol,
    c,
    cBatch,
    cRow,
    bias,
    biasRow,
    biasCol,
    accumulate,
    scratch,
  );
}

export function f32_dots(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  b: usize,
  bBatch: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  cCol: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
): void {
  dots<f32>(
    batch,
    m,
    n,
    k,
    a,
    aBatch,
    aRow,
    b,
    bBatch,
    bCol,
    c,
    cBatch,
    cRow,
    cCol,
    bias,
    biasRow,
    biasCol,
    accumulate,
  );
}

/** Bytes of scratch of f32_matmul. */
export function f32_matmul_scratch(m: i32, n: i32, k: i32): usize {
  return packedBytesA<f32>(m, k) + packedBytesB<f32>(n, k);
}

export function f64_matmul(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  aCol: i32,
  b: usize,
  bBatch: i32,
  bRow: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
  scratch: usize,
): void {
  matmul<f64>(
    batch,
    m,
    n,
    k,
    a,
    aBatch,
    aRow,
    aCol,
    b,
    bBatch,
    bRow,
    bCol,
    c,
    cBatch,
    cRow,
    bias,
    biasRow,
    biasCol,
    accumulate,
    scratch,
  );
}

export function f64_dots(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  b: usize,
  bBatch: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  cCol: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
): void {
  dots<f64>(
    batch,
    m,
    n,
    k,
    a,
    aBatch,
    aRow,
    b,
    bBatch,
    bCol,
    c,
    cBatch,
    cRow,
    cCol,
    bias,
    biasRow,
    biasCol,
    accumulate,
  );
}

/** Bytes of scratch of f64_matmul. */
export function f64_matmul_scratch(m: i32, n: i32, k: i32): usize {
  return packedBytesA<f64>(m, k) + packedBytesB<f64>(n, k);
}

export function i32_matmul(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aBatch: i32,
  aRow: i32,
  aCol: i32,
  b: usize,
  bBatch: i32,
  bRow: i32,
  bCol: i32,
  c: usize,
  cBatch: i32,
  cRow: i32,
  bias: usize,
  biasRow: i32,
  biasCol: i32,
  accumulate: bool,
  scratch: usize,
): void {
  matmul<i32>(
    batch,
    m,
    n,
    k,
    a,
    aBatch,
    aRow,
    aCol,
    b,
    bBatch,
    bRow,
    bCol,
    c,
    cBatch,
    cRow,
    bias,
    biasRow,
    biasCol,
    accumulate,
    scratch,
  );
}

/** Bytes of scratch of i32_matmul. */
export function i32_matmul_scratch(m: i32, n: i32, k: i32): usize {
  return packedBytesA<i32>(m, k) + packedBytesB<i32>(n, k);
}
