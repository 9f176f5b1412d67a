/**
 * Resilient backpropagation (Riedmiller and Braun 1993).
 *
 * @module
 */
import { add, mul } from "../../ops/binary.ts";
import { gt, lt } from "../../ops/compare.ts";
import { clamp } from "../../ops/extrema.ts";
import { where } from "../../ops/ternary.ts";
import { sign } from "../../ops/unary.ts";
import { ArgumentError } from "../../tensor/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentFull, persistentZeros } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { ParamGroup, ParamsLike, RpropOptions } from "./types.ts";

/** Resilient backpropagation, as `torch.optim.Rprop`: only the signs of gradients count. For full batches. */
export class Rprop extends PerParameterOptimizer<RpropOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<RpropOptions>, options: RpropOptions = {}) {
    super(params, {
      lr: 0.01,
      etas: [0.5, 1.2],
      stepSizes: [1e-6, 50],
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, etas: [minus, plus] }: Required<RpropOptions>): void {
    checkNonNegative("Rprop", { lr });
    if (!(minus > 0 && minus < 1 && plus > 1)) {
      throw new ArgumentError(`Rprop: expected etas with 0 < etas[0] < 1 < etas[1], got [${minus}, ${plus}]`);
    }
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<RpropOptions>>): void {
    const { etas: [minus, plus], stepSizes: [smallest, largest], maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      prev: persistentZeros(parameter),
      stepSize: persistentFull(parameter, group.lr),
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, { maximize, weightDecay: 0 });
    const agreement = sign(mul(direction, state.prev));
    const turned = lt(agreement, 0);
    const unchanged = add(agreement, 1);
    const factor = where(gt(agreement, 0), plus, where(turned, minus, unchanged));
    state.stepSize.copy_(clamp(mul(state.stepSize, factor), smallest, largest));
    // After a change of sign the parameter stays, and the next step takes any sign for agreement.
    const effective = where(turned, 0, direction);
    parameter.addcmul_(sign(effective), state.stepSize, { value: -1 });
    state.prev.copy_(effective);
  }
}
