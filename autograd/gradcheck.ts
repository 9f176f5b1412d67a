/**
 * Comparing derivatives with finite differences.
 *
 * @module
 */
import { zerosLike } from "../ops/creation.ts";
import { rand, randn } from "../ops/random.ts";
import { ArgumentError, GradError } from "../tensor/errors.ts";
import { Generator } from "../tensor/generator.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor, unbox } from "../tensor/tensor.ts";
import { asList, leavesOf } from "../tensor/tree.ts";
import { BatchLevel } from "./batch.ts";
import type {
  CheckedFunction,
  GradcheckOptions,
  GradgradcheckOptions,
  JacobianTable,
  Matrix,
  Problem,
} from "./check_types.ts";
import { gradOrNull } from "./grad.ts";
import {
  directionalDifference,
  forwardJacobian,
  gradientsOf,
  numericJacobian,
  outputsOf,
  problemOf,
  reverseJacobian,
  tangentsOf,
} from "./jacobians.ts";

/** Derivatives that do not agree. */
export class GradcheckError extends GradError {
  /** Class name, as printed. */
  override readonly name: string = "GradcheckError";
}

/** Number of directions in the batches that are compared with loops. */
const BATCH = 3;
/** Rounding may differ between a batch and a loop. */
const BATCH_TOLERANCE = 1e-9;

type Settings = Required<GradcheckOptions>;

const DEFAULTS: Settings = {
  eps: 1e-6,
  atol: 1e-5,
  rtol: 1e-3,
  raiseException: true,
  nondetTol: 0,
  checkUndefinedGrad: true,
  checkGradDtypes: false,
  checkBatchedGrad: false,
  checkBatchedForwardGrad: false,
  checkForwardAD: false,
  checkBackwardAD: true,
  fastMode: false,
};

/** |a - b| <= atol + rtol |b|, with infinities equal to themselves; NaN is close to nothing. */
function isClose(a: number, b: number, atol: number, rtol: number): boolean {
  return a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b);
}

/** {@linkcode isClose} of what two runs gave, both of which may be NaN. */
function isSame(a: number, b: number, tolerance: number, relative: number = 0): boolean {
  return Object.is(a, b) || isClose(a, b, tolerance, relative);
}

function isCloseTo(a: Matrix, b: Matrix, atol: number, rtol: number): boolean {
  return a.data.every((value, k) => isClose(value, b.data[k], atol, rtol));
}

function formatMatrix({ rows, columns, data }: Matrix): string {
  const line = (row: number): string =>
    "  [" + Array.from(data.subarray(row * columns, (row + 1) * columns), (x) => x.toPrecision(6)).join(", ") + "]";
  return Array.from({ length: rows }, (_, row) => line(row)).join("\n");
}

function mismatch(
  mode: string,
  problem: Problem,
  o: number,
  i: number,
  analytic: Matrix,
  numeric: Matrix,
): GradcheckError {
  const output = outputsOf(problem)[o];
  const input = problem.inputs[i];
  const worst = analytic.data.reduce((max, a, k) => Math.max(max, Math.abs(a - numeric.data[k])), 0);
  const hint = input.dtype === "float64" ? "" : `; the input is ${input.dtype}: check in float64`;
  return new GradcheckError(
    `gradcheck: expected the ${mode} Jacobian of output ${problem.compared[o]} (${
      output.gradFn?.name ?? "no history"
    }, shape ${formatShape(output.shape)}) with respect to input ${problem.args.indexOf(input)} (shape ${
      formatShape(input.shape)
    }) to equal finite differences, got entries up to ${worst.toPrecision(3)} apart${hint}\nnumeric:\n${
      formatMatrix(numeric)
    }\nanalytic:\n${formatMatrix(analytic)}`,
  );
}

