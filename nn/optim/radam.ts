/**
 * RAdam: Adam with a rectified variance (Liu et al. 2020).
 *
 * @module
 */
import { add, div } from "../../ops/binary.ts";
import { sqrt } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkBetas, checkNonNegative, given } from "./options.ts";
import type { ParamGroup, ParamsLike, RAdamOptions } from "./types.ts";

/** Length of the simple moving average above which its variance is tractable; the paper has 4, PyTorch 5. */
const TRACTABLE_LENGTH = 5;

/** RAdam, as `torch.optim.RAdam`: no division by the variance before enough gradients were seen. */
export class RAdam extends PerParameterOptimizer<RAdamOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<RAdamOptions>, options: RAdamOptions = {}) {
    super(params, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...given(new.target, options) });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, betas, eps, weightDecay }: Required<RAdamOptions>): void {
    checkNonNegative("RAdam", { lr, eps, weightDecay });
    checkBetas("RAdam", betas);
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<RAdamOptions>>): void {
    const { lr, betas: [beta1, beta2], eps } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      expAvg: persistentZeros(parameter),
      expAvgSq: persistentZeros(parameter),
    }));
    const step = ++state.step;
    const direction = descentDirection(parameter, gradient, group);
    state.expAvg.mul_(beta1).add_(direction, { alpha: 1 - beta1 });
    state.expAvgSq.mul_(beta2).addcmul_(direction, direction, { value: 1 - beta2 });
    const rate = lr / (1 - beta1 ** step);
    const correction = 1 - beta2 ** step;
    const limit = 2 / (1 - beta2) - 1;
    const length = limit - 2 * step * beta2 ** step / correction;
    if (length <= TRACTABLE_LENGTH) {
      parameter.add_(state.expAvg, { alpha: -rate });
      return;
    }
    const rectification = Math.sqrt(
      (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length),
    );
    const denominator = add(sqrt(state.expAvgSq), eps);
    parameter.add_(div(state.expAvg, denominator), { alpha: -rate * rectification * Math.sqrt(correction) });
  }
}
