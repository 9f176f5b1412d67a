/**
 * Sparse Jacobians and Hessians: a few products recover all entries of a matrix whose pattern is known.
 *
 * @module
 */
import { SparsityLevel } from "../autograd/sparsity.ts";
import {
  bandedPattern,
  checkPattern,
  rowsOf,
  type SparsityPattern,
  transposePattern,
} from "../autograd/sparsity_pattern.ts";
import { zeros } from "../ops/creation.ts";
import { indexSelect } from "../ops/index_select.ts";
import { scatter } from "../ops/gather_scatter.ts";
import { scoped } from "../ops/scoped.ts";
import { reshape } from "../ops/shape.ts";
import { tensor } from "../ops/tensor_data.ts";
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, DTypeError, ShapeError } from "../tensor/errors.ts";
import { isFloating } from "../tensor/dtype.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { colorColumns, type Coloring } from "./coloring.ts";
import { grad } from "./grad.ts";
import { push } from "./jvp.ts";
import { disposeOwned, freeingWithin } from "./levels.ts";
import { trace } from "./vjp.ts";
import { vmap } from "./vmap.ts";

export { bandedPattern, coordinatePattern, type SparsityPattern } from "../autograd/sparsity_pattern.ts";

/** A matrix in compressed rows (CSR). Its values are a tensor like any other: they differentiate and batch. */
export class SparseMatrix implements SparsityPattern {
  /** Numbers of rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** Where each row begins in `columns` and `values`, and after the last one where it ends. */
  readonly rowPointers: Int32Array<ArrayBuffer>;
  /** The column of each value, in ascending order within a row. */
  readonly columns: Int32Array<ArrayBuffer>;

  /** A matrix of a pattern, with `values` of shape [places]. */
  constructor(pattern: SparsityPattern, readonly values: Tensor) {
    this.shape = pattern.shape;
    this.rowPointers = pattern.rowPointers;
    this.columns = pattern.columns;
    if (values.ndim !== 1 || values.numel !== pattern.columns.length) {
      throw new ShapeError(
        `SparseMatrix: expected one value per place (${pattern.columns.length}), got shape ${
          formatShape(values.shape)
        }`,
      );
    }
  }

  /** The same matrix with its zeros: shape [rows, columns]. */
  toDense(): Tensor {
    const [rows, width] = this.shape;
    const { dtype, device } = this.values;
    const places = rowsOf(this).map((row, at) => row * width + this.columns[at]);
    const flat = scatter(zeros([rows * width], { dtype, device }), 0, tensor(places, { device }), this.values);
    return reshape(flat, [rows, width]);
  }
}

/** Options of {@linkcode sparseJacobian} and {@linkcode sparseHessian}. */
export interface SparseOptions {
  /**
   * Where the matrix may differ from zero; entries elsewhere must be zero, or they falsify others. Rows count the elements
   * of the output and columns those of the input, in row-major order. Default: detected by {@linkcode jacobianPattern} in
   * every call.
   */
  pattern?: SparsityPattern;
  /** By columns (jvp), by rows (vjp), or by whichever needs fewer products. Default: "auto". */
  mode?: "forward" | "reverse" | "auto";
  /** Products computed at a time. Default: all. */
  chunkSize?: number;
}

/** A pattern and how to recover its entries from few products. */
interface Plan {
  readonly pattern: SparsityPattern;
  readonly coloring: Coloring;
  readonly byColumns: boolean;
}

function planFor(pattern: SparsityPattern, mode: NonNullable<SparseOptions["mode"]>): Plan {
  const forward = mode === "reverse" ? null : colorColumns(pattern);
  const reverse = mode === "forward" ? null : colorColumns(transposePattern(pattern));
  return forward !== null && (reverse === null || forward.count <= reverse.count)
    ? { pattern, coloring: forward, byColumns: true }
    : { pattern, coloring: reverse!, byColumns: false };
}

