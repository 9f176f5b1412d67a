/**
 * Matrix products: matmul and its stricter forms, inner and outer products, products that are added to something.
 *
 * @module
 */
import type { ArrayRef } from "../runtime/array.ts";
import { apply } from "../tensor/apply.ts";
import { checkTensor } from "../tensor/arguments.ts";
import { type DType, isFloating, promoteTypes } from "../tensor/dtype.ts";
import { DTypeError, ShapeError } from "../tensor/errors.ts";
import { type Op, SAVES_FACTORS, type Spec } from "../tensor/op.ts";
import { broadcastShapes, broadcastStrides, formatShape, numelOf, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { rowMajor } from "./layout.ts";
import { checkSameDType } from "./promote.ts";
import { expand, reshape, sumTo, transpose } from "./shape.ts";
import { sum } from "./reduce.ts";
import { defineOp } from "./table.ts";
import type { AddProductOptions } from "./types.ts";

/** The dtypes that the kernels of products have. */
function hasProducts(dtype: DType): boolean {
  return dtype !== "bool" && dtype !== "uint8";
}

/** Refuses operands of different dtypes, and of those without products. */
function checkDTypes(name: string, operands: readonly Tensor[]): void {
  checkSameDType(name, operands);
  const { dtype } = operands[0];
  if (!hasProducts(dtype)) {
    throw new DTypeError(
      `${name}: expected float32, float64 or int32 operands, got ${dtype}; convert with float() or int()`,
    );
  }
}

/** Refuses an operand that has not `ndim` axes. */
function checkRank(name: string, what: string, x: Tensor, ndim: number): void {
  if (x?.ndim === ndim) return;
  checkTensor(name, x);
  throw new ShapeError(
    `${name}: expected ${what} of ${ndim} dimension${ndim === 1 ? "" : "s"}, got shape ${
      formatShape(x.shape)
    }; matmul() takes any, ` +
      "reshape() makes them fit",
  );
}

/** Checks two stacks of matrices and gives the shape and dtype of their product. */
function productSpec(name: string, a: Tensor, b: Tensor): Spec {
  if (a.ndim === 2 && b.ndim === 2 && a.shape[1] === b.shape[0] && a.dtype === b.dtype && hasProducts(a.dtype)) {
    return { shape: [a.shape[0], b.shape[1]], dtype: a.dtype };
  }
  const inner = a.shape[a.ndim - 1];
  if (inner !== b.shape[b.ndim - 2]) {
    throw new ShapeError(
      `${name}: expected inner sizes that agree, got ${formatShape(a.shape)} and ${
        formatShape(b.shape)
      }: ${inner} columns ` +
        `(axis -1 of the first) against ${b.shape[b.ndim - 2]} rows (axis -2 of the second); transpose one of them?`,
    );
  }
  checkDTypes(name, [a, b]);
  const [rows, columns] = [a.shape[a.ndim - 2], b.shape[b.ndim - 1]];
  const batch = broadcastShapes(name, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { shape: [...batch, rows, columns], dtype: a.dtype };
}

/** `x` as an array of another shape and strides. */
function windowOn(x: Tensor, shape: Shape, strides: readonly number[]): ArrayRef {
  return { dtype: x.dtype, storage: x.storage, offset: x.offset, shape, strides, numel: numelOf(shape) };
}

/** `x` with its batch axes stretched to `batch`. */
function stretch(x: Tensor, batch: Shape): ArrayRef {
  const shape = [...batch, x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
  if (sameShape(shape, x.shape)) return x;
  return windowOn(x, shape, broadcastStrides("matmul", x.shape, x.strides, shape));
}

/** `x` with its last two axes swapped. */
function transposed(x: Tensor): Tensor {
  return transpose(x, -2, -1);
}

/** The kernel of `mul`. */
const MUL = { name: "mul", reference: (a: number, b: number): number => a * b, wgsl: "a * b" };

const matmulOp: Op<null> = defineOp<null>({
  name: "matmul",
  gradName: "Mm",
  kind: "kernel",
  shape: ([a, b]) => productSpec("matmul", a, b),
  run: (backend, [a, b], [out]) => {
    // Outer products add nothing up, and broadcasting takes half the time of a product with one column.
    if (a.shape[a.ndim - 1] === 1) return backend.binary(MUL, a, b, out, 0, 0);
    if (a.ndim === 2 && b.ndim === 2) return backend.matmul(a, b, out, null, false);
    const batch = out.shape.slice(0, -2);
    backend.matmul(stretch(a, batch), stretch(b, batch), out, null, false);
  },
  rules: "full",
  saves: SAVES_FACTORS,
  vjp: (c, [g]) => [
    c.needs(0) ? sumTo(matmul(g!, transposed(c.input(1))), c.shape(0)) : null,
    c.needs(1) ? sumTo(matmul(transposed(c.input(0)), g!), c.shape(1)) : null,
  ],
  jvp: (c, [ta, tb]) => {
    const first = ta === null ? null : apply(matmulOp, [ta, c.input(1)], null);
    const second = tb === null ? null : apply(matmulOp, [c.input(0), tb], null);
    return [first === null ? second : second === null ? first : add(first, second)];
  },
  batch: (_size, batched, [a, b]) => {
    const rank = Math.max(a.ndim - (batched[0] ? 1 : 0), b.ndim - (batched[1] ? 1 : 0));
    const align = (x: Tensor, isBatched: boolean): Tensor =>
      isBatched && x.ndim - 1 < rank
        ? reshape(x, [x.shape[0], ...new Array<number>(rank - x.ndim + 1).fill(1), ...x.shape.slice(1)])
        : x;
    return matmul(align(a, batched[0]), align(b, batched[1]));
  },
  samples: () => [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 1, 2, 3] }, { shape: [3, 3, 1] }], params: null },
    { inputs: [{ shape: [2, 1, 3, 1] }, { shape: [2, 1, 4] }], params: null },
    { inputs: [{ shape: [2, 0] }, { shape: [0, 3] }], params: null },
  ],
});

