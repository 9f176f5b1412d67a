/**
 * Differences along an axis, and integrals by the trapezoidal rule.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul, sub } from "./binary.ts";
import { ne } from "./compare.ts";
import { cat } from "./join.ts";
import { sum } from "./reduce.ts";
import { cumsum } from "./scan.ts";
import { reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";

/** Options of {@linkcode diff}. */
export interface DiffOptions {
  /** The axis. Default: -1. */
  dim?: number;
  /** What to put before the input along the axis. */
  prepend?: Tensor;
  /** What to put behind it. */
  append?: Tensor;
}

/** Differences of neighbours along an axis, `n` times over. */
export function diff(input: Tensor, n: number = 1, options: DiffOptions = {}): Tensor {
  if (input.ndim === 0) throw new ShapeError("diff: expected a tensor with axes, got a 0-d tensor");
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`diff: expected a whole order of at least 0, got ${n}`);
  const axis = normalizeDim("diff", options.dim ?? -1, input.ndim);
  if (n === 0) return input;
  const parts = [options.prepend, input, options.append].filter((x) => x !== undefined);
  let y = parts.length === 1 ? input : cat(parts, axis);
  for (let order = Math.min(n, y.shape[axis]); order > 0; order--) {
    const length = Math.max(0, y.shape[axis] - 1);
    const [earlier, later] = [narrow(y, axis, 0, length), narrow(y, axis, y.shape[axis] - length, length)];
    y = y.dtype === "bool" ? ne(later, earlier) : sub(later, earlier);
  }
  return y;
}

/** Where the points lie, and the axis along which they follow each other. */
export interface TrapezoidOptions {
  /** Distance of neighbours, where `x` is not given. Default: 1. */
  dx?: number;
  /** The axis. Default: -1. */
  dim?: number;
}

/** Areas of the trapezoids between neighbouring points. */
function areas(op: string, y: Tensor, x: Tensor | null | undefined, options: TrapezoidOptions): [Tensor, number] {
  const axis = normalizeDim(op, options.dim ?? -1, y.ndim);
  const length = Math.max(0, y.shape[axis] - 1);
  const heights = add(narrow(y, axis, 0, length), narrow(y, axis, y.shape[axis] - length, length));
  if (x === undefined || x === null) return [mul(heights, (options.dx ?? 1) / 2), axis];
  const widths = x.ndim === 1
    ? reshape(diff(x), y.shape.map((_, d) => d === axis ? x.shape[0] - 1 : 1))
    : diff(x, 1, { dim: axis - y.ndim });
  return [mul(mul(heights, widths), 0.5), axis];
}

/** Integral of `y` along an axis by the trapezoidal rule, at the points `x` or at even distances `dx`. */
export function trapezoid(y: Tensor, x?: Tensor | null, options: TrapezoidOptions = {}): Tensor {
  const [parts, axis] = areas("trapezoid", y, x, options);
  return sum(parts, axis);
}

/** Integrals of `y` from the first point to each other one, as {@linkcode trapezoid} has them. */
export function cumulativeTrapezoid(y: Tensor, x?: Tensor | null, options: TrapezoidOptions = {}): Tensor {
  const [parts, axis] = areas("cumulativeTrapezoid", y, x, options);
  return cumsum(parts, axis);
}
