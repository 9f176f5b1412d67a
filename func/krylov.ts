/**
 * Solvers of linear systems that only need products with the matrix.
 *
 * @module
 */
import { add, div, mul, sub } from "../ops/binary.ts";
import { zerosLike } from "../ops/creation.ts";
import { sum } from "../ops/reduce.ts";
import { scoped } from "../ops/scoped.ts";
import { refused } from "../tensor/arguments.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { closeScope, created, openScope } from "../tensor/scope.ts";
import { tidy } from "../tensor/tidy.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The product of a matrix, which need not exist as numbers, and a tensor that counts as one vector. */
export type LinearMap = (v: Tensor) => Tensor;

/** Gives z with `map(z)` = `b`, or near it. It need not be differentiable: {@linkcode customRoot} does without. */
export type LinearSolver = (map: LinearMap, b: Tensor) => Tensor;

/** Options of the iterative solvers. */
export interface KrylovOptions {
  /** Stop when the residual is this small beside `b`, both in the 2-norm. Default: 1e-5 for float32, 1e-12 for float64. */
  tolerance?: number;
  /** Most products with the matrix. Default: ten times the number of unknowns. */
  maxIterations?: number;
}

/** One run: what it has to reach and what it may take. */
interface Run {
  readonly name: string;
  /** What the method asks of the map. */
  readonly demand: string;
  readonly threshold: number;
  readonly limit: number;
  /** Products computed so far. */
  products: number;
}

function inner(a: Tensor, b: Tensor): Tensor {
  return scoped(() => sum(mul(a, b)));
}

/** {@linkcode inner} as a number. */
function innerNumber(a: Tensor, b: Tensor): number {
  const total = inner(a, b);
  const value = total.item();
  total.dispose();
  return value;
}

/** The 2-norm of all elements. */
function norm(x: Tensor): number {
  return Math.sqrt(innerNumber(x, x));
}

function start(name: string, demand: string, options: KrylovOptions, b: Tensor): Run {
  const { tolerance = b.dtype === "float64" ? 1e-12 : 1e-5, maxIterations = 10 * b.numel } = options;
  if (!(tolerance >= 0)) throw refused(name, "a tolerance of at least 0", tolerance);
  if (!(maxIterations >= 0)) throw refused(name, "maxIterations of at least 0", maxIterations);
  const size = norm(b);
  if (!Number.isFinite(size)) {
    throw new ArgumentError(`${name}: expected a right-hand side of finite norm, got ${size}`);
  }
  return { name, demand, threshold: tolerance * size, limit: maxIterations, products: 0 };
}

function notSolved({ name, demand, threshold, limit, products }: Run, residual: number): ArgumentError {
  const fix = products < limit
    ? `the map must be ${demand}, and a larger tolerance helps against rounding`
    : "allow more with maxIterations, or a larger tolerance";
  return new ArgumentError(
    `${name}: expected a residual of at most ${threshold}, got ${residual} after ${products} products; ${fix}`,
  );
}

/** `map(v)`. A tensor that the call has made is nobody else's and goes to `spent`. */
function product(run: Run, map: LinearMap, v: Tensor, spent: Tensor[]): Tensor {
  run.products++;
  const mark = openScope();
  try {
    const image = map(v);
    if (created!.lastIndexOf(image) >= mark) spent.push(image);
    return image;
  } finally {
    closeScope();
  }
}

/** Disposes `tensors`, except what the caller knows. */
function free(tensors: readonly Tensor[], known: Tensor): void {
  for (const tensor of tensors) if (tensor !== known) tensor.dispose();
}

/**
 * The method of conjugate gradients (Hestenes and Stiefel 1952), for symmetric positive definite matrices.
 *
 * @returns A solver that throws ArgumentError where it does not converge.
 */