/** The parameter is the name of the function that the user called. */
const dotOp: Op<string> = defineOp<string>({
  name: "dot",
  gradName: "Dot",
  kind: "kernel",
  shape: ([a, b], name) => {
    if (a.shape[0] !== b.shape[0]) {
      throw new ShapeError(
        `${name}: expected vectors of one length, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
      );
    }
    checkDTypes(name, [a, b]);
    return { shape: [], dtype: a.dtype };
  },
  run: (backend, [a, b], [out]) =>
    backend.matmul(
      windowOn(a, [1, a.numel], [0, a.strides[0]]),
      windowOn(b, [b.numel, 1], [b.strides[0], 0]),
      windowOn(out, [1, 1], [1, 1]),
      null,
      false,
    ),
  rules: "full",
  saves: SAVES_FACTORS,
  vjp: (c, [g]) => [c.needs(0) ? mul(g!, c.input(1)) : null, c.needs(1) ? mul(g!, c.input(0)) : null],
  jvp: (c, [ta, tb]) => {
    const first = ta === null ? null : apply(dotOp, [ta, c.input(1)], c.params);
    const second = tb === null ? null : apply(dotOp, [c.input(0), tb], c.params);
    return [first === null ? second : second === null ? first : add(first, second)];
  },
  batch: (_size, batched, [a, b]) => {
    if (!batched[0]) return matmul(b, a);
    if (!batched[1]) return matmul(a, b);
    return sum(mul(a, b), 1);
  },
  samples: () => [
    { inputs: [{ shape: [5] }, { shape: [5] }], params: "dot" },
    { inputs: [{ shape: [0] }, { shape: [0] }], params: "dot" },
  ],
});

/** bias + a b of matrices or stacks of them, with the bias added on the way out. */
const addmmOp: Op<null> = defineOp<null>({
  name: "addmm",
  gradName: "Addmm",
  kind: "kernel",
  shape: ([bias, a, b]) => {
    const spec = productSpec("addmm", a, b);
    checkDTypes("addmm", [bias, a]);
    broadcastStrides("addmm", bias.shape, bias.strides, spec.shape);
    return spec;
  },
  run: (backend, [bias, a, b], [out]) => {
    const batch = out.shape.slice(0, -2);
    const isRow = bias.ndim === 1 && bias.shape[0] === out.shape[out.ndim - 1];
    if (!isRow) {
      backend.copy(windowOn(bias, out.shape, broadcastStrides("addmm", bias.shape, bias.strides, out.shape)), out);
    }
    backend.matmul(stretch(a, batch), stretch(b, batch), out, isRow ? rowMajor(backend, bias) : null, !isRow);
  },
  rules: "fused",
  saves: { inputs: [1, 2], outputs: [], readers: [[], [2], [1]] },
  vjp: (c, [g]) => [
    c.needs(0) ? sumTo(g!, c.shape(0)) : null,
    c.needs(1) ? sumTo(matmul(g!, transposed(c.input(2))), c.shape(1)) : null,
    c.needs(2) ? sumTo(matmul(transposed(c.input(1)), g!), c.shape(2)) : null,
  ],
  jvp: null,
  batch: null,
  decompose: ([bias, a, b]) => {
    const product = matmul(a, b);
    return add(expand(bias, product.shape), product);
  },
  samples: () => [
    { inputs: [{ shape: [4] }, { shape: [2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 1] }, { shape: [2, 3] }, { shape: [3, 4] }], params: null },
    { inputs: [{ shape: [2, 1, 2] }, { shape: [2, 3, 2] }, { shape: [2, 2, 2] }], params: null },
  ],
});

/**
 * Matrix product of two tensors, with broadcasting over leading axes; 1-d operands are vectors.
 *
 * ```ts
 * import { matmul, ones, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * assertEquals(matmul(a, ones([2])).toArray(), [3, 7]);
 * assertEquals(matmul(ones([5, 1, 4, 3]), ones([2, 3, 6])).shape, [5, 2, 4, 6]);
 * ```
 *
 * @throws ShapeError for 0-d operands, and where inner sizes differ.
 * @throws DTypeError for operands of different dtypes, and of other dtypes than float32, float64 and int32.
 */
export function matmul(input: Tensor, other: Tensor): Tensor {
  const [a, b] = [input, other];
  if (a?.ndim === 2 && b?.ndim === 2) return apply(matmulOp, [a, b], null);
  checkTensor("matmul", a);
  checkTensor("matmul", b);
  if (a.ndim === 0 || b.ndim === 0) {
    throw new ShapeError(
      `matmul: expected operands of at least one dimension, got ${formatShape(a.shape)} and ${
        formatShape(b.shape)
      }; use mul() to scale`,
    );
  }
  if (a.ndim === 1 && b.ndim === 1) return apply(dotOp, [a, b], "matmul");
  if (b.ndim === 1) {
    const product = matmul(a, reshape(b, [b.shape[0], 1]));
    return reshape(product, product.shape.slice(0, -1));
  }
  if (a.ndim === 1) {
    const product = matmul(reshape(a, [1, a.shape[0]]), b);
    return reshape(product, [...product.shape.slice(0, -2), product.shape[product.ndim - 1]]);
  }
  if (b.ndim === 2) {
    // One tall product instead of a stack of products with the same right side.
    productSpec("matmul", a, b);
    const rows = a.shape.slice(0, -1);
    const tall = apply(matmulOp, [reshape(a, [numelOf(rows), a.shape[a.ndim - 1]]), b], null);
    return reshape(tall, [...rows, b.shape[1]]);
  }
  return apply(matmulOp, [a, b], null);
}

/** Product of two matrices. */
export function mm(input: Tensor, mat2: Tensor): Tensor {
  checkRank("mm", "a first matrix", input, 2);
  checkRank("mm", "a second matrix", mat2, 2);
  productSpec("mm", input, mat2);
  return apply(matmulOp, [input, mat2], null);
}

/** Products of two stacks of equally many matrices: [b, n, m] and [b, m, p] give [b, n, p]. */
export function bmm(input: Tensor, mat2: Tensor): Tensor {
  checkStacks("bmm", input, mat2);
  productSpec("bmm", input, mat2);
  return apply(matmulOp, [input, mat2], null);
}

function checkStacks(name: string, a: Tensor, b: Tensor): void {
  checkRank(name, "a first stack of matrices", a, 3);
  checkRank(name, "a second stack of matrices", b, 3);
  if (a.shape[0] === b.shape[0]) return;
  throw new ShapeError(
    `${name}: expected stacks of equally many matrices, got shapes ${formatShape(a.shape)} and ${
      formatShape(b.shape)
    }; matmul() broadcasts`,
  );
}

/** Product of a matrix and a vector. */
export function mv(input: Tensor, vec: Tensor): Tensor {
  checkRank("mv", "a matrix", input, 2);
  checkRank("mv", "a vector", vec, 1);
  if (input.shape[1] !== vec.shape[0]) {
    throw new ShapeError(
      `mv: expected a vector of the ${input.shape[1]} columns of ${formatShape(input.shape)}, got ${
        formatShape(vec.shape)
      }`,
    );
  }
  return matmul(input, vec);
}

/** Sum of the products of the elements of two vectors. */
export function dot(input: Tensor, other: Tensor): Tensor {
  return dotNamed("dot", input, other);
}

function dotNamed(name: string, a: Tensor, b: Tensor): Tensor {
  checkRank(name, "a first vector", a, 1);
  checkRank(name, "a second vector", b, 1);
  return apply(dotOp, [a, b], name);
}

/** Sum of the products of the elements of two vectors; the same as `dot` for real numbers. */
export function vdot(input: Tensor, other: Tensor): Tensor {
  return dotNamed("vdot", input, other);
}

/** All products of an element of `input` and one of `vec2`: [n] and [m] give [n, m]. */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  checkRank("outer", "a first vector", input, 1);
  checkRank("outer", "a second vector", vec2, 1);
  return mul(reshape(input, [input.shape[0], 1]), vec2);
}

/** {@linkcode outer} under its older name. */
export function ger(input: Tensor, vec2: Tensor): Tensor {
  return outer(input, vec2);
}

/** Sums of products over the last axes: [..., k] and [***, k] give [..., ***]. A 0-d operand scales the other. */
export function inner(input: Tensor, other: Tensor): Tensor {
  if (input.ndim === 0 || other.ndim === 0) return mul(input, other);
  const [k, l] = [input.shape[input.ndim - 1], other.shape[other.ndim - 1]];
  if (k !== l) {
    throw new ShapeError(
      `inner: expected last axes of one size, got shapes ${formatShape(input.shape)} and ${formatShape(other.shape)}`,
    );
  }
  const [rows, columns] = [input.shape.slice(0, -1), other.shape.slice(0, -1)];
  const product = matmul(reshape(input, [numelOf(rows), k]), transposed(reshape(other, [numelOf(columns), k])));
  return reshape(product, [...rows, ...columns]);
}

/** The factors as the dtype has them: whole for integers. */
function factors({ dtype }: Tensor, { beta = 1, alpha = 1 }: AddProductOptions): { beta: number; alpha: number } {
  return isFloating(dtype) ? { beta, alpha } : { beta: Math.trunc(beta), alpha: Math.trunc(alpha) };
}

/** beta input + alpha product, in the shape of the product. */
function addScaled(name: string, input: Tensor, product: Tensor, options: AddProductOptions): Tensor {
  checkSameDType(name, [input, product]);
  const { beta, alpha } = factors(product, options);
  const scaled = alpha === 1 ? product : scale(product, alpha);
  const stretched = expand(input, product.shape);
  return beta === 0 ? scaled : add(beta === 1 ? stretched : scale(stretched, beta), scaled);
}

/** x times a number, in the dtype of x. */
function scale(x: Tensor, factor: number): Tensor {
  return x.dtype === "bool" ? mul(x, factor !== 0) : mul(x, factor);
}

/** The product is fused with the sum where neither is scaled. */
function addProduct(name: string, input: Tensor, a: Tensor, b: Tensor, options: AddProductOptions): Tensor {
  const { beta = 1, alpha = 1 } = options;
  if (beta === 1 && alpha === 1) return apply(addmmOp, [input, a, b], null);
  return addScaled(name, input, apply(matmulOp, [a, b], null), options);
}

/**
 * beta input + alpha mat1 mat2. The input broadcasts.
 *
 * @inplace
 */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, options: AddProductOptions = {}): Tensor {
  checkRank("addmm", "a first matrix", mat1, 2);
  checkRank("addmm", "a second matrix", mat2, 2);
  return addProduct("addmm", input, mat1, mat2, options);
}

/**
 * beta input + alpha batch1 batch2, for stacks of equally many matrices. The input broadcasts.
 *
 * @inplace
 */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options: AddProductOptions = {}): Tensor {
  checkStacks("baddbmm", batch1, batch2);
  return addProduct("baddbmm", input, batch1, batch2, options);
}

/**
 * beta input + alpha times the sum of the products of two stacks of equally many matrices. The input broadcasts.
 *
 * @inplace
 */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options: AddProductOptions = {}): Tensor {
  return addScaled("addbmm", input, sum(bmm(batch1, batch2), 0), options);
}

/**
 * beta input + alpha mat vec. The input broadcasts.
 *
 * @inplace
 */
export function addmv(input: Tensor, mat: Tensor, vec: Tensor, options: AddProductOptions = {}): Tensor {
  return addScaled("addmv", input, mv(mat, vec), options);
}

/**
 * beta input + alpha times the outer product of two vectors. The input broadcasts, and the operands are promoted to a common
 * dtype.
 *
 * @inplace
 */
export function addr(input: Tensor, vec1: Tensor, vec2: Tensor, options: AddProductOptions = {}): Tensor {
  const operands = [input, vec1, vec2];
  for (const x of operands) checkTensor("addr", x);
  const dtype = operands.map((x) => x.dtype).reduce(promoteTypes);
  const [x, a, b] = operands.map((operand) => cast(operand, dtype));
  return addScaled("addr", x, outer(a, b), options);
}
