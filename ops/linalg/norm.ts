/**
 * Norms of vectors and matrices, and condition numbers.
 *
 * @module
 */
import { ArgumentError, ShapeError } from "../../tensor/errors.ts";
import { formatShape, normalizeDim } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { div, mul } from "../binary.ts";
import { eq } from "../compare.ts";
import { eye } from "../creation.ts";
import { unsqueeze } from "../dimensions.ts";
import { select } from "../slicing.ts";
import { amax, amin } from "../max_min.ts";
import { pNorm } from "../norm.ts";
import { floatOperand } from "../promote.ts";
import { sum } from "../reduce.ts";
import { movedim, reshape } from "../shape.ts";
import { where } from "../ternary.ts";
import type { ReducedDims } from "../types.ts";
import { abs } from "../unary.ts";
import { checkSquare } from "./matrix_op.ts";
import { inv, slogdet } from "./solve.ts";
import { svdvals } from "./spectral.ts";
import type { MatrixOrder, NormOptions } from "./types.ts";

/** (sum |x|^ord)^(1 / ord) over `dim` (all axes), or its limit for 0 and infinities. */
export function vectorNorm(x: Tensor, ord: number = 2, options: NormOptions<ReducedDims> = {}): Tensor {
  return pNorm(floatOperand("linalg.vectorNorm", x, options.dtype), ord, options.dim, options.keepdim === true);
}

/** Norms of matrices in the axes `dim` (-2 and -1). */
export function matrixNorm(
  A: Tensor,
  ord: MatrixOrder = "fro",
  options: NormOptions<readonly number[]> = {},
): Tensor {
  const name = "linalg.matrixNorm";
  const x = floatOperand(name, A, options.dtype);
  const { dim = [-2, -1], keepdim = false } = options;
  const [rows, columns] = dim.map((d) => normalizeDim(name, d, x.ndim));
  if (dim.length !== 2 || rows === columns || x.ndim < 2) {
    throw new ShapeError(
      `${name}: expected two axes of a tensor of shape ${formatShape(x.shape)}, got ${formatShape(dim)}`,
    );
  }
  if (ord === "fro") return pNorm(x, 2, [rows, columns], keepdim);
  const matrices = movedim(x, [rows, columns], [-2, -1]);
  const result = reducedNorm(matrices, ord);
  return keepdim ? reshape(result, x.shape.map((size, d) => d === rows || d === columns ? 1 : size)) : result;
}

/** Norms other than Frobenius' of matrices in the last two axes. */
function reducedNorm(x: Tensor, ord: MatrixOrder): Tensor {
  switch (ord) {
    case "nuc":
      return sum(svdvals(x), -1);
    case 2:
      return amax(svdvals(x), -1);
    case -2:
      return amin(svdvals(x), -1);
    case 1:
      return amax(sum(abs(x), -2), -1);
    case -1:
      return amin(sum(abs(x), -2), -1);
    case Infinity:
      return amax(sum(abs(x), -1), -1);
    case -Infinity:
      return amin(sum(abs(x), -1), -1);
    default:
      throw new ArgumentError(
        `linalg.matrixNorm: expected the order "fro", "nuc", 1, -1, 2, -2, Infinity or -Infinity, got ${ord}`,
      );
  }
}

/**
 * Norm of vectors or matrices. Without an order the 2-norm of all elements, or of those in `dim`. With one: of a vector where
 * `dim` is one axis or the tensor has one, of a matrix where it is two.
 */
export function norm(A: Tensor, ord?: MatrixOrder | null, options: NormOptions<ReducedDims> = {}): Tensor {
  const { dim, keepdim, dtype } = options;
  if (ord === undefined || ord === null) return vectorNorm(A, 2, options);
  const dims = dim === undefined || dim === null ? A.shape.map((_, d) => d) : [dim].flat();
  if (typeof ord === "number" && dims.length === 1) return vectorNorm(A, ord, { dim: dims, keepdim, dtype });
  return matrixNorm(A, ord, { dim: dims, keepdim, dtype });
}

/** Condition numbers: norm(A) norm(A^-1), by default in the 2-norm, where A need not be square; Infinity where A is singular. */
export function cond(A: Tensor, p?: MatrixOrder | null): Tensor {
  if (p === undefined || p === null || p === 2 || p === -2) {
    const s = svdvals(A);
    const [largest, smallest] = [select(s, -1, 0), select(s, -1, -1)];
    return p === -2 ? div(smallest, largest) : div(largest, smallest);
  }
  checkSquare("linalg.cond", A);
  const singular = eq(slogdet(A.detach()).sign, 0);
  const identity = eye(A.shape[A.ndim - 1], { dtype: A.dtype, device: A.device });
  const inverse = inv(where(unsqueeze(unsqueeze(singular, -1), -1), identity, A));
  return where(singular, Infinity, mul(matrixNorm(A, p), matrixNorm(inverse, p)));
}
