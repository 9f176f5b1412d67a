/**
 * Connectionist temporal classification.
 *
 * @module
 */
import { checkTensor } from "../tensor/arguments.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { add, div, sub } from "./binary.ts";
import type { CtcLossOptions } from "./functional_types.ts";
import { gather } from "./gather_scatter.ts";
import { stack } from "./join.ts";
import { reduceLoss, reductionOf } from "./loss_reduction.ts";
import { pad } from "./pad.ts";
import type { CtcTargets } from "./record_types.ts";
import { logsumexp, sum } from "./reduce.ts";
import { scoped } from "./scoped.ts";
import { expand, reshape } from "./shape.ts";
import { narrow, select } from "./slicing.ts";
import { fromTyped } from "./tensor_data.ts";
import { where } from "./ternary.ts";
import { exp } from "./unary.ts";
import { lt } from "./compare.ts";

/**
 * Stands for log(0): finite, so that no derivative is infinity minus infinity, and so low that its exponential and those
 * of its sums with scores are 0.
 */
const IMPOSSIBLE = -1e30;

function toNumbers(values: Tensor | readonly number[]): number[] {
  return values instanceof Tensor ? Array.from(values.read("ctcLoss"), Number) : [...values];
}

function targetsOf(targets: Tensor, lengths: readonly number[]): CtcTargets {
  const flat = toNumbers(targets);
  const width = targets.ndim === 2 ? targets.shape[1] : null;
  let start = 0;
  const labels = lengths.map((length, n) => {
    const from = width === null ? start : n * width;
    start += length;
    return flat.slice(from, from + length);
  });
  return { labels, longest: Math.max(0, ...lengths) };
}

function checkTargets(targets: Tensor, samples: number, lengths: readonly number[]): void {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const fits = targets.ndim === 2
    ? targets.shape[0] === samples && Math.max(0, ...lengths) <= targets.shape[1]
    : targets.ndim === 1 && targets.shape[0] === total;
  if (!fits || lengths.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new ShapeError(
      `ctcLoss: expected targets [${samples}, S] or [${total}] for target lengths ${formatShape(lengths)}, got ${
        formatShape(targets.shape)
      }`,
    );
  }
}

function checkLengths(inputs: readonly number[], samples: number, times: number, targets: readonly number[]): void {
  if (inputs.length !== samples || targets.length !== samples) {
    throw new ShapeError(
      `ctcLoss: expected ${samples} input and target lengths, got ${inputs.length} and ${targets.length}`,
    );
  }
  if (!inputs.every((n) => Number.isInteger(n) && n >= 0 && n <= times)) {
    throw new ArgumentError(`ctcLoss: expected input lengths in [0, ${times}], got ${formatShape(inputs)}`);
  }
}

