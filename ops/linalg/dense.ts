/**
 * Decompositions of one small matrix on the JavaScript heap, in double precision. Matrices are row-major.
 *
 * @module
 */
import type { Lu, Matrix, Svd } from "./types.ts";

/** A matrix of zeros. */
export function zeroMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** The identity. */
export function identity(n: number): Matrix {
  const out = zeroMatrix(n, n);
  for (let i = 0; i < n; i++) out.data[i * (n + 1)] = 1;
  return out;
}

function copyOf({ rows, columns, data }: Matrix): Matrix {
  return { rows, columns, data: data.slice() };
}

/** The transpose. */
export function transposeOf({ rows, columns, data }: Matrix): Matrix {
  const out = zeroMatrix(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}

/** The product a b. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const out = zeroMatrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = a.data[i * a.columns + k];
      for (let j = 0; j < b.columns; j++) out.data[i * b.columns + j] += factor * b.data[k * b.columns + j];
    }
  }
  return out;
}

/** alpha a + beta b. */
function combine(alpha: number, a: Matrix, beta: number, b: Matrix): Matrix {
  return { ...a, data: a.data.map((value, i) => alpha * value + beta * b.data[i]) };
}

/** Gaussian elimination, with partial pivoting unless `pivot` is false. */
export function luOf(a: Matrix, pivot = true): Lu {
  const packed = copyOf(a);
  const { rows, columns, data } = packed;
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const steps = Math.min(rows, columns);
  const pivots = new Int32Array(steps);
  let sign = 1;
  for (let k = 0; k < steps; k++) {
    let best = k;
    for (let i = k + 1; pivot && i < rows; i++) {
      if (Math.abs(data[i * columns + k]) > Math.abs(data[best * columns + k])) best = i;
    }
    pivots[k] = best + 1;
    if (best !== k) {
      sign = -sign;
      [order[k], order[best]] = [order[best], order[k]];
      for (let j = 0; j < columns; j++) {
        [data[k * columns + j], data[best * columns + j]] = [data[best * columns + j], data[k * columns + j]];
      }
    }
    const diagonal = data[k * columns + k];
    if (diagonal === 0) continue;
    for (let i = k + 1; i < rows; i++) {
      const factor = data[i * columns + k] /= diagonal;
      if (factor === 0) continue;
      for (let j = k + 1; j < columns; j++) data[i * columns + j] -= factor * data[k * columns + j];
    }
  }
  return { packed, order, pivots, sign };
}

/** First zero on the diagonal of U, or -1 if the matrix is invertible. */
export function zeroPivot({ packed: { columns, data, rows } }: Lu): number {
  for (let i = 0; i < Math.min(rows, columns); i++) if (data[i * (columns + 1)] === 0) return i;
  return -1;
}

/** Solves t x = b for a triangular matrix t; `unit` takes its diagonal for ones. */
export function solveTriangularOf(t: Matrix, b: Matrix, upper: boolean, unit: boolean): Matrix {
  const x = copyOf(b);
  const n = t.rows;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    for (let k = upper ? i + 1 : 0; k < (upper ? n : i); k++) {
      const factor = t.data[i * n + k];
      for (let j = 0; j < x.columns; j++) x.data[i * x.columns + j] -= factor * x.data[k * x.columns + j];
    }
    for (let j = 0; !unit && j < x.columns; j++) x.data[i * x.columns + j] /= t.data[i * (n + 1)];
  }
  return x;
}

/** Solves a x = b from the LU decomposition of a. */
export function solveLu({ packed, order }: Lu, b: Matrix): Matrix {
  const permuted = zeroMatrix(b.rows, b.columns);
  for (let i = 0; i < b.rows; i++) {
    permuted.data.set(b.data.subarray(order[i] * b.columns, (order[i] + 1) * b.columns), i * b.columns);
  }
  return solveTriangularOf(packed, solveTriangularOf(packed, permuted, false, true), true, false);
}

/** L with a = L L^T from the lower triangle of a; null if a is not positive definite. */
export function choleskyOf(a: Matrix): Matrix | null {
  const n = a.rows;
  const out = zeroMatrix(n, n);
  const l = out.data;
  for (let j = 0; j < n; j++) {
    let diagonal = a.data[j * (n + 1)];
    for (let k = 0; k < j; k++) diagonal -= l[j * n + k] ** 2;
    if (!(diagonal > 0)) return null;
    l[j * (n + 1)] = Math.sqrt(diagonal);
    for (let i = j + 1; i < n; i++) {
      let total = a.data[i * n + j];
      for (let k = 0; k < j; k++) total -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = total / l[j * (n + 1)];
    }
  }
  return out;
}

