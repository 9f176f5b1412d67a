/**
 * The incomplete gamma functions. Shapes broadcast; integers become float32.
 *
 * @module
 */
import type { RuleContext } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "./binary.ts";
import { FLOATS, SAVES_INPUTS, type Scalars } from "./constants.ts";
import { binary, type BinaryFunction, withoutDerivative } from "./families.ts";
import { xlogy } from "./power.ts";
import { lgamma } from "./special.ts";
import { gammaRatioNumber } from "./special_numbers.ts";
import { exp, neg } from "./unary.ts";

/** The derivative of igamma in its second operand: the density of the gamma distribution. */
function density(g: Tensor, c: RuleContext<Scalars>): Tensor {
  const [a, x] = [c.input(0), c.input(1)];
  return mul(g, exp(sub(sub(xlogy(sub(a, 1), x), x), lgamma(a))));
}

/**
 * The regularised lower incomplete gamma function: the integral of t^(input - 1) exp(-t) from 0 to `other`, by
 * gamma(input). NaN for negative operands. It has no derivative with respect to `input`.
 *
 * @inplace
 */
export const igamma: BinaryFunction = binary({
  name: "igamma",
  reference: (a, x) => gammaRatioNumber(a, x, false),
  wgsl: "gamma_ratio(a, b, false)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [withoutDerivative("igamma"), density],
  domain: [0.5, 3],
});

/**
 * 1 - igamma, accurate where it is small. It has no derivative with respect to `input`.
 *
 * @inplace
 */
export const igammac: BinaryFunction = binary({
  name: "igammac",
  reference: (a, x) => gammaRatioNumber(a, x, true),
  wgsl: "gamma_ratio(a, b, true)",
  dtypes: FLOATS,
  saves: SAVES_INPUTS,
  partials: [withoutDerivative("igammac"), (g, c) => neg(density(g, c))],
  domain: [0.5, 3],
});
