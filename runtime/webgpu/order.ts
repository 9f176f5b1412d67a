/**
 * Numbers of all dtypes as `u32` that compare as the numbers do, NaN being the largest.
 *
 * Comparisons of floats leave NaN to the driver (WGSL, 15.7.2); those of integers do not.
 *
 * @module
 */
import type { DType } from "../dtype.ts";
import { elementType } from "./program.ts";

/** What the order of the two zeros is: none, or that of their signs. */
export type Zeros = "equal" | "signed";

/** `fn order_of(x) -> u32`: ascending with the numbers. */
export function orderFunction(dtype: DType, zeros: Zeros): string {
  switch (elementType(dtype)) {
    case "u32":
      return "fn order_of(x: u32) -> u32 { return x; }";
    case "i32":
      return "fn order_of(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }";
    case "f32":
      return `fn order_of(x: f32) -> u32 {
  var bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
${zeros === "equal" ? "  if (bits == 0x80000000u) { bits = 0u; }" : ""}
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}`;
  }
}

/** `fn value_of(order) -> x`: the inverse of `order_of`. */
export function valueFunction(dtype: DType): string {
  switch (elementType(dtype)) {
    case "u32":
      return "fn value_of(order: u32) -> u32 { return order; }";
    case "i32":
      return "fn value_of(order: u32) -> i32 { return bitcast<i32>(order ^ 0x80000000u); }";
    case "f32":
      return `fn value_of(order: u32) -> f32 {
  return bitcast<f32>(select(~order, order & 0x7fffffffu, order >= 0x80000000u));
}`;
  }
}

/** `fn rank_of(order) -> u32`: largest for the extremum, which NaN is for both kinds. It is its own inverse. */
export function rankFunction(kind: "max" | "min", dtype: DType): string {
  if (kind === "max") return "fn rank_of(order: u32) -> u32 { return order; }";
  if (dtype !== "float32") return "fn rank_of(order: u32) -> u32 { return ~order; }";
  // No number has the order 0: it would be a negative NaN.
  return "fn rank_of(order: u32) -> u32 { return select(~order, order, order == 0xffffffffu); }";
}
