/**
 * `autograd.functional`: derivatives of a function at given inputs, in PyTorch's first interface for them.
 *
 * Inputs are a tensor or an array of tensors, which are the arguments of the function; results have the same form. The
 * function returns a tensor or an array of tensors.
 *
 * @module
 */
import { stack } from "../ops/mod.ts";
import { scoped } from "../ops/scoped.ts";
import { rootCotangent } from "../autograd/backward.ts";
import { zeros, zerosLike } from "../ops/creation.ts";
import { refused } from "../tensor/arguments.ts";
import { ArgumentError, GradError } from "../tensor/errors.ts";
import { withGradMode } from "../tensor/grad_mode.ts";
import { closeScope, disposeSince, openScope } from "../tensor/scope.ts";
import { formatShape } from "../tensor/shape.ts";
import type { MaybeTensor } from "../tensor/op.ts";
import { Tensor } from "../tensor/tensor.ts";
import { asList } from "../tensor/tree.ts";
import { splitRows, standardBasis } from "./basis.ts";
import type {
  FunctionalOptions,
  HessianOptions,
  JacobianOptions,
  Tensors,
  TensorsFunction,
} from "./functional_types.ts";
import { jacfwd } from "./jacfwd.ts";
import { disposeOwned } from "./levels.ts";
import { jvp as pushForward } from "./jvp.ts";
import type { Pullback } from "./types.ts";
import { trace } from "./vjp.ts";
import { vmap } from "./vmap.ts";

export type * from "./functional_types.ts";

const isMany = (value: Tensors): value is readonly Tensor[] => Array.isArray(value);

/** Checks what a user's function returned. */
function outputsOf<R extends Tensors>(op: string, output: R): R {
  if (output instanceof Tensor) return output;
  if (Array.isArray(output) && output.length > 0 && output.every((x) => x instanceof Tensor)) return output;
  throw new ArgumentError(
    `${op}: expected a function that returns a tensor or an array of tensors, got ${
      Array.isArray(output) ? "an array of other values" : typeof output
    }`,
  );
}

/** Runs `compute`, recorded on the tapes around only if asked to. */
function recordedIf<R>(createGraph: boolean | undefined, compute: () => R): R {
  return createGraph ? compute() : withGradMode("disabled", compute);
}

/** In the form of `like`: one tensor for one, an array for an array. */
function inForm<T>(like: Tensors, list: readonly T[]): T | T[] {
  return isMany(like) ? [...list] : list[0];
}

/** {@linkcode inForm} of tensors, which is of the type of `like`. */
function tensorsLike<I extends Tensors>(like: I, list: readonly Tensor[]): I {
  return inForm(like, list) as I;
}

function independent(op: string, output: number, input: number, what = "Output"): GradError {
  return new GradError(
    `${op}: expected outputs that depend on all inputs (strict), got ${what.toLowerCase()} ${output} that does not ` +
      `depend on input ${input}; pass strict: false for zeros`,
  );
}

/** A traced call and what it returned. */
interface Traced<R extends Tensors = Tensors> extends Pullback {
  readonly output: R;
}

function traced<R extends Tensors>(op: string, f: (...inputs: Tensor[]) => R, inputs: readonly Tensor[]): Traced<R> {
  const result = trace(op, f, inputs, false);
  // The output of the traced call is that of `f` without boxes.
  return { ...result, output: outputsOf(op, result.output as R) };
}

/** Gives back those tensors that `fn` puts into `done`, if they are new: rules that users wrote may return others. */
function consuming<R>(fn: (done: MaybeTensor[]) => R): R {
  const mark = openScope();
  const done: MaybeTensor[] = [];
  try {
    return fn(done);
  } finally {
    const used = new Set(done);
    disposeSince(mark, (tensor) => !used.has(tensor));
    closeScope();
  }
}

/** With `strict`, throws unless every output depends on every input. */
function checkDependence(op: string, { output, pullOrNull }: Traced): void {
  const outputs = asList<Tensor>(output);
  for (const i of outputs.keys()) {
    const unused = consuming((done) => {
      const probe = outputs.map((y, k) => k === i ? zerosLike(y) : null);
      const gradients = pullOrNull(probe, true);
      done.push(...probe, ...gradients);
      return gradients.indexOf(null);
    });
    if (unused >= 0) throw independent(op, i, unused);
  }
}

/** {@linkcode checkDependence} of a function that is run for this alone. */
function checkFunction(op: string, f: TensorsFunction, inputs: readonly Tensor[]): void {
  const call = traced(op, f, inputs);
  checkDependence(op, call);
  call.close(null);
}

/** Cotangents or directions given by the user: one per tensor, ones for a single tensor of one element. */
function weightsOf(op: string, tensors: readonly Tensor[], v: Tensors | null): Tensor[] {
  const given: readonly MaybeTensor[] = v === null ? tensors.map(() => null) : asList<Tensor>(v);
  if (given.length !== tensors.length) {
    throw new ArgumentError(`${op}: expected ${tensors.length} tensors in v, got ${given.length}`);
  }
  return tensors.map((x, i) => rootCotangent(op, x, given[i]));
}

