/**
 * Sampling images at the positions of a grid.
 *
 * @module
 */
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, le, logicalAnd } from "./compare.ts";
import { clamp } from "./extrema.ts";
import type { GridSampleOptions } from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { CUBIC_FAR, CUBIC_NEAR } from "./interpolation.ts";
import { floor, round } from "./rounding.ts";
import { scoped } from "./scoped.ts";
import { expand, reshape } from "./shape.ts";
import { select } from "./slicing.ts";
import { where } from "./ternary.ts";
import { abs } from "./unary.ts";

type Resolved = Required<GridSampleOptions>;

/** Grid coordinates in [-1, 1] as positions in elements. */
function toElements(x: Tensor, n: number, alignCorners: boolean): Tensor {
  return alignCorners ? mul(add(x, 1), (n - 1) / 2) : div(sub(mul(add(x, 1), n), 1), 2);
}

/** Positions mirrored into the image: a triangle wave between the centres, or the edges, of the outer elements. */
function mirror(x: Tensor, n: number, alignCorners: boolean): Tensor {
  const [low, span] = alignCorners ? [0, n - 1] : [-0.5, n];
  if (span === 0) return mul(x, 0);
  const distance = abs(sub(x, low));
  const flips = floor(div(distance.detach(), span));
  const rest = sub(distance, mul(flips, span));
  const isEven = eq(flips, mul(floor(div(flips, 2)), 2));
  return add(where(isEven, rest, sub(span, rest)), low);
}

/** Positions moved into the image as the padding mode has it. */
function pull(x: Tensor, n: number, { paddingMode, alignCorners }: Resolved): Tensor {
  if (paddingMode === "zeros") return x;
  return clamp(paddingMode === "reflection" ? mirror(x, n, alignCorners) : x, 0, n - 1);
}

/** Elements at whole positions (y, x), [N, C, Ho, Wo]; zeros outside of the image. */
function elementsAt(input: Tensor, y: Tensor, x: Tensor): Tensor {
  const [samples, channels, h, w] = input.shape;
  const inside = logicalAnd(logicalAnd(ge(y, 0), le(y, h - 1)), logicalAnd(ge(x, 0), le(x, w - 1)));
  const flat = add(mul(clamp(y, 0, h - 1), w), clamp(x, 0, w - 1));
  const [, ho, wo] = y.shape;
  const index = expand(reshape(cast(flat, "int32"), [samples, 1, ho * wo]), [samples, channels, ho * wo]);
  const picked = reshape(gather(reshape(input, [samples, channels, h * w]), 2, index), [samples, channels, ho, wo]);
  return where(reshape(inside, [samples, 1, ho, wo]), picked, 0);
}

function bilinear(input: Tensor, y: Tensor, x: Tensor): Tensor {
  const [top, left] = [floor(y.detach()), floor(x.detach())];
  const [down, right] = [sub(y, top), sub(x, left)];
  const corner = (dy: number, dx: number): Tensor => {
    const weight = mul(dy === 1 ? down : sub(1, down), dx === 1 ? right : sub(1, right));
    return mul(elementsAt(input, add(top, dy), add(left, dx)), overChannels(weight));
  };
  return add(add(corner(0, 0), corner(0, 1)), add(corner(1, 0), corner(1, 1)));
}

function overChannels(weight: Tensor): Tensor {
  const [samples, ho, wo] = weight.shape;
  return reshape(weight, [samples, 1, ho, wo]);
}

function polynomial(coefficients: readonly number[], d: Tensor): Tensor {
  return coefficients.slice(1).reduce((value, c) => add(mul(value, d), c), mul(d, 0).add(coefficients[0]));
}

/** Weights of the four elements around a position that lies `share` behind the second. */
function cubic(share: Tensor): Tensor[] {
  return [
    polynomial(CUBIC_FAR, add(share, 1)),
    polynomial(CUBIC_NEAR, share),
    polynomial(CUBIC_NEAR, sub(1, share)),
    polynomial(CUBIC_FAR, sub(2, share)),
  ];
}

function bicubic(input: Tensor, y: Tensor, x: Tensor, options: Resolved): Tensor {
  const [, , h, w] = input.shape;
  const [top, left] = [floor(y.detach()), floor(x.detach())];
  const [rows, columns] = [cubic(sub(y, top)), cubic(sub(x, left))];
  const terms = rows.map((row, i) => {
    const line = columns.map((column, j) => {
      const [py, px] = [pull(add(top, i - 1), h, options), pull(add(left, j - 1), w, options)];
      return mul(elementsAt(input, py, px), overChannels(column));
    });
    return mul(line.reduce((a, b) => add(a, b)), overChannels(row));
  });
  return terms.reduce((a, b) => add(a, b));
}

/**
 * Values of images at the positions of a grid.
 *
 * @param input [N, C, H, W].
 * @param grid [N, Ho, Wo, 2]: x and y, from -1 (left, top) to 1.
 * @returns [N, C, Ho, Wo].
 */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const resolved: Resolved = { mode: "bilinear", paddingMode: "zeros", alignCorners: false, ...options };
  const { mode, paddingMode, alignCorners } = resolved;
  if (input.ndim !== 4 || grid.ndim !== 4 || grid.shape[0] !== input.shape[0] || grid.shape[3] !== 2) {
    throw new ShapeError(
      `gridSample: expected an input [N, C, H, W] and a grid [N, Ho, Wo, 2], got ${formatShape(input.shape)} and ${
        formatShape(grid.shape)
      }`,
    );
  }
  if (!isFloating(input.dtype) || input.dtype !== grid.dtype) {
    throw new DTypeError(
      `gridSample: expected floating-point tensors of one dtype, got ${input.dtype} and ${grid.dtype}`,
    );
  }
  if (!["bilinear", "nearest", "bicubic"].includes(mode)) {
    throw new ArgumentError(`gridSample: expected mode "bilinear", "nearest" or "bicubic", got "${mode}"`);
  }
  if (!["zeros", "border", "reflection"].includes(paddingMode)) {
    throw new ArgumentError(
      `gridSample: expected paddingMode "zeros", "border" or "reflection", got "${paddingMode}"`,
    );
  }
  return scoped(() => {
    const [, , h, w] = input.shape;
    const x = toElements(select(grid, 3, 0), w, alignCorners);
    const y = toElements(select(grid, 3, 1), h, alignCorners);
    if (mode === "bicubic") return bicubic(input, y, x, resolved);
    const [py, px] = [pull(y, h, resolved), pull(x, w, resolved)];
    return mode === "bilinear" ? bilinear(input, py, px) : elementsAt(input, round(py), round(px));
  });
}
