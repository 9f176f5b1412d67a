/**
 * Differences and derivatives along axes, and integrals by the trapezoidal rule.
 *
 * @module
 */
import { checkOptions, checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { ne } from "./compare.ts";
import { full } from "./creation.ts";
import { cat } from "./join.ts";
import { toFloat } from "./promote.ts";
import { sum } from "./reduce.ts";
import { cumsum } from "./scan.ts";
import { clone, reshape } from "./shape.ts";
import { narrow } from "./slicing.ts";
import type { DiffOptions, GradientOptions, TrapezoidOptions } from "./types.ts";
import { neg } from "./unary.ts";

/** Differences of neighbours along an axis, `n` times over. */
export function diff(input: Tensor, n: number = 1, options: DiffOptions = {}): Tensor {
  checkTensor("diff", input);
  if (input.ndim === 0) throw new ShapeError("diff: expected a tensor with axes, got a 0-d tensor");
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError(`diff: expected a whole order of at least 0, got ${n}`);
  const axis = normalizeDim("diff", options.dim ?? -1, input.ndim);
  const parts = [options.prepend, input, options.append].filter((x) => x !== undefined);
  let y = parts.length === 1 ? input : cat(parts, axis);
  if (n === 0) return clone(input);
  for (let order = Math.min(n, y.shape[axis]); order > 0; order--) {
    const length = Math.max(0, y.shape[axis] - 1);
    const [earlier, later] = [narrow(y, axis, 0, length), narrow(y, axis, y.shape[axis] - length, length)];
    y = y.dtype === "bool" ? ne(later, earlier) : sub(later, earlier);
  }
  return y;
}

/** Areas of the trapezoids between neighbouring points. */
function areas(op: string, y: Tensor, x: Tensor | null | undefined, options: TrapezoidOptions): [Tensor, number] {
  checkTensor(op, y);
  checkOptions(op, options, "dim");
  const axis = normalizeDim(op, options.dim ?? -1, y.ndim);
  const length = Math.max(0, y.shape[axis] - 1);
  const heights = add(narrow(y, axis, 0, length), narrow(y, axis, y.shape[axis] - length, length));
  if (x === undefined || x === null) return [mul(toFloat(heights), (options.dx ?? 1) / 2), axis];
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

/** Weights of three neighbours whose distances are `h` and `k`, for the derivative at the first, middle or last. */
function threePointWeights(h: Tensor, k: Tensor, at: "first" | "middle" | "last"): [Tensor, Tensor, Tensor] {
  const both = add(h, k);
  switch (at) {
    case "first":
      return [neg(div(add(both, h), mul(h, both))), div(both, mul(h, k)), neg(div(h, mul(k, both)))];
    case "middle":
      return [neg(div(k, mul(h, both))), div(sub(k, h), mul(h, k)), div(h, mul(k, both))];
    case "last":
      return [div(k, mul(h, both)), neg(div(both, mul(h, k))), div(add(both, k), mul(k, both))];
  }
}

/** Derivative of the parabola through each three neighbours of `y`, `count` times from place `start` on. */
function threePoints(
  y: Tensor,
  widths: Tensor,
  axis: number,
  start: number,
  count: number,
  at: "first" | "middle" | "last",
): Tensor {
  const weights = threePointWeights(narrow(widths, axis, start, count), narrow(widths, axis, start + 1, count), at);
  const [a, b, c] = weights.map((w, i) => mul(w, narrow(y, axis, start + i, count)));
  return add(add(a, b), c);
}

/** Derivatives of sampled values along axes: central differences inside, one-sided ones at the ends. */
export function gradient(values: Tensor, options: GradientOptions = {}): Tensor[] {
  const y = toFloat(values, "gradient");
  checkOptions("gradient", options, "dim");
  const { spacing = 1, dim = y.shape.map((_, d) => d), edgeOrder = 1 } = options;
  const dims = [dim].flat().map((d) => normalizeDim("gradient", d, y.ndim));
  if (new Set(dims).size !== dims.length || (edgeOrder !== 1 && edgeOrder !== 2)) {
    throw new ArgumentError(`gradient: expected each dim once and edgeOrder 1 or 2, got [${dims}] and ${edgeOrder}`);
  }
  if (typeof spacing !== "number" && spacing.length !== dims.length) {
    throw new ArgumentError(`gradient: expected a spacing for each of ${dims.length} axes, got ${spacing.length}`);
  }
  return dims.map((axis, i) => {
    const n = y.shape[axis];
    if (n <= edgeOrder) {
      throw new ShapeError(`gradient: expected more than ${edgeOrder} points along axis ${axis}, got ${n}`);
    }
    const step = typeof spacing === "number" ? spacing : spacing[i];
    const distances = typeof step === "number"
      ? full([n - 1], step, { dtype: y.dtype, device: y.device })
      : toFloat(diff(step));
    const widths = reshape(distances, y.shape.map((_, d) => d === axis ? n - 1 : 1));
    const edge = (start: number, at: "first" | "last"): Tensor => {
      if (edgeOrder === 2) return threePoints(y, widths, axis, start === 0 ? 0 : n - 3, 1, at);
      return div(sub(narrow(y, axis, start + 1, 1), narrow(y, axis, start, 1)), narrow(widths, axis, start, 1));
    };
    const inside = n > 2 ? [threePoints(y, widths, axis, 0, n - 2, "middle")] : [];
    return cat([edge(0, "first"), ...inside, edge(n - 2, "last")], axis);
  });
}
