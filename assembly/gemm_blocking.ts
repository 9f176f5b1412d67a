// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// Block sizes of the matrix product, by element type.
//
// One panel of B (NR x KC, 8 KiB) and one of A (6 KiB) stay in the L1 cache, a block of A (MC x KC, 240 KiB) in a part of
// the L2 cache, a block of B (KC x NC) in the L3 cache.

import { MR, NR } from "./gemm_microkernel";

/** Steps of k per block. Part of the definition of every result: the chains of k are cut here. */
// @ts-ignore: decorator
@inline
export function KC<T>(): i32 {
  return 256;
}

/** Rows of C per block: a multiple of MR. */
// @ts-ignore: decorator
@inline
export function MC<T>(): i32 {
  return (sizeof<T>() == 4 ? 240 : 120) / MR * MR;
}

/** Columns of C per block: a multiple of NR. */
// @ts-ignore: decorator
@inline
export function NC<T>(): i32 {
  return sizeof<T>() == 4 ? 1024 : 512;
}

/** `n` rounded up to a multiple of `unit`. */
// @ts-ignore: decorator
@inline
export function roundUp(n: i32, unit: i32): i32 {
  return (n + unit - 1) / unit * unit;
}

/** Bytes of a packed block of A of up to `m` rows and `k` steps. */
// @ts-ignore: decorator
@inline
export function packedBytesA<T>(m: i32, k: i32): usize {
  return <usize> (roundUp(min(m, MC<T>()), MR) * min(k, KC<T>())) * sizeof<T>();
}

/** Bytes of a packed block of B of up to `n` columns and `k` steps. */
// @ts-ignore: decorator
@inline
export function packedBytesB<T>(n: i32, k: i32): usize {
  return <usize> (roundUp(min(n, NC<T>()), NR<T>()) * min(k, KC<T>())) * sizeof<T>();
}
