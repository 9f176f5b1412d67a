/**
 * The base class of modules.
 *
 * @module
 */
import { type Device, Tensor } from "../tensor/tensor.ts";
import { replaceStorage } from "../autograd/inplace.ts";
import { noGrad } from "../autograd/modes.ts";
import { cast, cpu, DEVICES, to } from "../ops/cast.ts";
import { checkFunction, checkTensor, refused } from "../tensor/arguments.ts";
import { type DType, isFloating } from "../tensor/dtype.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { forget } from "../tensor/scope.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { HookHandle } from "../tensor/types.ts";
import { Parameter } from "./parameter.ts";
import type { ForwardHook, StateDict } from "./types.ts";

/**
 * A function with parameters. Subclasses assign parameters, buffers and other modules to fields and implement
 * `forward`; callers use `call`.
 *
 * ```ts
 * import { nn, ones, type Tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * class Scale extends nn.Module {
 *   factor = new nn.Parameter(ones([1]));
 *   override forward(x: Tensor): Tensor {
 *     return x.mul(this.factor);
 *   }
 * }
 * const scale = new Scale();
 * assertEquals(scale.call(ones([2])).toArray(), [1, 1]);
 * assertEquals(scale.namedParameters().map(([name]) => name), ["factor"]);
 * ```
 */
export abstract class Module {
  /** True while training: dropout drops, batch norm uses the batch. */
  training = true;
  #buffers: Map<string, boolean> = new Map();
  #hooks: ForwardHook[] = [];

  /** Computes the output. Use `call`, which also runs the hooks. */
  // deno-lint-ignore no-explicit-any
  abstract forward(...args: any[]): any;

