/**
 * Groups of columns of a sparse matrix that share no row, so that one product recovers a whole group.
 *
 * @module
 */
import { type SparsityPattern, transposePattern } from "../autograd/sparsity_pattern.ts";

/** A partition of the columns of a matrix. */
export interface Coloring {
  /** Number of groups. */
  readonly count: number;
  /** Group of each column, from 0. */
  readonly colors: Int32Array<ArrayBuffer>;
}

/**
 * Colours the columns of a pattern so that two columns with a place in the same row have different colours: a greedy
 * distance-2 colouring of the bipartite graph of rows and columns (Curtis, Powell and Reid 1974), columns in their order.
 *
 * It takes time in proportion to the sum of the squares of the row lengths, and for banded matrices as few colours as the
 * band is wide, which is the least possible.
 */
export function colorColumns(pattern: SparsityPattern): Coloring {
  const { shape: [, width], rowPointers, columns } = pattern;
  const byColumn = transposePattern(pattern);
  const colors = new Int32Array(width).fill(-1);
  // The last column that met each colour among its neighbours.
  const metBy = new Int32Array(width + 1).fill(-1);
  let count = 0;
  for (let column = 0; column < width; column++) {
    for (let i = byColumn.rowPointers[column]; i < byColumn.rowPointers[column + 1]; i++) {
      const row = byColumn.columns[i];
      for (let at = rowPointers[row]; at < rowPointers[row + 1]; at++) {
        const color = colors[columns[at]];
        if (color >= 0) metBy[color] = column;
      }
    }
    let color = 0;
    while (metBy[color] === column) color++;
    colors[column] = color;
    count = Math.max(count, color + 1);
  }
  return { count, colors };
}
