/**
 * Adamax, the variant of Adam on the infinity norm (Kingma and Ba 2015).
 *
 * @module
 */
import { add } from "../../ops/binary.ts";
import { maximum } from "../../ops/extrema.ts";
import { abs } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkBetas, checkNonNegative, given } from "./options.ts";
import type { AdamaxOptions, ParamGroup, ParamsLike } from "./types.ts";

/** Adamax, as `torch.optim.Adamax`. */
export class Adamax extends PerParameterOptimizer<AdamaxOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<AdamaxOptions>, options: AdamaxOptions = {}) {
    super(params, {
      lr: 0.002,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, betas, eps, weightDecay }: Required<AdamaxOptions>): void {
    checkNonNegative("Adamax", { lr, eps, weightDecay });
    checkBetas("Adamax", betas);
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<AdamaxOptions>>): void {
    const { lr, betas: [beta1, beta2], eps } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      expAvg: persistentZeros(parameter),
      expInf: persistentZeros(parameter),
    }));
    state.step++;
    const direction = descentDirection(parameter, gradient, group);
    state.expAvg.mul_(beta1).add_(direction, { alpha: 1 - beta1 });
    state.expInf.copy_(maximum(state.expInf.mul_(beta2), add(abs(direction), eps)));
    parameter.addcdiv_(state.expAvg, state.expInf, { value: -lr / (1 - beta1 ** state.step) });
  }
}