  /** Runs `forward` and the forward hooks. */
  call(...args: Parameters<this["forward"]>): ReturnType<this["forward"]> {
    // Programs without a type checker can make a plain Module, or a class without `forward`.
    if (typeof this.forward !== "function") throw refused(this.constructor.name, "a method forward", this.forward);
    let output = this.forward(...args);
    for (const hook of this.#hooks) output = hook(this, args, output) ?? output;
    return output;
  }

  /** Registers a function that sees each call's arguments and output, and may replace the output. */
  registerForwardHook(hook: ForwardHook): HookHandle {
    checkFunction("registerForwardHook", hook);
    this.#hooks.push(hook);
    return { remove: () => void (this.#hooks = this.#hooks.filter((h) => h !== hook)) };
  }

  /** True if a forward hook is registered. */
  get hasForwardHooks(): boolean {
    return this.#hooks.length > 0;
  }

  /**
   * Makes `tensor` a buffer: state that is saved and moved with the module but not learned. It outlives the scopes
   * around it.
   */
  registerBuffer(name: string, tensor: Tensor | null, options: { persistent?: boolean } = {}): void {
    if (tensor !== null) checkTensor(`registerBuffer(${name})`, tensor);
    setField(this, name, tensor, this.#buffers.has(name));
    this.#buffers.set(name, options.persistent ?? true);
    if (tensor !== null) forget(tensor);
  }

  /** Makes `module` a child under `name`, as assigning it to a field does. Arrays of modules are no children. */
  addModule(name: string, module: Module): void {
    if (!(module instanceof Module)) {
      throw refused(this.constructor.name, "modules", module);
    }
    setField(this, name, module, Reflect.get(this, name) instanceof Module);
  }

  /** The direct children, by field name. */
  namedChildren(): [string, Module][] {
    return Object.entries(this).flatMap(([name, value]): [string, Module][] =>
      value instanceof Module ? [[name, value]] : []
    );
  }

  /** This module and all below it, with dotted names; a shared one under each of its names. */
  namedModules(prefix: string = ""): [string, Module][] {
    return this.#below(prefix, []);
  }

  /** No module is below itself. */
  #below(prefix: string, above: readonly Module[]): [string, Module][] {
    if (above.includes(this)) return [];
    const path = [...above, this];
    const below = this.namedChildren().flatMap(([name, child]) => child.#below(join(prefix, name), path));
    return [[prefix, this], ...below];
  }

  /** The modules of {@linkcode namedChildren}, shared ones once. */
  children(): Module[] {
    return [...new Set(this.namedChildren().map(([, module]) => module))];
  }

  /** The modules of {@linkcode namedModules}, shared ones once. */
  modules(): Module[] {
    return [...new Set(this.namedModules().map(([, module]) => module))];
  }

  /** All parameters with dotted names, in the order of assignment; shared ones once. */
  namedParameters(): [string, Parameter][] {
    const seen = new Set<Tensor>();
    return this.namedModules().flatMap(([prefix, module]) =>
      Object.entries(module).flatMap(([name, value]): [string, Parameter][] => {
        if (!(value instanceof Parameter) || seen.has(value)) return [];
        seen.add(value);
        return [[join(prefix, name), value]];
      })
    );
  }

  /** All parameters. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** All buffers with dotted names. */
  namedBuffers(): [string, Tensor][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#buffers.keys()].flatMap((name): [string, Tensor][] => {
        const value = Reflect.get(module, name);
        return value instanceof Tensor ? [[join(prefix, name), value]] : [];
      })
    );
  }

  /** All buffers. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Parameters and persistent buffers by name, detached but sharing memory with the module. */
  stateDict(): StateDict {
    const entries: [string, Tensor][] = [];
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, value] of Object.entries(module)) {
        const isState = value instanceof Parameter || (value instanceof Tensor && module.#buffers.get(name) === true);
        if (isState) entries.push([join(prefix, name), value.detach()]);
      }
    }
    return Object.fromEntries(entries);
  }

  /**
   * Copies values by name into parameters and buffers. Nothing is changed if a name or shape does not fit.
   *
   * @param options `strict` (default true): names that are missing or unexpected are an error.
   */
  loadStateDict(
    state: Readonly<StateDict>,
    options: { strict?: boolean } = {},
  ): { missingKeys: string[]; unexpectedKeys: string[] } {
    if (typeof state !== "object" || state === null) throw refused("loadStateDict", "what stateDict() gave", state);
    const own = this.stateDict();
    const missingKeys = Object.keys(own).filter((key) => !(key in state));
    const unexpectedKeys = Object.keys(state).filter((key) => !(key in own));
    if ((options.strict ?? true) && missingKeys.length + unexpectedKeys.length > 0) {
      throw new ArgumentError(
        `loadStateDict: expected the names of the module, got missing [${missingKeys.join(", ")}] and unexpected ` +
          `[${unexpectedKeys.join(", ")}]; pass strict: false to load what fits`,
      );
    }
    const shared = Object.keys(own).filter((key) => key in state);
    for (const key of shared) {
      checkTensor(`loadStateDict(${key})`, state[key]);
      if (!sameShape(own[key].shape, state[key].shape)) {
        throw new ShapeError(
          `loadStateDict: expected shape ${formatShape(own[key].shape)} for ${key}, got ${
            formatShape(state[key].shape)
          }`,
        );
      }
    }
    noGrad(() => {
      for (const key of shared) own[key].copy_(state[key]);
    });
    return { missingKeys, unexpectedKeys };
  }

  /** Switches this module and all below it to training or, with false, to evaluation. */
  train(mode: boolean = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Switches to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Calls `fn` with this module and all below it, children first, shared ones once. */
  apply(fn: (module: Module) => void): this {
    checkFunction("apply", fn);
    const seen = new Set<Module>();
    const visit = (module: Module): void => {
      if (seen.has(module)) return;
      seen.add(module);
      module.children().forEach(visit);
      fn(module);
    };
    visit(this);
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Sets whether the parameters are learned. */
  requiresGrad_(on: boolean = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(on);
    return this;
  }

  /**
   * Moves parameters, their gradients and buffers to a device: they stay the same tensors. Or converts those of floating
   * point to a dtype: optimizers must be made afterwards.
   */
  to(target: DType | Device): this {
    if (DEVICES.has(target)) return this.#place(this.#state().map((x) => to(x.detach(), target)));
    const dtype = target as DType;
    if (!isFloating(dtype)) throw refused("to", "a device or a floating-point dtype", target);
    // What several fields share stays shared.
    const converted = new Map<Tensor, Tensor>();
    const convert = (x: Tensor): Tensor => {
      if (x instanceof Parameter) return new Parameter(cast(x.detach(), dtype), x.requiresGrad);
      const buffer = cast(x, dtype);
      forget(buffer);
      return buffer;
    };
    for (const module of this.modules()) {
      for (const [name, value] of Object.entries(module)) {
        if (!(value instanceof Tensor) || !isFloating(value.dtype) || value.dtype === dtype) continue;
        if (!(value instanceof Parameter) && !module.#buffers.has(name)) continue;
        const twin = converted.get(value) ?? convert(value);
        converted.set(value, twin);
        Reflect.set(module, name, twin);
      }
    }
    return this;
  }

  /** The same for the CPU, from a device that cannot be read at once. */
  async cpu(): Promise<this> {
    return this.#place(await Promise.all(this.#state().map((x) => cpu(x.detach()))));
  }

  /** Converts to float32. */
  float(): this {
    return this.to("float32");
  }

  /** Converts to float64. */
  double(): this {
    return this.to("float64");
  }

  /** Parameters, their gradients and buffers. */
  #state(): Tensor[] {
    return [...this.parameters(), ...this.buffers()].flatMap((x) => x.meta?.grad ? [x, x.meta.grad] : x);
  }

  #place(copies: readonly Tensor[]): this {
    this.#state().forEach((x, i) => replaceStorage(x, copies[i]));
    return this;
  }
}

/** Writes a field; throws ArgumentError for a taken name. */
export function setField(module: Module, name: string, value: unknown, replaces: boolean): void {
  if (typeof name !== "string" || /^$|\./.test(name) || (!replaces && (Reflect.get(module, name) ?? null) !== null)) {
    throw new ArgumentError(`${module.constructor.name}: expected a free name without dots, got "${name}"`);
  }
  Reflect.set(module, name, value);
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
