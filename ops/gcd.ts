/**
 * The greatest common divisor and the least common multiple of integers. Shapes broadcast.
 *
 * @module
 */
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { elementwise, withinDType } from "./families.ts";

function gcdNumber(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcdNumber(b, a % b);
}

const gcdOp = elementwise({
  name: "gcd",
  reference: gcdNumber,
  wgsl: "gcd(a, b)",
  dtypes: ["int32"],
  partials: null,
  domain: [-50, 50],
}, 2);

const lcmOp = elementwise({
  name: "lcm",
  reference: (a, b) => Math.abs(Math.imul(a / gcdNumber(a, b), b)),
  wgsl: "lcm(a, b)",
  dtypes: ["int32"],
  partials: null,
  domain: [-50, 50],
}, 2);

/**
 * The greatest common divisor of two integers, 0 or more. Shapes broadcast.
 *
 * @throws DTypeError for operands that are no integers.
 * @inplace
 */
export function gcd(input: TensorLike, other: TensorLike): Tensor {
  return withinDType(gcdOp, input, other);
}

/**
 * The least common multiple of two integers, 0 or more. Shapes broadcast.
 *
 * @throws DTypeError for operands that are no integers.
 * @inplace
 */
export function lcm(input: TensorLike, other: TensorLike): Tensor {
  return withinDType(lcmOp, input, other);
}
