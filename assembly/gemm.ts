// deno-fmt-ignore-file: the formatter drops decorators of functions, and @inline is one.
// The matrix product as BLIS structures it (Van Zee and van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS
// Functionality", 2015): five loops around a register tile. From the outside in they cut C into blocks of NC columns, k into
// blocks of KC, C into blocks of MC rows, and each block into tiles of NR columns and MR rows.
//
// A share of C, any range of its rows and columns, is the same call with the pointers moved. An element of C is the sum, in
// order, of one chain of multiply-adds per block of k, so its bits do not depend on how C was shared.

import { KC, MC, NC, packedBytesA, packedBytesB } from "./gemm_blocking";
import { MR, NR, tile } from "./gemm_microkernel";
import { packPanel } from "./packing";

/** Up to this many rows B is read where it lies: a panel is used by too few tiles to pay for its packing. */
const DIRECT_ROWS: i32 = 4 * MR;

/**
 * The two inner loops: `C[rows, cols] (+)= A B` of a packed block of A, whose panels of MR rows are `aPanel` bytes apart, and
 * a block of B, whose panels of NR columns are `bPanel` bytes apart and whose steps of k are `bStep` bytes apart within a
 * panel.
 */
export function multiplyBlock<T>(
  rows: i32,
  cols: i32,
  depth: i32,
  a: usize,
  aPanel: usize,
  b: usize,
  bPanel: usize,
  bStep: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
): void {
  const S = sizeof<T>(), aStep = <usize> MR * S;
  for (let j = 0; j < cols; j += NR<T>()) {
    let panel = a, row = c, rowBias = bias;
    for (let i = 0; i < rows; i += MR) {
      tile<T>(
        depth,
        panel,
        aStep,
        b,
        bStep,
        row,
        cRow,
        min(MR, rows - i),
        min(NR<T>(), cols - j),
        accumulate,
        rowBias,
        biasRow,
        biasCol,
      );
      panel += aPanel;
      row += <usize> MR * cRow;
      rowBias += <usize> MR * biasRow;
    }
    b += bPanel;
    c += <usize> NR<T>() * S;
    bias += <usize> NR<T>() * biasCol;
  }
}

/** Packs `rows` x `depth` of A; strides in bytes. */
export function packA<T>(to: usize, a: usize, aRow: usize, aCol: usize, rows: i32, depth: i32): void {
  for (; rows > 0; rows -= MR, a += <usize> MR * aRow, to += <usize> (MR * depth) * sizeof<T>()) {
    packPanel<T>(to, MR, a, aRow, aCol, min(MR, rows), depth);
  }
}

/** Packs `depth` x `cols` of B; strides in bytes. */
export function packB<T>(to: usize, b: usize, bRow: usize, bCol: usize, cols: i32, depth: i32): void {
  for (; cols > 0; cols -= NR<T>(), b += <usize> NR<T>() * bCol, to += <usize> (NR<T>() * depth) * sizeof<T>()) {
    packPanel<T>(to, NR<T>(), b, bCol, bRow, min(NR<T>(), cols), depth);
  }
}

/**
 * `C[m, n] = A[m, k] B[k, n] (+ C) (+ bias)`. Strides are in bytes; columns of C are contiguous. The bias has a stride along
 * rows and one along columns, one of them 0; where there is none all three are 0. `scratch` has packedBytesA + packedBytesB.
 */
export function gemm<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  c: usize,
  cRow: usize,
  accumulate: bool,
  bias: usize,
  biasRow: usize,
  biasCol: usize,
  scratch: usize,
): void {
  const S = sizeof<T>(), bStep = <usize> NR<T>() * S;
  const packedB = scratch + packedBytesA<T>(m, k);
  const direct = bCol == S && m <= DIRECT_ROWS;
  let p = 0;
  do {
    const depth = min(KC<T>(), k - p);
    const aPanel = <usize> (depth * MR) * S;
    for (let j = 0; j < n; j += NC<T>()) {
      const cols = min(NC<T>(), n - j);
      const blockB = b + <usize> j * bCol;
      const directCols = direct ? cols & -NR<T>() : 0;
      packB<T>(packedB, blockB + <usize> directCols * bCol, bRow, bCol, cols - directCols, depth);
      for (let i = 0; i < m; i += MC<T>()) {
        const rows = min(MC<T>(), m - i);
        const blockC = c + <usize> i * cRow + <usize> j * S,
          blockBias = bias + <usize> i * biasRow + <usize> j * biasCol;
        packA<T>(scratch, a + <usize> i * aRow, aRow, aCol, rows, depth);
        if (directCols) {
          multiplyBlock<T>(
            rows,
            directCols,
            depth,
            scratch,
            aPanel,
            blockB,
            bStep,
            bRow,
            blockC,
            cRow,
            accumulate,
            blockBias,
            biasRow,
            biasCol,
          );
        }
        multiplyBlock<T>(
          rows,
          cols - directCols,
          depth,
          scratch,
          aPanel,
          packedB,
          <usize> depth * bStep,
          bStep,
          blockC + <usize> directCols * S,
          cRow,
          accumulate,
          blockBias + <usize> directCols * biasCol,
          biasRow,
          biasCol,
        );
      }
    }
    a += <usize> KC<T>() * aCol;
    b += <usize> KC<T>() * bRow;
    accumulate = true;
    bias = biasRow = biasCol = 0;
    p += KC<T>();
  } while (p < k);
}
