/**
 * Stochastic gradient descent.
 *
 * @module
 */
import { ArgumentError } from "../../tensor/errors.ts";
import { contiguous } from "../../ops/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { PerParameterOptimizer, persistentLike, updateInPlace } from "./optimizer.ts";
import { checkNonNegative, given } from "./options.ts";
import type { ParamGroup, ParamsLike, SGDOptions } from "./types.ts";

/**
 * Stochastic gradient descent with momentum, as `torch.optim.SGD`.
 *
 * ```ts
 * import { optim, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1.5], { requiresGrad: true });
 * const optimizer = new optim.SGD([x], { lr: 0.25 });
 * x.square().backward();
 * optimizer.step();
 * assertEquals(x.item(), 0.75);
 * ```
 */
export class SGD extends PerParameterOptimizer<SGDOptions> {
  /** `params` are tensors, or groups of them with options of their own. */
  constructor(params: ParamsLike<SGDOptions>, options: SGDOptions) {
    super(params, {
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
      ...given(new.target, options),
    });
  }

  /** Throws on options out of range. */
  protected override checkOptions(options: Required<SGDOptions>): void {
    const { lr, momentum, weightDecay, nesterov, dampening } = options;
    checkNonNegative("SGD", { lr, momentum, weightDecay });
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new ArgumentError("SGD: expected a positive momentum and no dampening with nesterov");
    }
  }

  /** Changes one parameter by its gradient. */
  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<SGDOptions>>): void {
    const state = this.stateOf(parameter, (): { momentumBuffer: Tensor | null } => ({ momentumBuffer: null }));
    const first = state.momentumBuffer === null;
    if (group.momentum !== 0 && first) state.momentumBuffer = persistentLike(parameter);
    const direction = contiguous(gradient);
    const buffer = group.momentum === 0 ? null : state.momentumBuffer;
    updateInPlace(parameter, (dense) => dense.storage.backend.sgd(dense, direction, buffer, { ...group, first }));
  }
}