/** Throws at the first pair of matrices that differ. */
function compareTables(
  mode: string,
  problem: Problem,
  analytic: JacobianTable,
  numeric: JacobianTable,
  { atol, rtol }: Settings,
): void {
  analytic.forEach((row, o) =>
    row.forEach((matrix, i) => {
      if (!isCloseTo(matrix, numeric[o][i], atol, rtol)) throw mismatch(mode, problem, o, i, matrix, numeric[o][i]);
    })
  );
}

/** Checks that a second backward pass gives the same numbers. */
function checkDeterminism(first: JacobianTable, second: JacobianTable, nondetTol: number): void {
  first.forEach((row, o) =>
    row.forEach((matrix, i) => {
      if (matrix.data.every((value, k) => isSame(value, second[o][i].data[k], nondetTol))) return;
      throw new GradcheckError(
        `gradcheck: expected the backward pass to give the same numbers each time, got different ones for output ${o} ` +
          `with respect to input ${i}; pass nondetTol if that is intended\nfirst:\n${formatMatrix(matrix)}\nsecond:\n${
            formatMatrix(second[o][i])
          }`,
      );
    })
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** A random tensor like `x`, from a stream of the check's own. */
function randomLike(x: Tensor, generator: Generator, leading: readonly number[] = []): Tensor {
  return randn([...leading, ...x.shape], { dtype: x.dtype, generator });
}

/** A random direction of length 1 without negative entries, so that errors of one sign do not cancel. */
function directionLike(x: Tensor, generator: Generator): Tensor {
  const values = rand([...x.shape], { dtype: x.dtype, generator });
  return values.div(values.square().sum().sqrt());
}

/** Compares vᵀ J u for random u and v, per output and input; the full Jacobians tell where a mismatch lies. */
function checkProjections(problem: Problem, settings: Settings, generator: Generator): void {
  const { eps, atol, rtol } = settings;
  const weights = outputsOf(problem).map((output) => directionLike(output, generator));
  problem.inputs.forEach((input, i) => {
    const direction = directionLike(input, generator);
    const u = direction.read("gradcheck");
    const numeric = directionalDifference(problem, input, u, eps);
    const tangents = settings.checkForwardAD ? tangentsOf(problem, input, direction) : [];
    // The differences wrote to the input, which outputs from before may have saved.
    outputsOf(problem).forEach((output, o) => {
      const v = weights[o].read("gradcheck");
      const expected = dot(numeric[o], v);
      // Each entry of J may be off by atol; the sum of u and v says how much of it a projection sees.
      const tolerance = atol * total(u) * total(v);
      const compare = (mode: string, value: number, jacobian: () => JacobianTable): void => {
        if (isClose(value, expected, tolerance, rtol)) return;
        throw mismatch(mode, problem, o, i, jacobian()[o][i], numericJacobian(problem, eps)[o][i]);
      };
      if (settings.checkForwardAD) {
        const tangent = tangents[o];
        compare(
          "forward-mode",
          tangent === null ? 0 : dot(tangent.read("gradcheck"), v),
          () => forwardJacobian(problem),
        );
      }
      if (settings.checkBackwardAD) {
        const [gradient] = gradientsOf([output], [input], [weights[o]]);
        const value = gradient === null ? 0 : dot(gradient.detach().read("gradcheck"), u);
        compare("reverse-mode", value, () => reverseJacobian(problem, outputsOf(problem)));
      }
    });
  });
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, x) => sum + x, 0);
}

/** Compares gradients, where null stands for zeros. */
function isSameGradient(a: MaybeTensor, b: MaybeTensor, tolerance: number): boolean {
  const [x, y] = [a, b].map((g) => g === null ? null : g.detach().read("gradcheck"));
  const length = x?.length ?? y?.length ?? 0;
  return Array.from({ length }, (_, k) => k).every((k) => isSame(x?.[k] ?? 0, y?.[k] ?? 0, tolerance, tolerance));
}

