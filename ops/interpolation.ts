/**
 * Weights of cubic convolution (Keys 1981), with the coefficient that PyTorch and OpenCV use.
 *
 * @module
 */

/** Coefficient a of Keys' kernel. */
const CUBIC_COEFFICIENT = -0.75;

/** The kernel for distances up to 1: ((a + 2) d - (a + 3)) d^2 + 1, as coefficients of d^3, d^2, d, 1. */
export const CUBIC_NEAR: readonly number[] = [CUBIC_COEFFICIENT + 2, -(CUBIC_COEFFICIENT + 3), 0, 1];

/** The kernel for distances from 1 to 2: a (d^3 - 5 d^2 + 8 d - 4). */
export const CUBIC_FAR: readonly number[] = [1, -5, 8, -4].map((c) => c * CUBIC_COEFFICIENT);

function polynomial(coefficients: readonly number[], d: number): number {
  return coefficients.reduce((value, c) => value * d + c, 0);
}

/** Weights of the four elements around a position that lies `share` behind the second. */
export function cubicWeights(share: number): number[] {
  return [
    polynomial(CUBIC_FAR, 1 + share),
    polynomial(CUBIC_NEAR, share),
    polynomial(CUBIC_NEAR, 1 - share),
    polynomial(CUBIC_FAR, 2 - share),
  ];
}
