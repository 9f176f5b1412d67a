/**
 * Adadelta (Zeiler 2012).
 *
 * @module
 */
import { add, div, mul } from "../../ops/binary.ts";
import { sqrt } from "../../ops/unary.ts";
import { ArgumentError } from "../../tensor/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { AdadeltaOptions, ParamGroup, ParamsLike } from "./types.ts";

/** Adadelta, as `torch.optim.Adadelta`: steps scaled by the ratio of the averages of past steps and gradients. */
export class Adadelta extends PerParameterOptimizer<AdadeltaOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...given(new.target, options) });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, rho, eps, weightDecay }: Required<AdadeltaOptions>): void {
    checkNonNegative("Adadelta", { lr, eps, weightDecay });
    if (!(rho >= 0 && rho <= 1)) throw new ArgumentError(`Adadelta: expected rho in [0, 1], got ${rho}`);
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<AdadeltaOptions>>): void {
    const { lr, rho, eps } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      squareAvg: persistentZeros(parameter),
      accDelta: persistentZeros(parameter),
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, group);
    state.squareAvg.mul_(rho).addcmul_(direction, direction, { value: 1 - rho });
    const ratio = div(sqrt(add(state.accDelta, eps)), sqrt(add(state.squareAvg, eps)));
    const delta = mul(ratio, direction);
    state.accDelta.mul_(rho).addcmul_(delta, delta, { value: 1 - rho });
    parameter.add_(delta, { alpha: -lr });
  }
}
