/**
 * Variances and standard deviations over axes.
 *
 * @module
 */
import { apply, applyMany } from "../tensor/apply.ts";
import type { Op } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { add, div, mul, sub } from "./binary.ts";
import { eq } from "./compare.ts";
import { FLOATS, NO_SCALARS, SAVES_OUTPUT } from "./constants.ts";
import { elementwise } from "./families.ts";
import { floatOperand } from "./promote.ts";
import {
  behindBatch,
  meanOver,
  type Reduced,
  reduced,
  reducedShape,
  reduceSamples,
  restoreDims,
  sumOver,
} from "./reduce.ts";
import { expand } from "./shape.ts";
import { defineOp } from "./table.ts";
import { where } from "./ternary.ts";
import type { ReducedDims, VarianceOptions } from "./types.ts";

/** Axes, and the correction of the divisor. */
interface VarianceParams extends Reduced {
  readonly correction: number;
}

/** Number of elements behind each result, and the divisor of the squared deviations. */
function countsOf(shape: readonly number[], { dims, correction }: VarianceParams): { n: number; divisor: number } {
  const n = dims.reduce((count, d) => count * shape[d], 1);
  return { n, divisor: Math.max(0, n - correction) };
}

/**
 * var = sum((x - mean)^2) / (n - correction) and the mean itself. As deviations sum to 0, d var = 2 / (n - correction)
 * sum((x - mean) dx).
 */
const varMeanOp: Op<VarianceParams> = defineOp<VarianceParams>({
  name: "varMean",
  gradName: "VarMean",
  kind: "kernel",
  shape: ([x], p) => {
    const spec = { shape: reducedShape(x.shape, p), dtype: x.dtype };
    return [spec, spec];
  },
  run: (backend, [x], [variance, centre], p) =>
    backend.moments(x, centre, variance, p.dims, countsOf(x.shape, p).divisor),
  rules: "full",
  saves: { inputs: [0], outputs: [1] },
  vjp: (c, [gv, gm]) => {
    const p = c.params;
    const shape = c.shape(0);
    const { n, divisor } = countsOf(shape, p);
    const viaMean = gm === null ? null : expand(restoreDims(div(gm, n), shape, p), shape);
    if (gv === null) return [viaMean];
    const deviation = sub(c.input(0), restoreDims(c.output(1), shape, p));
    const viaVariance = mul(restoreDims(mul(gv, 2 / divisor), shape, p), deviation);
    return [viaMean === null ? viaVariance : add(viaVariance, viaMean)];
  },
  jvp: (c, [t]) => {
    const p = c.params;
    const shape = c.shape(0);
    const deviation = sub(c.input(0), restoreDims(c.output(1), shape, p));
    return [mul(sumOver(mul(deviation, t!), p), 2 / countsOf(shape, p).divisor), meanOver(t!, p)];
  },
  batch: (_size, _batched, [x], p) => applyMany(varMeanOp, [x], { ...behindBatch(p), correction: p.correction }),
  samples: () => reduceSamples(false).map(({ inputs, params }) => ({ inputs, params: { ...params, correction: 0.5 } })),
});

/** The square root with the derivative 0 at 0, as PyTorch has it for standard deviations and norms. */
const rootOp = elementwise({
  name: "rootOrZero",
  gradName: "Sqrt",
  kernel: "sqrt",
  reference: Math.sqrt,
  wgsl: "sqrt(a)",
  dtypes: FLOATS,
  saves: SAVES_OUTPUT,
  partials: [(g, c) => {
    const y = c.output();
    const isZero = eq(y, 0);
    return where(isZero, 0, div(g, mul(where(isZero, 1, y), 2)));
  }],
  domain: [0.5, 3],
}, 1);

/** The square root with the derivative 0 at 0. */
export function rootOrZero(x: Tensor): Tensor {
  return apply(rootOp, [x], NO_SCALARS);
}

function moments(
  name: string,
  input: Tensor,
  dim: ReducedDims | undefined,
  options: VarianceOptions,
): readonly Tensor[] {
  const x = floatOperand(name, input);
  const p = reduced(name, x, dim, options);
  const { correction = options.unbiased === false ? 0 : 1 } = options;
  return applyMany(varMeanOp, [x], { ...p, correction });
}

/** Variance over `dim` (one axis, several, or all); NaN where the correction leaves nothing to divide by. */
export function variance(input: Tensor, dim?: ReducedDims, options: VarianceOptions = {}): Tensor {
  return moments("var", input, dim, options)[0];
}

/** Standard deviation over `dim` (one axis, several, or all). The derivative is 0 where it is 0. */
export function std(input: Tensor, dim?: ReducedDims, options: VarianceOptions = {}): Tensor {
  return rootOrZero(moments("std", input, dim, options)[0]);
}

/** Variance and mean over `dim`, in this order. */
export function varMean(input: Tensor, dim?: ReducedDims, options: VarianceOptions = {}): [Tensor, Tensor] {
  const [squares, centre] = moments("varMean", input, dim, options);
  return [squares, centre];
}

/** Standard deviation and mean over `dim`, in this order. */
export function stdMean(input: Tensor, dim?: ReducedDims, options: VarianceOptions = {}): [Tensor, Tensor] {
  const [squares, centre] = moments("stdMean", input, dim, options);
  return [rootOrZero(squares), centre];
}