/** Q (rows x rows) and R (rows x columns) by Householder reflections (Golub and Van Loan, section 5.2). */
export function qrOf(a: Matrix): { q: Matrix; r: Matrix } {
  const r = copyOf(a);
  const { rows: m, columns: n } = r;
  const q = identity(m);
  const v = new Float64Array(m);
  for (let k = 0; k < Math.min(m - 1, n); k++) {
    let norm = 0;
    for (let i = k; i < m; i++) norm = Math.hypot(norm, r.data[i * n + k]);
    if (norm === 0) continue;
    const alpha = r.data[k * n + k] > 0 ? -norm : norm;
    let length = 0;
    for (let i = k; i < m; i++) {
      v[i] = r.data[i * n + k] - (i === k ? alpha : 0);
      length += v[i] * v[i];
    }
    for (let j = k; j < n; j++) {
      let product = 0;
      for (let i = k; i < m; i++) product += v[i] * r.data[i * n + j];
      for (let i = k; i < m; i++) r.data[i * n + j] -= 2 * product / length * v[i];
    }
    for (let i = k + 1; i < m; i++) r.data[i * n + k] = 0;
    for (let row = 0; row < m; row++) {
      let product = 0;
      for (let i = k; i < m; i++) product += q.data[row * m + i] * v[i];
      for (let i = k; i < m; i++) q.data[row * m + i] -= 2 * product / length * v[i];
    }
  }
  return { q, r };
}

/** Rotation that makes the off-diagonal element of [[p, r], [r, q]] zero (Golub and Van Loan, section 8.5). */
function jacobiRotation(p: number, q: number, r: number): [cosine: number, sine: number] {
  const tau = (q - p) / (2 * r);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const cosine = 1 / Math.hypot(1, t);
  return [cosine, t * cosine];
}

/** Turns columns p and q of a matrix. */
function rotateColumns({ rows, columns, data }: Matrix, p: number, q: number, cosine: number, sine: number): void {
  for (let i = 0; i < rows; i++) {
    const [x, y] = [data[i * columns + p], data[i * columns + q]];
    data[i * columns + p] = cosine * x - sine * y;
    data[i * columns + q] = sine * x + cosine * y;
  }
}

/** Square root of the sum of squares. */
function frobenius({ data }: Matrix): number {
  return data.reduce((norm, value) => Math.hypot(norm, value), 0);
}

/** Sweeps of a Jacobi method that are tried; it converges quadratically, in six or so. */
const MAX_SWEEPS = 60;

