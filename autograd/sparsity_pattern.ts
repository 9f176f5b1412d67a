/**
 * Which entries of a matrix may differ from zero, as compressed rows.
 *
 * @module
 */
import { ArgumentError } from "../tensor/errors.ts";

/** The places of a sparse matrix, row by row, the columns of a row in ascending order. */
export interface SparsityPattern {
  /** Numbers of rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** Where each row begins in `columns`, and after the last one where it ends: rows + 1 numbers. */
  readonly rowPointers: Int32Array<ArrayBuffer>;
  /** The columns of all places, row after row. */
  readonly columns: Int32Array<ArrayBuffer>;
}

/**
 * The pattern of a list of places in any order; a place may be named more than once.
 *
 * @param rows Row of each place.
 * @param columns Column of each place.
 * @throws ArgumentError for lists of different lengths, and for a place outside the shape.
 */
export function coordinatePattern(
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  shape: readonly [rows: number, columns: number],
): SparsityPattern {
  if (rows.length !== columns.length) {
    throw new ArgumentError(
      `coordinatePattern: expected as many rows as columns, got ${rows.length} and ${columns.length}`,
    );
  }
  for (let i = 0; i < rows.length; i++) {
    if (!isIndex(rows[i], shape[0]) || !isIndex(columns[i], shape[1])) {
      throw new ArgumentError(
        `coordinatePattern: expected places inside ${shape[0]} x ${shape[1]}, got (${rows[i]}, ${columns[i]})`,
      );
    }
  }
  const byColumn = bucket(columns, rows, shape[1], shape[0]);
  // Buckets keep their order: filling rows from ascending columns sorts each row.
  return withoutRepeats(transposePattern(byColumn));
}

/**
 * The pattern of a square matrix with `lower` diagonals below the main one and `upper` above it.
 *
 * @throws ArgumentError for sizes that are not whole numbers of at least 0.
 */
export function bandedPattern(n: number, lower: number, upper: number): SparsityPattern {
  for (const [name, value] of Object.entries({ n, lower, upper })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new ArgumentError(`bandedPattern: expected a whole ${name} of at least 0, got ${value}`);
    }
  }
  const rowPointers = new Int32Array(n + 1);
  for (let row = 0; row < n; row++) {
    rowPointers[row + 1] = rowPointers[row] + Math.min(n - 1, row + upper) - Math.max(0, row - lower) + 1;
  }
  const columns = new Int32Array(rowPointers[n]);
  for (let row = 0; row < n; row++) {
    const first = Math.max(0, row - lower);
    for (let at = rowPointers[row]; at < rowPointers[row + 1]; at++) columns[at] = first + at - rowPointers[row];
  }
  return { shape: [n, n], rowPointers, columns };
}

/** The pattern of the transposed matrix. */
export function transposePattern(pattern: SparsityPattern): SparsityPattern {
  const [rows, width] = pattern.shape;
  return bucket(pattern.columns, rowsOf(pattern), width, rows);
}

/** Throws unless the arrays of a pattern that a caller made fit together. */
export function checkPattern(op: string, { shape, rowPointers, columns }: SparsityPattern): void {
  const [rows, width] = shape;
  const fail = (problem: string): ArgumentError =>
    new ArgumentError(`${op}: expected a pattern in compressed rows, got ${problem}; coordinatePattern() makes one`);
  if (rowPointers.length !== rows + 1) throw fail(`${rowPointers.length} row pointers for ${rows} rows`);
  if (rowPointers[0] !== 0 || rowPointers[rows] !== columns.length) {
    throw fail(`row pointers from ${rowPointers[0]} to ${rowPointers[rows]} for ${columns.length} columns`);
  }
  for (let row = 0; row < rows; row++) {
    if (rowPointers[row] > rowPointers[row + 1]) throw fail(`row pointers that fall at row ${row}`);
    for (let at = rowPointers[row]; at < rowPointers[row + 1]; at++) {
      if (!isIndex(columns[at], width)) throw fail(`column ${columns[at]} of ${width} in row ${row}`);
      if (at > rowPointers[row] && columns[at] <= columns[at - 1]) throw fail(`columns out of order in row ${row}`);
    }
  }
}

function isIndex(value: number, size: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < size;
}

/** `values` sorted into buckets by their `keys`, in order within each: a counting sort. Negative keys are left out. */
export function bucket(
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
  buckets: number,
  width: number,
): SparsityPattern {
  const rowPointers = new Int32Array(buckets + 1);
  for (let i = 0; i < keys.length; i++) if (keys[i] >= 0) rowPointers[keys[i] + 1]++;
  for (let i = 0; i < buckets; i++) rowPointers[i + 1] += rowPointers[i];
  const next = rowPointers.slice(0, buckets);
  const columns = new Int32Array(rowPointers[buckets]);
  for (let i = 0; i < keys.length; i++) if (keys[i] >= 0) columns[next[keys[i]]++] = values[i];
  return { shape: [buckets, width], rowPointers, columns };
}

/** The row of each place of a pattern. */
export function rowsOf({ shape, rowPointers, columns }: SparsityPattern): Int32Array<ArrayBuffer> {
  const rows = new Int32Array(columns.length);
  for (let row = 0; row < shape[0]; row++) rows.fill(row, rowPointers[row], rowPointers[row + 1]);
  return rows;
}

/** Drops repeated columns of rows that are in order. */
function withoutRepeats({ shape, rowPointers, columns }: SparsityPattern): SparsityPattern {
  const kept = new Int32Array(columns.length);
  const pointers = new Int32Array(shape[0] + 1);
  let count = 0;
  for (let row = 0; row < shape[0]; row++) {
    for (let at = rowPointers[row]; at < rowPointers[row + 1]; at++) {
      if (at === rowPointers[row] || columns[at] !== columns[at - 1]) kept[count++] = columns[at];
    }
    pointers[row + 1] = count;
  }
  return { shape, rowPointers: pointers, columns: kept.slice(0, count) };
}
