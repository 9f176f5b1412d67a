/**
 * Limited-memory BFGS (Liu and Nocedal 1989).
 *
 * @module
 */
import { enableGrad, noGrad } from "../../autograd/modes.ts";
import { add, mul, sub } from "../../ops/binary.ts";
import { zerosLike } from "../../ops/creation.ts";
import { cat } from "../../ops/join.ts";
import { dot } from "../../ops/matmul.ts";
import { amax } from "../../ops/max_min.ts";
import { sum } from "../../ops/reduce.ts";
import { clone, reshape } from "../../ops/shape.ts";
import { narrow } from "../../ops/slicing.ts";
import { abs, neg } from "../../ops/unary.ts";
import { ArgumentError } from "../../tensor/errors.ts";
import { outsideScopes } from "../../tensor/scope.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tidy } from "../../tensor/tidy.ts";
import { gradientOf, Optimizer } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { LBFGSState } from "./state_types.ts";
import { strongWolfe } from "./strong_wolfe.ts";
import type { LBFGSOptions, ParamsLike } from "./types.ts";

/** Curvature pairs with a smaller y . s are left out, so that the approximation stays positive definite. */
const MINIMAL_CURVATURE = 1e-10;

/** Largest magnitude in a flat tensor. */
function largest(flat: Tensor): number {
  return amax(abs(flat)).item();
}

