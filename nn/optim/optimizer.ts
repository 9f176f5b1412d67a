/**
 * The base classes of optimizers.
 *
 * @module
 */
import { enableGrad, noGrad } from "../../autograd/modes.ts";
import { beginOp } from "../../runtime/heap.ts";
import { cast } from "../../ops/cast.ts";
import { add } from "../../ops/binary.ts";
import { contiguous } from "../../ops/shape.ts";
import { neg } from "../../ops/unary.ts";
import { checkFunction, checkTensor, refused } from "../../tensor/arguments.ts";
import { ArgumentError, GradError, ShapeError } from "../../tensor/errors.ts";
import { closeScope, disposeSince, openScope, outsideScopes } from "../../tensor/scope.ts";
import { checkUsable, empty, Tensor } from "../../tensor/tensor.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { mapTree } from "../../tensor/tree.ts";
import { listOf } from "../parameter.ts";
import { given } from "./options.ts";
import type { OptimizerState, ParamGroup, ParamsLike, ParamState } from "./types.ts";

/** An optimizer: changes parameters by their gradients. */
export abstract class Optimizer<O extends object = { lr?: number }> {
  /** The groups; options may be changed between steps, as learning-rate schedules do. */
  readonly paramGroups: ParamGroup<O>[] = [];
  /** What the optimizer remembers of each parameter. */
  readonly state: Map<Tensor, ParamState> = new Map();

  /**
   * Puts the parameters into groups.
   *
   * @param params Leaf tensors, or groups `{ params, ...options }` of them.
   * @param defaults Options of groups that do not give their own.
   * @throws ArgumentError for no parameters, one parameter twice, or options out of range.
   * @throws GradError for a tensor that is no leaf.
   */
  constructor(params: ParamsLike<O>, readonly defaults: Required<O>) {
    const list = listOf<Tensor | ({ params: Iterable<Tensor> } & Partial<O>)>(this.constructor.name, params);
    if (list.length === 0) throw new ArgumentError(`${this.constructor.name}: expected parameters, got none`);
    const groups = list[0] instanceof Tensor ? [{ params: list as Tensor[] }] : list as { params: Iterable<Tensor> }[];
    for (const group of groups) this.addParamGroup(group as { params: Iterable<Tensor> } & Partial<O>);
  }

  /** Adds parameters with options of their own. */
  addParamGroup(group: { params: Iterable<Tensor> } & Partial<O>): void {
    const name = this.constructor.name;
    if (typeof Object(group?.params)[Symbol.iterator] !== "function") {
      throw refused(name, "tensors or { params: [...] } as parameters", group);
    }
    const params = group.params instanceof Tensor ? [group.params] : [...group.params];
    const known = new Set(this.paramGroups.flatMap((g) => g.params));
    for (const p of params) {
      checkTensor(name, p, "tensors as parameters");
      if (!p.isLeaf) throw new GradError(`${name}: expected leaf tensors as parameters, got the result of an op`);
      if (known.has(p)) throw new ArgumentError(`${name}: expected each parameter in one group, got one twice`);
      known.add(p);
    }
    const full: ParamGroup<Required<O>> = { ...this.defaults, ...given({ name }, group), params };
    this.checkOptions(full);
    this.paramGroups.push(full);
  }

  /** Throws {@linkcode ArgumentError} for options out of range. */
  protected abstract checkOptions(options: Required<O>): void;

  /** Throws if a saved state does not fit its parameter. */
  protected checkState(_parameter: Tensor, _state: ParamState): void {}

  /** One step. With a closure: recomputes the loss first and returns it. */
  abstract step(closure?: () => Tensor): Tensor | null;

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.paramGroups) for (const parameter of params) parameter.grad = null;
  }

  /** The state of a parameter; `make` creates it at the first step, outside the scopes around it. */
  protected stateOf<S extends ParamState>(parameter: Tensor, make: () => S): S {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = outsideScopes(make);
      this.state.set(parameter, state);
    }
    // Each optimizer reads only what its own `make` wrote.
    return state as S;
  }

  /** Everything needed to go on later: state by parameter number, and the options of the groups. Copies no tensor. */
  stateDict(): OptimizerState<O> {
    const numbers = new Map(this.paramGroups.flatMap((g) => g.params).map((p, i) => [p, i]));
    return {
      state: Object.fromEntries([...this.state].map(([p, s]) => [numbers.get(p)!, { ...s }])),
      paramGroups: this.paramGroups.map((group) => ({ ...group, params: group.params.map((p) => numbers.get(p)!) })),
    };
  }

  /**
   * Takes over a copy of what {@linkcode stateDict} gave, for parameters in the same order; tensors take the dtype of
   * their parameter.
   *
   * @throws ArgumentError when the groups have other numbers of parameters or other options.
   */
  loadStateDict(saved: OptimizerState<O>): void {
    if (!Array.isArray(saved?.paramGroups)) {
      throw refused("loadStateDict", "what stateDict() gave", saved);
    }
    const sizes = (groups: readonly { params: readonly unknown[] }[]): string =>
      groups.map((g) => g.params.length).join();
    if (sizes(saved.paramGroups) !== sizes(this.paramGroups)) {
      throw new ArgumentError(
        `loadStateDict: expected groups of ${sizes(this.paramGroups)} parameters, got ${sizes(saved.paramGroups)}`,
      );
    }
    for (const option in this.defaults) {
      if (saved.paramGroups.every((group) => option in group)) continue;
      throw refused("loadStateDict", `${option} among the options`, undefined);
    }
    const all = this.paramGroups.flatMap((g) => g.params);
    for (const [number, state] of Object.entries(saved.state)) {
      if (all[Number(number)] === undefined) throw refused("loadStateDict", "numbers of parameters", number);
      this.checkState(all[Number(number)], state);
    }
    saved.paramGroups.forEach(({ params: _, ...options }, i) => Object.assign(this.paramGroups[i], options));
    this.state.clear();
    for (const [number, state] of Object.entries(saved.state)) {
      const parameter = all[Number(number)];
      this.state.set(parameter, mapTree(state, (tensor) => persistentCopy(tensor, parameter)));
    }
  }
}

