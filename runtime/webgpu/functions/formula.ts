/**
 * Numbers and polynomials as WGSL text.
 *
 * @module
 */

/** A number as a literal of type `f32`, rounded to it. */
export function literal(x: number): string {
  return `${Math.fround(x)}f`;
}

/** The polynomial in the variable `x` with the given coefficients, that of 1 first, by Horner's rule. */
export function polynomial(x: string, coefficients: readonly number[]): string {
  return coefficients.slice(0, -1).reduceRight(
    (rest, coefficient) => `fma(${x}, ${rest}, ${literal(coefficient)})`,
    literal(coefficients[coefficients.length - 1]),
  );
}

/** A WGSL constant array of numbers, for a polynomial that is evaluated in a loop. */
export function table(values: readonly number[]): string {
  return `array<f32, ${values.length}>(${values.map(literal).join(", ")})`;
}