/** One row per colour: the sum of the basis vectors of that colour, in the shape of `like`. */
function seedsOf({ count, colors }: Coloring, like: Tensor): Tensor {
  const n = colors.length;
  const seeds = like.dtype === "float64" ? new Float64Array(count * n) : new Float32Array(count * n);
  colors.forEach((color, i) => seeds[color * n + i] = 1);
  return scoped(() => reshape(tensor(seeds, { device: like.device }), [count, ...like.shape]));
}

function checkArgument(op: string, x: unknown): asserts x is Tensor {
  if (!(x instanceof Tensor)) {
    throw new ArgumentError(`${op}: expected a tensor as the first argument, got ${String(x)}; join trees with cat()`);
  }
  if (!isFloating(x.dtype)) {
    throw new DTypeError(
      `${op}: expected a floating-point tensor to differentiate, got ${x.dtype}; convert with float()`,
    );
  }
}

function checkOutput(op: string, output: unknown): asserts output is Tensor {
  if (!(output instanceof Tensor)) {
    throw new ArgumentError(`${op}: expected a function that returns one tensor, got ${String(output)}`);
  }
}

/**
 * Where the Jacobian of `f` at `x` may differ from zero, from one run of `f` that follows which elements depend on which.
 * Rows count the elements of the output, columns those of `x`.
 *
 * It never misses an entry where the program takes the same branches. It knows views, element-by-element ops, sums and moves
 * of elements, and takes outputs of any other op (products of matrices, sorts) to depend on all its inputs.
 *
 * @throws ArgumentError if such an op makes the pattern too large.
 */
export function jacobianPattern(
  f: (x: Tensor, ...rest: never[]) => unknown,
  x: Tensor,
  ...rest: unknown[]
): SparsityPattern {
  checkArgument("jacobianPattern", x);
  const level = new SparsityLevel("jacobianPattern");
  return freeingWithin(level, () => {
    const output = (f as (...args: readonly unknown[]) => unknown)(
      level.boxed(x, bandedPattern(x.numel, 0, 0)),
      ...rest,
    );
    checkOutput("jacobianPattern", output);
    return level.patternOf(output) ?? {
      shape: [output.numel, x.numel],
      rowPointers: new Int32Array(output.numel + 1),
      columns: new Int32Array(0),
    };
  });
}

/**
 * Where the Hessian of a scalar function may differ from zero: {@linkcode jacobianPattern} of its gradient.
 *
 * @param f A function that returns a tensor of one element.
 */
export function hessianPattern(
  f: (x: Tensor, ...rest: never[]) => unknown,
  x: Tensor,
  ...rest: unknown[]
): SparsityPattern {
  return jacobianPattern(grad(f), x, ...rest);
}

/**
 * A function that gives the Jacobian of `f` with respect to its first argument as a sparse matrix. Columns (or rows) that
 * share no row (or column) are computed together, so a matrix with bands of width w takes w products, whatever its size
 * (Curtis, Powell and Reid 1974).
 *
 * ```ts
 * import { type Tensor, tensor } from "@dualtape/dualtape";
 * import * as func from "@dualtape/dualtape/func";
 * import { assertEquals } from "@std/assert";
 *
 * const differences = (x: Tensor): Tensor => x.narrow(0, 1, 3).sub(x.narrow(0, 0, 3)).square();
 * const jacobian = func.sparseJacobian(differences)(tensor([1, 2, 4, 7]));
 * assertEquals(jacobian.values.toArray(), [-2, 2, -4, 4, -6, 6]);
 * assertEquals([...jacobian.columns], [0, 1, 1, 2, 2, 3]);
 * ```
 *
 * @param f A function of a tensor, and perhaps more that it is not differentiated by, that returns a tensor.
 * @throws ArgumentError for an unknown mode.
 * @throws ShapeError if a given pattern has not the size of the Jacobian.
 */
export function sparseJacobian(
  f: (x: Tensor, ...rest: never[]) => unknown,
  options: SparseOptions = {},
): (x: Tensor, ...rest: unknown[]) => SparseMatrix {
  return sparseDerivative("sparseJacobian", f, options);
}

