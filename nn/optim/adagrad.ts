/**
 * Adagrad (Duchi, Hazan and Singer 2011).
 *
 * @module
 */
import { add } from "../../ops/binary.ts";
import { sqrt } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  descentDirection,
  type ParamGroup,
  type ParamsLike,
  PerParameterOptimizer,
  persistentFull,
} from "./optimizer.ts";
import { checkNonNegative } from "./options.ts";

/** Options of {@linkcode Adagrad}. */
export interface AdagradOptions {
  /** Learning rate. Default: 0.01. */
  lr?: number;
  /** Decay of the learning rate: step t uses lr / (1 + (t - 1) lrDecay). Default: 0. */
  lrDecay?: number;
  /** L2 penalty. Default: 0. */
  weightDecay?: number;
  /** Where the sums of squares start. Default: 0. */
  initialAccumulatorValue?: number;
  /** Added to the denominator. Default: 1e-10. */
  eps?: number;
  /** Ascend instead of descend. Default: false. */
  maximize?: boolean;
}

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
      ...options,
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
