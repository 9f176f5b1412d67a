/**
 * Functions of three tensors, element by element. Shapes broadcast.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { DTypeError } from "../tensor/errors.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { ALL_DTYPES, FLOATS, NO_SCALARS, NUMBERS, SAVES_INPUT, type Scalars } from "./constants.ts";
import { elementwise } from "./families.ts";
import { asTensor, checkSameDType, floatOperand, promote, promoteAll, resultType } from "./promote.ts";
import type { ValueOptions } from "./types.ts";
import { neg, square } from "./unary.ts";

const whereOp = elementwise({
  name: "where",
  reference: (a, b, c) => a !== 0 ? b : c,
  wgsl: "select(c, b, a != 0)",
  dtypes: ALL_DTYPES,
  conditional: true,
  saves: SAVES_INPUT,
  partials: [null, (g, c) => where(c.input(0), g, 0), (g, c) => where(c.input(0), 0, g)],
}, 3);

/**
 * `input` where `condition` is true, else `other`.
 *
 * ```ts
 * import { tensor, where } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([-1, 2, -3]);
 * assertEquals(where(x.gt(0), x, 0).toArray(), [0, 2, 0]);
 * ```
 *
 * @param condition A bool tensor (uint8 will do).
 * @throws DTypeError unless the condition is bool or uint8.
 * @throws ShapeError where the shapes do not broadcast.
 */
export function where(condition: Tensor, input: TensorLike, other: TensorLike): Tensor {
  const dtype = condition?.dtype;
  if (dtype !== "bool" && dtype !== "uint8") {
    throw new DTypeError(
      `where: expected a condition of dtype bool, got ${dtype}; compare it with 0 or call bool()`,
    );
  }
  // Two numbers go where the condition is.
  const [a, b] = input instanceof Tensor || other instanceof Tensor
    ? promote(input, other, false, "where")
    : [input, other].map((x) => asTensor(x, resultType(input, other), condition.storage.backend, "where"));
  return apply(whereOp, [condition, a, b], NO_SCALARS);
}

const lerpOp = elementwise({
  name: "lerp",
  reference: (a, b, c) => Math.abs(c) < 0.5 ? a + c * (b - a) : b - (b - a) * (1 - c),
  wgsl: "select(b - (b - a) * (1.0 - c), a + c * (b - a), abs(c) < 0.5)",
  dtypes: FLOATS,
  saves: { inputs: "all", outputs: [], readers: [[2], [2], [0, 1]] },
  partials: [
    (g, c) => mul(g, sub(1, c.input(2))),
    (g, c) => mul(g, c.input(2)),
    (g, c) => mul(g, sub(c.input(1), c.input(0))),
  ],
}, 3);

/**
 * input + weight (end - input).
 *
 * @throws DTypeError if the tensors differ in dtype.
 * @inplace
 */
export function lerp(input: Tensor, end: TensorLike, weight: TensorLike): Tensor {
  floatOperand("lerp", input);
  checkSameDType("lerp", [input, ...[end, weight].filter((x) => x instanceof Tensor)]);
  return apply(lerpOp, promoteAll([input, end, weight], false, "lerp"), NO_SCALARS);
}

const addcmulOp = elementwise({
  name: "addcmul",
  reference: (a, b, c, value) => a + value * b * c,
  wgsl: "a + p0 * b * c",
  dtypes: NUMBERS,
  saves: { inputs: [1, 2], outputs: [], readers: [[], [2], [1]] },
  partials: [
    (g) => g,
    (g, c) => mul(g, scaled(c.input(2), c.params[0])),
    (g, c) => mul(g, scaled(c.input(1), c.params[0])),
  ],
  sampleScalars: [[1, 0], [-0.5, 0]],
}, 3);

const addcdivOp = elementwise({
  name: "addcdiv",
  reference: (a, b, c, value) => a + value * (b / c),
  wgsl: "a + p0 * (b / c)",
  dtypes: FLOATS,
  saves: { inputs: [1, 2], outputs: [], readers: [[], [2], [1, 2]] },
  partials: [
    (g) => g,
    (g, c) => mul(g, div(c.params[0], c.input(2))),
    (g, c) => neg(mul(g, div(scaled(c.input(1), c.params[0]), square(c.input(2))))),
  ],
  domain: [0.5, 2],
  sampleScalars: [[1, 0], [-0.5, 0]],
}, 3);

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}

/**
 * input + value tensor1 tensor2.
 *
 * @inplace
 */
export function addcmul(input: Tensor, tensor1: TensorLike, tensor2: TensorLike, options: ValueOptions = {}): Tensor {
  const operands = promoteAll([input, tensor1, tensor2], false, "addcmul");
  const { value = 1 } = options;
  const { dtype } = operands[0];
  const scalars: Scalars = [isFloating(dtype) ? value : Math.trunc(value), 0];
  if (dtype !== "uint8") return apply(addcmulOp, operands, scalars);
  return cast(apply(addcmulOp, operands.map((x) => cast(x, "int32")), scalars), "uint8");
}

/**
 * input + value tensor1 / tensor2.
 *
 * @throws DTypeError for two integer tensors to divide.
 * @inplace
 */
export function addcdiv(input: Tensor, tensor1: TensorLike, tensor2: TensorLike, options: ValueOptions = {}): Tensor {
  const dtype = resultType(tensor1, tensor2);
  if (!isFloating(dtype)) {
    throw new DTypeError(`addcdiv: expected floating-point tensors, got ${dtype}; convert with float()`);
  }
  return apply(addcdivOp, promoteAll([input, tensor1, tensor2], false, "addcdiv"), [options.value ?? 1, 0]);
}
