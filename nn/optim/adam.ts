/**
 * Adam and AdamW (Kingma and Ba 2015, Loshchilov and Hutter 2019).
 *
 * @module
 */
import { contiguous } from "../../ops/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { PerParameterOptimizer, persistentZeros, updateInPlace } from "./optimizer.ts";
import { checkBetas, checkNonNegative, given } from "./options.ts";
import type { AdamState } from "./state_types.ts";
import type { AdamOptions, ParamGroup, ParamsLike } from "./types.ts";

/**
 * Adam, as `torch.optim.Adam`; one fused kernel per parameter.
 *
 * ```ts
 * import { manualSeed, nn, ones, optim } from "@dualtape/dualtape";
 * import { assert } from "@std/assert";
 *
 * manualSeed(0);
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
 * const loss = () => model.call(ones([1, 2])).square().sum();
 * const before = loss().item();
 * for (let step = 0; step < 10; step++) {
 *   optimizer.zeroGrad();
 *   loss().backward();
 *   optimizer.step();
 * }
 * assert(loss().item() < before);
 * ```
 */
export class Adam extends PerParameterOptimizer<AdamOptions> {
  /** Whether decay acts on the parameter itself instead of the gradient. */
  protected readonly decoupled: boolean = false;

  /** `params` are tensors, or groups of them with options of their own. */
  constructor(params: ParamsLike<AdamOptions>, options: AdamOptions = {}) {
    super(params, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions({ lr, betas, eps, weightDecay }: Required<AdamOptions>): void {
    checkNonNegative(this.constructor.name, { lr, eps, weightDecay });
    checkBetas(this.constructor.name, betas);
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<AdamOptions>>): void {
    const state = this.stateOf(parameter, (): AdamState => ({
      step: 0,
      expAvg: persistentZeros(parameter),
      expAvgSq: persistentZeros(parameter),
      maxExpAvgSq: group.amsgrad ? persistentZeros(parameter) : null,
    }));
    state.step++;
    const direction = contiguous(gradient);
    const { expAvg, expAvgSq, maxExpAvgSq, step } = state;
    const { lr, betas: [beta1, beta2], eps, weightDecay, maximize } = group;
    const options = { lr, beta1, beta2, eps, weightDecay, decoupled: this.decoupled, maximize, step };
    updateInPlace(
      parameter,
      (dense) => dense.storage.backend.adam(dense, direction, expAvg, expAvgSq, maxExpAvgSq, options),
    );
  }
}

/** Adam with decoupled weight decay, as `torch.optim.AdamW`. */
export class AdamW extends Adam {
  /** Weight decay shrinks the parameters, apart from the gradient. */
  protected override readonly decoupled: boolean = true;

  /** `params` are tensors, or groups of them with options of their own. */
  constructor(params: ParamsLike<AdamOptions>, options: AdamOptions = {}) {
    super(params, { weightDecay: 0.01, ...given(new.target, options) });
  }
}
