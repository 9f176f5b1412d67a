/**
 * Solvers of linear systems that only need products with the matrix.
 *
 * @module
 */
import { add, div, mul, sub } from "../ops/binary.ts";
import { zerosLike } from "../ops/creation.ts";
import { sum } from "../ops/reduce.ts";
import { sqrt } from "../ops/unary.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The product of a matrix, which need not exist as numbers, and a tensor that counts as one vector. */
export type LinearMap = (v: Tensor) => Tensor;

/** Gives z with `map(z)` = `b`, or near it. */
export type LinearSolver = (map: LinearMap, b: Tensor) => Tensor;

/** Options of the iterative solvers. */
export interface KrylovOptions {
  /** Stop when the residual is this small beside `b`, both in the 2-norm. Default: 1e-6 for float32, 1e-12 for float64. */
  tolerance?: number;
  /** Most products with the matrix. Default: ten times the number of unknowns. */
  maxIterations?: number;
}

/** Limits of one run. */
interface Limits {
  readonly threshold: number;
  readonly steps: number;
}

function inner(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b));
}

function limitsOf({ tolerance, maxIterations }: KrylovOptions, b: Tensor): Limits {
  const relative = tolerance ?? (b.dtype === "float64" ? 1e-12 : 1e-6);
  return { threshold: relative * sqrt(inner(b, b)).item(), steps: maxIterations ?? 10 * b.numel };
}

function notSolved(name: string, residual: number, { threshold, steps }: Limits): ArgumentError {
  return new ArgumentError(
    `${name}: expected a residual of at most ${threshold} after ${steps} products, got ${residual}; allow more with ` +
      `maxIterations, or a larger tolerance`,
  );
}

/**
 * The method of conjugate gradients (Hestenes and Stiefel 1952), for symmetric positive definite matrices.
 *
 * @returns A solver that throws ArgumentError where it does not converge.
 */
export function conjugateGradient(options: KrylovOptions = {}): LinearSolver {
  return (map, b) => {
    const limits = limitsOf(options, b);
    let z = zerosLike(b);
    let residual = b;
    let direction = b;
    let squared = inner(b, b);
    for (let step = 0; Math.sqrt(squared.item()) > limits.threshold; step++) {
      if (step === limits.steps) throw notSolved("conjugateGradient", Math.sqrt(squared.item()), limits);
      const image = map(direction);
      const length = div(squared, inner(direction, image));
      z = add(z, mul(direction, length));
      residual = sub(residual, mul(image, length));
      const next = inner(residual, residual);
      direction = add(residual, mul(direction, div(next, squared)));
      squared = next;
    }
    return z;
  };
}

/**
 * The generalised minimal residual method (Saad and Schultz 1986) without restarts, for any invertible matrix. It keeps one
 * vector per step.
 *
 * @returns A solver that throws ArgumentError where it does not converge.
 */
export function gmres(options: KrylovOptions = {}): LinearSolver {
  return (map, b) => {
    const limits = limitsOf(options, b);
    const norm = sqrt(inner(b, b)).item();
    if (norm <= limits.threshold) return zerosLike(b);
    const basis = [div(b, norm)];
    // Columns of the Hessenberg matrix after the rotations (c, s), which keep it triangular; rhs is rotated along.
    const columns: number[][] = [];
    const rotations: [c: number, s: number][] = [];
    const rhs = [norm];
    for (let k = 0; Math.abs(rhs[k]) > limits.threshold; k++) {
      if (k === limits.steps || k === b.numel) throw notSolved("gmres", Math.abs(rhs[k]), limits);
      let image = map(basis[k]);
      const column: number[] = [];
      for (const vector of basis) {
        const share = inner(image, vector);
        column.push(share.item());
        image = sub(image, mul(vector, share));
      }
      const rest = sqrt(inner(image, image)).item();
      rotations.forEach(([c, s], i) => {
        [column[i], column[i + 1]] = [c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]];
      });
      const radius = Math.hypot(column[k], rest);
      if (radius === 0) throw notSolved("gmres", Math.abs(rhs[k]), limits);
      const [c, s] = [column[k] / radius, rest / radius];
      rotations.push([c, s]);
      column[k] = radius;
      columns.push(column);
      rhs.push(-s * rhs[k]);
      rhs[k] *= c;
      if (rest > 0) basis.push(div(image, rest));
    }
    const weights = new Array<number>(columns.length).fill(0);
    for (let i = columns.length - 1; i >= 0; i--) {
      let value = rhs[i];
      for (let j = i + 1; j < columns.length; j++) value -= columns[j][i] * weights[j];
      weights[i] = value / columns[i][i];
    }
    return weights.reduce((z, weight, i) => add(z, mul(basis[i], weight)), zerosLike(b));
  };
}
