/**
 * Adagrad (Duchi, Hazan and Singer 2011).
 *
 * @module
 */
import { add } from "../../ops/binary.ts";
import { sqrt } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentFull } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { AdagradOptions, ParamGroup, ParamsLike } from "./types.ts";

/** Adagrad, as `torch.optim.Adagrad`: p -= lr g / (sqrt(sum of g^2) + eps). */
export class Adagrad extends PerParameterOptimizer<AdagradOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<AdagradOptions>, options: AdagradOptions = {}) {
    super(params, {
      lr: 0.01,
      lrDecay: 0,
      weightDecay: 0,
      initialAccumulatorValue: 0,
      eps: 1e-10,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions(options: Required<AdagradOptions>): void {
    const { lr, lrDecay, weightDecay, initialAccumulatorValue, eps } = options;
    checkNonNegative("Adagrad", { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<AdagradOptions>>): void {
    const state = this.stateOf(parameter, () => ({
      step: 0,
      sum: persistentFull(parameter, group.initialAccumulatorValue),
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, group);
    state.sum.addcmul_(direction, direction);
    const rate = group.lr / (1 + (state.step - 1) * group.lrDecay);
    parameter.addcdiv_(direction, add(sqrt(state.sum), group.eps), { value: -rate });
  }
}
