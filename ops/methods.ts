/**
 * Gives tensors the ops as methods: `x.sin()` is `sin(x)` and `x.sin_()` writes the result into `x`.
 *
 * @module
 */
import { describeValue } from "../tensor/arguments.ts";
import { engine } from "../tensor/engine.ts";
import { IN_PLACE_NAMES, METHOD_NAMES } from "../tensor/method_names.ts";
import { ArgumentError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import * as ops from "./mod.ts";

/** A function of a tensor, as far as attaching it is concerned; its true signature is in `tensor/methods.ts`. */
type TensorFunction = (input: Tensor, ...rest: readonly unknown[]) => unknown;

function define(name: string, value: (this: Tensor, ...rest: unknown[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

function defineGetter(name: string, get: (this: Tensor) => Tensor): void {
  Object.defineProperty(Tensor.prototype, name, { get, configurable: true });
}

/** Transposes and iteration, which are no plain methods. */
function attachAccessors(): void {
  defineGetter("T", function () {
    return ops.permute(this, this.shape.map((_, d) => this.ndim - 1 - d));
  });
  defineGetter("mT", function () {
    if (this.ndim < 2) {
      throw new ShapeError(
        `mT: expected a tensor of at least 2 dimensions, got shape ${formatShape(this.shape)}; use unsqueeze() first`,
      );
    }
    return ops.transpose(this, -2, -1);
  });
  Object.defineProperty(Tensor.prototype, Symbol.iterator, {
    value(this: Tensor) {
      if (this.ndim === 0) throw new ShapeError("iterator: expected a tensor with axes, got a 0-d tensor; use item()");
      return ops.unbind(this, 0)[Symbol.iterator]();
    },
    writable: true,
    configurable: true,
  });
}

/** An error that names the op where the language stumbled over arguments that no check expected. */
function explained(cause: unknown, name: string, rest: readonly unknown[]): unknown {
  if (!(cause instanceof TypeError || cause instanceof RangeError)) return cause;
  const given = rest.map(describeValue).join(" and ");
  return new ArgumentError(`${name}: expected other arguments, got ${given}; see its documentation`, { cause });
}

/** Attaches the methods; called once, when the ops are loaded. */
export function attachMethods(): void {
  attachAccessors();
  const functions = ops as unknown as Readonly<Record<string, TensorFunction>>;
  for (const name of [...METHOD_NAMES, ...IN_PLACE_NAMES]) {
    const f = functions[name];
    // What a family made has no name of its own. It checks its operands, and is the shortest call there is.
    if (f.name === "") {
      define(name, function (...rest) {
        return f(this, ...rest);
      });
      continue;
    }
    define(name, function (...rest) {
      try {
        return f(this, ...rest);
      } catch (error) {
        throw explained(error, name, rest);
      }
    });
  }
  for (const name of IN_PLACE_NAMES) {
    const f = functions[name];
    define(`${name}_`, function (...rest) {
      try {
        // Every function that is tagged as having an in-place form returns one tensor.
        engine.write(`${name}_`, this, f(engine.snapshot(this, rest), ...rest) as Tensor);
        return this;
      } catch (error) {
        throw explained(error, `${name}_`, rest);
      }
    });
  }
}
