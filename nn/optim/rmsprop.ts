/**
 * RMSprop (Hinton, Neural Networks for Machine Learning, lecture 6; centred: Graves 2013).
 *
 * @module
 */
import { add } from "../../ops/binary.ts";
import { addcmul } from "../../ops/ternary.ts";
import { sqrt } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { RMSpropState } from "./state_types.ts";
import type { ParamGroup, ParamsLike, RMSpropOptions } from "./types.ts";

/** RMSprop, as `torch.optim.RMSprop`: gradients divided by a running root mean square. */
export class RMSprop extends PerParameterOptimizer<RMSpropOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(params, {
      lr: 0.01,
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0,
      centered: false,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, alpha, eps, weightDecay, momentum }: Required<RMSpropOptions>): void {
    checkNonNegative("RMSprop", { lr, alpha, eps, weightDecay, momentum });
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<RMSpropOptions>>): void {
    const { lr, alpha, eps, momentum } = group;
    const state = this.stateOf(parameter, (): RMSpropState => ({
      step: 0,
      squareAvg: persistentZeros(parameter),
      gradAvg: group.centered ? persistentZeros(parameter) : null,
      momentumBuffer: momentum > 0 ? persistentZeros(parameter) : null,
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, group);
    state.squareAvg.mul_(alpha).addcmul_(direction, direction, { value: 1 - alpha });
    let variance = state.squareAvg;
    if (state.gradAvg !== null) {
      state.gradAvg.mul_(alpha).add_(direction, { alpha: 1 - alpha });
      variance = addcmul(variance, state.gradAvg, state.gradAvg, { value: -1 });
    }
    const deviation = add(sqrt(variance), eps);
    if (state.momentumBuffer === null) parameter.addcdiv_(direction, deviation, { value: -lr });
    else parameter.add_(state.momentumBuffer.mul_(momentum).addcdiv_(direction, deviation), { alpha: -lr });
  }
}