/** An optimizer that changes each parameter by its own gradient alone. */
export abstract class PerParameterOptimizer<O extends object> extends Optimizer<O> {
  /** Throws {@linkcode ShapeError} for tensors of another shape: kernels read them beside the parameter. */
  protected override checkState({ shape }: Tensor, state: ParamState): void {
    for (const [name, value] of Object.entries(state)) {
      if (!(value instanceof Tensor) || sameShape(value.shape, shape)) continue;
      throw new ShapeError(
        `loadStateDict(${name}): expected the shape of the parameter, ${formatShape(shape)}, got ${
          formatShape(value.shape)
        }`,
      );
    }
  }

  /** Changes one parameter by its gradient. Runs without recording; the tensors it makes are disposed afterwards. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: ParamGroup<Required<O>>): void;

  /** One step for all parameters that have a gradient. With a closure: recomputes the loss first and returns it. */
  override step(closure?: () => Tensor): Tensor | null {
    if (closure !== undefined) checkFunction("step", closure);
    const loss = closure === undefined ? null : enableGrad(closure);
    for (const { params } of this.paramGroups) {
      for (const parameter of params) {
        checkUsable("step", parameter);
        const gradient = gradientOf(parameter);
        if (gradient !== null) checkUsable("step", gradient);
      }
    }
    const mark = openScope();
    try {
      noGrad(() => {
        for (const group of this.paramGroups) {
          for (const parameter of group.params) {
            const gradient = gradientOf(parameter);
            if (gradient === null) continue;
            // Groups were completed with the defaults when they were added.
            this.update(parameter, gradient, group as ParamGroup<Required<O>>);
            disposeSince(mark, () => false);
          }
        }
      });
    } finally {
      disposeSince(mark, () => false);
      closeScope();
    }
    return loss;
  }
}

/** The gradient, read past the accessor: one that only the engine has seen can be freed by `zeroGrad`. */
export function gradientOf(parameter: Tensor): Tensor | null {
  return parameter.meta?.grad ?? null;
}

/** The direction to descend along: the gradient, negated to maximize, plus the gradient of the L2 penalty. */
export function descentDirection(
  parameter: Tensor,
  gradient: Tensor,
  { maximize = false, weightDecay }: { maximize?: boolean; weightDecay: number },
): Tensor {
  const direction = maximize ? neg(gradient) : gradient;
  return weightDecay === 0 ? direction : add(direction, parameter, { alpha: weightDecay });
}

/** Runs a fused step on a parameter. Its kernel walks memory, so strided parameters are updated in a copy first. */
export function updateInPlace(parameter: Tensor, step: (dense: Tensor) => void): void {
  const dense = contiguous(parameter);
  beginOp();
  step(dense);
  if (dense !== parameter) parameter.storage.backend.copy(dense, parameter);
  parameter.storage.version++;
}

/** Uninitialised memory of a parameter's shape that lives as long as the optimizer. */
export function persistentLike(parameter: Tensor): Tensor {
  return outsideScopes(() => empty(parameter.storage.backend, parameter.shape, parameter.dtype, true));
}

/** A tensor of a parameter's shape, filled with one value, that lives as long as the optimizer. */
export function persistentFull(parameter: Tensor, value: number): Tensor {
  const full = persistentLike(parameter);
  full.storage.backend.fill(full, value);
  return full;
}

/** Zeros of a parameter's shape that live as long as the optimizer. */
export function persistentZeros(parameter: Tensor): Tensor {
  return persistentFull(parameter, 0);
}

/** A copy of a tensor in the dtype and on the device of a parameter. */
function persistentCopy(tensor: Tensor, { storage, dtype }: Tensor): Tensor {
  const copy = outsideScopes(() => empty(storage.backend, tensor.shape, dtype, true));
  storage.backend.copy(cast(tensor, dtype), copy);
  return copy;
}
