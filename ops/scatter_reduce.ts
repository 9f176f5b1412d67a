/**
 * Scattering where elements that meet are multiplied, averaged, or compete.
 *
 * @module
 */
import { apply } from "../tensor/apply.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import { ArgumentError } from "../tensor/errors.ts";
import type { Op, RuleContext } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div, mul } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq } from "./compare.ts";
import { onesLike, zeros } from "./creation.ts";
import { batchAll, checkElementIndex, gather, scatter, scatterAdd, scatterOperands } from "./gather_scatter.ts";
import { maskedFill } from "./masked.ts";
import { floor } from "./rounding.ts";
import { defineOp } from "./table.ts";
import { where } from "./ternary.ts";
import type { ScatterReduceOptions, ScatterReduction } from "./types.ts";

/** Derivatives of the output: by the input (in its shape), and of the element each source went to by that source. */
interface Slopes {
  readonly input: Tensor;
  readonly source: Tensor;
}

/** 1 where two tensors agree, in their dtype. */
function agreement(a: Tensor, b: Tensor): Tensor {
  return cast(eq(a, b), a.dtype);
}

/** Of a maximum or minimum: shared equally among those that reach it. */
function extremumSlopes(c: RuleContext<number>): Slopes {
  const [x, index, source, out] = [c.input(0).detach(), c.input(1), c.input(2).detach(), c.output(0).detach()];
  const inputWins = agreement(x, out);
  const sourceWins = agreement(source, gather(out, c.params, index));
  const share = div(1, scatterAdd(inputWins, c.params, index, sourceWins));
  return { input: mul(inputWins, share), source: mul(sourceWins, gather(share, c.params, index)) };
}

/**
 * Of a product: the product of the others, computed so that nothing divides by zero and that it can be differentiated
 * again, except by a second source that is zero at the same place.
 */
function productSlopes(c: RuleContext<number>): Slopes {
  const [x, index, source, out] = [c.input(0), c.input(1), c.input(2), c.output(0)];
  const dim = c.params;
  const filledX = maskedFill(x, eq(x, 0), 1);
  const isZero = eq(source, 0);
  const filled = maskedFill(source, isZero, 1);
  const zeroCount = scatterAdd(zeros(x.shape, { dtype: x.dtype, device: x.device }), dim, index, cast(isZero, x.dtype));
  const ofOnlyZero = mul(apply(scatterProdOp, [x, index, filled], dim), cast(eq(zeroCount, 1), x.dtype));
  return {
    input: div(apply(scatterProdOp, [filledX, index, source], dim), filledX),
    source: where(isZero, gather(ofOnlyZero, dim, index), div(gather(out, dim, index), filled)),
  };
}

function competingOp(
  name: string,
  mode: "mul" | "max" | "min",
  slopes: (c: RuleContext<number>) => Slopes,
): Op<number> {
  const op: Op<number> = defineOp<number>({
    name,
    gradName: "ScatterReduce",
    kind: "kernel",
    shape: ([x, index], dim) => {
      checkElementIndex("scatterReduce", x, index, dim);
      return { shape: x.shape, dtype: x.dtype };
    },
    run: (backend, [x, index, source], [out], dim) => {
      backend.copy(x, out);
      backend.scatter(out, index, source, dim, mode);
    },
    rules: "full",
    saves: { inputs: "all", outputs: [0] },
    vjp: (c, [g]) => {
      const { input, source } = slopes(c);
      return [
        c.needs(0) ? mul(g!, input) : null,
        null,
        c.needs(2) ? mul(gather(g!, c.params, c.input(1)), source) : null,
      ];
    },
    jvp: (c, [tx, , ts]) => {
      const { input, source } = slopes(c);
      const own = tx === null ? null : mul(tx, input);
      if (ts === null) return [own];
      const base = own ?? zeros(c.shape(0), { dtype: ts.dtype, device: ts.device });
      return [scatterAdd(base, c.params, c.input(1), mul(ts, source))];
    },
    batch: batchAll(() => op),
    samples: () => [
      {
        inputs: [
          { shape: [3, 2], low: 0.5, high: 2 },
          { shape: [4, 2], low: 0, high: 3, dtype: "int32" },
          { shape: [4, 2], low: 0.5, high: 2 },
        ],
        params: 0,
      },
    ],
  });
  return op;
}

const scatterProdOp: Op<number> = competingOp("scatterProd", "mul", productSlopes);
const scatterMaxOp: Op<number> = competingOp("scatterMax", "max", extremumSlopes);
const scatterMinOp: Op<number> = competingOp("scatterMin", "min", extremumSlopes);

/** What leaves the other elements as they are. */
function identity(reduction: ScatterReduction, dtype: DType): number {
  if (reduction === "sum" || reduction === "mean") return 0;
  if (reduction === "prod") return 1;
  const smallest = isFloating(dtype) ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0;
  const largest = isFloating(dtype) ? Infinity : dtype === "int32" ? 2 ** 31 - 1 : dtype === "uint8" ? 255 : 1;
  return reduction === "amax" ? smallest : largest;
}

/**
 * A copy of `input` in which each element meets the elements of `source` that `index` sends to it along `dim`. At ties
 * of a maximum or minimum the gradient is shared equally.
 *
 * @inplace
 */
export function scatterReduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduction,
  options: ScatterReduceOptions = {},
): Tensor {
  const { x, index: at, source: values, axis, restore } = scatterOperands("scatterReduce", input, dim, index, source);
  const { includeSelf = true } = options;
  const start = includeSelf ? x : scatter(x, axis, at, identity(reduce, x.dtype));
  switch (reduce) {
    case "sum":
      return restore(scatterAdd(start, axis, at, values));
    case "prod":
      return restore(apply(scatterProdOp, [start, at, values], axis));
    case "amax":
      return restore(apply(scatterMaxOp, [start, at, values], axis));
    case "amin":
      return restore(apply(scatterMinOp, [start, at, values], axis));
    case "mean": {
      const own = includeSelf ? onesLike(x.detach()) : scatter(onesLike(x), axis, at, 0);
      const counted = scatterAdd(own, axis, at, onesLike(values));
      const total = scatterAdd(start, axis, at, values);
      if (isFloating(x.dtype)) return restore(div(total, counted));
      // Doubles divide int32 exactly enough to round down.
      return restore(cast(floor(div(cast(total, "float64"), counted)), x.dtype));
    }
    default:
      throw new ArgumentError(
        `scatterReduce: expected reduce "sum", "prod", "mean", "amax" or "amin", got ${String(reduce)}`,
      );
  }
}