/** Limited-memory BFGS, as `torch.optim.LBFGS`. One group of parameters; a step evaluates the closure several times. */
export class LBFGS extends Optimizer<LBFGSOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<LBFGSOptions>, options: LBFGSOptions = {}) {
    super(params, {
      lr: 1,
      maxIter: 20,
      maxEval: null,
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
      ...given(new.target, options),
    });
    if (this.paramGroups.length !== 1) {
      throw new ArgumentError(`LBFGS: expected one group of parameters, got ${this.paramGroups.length}`);
    }
  }

  /** Throws on options out of range. */
  protected override checkOptions(options: Required<LBFGSOptions>): void {
    const { lr, maxIter, toleranceGrad, toleranceChange, historySize, lineSearchFn } = options;
    checkNonNegative("LBFGS", { lr, maxIter, toleranceGrad, toleranceChange, historySize });
    if (lineSearchFn !== null && lineSearchFn !== "strong_wolfe") {
      throw new ArgumentError(`LBFGS: expected lineSearchFn "strong_wolfe" or null, got ${lineSearchFn}`);
    }
  }

  /**
   * One step of up to `maxIter` iterations.
   *
   * @param closure Clears the gradients, computes the loss, calls `backward()` and returns the loss.
   * @returns The loss before the step.
   * @throws ArgumentError without a closure.
   */
  override step(closure?: () => Tensor): Tensor {
    if (typeof closure !== "function") throw new ArgumentError("LBFGS: expected step(closure), got no closure");
    // What the closure makes is the caller's, so it stays out of the scope of the step.
    const evaluate = (): Tensor => outsideScopes(() => enableGrad(closure));
    return noGrad(() => {
      const loss = evaluate();
      tidy(() => this.#iterate(loss.read("LBFGS")[0], () => evaluate().item()));
      return loss;
    });
  }

  #iterate(firstLoss: number, evaluate: () => number): void {
    // The group was completed with the defaults when it was added.
    const options = this.paramGroups[0] as Required<LBFGSOptions>;
    const { lr, maxIter, toleranceGrad, toleranceChange } = options;
    const maxEval = options.maxEval ?? Math.floor(maxIter * 5 / 4);
    const state = this.#state();
    let loss = firstLoss;
    let evaluations = 1;
    state.funcEvals++;
    let gradient = this.#flatGradient();
    if (largest(gradient) <= toleranceGrad) return;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      state.nIter++;
      const isFirst = state.nIter === 1;
      const direction = isFirst ? neg(gradient) : this.#direction(state, gradient, options.historySize);
      state.d = remember(state.d, direction);
      state.prevFlatGrad = remember(state.prevFlatGrad, gradient);
      const previousLoss = state.prevLoss = loss;
      state.t = (isFirst ? Math.min(1, 1 / sum(abs(gradient)).item()) : 1) * lr;
      const slope = dot(gradient, direction).item();
      if (slope > -toleranceChange) break;

      let used = 0;
      if (options.lineSearchFn === "strong_wolfe") {
        const start = { t: 0, loss, gradient, slope };
        const along = this.#alongLine(direction, evaluate);
        const { point, evaluations: searched } = strongWolfe(along, direction, start, state.t, toleranceChange);
        ({ t: state.t, loss, gradient } = point);
        used = searched;
        this.#move(direction, state.t);
      } else {
        this.#move(direction, state.t);
        if (iteration < maxIter) {
          loss = evaluate();
          gradient = this.#flatGradient();
          used = 1;
        }
      }
      evaluations += used;
      state.funcEvals += used;
      if (
        evaluations >= maxEval || largest(gradient) <= toleranceGrad ||
        largest(direction) * Math.abs(state.t) <= toleranceChange || Math.abs(loss - previousLoss) < toleranceChange
      ) break;
    }
  }

  #state(): LBFGSState {
    return this.stateOf(this.paramGroups[0].params[0], (): LBFGSState => ({
      funcEvals: 0,
      nIter: 0,
      t: 0,
      d: null,
      prevFlatGrad: null,
      prevLoss: 0,
      oldDirs: [],
      oldStps: [],
      ro: [],
      hDiag: 1,
    }));
  }

  /** Updates the history by the last iteration and gives -H g by the two-loop recursion. */
  #direction(state: LBFGSState, gradient: Tensor, historySize: number): Tensor {
    const { oldDirs, oldStps, ro } = state;
    const y = sub(gradient, state.prevFlatGrad!);
    const s = mul(state.d!, state.t);
    const ys = dot(y, s).item();
    if (ys > MINIMAL_CURVATURE) {
      if (oldDirs.length === historySize) { for (const list of [oldDirs, oldStps, ro]) list.shift(); }
      oldDirs.push(outsideScopes(() => clone(y)));
      oldStps.push(outsideScopes(() => clone(s)));
      ro.push(1 / ys);
      state.hDiag = ys / dot(y, y).item();
    }
    const weights: number[] = [];
    let q = neg(gradient);
    for (let i = oldDirs.length - 1; i >= 0; i--) {
      weights[i] = dot(oldStps[i], q).item() * ro[i];
      q = add(q, oldDirs[i], { alpha: -weights[i] });
    }
    let direction = mul(q, state.hDiag);
    for (const [i, step] of oldStps.entries()) {
      const weight = weights[i] - dot(oldDirs[i], direction).item() * ro[i];
      direction = add(direction, step, { alpha: weight });
    }
    return direction;
  }

  /** The gradients of all parameters in one axis; zeros where there is none. */
  #flatGradient(): Tensor {
    return cat(this.paramGroups[0].params.map((parameter) => {
      const gradient = gradientOf(parameter);
      return gradient === null ? zerosLike(reshape(parameter, [-1])) : reshape(gradient, [-1]);
    }));
  }

  /** Moves the parameters `length` times along a flat direction. */
  #move(direction: Tensor, length: number): void {
    let offset = 0;
    for (const parameter of this.paramGroups[0].params) {
      const part = narrow(direction, 0, offset, parameter.numel);
      parameter.add_(reshape(part, parameter.shape), { alpha: length });
      offset += parameter.numel;
    }
  }

  /** The loss and its gradient at distances along a line that starts at the present parameters, which stay. */
  #alongLine(direction: Tensor, evaluate: () => number): (t: number) => { loss: number; gradient: Tensor } {
    const { params } = this.paramGroups[0];
    const origin = params.map((parameter) => clone(parameter));
    return (t) => {
      this.#move(direction, t);
      const loss = evaluate();
      const gradient = this.#flatGradient();
      params.forEach((parameter, i) => parameter.copy_(origin[i]));
      return { loss, gradient };
    };
  }
}

/** Copies `values` into the memory of `kept`, or into new memory that outlives scopes. */
function remember(kept: Tensor | null, values: Tensor): Tensor {
  return kept === null ? outsideScopes(() => clone(values)) : kept.copy_(values);
}
