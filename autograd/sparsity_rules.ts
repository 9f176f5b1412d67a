/**
 * Which elements of the inputs of one call each element of its output may depend on.
 *
 * @module
 */
import { add } from "../ops/binary.ts";
import { cast } from "../ops/cast.ts";
import { arange, ones, zeros } from "../ops/creation.ts";
import { expand, reshape } from "../ops/shape.ts";
import { applyOp } from "../tensor/apply.ts";
import { isFloating, type TypedArray } from "../tensor/dtype.ts";
import type { Op, RuleContext } from "../tensor/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bucket, type SparsityPattern } from "./sparsity_pattern.ts";

/**
 * Ops whose output elements depend on the elements of the same broadcast position only. A test holds every name to that
 * with the Jacobians of the op's samples.
 */
export const ELEMENTWISE_OPS: ReadonlySet<string> = new Set(
  ("abs absBackward acos acosh add addScaled addcdiv addcmul asin asinh atan atan2 atanh ceil celu clamp clampBackward " +
    "clampMax clampMaxTensor clampMin clampMinTensor clampTensor copysign cos cosBackward cosh digamma div elu eluBackward " +
    "entr erf erfc erfcx erfinv exp exp2 expm1 floor floorDivide fmax fmin fmod frac gelu geluBackward geluTanh " +
    "geluTanhBackward hardshrink hardsigmoid hardswish hardtanh hardtanhBackward hypot i0 i0e i1 i1e leakyRelu " +
    "leakyReluBackward lerp lgamma log log10 log1p log2 logBackward logNdtr logaddexp logaddexp2 logit logsigmoid maximum " +
    "minimum mish mul ndtri neg positive pow powScalar reciprocal reciprocalBackward relu relu6 reluBackward remainder " +
    "rootOrZero round rsqrt rsqrtBackward selu sigmoid sigmoidBackward sign silu siluBackward sin sinBackward sinc sinh " +
    "softplus softplusBackward softshrink softsign sqrt sqrtBackward square squareBackward sub tan tanh tanhBackward " +
    "tanhshrink threshold truncDivide trunc where xlogy zeta clone to move").split(" "),
);

/** Ops that compute, whose output elements are each one element of an input, or a constant. */
export const MOVING_OPS: ReadonlySet<string> = new Set([
  "cat",
  "constantPad",
  "diagonalScatter",
  "flip",
  "gather",
  "indexCopy",
  "indexSelect",
  "scatter",
  "sliceBackward",
  "sliceScatter",
  "tril",
  "triu",
]);

/** Ops that add up: every input element goes into at most one output element, where the op's transpose finds it. */
export const ADDING_OPS: ReadonlySet<string> = new Set(["indexAdd", "mean", "scatterAdd", "sum"]);

/**
 * The patterns of a call: for each output and each active input one of shape [output elements, input elements], null for
 * the other inputs. Null instead of the whole if nothing is known of the op.
 */
export function localPatterns<P>(
  op: Op<P>,
  inputs: readonly Tensor[],
  active: readonly boolean[],
  outputs: readonly Tensor[],
  params: P,
): (SparsityPattern | null)[][] | null {
  // Strides of asStrided count in the memory of its input, which the stand-ins below do not have.
  if (op.kind === "view" && op.name !== "asStrided") {
    return outputsOf(op, [numbered(inputs[0])], params).map((out) => [selection(out.dataSync(), inputs[0].numel)]);
  }
  if (ELEMENTWISE_OPS.has(op.name)) {
    const { shape } = outputs[0];
    return [inputs.map((x, i) => active[i] ? selection(expand(numbered(x), shape).dataSync(), x.numel) : null)];
  }
  if (MOVING_OPS.has(op.name)) return [moved(op, inputs, active, params)];
  if (ADDING_OPS.has(op.name)) return [added(op, inputs, active, outputs[0], params)];
  return null;
}

function outputsOf<P>(op: Op<P>, inputs: readonly Tensor[], params: P): readonly Tensor[] {
  const outputs = applyOp(op, inputs, params);
  return Array.isArray(outputs) ? outputs : [outputs as Tensor];
}

/** A tensor of the shape of `x` with the numbers of its elements in row-major order. */
function numbered(x: Tensor): Tensor {
  return reshape(arange(x.numel, { dtype: "int32" }), x.shape);
}

/** One place per row: the column that `source` names, none where it is negative. */
function selection(source: ArrayLike<number>, width: number): SparsityPattern {
  const rows = Int32Array.from(source, (column, row) => column < 0 ? -1 : row);
  return bucket(rows, source, source.length, width);
}

/** Runs the op on the numbers of the elements, twice with different numbers, to tell them from constants. */
function moved<P>(
  op: Op<P>,
  inputs: readonly Tensor[],
  active: readonly boolean[],
  params: P,
): (SparsityPattern | null)[] {
  let total = 0;
  const starts = inputs.map((x, i) => active[i] ? (total += x.numel) - x.numel : 0);
  const run = (first: number): TypedArray => {
    const stands = inputs.map((x, i) =>
      active[i]
        ? add(cast(numbered(x), "float64"), first + starts[i])
        : isFloating(x.dtype)
        ? zeros(x.shape, { dtype: "float64" })
        : x
    );
    return outputsOf(op, stands, params)[0].dataSync();
  };
  const [low, high] = [run(0), run(total)];
  return inputs.map((x, i) => {
    if (!active[i]) return null;
    const source = low.map((number, at) => {
      const inside = high[at] - number === total && number >= starts[i] && number < starts[i] + x.numel;
      return inside ? number - starts[i] : -1;
    });
    return selection(source, x.numel);
  });
}

/** Pulls the numbers of the output elements back; pulling ones tells by what the op scales them. */
function added<P>(
  op: Op<P>,
  inputs: readonly Tensor[],
  active: readonly boolean[],
  output: Tensor,
  params: P,
): (SparsityPattern | null)[] {
  if (op.rules === "none" || op.vjp === null) throw new Error(`${op.name}: expected an op with a transpose`);
  const context: RuleContext<P> = {
    params,
    arity: inputs.length,
    input: (i) => inputs[i],
    output: () => output,
    needs: (i) => active[i],
    shape: (i) => inputs[i].shape,
    dtype: () => "float64",
    outputSpec: () => ({ shape: output.shape, dtype: "float64" }),
  };
  const scales = op.vjp(context, [ones(output.shape, { dtype: "float64" })]);
  const scaled = op.vjp(context, [cast(numbered(output), "float64")]);
  return inputs.map((x, i) => {
    if (!active[i]) return null;
    const [scale, value] = [scales[i]!.dataSync(), scaled[i]!.dataSync()];
    const rows = Int32Array.from(value, (number, at) => scale[at] === 0 ? -1 : Math.round(number / scale[at]));
    return bucket(rows, Int32Array.from(rows.keys()), output.numel, x.numel);
  });
}