/**
 * A function that gives the Hessian of a scalar function with respect to its first argument as a sparse matrix:
 * {@linkcode sparseJacobian} of its gradient. Both triangles are computed.
 *
 * ```ts
 * import { type Tensor, tensor } from "@dualtape/dualtape";
 * import * as func from "@dualtape/dualtape/func";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = (x: Tensor): Tensor => x.narrow(0, 1, 2).mul(x.narrow(0, 0, 2)).sum();
 * const hessian = func.sparseHessian(chain)(tensor([1, 2, 3]));
 * assertEquals(hessian.toDense().toArray(), [[0, 1, 0], [1, 0, 1], [0, 1, 0]]);
 * ```
 *
 * @param f A function of a tensor, and perhaps more, that returns a tensor of one element.
 */
export function sparseHessian(
  f: (x: Tensor, ...rest: never[]) => unknown,
  options: SparseOptions = {},
): (x: Tensor, ...rest: unknown[]) => SparseMatrix {
  return sparseDerivative("sparseHessian", grad(f), { mode: "forward", ...options });
}

function sparseDerivative(
  op: string,
  f: (x: Tensor, ...rest: never[]) => unknown,
  { pattern, mode = "auto", chunkSize }: SparseOptions,
): (x: Tensor, ...rest: unknown[]) => SparseMatrix {
  if (mode !== "forward" && mode !== "reverse" && mode !== "auto") {
    throw refused(op, 'mode "forward", "reverse" or "auto"', mode);
  }
  if (pattern !== undefined) checkPattern(op, pattern);
  const given = pattern === undefined ? null : planFor(pattern, mode);
  return (x, ...rest) => {
    checkArgument(op, x);
    const plan = given ?? planFor(jacobianPattern(f, x, ...rest), mode);
    const partial = (y: Tensor): unknown => (f as (...args: readonly unknown[]) => unknown)(y, ...rest);
    return compress(op, partial, x, plan, chunkSize);
  };
}

function checkSize(op: string, axis: string, size: number, what: string, x: Tensor): void {
  if (x.numel === size) return;
  throw new ShapeError(
    `${op}: expected a pattern with as many ${axis} as the ${what} of shape ${formatShape(x.shape)} has elements ` +
      `(${x.numel}), got ${size}`,
  );
}

/** Computes the products of a plan and reads the entries off them. */
function compress(
  op: string,
  f: (x: Tensor) => unknown,
  x: Tensor,
  { pattern, coloring, byColumns }: Plan,
  chunkSize: number | undefined,
): SparseMatrix {
  const [outputs, inputs] = pattern.shape;
  checkSize(op, "columns", inputs, "input", x);
  const check = (output: unknown): Tensor => {
    checkOutput(op, output);
    checkSize(op, "rows", outputs, "output", output);
    return output;
  };
  const f1 = (y: Tensor): Tensor => check(f(y));
  const traced = byColumns ? null : trace(op, f1, [x], false);
  // The check above has seen to it that the output is one tensor.
  const product = (seed: Tensor): Tensor =>
    traced === null ? push(f1, [x], [seed], {}, false)[1] as Tensor : traced.pull([seed], true)[0];
  const like = traced === null ? x : traced.output as Tensor;
  const close = (values: Tensor): SparseMatrix => new SparseMatrix(pattern, traced?.close(values) ?? values);
  if (pattern.columns.length === 0) return close(zeros([0], { dtype: x.dtype, device: x.device }));
  const seeds = seedsOf(coloring, like);
  const products = vmap(product, { chunkSize })(seeds);
  const rows = rowsOf(pattern);
  const width = byColumns ? outputs : inputs;
  const places = pattern.columns.map((column, at) =>
    byColumns ? coloring.colors[column] * width + rows[at] : coloring.colors[rows[at]] * width + column
  );
  const values = scoped(() =>
    indexSelect(reshape(products, [coloring.count * width]), 0, tensor(places, { device: x.device }))
  );
  disposeOwned([seeds, products], values);
  return close(values);
}
