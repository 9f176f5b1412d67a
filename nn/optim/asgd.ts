/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992; the schedule is Bottou's).
 *
 * @module
 */
import { mul, sub } from "../../ops/binary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { ASGDOptions, ParamGroup, ParamsLike } from "./types.ts";

/** Averaged stochastic gradient descent, as `torch.optim.ASGD`; the average is `state.get(parameter).ax`. */
export class ASGD extends PerParameterOptimizer<ASGDOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<ASGDOptions>, options: ASGDOptions = {}) {
    super(params, {
      lr: 0.01,
      lambd: 1e-4,
      alpha: 0.75,
      t0: 1e6,
      weightDecay: 0,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, weightDecay }: Required<ASGDOptions>): void {
    checkNonNegative("ASGD", { lr, weightDecay });
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<ASGDOptions>>): void {
    const { lr, lambd, alpha, t0 } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      eta: Math.fround(lr),
      mu: 1,
      ax: persistentZeros(parameter),
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, group);
    parameter.mul_(1 - lambd * state.eta).add_(direction, { alpha: -state.eta });
    if (state.mu === 1) state.ax.copy_(parameter);
    else state.ax.add_(mul(sub(parameter, state.ax), state.mu));
    // PyTorch keeps both in float32 tensors, whatever the dtype of the parameter.
    state.eta = Math.fround(lr / (1 + lambd * lr * state.step) ** alpha);
    state.mu = Math.fround(1 / Math.max(1, state.step - t0));
  }
}
