/**
 * Modules that hold modules or parameters.
 *
 * @module
 */
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, IndexError } from "../tensor/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { keepsNothing } from "./library.ts";
import { Module, setField } from "./module.ts";
import { listOf, Parameter } from "./parameter.ts";

/** Position `index`, which may count from the end, of a list. */
function at(name: string, index: number, length: number): number {
  const position = index < 0 ? index + length : index;
  if (!Number.isInteger(index) || position < 0 || position >= length) {
    throw new IndexError(`${name}: expected an index in [${-length}, ${length - 1}], got ${index}`);
  }
  return position;
}

/** Modules by position; the children are called "0", "1", ... */
abstract class ModuleSequence extends Module {
  #names: string[] = [];

  /** @internal For the layers only. */
  constructor(modules: Iterable<Module> = []) {
    super();
    this.extend(listOf(this.constructor.name, modules, "modules"));
  }

  /** Number of modules. */
  get length(): number {
    return this.#names.length;
  }

  /** The module at `index`; negative counts from the end. */
  get(index: number): Module {
    return fieldOf(this, this.#names[at(this.constructor.name, index, this.length)]);
  }

  /** Replaces the module at `index`. */
  set(index: number, module: Module): this {
    this.addModule(this.#names[at(this.constructor.name, index, this.length)], module);
    return this;
  }

  /** Adds or replaces a module. */
  override addModule(name: string, module: Module): void {
    super.addModule(name, module);
    if (!this.#names.includes(name)) this.#names.push(name);
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    this.addModule(String(this.length), module);
    return this;
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of modules) this.append(module);
    return this;
  }

  /** The modules in order. */
  [Symbol.iterator](): IterableIterator<Module> {
    return this.#names.map((name): Module => fieldOf(this, name)).values();
  }
}

/** Modules by position, for a program that calls them itself. */
export class ModuleList extends ModuleSequence {
  /** An error: containers do not say how their values are used. */
  override forward(): never {
    throw new ArgumentError("ModuleList: expected its values to be used one by one, got a call; use Sequential");
  }
}

/** A field of a module. Conversion and functional calls replace fields, so these and no list have the last word. */
function fieldOf<T>(module: object, name: string): T {
  return Reflect.get(module, name);
}

/** Writes a module or a parameter into a field. */
function put(module: Module, name: string, value: unknown, replaces: boolean): void {
  if (!(value instanceof Module || value instanceof Parameter)) {
    throw refused(module.constructor.name, "modules or parameters", value, "; make one with new nn.Parameter()");
  }
  setField(module, name, value, replaces);
}

/** Modules or parameters by name, in fields. */
abstract class Dictionary<T> extends Module {
  #names: string[] = [];

  /** Starts with `values`, in their order. */
  constructor(values: Readonly<Record<string, T>> = {}) {
    super();
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** The value called `name`. */
  get(name: string): T {
    if (!this.has(name)) {
      throw new IndexError(`${this.constructor.name}: expected one of [${this.#names.join(", ")}], got "${name}"`);
    }
    return fieldOf(this, name);
  }

  /** Adds or replaces a value. */
  set(name: string, value: T): this {
    put(this, name, value, this.has(name));
    if (!this.has(name)) this.#names.push(name);
    return this;
  }

  /** True if there is a value called `name`. */
  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** The names, in the order in which they were added. */
  keys(): readonly string[] {
    return [...this.#names];
  }

  /** An error: containers do not say how their values are used. */
  override forward(): never {
    throw new ArgumentError(`${this.constructor.name}: expected its values to be used one by one, got a call`);
  }
}

/** Modules by name. */
export class ModuleDict extends Dictionary<Module> {}

/** Parameters by name. */
export class ParameterDict extends Dictionary<Parameter> {}

/** Parameters by position; they are called "0", "1", ... */
export class ParameterList extends Module {
  #length: number = 0;

  /** Starts with `parameters`, in their order. */
  constructor(parameters: Iterable<Parameter> = []) {
    super();
    for (const parameter of listOf("ParameterList", parameters)) this.append(parameter);
  }

  /** Number of parameters. */
  get length(): number {
    return this.#length;
  }

  /** The parameter at `index`; negative counts from the end. */
  get(index: number): Parameter {
    return fieldOf(this, String(at("ParameterList", index, this.length)));
  }

  /** Adds a parameter at the end. */
  append(parameter: Parameter): this {
    put(this, String(this.#length), parameter, false);
    this.#length++;
    return this;
  }

  /** The parameters in order. */
  *[Symbol.iterator](): IterableIterator<Parameter> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  /** An error: containers do not say how their values are used. */
  override forward(): never {
    throw new ArgumentError("ParameterList: expected its values to be used one by one, got a call");
  }
}

/**
 * Modules that are called one after the other, each with what the one before returned.
 *
 * ```ts
 * import { nn, ones } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
 * assertEquals(model.call(ones([3, 4])).shape, [3, 2]);
 * assertEquals(model.parameters().length, 4);
 * ```
 */
export class Sequential extends ModuleSequence {
  /** The modules in the order in which they are called. */
  constructor(...modules: readonly Module[]) {
    super(modules);
  }

  /**
   * The result of the last module.
   *
   * Between two modules of this library that nobody listens to, the value that passes is freed at once: neither keeps it,
   * and the tape holds the residuals it needs by itself.
   */
  // deno-lint-ignore no-explicit-any -- modules take and return what they like
  override forward(input: any): any {
    let value = input;
    // True if `value` was made here by a module that does not keep it.
    let ours = false;
    for (const module of this) {
      const output = module.call(value);
      const silent = keepsNothing(module);
      if (ours && silent && value !== output) value.dispose();
      if (value !== output) ours = silent && output instanceof Tensor && output !== input;
      else ours = ours && silent;
      value = output;
    }
    return value;
  }
}

export type { Dictionary, ModuleSequence };