/**
 * The negative logarithm of the probability of all alignments of targets to inputs (Graves et al. 2006). The mean
 * divides each loss by the length of its target first.
 *
 * @param logProbs Logarithms of class probabilities, [T, N, C] or [T, C]. The gradient is that of the scores which
 * `logSoftmax` normalised to them, as in PyTorch.
 * @param targets Classes other than `blank`, int32: [N, S], or all one after the other.
 * @param inputLengths Times that count, per sample.
 * @param targetLengths Labels that count, per sample.
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | readonly number[],
  targetLengths: Tensor | readonly number[],
  options: CtcLossOptions = {},
): Tensor {
  const reduction = reductionOf("ctcLoss", options);
  checkTensor("ctcLoss", logProbs);
  checkTensor("ctcLoss", targets);
  const { blank = 0, zeroInfinity = false } = options;
  if (logProbs.ndim !== 2 && logProbs.ndim !== 3) {
    throw new ShapeError(`ctcLoss: expected logProbs [T, N, C] or [T, C], got ${formatShape(logProbs.shape)}`);
  }
  const single = logProbs.ndim === 2;
  const [times, classes] = [logProbs.shape[0], logProbs.shape[logProbs.ndim - 1]];
  const samples = single ? 1 : logProbs.shape[1];
  const [inputs, lengths] = [toNumbers(inputLengths), toNumbers(targetLengths)];
  checkLengths(inputs, samples, times, lengths);
  checkTargets(targets, samples, lengths);
  const { labels, longest } = targetsOf(targets, lengths);
  if (labels.some((row) => row.some((label) => label < 0 || label >= classes || label === blank))) {
    throw new ArgumentError(`ctcLoss: expected labels in [0, ${classes - 1}] other than the blank ${blank}`);
  }
  return scoped(() => {
    const scores = reshape(logProbs, [times, samples, classes]);
    const total = logAlignments(scores, labels, longest, inputs, blank);
    const possible = lt(IMPOSSIBLE / 2, total);
    const losses = where(possible, sub(slopeOfNormalization(scores, inputs), total), zeroInfinity ? 0 : Infinity);
    if (reduction !== "mean") {
      return reduceLoss(single && reduction === "none" ? reshape(losses, []) : losses, reduction);
    }
    const divisors = Float64Array.from(lengths, (n) => Math.max(n, 1));
    const { dtype, device } = logProbs;
    return reduceLoss(div(losses, fromTyped(divisors, [samples], "float64", { device }).to(dtype)), "mean");
  });
}

/** Zeros [N] with the derivative exp(scores) at the times that count: what normalising the scores adds to the gradient. */
function slopeOfNormalization(scores: Tensor, inputs: readonly number[]): Tensor {
  const [times, samples] = scores.shape;
  const counts = Uint8Array.from({ length: times * samples }, (_, i) => Number(i / samples < inputs[i % samples]));
  const counted = fromTyped(counts, [times, samples, 1], "bool", { device: scores.device });
  const mass = sum(where(counted, exp(scores), 0), [0, 2]);
  return sub(mass, mass.detach());
}

/** Logarithm of the probability of each target, [N]: the forward variables alpha over targets with blanks between. */
function logAlignments(
  scores: Tensor,
  labels: readonly (readonly number[])[],
  longest: number,
  inputs: readonly number[],
  blank: number,
): Tensor {
  const [times, samples] = scores.shape;
  const width = 2 * longest + 1;
  const state = (n: number, s: number): number => s % 2 === 0 ? blank : labels[n][(s - 1) / 2] ?? blank;
  const table = (value: (n: number, s: number) => number, columns: number): Int32Array =>
    Int32Array.from({ length: samples * columns }, (_, i) => value(Math.floor(i / columns), i % columns));
  const { device } = scores;
  const ints = (values: Int32Array, columns: number): Tensor =>
    fromTyped(values, [samples, columns], "int32", { device });
  const bools = (values: Int32Array, columns: number): Tensor =>
    fromTyped(Uint8Array.from(values), [samples, columns], "bool", { device });
  const states = ints(table(state, width), width);
  const emissions = gather(scores, 2, expand(reshape(states, [1, samples, width]), [times, samples, width]));
  // A label may be reached from the label before it, over the blank between, unless both are the same.
  const skips = bools(table((n, s) => Number(s > 1 && s % 2 === 1 && state(n, s) !== state(n, s - 2)), width), width);
  const starts = bools(table((n, s) => Number(s === 0 || (s === 1 && labels[n].length > 0)), width), width);
  const shifted = (x: Tensor, by: number): Tensor => narrow(pad(x, [by, 0], { value: IMPOSSIBLE }), 1, 0, width);
  let alpha = where(
    starts,
    0,
    expand(fromTyped(Float64Array.of(IMPOSSIBLE), [1, 1], "float64", { device }).to(scores.dtype), [samples, width]),
  );
  for (let t = 0; t < times; t++) {
    const reached = t === 0
      ? alpha
      : logsumexp(stack([alpha, shifted(alpha, 1), where(skips, shifted(alpha, 2), IMPOSSIBLE)]), 0);
    const next = add(reached, select(emissions, 0, t));
    const running = bools(table((n) => Number(t < inputs[n]), 1), 1);
    alpha = where(running, next, alpha);
  }
  const ends = ints(table((n, k) => Math.max(2 * labels[n].length - k, 0), 2), 2);
  const isEnd = bools(table((n, k) => Number(k === 0 || labels[n].length > 0), 2), 2);
  return logsumexp(where(isEnd, gather(alpha, 1, ends), IMPOSSIBLE), 1);
}