/** Takes columns in the given order. */
function columnsOf({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const out = zeroMatrix(rows, order.length);
  for (let i = 0; i < rows; i++) {
    for (const [j, from] of order.entries()) out.data[i * order.length + j] = data[i * columns + from];
  }
  return out;
}

/** Eigenvalues in ascending order and eigenvectors (columns) of a symmetric matrix, by cyclic Jacobi rotations. */
export function eighOf(a: Matrix): { values: Float64Array; vectors: Matrix } {
  const work = copyOf(a);
  const n = a.rows;
  const { data } = work;
  const vectors = identity(n);
  // Convergence is quadratic, so one sweep more than the values need makes the vectors as good.
  const negligible = Number.EPSILON ** 2 * frobenius(work);
  for (let sweep = 0, turned = true; turned && sweep < MAX_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [first, last, off] = [data[p * (n + 1)], data[q * (n + 1)], data[p * n + q]];
        if (Math.abs(off) <= negligible) continue;
        turned = true;
        const [cosine, sine] = jacobiRotation(first, last, off);
        rotateColumns(work, p, q, cosine, sine);
        for (let j = 0; j < n; j++) {
          const [x, y] = [data[p * n + j], data[q * n + j]];
          data[p * n + j] = cosine * x - sine * y;
          data[q * n + j] = sine * x + cosine * y;
        }
        data[p * n + q] = data[q * n + p] = 0;
        rotateColumns(vectors, p, q, cosine, sine);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => data[i * (n + 1)] - data[j * (n + 1)]);
  return { values: Float64Array.from(order, (i) => data[i * (n + 1)]), vectors: columnsOf(vectors, order) };
}

/** Extends orthonormal columns to a basis, by the columns that QR appends. Columns of zeros are replaced too. */
function completeBasis(u: Matrix, rank: number, size: number): Matrix {
  const kept = columnsOf(u, Array.from({ length: rank }, (_, i) => i));
  const { q } = qrOf(kept);
  const out = columnsOf(q, Array.from({ length: size }, (_, i) => i));
  for (let i = 0; i < u.rows; i++) {
    for (let j = 0; j < rank; j++) out.data[i * size + j] = kept.data[i * rank + j];
  }
  return out;
}

/** Singular values and vectors by one-sided Jacobi rotations (Hestenes 1958). `full` completes u and v to squares. */
export function svdOf(a: Matrix, full: boolean): Svd {
  if (a.rows < a.columns) {
    const { u, s, v } = svdOf(transposeOf(a), full);
    return { u: v, s, v: u };
  }
  const work = copyOf(a);
  const { rows: m, columns: n, data } = work;
  const v = identity(n);
  for (let sweep = 0, turned = true; turned && sweep < MAX_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        let [alpha, beta, gamma] = [0, 0, 0];
        for (let i = 0; i < m; i++) {
          const [x, y] = [data[i * n + p], data[i * n + q]];
          alpha += x * x;
          beta += y * y;
          gamma += x * y;
        }
        if (Math.abs(gamma) <= Number.EPSILON * Math.sqrt(alpha * beta) || gamma === 0) continue;
        turned = true;
        const [cosine, sine] = jacobiRotation(alpha, beta, gamma);
        rotateColumns(work, p, q, cosine, sine);
        rotateColumns(v, p, q, cosine, sine);
      }
    }
  }
  const lengths = Float64Array.from({ length: n }, (_, j) => {
    let length = 0;
    for (let i = 0; i < m; i++) length = Math.hypot(length, data[i * n + j]);
    return length;
  });
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j] - lengths[i]);
  const s = Float64Array.from(order, (j) => lengths[j]);
  const threshold = (s[0] ?? 0) * Number.EPSILON * m;
  const rank = s.findIndex((value) => value <= threshold);
  const u = columnsOf(work, order);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) u.data[i * n + j] /= s[j] === 0 ? 1 : s[j];
  const known = rank < 0 ? n : rank;
  const size = full ? m : n;
  return { u: known < size ? completeBasis(u, known, size) : u, s, v: columnsOf(v, order) };
}

/** Coefficients of the [13/13] Pade approximant of exp (Higham 2005, table 2.3). */
const PADE = [
  64764752532480000,
  32382376266240000,
  7771770303897600,
  1187353796428800,
  129060195264000,
  10559470521600,
  670442572800,
  33522128640,
  1323241920,
  40840800,
  960960,
  16380,
  182,
  1,
];

/** Norm up to which the approximant is exact to double precision. */
const PADE_RADIUS = 5.371920351148152;

/** exp(a) by scaling and squaring (Higham 2005). */
export function expOf(a: Matrix): Matrix {
  const n = a.rows;
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let column = 0;
    for (let i = 0; i < n; i++) column += Math.abs(a.data[i * n + j]);
    norm = Math.max(norm, column);
  }
  const squarings = norm > PADE_RADIUS ? Math.ceil(Math.log2(norm / PADE_RADIUS)) : 0;
  const x: Matrix = { ...a, data: a.data.map((value) => value / 2 ** squarings) };
  const x2 = multiply(x, x);
  let even = zeroMatrix(n, n);
  let odd = zeroMatrix(n, n);
  // Horner's rule in x^2 for the even and for the odd coefficients.
  for (let k = 6; k >= 0; k--) {
    even = combine(1, multiply(even, x2), PADE[2 * k], identity(n));
    odd = combine(1, multiply(odd, x2), PADE[2 * k + 1], identity(n));
  }
  odd = multiply(x, odd);
  let out = solveLu(luOf(combine(1, even, -1, odd)), combine(1, even, 1, odd));
  for (let k = 0; k < squarings; k++) out = multiply(out, out);
  return out;
}
