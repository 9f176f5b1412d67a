/**
 * Vector norms, and distances made of them. Matrix norms are in `linalg/norm.ts`.
 *
 * Where a norm has no derivative, at 0 for orders other than 2, or at single zeros for orders below 1, it counts as 0.
 *
 * @module
 */
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq, gt, ne } from "./compare.ts";
import { unsqueeze } from "./dimensions.ts";
import { matrixNorm } from "./linalg/norm.ts";
import { amax, amin } from "./max_min.ts";
import { pow } from "./power.ts";
import { floatOperand, promote } from "./promote.ts";
import { sum } from "./reduce.ts";
import { rootOrZero } from "./statistics.ts";
import { where } from "./ternary.ts";
import type { CdistOptions, ReducedDims, ReduceDTypeOptions } from "./types.ts";
import { abs, square } from "./unary.ts";

/** x^p of non-negative numbers, with the derivative 0 at 0 where it has none. */
function power(x: Tensor, p: number): Tensor {
  if (p >= 1) return pow(x, p);
  const isZero = eq(x, 0);
  return where(isZero, p > 0 ? 0 : Infinity, pow(where(isZero, 1, x), p));
}

/** x^(1 / p) of non-negative numbers, with the derivative 0 at 0. */
function root(x: Tensor, p: number): Tensor {
  if (p < 0) return pow(x, 1 / p);
  const isZero = eq(x, 0);
  return where(isZero, 0, pow(where(isZero, 1, x), 1 / p));
}

/** (sum |x|^p)^(1 / p) over `dim`, or its limit for p = 0 (number of nonzeros) and infinities. */
export function pNorm(x: Tensor, p: number, dim: ReducedDims | undefined, keepdim: boolean): Tensor {
  const options = { keepdim };
  if (p === 2) return rootOrZero(sum(square(x), dim, options));
  if (p === 1) return sum(abs(x), dim, options);
  if (p === Infinity) return amax(abs(x), dim, options);
  if (p === -Infinity) return amin(abs(x), dim, options);
  // The product is 0 where it is taken: it keeps the history, with the derivative 0 that PyTorch gives.
  if (p === 0) return sum(where(ne(x, 0), 1, mul(x, 0)), dim, options);
  if (Number.isNaN(p)) throw new ArgumentError("norm: expected a number as order, got NaN");
  return root(sum(power(abs(x), p), dim, options), p);
}

/**
 * Norm of vectors or matrices: (sum |x|^p)^(1 / p) over `dim`.
 *
 * @param p A number, infinities included, or "fro" for 2, or "nuc" for the sum of singular values of the matrices in two dims.
 */
export function norm(
  input: Tensor,
  p: number | "fro" | "nuc" = "fro",
  dim?: ReducedDims,
  options: ReduceDTypeOptions = {},
): Tensor {
  if (typeof p !== "number" && p !== "fro" && p !== "nuc") {
    throw refused("norm", `p to be a number, "fro" or "nuc"`, p, "; pass norm(1)");
  }
  const x = floatOperand("norm", input, options.dtype);
  const keepdim = options.keepdim === true;
  if (p !== "nuc") return pNorm(x, p === "fro" ? 2 : p, dim, keepdim);
  return matrixNorm(x, "nuc", { dim: dim === undefined || dim === null ? [0, 1] : [dim].flat(), keepdim });
}

/** p-norm of the difference of two tensors that broadcast, over all elements. */
export function dist(input: Tensor, other: Tensor, p: number = 2): Tensor {
  return pNorm(sub(input, other), p, undefined, false);
}

/** p-norm distances between all pairs of rows: [..., n, m] and [..., k, m] give [..., n, k]. Leading axes broadcast. */
export function cdist(x1: Tensor, x2: Tensor, p: number = 2, _options: CdistOptions = {}): Tensor {
  if (x1.ndim < 2 || x2.ndim < 2 || x1.shape[x1.ndim - 1] !== x2.shape[x2.ndim - 1]) {
    throw new ShapeError(
      `cdist: expected two stacks of rows of one length, got shapes ${formatShape(x1.shape)} and ${
        formatShape(x2.shape)
      }`,
    );
  }
  if (!(p >= 0)) throw new ArgumentError(`cdist: expected p of at least 0, got ${p}`);
  const [a, b] = promote(floatOperand("cdist", x1), floatOperand("cdist", x2));
  const differences = sub(unsqueeze(a, -2), unsqueeze(b, -3));
  return differences.shape[differences.ndim - 1] === 0 ? sum(differences, -1) : pNorm(differences, p, -1, false);
}

/** The tensor with each slice along `dim` scaled down to a p-norm of at most `maxnorm`. */
export function renorm(input: Tensor, p: number, dim: number, maxnorm: number): Tensor {
  const axis = dim < 0 ? dim + input.ndim : dim;
  const others = input.shape.flatMap((_, d) => d === axis ? [] : [d]);
  if (input.ndim < 2 || others.length === input.ndim) {
    throw new ShapeError(`renorm: expected a tensor of at least 2 dimensions and one of them, got dim ${dim}`);
  }
  const length = pNorm(input, p, others, true);
  return mul(input, where(gt(length, maxnorm), div(maxnorm, add(length, 1e-7)), 1));
}