export function conjugateGradient(options: KrylovOptions = {}): LinearSolver {
  return (map, b) => {
    const run = start("conjugateGradient", "symmetric positive definite", options, b);
    let [z, residual, direction, squared] = [zerosLike(b), b, b, inner(b, b)];
    for (;;) {
      const size = Math.sqrt(squared.item());
      if (size <= run.threshold) break;
      if (run.products >= run.limit || !Number.isFinite(size)) throw notSolved(run, size);
      const spent = [z, residual, direction, squared];
      const image = product(run, map, direction, spent);
      [z, residual, direction, squared] = tidy(() => {
        const length = div(squared, inner(direction, image));
        const rest = sub(residual, mul(image, length));
        const next = inner(rest, rest);
        return [add(z, mul(direction, length)), rest, add(rest, mul(direction, div(next, squared))), next];
      });
      free(spent, b);
    }
    free([residual, direction, squared], b);
    return z;
  };
}

/**
 * The generalised minimal residual method (Saad and Schultz 1986), for any invertible matrix. It keeps one vector per step,
 * and restarts when there is one for every unknown.
 *
 * @returns A solver that throws ArgumentError where it does not converge.
 */
export function gmres(options: KrylovOptions = {}): LinearSolver {
  return (map, b) => {
    const run = start("gmres", "invertible", options, b);
    let z = zerosLike(b);
    let residual = b;
    for (let size = norm(b); size > run.threshold;) {
      const cycle = minimise(run, map, residual, size);
      const spent = [z, residual, cycle.correction];
      z = add(z, cycle.correction);
      if (cycle.size > run.threshold) {
        residual = sub(b, product(run, map, z, spent));
        const before = size;
        size = norm(residual);
        // What a full set of vectors cannot halve, another will not either. NaN ends here too.
        if (!(size < before / 2)) throw notSolved(run, size);
      } else size = cycle.size;
      free(spent, b);
    }
    return z;
  };
}

/** One cycle: the z that makes |residual - map(z)| smallest in the space of as many products as it takes or may take. */
function minimise(
  run: Run,
  map: LinearMap,
  residual: Tensor,
  size: number,
): { correction: Tensor; size: number } {
  const basis = [scoped(() => div(residual, size))];
  // Columns of the Hessenberg matrix after the rotations (c, s), which keep it triangular; rhs is rotated along.
  const columns: number[][] = [];
  const rotations: [c: number, s: number][] = [];
  const rhs = [size];
  for (let k = 0; Math.abs(rhs[k]) > run.threshold && k < residual.numel; k++) {
    if (run.products >= run.limit) throw notSolved(run, Math.abs(rhs[k]));
    const spent: Tensor[] = [];
    const image = product(run, map, basis[k], spent);
    const column: number[] = [];
    let orthogonal = image;
    for (const vector of basis) {
      const whole = orthogonal;
      const share = innerNumber(whole, vector);
      column.push(share);
      orthogonal = add(whole, vector, { alpha: -share });
      if (whole !== image) whole.dispose();
    }
    spent.push(orthogonal);
    const rest = norm(orthogonal);
    rotations.forEach(([c, s], i) => {
      [column[i], column[i + 1]] = [c * column[i] + s * column[i + 1], c * column[i + 1] - s * column[i]];
    });
    const radius = Math.hypot(column[k], rest);
    // Zero: the map takes the whole space into a smaller one.
    if (!(radius > 0 && radius < Infinity)) throw notSolved(run, Math.abs(rhs[k]));
    const [c, s] = [column[k] / radius, rest / radius];
    rotations.push([c, s]);
    column[k] = radius;
    columns.push(column);
    rhs.push(-s * rhs[k]);
    rhs[k] *= c;
    if (rest > 0) basis.push(scoped(() => div(orthogonal, rest)));
    free(spent, residual);
  }
  const weights = new Array<number>(columns.length).fill(0);
  for (let i = columns.length - 1; i >= 0; i--) {
    let value = rhs[i];
    for (let j = i + 1; j < columns.length; j++) value -= columns[j][i] * weights[j];
    weights[i] = value / columns[i][i];
  }
  let correction = zerosLike(residual);
  weights.forEach((weight, i) => {
    const partial = correction;
    correction = add(partial, basis[i], { alpha: weight });
    partial.dispose();
  });
  free(basis, residual);
  return { correction, size: Math.abs(rhs[columns.length]) };
}
