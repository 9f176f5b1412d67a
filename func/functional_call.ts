/**
 * Modules as functions of their parameters and buffers, so that transforms can differentiate and batch them.
 *
 * @module
 */
import { stack } from "../ops/mod.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import { checkTensor, refused } from "../tensor/arguments.ts";
import { ArgumentError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { NamedTensors, StatefulModule } from "./types.ts";

/** A field of a module and the tensor that it holds. */
interface Slot {
  readonly fields: Record<string, unknown>;
  readonly key: string;
  readonly held: Tensor;
}

/** Every tensor that a module or one below it holds, by dotted name. */
function slotsOf(module: StatefulModule): Map<string, Slot> {
  const slots = new Map<string, Slot>();
  for (const [prefix, part] of module.namedModules()) {
    // Modules are open records: parameters and buffers are fields under names of the user's choice.
    const fields = part as Record<string, unknown>;
    for (const [key, held] of Object.entries(fields)) {
      if (held instanceof Tensor) slots.set(prefix === "" ? key : `${prefix}.${key}`, { fields, key, held });
    }
  }
  return slots;
}

/**
 * Calls `module` with other tensors in the place of its parameters and buffers.
 *
 * The module holds its own tensors again afterwards, also when the call throws. A tensor that the module holds under
 * several names is replaced under all of them.
 *
 * ```ts
 * import { func, nn, ones, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new nn.Linear(2, 1);
 * const params = { weight: tensor([[2, 3]]), bias: tensor([1]) };
 * const loss = (p: typeof params): Tensor => func.functionalCall(model, p, ones([2])).sum();
 * assertEquals(loss(params).item(), 6);
 * assertEquals(func.grad(loss)(params).weight.toArray(), [[1, 1]]);
 * ```
 *
 * @param state Tensors by dotted name, or `[params, buffers]`; names that are left out keep what the module holds.
 * @param args Arguments of the module.
 * @throws ArgumentError for a name that the module does not have.
 */
export function functionalCall<M extends StatefulModule>(
  module: M,
  state: NamedTensors | readonly NamedTensors[],
  ...args: Parameters<M["call"]>
): ReturnType<M["call"]> {
  if (typeof module?.namedModules !== "function") {
    throw refused("functionalCall", "a module", module);
  }
  const slots = slotsOf(module);
  const given: NamedTensors = Array.isArray(state) ? Object.assign({}, ...state) : state as NamedTensors;
  const replacements = new Map<Tensor, Tensor>();
  for (const [name, tensor] of Object.entries(given)) {
    const slot = slots.get(name);
    if (slot === undefined) {
      throw new ArgumentError(
        `functionalCall: expected names of parameters or buffers of the module (${
          [...slots.keys()].join(", ")
        }), got "${name}"`,
      );
    }
    checkTensor(`functionalCall(${name})`, tensor);
    replacements.set(slot.held, tensor);
  }
  const touched = [...slots.values()].filter(({ held }) => replacements.has(held));
  try {
    for (const { fields, key, held } of touched) fields[key] = replacements.get(held);
    return module.call(...args);
  } finally {
    for (const { fields, key, held } of touched) fields[key] = held;
  }
}

function copyOf(source: Tensor): Tensor {
  return withGradMode("disabled", () => source.clone()).requiresGrad_(source.requiresGrad);
}

/**
 * A module as a function of its parameters and buffers: `[f, params, buffers]` with `f(params, buffers, ...args)`. The
 * tensors are copies, in the order of `namedParameters()` and `namedBuffers()`.
 *
 * ```ts
 * import { func, nn, ones, type Tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [f, params, buffers] = func.makeFunctionalWithBuffers(new nn.Linear(2, 1));
 * const gradients = func.grad((p: Tensor[]) => f(p, buffers, ones([2])).sum())(params);
 * assertEquals(gradients.map((g: Tensor) => g.toArray()), [[[1, 1]], [1]]);
 * ```
 */
export function makeFunctionalWithBuffers<M extends StatefulModule>(
  module: M,
): [
  (params: readonly Tensor[], buffers: readonly Tensor[], ...args: Parameters<M["call"]>) => ReturnType<M["call"]>,
  Tensor[],
  Tensor[],
] {
  const params = module.namedParameters();
  const buffers = module.namedBuffers();
  const named = (what: string, names: readonly (readonly [string, Tensor])[], tensors: readonly Tensor[]) => {
    if (tensors.length !== names.length) {
      throw new ArgumentError(
        `makeFunctionalWithBuffers: expected ${names.length} ${what} (${
          names.map(([name]) => name).join(", ")
        }), got ${tensors.length}`,
      );
    }
    return Object.fromEntries(names.map(([name], i) => [name, tensors[i]]));
  };
  return [
    (p, b, ...args) => functionalCall(module, [named("parameters", params, p), named("buffers", buffers, b)], ...args),
    params.map(([, tensor]) => copyOf(tensor)),
    buffers.map(([, tensor]) => copyOf(tensor)),
  ];
}

/** The tensors of all modules under one name, stacked along a new leading axis; a leaf. */
function stackNamed(lists: readonly (readonly (readonly [string, Tensor])[])[]): Record<string, Tensor> {
  const [first] = lists;
  return Object.fromEntries(first.map(([name, sample], i) => {
    const tensors = lists.map((list) => {
      if (list[i]?.[0] !== name) {
        throw new ArgumentError(
          `stackModuleState: expected modules of one architecture, got ${name} in one and ${
            list[i]?.[0] ?? "nothing"
          } in another`,
        );
      }
      return list[i][1];
    });
    const stacked = withGradMode("disabled", () => stack(tensors, 0));
    return [name, stacked.requiresGrad_(sample.requiresGrad)];
  }));
}

/**
 * Parameters and buffers of modules of one architecture, each stacked along a new leading axis, for {@linkcode vmap} over
 * {@linkcode functionalCall}: an ensemble in one call.
 *
 * ```ts
 * import { func, nn, ones, type Tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const models = [new nn.Linear(2, 3), new nn.Linear(2, 3)];
 * const [params, buffers] = func.stackModuleState(models);
 * const one = (p: Record<string, Tensor>, b: Record<string, Tensor>, x: Tensor): Tensor =>
 *   func.functionalCall(models[0], [p, b], x);
 * assertEquals(func.vmap(one, { inDims: [0, 0, null] })(params, buffers, ones([2])).shape, [2, 3]);
 * ```
 *
 * @returns `[params, buffers]` by dotted name. Stacked parameters are leaves that require grad if those of the first
 * module do.
 */
export function stackModuleState(
  modules: readonly StatefulModule[],
): [Record<string, Tensor>, Record<string, Tensor>] {
  if (modules.length === 0) throw new ArgumentError("stackModuleState: expected at least one module, got none");
  const [first] = modules;
  for (const module of modules) {
    if (module.constructor !== first.constructor || module.training !== first.training) {
      throw new ArgumentError(
        `stackModuleState: expected modules of one class, all training or all evaluating, got ${first.constructor.name} ` +
          `(training: ${first.training}) and ${module.constructor.name} (training: ${module.training})`,
      );
    }
  }
  return [stackNamed(modules.map((m) => m.namedParameters())), stackNamed(modules.map((m) => m.namedBuffers()))];
}
