/**
 * Losses that ask for a margin between scores or distances.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { broadcastShapes, formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { relu } from "./activation.ts";
import { add, div, mul, sub } from "./binary.ts";
import { cast } from "./cast.ts";
import { eq, ge, logicalAnd, logicalNot, ne } from "./compare.ts";
import { arange } from "./creation.ts";
import { unsqueeze } from "./dimensions.ts";
import { pairwiseDistance } from "./distance.ts";
import { clampMin, minimum } from "./extrema.ts";
import type {
  LossOptions,
  MarginLossOptions,
  MultiMarginLossOptions,
  TripletMarginLossOptions,
} from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { checkClasses, checkSameShape, checkWeight, reducedLoss } from "./loss_reduction.ts";
import { cumsum } from "./scan.ts";
import { promoteAll } from "./promote.ts";
import { any, sum } from "./reduce.ts";
import { reshape } from "./shape.ts";
import { where } from "./ternary.ts";
import { neg, sqrt, square } from "./unary.ts";

/** Added to squared norms in {@linkcode cosineEmbeddingLoss}, as PyTorch does: a float32. */
const COSINE_EPS = Math.fround(1e-12);

/** max(0, margin - target (input1 - input2)) for targets of -1 and 1. Default margin: 0. */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginLossOptions = {},
): Tensor {
  const { margin = 0 } = options;
  checkSameShape("marginRankingLoss", input1, input2);
  checkSameShape("marginRankingLoss", input1, target);
  const [a, b, y] = promoteAll([input1, input2, target], true);
  return reducedLoss("marginRankingLoss", options, () => clampMin(add(mul(neg(y), sub(a, b)), margin), 0));
}

/** The input where the target is 1, max(0, margin - input) where it is -1. Default margin: 1. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: MarginLossOptions = {}): Tensor {
  const { margin = 1 } = options;
  broadcastShapes("hingeEmbeddingLoss", input.shape, target.shape);
  return reducedLoss("hingeEmbeddingLoss", options, () => {
    const far = where(ne(target, 1), clampMin(sub(margin, input), 0), 0);
    const near = where(ne(target, -1), input, 0);
    return add(far, near);
  });
}

/** 1 - cos where the target is 1, max(0, cos - margin) where it is -1. Default margin: 0. */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginLossOptions = {},
): Tensor {
  const { margin = 0 } = options;
  const vectors = broadcastShapes("cosineEmbeddingLoss", input1.shape, input2.shape);
  if (target.ndim > 1 || vectors.length !== target.ndim + 1) {
    throw new ShapeError(
      `cosineEmbeddingLoss: expected inputs [N, D] with a target [N], or [D] with a 0-d target, got ${
        formatShape(input1.shape)
      }, ${formatShape(input2.shape)} and ${formatShape(target.shape)}`,
    );
  }
  return reducedLoss("cosineEmbeddingLoss", options, () => {
    const axis = target.ndim;
    const squares = (x: Tensor): Tensor => add(sum(square(x), axis), COSINE_EPS);
    const cosine = div(sum(mul(input1, input2), axis), sqrt(mul(squares(input1), squares(input2))));
    const near = where(eq(target, 1), sub(1, cosine), 0);
    const far = where(eq(target, -1), clampMin(sub(cosine, margin), 0), 0);
    return add(near, far);
  });
}

/** max(0, |anchor - positive| - |anchor - negative| + margin). Default margin: 1. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginLossOptions = {},
): Tensor {
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  if (anchor.ndim !== positive.ndim || anchor.ndim !== negative.ndim) {
    throw new ShapeError(
      `tripletMarginLoss: expected three tensors of as many dimensions, got ${formatShape(anchor.shape)}, ${
        formatShape(positive.shape)
      } and ${formatShape(negative.shape)}`,
    );
  }
  return reducedLoss("tripletMarginLoss", options, () => {
    const near = pairwiseDistance(anchor, positive, { p, eps });
    const away = pairwiseDistance(anchor, negative, { p, eps });
    const far = swap ? minimum(away, pairwiseDistance(positive, negative, { p, eps })) : away;
    return clampMin(add(sub(near, far), margin), 0);
  });
}

/** Scores and labels with a batch axis: [N, C] and one label, or row of labels, per sample. */
function withBatchAxis(op: string, input: Tensor, target: Tensor, labels: "one" | "row"): [Tensor, Tensor] {
  checkTensor(op, input);
  checkClasses(op, target);
  const classes = input.ndim === 0 ? 1 : input.shape[input.ndim - 1];
  const samples = input.ndim === 2 ? input.shape[0] : 1;
  const wanted = labels === "row" ? samples * classes : samples;
  const mostAxes = labels === "row" ? input.ndim : 1;
  if (input.ndim > 2 || target.ndim > mostAxes || target.numel !== wanted) {
    throw new ShapeError(
      `${op}: expected scores [C] or [N, C] with ${labels === "one" ? "a label" : "a row of labels"} per sample, got ${
        formatShape(input.shape)
      } and ${formatShape(target.shape)}`,
    );
  }
  const rows = labels === "row" ? [samples, classes] : [samples];
  return [reshape(input, [samples, classes]), reshape(cast(target, "int32"), rows)];
}

/** Sum over i != y of max(0, margin - x[y] + x[i])^p weight[y], divided by C. Default margin: 1. */
export function multiMarginLoss(input: Tensor, target: Tensor, options: MultiMarginLossOptions = {}): Tensor {
  const { p = 1, margin = 1, weight = null } = options;
  if (p !== 1 && p !== 2) throw new ArgumentError(`multiMarginLoss: expected p of 1 or 2, got ${p}`);
  return reducedLoss("multiMarginLoss", options, () => {
    const [scores, labels] = withBatchAxis("multiMarginLoss", input, target, "one");
    const [samples, classes] = scores.shape;
    checkWeight("multiMarginLoss", weight, classes, scores);
    const column = reshape(labels, [samples, 1]);
    const hinge = relu(add(sub(scores, gather(scores, 1, column)), margin));
    const power = p === 1 ? hinge : square(hinge);
    const others = ne(arange(classes, { dtype: "int32", device: input.device }), column);
    let losses = div(sum(where(others, power, 0), 1), classes);
    if (weight !== null) losses = mul(losses, gather(weight, 0, labels));
    return reshape(losses, target.shape);
  });
}

/**
 * Sum over labels j and other classes i of max(0, 1 - x[j] + x[i]), divided by C.
 *
 * @param target Labels of each sample; the first -1 ends them.
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return reducedLoss("multilabelMarginLoss", options, () => {
    const [scores, labels] = withBatchAxis("multilabelMarginLoss", input, target, "row");
    const classes = scores.shape[1];
    const { device } = input;
    // The running count of labels is 1, 2, ... as long as none is missing.
    const valid = eq(cumsum(cast(ge(labels, 0), "int32"), 1), arange(1, classes + 1, { dtype: "int32", device }));
    const index = where(valid, labels, 0);
    const isLabel = any(
      logicalAnd(unsqueeze(valid, 2), eq(unsqueeze(index, 2), arange(classes, { dtype: "int32", device }))),
      1,
    );
    const scoresOfLabels = unsqueeze(gather(scores, 1, index), 2);
    const hinge = relu(add(sub(unsqueeze(scores, 1), scoresOfLabels), 1));
    const counted = logicalAnd(unsqueeze(valid, 2), logicalNot(unsqueeze(isLabel, 1)));
    const losses = div(sum(where(counted, hinge, 0), [1, 2]), classes);
    return input.ndim < 2 ? reshape(losses, []) : losses;
  });
}