/** An output that takes no gradient must count as one whose gradient is zeros. */
function checkUndefined(problem: Problem, generator: Generator): void {
  const outputs = outputsOf(problem).filter((output) => output.requiresGrad);
  if (outputs.length < 2) return;
  const cotangents = outputs.map((output) => randomLike(output, generator));
  const { inputs } = problem;
  for (const only of outputs.keys()) {
    for (const kept of [[only], [...outputs.keys()].filter((o) => o !== only)]) {
      const missing = gradientsOf(kept.map((o) => outputs[o]), inputs, kept.map((o) => cotangents[o]));
      const zeroed = cotangents.map((g, o) => kept.includes(o) ? g : zerosLike(g));
      const explicit = gradientsOf(outputs, inputs, zeroed);
      const wrong = missing.findIndex((gradient, i) => !isSameGradient(gradient, explicit[i], BATCH_TOLERANCE));
      if (wrong < 0) continue;
      throw new GradcheckError(
        `gradcheck: expected an output without a gradient to count as one with zeros, got another gradient for input ` +
          `${wrong} with gradients for outputs ${kept.join(", ")} only; handle null in backward()`,
      );
    }
  }
}

/** Gradients must come in the dtypes of their inputs. */
function checkDTypes(problem: Problem, generator: Generator): void {
  const outputs = outputsOf(problem);
  const gradients = gradientsOf(outputs, problem.inputs, outputs.map((output) => randomLike(output, generator)));
  gradients.forEach((gradient, i) => {
    const { dtype } = problem.inputs[i];
    if (gradient === null || gradient.dtype === dtype) return;
    throw new GradcheckError(`gradcheck: expected a gradient of ${dtype} for input ${i}, got ${gradient.dtype}`);
  });
}

function batchMismatch(mode: string, problem: Problem, o: number, i: number): GradcheckError {
  return new GradcheckError(
    `gradcheck: expected ${mode} of a batch to equal the same one by one, got other numbers for output ` +
      `${problem.compared[o]} with respect to input ${
        problem.args.indexOf(problem.inputs[i])
      }; check the vmap rule of ` +
      `${outputsOf(problem)[o].gradFn?.name ?? "the function"}`,
  );
}

/** A batch of cotangents in one pass against a loop. */
function checkBatchedReverse(problem: Problem, generator: Generator): void {
  const { inputs } = problem;
  outputsOf(problem).forEach((output, o) => {
    if (!output.requiresGrad) return;
    const cotangents = randomLike(output, generator, [BATCH]);
    const batched = gradientsOf([output], inputs, [cotangents], true);
    for (let b = 0; b < BATCH; b++) {
      const single = gradientsOf([output], inputs, [cotangents.select(0, b)]);
      single.forEach((gradient, i) => {
        const part = batched[i]?.detach().select(0, b) ?? null;
        if (!isSameGradient(part, gradient, BATCH_TOLERANCE)) throw batchMismatch("the backward pass", problem, o, i);
      });
    }
  });
}

/** A batch of tangents in one run against a loop. */
function checkBatchedForward(problem: Problem, generator: Generator): void {
  problem.inputs.forEach((input, i) => {
    const directions = randomLike(input, generator, [BATCH]);
    const level = new BatchLevel(BATCH);
    const batched = level.run(() =>
      tangentsOf(problem, input, level.batched(directions)).map((t) => t?.level === level ? unbox(t) : t)
    );
    for (let b = 0; b < BATCH; b++) {
      tangentsOf(problem, input, directions.select(0, b)).forEach((tangent, o) => {
        const whole = batched[o];
        // A tangent that does not depend on the direction has no batch axis.
        const part = whole !== null && tangent !== null && whole.ndim > tangent.ndim ? whole.select(0, b) : whole;
        if (!isSameGradient(part, tangent, BATCH_TOLERANCE)) throw batchMismatch("forward mode", problem, o, i);
      });
    }
  });
}

