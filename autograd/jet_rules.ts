/**
 * Recurrences for the power series of elementary functions (Griewank and Walther 2008, table 13.2), which are cheaper than
 * what follows from their forward rules.
 *
 * @module
 */
import { add, div, mul, sub } from "../ops/binary.ts";
import { cos, neg, sin, square } from "../ops/unary.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** From x_0 ... x_K and y_0 to y_0 ... y_K. */
type SeriesRule = (x: readonly Tensor[], y0: Tensor) => Tensor[];

/** Sum of a_i b_{k-i} over i = first ... last. */
export function convolved(a: readonly Tensor[], b: readonly Tensor[], k: number, first: number, last: number): Tensor {
  let total = mul(a[first], b[k - first]);
  for (let i = first + 1; i <= last; i++) total = add(total, mul(a[i], b[k - i]));
  return total;
}

/** Gives u_k from y_0 ... y_k; `slopes` are x_0 and the coefficients i x_i of t x'(t). */
type Factor = (y: readonly Tensor[], k: number, slopes: readonly Tensor[]) => Tensor;

/** The y with y' = u x': k y_k = sum of i x_i u_{k-i} over i = 1 ... k. */
function integral(u: Factor): SeriesRule {
  return (x, y0) => {
    const slopes = x.map((c, i) => i < 2 ? c : mul(c, i));
    const y = [y0];
    const factors: Tensor[] = [];
    for (let k = 1; k < x.length; k++) {
      factors.push(u(y, k - 1, slopes));
      y.push(div(convolved(slopes, factors, k, 1, k), k));
    }
    return y;
  };
}

/** The rule of a function with y'' = -y for the argument itself, sine or cosine; `first` gives its derivative at x_0. */
function wave(first: (x0: Tensor) => Tensor): SeriesRule {
  return integral((y, k, slopes) => k === 0 ? first(slopes[0]) : div(convolved(slopes, y, k, 1, k), -k));
}

/** The ops with a recurrence. */
export const SERIES_RULES: ReadonlyMap<string, SeriesRule> = new Map<string, SeriesRule>([
  ["exp", integral((y, k) => y[k])],
  ["sin", wave(cos)],
  ["cos", wave((x) => neg(sin(x)))],
  ["tanh", integral((y, k) => k === 0 ? sub(1, square(y[0])) : neg(convolved(y, y, k, 0, k)))],
  ["sigmoid", integral((y, k) => sub(y[k], convolved(y, y, k, 0, k)))],
  ["square", (x, y0) => [y0, ...x.slice(1).map((_, i) => convolved(x, x, i + 1, 0, i + 1))]],
  // x = y y.
  ["sqrt", (x, y0) => {
    const y = [y0];
    const double = mul(y0, 2);
    for (let k = 1; k < x.length; k++) {
      y.push(div(k === 1 ? x[1] : sub(x[k], convolved(y, y, k, 1, k - 1)), double));
    }
    return y;
  }],
  // x y' = x'.
  ["log", (x, y0) => {
    const y = [y0];
    const slopes = [y0];
    for (let k = 1; k < x.length; k++) {
      y.push(div(k === 1 ? x[1] : sub(x[k], div(convolved(slopes, x, k, 1, k - 1), k)), x[0]));
      slopes.push(mul(y[k], k));
    }
    return y;
  }],
]);
