/**
 * Triangles of matrices.
 *
 * @module
 */
import type { ElementwiseKernel } from "../runtime/backend.ts";
import { apply } from "../tensor/apply.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import type { Op } from "../tensor/op.ts";
import { checkShape, formatShape } from "../tensor/shape.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { linear } from "./families.ts";
import { fromTyped, hostValues } from "./tensor_data.ts";
import type { TriangleIndicesOptions } from "./types.ts";

const WHERE: ElementwiseKernel = {
  name: "where",
  reference: (a, b, c) => a !== 0 ? b : c,
  wgsl: "select(c, b, a != 0)",
};

/** The columns [from, to) of a row that belong to the triangle. */
function columnsOf(upper: boolean, row: number, columns: number, diagonal: number): [number, number] {
  const clamp = (column: number): number => Math.min(Math.max(column, 0), columns);
  return upper ? [clamp(row + diagonal), columns] : [0, clamp(row + diagonal + 1)];
}

function triangleOp(name: string, gradName: string, upper: boolean): Op<number> {
  const op: Op<number> = linear<number>({
    forward: {
      name,
      gradName,
      kind: "kernel",
      shape: ([x]) => x,
      run: (backend, [x], [out], diagonal) => {
        const [rows, columns] = x.shape.slice(-2);
        const inside = new Uint8Array(rows * columns);
        for (let row = 0; row < rows; row++) {
          const [from, to] = columnsOf(upper, row, columns, diagonal);
          inside.fill(1, row * columns + from, row * columns + Math.max(from, to));
        }
        const mask = empty(backend, [rows, columns], "bool");
        backend.write(mask, inside);
        const zero = empty(backend, [], x.dtype);
        backend.fill(zero, 0);
        backend.ternary(WHERE, mask, x, zero, out, 0, 0);
      },
      samples: () => [
        { inputs: [{ shape: [3, 4] }], params: 0 },
        { inputs: [{ shape: [2, 3, 3] }], params: -1 },
        { inputs: [{ shape: [2, 3] }], params: 2 },
      ],
    },
    transpose: (g, c) => apply(op, [g], c.params),
    batch: (x, diagonal) => apply(op, [x], diagonal),
  });
  return op;
}

const trilOp: Op<number> = triangleOp("tril", "Tril", false);
const triuOp: Op<number> = triangleOp("triu", "Triu", true);

function checkMatrix(op: string, input: Tensor, diagonal: number): void {
  if (input.ndim < 2) {
    throw new ShapeError(`${op}: expected a tensor of at least 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  if (!Number.isInteger(diagonal)) throw new ArgumentError(`${op}: expected an integer diagonal, got ${diagonal}`);
}

/**
 * The lower triangle of matrices, zeros above the given diagonal.
 *
 * @inplace
 */
export function tril(input: Tensor, diagonal: number = 0): Tensor {
  checkMatrix("tril", input, diagonal);
  return apply(trilOp, [input], diagonal);
}

/**
 * The upper triangle of matrices, zeros below the given diagonal.
 *
 * @inplace
 */
export function triu(input: Tensor, diagonal: number = 0): Tensor {
  checkMatrix("triu", input, diagonal);
  return apply(triuOp, [input], diagonal);
}

function triangleIndices(
  op: string,
  upper: boolean,
  rows: number,
  columns: number,
  options: TriangleIndicesOptions,
): Tensor {
  const { offset = 0, ...others } = options;
  const dtype = options.dtype ?? "int32";
  checkShape(op, [rows, columns]);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const [from, to] = columnsOf(upper, row, columns, offset);
    count += to - from;
  }
  const values = hostValues(op, dtype, [2, count], options);
  let i = 0;
  for (let row = 0; row < rows; row++) {
    const [from, to] = columnsOf(upper, row, columns, offset);
    for (let column = from; column < to; column++) {
      values[i] = row;
      values[count + i++] = column;
    }
  }
  return fromTyped(values, [2, count], dtype, others);
}

/** Row and column numbers of the lower triangle of a matrix, as the rows of an int32 tensor. */
export function trilIndices(rows: number, columns: number, options: TriangleIndicesOptions = {}): Tensor {
  return triangleIndices("trilIndices", false, rows, columns, options);
}

/** Row and column numbers of the upper triangle of a matrix, as the rows of an int32 tensor. */
export function triuIndices(rows: number, columns: number, options: TriangleIndicesOptions = {}): Tensor {
  return triangleIndices("triuIndices", true, rows, columns, options);
}