function check(problem: Problem, settings: Settings): void {
  const generator = new Generator(0);
  if (settings.fastMode) checkProjections(problem, settings, generator);
  else {
    const numeric = numericJacobian(problem, settings.eps);
    if (settings.checkForwardAD) {
      compareTables("forward-mode", problem, forwardJacobian(problem), numeric, settings);
    }
    if (settings.checkBackwardAD) {
      const outputs = outputsOf(problem);
      const reverse = reverseJacobian(problem, outputs);
      compareTables("reverse-mode", problem, reverse, numeric, settings);
      checkDeterminism(reverse, reverseJacobian(problem, outputs), settings.nondetTol);
    }
  }
  if (settings.checkBatchedForwardGrad) checkBatchedForward(problem, generator);
  if (!settings.checkBackwardAD) return;
  if (settings.checkBatchedGrad) checkBatchedReverse(problem, generator);
  if (settings.checkUndefinedGrad) checkUndefined(problem, generator);
  if (settings.checkGradDtypes) checkDTypes(problem, generator);
}

/**
 * Compares the derivatives of `f` at `inputs` with central differences. True if they agree.
 *
 * ```ts
 * import { gradcheck, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([0.5, -1.5], { dtype: "float64", requiresGrad: true });
 * assert(gradcheck((x: Tensor) => x.sin().mul(x), x, { checkForwardAD: true }));
 * ```
 *
 * @param f A function of the inputs; its floating-point output tensors, in any tree, are checked.
 * @param inputs One argument or an array of them. Those that require grad are differentiated: float64 tensors, or the
 * differences drown in rounding.
 * @throws GradcheckError with the output, the input and both Jacobians where they differ, unless `raiseException` is false.
 */
export function gradcheck(f: CheckedFunction, inputs: unknown, options: GradcheckOptions = {}): boolean {
  const settings = { ...DEFAULTS, ...options };
  if (!settings.checkForwardAD && !settings.checkBackwardAD) {
    throw new ArgumentError("gradcheck: expected checkForwardAD or checkBackwardAD to be true, got false for both");
  }
  const problem = problemOf(f, asList(inputs));
  if (problem.inputs.length === 0) {
    throw new ArgumentError(
      'gradcheck: expected an input that requires grad, got none; make it with { dtype: "float64", requiresGrad: true }',
    );
  }
  if (problem.compared.length === 0 && leavesOf(f(...problem.args)).length === 0) {
    throw new ArgumentError("gradcheck: expected a function that returns tensors, got one that returns none");
  }
  try {
    check(problem, settings);
    return true;
  } catch (error) {
    if (settings.raiseException || !(error instanceof GradcheckError)) throw error;
    return false;
  }
}

/**
 * {@linkcode gradcheck} of the gradient of `f`: compares second derivatives with central differences of the first.
 *
 * ```ts
 * import { gradgradcheck, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([0.5, -1.5], { dtype: "float64", requiresGrad: true });
 * assert(gradgradcheck((x: Tensor) => x.sin().mul(x), x));
 * ```
 *
 * @throws GradcheckError where they differ, unless `raiseException` is false.
 */
export function gradgradcheck(f: CheckedFunction, inputs: unknown, options: GradgradcheckOptions = {}): boolean {
  const { gradOutputs, ...settings } = options;
  const problem = problemOf(f, asList(inputs));
  const generator = new Generator(0);
  const cotangents = gradOutputs === undefined
    ? outputsOf(problem).map((output) => randomLike(output, generator).requiresGrad_())
    : leavesOf(gradOutputs);
  const count = problem.args.length;
  const gradient = (...args: unknown[]): Tensor[] => {
    const outputs = outputsOf({ ...problem, args: args.slice(0, count) });
    const wanted = args.slice(0, count).filter((x, i): x is Tensor =>
      x instanceof Tensor && problem.inputs.includes(problem.args[i] as Tensor)
    );
    const gradients = gradOrNull(outputs, wanted, {
      // The arguments behind those of `f` are the cotangents.
      gradOutputs: args.slice(count) as Tensor[],
      createGraph: true,
      allowUnused: true,
    });
    return gradients.map((g, i) => g ?? zerosLike(wanted[i]));
  };
  return gradcheck(gradient, [...problem.args, ...cotangents], settings);
}
