/**
 * Custom functions: operations whose derivatives the user writes.
 *
 * @module
 */
import { GradError } from "../tensor/errors.ts";
import { gradMode, withGradMode } from "../tensor/grad_mode.ts";
import { Tensor } from "../tensor/tensor.ts";
import { asList } from "../tensor/tree.ts";
import { call } from "./function_call.ts";
import { FunctionContext } from "./function_context.ts";
import type { FunctionDefinition, FunctionStatics } from "./function_types.ts";

function missing(name: string, method: string, use: string): GradError {
  return new GradError(`${name}: expected a static ${method} method to ${use} the function, got none; define it`);
}

/** A class of static methods as the levels see it. */
function definitionOf(statics: FunctionStatics): FunctionDefinition {
  const { name } = statics;
  if (typeof statics.forward !== "function") throw missing(name, "forward", "call");
  const separate = statics.setupContext !== undefined;
  return {
    name,
    forward: (args) => {
      if (separate) return { output: statics.forward(...args), context: null };
      const context = new FunctionContext();
      return { output: statics.forward(context, ...args), context };
    },
    setup: separate ? (context, args, output) => statics.setupContext!(context, args, output) : null,
    backward: (context, cotangents) => {
      if (statics.backward === undefined) throw missing(name, "backward", "differentiate");
      return statics.backward(context, ...cotangents);
    },
    jvp: (context, tangents) => {
      if (statics.jvp === undefined) throw missing(name, "jvp", "push tangents through");
      return statics.jvp(context, ...tangents);
    },
    vmap: statics.vmap === undefined
      ? null
      : ({ size, randomness }, dims, args) => statics.vmap!({ batchSize: size, randomness }, dims, ...args),
    generatesVmap: statics.generateVmapRule ?? false,
  };
}

/**
 * Base class of operations with derivatives of their own, all in static methods:
 *
 * - `forward(ctx, ...args)`, or `forward(...args)` and `setupContext(ctx, inputs, output)`;
 * - `backward(ctx, ...gradOutputs)` gives one gradient per argument, null where there is none;
 * - `jvp(ctx, ...tangents)` gives one tangent per output;
 * - `vmap(info, inDims, ...args)` gives `[output, outDims]`; or `generateVmapRule = true` has it derived.
 *
 * Call it with `apply`. Nothing that happens inside `forward` is recorded. `backward` and `jvp` are differentiated in their
 * turn where higher derivatives are asked for, so functions nest in all transforms.
 *
 * A rule may keep what it is given and what it makes, in a variable or on the context, and nothing tells whether it does.
 * So these tensors are left to the garbage collector, where those of built-in rules are freed at once; a rule that makes
 * large ones returns `tidy(() => ...)`, which frees all but the gradients.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * class Cube extends autograd.Function {
 *   static forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
 *     ctx.saveForBackward(x);
 *     return x.mul(x).mul(x);
 *   }
 *   static backward(ctx: autograd.FunctionContext, g: Tensor): Tensor {
 *     const [x] = ctx.savedTensors as Tensor[];
 *     return g.mul(x.mul(x)).mul(3);
 *   }
 * }
 *
 * const x = tensor([1.5, 2], { requiresGrad: true });
 * Cube.apply(x).sum().backward();
 * assertEquals(x.grad?.toArray(), [6.75, 12]);
 * ```
 */
export abstract class CustomFunction {
  /**
   * Runs the function on `args`; the tensors among them are differentiated.
   *
   * @throws GradError where a derivative is asked for that the class does not define.
   */
  // The result is what the subclass's forward returns, which a static method of the base class cannot say.
  // deno-lint-ignore no-explicit-any
  static apply(...args: unknown[]): any {
    // `this` is the subclass, whose static methods are its definition.
    return call(definitionOf(this as unknown as FunctionStatics), args).output;
  }
}

/** Passes its first argument on; its derivative is the error that {@linkcode onceDifferentiable} promises. */
const END: FunctionDefinition = definitionOf({
  name: "OnceDifferentiable",
  forward: (gradient) => gradient,
  setupContext: () => {},
  backward: () => {
    throw new GradError(
      "onceDifferentiable: expected to be differentiated once, got a second backward pass through a backward() that is " +
        "marked as not differentiable; write it in recorded operations and remove the mark",
    );
  },
  generateVmapRule: true,
});

/**
 * Marks a `backward` as not differentiable: it runs without recording, and a second backward pass through it is an error
 * that says so. As a decorator, `@autograd.onceDifferentiable`, or as a wrapper.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * class Double extends autograd.Function {
 *   static forward(_ctx: autograd.FunctionContext, x: Tensor): Tensor {
 *     return x.mul(2);
 *   }
 *   static backward = autograd.onceDifferentiable((_ctx: autograd.FunctionContext, g: Tensor) => g.mul(2));
 * }
 *
 * const x = tensor([1.5], { requiresGrad: true });
 * assertEquals(autograd.grad(Double.apply(x).sum(), [x])[0].toArray(), [2]);
 * ```
 */
export function onceDifferentiable<A extends unknown[], R>(
  backward: (context: FunctionContext, ...cotangents: A) => R,
  _decorated?: unknown,
): (context: FunctionContext, ...cotangents: A) => R {
  return (context, ...cotangents) => {
    const recorded = gradMode === "enabled";
    const result = withGradMode("disabled", () => backward(context, ...cotangents));
    if (!recorded) return result;
    // Whatever the result depends on lies behind the error.
    const sources = [...cotangents, ...context.savedTensors].filter((x) => x instanceof Tensor && x.requiresGrad);
    if (sources.length === 0) return result;
    const marked = asList<unknown>(result).map((g) => g instanceof Tensor ? call(END, [g, ...sources]).output : g);
    // Marked gradients have the form of the unmarked ones.
    return (Array.isArray(result) ? marked : marked[0]) as R;
  };
}