/** The rows of a Jacobian as `images[input]` of shape [total of outputs, ...input]. */
function rowsByReverse({ pull }: Traced, outputs: readonly Tensor[], vectorize: boolean): Tensor[] {
  const row = (...cotangents: Tensor[]): Tensor[] => pull(cotangents, true);
  return consuming((done) => {
    const basis = standardBasis(outputs);
    const total = basis[0].shape[0];
    done.push(...basis);
    if (vectorize) return vmap(row)(...basis);
    if (total === 0) return pull(outputs.map(() => null), true).map((g) => zeros([0, ...g.shape], { dtype: g.dtype }));
    const rows = Array.from({ length: total }, (_, r) => {
      const parts = basis.map((part) => part.select(0, r));
      const gradients = row(...parts);
      done.push(...parts, ...gradients);
      return gradients;
    });
    return rows[0].map((_, i) => scoped(() => stack(rows.map((gradients) => gradients[i]), 0)));
  });
}

/**
 * The Jacobian of `f` at `inputs`.
 *
 * One output and one input give a tensor of the shape of the output followed by that of the input; several give arrays:
 * outputs outside, inputs inside.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const jacobian = autograd.functional.jacobian((x: Tensor) => x.square(), tensor([1.5, 2])) as Tensor;
 * assertEquals(jacobian.toArray(), [[3, 0], [0, 4]]);
 * ```
 *
 * @throws GradError with `strict` if an output does not depend on an input.
 */
export function jacobian(
  f: TensorsFunction,
  inputs: Tensors,
  options: JacobianOptions = {},
): Tensor | Tensor[] | Tensor[][] {
  return jacobianNamed("jacobian", f, inputs, options);
}

function jacobianNamed(
  op: string,
  f: TensorsFunction,
  inputs: Tensors,
  options: JacobianOptions,
): Tensor | Tensor[] | Tensor[][] {
  const { createGraph, strict = false, vectorize = false, strategy = "reverse-mode" } = options;
  const list = asList<Tensor>(inputs);
  if (strategy !== "forward-mode" && strategy !== "reverse-mode") {
    throw refused(op, 'strategy "forward-mode" or "reverse-mode"', strategy);
  }
  if (strategy === "forward-mode") {
    if (strict || !vectorize) {
      throw new ArgumentError(
        `${op}: expected vectorize: true and strict: false with forward mode, got vectorize: ${vectorize} and strict: ` +
          `${strict}; use strategy "reverse-mode"`,
      );
    }
    const argnums = isMany(inputs) ? list.map((_, i) => i) : 0;
    const checked = (...args: Tensor[]): Tensors => outputsOf(op, f(...args));
    return recordedIf(createGraph, () => jacfwd(checked, { argnums })(...list));
  }
  return recordedIf(createGraph, () => {
    const call = traced(op, f, list);
    if (strict) checkDependence(op, call);
    const outputs = asList<Tensor>(call.output);
    const images = rowsByReverse(call, outputs, vectorize);
    const rows = images.map((image) => splitRows(image, outputs));
    const blocks = outputs.map((_, o) => inForm(inputs, rows.map((row) => row[o])));
    if (strict && createGraph) checkJacobianHistory(op, blocks.flat(), list);
    disposeOwned(images, blocks);
    // One output gives its block, several an array of them, in which all blocks have the form of the inputs.
    return call.close(inForm(call.output, blocks)) as Tensor | Tensor[] | Tensor[][];
  });
}

/** With `strict` and `createGraph`, a Jacobian whose own derivative would be zeros is an error. */
function checkJacobianHistory(op: string, blocks: readonly Tensor[], inputs: readonly Tensor[]): void {
  blocks.forEach((block, b) => {
    const i = b % inputs.length;
    if (inputs[i].requiresGrad && !block.requiresGrad) {
      throw independent(op, Math.floor(b / inputs.length), i, "The Jacobian of output");
    }
  });
}

/** The value of a scalar function; an error for any other. */
function scalarOutput(op: string, output: Tensors): Tensor {
  const value = outputsOf(op, output);
  if (isMany(value) || value.numel !== 1) {
    throw new GradError(
      `${op}: expected a function that returns one tensor of one element, got ${
        isMany(value) ? `${value.length} tensors` : `shape ${formatShape(value.shape)}`
      }; reduce it with sum()`,
    );
  }
  return value;
}

/** The value of a scalar function and its gradients, as a function of its inputs. */
function gradientOf(op: string, f: TensorsFunction, strict = false): (...inputs: Tensor[]) => [Tensor, Tensor[]] {
  return (...inputs) => {
    const call = traced(op, f, inputs);
    const value = scalarOutput(op, call.output);
    if (strict) checkDependence(op, call);
    return call.close([value, call.pull([rootCotangent(op, value, null)], true)]);
  };
}

