/**
 * How close the elementwise functions of the device "webgpu" come: the table that the tests hold and that
 * `docs/webgpu_accuracy.md` shows.
 *
 * @module
 */

/** An interval of operands. */
export type Range = readonly [number, number];

/** One function. */
export interface AccuracyRow {
  /** Name of the op. */
  readonly op: string;
  /** Where each operand is sampled. */
  readonly ranges: readonly Range[];
  /** Largest error. */
  readonly bound: number;
  /** Units in the last place of the exact value, or 2^-24 (1 + |y|) for functions that pass through 0. */
  readonly unit: "ulp" | "1 + abs(y)";
  /** What WGSL asks of its own function of this name (section 15.7.4). */
  readonly wgsl: string;
}

const NONE = "no such function";
const ANY: Range = [-3e38, 3e38];

function row(op: string, ranges: readonly Range[], bound: number, wgsl: string = NONE): AccuracyRow {
  return { op, ranges, bound, unit: "ulp", wgsl };
}

function crossing(op: string, ranges: readonly Range[], bound: number, wgsl: string = NONE): AccuracyRow {
  return { op, ranges, bound, unit: "1 + abs(y)", wgsl };
}

/** Every function of floats that is not exact. */
export const ACCURACY: readonly AccuracyRow[] = [
  row("div", [[-1e9, 1e9], [-1e9, 1e9]], 2.5, "2.5 ulp"),
  row("logBackward", [[-1e9, 1e9], [-1e9, 1e9]], 2.5, "2.5 ulp"),
  row("sqrtBackward", [[-1e9, 1e9], [1e-9, 1e9]], 2.5),
  row("reciprocal", [[-1e30, 1e30]], 2.5, "2.5 ulp"),
  row("reciprocalBackward", [[-1e9, 1e9], [-1e9, 1e9]], 1.5),
  row("floorDivide", [[-1e5, 1e5], [0.1, 10]], 1),
  row("truncDivide", [[-100, 100], [0.5, 100]], 1),
  row("sqrt", [[0, 3e38]], 1.5, "that of 1 / inverseSqrt(x)"),
  row("rootOrZero", [[0, 3e38]], 1.5, "that of 1 / inverseSqrt(x)"),
  row("rsqrt", [[1e-37, 3e38]], 1.7, "2 ulp"),
  row("rsqrtBackward", [[-1e9, 1e9], [1e-9, 1e9]], 2.1),
  row("hypot", [ANY, ANY], 2.1),
  row("exp", [[-87, 88.7]], 1.9, "3 + 2 |x| ulp"),
  row("exp2", [[-126, 127.9]], 1.9, "3 + 2 |x| ulp"),
  row("expm1", [[-100, 88.7]], 1.3),
  row("log", [[1.2e-38, 3e38]], 1.2, "3 ulp; 2^-21 between 0.5 and 2"),
  row("log2", [[1.2e-38, 3e38]], 1.9, "3 ulp; 2^-21 between 0.5 and 2"),
  row("log10", [[1.2e-38, 3e38]], 1.9),
  row("log1p", [[-0.999, 3e38]], 2.4),
  row("pow", [[1e-3, 1e3], [-12, 12]], 2, "that of exp2(y log2(x))"),
  row("powScalar", [[1e-12, 1e12]], 2, "that of exp2(y log2(x))"),
  row("sin", [ANY], 2.7, "2^-11 between -pi and pi"),
  row("cos", [ANY], 2.8, "2^-11 between -pi and pi"),
  row("sinBackward", [[-1, 1], [-1e5, 1e5]], 2.8),
  row("cosBackward", [[-1, 1], [-1e5, 1e5]], 3.3),
  row("tan", [ANY], 4.3, "that of sin(x) / cos(x)"),
  row("asin", [[-1, 1]], 2.5, "6.77e-5"),
  row("acos", [[-1, 1]], 1.4, "6.77e-5"),
  row("atan", [ANY], 2, "4096 ulp"),
  row("atan2", [[-1e9, 1e9], [-1e9, 1e9]], 2.9, "4096 ulp"),
  row("sinh", [[-89, 89]], 3.4, "that of (exp(x) - exp(-x)) / 2"),
  row("cosh", [[-89, 89]], 3.4, "that of (exp(x) + exp(-x)) / 2"),
  row("tanh", [[-20, 20]], 1.1, "1e-5"),
  row("asinh", [ANY], 2.3, "that of log(x + sqrt(x x + 1))"),
  row("acosh", [[1, 3e38]], 1.6, "that of log(x + sqrt(x x - 1))"),
  row("atanh", [[-0.9999, 0.9999]], 3.1, "that of log((1 + x) / (1 - x)) / 2"),
  row("sigmoid", [[-85, 85]], 2.4),
  crossing("sigmoidBackward", [[-1, 1], [0, 1]], 1),
  crossing("tanhBackward", [[-1, 1], [-1, 1]], 0.8),
  crossing("logaddexp", [[-50, 50], [-50, 50]], 1.4),
  crossing("logaddexp2", [[-50, 50], [-50, 50]], 1.9),
  crossing("xlogy", [[-10, 10], [1e-3, 1e3]], 2.2),
  crossing("logit", [[0.001, 0.999]], 1.7),
  crossing("entr", [[1e-9, 10]], 1.9),
  row("sinc", [[-0.9, 0.9]], 2.8),
  row("erf", [[-7, 7]], 1),
  row("erfc", [[-7, 9]], 4.6),
  row("erfcx", [[-9, 1e9]], 3.1),
  crossing("erfinv", [[-0.99999, 0.99999]], 1.7),
  crossing("ndtri", [[1e-5, 0.99999]], 2.6),
  crossing("logNdtr", [[-35, 7]], 2.6),
  crossing("lgamma", [[1e-3, 30]], 13.1),
  crossing("digamma", [[1e-3, 1e6]], 4.6),
  crossing("igamma", [[0.01, 30], [0.01, 60]], 18.6),
  crossing("igammac", [[0.01, 30], [0.01, 60]], 17.7),
  row("zeta", [[1.1, 20], [0.05, 100]], 4.6),
  row("i0", [[-80, 80]], 7.7),
  row("i0e", [[-1e3, 1e3]], 6.9),
  row("i1", [[-80, 80]], 7.4),
  row("i1e", [[-1e3, 1e3]], 6.6),
  crossing("lerp", [[-1, 1], [-1, 1], [0, 1]], 1.1),
  crossing("addcmul", [[-1, 1], [-1, 1], [-1, 1]], 0.9),
  crossing("addcdiv", [[-1, 1], [-1, 1], [0.5, 2]], 1),
  crossing("addScaled", [[-1, 1], [-1, 1]], 2.5),
  crossing("squareBackward", [[-1e9, 1e9], [-1e9, 1e9]], 1),
  crossing("elu", [[-100, 100]], 1),
  crossing("eluBackward", [[-1, 1], [-80, 80]], 1.8),
  crossing("celu", [[-100, 100]], 1),
  crossing("selu", [[-100, 100]], 1.8),
  row("gelu", [[-12, 1e9]], 3.6),
  crossing("geluBackward", [[-1, 1], [-12, 100]], 3.1),
  row("geluTanh", [[-5, 1e9]], 25),
  crossing("geluTanhBackward", [[-1, 1], [-12, 100]], 10.9),
  row("silu", [[-80, 1e9]], 2.5),
  crossing("siluBackward", [[-1, 1], [-80, 80]], 5.3),
  row("mish", [[-80, 1e9]], 3.8),
  row("softplus", [[-40, 1e9]], 2.8),
  crossing("softplusBackward", [[-1, 1], [-40, 40]], 2.2),
  row("logsigmoid", [[-1e9, 80]], 3.2),
  crossing("tanhshrink", [[-10, 10]], 1.1),
  row("softsign", [[-1e9, 1e9]], 1.6),
  row("hardsigmoid", [[-2.9, 10]], 1.2),
  crossing("hardswish", [[-10, 10]], 1.8),
];

/** The table as Markdown. */
export function accuracyTable(): string {
  const interval = ([low, high]: Range) => `${low} to ${high}`;
  const cells = ACCURACY.map(({ op, ranges, bound, unit, wgsl }) => [
    op,
    ranges.map(interval).join("; "),
    String(bound),
    unit === "ulp" ? "ulp" : "2^-24 (1 + abs(y))",
    wgsl.replaceAll("|", "\\|"),
  ]);
  const head = ["function", "operands", "bound", "unit", "WGSL asks of its own"];
  const widths = head.map((title, k) => Math.max(title.length, ...cells.map((line) => line[k].length)));
  const line = (texts: readonly string[]) => `| ${texts.map((text, k) => text.padEnd(widths[k])).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}
