/**
 * Spatial axes in WGSL: parameters of every axis, and flat numbers split into coordinates. For convolutions and pooling.
 *
 * @module
 */
import type { Scalar } from "./program.ts";

/** The product of sizes. */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}

/** One field per axis, named `name_0`, `name_1` and so on. */
export function perAxis(
  name: string,
  values: readonly number[],
  scalar: (value: number) => Scalar,
): Record<string, Scalar> {
  return Object.fromEntries(values.map((value, d) => [`${name}_${d}`, scalar(value)]));
}

/**
 * Statements that split `index` into signed coordinates `id_c0`, `id_c1`, ... in a row-major box of `sizes` (unsigned), and
 * the number `id_rest` of the box.
 */
export function split(id: string, index: string, sizes: readonly string[]): string {
  const lines = [`  var ${id}_rest = ${index};`];
  for (let d = sizes.length - 1; d >= 0; d--) {
    lines.push(`  let ${id}_c${d} = i32(${id}_rest % ${sizes[d]}); ${id}_rest /= ${sizes[d]};`);
  }
  return lines.join("\n");
}
