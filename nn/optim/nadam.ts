/**
 * NAdam: Adam with Nesterov momentum (Dozat 2016).
 *
 * @module
 */
import { add, div } from "../../ops/binary.ts";
import { sqrt } from "../../ops/unary.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { descentDirection, PerParameterOptimizer, persistentZeros } from "./optimizer.ts";
import { checkBetas, checkNonNegative, given } from "./options.ts";
import type { NAdamOptions, ParamGroup, ParamsLike } from "./types.ts";

/** Base of the momentum schedule: mu(t) = beta1 (1 - 0.96^(t momentumDecay) / 2), from Dozat's report. */
const SCHEDULE_BASE = 0.96;

/** PyTorch keeps the product of the momenta in a float32 tensor, whatever the dtype of the parameter. */
function singleProduct(product: number, factor: number): number {
  return Math.fround(product * Math.fround(factor));
}

/** NAdam, as `torch.optim.NAdam`. */
export class NAdam extends PerParameterOptimizer<NAdamOptions> {
  /** Options default to PyTorch's. */
  constructor(params: ParamsLike<NAdamOptions>, options: NAdamOptions = {}) {
    super(params, {
      lr: 0.002,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      momentumDecay: 0.004,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, betas, eps, weightDecay, momentumDecay }: Required<NAdamOptions>): void {
    checkNonNegative("NAdam", { lr, eps, weightDecay, momentumDecay });
    checkBetas("NAdam", betas);
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<NAdamOptions>>): void {
    const { lr, betas: [beta1, beta2], eps, momentumDecay } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      muProduct: 1,
      expAvg: persistentZeros(parameter),
      expAvgSq: persistentZeros(parameter),
    }));
    const step = ++state.step;
    const momentumAt = (t: number): number => beta1 * (1 - 0.5 * SCHEDULE_BASE ** (t * momentumDecay));
    const mu = momentumAt(step);
    const muNext = momentumAt(step + 1);
    const muProduct = state.muProduct = singleProduct(state.muProduct, mu);
    const direction = descentDirection(parameter, gradient, group);
    state.expAvg.mul_(beta1).add_(direction, { alpha: 1 - beta1 });
    state.expAvgSq.mul_(beta2).addcmul_(direction, direction, { value: 1 - beta2 });
    const denominator = add(sqrt(div(state.expAvgSq, 1 - beta2 ** step)), eps);
    parameter.addcdiv_(direction, denominator, { value: -lr * (1 - mu) / (1 - muProduct) });
    // PyTorch 1.13 has mu twice in this product (the report has it once); its numbers are kept.
    const muProductNext = singleProduct(singleProduct(muProduct, mu), muNext);
    parameter.addcdiv_(state.expAvg, denominator, { value: -lr * muNext / (1 - muProductNext) });
  }
}
