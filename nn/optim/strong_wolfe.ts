/**
 * A line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6).
 *
 * @module
 */
import { dot } from "../../ops/matmul.ts";
import { amax } from "../../ops/max_min.ts";
import { abs } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LinePoint } from "./state_types.ts";

/** Sufficient decrease: f(t) <= f(0) + C1 t f'(0). */
const C1 = 1e-4;

/** Curvature: |f'(t)| <= C2 |f'(0)|. */
const C2 = 0.9;

/** Most evaluations after the first. */
const MAX_ITERATIONS = 25;

/** Where the cubic through two points with their slopes has its minimum, kept within bounds. */
function cubicInterpolate(
  a: Omit<LinePoint, "gradient">,
  b: Omit<LinePoint, "gradient">,
  bounds: readonly [number, number] = a.t <= b.t ? [a.t, b.t] : [b.t, a.t],
): number {
  const [low, high] = bounds;
  const d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const minimum = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(minimum, low), high);
}

/** The smaller and the larger step length of a bracket. */
function ends(bracket: readonly LinePoint[]): { lower: number; upper: number } {
  const lengths = bracket.map(({ t }) => t);
  return { lower: Math.min(...lengths), upper: Math.max(...lengths) };
}

/**
 * A step length that satisfies the strong Wolfe conditions, as PyTorch's L-BFGS finds it.
 *
 * @param evaluate Loss and flat gradient at a step length.
 * @param direction The flat direction of the line.
 * @param start The function at step length 0.
 * @param firstLength Step length to try first.
 * @param toleranceChange The search ends when the bracket is that short.
 * @returns The point that was found and the number of evaluations.
 */
export function strongWolfe(
  evaluate: (t: number) => { loss: number; gradient: Tensor },
  direction: Tensor,
  start: LinePoint,
  firstLength: number,
  toleranceChange: number,
): { point: LinePoint; evaluations: number } {
  let evaluations = 0;
  const at = (t: number): LinePoint => {
    evaluations++;
    const { loss, gradient } = evaluate(t);
    return { t, loss, gradient, slope: dot(gradient, direction).item() };
  };
  const decreases = ({ t, loss }: LinePoint): boolean => loss <= start.loss + C1 * t * start.slope;
  const isFlat = ({ slope }: LinePoint): boolean => Math.abs(slope) <= -C2 * start.slope;

  let point = at(firstLength);
  let previous = start;
  let bracket: LinePoint[] | null = null;
  let iteration = 0;
  for (; iteration < MAX_ITERATIONS; iteration++) {
    if (!decreases(point) || (iteration > 1 && point.loss >= previous.loss)) bracket = [previous, point];
    else if (isFlat(point)) return { point, evaluations };
    else if (point.slope >= 0) bracket = [previous, point];
    if (bracket !== null) break;
    const { t } = point;
    const next = cubicInterpolate(previous, point, [t + 0.01 * (t - previous.t), 10 * t]);
    previous = point;
    point = at(next);
  }
  bracket ??= [start, point];

  const longest = amax(abs(direction)).item();
  let low = bracket[1].loss < bracket[0].loss ? 1 : 0;
  let insufficientProgress = false;
  for (; iteration < MAX_ITERATIONS; iteration++) {
    const { lower, upper } = ends(bracket);
    if ((upper - lower) * longest < toleranceChange) break;
    let t = cubicInterpolate(bracket[0], bracket[1]);
    const margin = 0.1 * (upper - lower);
    if (Math.min(upper - t, t - lower) >= margin) insufficientProgress = false;
    else if (insufficientProgress || t >= upper || t <= lower) {
      t = Math.abs(t - upper) < Math.abs(t - lower) ? upper - margin : lower + margin;
      insufficientProgress = false;
    } else insufficientProgress = true;

    point = at(t);
    const high = 1 - low;
    if (!decreases(point) || point.loss >= bracket[low].loss) {
      bracket[high] = point;
      low = bracket[1].loss < bracket[0].loss ? 1 : 0;
      continue;
    }
    const done = isFlat(point);
    if (!done && point.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = point;
    if (done) break;
  }
  return { point: bracket[low], evaluations };
}
