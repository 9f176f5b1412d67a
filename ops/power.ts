/**
 * Powers, logarithms and angles of two tensors. Operands broadcast and are promoted to a common dtype.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { isFloating } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, le, logicalAnd } from "./compare.ts";
import { FLOATS, NO_SCALARS, NUMBERS, SAVES_INPUT, SAVES_INPUTS } from "./constants.ts";
import { zerosLike } from "./creation.ts";
import { binary, type BinaryFunction, elementwise, withinDType } from "./families.ts";
import { promote, resultType, toTensor } from "./promote.ts";
import { where } from "./ternary.ts";
import { exp2, log, neg, positive, reciprocal, rsqrt, sigmoid, sqrt, square } from "./unary.ts";

/** Where pow's derivative with respect to the exponent is taken to be 0 instead of 0 log 0. */
function isZeroPower(base: Tensor, exponent: Tensor): Tensor {
  return logicalAnd(eq(base, 0), ge(exponent, 0));
}

/** In C, unlike JavaScript, 1 to any power and -1 to an infinite one are 1. */
function powReference(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}

const powOp = elementwise({
  name: "pow",
  reference: powReference,
  wgsl: "pow(a, b)",
  dtypes: NUMBERS,
  saves: { inputs: "all", outputs: [0] },
  partials: [
    (g, c) => {
      const [base, exponent] = [c.input(0), c.input(1)];
      return mul(g, where(eq(exponent, 0), 0, mul(exponent, pow(base, sub(exponent, 1)))));
    },
    (g, c) => mul(g, where(isZeroPower(c.input(0), c.input(1)), 0, mul(c.output(), log(c.input(0))))),
  ],
  domain: [0.5, 2],
}, 2);

const powScalarOp = elementwise({
  name: "powScalar",
  gradName: "Pow",
  reference: (a, _b, _c, exponent) => powReference(a, exponent),
  wgsl: "pow(a, p0)",
  dtypes: FLOATS,
  saves: SAVES_INPUT,
  partials: [
    (g, c) => c.params[0] === 0 ? zerosLike(g) : mul(g, mul(pow(c.input(0), c.params[0] - 1), c.params[0])),
  ],
  domain: [0.5, 2],
  sampleScalars: [[3, 0], [-1.5, 0]],
}, 1);

/** x to a power known in advance; the frequent ones have kernels of their own. */
function powScalar(x: Tensor, exponent: number): Tensor {
  switch (exponent) {
    case 1:
      return positive(x);
    case 2:
      return square(x);
    case 0.5:
      return sqrt(x);
    case -0.5:
      return rsqrt(x);
    case -1:
      return reciprocal(x);
    default:
      return apply(powScalarOp, [x], [exponent, 0]);
  }
}

/**
 * `input` to the power `exponent`. Shapes broadcast. Integers give integers; the derivative with respect to an exponent is
 * 0 at base 0.
 *
 * @throws ArgumentError for an integer tensor and a negative whole number.
 * @inplace
 */
export function pow(input: TensorLike, exponent: TensorLike): Tensor {
  if (input instanceof Tensor && (typeof exponent === "number" || typeof exponent === "boolean")) {
    const dtype = resultType(input, exponent);
    if (isFloating(dtype)) return powScalar(cast(input, dtype), Number(exponent));
    if (Number(exponent) < 0) {
      throw new ArgumentError(
        `pow: expected an exponent of at least 0 for a ${input.dtype} tensor, got ${exponent}; convert with float()`,
      );
    }
  }
  return withinDType(powOp, input, exponent);
}

/**
 * `input` to the power `exponent`, in float64. Shapes broadcast.
 *
 * @inplace
 */
export function floatPower(input: TensorLike, exponent: TensorLike): Tensor {
  const base = cast(toTensor(input, "floatPower"), "float64");
  return pow(base, exponent instanceof Tensor ? cast(exponent, "float64") : exponent);
}

/** `input` times 2 to the power `other`. Shapes broadcast. */
export function ldexp(input: TensorLike, other: TensorLike): Tensor {
  return mul(input, exp2(other instanceof Tensor ? other : promote(input, other, true, "ldexp")[1]));
}

/**
 * Angle of the point (`other`, `input`), in radians, from -pi to pi. Shapes broadcast.
 *
 * @inplace
 */
export const atan2: BinaryFunction = binary({
  name: "atan2",
  reference: Math.atan2,
  wgsl: "atan2(a, b)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => mul(g, div(c.input(1), squaredLength(c.input(0), c.input(1)))),
    (g, c) => neg(mul(g, div(c.input(0), squaredLength(c.input(0), c.input(1))))),
  ],
  domain: [0.5, 2],
});

function squaredLength(a: Tensor, b: Tensor): Tensor {
  return add(square(a), square(b));
}

const hypotOp = elementwise({
  name: "hypot",
  reference: (a, b) => Math.hypot(a, b),
  wgsl: "hypot(a, b)",
  dtypes: FLOATS,
  saves: { inputs: "all", outputs: [0] },
  partials: [(g, c) => mul(g, div(c.input(0), c.output())), (g, c) => mul(g, div(c.input(1), c.output()))],
  domain: [0.5, 2],
}, 2);

/**
 * sqrt(input^2 + other^2) without overflow. Shapes broadcast. Floating-point tensors only.
 *
 * @inplace
 */
export function hypot(input: TensorLike, other: TensorLike): Tensor {
  return apply(hypotOp, promote(input, other, false, "hypot"), NO_SCALARS);
}

const logaddexpOp = elementwise({
  name: "logaddexp",
  reference: (a, b) => a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  wgsl: "logaddexp(a, b)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => mul(g, sigmoid(sub(c.input(0), c.input(1)))),
    (g, c) => mul(g, sigmoid(sub(c.input(1), c.input(0)))),
  ],
}, 2);

/** log(exp(input) + exp(other)) without overflow. Shapes broadcast. Floating-point tensors only. */
export function logaddexp(input: TensorLike, other: TensorLike): Tensor {
  return apply(logaddexpOp, promote(input, other, false, "logaddexp"), NO_SCALARS);
}

const logaddexp2Op = elementwise({
  name: "logaddexp2",
  reference: (a, b) => a === b ? a + 1 : Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2,
  wgsl: "logaddexp2(a, b)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => div(g, add(exp2(sub(c.input(1), c.input(0))), 1)),
    (g, c) => div(g, add(exp2(sub(c.input(0), c.input(1))), 1)),
  ],
}, 2);

/** log2(2^input + 2^other) without overflow. Shapes broadcast. Floating-point tensors only. */
export function logaddexp2(input: TensorLike, other: TensorLike): Tensor {
  return apply(logaddexp2Op, promote(input, other, false, "logaddexp2"), NO_SCALARS);
}

/**
 * input log(other), and 0 where input is 0. Shapes broadcast.
 *
 * @inplace
 */
export const xlogy: BinaryFunction = binary({
  name: "xlogy",
  reference: (a, b) => a === 0 && !isNaN(b) ? 0 : a * Math.log(b),
  wgsl: "xlogy(a, b)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [
    (g, c) => mul(g, where(logicalAnd(eq(c.input(0), 0), le(c.input(1), 0)), 0, log(c.input(1)))),
    (g, c) => mul(g, div(c.input(0), c.input(1))),
  ],
  domain: [0.5, 2],
});