/**
 * The Hessian of a scalar function at `inputs`: a tensor of the input's shape twice, or an array of arrays for several
 * inputs.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const second = autograd.functional.hessian((x: Tensor) => x.prod(), tensor([2.5, 3])) as Tensor;
 * assertEquals(second.toArray(), [[0, 1], [1, 0]]);
 * ```
 *
 * @throws GradError with `strict` if the value or the gradient does not depend on an input.
 */
export function hessian(
  f: TensorsFunction,
  inputs: Tensors,
  options: HessianOptions = {},
): Tensor | Tensor[] | Tensor[][] {
  const { createGraph, strict = false, vectorize, outerJacobianStrategy } = options;
  const gradient = gradientOf("hessian", f, strict);
  // The Jacobian of the only gradient of a single input stands for itself.
  const outer: TensorsFunction = (...xs) => isMany(inputs) ? gradient(...xs)[1] : gradient(...xs)[1][0];
  return jacobianNamed("hessian", outer, inputs, { createGraph, strict, vectorize, strategy: outerJacobianStrategy });
}

/**
 * `[output, gradient]`: the gradient is `v` (a tensor like each output; may be left out for one of one element) times the
 * Jacobian, in the form of the inputs.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [, gradient] = autograd.functional.vjp((x: Tensor) => x.square(), tensor([1.5, 2]), tensor([1, 10]));
 * assertEquals(gradient.toArray(), [3, 40]);
 * ```
 */
export function vjp<R extends Tensors, I extends Tensors>(
  f: (...inputs: Tensor[]) => R,
  inputs: I,
  v: Tensors | null = null,
  options: FunctionalOptions = {},
): [R, I] {
  return recordedIf(options.createGraph, () => {
    const call = traced("vjp", f, asList<Tensor>(inputs));
    if (options.strict) checkDependence("vjp", call);
    const gradients = call.pull(weightsOf("vjp", asList<Tensor>(call.output), v), true);
    return call.close([call.output, tensorsLike(inputs, gradients)]);
  });
}

/**
 * `[output, tangent]`: the tangent is the Jacobian times `v` (a tensor like each input; may be left out for one of one
 * element), in the form of the outputs.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [, tangent] = autograd.functional.jvp((x: Tensor) => x.square(), tensor([1.5, 2]), tensor([1, 10]));
 * assertEquals(tangent.toArray(), [3, 40]);
 * ```
 */
export function jvp<R extends Tensors>(
  f: (...inputs: Tensor[]) => R,
  inputs: Tensors,
  v: Tensors | null = null,
  options: FunctionalOptions = {},
): [R, R] {
  return recordedIf(options.createGraph, () => {
    const list = asList<Tensor>(inputs);
    if (options.strict) checkFunction("jvp", f, list);
    const checked = (...args: Tensor[]): R => outputsOf("jvp", f(...args));
    return pushForward(checked, list, weightsOf("jvp", list, v));
  });
}

/**
 * `[value, product]` for a scalar function: the product is `v`, a tensor like each input, times the Hessian, by reverse
 * over reverse mode.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [, product] = autograd.functional.vhp((x: Tensor) => x.prod(), tensor([2.5, 3]), tensor([1, 10]));
 * assertEquals(product.toArray(), [10, 1]);
 * ```
 */
export function vhp<I extends Tensors>(
  f: TensorsFunction,
  inputs: I,
  v: Tensors | null = null,
  options: FunctionalOptions = {},
): [Tensor, I] {
  return recordedIf(options.createGraph, () => {
    const list = asList<Tensor>(inputs);
    const gradient = gradientOf("vhp", f, options.strict);
    const call = traced("vhp", (...xs) => gradient(...xs).flat(), list);
    const [output] = asList<Tensor>(call.output);
    if (options.strict) checkDependence("vhp", call);
    const products = call.pull([null, ...weightsOf("vhp", list, v)], true);
    return call.close([output, tensorsLike(inputs, products)]);
  });
}

/**
 * `[value, product]` for a scalar function: the product is the Hessian times `v`, a tensor like each input, by forward over
 * reverse mode.
 *
 * ```ts
 * import { autograd, type Tensor, tensor } from "@dualtape/dualtape";
 * import { assertEquals } from "@std/assert";
 *
 * const [, product] = autograd.functional.hvp((x: Tensor) => x.prod(), tensor([2.5, 3]), tensor([1, 10]));
 * assertEquals(product.toArray(), [10, 1]);
 * ```
 */
export function hvp<I extends Tensors>(
  f: TensorsFunction,
  inputs: I,
  v: Tensors | null = null,
  options: FunctionalOptions = {},
): [Tensor, I] {
  return recordedIf(options.createGraph, () => {
    const list = asList<Tensor>(inputs);
    const gradient = gradientOf("hvp", f, options.strict);
    if (options.strict) checkFunction("hvp", (...args) => gradient(...args)[1], list);
    return consuming((done) => {
      const [[value, gradients], [slope, products]] = pushForward(gradient, list, weightsOf("hvp", list, v));
      done.push(slope, ...gradients);
      return [value, tensorsLike(inputs, products)];
    });
  });
}
